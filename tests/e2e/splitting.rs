//! One memo that becomes two: each is heard, shared and deleted by itself, and the sound of both stays as long as either is there.

use crate::browser::Browser::{self, Chromium};
use crate::device::Device;
use crate::exports::names_in;
use crate::memo::PLAY_LIMIT;
use crate::page::FAR_LIMIT;
use crate::speech::{probe, speak_for};
use crate::stage::journey;
use thirtyfour::Key;

impl Device {
    /// Opens the dialog on the page of a memo, and moves the place by so many steps of a tenth of a second. Returns where that is, in
    /// milliseconds.
    pub(crate) async fn chooses_place_to_split(&self, steps: usize) -> u64 {
        self.press("Split").await;
        self.sees("dialog", "Split").await;
        self.moves_slider("Where to split", Key::Right, steps).await;
        let place = self.sees("slider", "Where to split").await.prop("value").await.expect("a slider");
        place.and_then(|place| place.parse().ok()).expect("milliseconds")
    }

    /// Splits the memo whose page is open, as above.
    pub(crate) async fn splits(&self, steps: usize) -> u64 {
        let at_ms = self.chooses_place_to_split(steps).await;
        self.press(&format!("Split at 0:{:02}.{}", at_ms / 1000, at_ms % 1000 / 100)).await;
        self.no_longer_sees("dialog", "Split").await;
        self.sees("button", "Show all of it").await;
        at_ms
    }

    /// How long the memo whose page is open is, in milliseconds.
    async fn length_ms(&self) -> u64 {
        let length = async || {
            let length: u64 = self.sees("slider", "Position").await.prop("max").await.ok()??.parse().ok()?;
            (length > 0).then_some(length)
        };
        self.wait_for("it shows how long it is", PLAY_LIMIT, length).await
    }

    /// Deletes the memo whose page is open for good. Returns what it was asked before that.
    async fn deletes_for_good(&self) -> String {
        let memo = self.path().await;
        self.press("Delete").await;
        self.sees("button", "Undo").await;
        self.open(&memo).await;
        self.press("Delete for good").await;
        let question = self.sees("dialog", "Delete for good").await.text().await.expect("a question");
        self.press("Delete").await;
        let gone = async || {
            let ids = self.stored("memos", "id").await;
            (!ids.iter().any(|id| memo == format!("/memo/{}", id.as_str().unwrap_or_default()))).then_some(())
        };
        self.wait_for("the memo is deleted for good", PLAY_LIMIT, gone).await;
        question
    }
}

in_each_browser!(a_memo_becomes_two);
fn a_memo_becomes_two(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let first = device.records("Interview", 5.0).await;
        let whole_ms = device.length_ms().await;
        let is_about = |length: u64, expected: u64| length.abs_diff(expected) < 200;

        // It is split where listening stopped, or by keys from there.
        device.press("Play").await;
        device.plays().await;
        device.press("Pause").await;
        device.sees("button", "Play").await;
        let at = device.sees("slider", "Position").await.prop("value").await.expect("a slider");
        let stopped_ms: u64 = at.and_then(|at| at.parse().ok()).expect("milliseconds");
        let at_ms = device.splits(15).await;
        assert!(is_about(at_ms, stopped_ms + 1_500), "it was split at {at_ms}, not 1.5 s behind {stopped_ms}");
        device.is_so_long("the first part is heard", |length| is_about(length, at_ms)).await;

        device.press("Undo").await;
        device.no_longer_sees("button", "Show all of it").await;
        device.is_so_long("it is whole again", |length| is_about(length, whole_ms)).await;
        assert_eq!(device.library().await, ["Interview"]);

        device.open(&first).await;
        let at_ms = device.splits(20).await;
        assert_eq!(device.library().await, ["Interview (2)", "Interview"]);
        let (from, to) = {
            device.open(&first).await;
            device.is_so_long("the first part is heard", |length| is_about(length, at_ms)).await;
            device.plays_to_its_end().await
        };
        let at_s = at_ms as f64 / 1000.0;
        let stopped_s = stopped_ms as f64 / 1000.0;
        assert!(
            from < stopped_s + 0.6 && to < at_s + 0.5,
            "{from} s to {to} s of the first {at_s} s were heard, from {stopped_s} s on"
        );
        device.open("/").await;
        device.follow("Interview (2)").await;
        device.reads_as("textbox", "Title", "Interview (2)").await;
        device.is_so_long("the second part is heard", |length| is_about(length, whole_ms - at_ms)).await;
        let (from, to) = device.plays_to_its_end().await;
        assert!(from > at_s - 0.2 && to > at_s + 0.5, "{from} s to {to} s were heard of what follows {at_s} s");

        // The link of the second part gives that alone.
        let second = device.path().await;
        let link = device.shares().await;
        device.says("the part that the memo is trimmed to", FAR_LIMIT).await;
        let listener = stage.device(browser.other()).await;
        listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "Interview (2)").await;
        let heard = listener.hears_memo().await.probe.decoded_s;
        let expected = (whole_ms - at_ms) as f64 / 1000.0;
        assert!((heard - expected).abs() < 0.3, "the link gives {heard} s in place of {expected} s");
        listener.close().await;

        // The first part goes for good. The second one has all of the sound, and says so before.
        device.open(&first).await;
        let question = device.deletes_for_good().await;
        assert!(question.contains("“Interview (2)” is a part of, too, stays here"), "{question}");
        device.open(&second).await;
        device.is_so_long("the second part is heard", |length| is_about(length, whole_ms - at_ms)).await;
        let (from, to) = device.plays_to_its_end().await;
        assert!(from > at_s - 0.2 && to > at_s + 0.5, "{from} s to {to} s were heard of what follows {at_s} s");
        device.press("Show all of it").await;
        device.is_so_long("all of it is heard", |length| is_about(length, whole_ms)).await;
        device.reload().await;
        let decoded_ms = device.hears_memo().await.probe.decoded_s * 1000.0;
        assert!(is_about(decoded_ms as u64, whole_ms), "{decoded_ms} ms of {whole_ms} ms are there");
        let question = device.deletes_for_good().await;
        assert!(question.contains("its sound are removed"), "{question}");
        assert_eq!(device.stored_records().await, 0, "some of the sound is left");
    });
}

in_each_browser!(both_parts_go_into_an_archive_and_come_back);
fn both_parts_go_into_an_archive_and_come_back(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(browser).await;
        device.imports_file(&speak_for(10, folder.path(), "Interview.wav")).await;
        device.has_heard(1).await;
        let records = device.stored_records().await;
        device.splits(10).await;
        let before = device.stored_memos().await;
        assert_eq!((before.len(), device.stored_records().await), (2, records), "bytes were copied");
        let both = folder.path().join("both.zip");
        std::fs::write(&both, device.exports_everything(browser).await).expect("a file");
        assert_eq!(names_in(&both), ["Interview.wav", "memos.json"], "one sound is one file");

        let other = stage.device(Chromium).await;
        other.imports(std::slice::from_ref(&both)).await;
        other.says("2 memos brought back", FAR_LIMIT).await;
        assert_eq!(other.stored_memos().await, before);
        assert_eq!(other.stored_records().await, records, "one sound is stored once");
        other.imports(&[both]).await;
        other.says("2 memos were here already", FAR_LIMIT).await;
        assert_eq!(other.stored_memos().await, before);
        other.close().await;

        // One alone stands for itself, with all of its sound.
        device.open("/").await;
        device.follow("Interview").await;
        device.press("Delete").await;
        device.sees("button", "Undo").await;
        let one = folder.path().join("one.zip");
        std::fs::write(&one, device.exports_everything(browser).await).expect("a file");
        let third = stage.device(Chromium).await;
        third.imports(&[one]).await;
        third.says("1 memo brought back", FAR_LIMIT).await;
        third.open("/").await;
        third.follow("Interview (2)").await;
        third.press("Show all of it").await;
        third.is_so_long("all of it is heard", |length| length > 9_900).await;
        assert!(probe(&third.hears_file().await).decoded_s > 9.9);
        assert_eq!(third.stored_records().await, records);
    });
}
