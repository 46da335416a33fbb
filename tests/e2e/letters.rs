//! Letters of the size that people set in their browser: everything grows with them, and still finds room on a phone.

use crate::browser::Browser;
use crate::device::{Device, Setup};
use crate::page::FAR_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::json;

/// Twice the usual.
const LETTERS_PX: u32 = 32;

/// What does not fit, of all screens of one tour.
#[derive(Default)]
struct Tour(Vec<String>);

impl Tour {
    async fn looks_at(&mut self, device: &Device, screen: &str) {
        for sentence in device.is_cut_off_in(360, 800).await {
            self.0.push(format!("{screen}: {sentence}"));
        }
    }
}

in_each_browser!(letters_of_twice_the_size_fit_on_a_phone);
fn letters_of_twice_the_size_fit_on_a_phone(browser: Browser) {
    journey(async |stage| {
        let mut tour = Tour::default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device_with(Setup::new(browser).with_letters_of(LETTERS_PX)).await;
        device.open("/").await;
        device.sees("button", "Record").await;
        let letters = device.eval("return getComputedStyle(document.body).fontSize", vec![]).await;
        assert_eq!(letters, json!(format!("{LETTERS_PX}px")), "the app has a size of its own");
        tour.looks_at(&device, "empty library").await;
        device.press("Import").await;
        device.sees("dialog", "Import").await;
        tour.looks_at(&device, "import dialog").await;

        let deleted = device.eval("return Date.now()", vec![]).await;
        let late = device.late_yesterday_ms().await;
        let long = "A title that is longer than any row of a phone can show in one line";
        device
            .has_memos(&[
                json!({ "title": long,
                    "tags": ["everything that was ever said about rain"], "favourite": true, "shared": true }),
                json!({ "title": "Interview, Dr. Okafor", "durationMs": 34_830_000, "favourite": true, "shared": true,
                    "recordedAtMs": late }),
                json!({ "title": "Grocery list", "deletedAtMs": deleted, "favourite": true, "recordedAtMs": late }),
            ])
            .await;
        tour.looks_at(&device, "library").await;
        device.press("Select").await;
        device.ticks(long).await;
        device.says("1 selected", FAR_LIMIT).await;
        tour.looks_at(&device, "selection").await;
        device.press("Tag selected").await;
        device.sees("dialog", "Tag memos").await;
        tour.looks_at(&device, "tag dialog").await;
        device.press("Close").await;
        device.press("Delete selected").await;
        device.sees("button", "Undo").await;
        tour.looks_at(&device, "library with a toast").await;
        device.press("Bin").await;
        device.sees("link", "Grocery list").await;
        tour.looks_at(&device, "bin").await;

        device.imports_file(&speak_for(40, folder.path(), "Interview with the baker.wav")).await;
        device.says("40 sec", FAR_LIMIT).await;
        device.press("Mark").await;
        device.write("textbox", "Add a tag", "work,").await;
        device.sees("button", "Remove work").await;
        tour.looks_at(&device, "memo").await;
        for name in ["Export", "Trim"] {
            device.press(name).await;
            device.sees("dialog", name).await;
            tour.looks_at(&device, &format!("{name} dialog")).await;
            device.press("Close").await;
        }
        device.shares().await;
        tour.looks_at(&device, "share dialog").await;
        device.press("Close").await;

        device.open("/settings").await;
        device.says("Diagnostics", FAR_LIMIT).await;
        tour.looks_at(&device, "settings").await;
        device.press("Show").await;
        device.sees("dialog", "Keyboard shortcuts").await;
        tour.looks_at(&device, "keyboard shortcuts").await;
        device.open(&format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{}", "5a".repeat(20))).await;
        device.is_at(&["waiting"], FAR_LIMIT).await;
        tour.looks_at(&device, "import, waiting").await;
        device.open("/share?seeds=no%20link").await;
        device.is_at(&["failed"], FAR_LIMIT).await;
        tour.looks_at(&device, "import, failed").await;

        device.open("/record").await;
        device.sees("button", "Start recording").await;
        tour.looks_at(&device, "recorder, ready").await;
        device.press("Start recording").await;
        device.has_recorded(1.5).await;
        tour.looks_at(&device, "recorder, recording").await;
        device.press("Pause").await;
        device.sees("button", "Resume").await;
        tour.looks_at(&device, "recorder, paused").await;
        device.crash().await;
        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        tour.looks_at(&device, "recovery dialog").await;

        let Tour(found) = tour;
        assert!(found.is_empty(), "{} things have no room:\n{}", found.len(), found.join("\n"));
    });
}
