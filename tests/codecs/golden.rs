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

/// The torrent of the vectors' pattern, pushed in portions that fit nothing.
fn create(vector: &Value) -> Info {
    let length = vector["len"].as_u64().expect("a length");
    let mut builder = InfoBuilder::new(vector["name"].as_str().expect("a name"), length);
    if let Some(private) = vector["private"].as_bool() {
        builder = builder.private(private);
    }
    let content: Vec<u8> = (0..length).map(|i| ((i * 31 + (i >> 8) * 7) & 255) as u8).collect();
    content.chunks(100_003).for_each(|portion| builder.push(portion));
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

/// The multi-file fixtures of the JavaScript clients, put together from what they are known to hold.
#[test]
fn multi_file_torrents_are_those_of_create_torrent() {
    let vectors = vectors();
    for (name, files) in [
        ("numbers", &[("1.txt", "1"), ("2.txt", "22"), ("3.txt", "333")][..]),
        ("folder", &[("file.txt", "This is a file\n")]),
    ] {
        let content: String = files.iter().map(|(_, bytes)| *bytes).collect();
        let files = files.iter().map(|(path, bytes)| {
            DictEncoder::new().integer("length", bytes.len() as i64).list("path", [encode_bytes(path)]).encode()
        });
        let dict = DictEncoder::new().bytes("name", name).integer("piece length", 16384).list("files", files);
        let info = Info::parse(&dict.bytes("pieces", Sha1::digest(&content)).encode()).expect("a torrent");
        let expected = &vectors["fixtures"][name];
        assert_eq!(info.info_hash().to_string(), expected["infoHash"].as_str().expect("an infohash"));
        assert_eq!(info.total_length(), expected["length"]);
        assert_eq!(info.files().len() as u64, expected["files"]);
        assert!(info.pieces().all(|piece| info.verify(piece, content.as_bytes())));
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
            Some(expected) => assert_eq!(magnet.expect(uri).info_hash.to_string(), expected, "{uri}"),
            None if uri.contains("xt.1") => {
                assert!(magnet.is_ok(), "numbered topics are read, though not by JavaScript")
            }
            None => assert!(magnet.is_err(), "{uri} names nothing"),
        }
    }
}
