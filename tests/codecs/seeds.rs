//! Something right for each parser, made with the engine's own writers and the vectors: what the fuzzer begins with.
//! `FUZZ_CORPUS=folder cargo test --test codecs seeds` writes them there, as `make fuzz` does.

use std::fs;
use std::path::Path;

use crate::any_bytes;
use voice_memos::memo::zip::{Crc32, NewEntry, ZipWriter};
use voice_memos::memo::{ListBuilder, Memo, Origin, wav_front};
use voice_memos::torrent::extension::{ExtendedHandshake, Extensions, MetadataMessage};
use voice_memos::torrent::tracker::{
    Announce, AnnounceEvent, AnnounceReply, Answer, ClientMessage, Offer, OfferId, Relayed, ScrapeCounts, ScrapeReply,
    TrackerMessage,
};
use voice_memos::torrent::wire::{BlockRequest, Message};
use voice_memos::torrent::{InfoBuilder, InfoHash, Metainfo, PeerId};
use voice_memos::words::LocalTime;

const HASH: InfoHash = InfoHash::new([0xe9; 20]);
const PEER: PeerId = PeerId::new(*b"-VM0100-abcdefghijkl");
const OFFER: OfferId = OfferId::new([0x7f; 20]);

#[test]
fn every_seed_is_right() {
    check("bencode", &[torrents(), extensions()].concat(), any_bytes::bencode);
    check("torrent", &torrents(), any_bytes::torrent);
    check("extension", &extensions(), any_bytes::extension);
    check("wire", &wire(), any_bytes::wire);
    check("tracker", &tracker(), as_text(any_bytes::tracker));
    check("magnet", &magnets(), as_text(any_bytes::magnet));
    check("link", &links(), as_text(any_bytes::link));
    check("webm", &recordings(), any_bytes::webm);
    check("zip", &archives(), any_bytes::zip);
    check("wav", &sounds(), any_bytes::wav);
}

fn as_text(promise: fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| promise(std::str::from_utf8(bytes).expect("a seed that is text"))
}

/// Holds the promise to the seeds of a target, and keeps them if somebody wants them.
fn check(target: &str, seeds: &[Vec<u8>], promise: impl Fn(&[u8])) {
    seeds.iter().for_each(|seed| promise(seed));
    if let Some(corpus) = std::env::var_os("FUZZ_CORPUS") {
        let folder = Path::new(&corpus).join(target);
        fs::create_dir_all(&folder).expect("a folder can be made");
        for (number, seed) in seeds.iter().enumerate() {
            fs::write(folder.join(format!("seed-{number:02}")), seed).expect("a file can be written");
        }
    }
}

fn torrents() -> Vec<Vec<u8>> {
    let mut builder = InfoBuilder::new("memo.webm", 40_000).piece_length(16 * 1024);
    builder = builder.private(true).extra("memo", b"d5:title4:Memoe".to_vec());
    builder.push(&[7; 40_000]);
    let info = builder.finish().expect("all bytes are in");
    let several = b"d5:filesld4:attr1:p6:lengthi3e4:pathl4:.pad1:3eed6:lengthi5e4:pathl1:a5:b.mp3eee4:name1:n12:piece lengthi16384e\
        6:pieces20:aaaaaaaaaaaaaaaaaaaae";
    let metainfo = Metainfo {
        info: info.clone(),
        trackers: vec!["wss://a.example".into(), "wss://b.example".into()],
        web_seeds: vec!["https://c.example/memo.webm".into()],
    };
    vec![info.raw().to_vec(), several.to_vec(), metainfo.encode()]
}

fn extensions() -> Vec<Vec<u8>> {
    let handshake = ExtendedHandshake {
        extensions: Extensions { ut_metadata: Some(1), lt_donthave: Some(2), upload_only: Some(3) },
        metadata_size: Some(152),
        reqq: Some(512),
        upload_only: Some(true),
        v: Some("Voice Memos".into()),
    };
    vec![
        handshake.encode(),
        MetadataMessage::Request { piece: 1 }.encode(),
        MetadataMessage::Reject { piece: 1 }.encode(),
        MetadataMessage::Data { piece: 0, total_size: Some(9), data: b"d1:aleee".to_vec() }.encode(),
        vec![0, 0, 1, 2],
    ]
}

fn wire() -> Vec<Vec<u8>> {
    let block = BlockRequest { piece: 1, begin: 0x4000, length: 0x4000 };
    let messages = [
        Message::KeepAlive,
        Message::Unchoke,
        Message::Have(258),
        Message::Bitfield(vec![0xa0, 0]),
        Message::Request(block),
        Message::Piece { piece: 1, begin: 2, data: vec![0xff; 40] },
        Message::Cancel(block),
        Message::HaveAll,
        Message::Reject(block),
        Message::AllowedFast(4),
        Message::Extended(0, b"d1:mdee".to_vec()),
        Message::Unknown(99),
    ];
    // With a handshake, cut into portions of three and seventeen bytes.
    let front = vec![2 << 1, 3, 17];
    let mut all = front.clone();
    messages.iter().for_each(|message| message.encode(&mut all));
    let one = |message: &Message| {
        let mut bytes = front.clone();
        message.encode(&mut bytes);
        bytes
    };
    messages.iter().map(one).chain([all]).collect()
}

fn tracker() -> Vec<Vec<u8>> {
    let sdp = || "v=0\r\na=candidate:1".to_owned();
    let announce = |event, offers| Announce {
        info_hash: HASH,
        peer_id: PEER,
        event,
        uploaded: 1,
        downloaded: 2,
        left: 3,
        numwant: 5,
        offers,
        tracker_id: Some("id".into()),
    };
    let answer = Answer {
        info_hash: HASH,
        peer_id: PEER,
        to_peer_id: PEER,
        offer_id: OFFER,
        sdp: sdp(),
        left: 0,
        tracker_id: None,
    };
    let to = [
        ClientMessage::Announce(announce(Some(AnnounceEvent::Started), vec![Offer { offer_id: OFFER, sdp: sdp() }])),
        ClientMessage::Announce(announce(Some(AnnounceEvent::Stopped), vec![])),
        ClientMessage::Answer(answer),
        ClientMessage::Scrape(vec![HASH, InfoHash::new([1; 20])]),
    ];
    let relayed = || Relayed { info_hash: HASH, peer_id: PEER, offer_id: OFFER, sdp: sdp() };
    let counts = ScrapeCounts { complete: 1, incomplete: 2, downloaded: 3 };
    let reply = AnnounceReply {
        info_hash: HASH,
        complete: Some(1),
        incomplete: Some(2),
        interval_s: Some(120),
        min_interval_s: Some(60),
        warning: Some("slow down".into()),
        tracker_id: Some("id".into()),
    };
    let from = [
        TrackerMessage::Announce(reply),
        TrackerMessage::Offer(relayed()),
        TrackerMessage::Answer(relayed()),
        TrackerMessage::Scrape(ScrapeReply { files: vec![(HASH, counts)], min_request_interval_s: Some(600) }),
        TrackerMessage::Failure { reason: "no".into(), info_hash: Some(HASH) },
    ];
    let to = to.iter().map(|message| message.to_json().into_bytes());
    to.chain(from.iter().map(|message| message.to_json().into_bytes())).collect()
}

fn magnets() -> Vec<Vec<u8>> {
    let vectors: serde_json::Value = serde_json::from_str(include_str!("vectors.json")).expect("the vectors are JSON");
    let magnets = vectors["magnet"].as_array().into_iter().flatten();
    magnets.filter_map(|vector| vector["uri"].as_str()).map(|uri| uri.as_bytes().to_vec()).collect()
}

fn links() -> Vec<Vec<u8>> {
    let hash = "aad050ee1bb22e196939547b134535824dabf0ce";
    let wrapped = [
        format!(
            "https://memos.example/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{hash}%26tr%3Dwss%253A%252F%252Fa.example"
        ),
        format!("Listen: https://memos.example/share?seeds=magnet:?xt=urn:btih:{hash}&dn=a+b&tr=wss://a.example."),
        format!("web+voicememo:magnet%3A%3Fxt%3Durn%3Abtih%3A{hash}"),
        format!("https://instant.io/#{hash}"),
    ];
    magnets().into_iter().chain(wrapped.map(String::into_bytes)).collect()
}

/// Archives of nothing, of a listed memo and of some files.
pub(crate) fn archives() -> Vec<Vec<u8>> {
    let memo = Memo { title: "Idea".into(), ..Memo::new("m".parse().expect("an id"), Origin::Recorded) };
    let mut list = ListBuilder::default();
    list.push(&memo, "Idea.webm");
    let list = list.finish();
    let several: [&[(&str, &[u8])]; 3] =
        [&[], &[("Idea.webm", b"sound"), ("memos.json", &list)], &[("a/b.mp3", &[7; 300]), ("empty.wav", b"")]];
    several.iter().map(|files| archive(files)).collect()
}

fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let modified = LocalTime { year: 2026, month: 11, day: 17, hour: 8, minute: 12 };
    let (mut writer, mut archive) = (ZipWriter::default(), Vec::new());
    for &(name, bytes) in files {
        let entry = NewEntry { name, size: bytes.len() as u64, crc: Crc32::of(bytes), modified };
        archive.extend(writer.begin(&entry).expect("the last one is whole"));
        writer.content(bytes).expect("as many as promised");
        archive.extend(bytes);
    }
    archive.extend(writer.finish().expect("the last one is whole"));
    archive
}

fn sounds() -> Vec<Vec<u8>> {
    [(1, 8000), (2, 44_100)]
        .map(|(channels, rate)| {
            let mut sound = wav_front(channels, rate, 100).expect("it fits");
            sound.extend(vec![1; 200 * usize::from(channels)]);
            sound
        })
        .to_vec()
}

fn recordings() -> Vec<Vec<u8>> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    ["chromium-whole.webm", "firefox-paused.webm"]
        .iter()
        .map(|name| {
            let mut recording = fs::read(fixtures.join(name)).expect("a fixture");
            // A few clusters hold all there is to find, and a fuzzer is quicker with them.
            recording.truncate(4_000);
            recording
        })
        .collect()
}
