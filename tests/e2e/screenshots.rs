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
        device.press("Export").await;
        device.sees("dialog", "Export").await;
        device.draws("export").await;
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
