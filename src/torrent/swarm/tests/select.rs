//! Torrents of several files: what is wanted of them, and whose trackers they use.

use std::ops::Range;

use sha1::{Digest, Sha1};

use super::super::super::bencode::{DictEncoder, encode_bytes};
use super::super::super::extension::{self, MetadataMessage};
use super::super::super::{Event, Phase};
use super::*;

const FIRST: Range<u64> = 0..40_000;
const SECOND: Range<u64> = 135_536..165_536;

/// Two sounds, with padding up to a piece behind the first and a text in between, in six pieces of 32 KiB. The text shares a
/// piece with the second.
fn album(private: bool) -> (Info, Vec<u8>) {
    let piece_length = 32 * 1024;
    let sound = |length: usize| (0..length).map(|at| (at % 251) as u8 + 1).collect::<Vec<u8>>();
    let files = [("One.mp3", "", sound(40_000)), ("7", "p", vec![0; 25_536]), ("b.txt", "", sound(70_000))];
    let files = [&files[..], &[("Two.mp3", "", sound(30_000))]].concat();
    let listed = files.iter().map(|(name, attributes, bytes)| {
        let dict = DictEncoder::new().integer("length", bytes.len() as i64).list("path", [encode_bytes(name)]);
        if attributes.is_empty() { dict.encode() } else { dict.bytes("attr", attributes).encode() }
    });
    let content = files.iter().flat_map(|(.., bytes)| bytes.clone()).collect::<Vec<u8>>();
    let hashes: Vec<u8> = content.chunks(piece_length).flat_map(|piece| Sha1::digest(piece).to_vec()).collect();
    let dict = DictEncoder::new().bytes("name", "Album").integer("piece length", piece_length as i64);
    let dict = dict.list("files", listed).bytes("pieces", hashes);
    let dict = if private { dict.integer("private", 1) } else { dict };
    (Info::parse(&dict.encode()).expect("a torrent"), content)
}

/// An engine with the album, added as `prepare` says.
fn rig(private: bool, prepare: impl FnOnce(&Info, AddTorrent) -> AddTorrent) -> Rig {
    let (info, bytes) = album(private);
    let (session, outputs) = (Session::new(Config::default(), 1), Vec::new());
    let (holds_reads, reads) = (false, Vec::new());
    let mut rig = Rig { session, now: 0, socket: SocketId(0), info, bytes, outputs, strangers: 0, holds_reads, reads };
    let add = AddTorrent { trackers: vec!["wss://tracker".to_owned()], ..AddTorrent::new(rig.hash()) };
    let add = prepare(&rig.info, add);
    rig.feed(Input::Command(Command::Add(add)));
    rig.socket = rig.socket_of("wss://tracker").expect("its own tracker is asked");
    rig.feed(Input::SocketOpened(rig.socket));
    rig
}

impl Rig {
    fn socket_of(&self, wanted: &str) -> Option<SocketId> {
        self.outputs.iter().find_map(|output| match output {
            Output::OpenSocket(socket, url) if url == wanted => Some(*socket),
            _ => None,
        })
    }

    fn select(&mut self, bytes: &[Range<u64>]) {
        let none = Bitfield::new(self.info.piece_count());
        self.feed(Input::Command(Command::Select(self.hash(), bytes.to_vec(), none)));
    }

    /// A peer that has all of it, and serves.
    fn meet_seed(&mut self) -> Remote {
        let mut seed = self.meet(LIBTORRENT);
        self.say(&seed, &self.extended(Some(self.info.raw().len() as u32)));
        self.say(&seed, &Message::HaveAll);
        self.say(&seed, &Message::Unchoke);
        let _ = self.hear(&mut seed);
        seed
    }

    /// Answers every request until there are no more, and returns which were answered.
    fn feed_blocks(&mut self, seed: &mut Remote, mut asked: Vec<BlockRequest>) -> Vec<BlockRequest> {
        let mut answered = Vec::new();
        while !asked.is_empty() {
            for request in &asked {
                let block = self.block(*request);
                self.say(seed, &block);
            }
            answered.append(&mut asked);
            asked = requests(&self.hear(seed));
        }
        answered.sort_unstable_by_key(|request| (request.piece, request.begin));
        answered
    }

    fn completes(&self) -> usize {
        self.outputs.iter().filter(|output| matches!(output, Output::Event(Event::Complete(_)))).count()
    }
}

fn with_info(info: &Info, add: AddTorrent) -> AddTorrent {
    AddTorrent { info: Some(info.raw().to_vec()), ..add }
}

#[test]
fn nothing_of_several_files_is_fetched_before_somebody_says_which() {
    let mut rig = rig(false, with_info);
    let mut seed = rig.meet_seed();
    assert_eq!(requests(&rig.hear(&mut seed)), []);
    assert_eq!(rig.completes(), 0, "nothing is wanted yet, and that is not all");

    rig.select(&[FIRST]);
    let said = rig.hear(&mut seed);
    let answered = rig.feed_blocks(&mut seed, requests(&said));
    let blocks: Vec<(u32, u32)> = answered.iter().map(|request| (request.piece, request.begin)).collect();
    assert_eq!(blocks, [(0, 0), (0, 16_384), (1, 0)], "the block that is all padding is known to be zeros");
    assert_eq!(rig.completes(), 1, "all that is wanted is all");
    let status = rig.session.status(&rig.hash()).expect("it is there");
    assert_eq!((status.phase, status.have_bytes, status.total_bytes), (Phase::Seeding, 65_536, 65_536));
}

#[test]
fn who_has_all_that_they_want_says_so_and_serves_it() {
    let mut rig = rig(false, |info, add| AddTorrent { wanted: Some(vec![FIRST]), ..with_info(info, add) });
    let mut other = rig.meet(WEBTORRENT);
    rig.say(&other, &rig.extended(Some(1)));
    rig.say(&other, &Message::Bitfield(vec![0; 1]));
    let mut seed = rig.meet_seed();
    rig.say(&seed, &Message::Choke);
    rig.say(&seed, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut seed));
    rig.feed_blocks(&mut seed, asked);
    let told = rig.hear(&mut other).into_iter().filter_map(|message| match message {
        Message::Extended(0, payload) => ExtendedHandshake::parse(&payload).ok()?.upload_only,
        _ => None,
    });
    assert_eq!(told.collect::<Vec<_>>(), [true], "once, when it became so (BEP 21)");
    rig.say(&other, &Message::Interested);
    rig.say(&other, &Message::Request(BlockRequest { piece: 1, begin: 16_384, length: 16_384 }));
    let said = rig.hear(&mut other);
    assert!(
        blocks(&said)
            .iter()
            .any(|block| matches!(block, Message::Piece { data, .. } if data.iter().all(|byte| *byte == 0))),
        "padding is served like anything else: {said:?}"
    );
}

#[test]
fn what_is_not_kept_is_not_claimed_any_more() {
    let stored = |info: &Info| Bitfield::from_bytes([0b1100_1100], info.piece_count()).expect("six pieces");
    let mut rig = rig(false, |info, add| AddTorrent {
        have: Some(Bitfield::full(info.piece_count())),
        wanted: Some(vec![FIRST, SECOND]),
        ..with_info(info, add)
    });
    let mut other = rig.meet(LIBTORRENT);
    rig.say(&other, &rig.extended(Some(1)));
    let said = rig.hear(&mut other);
    assert!(said.contains(&Message::Bitfield(stored(&rig.info).as_bytes().to_vec())), "{said:?}");

    rig.select(&[SECOND]);
    let lost = |said: Vec<Message>| {
        let lost = said.into_iter().filter_map(|message| match message {
            Message::Extended(8, payload) => extension::parse_dont_have(&payload).ok(),
            _ => None,
        });
        lost.collect::<Vec<_>>()
    };
    assert_eq!(lost(rig.hear(&mut other)), [0, 1]);
    rig.say(&other, &Message::Interested);
    let gone = BlockRequest { piece: 0, begin: 0, length: 16_384 };
    rig.say(&other, &Message::Request(gone));
    assert!(rig.hear(&mut other).contains(&Message::Reject(gone)));
    rig.say(&other, &Message::Request(BlockRequest { piece: 4, begin: 0, length: 16_384 }));
    assert_eq!(blocks(&rig.hear(&mut other)).len(), 1, "the other memo is served as before");

    let hash = rig.hash();
    let again = stored(&rig.info);
    rig.feed(Input::Command(Command::Select(hash, vec![FIRST, SECOND], again)));
    let said = rig.hear(&mut other);
    assert!(said.contains(&Message::Have(0)) && said.contains(&Message::Have(1)), "out of the bin: {said:?}");
}

#[test]
fn what_is_not_wanted_any_more_is_called_off() {
    let mut rig = rig(false, |info, add| AddTorrent { wanted: Some(vec![FIRST, SECOND]), ..with_info(info, add) });
    let mut seed = rig.meet(LIBTORRENT);
    rig.say(&seed, &Message::HaveAll);
    rig.say(&seed, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut seed));
    assert!(
        asked.iter().any(|request| request.piece < 2) && asked.iter().all(|request| !(2..4).contains(&request.piece))
    );
    rig.select(&[SECOND]);
    let cancelled: Vec<u32> = rig
        .hear(&mut seed)
        .into_iter()
        .filter_map(|message| if let Message::Cancel(request) = message { Some(request.piece) } else { None })
        .collect();
    assert_eq!(cancelled.len(), 3, "the blocks of the first memo that are not padding: {cancelled:?}");
    for request in asked {
        let block = rig.block(request);
        rig.say(&seed, &block);
    }
    let status = rig.session.status(&rig.hash()).expect("it is there");
    assert_eq!(
        (rig.completes(), status.have_bytes),
        (1, 32_768 + 1_696),
        "blocks that crossed with it are nobody's fault"
    );
}

#[test]
fn blocks_that_cross_with_a_cancel_are_nobodys_fault_however_many() {
    let mut rig = rig(false, |info, add| AddTorrent { wanted: Some(vec![SECOND]), ..with_info(info, add) });
    let mut seed = rig.meet_seed();
    for _ in 0..40 {
        rig.select(&[FIRST, SECOND]);
        let asked = requests(&rig.hear(&mut seed));
        assert_eq!(asked.len(), 3);
        rig.select(&[SECOND]);
        let heard = rig.hear(&mut seed);
        for request in asked {
            assert!(heard.contains(&Message::Cancel(request)), "{heard:?}");
            let block = rig.block(request);
            rig.say(&seed, &block);
        }
    }
    assert!(!rig.hung_up(&seed));
}

#[test]
fn two_that_want_nothing_more_part() {
    let mut rig = rig(false, |info, add| AddTorrent {
        have: Some(Bitfield::full(info.piece_count())),
        wanted: Some(vec![FIRST]),
        ..with_info(info, add)
    });
    let other = rig.meet(LIBTORRENT);
    let handshake = ExtendedHandshake { upload_only: Some(true), ..ExtendedHandshake::default() };
    rig.say(&other, &Message::Extended(0, handshake.encode()));
    assert!(rig.hung_up(&other));
}

#[test]
fn a_private_torrent_keeps_to_its_own_trackers() {
    let more = || vec!["wss://site".to_owned(), "wss://tracker".to_owned()];
    let known = rig(true, |info, add| AddTorrent { more_trackers: more(), ..with_info(info, add) });
    assert_eq!(known.socket_of("wss://site"), None);
    let open = rig(false, |info, add| AddTorrent { more_trackers: more(), ..with_info(info, add) });
    assert!(open.socket_of("wss://site").is_some());

    // A link does not say that it is private; the metadata does.
    let mut rig = rig(true, |_, add| AddTorrent { more_trackers: more(), ..add });
    let site = rig.socket_of("wss://site").expect("asked until it is known");
    rig.feed(Input::SocketOpened(site));
    let mut peer = rig.meet(LIBTORRENT);
    let raw = rig.info.raw().to_vec();
    rig.say(&peer, &rig.extended(Some(raw.len() as u32)));
    let _ = rig.hear(&mut peer);
    let data = MetadataMessage::Data { piece: 0, total_size: Some(raw.len() as u32), data: raw };
    rig.say(&peer, &Message::Extended(1, data.encode()));
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Metadata(..)))));
    let closed = |socket| rig.outputs.iter().any(|output| matches!(output, Output::CloseSocket(id) if *id == socket));
    assert!(closed(site) && !closed(rig.socket));
    assert!(!rig.hung_up(&peer), "whoever is connected stays");
    let trackers = rig.session.status(&rig.hash()).expect("it is there").trackers;
    assert_eq!(trackers.iter().map(|tracker| tracker.url.as_str()).collect::<Vec<_>>(), ["wss://tracker"]);
}
