//! What a careful suite holds about torrent files and magnets, case by case.

use sha1::{Digest, Sha1};
use voice_memos::memo::memos_of;
use voice_memos::torrent::bencode::{DictEncoder, encode_bytes, encode_list};
use voice_memos::torrent::wire::{Decoder, Frame, Handshake, Message};
use voice_memos::torrent::{
    Bitfield, FileSelection, Info, InfoBuilder, InvalidMagnet, MAX_INFO_LEN, Magnet, Metainfo, MetainfoError, PeerId,
};

/// Two sounds and a text, made into a torrent of both versions by libtorrent 2.1.1, which pads every file to a whole piece.
const HYBRID: &[u8] = include_bytes!("hybrid.torrent");

/// The same of the second version alone.
const SECOND_VERSION: &[u8] = include_bytes!("v2.torrent");

const HASH: &str = "aad050ee1bb22e196939547b134535824dabf0ce";

fn pattern(length: usize) -> Vec<u8> {
    (0..length).map(|at| ((at * 31 + (at >> 8) * 7) & 255) as u8).collect()
}

fn single(length: usize) -> Info {
    let mut builder = InfoBuilder::new("memo.webm", length as u64);
    builder.push(&pattern(length));
    builder.finish().expect("a torrent")
}

/// A torrent of files of one byte each in pieces of one byte.
fn of_paths(paths: &[&[&str]]) -> Result<Info, MetainfoError> {
    let files = paths
        .iter()
        .map(|path| DictEncoder::new().integer("length", 1).list("path", path.iter().map(encode_bytes)).encode());
    let dict = DictEncoder::new().bytes("name", "folder").integer("piece length", 1).list("files", files);
    Info::parse(&dict.bytes("pieces", vec![0; 20 * paths.len()]).encode())
}

#[test]
fn a_torrent_of_both_versions_is_fetched_by_its_first() {
    let file = Metainfo::parse(HYBRID).expect("a torrent file");
    let info = &file.info;
    assert_eq!(info.info_hash().to_string(), "4fe790823199fcd00717fd648987cc3d55c83ea0", "as libtorrent says");
    let padding: Vec<u64> = info.files().iter().filter(|file| file.padding).map(|file| file.length).collect();
    assert_eq!(padding, [9152, 12_768, 16_370]);
    let mut content = Vec::new();
    for file in info.files() {
        content.extend(match file.path.last().map(String::as_str) {
            Some("One.mp3" | "Two.mp3") => pattern(file.length as usize),
            Some("words.txt") => b"What was said.".to_vec(),
            _ => vec![0; file.length as usize],
        });
    }
    for piece in info.pieces() {
        let range = info.piece_range(piece);
        assert!(info.verify(piece, &content[range.start as usize..range.end as usize]), "padding is zeros");
    }
    let titles: Vec<String> = memos_of(info, None, 0).into_iter().map(|memo| memo.title).collect();
    assert_eq!(titles, ["One", "Two"]);
    let exported = Metainfo::parse(&file.encode()).expect("a torrent file");
    assert_eq!(exported.info.raw(), info.raw(), "the second version passes through untouched");
}

#[test]
fn a_torrent_of_the_second_version_alone_says_so() {
    assert_eq!(Metainfo::parse(SECOND_VERSION), Err(MetainfoError::SecondVersion));
    assert!(MetainfoError::SecondVersion.to_string().contains("BitTorrent v2"));
}

#[test]
fn every_length_has_its_pieces() {
    const PIECE: usize = 16_384;
    for (length, pieces, last) in [
        (0, 0, 0),
        (1, 1, 1),
        (PIECE - 1, 1, PIECE - 1),
        (PIECE, 1, PIECE),
        (PIECE + 1, 2, 1),
        (2 * PIECE, 2, PIECE),
        (2 * PIECE + 1, 3, 1),
    ] {
        let info = single(length);
        let lengths: Vec<u32> = info.pieces().map(|piece| info.piece_len(piece)).collect();
        assert_eq!((lengths.len(), *lengths.last().unwrap_or(&0) as usize), (pieces, last), "{length} bytes");
        assert_eq!(lengths.iter().map(|length| u64::from(*length)).sum::<u64>(), length as u64);
    }
}

#[test]
fn being_private_is_part_of_what_a_torrent_is() {
    let hash = |private: Option<bool>| {
        let builder = InfoBuilder::new("a", 0);
        let builder = private.into_iter().fold(builder, InfoBuilder::private);
        let info = builder.finish().expect("a torrent");
        assert_eq!(info.private(), private);
        info.info_hash()
    };
    let hashes = [hash(None), hash(Some(false)), hash(Some(true))];
    assert!(hashes[0] != hashes[1] && hashes[1] != hashes[2] && hashes[0] != hashes[2]);
}

#[test]
fn no_path_leads_out_of_its_folder() {
    for (path, shown) in [
        (&["..", "x"][..], &["_", "x"][..]),
        (&[".", "x"], &["_", "x"]),
        (&["/etc/passwd"], &["_etc_passwd"]),
        (&["C:\\x"], &["C:_x"]),
        (&["a", "", "x"], &["a", "Unnamed", "x"]),
        (&["\u{202e}3pm.txt\0"], &["3pm.txt"]),
    ] {
        assert_eq!(of_paths(&[path]).expect("a torrent").files()[0].path, shown, "{path:?}");
    }
    for path in [&[][..], &["a"; 33]] {
        assert_eq!(of_paths(&[path]), Err(MetainfoError::Files));
    }
}

#[test]
fn files_of_one_name_stay_two() {
    let info = of_paths(&[&["a.mp3"], &["a.mp3"], &["A.mp3"]]).expect("a torrent");
    let memos = memos_of(&info, None, 0);
    assert_eq!(memos.len(), 3);
    assert!(memos[0].id != memos[1].id);
}

#[test]
fn hashes_that_do_not_add_up_are_refused() {
    let dict = |length: i64, hashes: usize| {
        let dict = DictEncoder::new().bytes("name", "a").integer("length", length).integer("piece length", 16_384);
        Info::parse(&dict.bytes("pieces", vec![0; hashes]).encode())
    };
    assert!(dict(16_384, 20).is_ok());
    assert_eq!(dict(16_384, 19), Err(MetainfoError::Hashes));
    assert_eq!(dict(16_384, 0), Err(MetainfoError::PieceCount));
    assert_eq!(dict(16_385, 20), Err(MetainfoError::PieceCount));
    assert_eq!(dict(i64::MAX, 20), Err(MetainfoError::PieceCount), "a claim of many pieces allocates none");
}

#[test]
fn as_many_pieces_as_metadata_can_name_are_read_and_said() {
    let count = (MAX_INFO_LEN - 100) / 20;
    let dict = DictEncoder::new().bytes("name", "a").integer("length", count as i64).integer("piece length", 1);
    let info = Info::parse(&dict.bytes("pieces", vec![0; 20 * count]).encode()).expect("a torrent of tiny pieces");
    assert_eq!(info.piece_count() as usize, count);
    let mut bytes = Vec::new();
    Handshake::new(info.info_hash(), PeerId::new([1; 20])).encode(&mut bytes);
    let everything = Message::Bitfield(Bitfield::full(info.piece_count()).as_bytes().to_vec());
    everything.encode(&mut bytes);
    let mut decoder = Decoder::new();
    decoder.push(&bytes);
    assert!(matches!(decoder.next(), Ok(Some(Frame::Handshake(_)))));
    assert_eq!(decoder.next(), Ok(Some(Frame::Message(everything))), "no bitfield of a torrent is too long");
}

#[test]
fn what_is_exported_is_read_by_others_as_the_same() {
    let file = Metainfo {
        info: single(40_000),
        trackers: vec!["wss://a.example".into(), "wss://b.example/announce".into()],
        web_seeds: vec!["https://c.example/memo.webm".into()],
    };
    let bytes = file.encode();
    let tier = |url: &str| encode_list([encode_bytes(url)]);
    let expected = DictEncoder::new()
        .bytes("announce", "wss://a.example")
        .list("announce-list", [tier("wss://a.example"), tier("wss://b.example/announce")])
        .bytes("created by", concat!("Voice Memos ", env!("CARGO_PKG_VERSION")))
        .raw("info", file.info.raw())
        .list("url-list", [encode_bytes("https://c.example/memo.webm")]);
    assert_eq!(bytes, expected.encode());
    assert_eq!(Metainfo::parse(&bytes), Ok(file));

    // Even what no careful client would write passes through.
    let sloppy = b"d4:infod6:lengthi03e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaa7:ignoredi-0eee";
    let raw = &sloppy[7..sloppy.len() - 1];
    let exported = Metainfo::parse(&Metainfo::parse(sloppy).expect("leniently").encode()).expect("leniently");
    assert_eq!(exported.info.raw(), raw);
    assert_eq!(exported.info.info_hash().as_bytes()[..], Sha1::digest(raw)[..]);
}

#[test]
fn magnets_are_read_whatever_was_done_to_them() {
    let parse = |text: &str| text.parse::<Magnet>();
    for hash in [HASH.to_owned(), HASH.to_uppercase(), "vlifb3q3wixbs2jzkr5rgrjvqjg2x4go".to_owned()] {
        let magnet = parse(&format!("magnet:?xt=urn:btih:{hash}"));
        assert_eq!(magnet.map(|magnet| magnet.info_hash.to_string()).as_deref(), Ok(HASH), "{hash}");
    }
    let second = format!("urn:btmh:1220{}", "0".repeat(64));
    assert_eq!(parse(&format!("magnet:?xt={second}")), Err(InvalidMagnet::NoInfoHash), "the second version alone");
    assert!(parse(&format!("magnet:?xt={second}&xt=urn:btih:{HASH}")).is_ok(), "both");
    let rest =
        "xs=https%3A%2F%2Fx.example%2Fa.torrent&x.pe=10.0.0.1:6881&kt=a+b&xl=9&ix=0&tr=&dn=%zz&so=7-2,4294967296 \n";
    let magnet = parse(&format!("magnet:?xt=urn:btih:{HASH}&{rest}")).expect("what is not known is passed over");
    assert_eq!((magnet.trackers, magnet.web_seeds, magnet.files), (vec![], vec![], None));
    let magnet = parse(&format!("magnet:?xt=urn:btih:{HASH}&so=0,2,4-6&so=9")).expect("a link");
    assert_eq!(magnet.files, Some(FileSelection::one(9)), "of several the last counts");
}
