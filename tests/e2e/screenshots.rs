//! Pictures of every screen, for people to look at: `make screenshots`.

use crate::browser::Browser::Chromium;
use crate::device::{Device, Setup};
use crate::interop::percent_encoded;
use crate::page::FAR_LIMIT;
use crate::peer::Kind::WebTorrent;
use crate::peer::Peer;
use crate::speech::speak_for;
use crate::stage::journey;
use crate::tracker::Tracker::Ours;
use serde_json::json;
use thirtyfour::Key;
use voice_memos::words::Language;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/screenshots");
/// Name, width and height in CSS pixels, and device pixels for each.
const SIZES: [(&str, u32, u32, f32); 2] = [("phone", 360, 800, 2.0), ("desktop", 1440, 900, 1.0)];

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn every_screen() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Birthday song", 4.0).await;
        let link = sender.shares().await;

        let device = stage.device(Chromium).await;
        device.open("/").await;
        device.sees("button", "Record").await;
        device.draws("library-empty").await;
        device.press("Import").await;
        device.sees("dialog", "Import").await;
        device.draws("import-dialog").await;

        device.receives(&link).await;
        device.sees("button", "Play").await;
        device.draws("memo-received").await;
        device.records("Grocery list", 2.0).await;
        device.records("Tuesday morning, 07:31", 3.0).await;

        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.draws("record-ready").await;
        device.press("Start recording").await;
        device.has_recorded(4.0).await;
        device.draws("record").await;
        device.press("Pause").await;
        device.draws("record-paused").await;
        device.press("Stop").await;
        device.names_memo("Idea for the talk").await;
        device.write("textbox", "Notes", "Start with the story of the lost tape.").await;
        device.press("Favourite").await;
        device.draws("memo").await;

        device.shares().await;
        device.draws("share").await;
        device.open("/").await;
        device.sees("link", "Grocery list").await;
        device.draws("library").await;
        device.write("searchbox", "Search memos", "nothing has this name").await;
        device.draws("library-nothing-found").await;

        device.open(&format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{}", "5a".repeat(20))).await;
        device.is_at(&["waiting"], FAR_LIMIT).await;
        device.draws("import-waiting").await;
        device.open("/share?seeds=no%20link").await;
        device.is_at(&["failed"], FAR_LIMIT).await;
        device.draws("import-failed").await;
        device.open("/settings").await;
        device.says("Settings", FAR_LIMIT).await;
        device.draws("settings").await;
        device.open("/no/such/page").await;
        device.says("nothing here", FAR_LIMIT).await;
        device.draws("nothing-here").await;

        device.open("/").await;
        device.press("Record").await;
        device.has_recorded(2.0).await;
        device.crash().await;
        device.start_again().await;
        device.open("/").await;
        device.sees("dialog", "Recovered recording").await;
        device.draws("recovery").await;
    });
}

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn several_memos_of_one_link() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sound = |seconds, name| std::fs::read(speak_for(seconds, folder.path(), name)).expect("a sound");
        let (first, second) = (sound(6, "first.wav"), sound(60, "second.wav"));
        let meeting = stage.meeting(Ours);
        let peer = Peer::start(WebTorrent, stage).await;
        let files = [("The baker begins.wav", &first[..]), ("What the night smells of.wav", &second[..])];
        let shared = peer.seeds_folder("Interview", &files, &[meeting.tracker()], Some(150_000)).await;
        let device = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        device.open(&format!("/share?seeds={}", percent_encoded(&shared.magnet))).await;
        device.is_at(&["downloading"], FAR_LIMIT).await;
        device.says("2 memos", FAR_LIMIT).await;
        let some = async || (device.stored_pieces().await.len() > 20).then_some(());
        device.wait_for("some of it is here", FAR_LIMIT, some).await;
        device.draws("import-album").await;
        device.is_at(&["done"], FAR_LIMIT).await;
        device.draws("import-album-done").await;
        device.open("/").await;
        device.follow("The baker begins").await;
        device.shares().await;
        device.draws("share-of-album").await;
    });
}

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn files_out_and_in() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(Chromium).await;
        device.imports_file(&speak_for(40, folder.path(), "Interview with the baker.wav")).await;
        device.has_heard(1).await;
        device.draws("memo-of-file").await;
        device.press("Trim").await;
        device.moves_slider("Start", Key::Right, 80).await;
        device.moves_slider("End", Key::Left, 50).await;
        device.draws("trim").await;
        device.press("Close").await;
        let at_ms = device.chooses_place_to_split(0).await;
        device.draws("split").await;
        device.press(&format!("Split at 0:{}.{}", at_ms / 1000, at_ms % 1000 / 100)).await;
        device.sees("button", "Undo").await;
        device.draws("memo-split").await;
        device.press("Undo").await;
        device.no_longer_sees("button", "Show all of it").await;
        device.press("Export").await;
        device.sees("dialog", "Export").await;
        device.draws("export").await;
        device.press("Close").await;
        device.trims(80, 50).await;
        device.draws("memo-trimmed").await;
        device.press("Export").await;
        device.draws("export-trimmed").await;
        device.press("Close").await;
        device.shares().await;
        device.draws("share-trimmed").await;
        device.press("Close").await;
        device.press("Trim").await;
        device.sees("dialog", "Trim").await;
        device.draws("trim-again").await;
        device.open("/").await;
        device.holds_files_back().await;
        let files = [speak_for(3, folder.path(), "one.wav"), speak_for(4, folder.path(), "two.wav")];
        device.chooses(&files).await;
        device.sees("progressbar", "Import").await;
        device.draws("importing").await;
        device.follow("Settings").await;
        device.draws("settings-importing").await;
        device.eval("window.release()", vec![]).await;
        device.says("2 files imported", FAR_LIMIT).await;
        device.draws("settings-imported").await;
    });
}

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn a_library_in_use() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        let long = "everything that was ever said about rain";
        let deleted = device.eval("return Date.now()", vec![]).await;
        let mut memos = vec![
            json!({ "title": "Idea for the talk", "tags": ["work", "talks"], "favourite": true, "durationMs": 84_000 }),
            json!({ "title": "Interview, Dr. Okafor", "tags": [long, "work"], "durationMs": 3_483_000 }),
            json!({ "title": "A title that is longer than any row of a phone can show in one line", "tags": ["home"] }),
        ];
        memos
            .extend((1..400).map(|day| json!({ "title": format!("Diary, {day} days ago"), "durationMs": 9000 * day })));
        memos.extend([1, 2].map(|_| json!({ "title": "Grocery list", "deletedAtMs": deleted })));
        device.has_memos(&memos).await;
        device.draws("library-tagged").await;
        device.press("Select").await;
        device.draws("selection-none").await;
        for title in ["Idea for the talk", "Interview, Dr. Okafor"] {
            device.ticks(title).await;
        }
        device.says("2 selected", FAR_LIMIT).await;
        device.draws("selection").await;
        device.press("Tag selected").await;
        device.sees("dialog", "Tag memos").await;
        device.draws("selection-tag").await;
        device.press("Close").await;
        device.press("Share selected").await;
        device.sees("dialog", "Share memos").await;
        device.draws("selection-share").await;
        device.press("Close").await;
        device.press("Delete selected").await;
        device.says("are in the bin", FAR_LIMIT).await;
        device.draws("selection-deleted").await;
        device.press("Undo").await;
        device.press(&format!("#{long}")).await;
        device.draws("library-one-tag").await;
        device.write("searchbox", "Search memos", "snow").await;
        device.draws("library-tag-nothing-found").await;
        device.open("/").await;
        device.press("Bin").await;
        device.sees("link", "Grocery list").await;
        device.draws("bin").await;
        device.press("Select").await;
        device.draws("bin-selection").await;
        device.press("Done").await;
        device.press("Empty the bin").await;
        device.draws("bin-empty-asked").await;
        device.open("/").await;
        device.follow("Interview, Dr. Okafor").await;
        device.sees("button", "Remove work").await;
        device.draws("memo-tagged").await;
    });
}

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn in_every_language() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(Chromium).await;
        let deleted = device.eval("return Date.now()", vec![]).await;
        device
            .has_memos(&[
                json!({ "title": "Idea for the talk", "tags": ["work"], "favourite": true, "durationMs": 84_000 }),
                json!({ "title": "Grocery list", "deletedAtMs": deleted }),
                json!({ "title": "Interview", "durationMs": 3_483_000, "recordedAtMs": 1_768_471_200_000_u64 }),
            ])
            .await;
        device.imports_file(&speak_for(12, folder.path(), "A note.wav")).await;
        let memo = device.path().await;
        for language in Language::EVERY {
            let tag = language.tag();
            device.open("/settings").await;
            device.chooses_language(Some(language)).await;
            device.draws(&format!("{tag}-settings")).await;
            for (path, screen) in [("/", "library"), ("/record", "record-ready"), (memo.as_str(), "memo")] {
                device.open(path).await;
                let drawn = async || (!device.text().await.is_empty()).then_some(());
                device.wait_for("something is said", FAR_LIMIT, drawn).await;
                device.draws(&format!("{tag}-{screen}")).await;
            }
            // What is on top of others, by its place: names differ.
            device.eval("document.querySelector('.memo .actions .pill.main').click()", vec![]).await;
            device.is_at(&["waiting"], FAR_LIMIT).await;
            device.draws(&format!("{tag}-share")).await;
        }
    });
}

#[test]
#[ignore = "draws pictures and judges nothing: make screenshots"]
fn what_went_wrong() {
    std::fs::create_dir_all(FOLDER).expect("a folder for the pictures");
    journey(async |stage| {
        let refused = stage.device_with(Setup::new(Chromium).without_storage()).await;
        refused.open("/").await;
        refused.is_warned_of("store anything").await;
        refused.draws("storage-refused").await;
        refused.close().await;

        let device = stage.device(Chromium).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.keeps_hold_of_microphone().await;
        device.press("Start recording").await;
        device.has_recorded(4.0).await;
        device.loses_microphone().await;
        device.sees("button", "Continue recording").await;
        device.draws("record-interrupted").await;
        device.press("Continue recording").await;
        device.has_recorded(6.0).await;
        device.has_quota(Some(1)).await;
        device.sees_within("button", "Finish", FAR_LIMIT).await;
        device.draws("record-no-room").await;
    });
}

impl Device {
    /// Takes a picture of what is shown in each size and theme.
    async fn draws(&self, screen: &str) {
        let session = self.session().await;
        for (size, width, height, scale) in SIZES {
            let metrics =
                json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": size == "phone" });
            session.in_chromium_itself("Emulation.setDeviceMetricsOverride", metrics).await;
            for theme in ["light", "dark"] {
                let features = json!([
                    { "name": "prefers-color-scheme", "value": theme },
                    { "name": "prefers-reduced-motion", "value": "reduce" },
                ]);
                session.in_chromium_itself("Emulation.setEmulatedMedia", json!({ "features": features })).await;
                // Two frames: one for the new size, one for what the app draws into it.
                self.eval_async(
                    "for (let i = 0; i < 2; i++) await new Promise(requestAnimationFrame); return true",
                    vec![],
                )
                .await;
                let png = session.driver.screenshot_as_png().await.expect("a screenshot");
                std::fs::write(format!("{FOLDER}/{screen}-{size}-{theme}.png"), png).expect("a picture");
            }
        }
        session.in_chromium_itself("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }
}
