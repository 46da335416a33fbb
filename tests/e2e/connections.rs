//! Real connections: what happens between browsers, at their limits and when they fail, that no other test can hold.

use crate::browser::Browser::{Chromium, Firefox};
use crate::device::Setup;
use crate::matchmaker;
use crate::page::FAR_LIMIT;
use crate::scripted::Scripted;
use crate::speech::speak_for;
use crate::stage::journey;
use crate::tracker::Meeting;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use voice_memos::torrent::HIGH_WATER_BYTES;

/// What every channel takes in one message when nothing else was agreed (RFC 8841).
const DEFAULT_MAX_MESSAGE_SIZE: u64 = 64 * 1024;

#[test]
fn text_on_a_channel_does_no_harm() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("For all that", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;
        Scripted::start(stage, &link).await.plays("sayText", &[]).await;

        let listener = stage.device(Chromium).await;
        listener.receives(&link).await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        sender.is_at(&["delivered"], FAR_LIMIT).await;
    });
}

#[test]
fn messages_are_no_larger_than_a_channel_takes() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("In small parts", 8.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;
        let peer = Scripted::start(stage, &link).await;
        for told in [Value::Null, json!(DEFAULT_MAX_MESSAGE_SIZE)] {
            let received = peer.plays("downloadIn", &[told]).await;
            let bytes = STANDARD.decode(received["base64"].as_str().expect("bytes")).expect("base64");
            assert!(bytes == sent.bytes, "other bytes arrived than were sent");
            let largest = received["largestFrame"].as_u64();
            assert!(largest <= Some(DEFAULT_MAX_MESSAGE_SIZE), "a message of {largest:?} bytes came");
        }
    });
}

#[test]
fn a_channel_that_closes_in_the_middle_of_a_piece_costs_nothing_but_time() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = speak_for(10, folder.path(), "Cut off.wav");
        let sender = stage.device(Chromium).await;
        sender.imports_file(&file).await;
        let link = sender.shares().await;
        let peer = Scripted::start(stage, &link).await;
        peer.plays("download", &[]).await;
        sender.close().await;

        let listener = stage.device(Chromium).await;
        let blocks = [json!(4)];
        let (left, ()) = tokio::join!(peer.plays("leaveMidPiece", &blocks), listener.open(&link));
        assert_eq!(left, "half a piece");
        listener.is_at(&["waiting"], FAR_LIMIT).await;
        sender.start_again().await;
        sender.open("/").await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        assert!(listener.hears_file().await == std::fs::read(&file).expect("the file"), "other bytes arrived");
    });
}

#[test]
fn two_who_find_each_other_four_times_keep_one_connection() {
    journey(async |stage| {
        // Two trackers, and at each their offers cross.
        let trackers = [matchmaker::start().await, matchmaker::start().await];
        let meeting = stage.keep(Meeting::at_all(&[&trackers[0], &trackers[1]]));
        let device = async || stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        let sender = device().await;
        sender.records("Many ways", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;
        sender.close().await;

        let listeners = [device().await, device().await];
        for listener in &listeners {
            listener.watches_connections().await;
            listener.open(&link).await;
        }
        for listener in &listeners {
            let settled = async || {
                let script = "const met = watched.connections.filter((connection) => connection.remoteDescription);
                    const open = watched.channels.filter(({ readyState }) => readyState === 'open');
                    const under_way = met.filter(({ connectionState }) => /new|connecting/.test(connectionState));
                    return met.length >= 4 && !under_way.length && open.length === 1";
                listener.eval(script, vec![]).await.as_bool().filter(|settled| *settled)
            };
            listener.wait_for("one connection of four is left", FAR_LIMIT, settled).await;
        }

        sender.start_again().await;
        sender.open("/").await;
        for listener in &listeners {
            listener.arrives_at("/memo/", FAR_LIMIT).await;
            assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        }
    });
}

/// Keeps, beyond the end of the page, how often it said goodbye to a tracker.
const NOTE_FAREWELLS: &str = r#"
    const send = WebSocket.prototype.send;
    WebSocket.prototype.send = function (words) {
        if (`${words}`.includes('"event":"stopped"')) localStorage.farewells = Number(localStorage.farewells ?? 0) + 1;
        return send.call(this, words);
    }"#;

#[test]
fn a_page_that_is_left_says_goodbye_to_its_tracker() {
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        device.session().await.start_pages_with(NOTE_FAREWELLS).await;
        device.records("Goodbye", 1.0).await;
        device.shares().await;
        assert_eq!(device.eval("return localStorage.farewells ?? null", vec![]).await, Value::Null, "too early");
        device.open("/manifest.webmanifest").await;
        assert_eq!(device.eval("return localStorage.farewells", vec![]).await, "1");
    });
}

#[test]
fn a_tracker_that_is_blocked_is_no_obstacle() {
    journey(async |stage| {
        let blocked = matchmaker::start().await;
        let meeting = stage.keep(Meeting::at_all(&[&blocked, &stage.server().tracker()]));
        let sender = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        sender.records("Unblocked", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;

        let listener = stage.device_with(Setup::new(Firefox).at(meeting.origin()).blocking(&blocked)).await;
        listener.expect_unreachable(&blocked);
        listener.receives(&link).await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        let script = "const socket = new WebSocket(arguments[0]);
            return await new Promise((done) => Object.assign(socket, { onopen: () => done(false), onerror: () => done(true) }))";
        assert_eq!(listener.eval_async(script, vec![json!(blocked)]).await, true, "nothing is blocked");
    });
}

#[test]
fn a_browser_that_makes_no_more_connections_is_waited_for() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Crowded", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;

        let listener = stage.device(Chromium).await;
        listener.runs_out_of_connections().await;
        listener.open(&link).await;
        let tried = async || listener.eval("return window.refused > 0", vec![]).await.as_bool().filter(|tried| *tried);
        listener.wait_for("the browser refuses a connection", FAR_LIMIT, tried).await;
        listener.is_at(&["searching", "waiting", "connecting"], FAR_LIMIT).await;
        listener.has_connections_again().await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
    });
}

#[test]
fn a_sender_fills_no_channel_beyond_its_limit() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = speak_for(100, folder.path(), "A flood.wav");
        let sender = stage.device(Chromium).await;
        sender.watches_connections().await;
        sender.imports_file(&file).await;
        let link = sender.shares().await;
        let listener = stage.device(Chromium).await;
        listener.receives(&link).await;
        assert!(listener.hears_file().await == std::fs::read(&file).expect("the file"), "other bytes arrived");

        let watched = async |what: &str| sender.eval("return watched[arguments[0]]", vec![json!(what)]).await.as_u64();
        let (fullest, largest) = (watched("fullestBuffer").await, watched("largestMessage").await);
        // One message may leave while the buffer is just below its limit.
        let limit = HIGH_WATER_BYTES as u64 + DEFAULT_MAX_MESSAGE_SIZE;
        assert!(fullest > Some(0) && fullest <= Some(limit), "{fullest:?} bytes waited in a buffer");
        assert!(largest > Some(0) && largest <= Some(DEFAULT_MAX_MESSAGE_SIZE), "a message had {largest:?} bytes");
    });
}

#[test]
fn a_device_that_cannot_be_reached_is_told_from_one_that_is_away() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Behind walls", 2.0).await;
        let link = sender.shares().await;
        sender.close().await;
        let listener = stage.device(Chromium).await;
        listener.open(&link).await;
        listener.says("can be reached", FAR_LIMIT).await;

        Scripted::start(stage, &link).await.plays("answerFromNowhere", &[]).await;
        listener.says("could not connect directly", FAR_LIMIT).await;
        // And it is not given up.
        sender.start_again().await;
        sender.open("/").await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        listener.hears_memo().await;
    });
}

#[test]
fn two_who_wait_tell_each_other_what_they_wait_for() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Half known", 2.0).await;
        let link = sender.shares().await;
        let peer = Scripted::start(stage, &link).await;
        peer.plays("download", &[]).await;
        sender.close().await;

        let one = stage.device(Chromium).await;
        let other = stage.device(Chromium).await;
        for listener in [&one, &other] {
            listener.open(&link).await;
            listener.is_at(&["waiting"], FAR_LIMIT).await;
        }
        // One of them gets the card from somebody who leaves at once; the other one gets it from that one.
        assert_eq!(peer.plays("tellOne", &[]).await, "metadata");
        for listener in [&one, &other] {
            listener.says("Half known", FAR_LIMIT).await;
        }
        sender.start_again().await;
        sender.open("/").await;
        for listener in [&one, &other] {
            listener.arrives_at("/memo/", FAR_LIMIT).await;
            listener.hears_memo().await;
        }
    });
}
