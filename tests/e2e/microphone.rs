//! A microphone that somebody else has, and one that is gone in the middle of a sentence.

use crate::browser::Browser;
use crate::device::Device;
use crate::stage::journey;

/// What an interruption may cost: the slice that was being spoken. Browsers do not cut them to the millisecond.
const SLICE_S: f64 = 1.25;

impl Device {
    /// Keeps the streams that the app gets from the page that is open where [`loses_microphone`](Self::loses_microphone) finds them.
    pub(crate) async fn keeps_hold_of_microphone(&self) {
        let keep = "
            const devices = navigator.mediaDevices, ask = devices.getUserMedia;
            devices.getUserMedia = async (wanted) => window.heard = await ask.call(devices, wanted);";
        self.eval(keep, vec![]).await;
    }

    /// Does what browsers do when the microphone is unplugged or taken away: its track is over, and then says so.
    pub(crate) async fn loses_microphone(&self) {
        let lose = "
            const [track] = window.heard.getAudioTracks();
            track.stop();
            track.dispatchEvent(new Event('ended'));";
        self.eval(lose, vec![]).await;
    }
}

in_each_browser!(a_busy_microphone_is_named_and_can_be_tried_again);
fn a_busy_microphone_is_named_and_can_be_tried_again(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.records("There before", 1.0).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        // No test has a second app that takes the microphone; this is what the browser says of one.
        let taken = "
            navigator.mediaDevices.getUserMedia = () =>
                Promise.reject(new DOMException('Could not start audio source', 'NotReadableError'));";
        device.eval(taken, vec![]).await;
        device.press("Start recording").await;
        let alert = device.is_warned_of("another app may be using it").await;
        assert!(alert.contains("microphone") && alert.contains("try again"), "{alert}");
        assert_eq!(device.stored("takes", "id").await.len(), 0, "a recording was begun");

        device.eval("delete navigator.mediaDevices.getUserMedia", vec![]).await;
        device.press("Try again").await;
        device.has_recorded(1.0).await;
        device.press("Stop").await;
        device.names_memo("Free again").await;
        device.hears_memo().await;
        assert_eq!(device.library().await, ["Free again", "There before"]);
    });
}

in_each_browser!(a_recording_goes_on_after_the_microphone_was_gone);
fn a_recording_goes_on_after_the_microphone_was_gone(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.keeps_hold_of_microphone().await;
        device.press("Start recording").await;
        let spoken_s = device.has_recorded(3.0).await;
        device.loses_microphone().await;
        device.sees("button", "Continue recording").await;
        let alert = device.is_warned_of("unplugged or taken away").await;
        assert!(alert.contains("What was recorded until then is safe"), "{alert}");
        let said_s = seconds_after(&alert, "That was at 0:");
        assert!((said_s - spoken_s).abs() < 2.0, "it was gone after {spoken_s} s: {alert}");

        device.press("Continue recording").await;
        device.sees("meter", "Input level").await;
        let again_s = device.has_recorded(0.0).await;
        assert!(again_s >= spoken_s - SLICE_S, "{spoken_s} s were spoken, and it goes on at {again_s} s");
        let whole_s = device.has_recorded(again_s + 2.0).await;
        device.press("Stop").await;
        device.names_memo("In two halves").await;
        let decoded_s = device.hears_memo().await.probe.decoded_s;
        assert!(decoded_s >= whole_s - SLICE_S, "{whole_s} s were spoken, and {decoded_s} s are there");
        assert_eq!(device.library().await, ["In two halves"], "both halves are one memo");
        assert_eq!(device.stored("takes", "id").await.len(), 0, "something is left to recover");
    });
}

in_each_browser!(a_recording_is_finished_after_the_microphone_was_gone);
fn a_recording_is_finished_after_the_microphone_was_gone(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.keeps_hold_of_microphone().await;
        device.press("Start recording").await;
        let spoken_s = device.has_recorded(2.5).await;
        device.loses_microphone().await;
        device.press("Finish").await;
        device.names_memo("Until then").await;
        let decoded_s = device.hears_memo().await.probe.decoded_s;
        assert!(decoded_s >= spoken_s - SLICE_S, "{spoken_s} s were spoken, and {decoded_s} s are there");
    });
}

/// The whole number that stands behind these words.
fn seconds_after(text: &str, words: &str) -> f64 {
    let rest = text.split_once(words).unwrap_or_else(|| panic!("{words:?} is not in {text:?}")).1;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("seconds")
}
