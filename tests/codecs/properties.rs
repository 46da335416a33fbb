//! What holds for all inputs: what is written is read again however it is cut, and no bytes can make a parser panic. What can be
//! said of any bytes at all is in `any_bytes`, which the fuzzer uses, too.

use crate::{any_bytes, seeds};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use voice_memos::torrent::bencode::{self, DictEncoder};
use voice_memos::torrent::extension::{ExtendedHandshake, Extensions, MetadataMessage};
use voice_memos::torrent::tracker::{
    Announce, AnnounceEvent, AnnounceReply, Answer, ClientMessage, Offer, OfferId, Relayed, ScrapeCounts, ScrapeReply,
    TrackerMessage,
};
use voice_memos::torrent::wire::{BlockRequest, Frame, Handshake, Message};
use voice_memos::torrent::{Bitfield, Info, InfoBuilder, InfoHash, Magnet, Metainfo, PeerId};

fn info_hash() -> impl Strategy<Value = InfoHash> {
    any::<[u8; 20]>().prop_map(InfoHash::new)
}

fn peer_id() -> impl Strategy<Value = PeerId> {
    any::<[u8; 20]>().prop_map(PeerId::new)
}

fn offer_id() -> impl Strategy<Value = OfferId> {
    any::<[u8; 20]>().prop_map(OfferId::new)
}

/// A text that has nothing for a reader to clean away.
fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9 é.:/=&+%?-]{1,40}"
}

fn block() -> impl Strategy<Value = BlockRequest> {
    any::<(u32, u32, u32)>().prop_map(|(piece, begin, length)| BlockRequest { piece, begin, length })
}

fn message() -> impl Strategy<Value = Message> {
    prop_oneof![
        Just(Message::KeepAlive),
        Just(Message::Choke),
        Just(Message::Unchoke),
        Just(Message::Interested),
        Just(Message::NotInterested),
        Just(Message::HaveAll),
        Just(Message::HaveNone),
        any::<u32>().prop_map(Message::Have),
        any::<u32>().prop_map(Message::Suggest),
        any::<u32>().prop_map(Message::AllowedFast),
        block().prop_map(Message::Request),
        block().prop_map(Message::Cancel),
        block().prop_map(Message::Reject),
        vec(any::<u8>(), 0..100).prop_map(Message::Bitfield),
        (any::<u8>(), vec(any::<u8>(), 0..300)).prop_map(|(id, payload)| Message::Extended(id, payload)),
        (any::<u32>(), any::<u32>(), vec(any::<u8>(), 0..300)).prop_map(|(piece, begin, data)| Message::Piece {
            piece,
            begin,
            data
        }),
        (30u8..).prop_map(Message::Unknown),
    ]
}

fn handshake() -> impl Strategy<Value = Handshake> {
    (any::<[u8; 8]>(), info_hash(), peer_id()).prop_map(|(reserved, info_hash, peer_id)| Handshake {
        reserved,
        info_hash,
        peer_id,
    })
}

/// A value, as text: canonical bencode of bounded depth.
fn bencoded() -> impl Strategy<Value = Vec<u8>> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(bencode::encode_integer),
        vec(any::<u8>(), 0..20).prop_map(bencode::encode_bytes),
    ];
    leaf.prop_recursive(4, 32, 5, |value| {
        prop_oneof![
            vec(value.clone(), 0..5).prop_map(bencode::encode_list),
            vec((vec(any::<u8>(), 0..8), value), 0..5).prop_map(|entries| entries
                .into_iter()
                .fold(DictEncoder::new(), |dict, (key, value)| dict.raw(key, value))
                .encode()),
        ]
    })
}

/// Bytes that begin like a torrent more often than chance would have it.
fn nearly_bencode() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(prop::sample::select(b"dlie0123456789:-ab".to_vec()), 0..300),
        (info(), vec((any::<prop::sample::Index>(), any::<u8>()), 0..4)).prop_map(|(info, changes)| {
            let mut bytes = info.raw().to_vec();
            changes.into_iter().for_each(|(at, byte)| *at.get_mut(&mut bytes) = byte);
            bytes
        }),
    ]
}

fn info() -> impl Strategy<Value = Info> {
    (text(), vec(any::<u8>(), 0..400), 1u32..150, option::of(any::<bool>()), option::of(bencoded())).prop_map(
        |(name, content, piece_length, private, card)| {
            let mut builder = InfoBuilder::new(name, content.len() as u64).piece_length(piece_length);
            if let Some(private) = private {
                builder = builder.private(private);
            }
            if let Some(card) = card {
                builder = builder.extra("memo", card);
            }
            builder.push(&content);
            builder.finish().expect("a torrent of its own bytes")
        },
    )
}

fn announce() -> impl Strategy<Value = ClientMessage> {
    let event = prop::sample::select(vec![None, Some(AnnounceEvent::Started), Some(AnnounceEvent::Stopped)]);
    let offers = vec((offer_id(), any::<String>()).prop_map(|(offer_id, sdp)| Offer { offer_id, sdp }), 0..5);
    let numbers = (0..1u64 << 53, 0..1u64 << 53, 0..1u64 << 53, any::<u32>());
    (info_hash(), peer_id(), event, numbers, offers, option::of(text())).prop_map(
        |(info_hash, peer_id, event, (uploaded, downloaded, left, numwant), offers, tracker_id)| {
            let offers = if event == Some(AnnounceEvent::Stopped) { vec![] } else { offers };
            let announce =
                Announce { info_hash, peer_id, event, uploaded, downloaded, left, numwant, offers, tracker_id };
            ClientMessage::Announce(announce)
        },
    )
}

fn client_message() -> impl Strategy<Value = ClientMessage> {
    let answer = (info_hash(), peer_id(), peer_id(), offer_id(), any::<String>(), 0..1u64 << 53, option::of(text()));
    prop_oneof![
        announce(),
        answer.prop_map(|(info_hash, peer_id, to_peer_id, offer_id, sdp, left, tracker_id)| {
            ClientMessage::Answer(Answer { info_hash, peer_id, to_peer_id, offer_id, sdp, left, tracker_id })
        }),
        vec(info_hash(), 0..5).prop_map(ClientMessage::Scrape),
    ]
}

fn tracker_message() -> impl Strategy<Value = TrackerMessage> {
    let count = || option::of(any::<u32>());
    let reply = (info_hash(), count(), count(), count(), count(), option::of(text()), option::of(text()));
    let relayed =
        || {
            (info_hash(), peer_id(), offer_id(), any::<String>())
                .prop_map(|(info_hash, peer_id, offer_id, sdp)| Relayed { info_hash, peer_id, offer_id, sdp })
        };
    let counts = any::<(u32, u32, u32)>();
    let scraped = (info_hash(), counts).prop_map(|(hash, (complete, incomplete, downloaded))| {
        (hash, ScrapeCounts { complete, incomplete, downloaded })
    });
    prop_oneof![
        reply.prop_map(|(info_hash, complete, incomplete, interval_s, min_interval_s, warning, tracker_id)| {
            let reply =
                AnnounceReply { info_hash, complete, incomplete, interval_s, min_interval_s, warning, tracker_id };
            TrackerMessage::Announce(reply)
        }),
        relayed().prop_map(TrackerMessage::Offer),
        relayed().prop_map(TrackerMessage::Answer),
        (option::of(scraped), count()).prop_map(|(file, min_request_interval_s)| {
            TrackerMessage::Scrape(ScrapeReply { files: file.into_iter().collect(), min_request_interval_s })
        }),
        (text(), option::of(info_hash())).prop_map(|(reason, info_hash)| TrackerMessage::Failure { reason, info_hash }),
    ]
}

/// JSON that uses the keys of the protocol with values of any kind.
fn nearly_tracker_message() -> impl Strategy<Value = String> {
    let keys =
        "action info_hash peer_id to_peer_id offer_id offers offer answer sdp left numwant event files flags interval";
    let keys: Vec<_> = keys.split(' ').chain(["failure reason", "complete"]).collect();
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<f64>().prop_map(serde_json::Value::from),
        any::<i64>().prop_map(serde_json::Value::from),
        any::<String>().prop_map(serde_json::Value::from),
        prop::sample::select(vec!["announce", "scrape", "started", "aaaaaaaaaaaaaaaaaaaa"])
            .prop_map(serde_json::Value::from),
    ];
    leaf.prop_recursive(3, 32, 6, move |value| {
        let key = prop::sample::select(keys.clone()).prop_map(str::to_owned);
        prop_oneof![
            vec(value.clone(), 0..4).prop_map(serde_json::Value::from),
            prop::collection::hash_map(key, value, 0..8)
                .prop_map(|entries| serde_json::Value::Object(entries.into_iter().collect())),
        ]
    })
    .prop_map(|value| value.to_string())
}

/// A link as it was handed out, and what messengers and people make of it.
fn nearly_link() -> impl Strategy<Value = String> {
    let part = prop::sample::select(vec![
        "magnet:?",
        "xt=urn:btih:",
        "aad050ee1bb22e196939547b134535824dabf0ce",
        "&tr=wss%3A%2F%2Fa.example",
        "&dn=",
        "a+b",
        "%2B",
        "%",
        "%25",
        "&amp;",
        "https://memos.example/share?seeds=",
        "#",
        " ",
        "xt.1=",
        "web+voicememo:",
        "é",
        "\u{202e}",
    ]);
    vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn the_wire_is_read_again_however_it_is_cut(
        handshake in handshake(), messages in vec(message(), 0..20), sizes in vec(1usize..200, 1..10),
    ) {
        let mut bytes = Vec::new();
        handshake.encode(&mut bytes);
        messages.iter().for_each(|message| message.encode(&mut bytes));
        let frames = std::iter::once(Frame::Handshake(handshake)).chain(messages.into_iter().map(Frame::Message));
        prop_assert_eq!(any_bytes::decode_in_portions(&bytes, &sizes), (frames.collect(), None));
    }

    #[test]
    fn any_bytes_are_frames_or_one_fault_however_they_are_cut(
        bytes in vec(prop_oneof![3 => Just(0u8), 1 => 0u8..25, 1 => any::<u8>()], 0..500),
    ) {
        any_bytes::wire(&bytes);
    }

    #[test]
    fn canonical_bencode_is_read_strictly_and_written_the_same(text in bencoded()) {
        let value = bencode::decode(&text).expect("canonical");
        prop_assert_eq!(any_bytes::encode(&value), &text[..]);
        prop_assert_eq!(value.raw(), &text[..]);
        prop_assert_eq!(bencode::decode_lenient(&text), Ok(value));
    }

    #[test]
    fn what_bytes_are_taken_for_is_what_they_are(bytes in nearly_bencode()) {
        any_bytes::bencode(&bytes);
        any_bytes::torrent(&bytes);
        any_bytes::extension(&bytes);
    }

    #[test]
    fn what_text_is_taken_for_is_what_it_is(text: String, nearly in nearly_tracker_message(), link in nearly_link()) {
        for text in [text, nearly, link] {
            any_bytes::tracker(&text);
            any_bytes::magnet(&text);
            any_bytes::link(&text);
        }
    }

    #[test]
    fn damaged_recordings_are_mended_or_refused(
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8), end in any::<prop::sample::Index>(),
    ) {
        let mut bytes = include_bytes!("../fixtures/chromium-whole.webm").to_vec();
        damage.into_iter().for_each(|(at, byte)| *at.get_mut(&mut bytes) = byte);
        bytes.truncate(end.index(bytes.len() + 1));
        any_bytes::webm(&bytes);
    }

    #[test]
    fn damaged_archives_are_opened_or_refused(
        index in any::<prop::sample::Index>(), damage in vec((any::<prop::sample::Index>(), any::<u8>()), 0..8),
        bytes in vec(any::<u8>(), 0..300),
    ) {
        let seeds = seeds::archives();
        let mut archive = index.get(&seeds).clone();
        damage.into_iter().for_each(|(at, byte)| *at.get_mut(&mut archive) = byte);
        any_bytes::zip(&archive);
        any_bytes::zip(&[archive, bytes.clone()].concat());
        any_bytes::zip(&bytes);
        any_bytes::wav(&bytes);
    }

    #[test]
    fn torrents_are_read_again(info in info(), trackers in vec(text(), 0..4)) {
        prop_assert_eq!(Info::parse(info.raw()), Ok(info.clone()));
        let mut distinct: Vec<String> = Vec::new();
        trackers.into_iter().for_each(|url| if !distinct.contains(&url) { distinct.push(url) });
        let metainfo = Metainfo { info, trackers: distinct, web_seeds: vec![] };
        prop_assert_eq!(Metainfo::parse(&metainfo.encode()), Ok(metainfo));
    }

    #[test]
    fn every_byte_range_is_covered_by_its_pieces(info in info(), start in 0u64..500, length in 0u64..500) {
        let covered: Vec<_> = info.pieces_in(start..start + length).collect();
        for piece in info.pieces() {
            let range = info.piece_range(piece);
            let touches = length > 0 && range.start < start + length && start < range.end;
            prop_assert_eq!(covered.contains(&piece), touches, "{:?}", piece);
        }
    }

    #[test]
    fn magnets_are_read_again(
        info_hash in info_hash(), name in option::of("[a-z0-9é.=&+%?-]{3,40}"), trackers in vec(text(), 0..4),
    ) {
        let mut distinct: Vec<String> = Vec::new();
        trackers.into_iter().for_each(|url| if !distinct.contains(&url) { distinct.push(url) });
        let magnet = Magnet { name, trackers: distinct, ..Magnet::new(info_hash) };
        let text = magnet.to_string();
        for pair in text.trim_start_matches("magnet:?").split('&') {
            prop_assert_eq!(pair.split('=').count(), 2, "JavaScript drops pairs with another =");
        }
        prop_assert_eq!(text.parse(), Ok(magnet));
    }

    #[test]
    fn bitfields_remember_what_was_set(len in 0u32..200, pieces in vec(0u32..250, 0..50)) {
        let mut have = Bitfield::new(len);
        for piece in &pieces {
            have.set(*piece);
        }
        let mut expected: Vec<_> = pieces.into_iter().filter(|piece| *piece < len).collect();
        expected.sort_unstable();
        expected.dedup();
        prop_assert_eq!(have.count_ones() as usize, expected.len());
        prop_assert_eq!(have.iter_ones().collect::<Vec<_>>(), expected);
        prop_assert_eq!(Bitfield::from_bytes(have.as_bytes(), len), Ok(have));
    }

    #[test]
    fn extension_messages_are_read_again(
        ids: [Option<u8>; 3], size in option::of(1u32..), reqq: Option<u32>, upload_only: Option<bool>,
        v in option::of(text()), piece: u32, total_size: Option<u32>, data in vec(any::<u8>(), 0..100),
    ) {
        let extensions = Extensions { ut_metadata: ids[0], lt_donthave: ids[1], upload_only: ids[2] };
        let handshake = ExtendedHandshake { extensions, metadata_size: size, reqq, upload_only, v };
        prop_assert_eq!(ExtendedHandshake::parse(&handshake.encode()), Ok(handshake));
        let message = MetadataMessage::Data { piece, total_size, data };
        prop_assert_eq!(MetadataMessage::parse(&message.encode()), Ok(message));
    }

    #[test]
    fn tracker_messages_are_read_again(to in client_message(), from in tracker_message()) {
        prop_assert_eq!(ClientMessage::parse(&to.to_json()), Ok(to));
        prop_assert_eq!(TrackerMessage::parse(&from.to_json()), Ok(from));
    }
}
