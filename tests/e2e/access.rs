//! Every screen, for people who see, hear or move differently: markup that assistive tools understand, contrast in light, dark and
//! forced colours, and nothing cut off in small windows and at large sizes. `judge` says what is looked for.

use crate::browser::Browser::Chromium;
use crate::device::{Microphone, Setup};
use crate::judge::Findings;
use crate::page::FAR_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::{Value, json};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(20);

/// A library in use: long titles, long tags, long recordings, and a bin.
fn memos(now_ms: &Value, late_ms: &Value) -> Vec<Value> {
    vec![
        json!({ "title": "Idea for the talk", "tags": ["work", "talks"], "favourite": true, "shared": true,
            "recordedAtMs": late_ms }),
        json!({ "title": "Interview, Dr. Okafor", "tags": ["everything that was ever said about rain"], "durationMs": 34_830_000 }),
        json!({ "title": "A title that is longer than any row of a phone can show in one line", "favourite": true,
            "tags": ["home", "work", "plans"], "shared": true, "origin": "received", "recordedAtMs": late_ms }),
        json!({ "title": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" }),
        json!({ "title": "Grocery list", "deletedAtMs": now_ms }),
        json!({ "title": "Grocery list, again", "deletedAtMs": now_ms, "favourite": true, "tags": ["home"],
            "recordedAtMs": late_ms }),
    ]
}

#[test]
fn the_library_is_open_to_everybody() {
    journey(async |stage| {
        let mut findings = Findings::default();
        let device = stage.device(Chromium).await;
        device.open("/").await;
        device.sees("button", "Record").await;
        findings.look_at(&device, "empty library").await;
        device.press("Import").await;
        device.sees("dialog", "Import").await;
        findings.look_at(&device, "import dialog").await;
        device.write("textbox", "Link", "no link").await;
        device.press("Open link").await;
        device.is_warned_of("link").await;
        findings.look_at(&device, "import dialog with an error").await;

        let now_ms = device.eval("return Date.now()", vec![]).await;
        device.has_memos(&memos(&now_ms, &device.late_yesterday_ms().await)).await;
        device.sees("link", "Idea for the talk").await;
        findings.look_at(&device, "library").await;
        device.write("searchbox", "Search memos", "nothing has this name").await;
        device.says("Nothing found", LIMIT).await;
        findings.look_at(&device, "library, nothing found").await;
        device.open("/").await;
        device.press("Select").await;
        findings.look_at(&device, "selection of nothing").await;
        device.ticks("Idea for the talk").await;
        device.ticks("Interview, Dr. Okafor").await;
        device.says("2 selected", LIMIT).await;
        findings.look_at(&device, "selection").await;
        device.press("Tag selected").await;
        device.sees("dialog", "Tag memos").await;
        findings.look_at(&device, "tag dialog").await;
        device.press("Close").await;
        device.press("Share selected").await;
        device.sees("dialog", "Share memos").await;
        findings.look_at(&device, "dialog that shares several").await;
        device.press("Close").await;
        device.press("Delete selected").await;
        device.sees("button", "Undo").await;
        findings.look_at(&device, "library with a toast").await;

        device.press("Bin").await;
        device.sees("link", "Grocery list").await;
        findings.look_at(&device, "bin").await;
        device.press("Select").await;
        device.ticks("Grocery list").await;
        findings.look_at(&device, "selection in the bin").await;
        device.press("Done").await;
        device.press("Empty the bin").await;
        device.sees("dialog", "Empty the bin").await;
        findings.look_at(&device, "question before the bin is emptied").await;
        findings.expect_none();
    });
}

#[test]
fn the_recorder_is_open_to_everybody() {
    journey(async |stage| {
        let mut findings = Findings::default();
        let refused = stage.device_with(Setup::new(Chromium).microphone(Microphone::Refused)).await;
        refused.open("/record").await;
        refused.press("Start recording").await;
        refused.is_warned_of("microphone").await;
        findings.look_at(&refused, "recorder, refused").await;
        refused.close().await;
        let closed_off = stage.device_with(Setup::new(Chromium).without_storage()).await;
        closed_off.open("/").await;
        closed_off.is_warned_of("store anything").await;
        findings.look_at(&closed_off, "storage refused").await;
        closed_off.close().await;

        let device = stage.device(Chromium).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.keeps_hold_of_microphone().await;
        findings.look_at(&device, "recorder, ready").await;
        device.press("Start recording").await;
        device.has_recorded(1.5).await;
        device.press("Mark this moment").await;
        findings.look_at(&device, "recorder, recording").await;
        device.press("Pause").await;
        device.sees("button", "Resume").await;
        findings.look_at(&device, "recorder, paused").await;
        device.press("Resume").await;
        device.has_recorded(10.5).await;
        device.press("Discard").await;
        device.sees("dialog", "Discard recording").await;
        findings.look_at(&device, "question before a recording is discarded").await;
        device.press("Keep it").await;
        device.press("Resume").await;
        device.follow("Back to the library").await;
        device.sees("button", "Import").await;
        findings.look_at(&device, "library during a recording").await;
        device.goes_back().await;
        device.sees("button", "Stop").await;
        device.loses_microphone().await;
        device.sees("button", "Continue recording").await;
        findings.look_at(&device, "recorder, interrupted").await;
        device.crash().await;
        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        findings.look_at(&device, "recovery dialog").await;
        findings.expect_none();
    });
}

#[test]
fn a_memo_is_open_to_everybody() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut findings = Findings::default();
        let device = stage.device(Chromium).await;
        let file = speak_for(40, folder.path(), "Interview with the baker, who begins at three in the night.wav");
        device.imports_file(&file).await;
        device.has_heard(1).await;
        device.write("textbox", "Notes", "Start with the story of the lost tape.").await;
        device.write("textbox", "Add a tag", "work,everything that was ever said about bread,").await;
        device.sees("button", "Remove work").await;
        device.press("Mark").await;
        device.sees("list", "Markers").await;
        findings.look_at(&device, "memo").await;
        for name in ["Export", "Trim", "Split"] {
            device.press(name).await;
            device.sees("dialog", name).await;
            findings.look_at(&device, &format!("{name} dialog")).await;
            device.press("Close").await;
        }
        device.shares().await;
        findings.look_at(&device, "share dialog").await;
        device.press("Close").await;
        let memo = device.path().await;
        device.press("Delete").await;
        device.sees("button", "Undo").await;
        device.open(&memo).await;
        device.sees("button", "Restore").await;
        findings.look_at(&device, "memo in the bin").await;

        device.open("/settings").await;
        device.says("Diagnostics", LIMIT).await;
        findings.look_at(&device, "settings").await;
        device.press("Show").await;
        device.sees("dialog", "Keyboard shortcuts").await;
        findings.look_at(&device, "keyboard shortcuts").await;
        device.open("/no/such/page").await;
        device.says("nothing here", LIMIT).await;
        findings.look_at(&device, "nothing here").await;
        findings.expect_none();
    });
}

#[test]
fn an_import_is_open_to_everybody() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut findings = Findings::default();
        let device = stage.device(Chromium).await;
        device.open("/").await;
        device.holds_files_back().await;
        device.chooses(&[speak_for(2, folder.path(), "one.wav"), speak_for(3, folder.path(), "two.wav")]).await;
        device.sees("progressbar", "Import").await;
        findings.look_at(&device, "files on their way in").await;
        device.eval("window.release()", vec![]).await;
        device.says("2 files imported", FAR_LIMIT).await;
        let broken = folder.path().join("film.mov");
        std::fs::write(&broken, b"no sound").expect("a file");
        device.chooses(&[broken]).await;
        device.is_warned_of("film.mov").await;
        findings.look_at(&device, "a file that cannot be imported").await;
        device.press("Understood").await;

        let mut links = Vec::new();
        for title in ["one", "two"] {
            device.open("/").await;
            device.follow(title).await;
            links.push(device.shares().await);
        }
        let seeds = links[1].split_once('?').expect("seeds").1;
        device.open(&format!("{}&{seeds}", links[0])).await;
        device.is_at(&["done"], FAR_LIMIT).await;
        findings.look_at(&device, "import, done").await;
        device.open(&format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{}", "5a".repeat(20))).await;
        device.is_at(&["waiting"], FAR_LIMIT).await;
        device.eval("document.querySelector('details').open = true", vec![]).await;
        findings.look_at(&device, "import, waiting").await;
        device.open("/share?seeds=no%20link").await;
        device.is_at(&["failed"], FAR_LIMIT).await;
        findings.look_at(&device, "import, failed").await;
        findings.expect_none();
    });
}
