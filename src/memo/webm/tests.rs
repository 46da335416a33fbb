//! What a mended recording must be, held against recordings that browsers made.

use proptest::prelude::*;

use super::ebml::{self, Front, Id};
use super::*;

/// Each recording, its length in milliseconds, and how long one packet sounds.
const RECORDINGS: [(&str, &[u8], u64, u64); 5] = [
    ("chromium-sliced", include_bytes!("../../../tests/fixtures/chromium-sliced.webm"), 6000, 60),
    ("chromium-paused", include_bytes!("../../../tests/fixtures/chromium-paused.webm"), 4000, 60),
    ("chromium-whole", include_bytes!("../../../tests/fixtures/chromium-whole.webm"), 3000, 60),
    ("firefox-sliced", include_bytes!("../../../tests/fixtures/firefox-sliced.webm"), 6000, 20),
    ("firefox-paused", include_bytes!("../../../tests/fixtures/firefox-paused.webm"), 4000, 20),
];

const CHROMIUM: &[u8] = RECORDINGS[0].1;
const FIREFOX: &[u8] = RECORDINGS[3].1;

#[derive(Debug, Default, PartialEq)]
struct Block {
    time: u64,
    /// The packet, without the head of the block.
    packet: Vec<u8>,
    is_key_frame: bool,
}

/// A WebM as a strict player reads it: every size is known and adds up.
#[derive(Debug, Default)]
struct Strict {
    /// Level-1 elements and where they begin, counted from the Segment's payload.
    elements: Vec<(Id, u64)>,
    seeks: Vec<(Id, u64)>,
    duration: f64,
    tracks: Vec<u8>,
    /// Time and cluster position.
    cues: Vec<(u64, u64)>,
    /// Position and time of the first block.
    clusters: Vec<(u64, u64)>,
    blocks: Vec<Block>,
}

/// The children of a payload, all of which must be whole.
fn strict_children(payload: &[u8]) -> Vec<(Id, &[u8])> {
    let children: Vec<_> = ebml::children(payload).collect();
    let Some((_, last)) = children.last() else {
        assert!(payload.is_empty(), "not an element: {:02x?}", &payload[..payload.len().min(16)]);
        return children;
    };
    assert_eq!(last.as_ptr_range().end, payload.as_ptr_range().end, "the last element ends with its parent");
    children
}

fn uint(payload: &[u8]) -> u64 {
    ebml::read_uint(payload).expect("an unsigned integer")
}

fn find(payload: &[u8], wanted: Id) -> &[u8] {
    strict_children(payload).into_iter().find(|&(id, _)| id == wanted).expect("the child is there").1
}

impl Strict {
    fn read(file: &[u8]) -> Self {
        let top = strict_children(file);
        assert_eq!(top.iter().map(|&(id, _)| id).collect::<Vec<_>>(), [ebml::EBML, ebml::SEGMENT]);
        let segment = top[1].1;
        let mut read = Self::default();
        let mut at = 0;
        for (id, payload) in strict_children(segment) {
            read.elements.push((id, at));
            match id {
                ebml::SEEK_HEAD => {
                    for (_, seek) in strict_children(payload) {
                        let id = uint(find(seek, ebml::SEEK_ID)) as Id;
                        read.seeks.push((id, uint(find(seek, ebml::SEEK_POSITION))));
                    }
                }
                ebml::INFO => {
                    assert_eq!(uint(find(payload, ebml::TIMESTAMP_SCALE)), 1_000_000);
                    read.duration = f64::from_be_bytes(find(payload, ebml::DURATION).try_into().expect("eight bytes"));
                }
                ebml::TRACKS => read.tracks = payload.to_vec(),
                ebml::CUES => {
                    for (_, point) in strict_children(payload) {
                        let positions = find(point, ebml::CUE_TRACK_POSITIONS);
                        let position = uint(find(positions, ebml::CUE_CLUSTER_POSITION));
                        read.cues.push((uint(find(point, ebml::CUE_TIME)), position));
                    }
                }
                ebml::CLUSTER => read.read_cluster(at, payload),
                other => panic!("{other:x} is not expected in a mended file"),
            }
            at = (payload.as_ptr_range().end as usize - segment.as_ptr() as usize) as u64;
        }
        read
    }

    fn read_cluster(&mut self, at: u64, payload: &[u8]) {
        let children = strict_children(payload);
        assert_eq!(children[0].0, ebml::TIMESTAMP, "a cluster begins with its time");
        let first_block = self.blocks.len();
        self.blocks.extend(blocks(uint(children[0].1), &children[1..]));
        self.clusters.push((at, self.blocks[first_block].time));
    }
}

fn blocks<'a>(timestamp: u64, children: &'a [(Id, &[u8])]) -> impl Iterator<Item = Block> + 'a {
    children.iter().map(move |&(id, payload)| {
        assert_eq!(id, ebml::SIMPLE_BLOCK);
        let offset = i16::from_be_bytes([payload[1], payload[2]]);
        Block {
            time: timestamp.saturating_add_signed(offset.into()),
            packet: payload[4..].to_vec(),
            is_key_frame: payload[3] & 0x80 != 0,
        }
    })
}

/// The blocks of a recorder's file with open sizes, and the place where each ends: a second reading, much simpler than ours.
fn raw_blocks(file: &[u8]) -> Vec<(Block, usize)> {
    let (mut at, mut timestamp, mut found) = (0, 0, Vec::new());
    while let Front::Element(header) = ebml::read_header(&file[at..]) {
        let entered = matches!(header.id, ebml::SEGMENT | ebml::CLUSTER);
        let end = at + header.len + header.size.filter(|_| !entered).unwrap_or(0) as usize;
        let Some(payload) = file.get(at + header.len..end) else { break };
        match header.id {
            ebml::TIMESTAMP => timestamp = uint(payload),
            ebml::SIMPLE_BLOCK => {
                found.extend(blocks(timestamp, &[(header.id, payload)]).map(|block| (block, end)));
            }
            _ => {}
        }
        at = end;
    }
    found
}

#[test]
fn a_mended_recording_knows_its_length() {
    for (name, file, expected_ms, packet_ms) in RECORDINGS {
        let (mended, duration_ms) = remux(file).expect(name);
        // A recorder needs a moment to start and to stop, so what it was asked for is only near.
        assert!(duration_ms.abs_diff(expected_ms) < 400, "{name}: {duration_ms} ms");
        let read = Strict::read(&mended);
        let last = read.blocks.last().expect(name).time;
        assert_eq!(duration_ms, last + packet_ms, "{name}: the last packet sounds too");
        assert_eq!(read.duration, duration_ms as f64, "{name}");
    }
}

#[test]
fn a_mended_recording_has_its_head_in_front_and_every_position_right() {
    for (name, file, ..) in RECORDINGS {
        let read = Strict::read(&remux(file).expect(name).0);
        let ids: Vec<Id> = read.elements.iter().map(|&(id, _)| id).take(5).collect();
        assert_eq!(ids, [ebml::SEEK_HEAD, ebml::INFO, ebml::TRACKS, ebml::CUES, ebml::CLUSTER], "{name}");
        assert_eq!(read.seeks, read.elements[1..4], "{name}: SeekHead points at Info, Tracks and Cues");
        assert!(!read.cues.is_empty());
        for (time, position) in &read.cues {
            assert!(read.clusters.contains(&(*position, *time)), "{name}: a cue points at no cluster of its time");
        }
        assert!(read.cues.is_sorted(), "{name}");
    }
}

#[test]
fn a_recording_in_slices_can_be_sought_to_about_a_second() {
    for file in [CHROMIUM, FIREFOX] {
        let cues = Strict::read(&remux(file).expect("mends").0).cues;
        assert!(cues.len() >= 6, "{cues:?}");
        assert!(cues.windows(2).all(|pair| (900..=2000).contains(&(pair[1].0 - pair[0].0))), "{cues:?}");
    }
}

#[test]
fn every_packet_and_the_tracks_are_kept_as_they_were() {
    for (name, file, ..) in RECORDINGS {
        let read = Strict::read(&remux(file).expect(name).0);
        assert!(read.blocks.iter().all(|block| block.is_key_frame), "{name}: audio can begin at any packet");
        let raw = raw_blocks(file).into_iter().map(|(block, _)| Block { is_key_frame: true, ..block });
        assert!(read.blocks.into_iter().eq(raw), "{name}: the packets differ");
        let position = file.windows(read.tracks.len()).position(|window| window == read.tracks);
        assert!(position.is_some(), "{name}: the tracks differ");
    }
}

#[test]
fn mending_a_mended_recording_changes_nothing() {
    for (name, file, ..) in RECORDINGS {
        let once = remux(file).expect(name);
        assert_eq!(remux(&once.0).expect(name), once, "{name}");
    }
}

#[test]
fn a_recording_cut_off_anywhere_keeps_every_whole_packet() {
    for file in [RECORDINGS[1].1, RECORDINGS[4].1] {
        let raw = raw_blocks(file);
        for cut in 0..file.len() {
            let whole = raw.iter().take_while(|&&(_, end)| end <= cut).count();
            match remux(&file[..cut]) {
                Ok((mended, _)) => assert_eq!(Strict::read(&mended).blocks.len(), whole, "cut at {cut}"),
                Err(error) => {
                    assert_eq!((error, whole), (WebmError::NoSound, 0), "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn the_plan_says_how_large_the_mended_file_is() {
    for (name, file, ..) in RECORDINGS {
        let mut scan = Scan::default();
        scan.push(file);
        let layout = scan.finish().expect(name);
        assert_eq!(layout.size(), remux(file).expect(name).0.len() as u64, "{name}");
    }
}

#[test]
fn a_recording_that_was_continued_becomes_one() {
    for (name, file, _, packet_ms) in RECORDINGS {
        let (once, once_ms) = remux(file).expect("mends");
        let (twice, twice_ms) = remux(&[file, file].concat()).expect("mends");
        assert!(twice_ms.abs_diff(2 * once_ms) <= 2, "{name}: {twice_ms} ms, and {once_ms} ms for one of them");
        let (once, twice) = (Strict::read(&once), Strict::read(&twice));
        assert_eq!(twice.tracks, once.tracks, "{name}");
        assert_eq!(twice.blocks.len(), 2 * once.blocks.len(), "{name}");
        let (first, second) = twice.blocks.split_at(once.blocks.len());
        assert_eq!(first, once.blocks, "{name}");
        assert!(first.iter().map(|block| &block.packet).eq(second.iter().map(|block| &block.packet)), "{name}");
        assert!(
            second[0].time >= first[first.len() - 1].time + packet_ms,
            "{name}: the second begins behind the first"
        );
        assert!(twice.blocks.is_sorted_by_key(|block| block.time), "{name}");
    }
}

#[test]
fn what_was_continued_after_a_crash_loses_only_what_was_cut_off() {
    for (name, file, _, _) in RECORDINGS {
        for cut in (1..8).map(|eighth| file.len() * eighth / 8) {
            let (first, second) = (&file[..cut], file);
            let mut scan = Scan::default();
            scan.push(first);
            scan.begin_file();
            scan.push(second);
            let layout = scan.finish().expect("mends");
            let mut mended = Vec::new();
            let mut writer = layout.writer();
            writer.push(first, &mut mended);
            writer.begin_file();
            writer.push(second, &mut mended);
            writer.finish().expect("the same bytes");
            let packets = |file: &[u8]| {
                Strict::read(&remux(file).expect("mends").0).blocks.into_iter().map(|it| it.packet).collect::<Vec<_>>()
            };
            let both = Strict::read(&mended).blocks;
            assert!(both.is_sorted_by_key(|block| block.time), "{name} cut at {cut}: time goes back");
            let both: Vec<_> = both.into_iter().map(|block| block.packet).collect();
            assert_eq!(both, [packets(first), packets(second)].concat(), "{name} cut at {cut}");
        }
    }
}

#[test]
fn sound_of_another_kind_is_not_put_behind() {
    let mut other = CHROMIUM.to_vec();
    let at = other.windows(6).position(|window| window == b"A_OPUS").expect("a codec");
    other[at..at + 6].copy_from_slice(b"A_VORB");
    assert_eq!(remux(&[CHROMIUM, &other].concat()), remux(CHROMIUM));
}

#[test]
fn what_holds_no_sound_is_an_error_that_says_so() {
    assert_eq!(remux(b""), Err(WebmError::NoSound));
    assert_eq!(remux(&CHROMIUM[..160]), Err(WebmError::NoSound), "a take that holds only the head");
    assert_eq!(remux(b"RIFF....WAVE"), Err(WebmError::NotWebm));
    assert_eq!(remux(b"\0\0\0\x1cftypM4A "), Err(WebmError::NotWebm));
    let without_tracks = [&CHROMIUM[..78], &CHROMIUM[146..]].concat();
    assert_eq!(remux(&without_tracks), Err(WebmError::NoTracks));
}

/// Found by the fuzzer: such blocks were kept and not timed, so that mending a mended recording made it longer.
#[test]
fn sound_in_front_of_what_describes_it_is_left_out() {
    let clusters: Vec<usize> =
        (0..CHROMIUM.len()).filter(|&at| CHROMIUM[at..].starts_with(&ebml::CLUSTER.to_be_bytes())).collect();
    let (early, head_len) = (&CHROMIUM[clusters[3]..clusters[4]], clusters[0]);
    let tracks_at = (0..head_len).find(|&at| CHROMIUM[at..].starts_with(&ebml::TRACKS.to_be_bytes()));
    let tracks_at = tracks_at.expect("the head has tracks");
    let displaced = [&CHROMIUM[..tracks_at], early, &CHROMIUM[tracks_at..]].concat();
    let (mended, duration_ms) = remux(&displaced).expect("mends");
    assert_eq!(Strict::read(&mended).blocks, Strict::read(&remux(CHROMIUM).expect("mends").0).blocks);
    assert_eq!(remux(&mended), Ok((mended, duration_ms)));

    let only_early = [&CHROMIUM[..tracks_at], early, &CHROMIUM[tracks_at..head_len]].concat();
    assert_eq!(remux(&only_early), Err(WebmError::NoSound));
}

#[test]
fn other_bytes_in_the_second_pass_are_noticed() {
    let mut scan = Scan::default();
    scan.push(CHROMIUM);
    let layout = scan.finish().expect("mends");
    for other in [&CHROMIUM[..CHROMIUM.len() - 1], &CHROMIUM[..3830], FIREFOX, b""] {
        let mut writer = layout.writer();
        writer.push(other, &mut Vec::new());
        assert_eq!(writer.finish(), Err(WebmError::Changed), "{} bytes", other.len());
    }
}

#[test]
fn damage_costs_no_more_than_the_cluster_that_it_is_in() {
    let clusters: Vec<usize> =
        (0..CHROMIUM.len()).filter(|&at| CHROMIUM[at..].starts_with(&ebml::CLUSTER.to_be_bytes())).collect();
    let whole = raw_blocks(CHROMIUM).len();
    let lost = raw_blocks(&CHROMIUM[..clusters[3]]).len() - raw_blocks(&CHROMIUM[..clusters[2]]).len();
    for junk in [0x00, 0xFF] {
        let mut damaged = CHROMIUM.to_vec();
        damaged[clusters[2] + 16..clusters[3]].fill(junk);
        let read = Strict::read(&remux(&damaged).expect("mends").0);
        assert_eq!(read.blocks.len(), whole - lost, "filled with {junk:02x}");
    }
}

#[test]
fn elements_that_others_put_between_are_left_out() {
    let mut extra = Vec::new();
    for id in [0xEC, 0xBF, ebml::TAGS, ebml::CHAPTERS] {
        ebml::write_element(id, &[0; 40], &mut extra);
    }
    let mut with_extras = CHROMIUM[..78].to_vec();
    with_extras.extend(&extra);
    with_extras.extend(&CHROMIUM[78..]);
    with_extras.extend(&extra);
    assert_eq!(remux(&with_extras), remux(CHROMIUM));
}

#[test]
fn a_block_group_says_its_own_length_and_what_to_cut() {
    let mut block = Vec::new();
    ebml::write_element(ebml::BLOCK, &[0x81, 0, 0, 0, 0x78, 1, 2, 3], &mut block);
    let group = |extra: &[(Id, u64)]| {
        let mut payload = block.clone();
        extra.iter().for_each(|&(id, value)| ebml::write_uint(id, value, &mut payload));
        let mut file = CHROMIUM[..158].to_vec();
        ebml::write_uint(ebml::TIMESTAMP, 1000, &mut file);
        ebml::write_element(ebml::BLOCK_GROUP, &payload, &mut file);
        remux(&file).expect("mends").1
    };
    assert_eq!(group(&[]), 1020, "the packet itself says 20 ms");
    assert_eq!(group(&[(ebml::BLOCK_DURATION, 15)]), 1015);
    assert_eq!(group(&[(ebml::DISCARD_PADDING, 7_000_000)]), 1013);
}

#[test]
fn what_sounds_is_told_from_what_was_jumped_over() {
    let packet = [0x81, 0, 0, 0x80, 0x78, 0, 0, 0];
    let mut file = CHROMIUM[..146].to_vec();
    for at_ms in [0, 20, 40, 12_060, 12_080] {
        file.extend(&CHROMIUM[146..158]);
        ebml::write_uint(ebml::TIMESTAMP, at_ms, &mut file);
        ebml::write_element(ebml::SIMPLE_BLOCK, &packet, &mut file);
    }
    let heard_ms = |file: &[u8]| {
        let mut scan = Scan::default();
        scan.push(file);
        scan.heard_ms()
    };
    assert_eq!(heard_ms(&file), (12_100, 100));
    for (name, file, _, _) in RECORDINGS {
        let (until_ms, sounding_ms) = heard_ms(file);
        assert!(until_ms.abs_diff(sounding_ms) < 200, "{name}: {sounding_ms} of {until_ms} ms sound");
    }
}

#[test]
fn six_hours_have_a_small_head_and_a_cue_every_few_seconds() {
    let mut file = CHROMIUM[..146].to_vec();
    let seconds = 6 * 3600;
    for second in 0..seconds {
        file.extend(&CHROMIUM[146..158]);
        ebml::write_uint(ebml::TIMESTAMP, second * 1000, &mut file);
        ebml::write_element(ebml::SIMPLE_BLOCK, &[0x81, 0, 0, 0x80, 0x78, 0, 0, 0], &mut file);
    }
    let (mended, duration_ms) = remux(&file).expect("mends");
    assert_eq!(duration_ms, (seconds - 1) * 1000 + 20);
    let read = Strict::read(&mended);
    assert!(read.clusters[0].0 < 100_000, "{} bytes of head", read.clusters[0].0);
    assert!(read.cues.windows(2).all(|pair| pair[1].0 - pair[0].0 <= 5000), "a cue at least every five seconds");
    assert_eq!(read.blocks.len() as u64, seconds);
}

#[test]
fn sizes_that_lie_cost_no_memory() {
    for id in [ebml::EBML, ebml::INFO, ebml::TRACKS, ebml::SIMPLE_BLOCK, ebml::BLOCK_GROUP, ebml::TIMESTAMP, 0xEC] {
        for size in [u64::from(u32::MAX), (1 << 56) - 2, 1 << 21] {
            let mut elements = elements::Elements::default();
            if id != ebml::EBML {
                elements.push(&CHROMIUM[..161], |_| {});
            }
            let mut liar = Vec::new();
            ebml::write_id(id, &mut liar);
            ebml::write_size(size, 8, &mut liar);
            elements.push(&liar, |_| {});
            for _ in 0..300 {
                elements.push(&[0x42; 1 << 14], |_| {});
            }
            assert!(elements.pending_len() <= 1 << 20, "{id:x} of {size} bytes keeps {}", elements.pending_len());
        }
    }
}

/// The blocks of a cut file, and its length in milliseconds. It has to be as strict players want it, and to begin at zero.
fn cut_strictly(file: &[u8], range_ms: std::ops::Range<u64>) -> (Vec<Block>, u64) {
    let (bytes, duration_ms) = cut(file, range_ms).expect("there is sound");
    let read = Strict::read(&bytes);
    assert_eq!(read.blocks[0].time, 0, "it begins at once");
    assert_eq!(read.duration, duration_ms as f64);
    for (time, position) in &read.cues {
        assert!(read.clusters.contains(&(*position, *time)), "a cue points at no cluster of its time");
    }
    assert_eq!(remux(&bytes), Ok((bytes, duration_ms)), "nothing is left to be mended");
    (read.blocks, duration_ms)
}

/// The same blocks, moved so that the first one is at zero.
fn from_zero(mut blocks: Vec<Block>) -> Vec<Block> {
    let zero = blocks.first().map_or(0, |block| block.time);
    blocks.iter_mut().for_each(|block| block.time -= zero);
    blocks
}

#[test]
fn a_part_that_is_the_whole_has_all_of_its_blocks() {
    for (name, file, ..) in RECORDINGS {
        let (mended, whole_ms) = remux(file).expect(name);
        let whole = Strict::read(&mended).blocks;
        let first_ms = whole[0].time;
        let (blocks, duration_ms) = cut_strictly(file, 0..whole_ms);
        assert_eq!(duration_ms, whole_ms - first_ms, "{name}");
        assert!(blocks == from_zero(whole), "{name}: the blocks differ");
        assert_eq!(cut(&mended, 0..u64::MAX), cut(file, 0..whole_ms), "{name}: mended or not makes no difference");
    }
}

#[test]
fn two_parts_are_the_whole() {
    for (name, file, _, packet_ms) in RECORDINGS {
        let (mended, whole_ms) = remux(file).expect(name);
        let whole = Strict::read(&mended).blocks;
        let silence_ms = whole.windows(2).map(|pair| pair[1].time - pair[0].time).max().unwrap_or(0) - packet_ms;
        let begins_ms = whole[0].time;
        for sounding_ms in [1, 59, 60, 61, 1000, whole_ms / 2, whole_ms - packet_ms - begins_ms] {
            let middle_ms = begins_ms + sounding_ms;
            let (mut blocks, first_ms) = cut_strictly(file, 0..middle_ms);
            let (second, second_ms) = cut_strictly(file, middle_ms..whole_ms);
            let at = blocks.len();
            assert!(whole[at - 1].time < middle_ms && whole[at].time >= middle_ms, "{name}: cut at {middle_ms} ms");
            let difference = (first_ms + second_ms + begins_ms).abs_diff(whole_ms);
            assert!(difference <= packet_ms + silence_ms, "{name}: {difference} ms are lost or won at {middle_ms} ms");
            assert!(second == from_zero(Strict::read(&mended).blocks.split_off(at)), "{name}: the second part differs");
            blocks.extend(second);
            assert!(blocks.iter().map(|block| &block.packet).eq(whole.iter().map(|block| &block.packet)), "{name}");
        }
    }
}

/// Found by the fuzzer: what was recorded after an interruption was looked for where its own clock had it.
#[test]
fn a_part_of_what_was_continued_is_where_it_is_heard() {
    for (name, file, _, packet_ms) in RECORDINGS {
        let continued = [file, file].concat();
        let (mended, whole_ms) = remux(&continued).expect(name);
        let once_ms = remux(file).expect(name).1;
        for range_ms in [0..whole_ms, once_ms / 2..once_ms + once_ms / 2, once_ms + packet_ms..whole_ms] {
            let part = cut_strictly(&continued, range_ms.clone());
            assert_eq!(part, cut_strictly(&mended, range_ms.clone()), "{name}: {range_ms:?}");
            let length_ms = range_ms.end - range_ms.start;
            // Between the two there may be a moment in which nothing sounds, and none before the first.
            assert!(part.1.abs_diff(length_ms) <= 400, "{name}: {} ms of {length_ms} ms", part.1);
        }
    }
}

#[test]
fn a_part_without_sound_is_an_error_that_says_so() {
    assert_eq!(cut(CHROMIUM, 60_000..70_000), Err(WebmError::EmptyPart));
    assert_eq!(cut(CHROMIUM, 1000..1000), Err(WebmError::EmptyPart));
    assert_eq!(cut(b"RIFF....WAVE", 0..1000), Err(WebmError::NotWebm));
    assert_eq!(cut(&CHROMIUM[..160], 0..1000), Err(WebmError::NoSound));
}

#[test]
fn the_date_of_a_part_is_when_it_was_said() {
    let mut info = Vec::new();
    ebml::write_uint(ebml::TIMESTAMP_SCALE, 1_000_000, &mut info);
    ebml::write_element(ebml::DATE_UTC, &5_000_000_000_i64.to_be_bytes(), &mut info);
    let at = CHROMIUM.windows(4).position(|window| window == ebml::INFO.to_be_bytes()).expect("the head has an Info");
    let mut dated = CHROMIUM[..at].to_vec();
    ebml::write_element(ebml::INFO, &info, &mut dated);
    dated.extend(&CHROMIUM[at..]);
    let later = cut(&dated, 2000..3000).expect("there is sound").0;
    let whole = cut(&dated, 0..u64::MAX).expect("there is sound").0;
    let date = |file: &[u8]| {
        let at = file.windows(3).position(|window| window == [0x44, 0x61, 0x88]).expect("a date");
        i64::from_be_bytes(file[at + 3..at + 11].try_into().expect("eight bytes"))
    };
    let first = raw_blocks(CHROMIUM).into_iter().map(|(block, _)| block.time).find(|time| *time >= 2000);
    assert_eq!(date(&whole), 5_000_000_000);
    assert_eq!(date(&later), 5_000_000_000 + 1_000_000 * first.expect("sound").cast_signed());
}

#[test]
fn the_blocks_of_groups_are_moved_too() {
    let mut file = CHROMIUM[..158].to_vec();
    ebml::write_uint(ebml::TIMESTAMP, 1000, &mut file);
    for offset in [0_u16, 60, 120] {
        let mut group = Vec::new();
        ebml::write_uint(ebml::BLOCK_DURATION, 60, &mut group);
        let [high, low] = offset.to_be_bytes();
        ebml::write_element(ebml::BLOCK, &[0x81, high, low, 0, 0x78, 1, 2], &mut group);
        ebml::write_element(ebml::BLOCK_GROUP, &group, &mut file);
    }
    let (bytes, duration_ms) = cut(&file, 1060..2000).expect("there is sound");
    assert_eq!(duration_ms, 120);
    let moved = |offset| bytes.windows(5).filter(|window| *window == [0x81, 0, offset, 0, 0x78]).count();
    assert_eq!([0, 60, 120].map(moved), [1, 1, 0]);
}

/// Random places to cut at, as fractions of the length.
fn split_at(bytes: &[u8], cuts: &[f64]) -> Vec<Vec<u8>> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| (cut * bytes.len() as f64) as usize).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places.windows(2).map(|pair| bytes[pair[0]..pair[1]].to_vec()).collect()
}

fn remux_slices(slices: &[Vec<u8>], other_slices: &[Vec<u8>]) -> Result<(Vec<u8>, u64), WebmError> {
    let mut scan = Scan::default();
    slices.iter().for_each(|slice| scan.push(slice));
    let layout = scan.finish()?;
    let (mut writer, mut mended) = (layout.writer(), Vec::new());
    other_slices.iter().for_each(|slice| writer.push(slice, &mut mended));
    writer.finish().map(|()| (mended, layout.duration_ms()))
}

/// A recording with random bytes changed.
fn damaged_recording() -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((0.0..1.0, any::<u8>()), 0..40);
    (0..RECORDINGS.len(), changes).prop_map(|(index, changes)| {
        let mut file = RECORDINGS[index].1.to_vec();
        for (place, byte) in changes {
            let place = (place * file.len() as f64) as usize;
            file[place] = byte;
        }
        file
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn the_split_of_the_slices_makes_no_difference(
        index in 0..RECORDINGS.len(),
        cuts in proptest::collection::vec(0.0..1.0, 0..40),
        other_cuts in proptest::collection::vec(0.0..1.0, 0..40),
    ) {
        let file = RECORDINGS[index].1;
        prop_assert_eq!(remux_slices(&split_at(file, &cuts), &split_at(file, &other_cuts)), remux(file));
    }

    #[test]
    fn a_damaged_recording_is_mended_or_refused(
        file in damaged_recording(),
        cuts in proptest::collection::vec(0.0..1.0, 0..20),
    ) {
        let whole = remux(&file);
        prop_assert_eq!(&remux_slices(&split_at(&file, &cuts), &split_at(&file, &cuts)), &whole);
        prop_assert!(!matches!(whole, Err(WebmError::Changed)), "the same bytes are never taken for others");
    }

    #[test]
    fn a_part_is_the_same_however_the_bytes_come(
        index in 0..RECORDINGS.len(),
        cuts in proptest::collection::vec(0.0..1.0, 0..20),
        start_ms in 0..3000_u64,
        len_ms in 1..4000_u64,
    ) {
        let (_, file, _, packet_ms) = RECORDINGS[index];
        let range_ms = start_ms..start_ms + len_ms;
        let slices = split_at(file, &cuts);
        let mut scan = Scan::of_part(range_ms.clone());
        slices.iter().for_each(|slice| scan.push(slice));
        let in_slices = scan.finish().and_then(|layout| {
            let (mut writer, mut part) = (layout.writer(), Vec::new());
            slices.iter().for_each(|slice| writer.push(slice, &mut part));
            writer.finish().map(|()| (part, layout.duration_ms()))
        });
        let whole = cut(file, range_ms.clone());
        prop_assert_eq!(&in_slices, &whole);
        if let Ok((_, duration_ms)) = whole {
            prop_assert!(duration_ms <= len_ms + packet_ms, "{} ms of {:?}", duration_ms, range_ms);
        }
    }

    #[test]
    fn random_bytes_are_refused_and_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..4096)) {
        prop_assert!(remux(&bytes).is_err());
        let after_head = [&CHROMIUM[..161], &bytes].concat();
        let _ = remux(&after_head);
        let _ = cut(&after_head, 0..10_000);
    }
}

#[test]
fn single_bytes_make_the_same_file() {
    let bytes: Vec<Vec<u8>> = CHROMIUM.iter().map(|&byte| vec![byte]).collect();
    assert_eq!(remux_slices(&bytes, &bytes), remux(CHROMIUM));
}
