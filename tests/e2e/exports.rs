//! Memos that leave the app as files, and come back: archives, single files, parts.

use crate::browser::Browser::{self, Chromium, Firefox};
use crate::device::Device;
use crate::page::FAR_LIMIT;
use crate::process::program;
use crate::speech::{probe, speak, speak_for, speak_webm};
use crate::stage::journey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use thirtyfour::Key;

/// How long a thousand memos may take: each is on the disk before the next one is begun.
const MANY_LIMIT: Duration = Duration::from_secs(240);

/// Chromium asks for a place, which a test cannot choose: it gets a file of the page's own.
const CHOOSE_A_PLACE: &str = "
    window.showSaveFilePicker = async (options) => {
        window.asked = options;
        const folder = await navigator.storage.getDirectory();
        return folder.getFileHandle('chosen', { create: true });
    }";

impl Device {
    /// Gives several files to the import dialog of a fresh page at once.
    pub(crate) async fn imports(&self, files: &[PathBuf]) {
        self.open("/").await;
        self.chooses(files).await;
    }

    /// Gives several files to the import dialog at once.
    pub(crate) async fn chooses(&self, files: &[PathBuf]) {
        self.press("Import").await;
        self.sees("dialog", "Import").await;
        let paths: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
        self.choose_file("Audio files", Path::new(&paths.join("\n"))).await;
    }

    /// Every memo as it is stored, with what its bytes are, in the order of titles.
    pub(crate) async fn stored_memos(&self) -> Vec<Value> {
        let memos =
            self.eval_async(concat!(include_str!("open_database.js"), include_str!("stored_memos.js")), vec![]).await;
        memos.as_array().expect("a list of memos").clone()
    }

    /// Waits until so many memos are here and each has its shape, which is found out behind them.
    pub(crate) async fn has_heard(&self, count: usize) -> Vec<Value> {
        let heard = async || {
            let memos = self.stored_memos().await;
            let is_heard = |memo: &Value| {
                memo["durationMs"] != 0 && memo["waveform"].as_array().is_some_and(|bars| !bars.is_empty())
            };
            (memos.len() == count && memos.iter().all(is_heard)).then_some(memos)
        };
        self.wait_for(&format!("{count} memos are here, with their shapes"), FAR_LIMIT, heard).await
    }

    /// Exports everything, and returns the bytes of the file.
    pub(crate) async fn exports_everything(&self, browser: Browser) -> Vec<u8> {
        self.open("/settings").await;
        if browser == Firefox {
            return self.saves("Export everything").await.1;
        }
        self.eval(CHOOSE_A_PLACE, vec![]).await;
        self.press("Export everything").await;
        self.says("exported", FAR_LIMIT).await;
        let name = self.eval("return window.asked.suggestedName", vec![]).await;
        assert!(
            name.as_str().is_some_and(|name| name.starts_with("Voice Memos 20") && name.ends_with(".zip")),
            "{name}"
        );
        self.chosen_file().await
    }

    /// The bytes of the file for which a place was chosen last.
    async fn chosen_file(&self) -> Vec<u8> {
        let read = "
            const folder = await navigator.storage.getDirectory();
            const file = await (await folder.getFileHandle('chosen')).getFile();
            return new Uint8Array(await file.arrayBuffer()).toBase64();";
        let bytes = self.eval_async(read, vec![]).await;
        STANDARD.decode(bytes.as_str().expect("bytes")).expect("base64")
    }

    /// Presses a way to export the memo whose page is open. Returns the name and the bytes of the file.
    pub(crate) async fn exports(&self, way: &str) -> (String, Vec<u8>) {
        self.press("Export").await;
        self.sees("dialog", "Export").await;
        let saved = self.saves(way).await;
        self.no_longer_sees("dialog", "Export").await;
        saved
    }

    /// From now on no file is read until `window.release()` is called.
    pub(crate) async fn holds_files_back(&self) {
        let hold = "
            const read = Blob.prototype.arrayBuffer;
            const gate = new Promise((resolve) => { window.release = resolve });
            Blob.prototype.arrayBuffer = async function () { await gate; return read.call(this) };";
        self.eval(hold, vec![]).await;
    }

    /// Trims the memo whose page is open by so many steps of its start and of its end.
    pub(crate) async fn trims(&self, start: usize, end: usize) {
        self.press("Trim").await;
        self.sees("dialog", "Trim").await;
        self.moves_slider("Start", Key::Right, start).await;
        self.moves_slider("End", Key::Left, end).await;
        self.press("Trim").await;
        self.no_longer_sees("dialog", "Trim").await;
        self.sees("button", "Show all of it").await;
    }

    /// How long the memo whose page is open is, as its slider has it, in milliseconds.
    pub(crate) async fn is_so_long(&self, what: &str, wanted: impl Fn(u64) -> bool) {
        let length = async || {
            let length = self.sees("slider", "Position").await.prop("max").await.ok()??.parse().ok()?;
            wanted(length).then_some(())
        };
        self.wait_for(what, FAR_LIMIT, length).await;
    }

    /// Puts the keyboard on a slider and presses a key so many times.
    pub(crate) async fn moves_slider(&self, name: &str, key: Key, times: usize) {
        let slider = self.sees("slider", name).await;
        slider.focus().await.expect("a slider takes the keyboard");
        let presses: String = std::iter::repeat_n(char::from(key), times).collect();
        slider.send_keys(presses).await.expect("a slider hears keys");
    }
}

/// What programs of others say of an archive: its names in order, after each checksum was found right.
pub(crate) fn names_in(archive: &Path) -> Vec<String> {
    let script = "
import sys, zipfile
archive = zipfile.ZipFile(sys.argv[1])
assert archive.testzip() is None
assert all(entry.compress_type == zipfile.ZIP_STORED for entry in archive.infolist())
print('\\n'.join(archive.namelist()))";
    let output = Command::new(program(&["python3"])).args(["-c", script]).arg(archive).output().expect("python3 runs");
    assert!(output.status.success(), "python: {}", String::from_utf8_lossy(&output.stderr));
    if let Ok(output) = Command::new("unzip").arg("-t").arg(archive).output() {
        assert!(output.status.success(), "unzip: {}", String::from_utf8_lossy(&output.stdout));
    }
    String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()
}

in_each_browser!(an_archive_comes_back_in_the_other_browser);
/// Three memos on one device leave it as an archive and come to another one.
fn an_archive_comes_back_in_the_other_browser(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            path
        };
        let wav = std::fs::read(speak(folder.path())).expect("a sound");
        let sounds = [file("Größe 日本.webm", &speak_webm(folder.path())), file("Two.wav", &wav)];

        let old = stage.device(browser).await;
        old.imports(&sounds).await;
        old.says("2 files imported", FAR_LIMIT).await;
        old.has_heard(2).await;
        old.follow("Two").await;
        old.trims(20, 10).await;
        old.records("Idea: the talk?", 1.5).await;
        old.write("textbox", "Notes", "Start with the story.").await;
        old.press("Favourite").await;
        let starred = async || {
            let memos = old.stored_memos().await;
            memos.iter().any(|memo| memo["favourite"] == true && memo["notes"] == "Start with the story.").then_some(())
        };
        old.wait_for("notes and star are saved", FAR_LIMIT, starred).await;
        let before = old.has_heard(3).await;
        let archive = file("memos.zip", &old.exports_everything(browser).await);
        old.says("Last done", FAR_LIMIT).await;
        let mut names = names_in(&archive);
        assert_eq!(names.pop().as_deref(), Some("memos.json"));
        names.sort();
        assert_eq!(names, ["Größe 日本.webm", "Idea. the talk-.webm", "Two.wav"]);

        let new = stage.device(browser.other()).await;
        new.imports(std::slice::from_ref(&archive)).await;
        new.says("3 memos brought back", FAR_LIMIT).await;
        assert_eq!(new.stored_memos().await, before, "a memo came back as another one");
        new.open("/").await;
        new.follow("Two").await;
        new.says("Trimmed: 0:02 to", FAR_LIMIT).await;
        new.open("/").await;
        new.follow("Idea: the talk?").await;
        new.hears_memo().await;

        // A second time nothing is doubled, and what was changed in the meantime stays.
        new.renames("Idea, thought over").await;
        new.imports(&[archive]).await;
        new.says("3 memos were here already", FAR_LIMIT).await;
        let titles: Vec<Value> = new.stored_memos().await.iter().map(|memo| memo["title"].clone()).collect();
        assert_eq!(titles, ["Größe 日本", "Idea, thought over", "Two"]);
        new.imports(&sounds).await;
        new.says("2 memos were here already", FAR_LIMIT).await;
    });
}

#[test]
fn a_thousand_memos_go_out_and_come_back() {
    journey(async |stage| {
        const MEMOS: usize = 1000;
        let rows: Vec<Value> = (0..MEMOS)
            .map(|number| {
                json!({
                    "title": format!("Memo {number}"),
                    "notes": "What was said that day.",
                    "tags": if number.is_multiple_of(3) { json!(["work"]) } else { json!([]) },
                    "favourite": number.is_multiple_of(7),
                    "markersMs": [10, 30],
                    "deletedAtMs": null,
                })
            })
            .collect();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let old = stage.device(Chromium).await;
        old.has_memos(&rows).await;
        let before = old.stored_memos().await;
        let archive = folder.path().join("memos.zip");
        std::fs::write(&archive, old.exports_everything(Chromium).await).expect("a file");
        assert_eq!(names_in(&archive).len(), MEMOS + 1);

        let new = stage.device(Firefox).await;
        new.imports(&[archive]).await;
        new.says("1,000 memos brought back", MANY_LIMIT).await;
        let after = new.stored_memos().await;
        assert_eq!(after.len(), before.len());
        for (after, before) in after.iter().zip(&before) {
            assert_eq!(after, before, "a memo came back as another one");
        }
    });
}

in_each_browser!(an_export_that_nobody_wants_any_more_leaves_no_file);
fn an_export_that_nobody_wants_any_more_leaves_no_file(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(browser).await;
        device.imports_file(&speak(folder.path())).await;
        device.open("/settings").await;
        let hold = "
            window.showSaveFilePicker = async () =>
                (await navigator.storage.getDirectory()).getFileHandle('chosen', { create: true });
            const write = FileSystemWritableFileStream.prototype.write;
            const gate = new Promise((resolve) => { window.release = resolve });
            FileSystemWritableFileStream.prototype.write = async function (data) { await gate; return write.call(this, data) };";
        device.eval(hold, vec![]).await;
        device.press("Export everything").await;
        device.sees("progressbar", "Export").await;
        device.says("Exporting 1 of 1", FAR_LIMIT).await;
        device.press("Cancel").await;
        device.eval("window.release()", vec![]).await;
        device.says("Export cancelled", FAR_LIMIT).await;
        let size = "
            const folder = await navigator.storage.getDirectory();
            return (await (await folder.getFileHandle('chosen')).getFile()).size;";
        assert_eq!(device.eval_async(size, vec![]).await, json!(0), "half a file is left");
        device.reload().await;
        device.says("Never done yet", FAR_LIMIT).await;
    });
}

in_each_browser!(the_same_file_twice_is_one_memo);
fn the_same_file_twice_is_one_memo(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let one = speak(folder.path());
        let other = folder.path().join("Another name.wav");
        std::fs::copy(&one, &other).expect("a copy");
        let device = stage.device(browser).await;
        device.imports(&[one]).await;
        let first = device.arrives_at("/memo/", FAR_LIMIT).await;
        device.renames("What the test says").await;
        device.imports(&[other]).await;
        device.says("This memo was here already", FAR_LIMIT).await;
        assert_eq!(device.arrives_at("/memo/", FAR_LIMIT).await, first);
        assert_eq!(device.library().await, ["What the test says"]);

        // What was recorded here has no digest in its row, and is known by its bytes all the same.
        let recorded = device.records("Spoken here", 1.5).await;
        let exported = folder.path().join("Spoken here.webm");
        std::fs::write(&exported, device.exports("As it is").await.1).expect("a file");
        device.imports(std::slice::from_ref(&exported)).await;
        device.says("This memo was here already", FAR_LIMIT).await;
        assert_eq!(device.arrives_at("/memo/", FAR_LIMIT).await, recorded);

        // What was thrown away comes out of the bin.
        device.press("Delete").await;
        device.arrives_at("/", FAR_LIMIT).await;
        assert_eq!(device.library().await, ["What the test says"]);
        device.imports(&[exported]).await;
        assert_eq!(device.arrives_at("/memo/", FAR_LIMIT).await, recorded);
        assert_eq!(device.library().await, ["Spoken here", "What the test says"]);
    });
}

in_each_browser!(many_files_come_at_once_and_one_that_fails_stops_no_other);
fn many_files_come_at_once_and_one_that_fails_stops_no_other(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut files: Vec<PathBuf> = (0..30)
            .map(|number| speak_for(1 + number % 3, folder.path(), &format!("{number:02}.wav")))
            .enumerate()
            .map(|(number, path)| {
                // Files of their own, not thirty times the same sound.
                let mut bytes = std::fs::read(&path).expect("a sound");
                bytes.extend(b"note\x02\0\0\0");
                bytes.extend((number as u16).to_le_bytes());
                std::fs::write(&path, bytes).expect("a sound");
                path
            })
            .collect();
        for (name, bytes) in [("empty.mp3", &b""[..]), ("words.txt", b"What was said."), ("cut off.zip", b"PK\x03\x04")]
        {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            files.insert(files.len() / 2, path);
        }
        let device = stage.device(browser).await;
        device.imports(&files).await;
        device.says("30 files imported", FAR_LIMIT).await;
        let alert = device.is_warned_of("3 files were not imported").await;
        for name in [
            "“empty.mp3”: the file is empty.",
            "“words.txt”: it is not an audio file.",
            "“cut off.zip”: it is not a whole zip",
        ] {
            assert!(alert.contains(name), "{name} is not named: {alert}");
        }
        device.has_heard(30).await;
        assert!(!device.shows("progressbar", "Import").await, "it still looks busy");
    });
}

in_each_browser!(an_import_that_nobody_wants_any_more_ends);
fn an_import_that_nobody_wants_any_more_ends(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let files = [speak(folder.path()), speak_for(2, folder.path(), "two.wav")];
        let device = stage.device(browser).await;
        device.open("/").await;
        device.holds_files_back().await;
        device.chooses(&files).await;
        device.sees("progressbar", "Import").await;
        device.says("Importing 1 of 2", FAR_LIMIT).await;
        device.press("Cancel").await;
        device.eval("window.release()", vec![]).await;
        device.says("Import cancelled", FAR_LIMIT).await;
        assert!(device.stored_memos().await.is_empty(), "half a memo is left");
        assert_eq!(device.stored_records().await, 0, "half a sound is left");
    });
}

in_each_browser!(what_is_pasted_becomes_a_memo_unless_somebody_is_typing);
fn what_is_pasted_becomes_a_memo_unless_somebody_is_typing(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = std::fs::read(speak(folder.path())).expect("a sound");
        let device = stage.device(browser).await;
        device.open("/").await;
        device.sees("button", "Record").await;
        let paste = "
            const [where, base64] = arguments;
            const clipboardData = new DataTransfer();
            clipboardData.items.add(new File([Uint8Array.fromBase64(base64)], 'Pasted.wav', { type: 'audio/wav' }));
            const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
            // Firefox makes events of scripts with an empty one.
            Object.defineProperty(event, 'clipboardData', { value: clipboardData });
            document.querySelector(where).dispatchEvent(event);
            return event.defaultPrevented;";
        let paste = async |place: &str| device.eval(paste, vec![json!(place), json!(STANDARD.encode(&bytes))]).await;
        assert_eq!(paste("input[type=search]").await, json!(false), "it was taken out of a text field");
        assert_eq!(paste("body").await, json!(true));
        device.arrives_at("/memo/", FAR_LIMIT).await;
        device.reads_as("textbox", "Title", "Pasted").await;

        let link = "
            const clipboardData = new DataTransfer();
            clipboardData.setData('text/plain', arguments[0]);
            const event = new ClipboardEvent('paste', { bubbles: true, cancelable: true });
            Object.defineProperty(event, 'clipboardData', { value: clipboardData });
            document.body.dispatchEvent(event);";
        device.eval(link, vec![json!("What a nice day.")]).await;
        device.eval(link, vec![json!(format!("Listen: magnet:?xt=urn:btih:{}", "5a".repeat(20)))]).await;
        device.arrives_at("/share?seeds=", FAR_LIMIT).await;
    });
}

#[test]
fn a_memo_is_exported_as_it_is_and_as_wav() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let webm = speak_webm(folder.path());
        let file = folder.path().join("What was said.webm");
        std::fs::write(&file, &webm).expect("a sound");
        for browser in [Chromium, Firefox] {
            let device = stage.device(browser).await;
            device.imports_file(&file).await;
            device.has_heard(1).await;
            let (name, bytes) = device.exports("As it is").await;
            assert_eq!(name, "What was said.webm");
            assert!(bytes == webm, "other bytes were exported");
            device.reload().await;
            let (name, bytes) = device.exports("As WAV").await;
            assert_eq!(name, "What was said.wav");
            let (whole, wav) = (probe(&webm), probe(&bytes));
            assert_eq!(wav.codec, "pcm_s16le");
            let declared = wav.declared_s.expect("a WAV says how long it is");
            assert!((declared - whole.decoded_s).abs() < 0.1, "{declared} s of {} s", whole.decoded_s);
            device.close().await;
        }
    });
}

in_each_browser!(a_memo_is_handed_to_another_app_as_a_file);
fn a_memo_is_handed_to_another_app_as_a_file(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let webm = speak_webm(folder.path());
        let file = folder.path().join("For Noor.webm");
        std::fs::write(&file, &webm).expect("a sound");
        let device = stage.device(browser).await;
        device.imports_file(&file).await;
        // No test can choose another app, and this system may have none.
        let other_app = "
            navigator.canShare = ({ files }) => files?.length === 1 && files[0].type === 'audio/webm';
            navigator.share = async ({ files }) => { window.sent = files[0] };";
        device.eval(other_app, vec![]).await;
        device.press("Export").await;
        device.press("Send file").await;
        device.no_longer_sees("dialog", "Export").await;
        let name = device.eval("return window.sent.name", vec![]).await;
        assert_eq!(name, "For Noor.webm");
        let sent = device.eval_async("return new Uint8Array(await window.sent.arrayBuffer()).toBase64()", vec![]).await;
        assert!(STANDARD.decode(sent.as_str().expect("bytes")).expect("base64") == webm, "other bytes were sent");
    });
}

/// Saves all but two seconds at the beginning and one at the end as a memo, and returns what that is as a file.
async fn saves_part(device: &Device, file: &Path) -> (String, Vec<u8>) {
    device.imports_file(file).await;
    let memos = device.has_heard(1).await;
    let original = device.path().await;
    device.press("Trim").await;
    device.sees("dialog", "Trim").await;
    device.moves_slider("Start", Key::Right, 20).await;
    device.moves_slider("End", Key::Left, 10).await;
    let spoken = device.sees("slider", "Start").await.attr("aria-valuetext").await.expect("a slider");
    assert_eq!(spoken.as_deref(), Some("2 sec"));
    device.press("Save as new memo").await;
    let moved = async || Some(device.path().await).filter(|path| path.starts_with("/memo/") && *path != original);
    device.wait_for("the part is opened", FAR_LIMIT, moved).await;
    let title = format!("{} (part)", file.file_stem().expect("a name").to_string_lossy());
    device.reads_as("textbox", "Title", &title).await;
    let after = device.has_heard(2).await;
    assert_eq!(after[0], memos[0], "the original was changed");
    let begun = |memo: &Value| memo["recordedAtMs"].as_u64().expect("a time");
    assert_eq!(begun(&after[1]), begun(&memos[0]) + 2000);
    assert_eq!(after[1]["origin"], memos[0]["origin"]);
    device.exports("As it is").await
}

#[test]
fn a_part_becomes_a_memo_of_its_own() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let webm = folder.path().join("Interview.webm");
        std::fs::write(&webm, speak_webm(folder.path())).expect("a sound");
        let wav = speak_for(6, folder.path(), "Interview.wav");
        for (browser, file, codec) in [(Chromium, &webm, "opus"), (Firefox, &wav, "pcm_s16le")] {
            let device = stage.device(browser).await;
            let (name, bytes) = saves_part(&device, file).await;
            assert!(name.starts_with("Interview (part)."), "{name}");
            let (whole, part) = (probe(&std::fs::read(file).expect("a sound")), probe(&bytes));
            assert_eq!(part.codec, codec);
            let declared = part.declared_s.expect("a part says how long it is");
            for (what, seconds) in [("declared", declared), ("decoded", part.decoded_s)] {
                let expected = whole.decoded_s - 3.0;
                assert!((seconds - expected).abs() < 0.15, "{what}: {seconds} s in place of {expected} s");
            }
            device.close().await;
        }
    });
}

in_each_browser!(what_cannot_be_cut_says_so);
fn what_cannot_be_cut_says_so(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let ogg = folder.path().join("Song.ogg");
        let mut ffmpeg = Command::new(program(&["ffmpeg"]));
        let made =
            ffmpeg.args(["-v", "error", "-i"]).arg(speak(folder.path())).args(["-c:a", "libopus"]).arg(&ogg).status();
        assert!(made.expect("ffmpeg runs").success());
        let device = stage.device(browser).await;
        device.imports_file(&ogg).await;
        device.has_heard(1).await;
        device.press("Trim").await;
        device.says("cannot be cut here", FAR_LIMIT).await;
        assert!(!device.shows("button", "Save as new memo").await);
        device.press("Close").await;
        device.trims(20, 10).await;

        // Its link would give what was trimmed away.
        device.press("Share").await;
        device.is_warned_of("“Song” is trimmed").await;
        assert!(!device.shows("textbox", "Link").await);
        assert!(device.stored("torrents", "infoHash").await.is_empty(), "it was shared unasked");
        device.press("Close").await;
        device.press("Export").await;
        device.says("all of the memo", FAR_LIMIT).await;
        device.press("Close").await;
        let part = probe(&device.exports("As WAV").await.1);
        let whole = probe(&std::fs::read(&ogg).expect("a sound"));
        let expected = whole.decoded_s - 3.0;
        assert!((part.decoded_s - expected).abs() < 0.15, "{} s in place of {expected} s", part.decoded_s);

        device.press("Share").await;
        device.sees("dialog", "Share memo").await;
        device.press("Show all of it").await;
        device.no_longer_sees("dialog", "Share memo").await;
        device.shares().await;
    });
}

#[test]
fn the_link_of_a_trimmed_memo_gives_the_part_alone() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let webm = speak_webm(folder.path());
        let file = folder.path().join("Interview.webm");
        std::fs::write(&file, &webm).expect("a sound");
        let sender = stage.device(Chromium).await;
        sender.imports_file(&file).await;
        sender.has_heard(1).await;
        sender.trims(20, 10).await;
        let expected = probe(&webm).decoded_s - 3.0;
        // A recording without an index is played where it was trimmed to all the same.
        let (first, last) = sender.plays_to_its_end().await;
        assert!(first > 1.9 && last < expected + 2.5, "{first} s to {last} s were heard");
        let is_the_part = |bytes: &[u8]| {
            let part = probe(bytes);
            let declared = part.declared_s.expect("a part says how long it is");
            for (what, seconds) in [("declared", declared), ("decoded", part.decoded_s)] {
                assert!((seconds - expected).abs() < 0.15, "{what}: {seconds} s in place of {expected} s");
            }
        };
        is_the_part(&sender.exports("As it is").await.1);
        let link = sender.shares().await;
        sender.says("the part that the memo is trimmed to", FAR_LIMIT).await;

        let listener = stage.device(Firefox).await;
        listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "Interview").await;
        let heard = listener.hears_memo().await;
        is_the_part(&heard.bytes);
        listener.close().await;

        // What the link gives does not change when all of the memo is heard again.
        sender.press("Close").await;
        sender.press("Show all of it").await;
        assert!(sender.hears_file().await == webm, "the sound was changed");
        sender.press_while_there("Pause").await;
        assert_eq!(sender.shares().await, link);
        sender.says("goes on giving what it was made for", FAR_LIMIT).await;
        let other = stage.device(Chromium).await;
        other.receives(&link).await;
        assert!(other.hears_memo().await.bytes == heard.bytes, "the link gives something else now");
    });
}

in_each_browser!(trimmed_memos_are_exported_together_only_by_who_knows_that_the_file_holds_all_of_them);
fn trimmed_memos_are_exported_together_only_by_who_knows_that_the_file_holds_all_of_them(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(browser).await;
        let sounds = [speak_for(4, folder.path(), "Whole.wav"), speak_for(6, folder.path(), "Trimmed.wav")];
        device.imports(&sounds).await;
        device.says("2 files imported", FAR_LIMIT).await;
        device.has_heard(2).await;
        device.open("/settings").await;
        device.sees("button", "Export everything").await;
        assert!(!device.text().await.contains("Trimmed memos"), "nothing is trimmed yet");
        device.open("/").await;
        device.follow("Trimmed").await;
        device.trims(20, 10).await;

        device.open("/").await;
        device.eval("delete window.showSaveFilePicker", vec![]).await;
        let select = async |title: &str| {
            device.press("Select").await;
            device.ticks(title).await;
        };
        select("Whole").await;
        device.press("Export selected").await;
        device.says("1 memo exported", FAR_LIMIT).await;

        select("Whole").await;
        device.ticks("Trimmed").await;
        device.press("Export selected").await;
        device.sees("dialog", "Export").await;
        device.says("also what was trimmed away", FAR_LIMIT).await;
        device.press("Cancel").await;
        device.no_longer_sees("dialog", "Export").await;
        device.says("2 selected", FAR_LIMIT).await;
        device.press("Export selected").await;
        let (_, bytes) = device.saves("Export").await;
        device.says("2 memos exported", FAR_LIMIT).await;
        let archive = folder.path().join("memos.zip");
        std::fs::write(&archive, bytes).expect("a file");
        assert_eq!(names_in(&archive), ["Whole.wav", "Trimmed.wav", "memos.json"]);

        device.open("/settings").await;
        device.says("Trimmed memos are in it with all of their sound", FAR_LIMIT).await;
    });
}
