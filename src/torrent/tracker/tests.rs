//! Both directions, both roles.

use super::*;
use crate::torrent::PeerId;

const HASH: InfoHash = InfoHash::new(*b"aaaaaaaaaaaaaaaaaaaa");
const ME: PeerId = PeerId::new(*b"bbbbbbbbbbbbbbbbbbbb");
const YOU: PeerId = PeerId::new(*b"cccccccccccccccccccc");
const OFFER: OfferId = OfferId::new(*b"dddddddddddddddddddd");

fn announce() -> Announce {
    Announce {
        info_hash: HASH,
        peer_id: ME,
        event: Some(AnnounceEvent::Started),
        uploaded: 1,
        downloaded: 2,
        left: 3,
        numwant: 5,
        offers: vec![Offer { offer_id: OFFER, sdp: "v=0\r\n".into() }],
        tracker_id: None,
    }
}

fn json(text: &str) -> serde_json::Value {
    serde_json::from_str(text).expect("JSON")
}

/// An announce as a client may write it: ours, with these keys put in its place.
fn announced(keys: serde_json::Value) -> Result<ClientMessage, MessageError> {
    let mut message = json(&ClientMessage::Announce(announce()).to_json());
    for (key, value) in keys.as_object().expect("keys") {
        message[key] = value.clone();
    }
    ClientMessage::parse(&message.to_string())
}

fn left_of(left: serde_json::Value) -> u64 {
    match announced(json!({ "left": left })) {
        Ok(ClientMessage::Announce(announce)) => announce.left,
        other => panic!("not an announce: {other:?}"),
    }
}

#[test]
fn an_announce_has_the_keys_that_all_trackers_read() {
    let expected = json!({
        "numwant": 5, "uploaded": 1, "downloaded": 2, "left": 3, "event": "started", "action": "announce",
        "info_hash": "aaaaaaaaaaaaaaaaaaaa", "peer_id": "bbbbbbbbbbbbbbbbbbbb",
        "offers": [{ "offer": { "type": "offer", "sdp": "v=0\r\n" }, "offer_id": "dddddddddddddddddddd" }],
    });
    assert_eq!(json(&ClientMessage::Announce(announce()).to_json()), expected);
}

#[test]
fn an_update_has_no_event_and_a_seeder_an_empty_list_of_offers() {
    let passive = Announce { event: None, left: 0, numwant: 0, offers: vec![], ..announce() };
    let message = json(&ClientMessage::Announce(passive).to_json());
    assert_eq!(message.get("event"), None);
    assert_eq!(message["offers"], json!([]));
    assert_eq!(message["left"], json!(0));
}

#[test]
fn who_completes_or_stops_sends_no_offers() {
    for event in [AnnounceEvent::Completed, AnnounceEvent::Stopped] {
        let message = json(&ClientMessage::Announce(Announce { event: Some(event), ..announce() }).to_json());
        assert_eq!(message.get("offers"), None, "{event:?}");
    }
}

#[test]
fn an_announce_fits_the_smallest_frame() {
    let offer = |sdp: &str| Offer { offer_id: OFFER, sdp: sdp.to_owned() };
    let sent = |sdp: &str| {
        let announce = Announce { offers: vec![offer(sdp); 20], ..announce() };
        let message = ClientMessage::Announce(announce).to_json();
        assert!(message.len() < 12 * 1024, "{} bytes", message.len());
        json(&message)["offers"].as_array().expect("offers").len()
    };
    assert_eq!(sent("v=0"), MAX_OFFERS);
    assert_eq!(sent(&"\r\n".repeat(1000)), 2, "escapes count");
    assert_eq!(sent(&"x".repeat(20_000)), 0);
}

#[test]
fn numbers_survive_javascript() {
    let message = ClientMessage::Announce(Announce { left: u64::MAX, uploaded: u64::MAX, ..announce() }).to_json();
    assert_eq!(
        (&json(&message)["left"], &json(&message)["uploaded"]),
        (&json!(9007199254740991u64), &json!(9007199254740991u64))
    );
}

#[test]
fn all_bytes_travel_in_all_names() {
    for start in (0..=255u8).step_by(20) {
        let bytes: [u8; 20] = std::array::from_fn(|index| start.wrapping_add(index as u8));
        let message = ClientMessage::Answer(Answer {
            info_hash: InfoHash::new(bytes),
            peer_id: PeerId::new(bytes),
            to_peer_id: PeerId::new(bytes),
            offer_id: OfferId::new(bytes),
            sdp: "v=0".into(),
            left: 0,
            tracker_id: Some("t".into()),
        });
        assert_eq!(ClientMessage::parse(&message.to_json()), Ok(message));
    }
    let nul = ClientMessage::Scrape(vec![InfoHash::new([0; 20])]).to_json();
    assert!(nul.contains("\\u0000"), "control characters are escaped: {nul}");
}

#[test]
fn names_are_twenty_characters_up_to_ff() {
    for bad in [json!("a".repeat(19)), json!("a".repeat(21)), json!("Ā".repeat(20)), json!(""), json!(7), json!(null)]
    {
        let problem = |key: &str| announced(json!({ key: bad })).expect_err("a bad name").problem;
        assert_eq!(problem("info_hash"), Problem::Invalid("info_hash"), "{bad}");
        assert_eq!(problem("peer_id"), Problem::Invalid("peer_id"), "{bad}");
    }
    assert!(announced(json!({ "peer_id": "ÿ".repeat(20) })).is_ok());
}

fn answer() -> Answer {
    Answer {
        info_hash: HASH,
        peer_id: ME,
        to_peer_id: YOU,
        offer_id: OFFER,
        sdp: "v=0".into(),
        left: 0,
        tracker_id: None,
    }
}

#[test]
fn names_in_answers_and_in_what_is_relayed_are_no_other() {
    let relayed = Relayed { info_hash: HASH, peer_id: YOU, offer_id: OFFER, sdp: "v=0".into() };
    let answer = json(&ClientMessage::Answer(answer()).to_json());
    let relayed = [TrackerMessage::Offer(relayed.clone()), TrackerMessage::Answer(relayed)];
    let with = |message: &serde_json::Value, key: &str, name: &serde_json::Value| {
        let mut message = message.clone();
        message[key] = name.clone();
        message.to_string()
    };
    for bad in [json!("a".repeat(19)), json!("a".repeat(21)), json!("Ā".repeat(20)), json!(""), json!(7), json!(null)]
    {
        for key in ["info_hash", "peer_id", "to_peer_id", "offer_id"] {
            let problem = ClientMessage::parse(&with(&answer, key, &bad)).expect_err("a bad name").problem;
            assert_eq!(problem, Problem::Invalid(key), "{bad}");
        }
        for (message, key) in relayed.iter().flat_map(|it| ["info_hash", "peer_id", "offer_id"].map(|key| (it, key))) {
            let text = with(&json(&message.to_json()), key, &bad);
            assert_eq!(TrackerMessage::parse(&text).expect_err("a bad name").problem, Problem::Invalid(key), "{bad}");
        }
    }
    for key in ["info_hash", "peer_id", "to_peer_id", "offer_id"] {
        assert!(ClientMessage::parse(&with(&answer, key, &json!("ÿ".repeat(20)))).is_ok(), "{key}");
    }
}

#[test]
fn an_answer_says_how_much_is_left() {
    let expected = json!({
        "action": "announce", "info_hash": "aaaaaaaaaaaaaaaaaaaa", "peer_id": "bbbbbbbbbbbbbbbbbbbb",
        "to_peer_id": "cccccccccccccccccccc", "answer": { "type": "answer", "sdp": "v=0" },
        "offer_id": "dddddddddddddddddddd", "left": 0,
    });
    assert_eq!(json(&ClientMessage::Answer(answer()).to_json()), expected);
}

#[test]
fn only_a_zero_is_a_seeder() {
    assert_eq!(left_of(json!(0)), 0);
    assert_eq!(left_of(json!(0.0)), 0);
    assert_eq!(left_of(json!(7)), 7);
    assert_eq!(left_of(json!(0.5)), 1);
    for unknown in [json!(null), json!(-1), json!(-0.5), json!("0"), json!([])] {
        assert_eq!(left_of(unknown.clone()), UNKNOWN_LEFT, "{unknown}");
    }
}

#[test]
fn events_that_trackers_need_not_know_are_updates() {
    for (event, expected) in [
        (json!("started"), Some(AnnounceEvent::Started)),
        (json!("completed"), Some(AnnounceEvent::Completed)),
        (json!("stopped"), Some(AnnounceEvent::Stopped)),
        (json!("paused"), None),
        (json!("update"), None),
        (json!(""), None),
        (json!(null), None),
        (json!(7), None),
    ] {
        let Ok(ClientMessage::Announce(announce)) = announced(json!({ "event": event })) else { panic!("{event}") };
        assert_eq!(announce.event, expected, "{event}");
    }
}

#[test]
fn a_bare_announce_is_enough() {
    let text =
        r#"{"action":"announce","info_hash":"aaaaaaaaaaaaaaaaaaaa","peer_id":"bbbbbbbbbbbbbbbbbbbb","answer":null}"#;
    let bare = Announce {
        event: None,
        uploaded: 0,
        downloaded: 0,
        left: UNKNOWN_LEFT,
        numwant: 0,
        offers: vec![],
        ..announce()
    };
    assert_eq!(ClientMessage::parse(text), Ok(ClientMessage::Announce(bare)));
}

#[test]
fn offers_are_limited_and_wrong_ones_passed_over() {
    let offers = |offers: serde_json::Value| match announced(json!({ "offers": offers, "numwant": null })) {
        Ok(ClientMessage::Announce(announce)) => announce.offers.len(),
        other => panic!("{other:?} is no announce"),
    };
    let offer = json!({ "offer_id": "dddddddddddddddddddd", "offer": { "type": "offer", "sdp": "v=0" } });
    assert_eq!(offers(json!(vec![&offer; 82])), 20);
    for wrong in [json!(7), json!({}), json!({ "fake_offer": "fake_offer_0" })] {
        assert_eq!(offers(json!([wrong, offer])), 1, "{wrong}");
    }
    for wrong in [json!({}), json!("v=0"), json!({ "sdp": 7 }), json!({ "sdp": "x".repeat(70_000) })] {
        assert_eq!(offers(json!([{ "offer_id": "dddddddddddddddddddd", "offer": wrong }, offer])), 1);
    }
    for bad in [json!("a".repeat(19)), json!("Ā".repeat(20)), json!(7), json!(null)] {
        assert_eq!(offers(json!([{ "offer_id": bad, "offer": { "sdp": "" } }, offer])), 1, "{bad}");
    }
    for offers in [json!(7), json!({})] {
        assert_eq!(announced(json!({ "offers": offers })).expect_err("bad offers").problem, Problem::Invalid("offers"));
    }
}

#[test]
fn scrapes_name_one_torrent_or_many() {
    let many = ClientMessage::Scrape(vec![HASH, InfoHash::new([0xff; 20])]);
    assert_eq!(ClientMessage::parse(&many.to_json()), Ok(many));
    let one = r#"{"action":"scrape","info_hash":"aaaaaaaaaaaaaaaaaaaa"}"#;
    assert_eq!(ClientMessage::parse(one), Ok(ClientMessage::Scrape(vec![HASH])));
    let all = ClientMessage::parse(r#"{"action":"scrape"}"#).expect_err("everything");
    assert_eq!(all.problem, Problem::Invalid("info_hash"));
    let Ok(ClientMessage::Scrape(hashes)) = ClientMessage::parse(
        &json!({ "action": "scrape", "info_hash": vec!["aaaaaaaaaaaaaaaaaaaa"; 1000] }).to_string(),
    ) else {
        panic!("a thousand")
    };
    assert_eq!(hashes.len(), MAX_SCRAPE);
}

#[test]
fn errors_say_which_swarm_they_are_about() {
    let hash = "aaaaaaaaaaaaaaaaaaaa";
    for (message, info_hash, reason) in [
        (json!({ "info_hash": hash }), Some(HASH), "missing action"),
        (json!({ "info_hash": hash, "action": 7 }), Some(HASH), "missing action"),
        (json!({ "info_hash": hash, "action": "dance" }), Some(HASH), "unknown action"),
        (json!({ "info_hash": hash, "action": "announce" }), Some(HASH), "invalid peer_id"),
        (json!({ "info_hash": "short", "action": "announce" }), None, "invalid info_hash"),
        (json!(["announce"]), None, "invalid message"),
        (json!("x".repeat(MAX_MESSAGE_LEN)), None, "message too long"),
    ] {
        let failure: TrackerMessage = ClientMessage::parse(&message.to_string()).expect_err("a bad message").into();
        assert_eq!(failure, TrackerMessage::Failure { reason: reason.into(), info_hash });
        assert_eq!(TrackerMessage::parse(&failure.to_json()), Ok(failure));
    }
    for text in ["", "{", "null", "\u{0}", &"[".repeat(100_000), r#"{"action":"\ud800"}"#] {
        assert_eq!(ClientMessage::parse(text).expect_err("junk").problem, Problem::NotAnObject);
    }
}

#[test]
fn a_reply_is_read_with_whatever_the_tracker_says() {
    let parse = |message: serde_json::Value| TrackerMessage::parse(&message.to_string());
    let reply = AnnounceReply {
        info_hash: HASH,
        complete: Some(1),
        incomplete: Some(0),
        interval_s: Some(120),
        min_interval_s: None,
        warning: None,
        tracker_id: None,
    };
    let hash = "aaaaaaaaaaaaaaaaaaaa";
    let text = json!({ "complete": 1, "incomplete": 0, "action": "announce", "interval": 120, "info_hash": hash });
    assert_eq!(json(&TrackerMessage::Announce(reply.clone()).to_json()), text);
    assert_eq!(parse(text), Ok(TrackerMessage::Announce(reply.clone())));
    let sloppy = json!({ "action": "announce", "info_hash": hash, "interval": 1e300, "complete": -1, "warning message": "a\nb" });
    let expected = AnnounceReply {
        complete: None,
        incomplete: None,
        interval_s: Some(u32::MAX),
        warning: Some("ab".into()),
        ..reply.clone()
    };
    assert_eq!(parse(sloppy), Ok(TrackerMessage::Announce(expected)));
    let after =
        |interval_s, min_interval_s| AnnounceReply { interval_s, min_interval_s, ..reply.clone() }.reannounce_after_s();
    assert_eq!((after(Some(0), Some(9)), after(Some(5), Some(9)), after(Some(0), None)), (Some(9), Some(5), None));
}

#[test]
fn failures_are_read_with_or_without_an_action() {
    let failure = |reason: &str, info_hash| Ok(TrackerMessage::Failure { reason: reason.into(), info_hash });
    assert_eq!(TrackerMessage::parse(r#"{"failure reason":"invalid info_hash"}"#), failure("invalid info_hash", None));
    let about = r#"{"action":"announce","failure reason":"no","info_hash":"aaaaaaaaaaaaaaaaaaaa"}"#;
    assert_eq!(TrackerMessage::parse(about), failure("no", Some(HASH)));
    let long = json!({ "failure reason": "é".repeat(9999) }).to_string();
    assert_eq!(TrackerMessage::parse(&long), failure(&"é".repeat(200), None));
}

#[test]
fn offers_and_answers_are_relayed_with_who_made_them() {
    let relayed = Relayed { info_hash: HASH, peer_id: YOU, offer_id: OFFER, sdp: "v=0".into() };
    let expected = json!({
        "action": "announce", "info_hash": "aaaaaaaaaaaaaaaaaaaa", "peer_id": "cccccccccccccccccccc",
        "offer_id": "dddddddddddddddddddd", "offer": { "type": "offer", "sdp": "v=0" },
    });
    let offer = TrackerMessage::Offer(relayed.clone());
    assert_eq!(json(&offer.to_json()), expected);
    for message in [offer, TrackerMessage::Answer(relayed)] {
        assert_eq!(TrackerMessage::parse(&message.to_json()), Ok(message));
    }
}

#[test]
fn scrape_replies_count_each_torrent() {
    let counts = ScrapeCounts { complete: 1, incomplete: 2, downloaded: 3 };
    let reply = ScrapeReply { files: vec![(HASH, counts)], min_request_interval_s: Some(600) };
    let expected = json!({
        "action": "scrape",
        "files": { "aaaaaaaaaaaaaaaaaaaa": { "complete": 1, "incomplete": 2, "downloaded": 3 } },
        "flags": { "min_request_interval": 600 },
    });
    let message = TrackerMessage::Scrape(reply);
    assert_eq!(json(&message.to_json()), expected);
    assert_eq!(TrackerMessage::parse(&expected.to_string()), Ok(message));
    let without_flags = r#"{"action":"scrape","files":{"short":{},"aaaaaaaaaaaaaaaaaaaa":{"complete":1}}}"#;
    let counts = ScrapeCounts { complete: 1, ..ScrapeCounts::default() };
    let expected = ScrapeReply { files: vec![(HASH, counts)], min_request_interval_s: None };
    assert_eq!(TrackerMessage::parse(without_flags), Ok(TrackerMessage::Scrape(expected)));
}
