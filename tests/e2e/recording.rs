//! Recording, and what happens when it goes wrong.

use crate::browser::Browser;
use crate::device::{Microphone, Setup};
use crate::speech::probe;
use crate::stage::journey;
use std::time::Duration;

/// What a crash may cost: the slice that was being spoken. Browsers do not cut them to the millisecond.
const SLICE_S: f64 = 1.25;

/// How long the memo's page may take to say something.
const LIMIT: Duration = Duration::from_secs(20);

in_each_browser!(a_recording_stays);
fn a_recording_stays(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let path = device.records("Shopping, and a thought", 5.0).await;
        let heard = device.hears_memo().await;
        assert!(heard.probe.decoded_s >= 4.5, "5 s were recorded, {:?} are there", heard.probe);
        let declared_s = heard.probe.declared_s.expect("the container declares its duration");
        assert!((declared_s - heard.duration_s).abs() < 0.1, "ffprobe sees {declared_s} s, not {}", heard.duration_s);
        assert_eq!(device.library().await, ["Shopping, and a thought"]);

        device.open(&path).await;
        device.reads_as("textbox", "Title", "Shopping, and a thought").await;
        device.reload().await;
        device.reads_as("textbox", "Title", "Shopping, and a thought").await;
        let again = device.hears_memo().await;
        assert!(again.bytes == heard.bytes, "the bytes differ after a reload");
        assert_eq!(again.duration_s, heard.duration_s);
        assert_eq!(device.library().await, ["Shopping, and a thought"]);
    });
}

in_each_browser!(a_pause_is_left_out);
fn a_pause_is_left_out(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/record").await;
        device.press("Start recording").await;
        device.sees("meter", "Input level").await;
        let before_s = device.has_recorded(1.0).await;
        device.press("Pause").await;
        device.sees("button", "Resume").await;
        let paused_s = device.has_recorded(before_s).await;
        device.press("Resume").await;
        device.has_recorded(paused_s + 1.0).await;
        device.press("Stop").await;
        device.names_memo("Two halves").await;
        device.hears_memo().await;
    });
}

in_each_browser!(a_discarded_recording_leaves_nothing);
fn a_discarded_recording_leaves_nothing(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        device.has_recorded(1.0).await;
        device.press("Discard").await;
        // Whatever asks whether that is meant.
        let gone = async || {
            if device.shows("dialog", "Discard recording").await {
                device.press("Discard").await;
            }
            device.stored("chunks", "n").await.is_empty().then_some(())
        };
        device.wait_for("the chunks are gone", Duration::from_secs(20), gone).await;
        assert_eq!(device.library().await, Vec::<String>::new());
        assert!(!device.shows("dialog", "Recovered recording").await, "a discarded recording is offered again");
    });
}

in_each_browser!(a_killed_browser_loses_a_slice_at_most);
fn a_killed_browser_loses_a_slice_at_most(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        let spoken_s = device.has_recorded(5.0).await;
        device.crash().await;

        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        device.press("Keep").await;
        device.names_memo("Rescued").await;
        let heard = device.hears_memo().await;
        assert!(
            heard.probe.decoded_s >= spoken_s - SLICE_S,
            "{spoken_s} s were spoken before the crash, and {} s are left",
            heard.probe.decoded_s
        );
        // Kept once, offered never again.
        assert_eq!(device.library().await, ["Rescued"]);
        device.reload().await;
        device.sees("button", "Record").await;
        assert!(!device.shows("dialog", "Recovered recording").await, "the recording is offered again");
    });
}

in_each_browser!(a_recovered_recording_goes_on_as_the_same_memo);
fn a_recovered_recording_goes_on_as_the_same_memo(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        device.has_recorded(1.0).await;
        device.press("Mark this moment").await;
        let spoken_s = device.has_recorded(4.0).await;
        device.crash().await;

        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        device.press("Continue recording").await;
        device.sees("meter", "Input level").await;
        let whole_s = device.has_recorded(spoken_s + 2.0).await;
        device.press("Mark this moment").await;
        device.sees("button", "Stop").await;
        device.press("Stop").await;
        device.names_memo("Both halves").await;
        let heard = device.hears_memo().await;
        let decoded_s = heard.probe.decoded_s;
        assert!(decoded_s >= whole_s - SLICE_S, "{whole_s} s were spoken around the crash, {decoded_s} s are there");
        let markers = device.stored("memos", "markersMs").await;
        let [markers] = &markers[..] else { panic!("one memo: {markers:?}") };
        assert_eq!(markers.as_array().map(Vec::len), Some(2), "both halves keep their markers: {markers}");
        device.reload().await;
        device.sees("list", "Markers").await;
        assert!(!device.shows("dialog", "Recovered recording").await, "nothing is left to recover");
    });
}

in_each_browser!(a_recovered_recording_can_be_heard_and_discarded);
fn a_recovered_recording_can_be_heard_and_discarded(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        device.has_recorded(2.0).await;
        device.crash().await;

        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        device.press("Play").await;
        device.plays().await;
        device.press("Discard").await;
        device.no_longer_sees("dialog", "Recovered recording").await;
        let gone = async || device.stored("chunks", "n").await.is_empty().then_some(());
        device.wait_for("the chunks are gone", Duration::from_secs(20), gone).await;
        assert_eq!(device.library().await, Vec::<String>::new());
    });
}

in_each_browser!(a_refused_microphone_can_be_allowed);
fn a_refused_microphone_can_be_allowed(browser: Browser) {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(browser).microphone(Microphone::Refused)).await;
        device.open("/").await;
        device.press("Record").await;
        device.is_warned_of("microphone").await;

        device.allow_microphone().await;
        device.press_one_of(&["Try again", "Start recording"]).await;
        device.has_recorded(1.0).await;
        device.press("Stop").await;
        device.names_memo("Allowed after all").await;
        device.hears_memo().await;
    });
}

in_each_browser!(a_missing_microphone_is_named);
fn a_missing_microphone_is_named(browser: Browser) {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(browser).microphone(Microphone::Missing)).await;
        device.open("/record").await;
        device.press("Start recording").await;
        device.is_warned_of("microphone").await;
        // Asking again does not get anywhere without one, and says so again.
        device.press_one_of(&["Try again", "Start recording"]).await;
        device.is_warned_of("microphone").await;
        assert_eq!(device.library().await, Vec::<String>::new());
    });
}

in_each_browser!(a_device_that_slept_says_what_is_missing);
fn a_device_that_slept_says_what_is_missing(browser: Browser) {
    const SLEEP_S: f64 = 6.0;
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        let before_s = device.has_recorded(2.0).await;
        device.sleeps_for(Duration::from_secs_f64(SLEEP_S)).await;
        let whole_s = device.has_recorded(before_s + SLEEP_S + 2.0).await;
        device.press("Stop").await;
        device.names_memo("Before and after").await;
        device.says("put this page to sleep", LIMIT).await;
        let gaps = device.stored("memos", "gaps").await;
        let gap = &gaps[0][0];
        let (at_s, length_s) = (gap["atMs"].as_f64(), gap["lengthMs"].as_f64());
        let (at_s, length_s) = (at_s.expect("a place") / 1000.0, length_s.expect("a length") / 1000.0);
        assert!((at_s - before_s).abs() < 1.5, "it slept at {before_s} s, and says {gaps:?}");
        assert!((length_s - SLEEP_S).abs() < 1.5, "it slept for {SLEEP_S} s, and says {gaps:?}");
        device.press("Play").await;
        device.plays().await;
        let expected_s = whole_s - SLEEP_S;
        let heard = probe(&device.hears_file().await);
        assert!(heard.decoded_s >= expected_s - SLICE_S, "{expected_s} s were heard, {heard:?} are there");
    });
}
