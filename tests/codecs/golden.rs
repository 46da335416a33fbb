//! What create-torrent, parse-torrent and magnet-uri make of the same input.

use serde_json::Value;
use sha1::{Digest, Sha1};
use voice_memos::torrent::bencode::{DictEncoder, encode_bytes};
use voice_memos::torrent::{Info, InfoBuilder, Magnet, default_piece_length};

fn vectors() -> Value {
    serde_json::from_str(include_str!("vectors.json")).expect("the vectors are JSON")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// So many bytes of the vectors' pattern.
fn pattern(length: u64) -> Vec<u8> {
    (0..length).map(|i| ((i * 31 + (i >> 8) * 7) & 255) as u8).collect()
}

/// The torrent of the vectors' pattern, pushed in portions that fit nothing.
fn create(vector: &Value) -> Info {
    let length = vector["len"].as_u64().expect("a length");
    let mut builder = InfoBuilder::new(vector["name"].as_str().expect("a name"), length);
    if let Some(private) = vector["private"].as_bool() {
        builder = builder.private(private);
    }
    pattern(length).chunks(100_003).for_each(|portion| builder.push(portion));
    builder.finish().expect("a torrent")
}

#[test]
fn torrents_are_those_of_create_torrent() {
    let vectors = vectors();
    let single = |vector: &&Value| vector["len"].is_u64();
    let mut checked = 0;
    for vector in vectors["create"].as_array().expect("vectors").iter().filter(single) {
        let info = create(vector);
        assert_eq!(info.info_hash().to_string(), vector["infoHash"].as_str().expect("an infohash"), "{vector}");
        assert_eq!(Info::parse(info.raw()), Ok(info.clone()));
        if let Some(expected) = vector["infoHex"].as_str() {
            assert_eq!(hex(info.raw()), expected);
        }
        if let Some(expected) = vector["pieceLength"].as_u64() {
            let last = info.pieces().last().expect("a last piece");
            assert_eq!(u64::from(info.piece_length()), expected);
            assert_eq!(u64::from(info.piece_count()), vector["pieces"]);
            assert_eq!(u64::from(info.piece_len(last)), vector["lastPieceLength"]);
            let first = info.piece(0).and_then(|piece| info.piece_hash(piece)).expect("a first piece");
            assert_eq!(hex(&first), vector["firstPiece"].as_str().expect("its hash"));
        }
        if let Some(expected) = vector["magnet"].as_str() {
            let magnet = Magnet { name: Some(info.name().to_owned()), ..Magnet::new(info.info_hash()) };
            assert_eq!(magnet.to_string(), expected);
        }
        checked += 1;
    }
    assert_eq!(checked, 5, "all single-file vectors are checked");
}

/// An info dictionary of several files, put together by hand: the app makes none.
fn several(name: &str, files: &[(&str, &[u8])]) -> Info {
    let content: Vec<u8> = files.iter().flat_map(|(_, bytes)| bytes.iter().copied()).collect();
    let list = files.iter().map(|(path, bytes)| {
        DictEncoder::new().integer("length", bytes.len() as i64).list("path", [encode_bytes(path)]).encode()
    });
    let dict = DictEncoder::new().bytes("name", name).integer("piece length", 16384).list("files", list);
    let info = Info::parse(&dict.bytes("pieces", Sha1::digest(&content)).encode()).expect("a torrent");
    assert!(info.pieces().all(|piece| info.verify(piece, &content)));
    info
}

/// The multi-file fixtures of the JavaScript clients, put together from what they are known to hold.
#[test]
fn multi_file_torrents_are_those_of_create_torrent() {
    let vectors = vectors();
    for (name, files) in [
        ("numbers", &[("1.txt", &b"1"[..]), ("2.txt", b"22"), ("3.txt", b"333")][..]),
        ("folder", &[("file.txt", b"This is a file\n")]),
    ] {
        let info = several(name, files);
        let expected = &vectors["fixtures"][name];
        assert_eq!(info.info_hash().to_string(), expected["infoHash"].as_str().expect("an infohash"));
        assert_eq!(info.name(), expected["name"]);
        assert_eq!(info.total_length(), expected["length"]);
        assert_eq!(info.files().len() as u64, expected["files"]);
        assert_eq!(u64::from(info.piece_count()), expected["pieces"]);
    }
}

#[test]
fn the_order_of_files_is_the_one_they_were_given_in() {
    let vectors = vectors();
    let vector = vectors["create"].as_array().into_iter().flatten().find(|vector| vector["files"].is_array());
    let vector = vector.expect("a vector of several files");
    let info = several("order", &[("b.txt", &pattern(10)), ("a.txt", &pattern(10))]);
    assert_eq!(info.info_hash().to_string(), vector["infoHash"].as_str().expect("an infohash"));
    let paths: Vec<String> = info.files().iter().flat_map(|file| file.path.clone()).collect();
    assert_eq!(paths, ["b.txt", "a.txt"]);
}

/// The JavaScript clients' own fixtures, of which only the figures are here.
#[test]
fn the_figures_of_a_torrent_follow_from_its_length() {
    for (name, fixture) in vectors()["fixtures"].as_object().expect("fixtures") {
        let length = fixture["length"].as_u64().expect("a length");
        let piece_length = u64::from(default_piece_length(length));
        assert_eq!(piece_length, fixture["pieceLength"], "{name}");
        assert_eq!(length.div_ceil(piece_length), fixture["pieces"], "{name}");
        assert_eq!((length - 1) % piece_length + 1, fixture["lastPieceLength"], "{name}");
    }
}

#[test]
fn piece_lengths_are_those_of_create_torrent() {
    for (length, expected) in vectors()["piece_length"].as_object().expect("a table") {
        let length = length.parse().expect("a length");
        assert_eq!(u64::from(default_piece_length(length)), *expected, "{length} bytes");
    }
}

/// Wherever JavaScript finds an infohash, it is the one found here. What it finds nothing in may be read here.
#[test]
fn magnets_name_the_torrents_that_javascript_finds() {
    for vector in vectors()["magnet"].as_array().expect("vectors") {
        let uri = vector["uri"].as_str().expect("a link");
        let magnet = uri.parse::<Magnet>();
        match vector["parsed"]["infoHash"].as_str() {
            Some(expected) => {
                let magnet = magnet.expect(uri);
                assert_eq!(magnet.info_hash.to_string(), expected, "{uri}");
                assert!(magnet.web_seeds.is_empty(), "{uri}");
                // JavaScript loses a tracker with an `=` that is not encoded.
                let announce = vector["parsed"]["announce"].as_array().expect("a list");
                assert_eq!(magnet.trackers.len() - announce.len(), uri.matches("tr=").count(), "{uri}");
            }
            None if uri.contains("xt.1") => {
                assert!(magnet.is_ok(), "numbered topics are read, though not by JavaScript")
            }
            None => assert!(magnet.is_err(), "{uri} names nothing"),
        }
    }
}
