//! Storage that is full, refused, or of a newer version of the app: each is named, leads on, and costs nothing that was stored.

use crate::browser::Browser::{self, Chromium, Firefox};
use crate::device::{Device, Setup};
use crate::page::FAR_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::json;

impl Device {
    /// Lets pages store so much and no more; `None` for as much as there is. Room that the browser has found before may be used
    /// for half a minute more.
    pub(crate) async fn has_quota(&self, bytes: Option<u64>) {
        let mut quota = json!({ "origin": self.origin });
        if let Some(bytes) = bytes {
            quota["quotaSize"] = json!(bytes);
        }
        self.session().await.in_chromium_itself("Storage.overrideQuotaForOrigin", quota).await;
    }

    /// Fills what room a Firefox with little room has left, with what nobody asks for.
    async fn fills_up(&self) {
        let script = concat!(include_str!("open_database.js"), include_str!("fill_up.js"));
        let filled = self.eval_async(script, vec![]).await;
        assert!(filled.as_u64().is_some_and(|bytes| bytes < 20 << 20), "there is no end of room: {filled}");
    }

    /// Removes what it was filled with.
    async fn has_room_again(&self) {
        // In a full Firefox a connection may remove after it was told that there is no room.
        let remove = "
            const remove = () => new Promise((resolve) => {
                const transaction = database.transaction('settings', 'readwrite');
                transaction.objectStore('settings').delete(IDBKeyRange.bound('filler ', 'filler:'));
                transaction.oncomplete = () => resolve(true);
                transaction.onabort = () => resolve(false);
            });
            if (!(await remove()) && !(await remove())) throw 'no room can be made';
            database.close();";
        self.eval_async(&format!("{}{remove}", include_str!("open_database.js")), vec![]).await;
    }

    /// Turns the database of this device into one that a later version of the app has changed.
    pub(crate) async fn has_database_of_newer_app(&self) {
        let upgrade = "
            const database = await new Promise((resolve, reject) => {
                const request = indexedDB.open('voice-memos', 1000);
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
                request.onblocked = () => reject('the page does not make room');
            });
            database.close();";
        self.eval_async(upgrade, vec![]).await;
    }

    /// How many records of sound there are.
    pub(crate) async fn stored_records(&self) -> usize {
        let count = "
            const records = await all('audio');
            database.close();
            return records.length;";
        let script = format!("{}{count}", include_str!("open_database.js"));
        let records = self.eval_async(&script, vec![]).await;
        serde_json::from_value(records).expect("a number")
    }

    /// The recording that met a full disk is a memo beside the one that was there, with all that was said, and nothing is left over.
    async fn has_kept(&self, spoken_s: f64) {
        self.names_memo("Kept in spite of that").await;
        let decoded_s = self.hears_memo().await.probe.decoded_s;
        assert!(
            decoded_s >= spoken_s - 1.5,
            "{spoken_s} s were recorded before the disk was full, {decoded_s} s are there"
        );
        assert_eq!(self.library().await, ["Kept in spite of that", "There before"]);
        assert_eq!(self.stored("takes", "id").await.len(), 0, "something is left to recover");
    }
}

#[test]
fn a_full_disk_ends_the_recording_and_keeps_it_in_chromium() {
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        device.has_memos(&[json!({ "title": "There before" })]).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.press("Start recording").await;
        let spoken_s = device.has_recorded(2.5).await;
        device.has_quota(Some(1)).await;
        device.sees_within("button", "Finish", FAR_LIMIT).await;
        let alert = device.is_warned_of("The recording was stopped").await;
        assert!(alert.contains("no room left") && alert.contains("What was recorded is safe"), "{alert}");
        device.is_warned_of("Delete some memos or free space").await;

        // Nothing changes before there is room.
        device.press("Understood").await;
        device.press("Finish").await;
        device.is_warned_of("no room left").await;
        device.has_quota(None).await;
        device.press("Finish").await;
        device.has_kept(spoken_s).await;
    });
}

#[test]
fn a_full_disk_ends_the_recording_and_keeps_it_in_firefox() {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(Firefox).with_little_room()).await;
        device.has_memos(&[json!({ "title": "There before" })]).await;
        device.open("/record").await;
        device.sees("button", "Start recording").await;
        device.press("Start recording").await;
        let spoken_s = device.has_recorded(2.5).await;
        device.fills_up().await;
        device.is_warned_of("The recording was stopped").await;
        // Its slices go when the memo comes, which may be room enough; else it waits.
        let is_over =
            async || (device.path().await != "/record" || device.shows("button", "Finish").await).then_some(());
        device.wait_for("the recording is over", FAR_LIMIT, is_over).await;
        let text = device.text().await;
        assert!(!text.contains("InvalidStateError"), "a full disk is called something else: {text}");

        device.has_room_again().await;
        device.press("Understood").await;
        device.press_while_there("Finish").await;
        device.has_kept(spoken_s).await;
    });
}

in_each_browser!(an_import_that_does_not_fit_leaves_nothing_and_can_be_done_again);
fn an_import_that_does_not_fit_leaves_nothing_and_can_be_done_again(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Ten megabytes more than there is room for.
        let file = speak_for(700, folder.path(), "Long.wav");
        let device = stage.device_with(Setup::new(browser).with_little_room()).await;
        if browser == Chromium {
            device.has_quota(Some(20_000_000)).await;
        }
        device.has_memos(&[json!({ "title": "There before" })]).await;
        device.chooses(std::slice::from_ref(&file)).await;
        let alert = device.is_warned_of("“Long.wav” was not imported").await;
        assert!(alert.contains("no room left") && alert.contains("Delete some memos"), "{alert}");
        assert_eq!(device.stored("memos", "title").await, ["There before"]);
        assert_eq!(device.stored_records().await, 1, "half a sound is left");

        device.press("Understood").await;
        // A running Firefox cannot be given more room.
        let (again, title) = match browser {
            Chromium => (file, "Long"),
            Firefox => (speak_for(10, folder.path(), "Short.wav"), "Short"),
        };
        if browser == Chromium {
            device.has_quota(None).await;
        }
        device.chooses(&[again]).await;
        device.arrives_at("/memo/", FAR_LIMIT).await;
        device.reads_as("textbox", "Title", title).await;
    });
}

in_each_browser!(what_fits_of_many_files_stays_and_the_others_are_named);
fn what_fits_of_many_files_stays_and_the_others_are_named(browser: Browser) {
    journey(async |stage| {
        const FILES: usize = 16;
        let folder = tempfile::tempdir().expect("a temporary folder");
        // Almost a megabyte each, no two alike; there is room for ten at most.
        let sound = std::fs::read(speak_for(22, folder.path(), "Sound.wav")).expect("a sound");
        let files: Vec<_> = (0..FILES)
            .map(|number| {
                let path = folder.path().join(format!("Note {number}.wav"));
                let mut own = sound.clone();
                own[sound.len() / 2] ^= u8::try_from(number).expect("a small number");
                std::fs::write(&path, own).expect("a file");
                path
            })
            .collect();
        let device = stage.device_with(Setup::new(browser).with_little_room()).await;
        if browser == Chromium {
            device.has_quota(Some(10_000_000)).await;
        }
        device.open("/").await;
        device.chooses(&files).await;
        let alert = device.is_warned_of("files were not imported").await;
        assert!(alert.contains("no room left") && alert.contains("Delete some memos"), "{alert}");
        let stored = device.stored("memos", "title").await.len();
        assert!((1..FILES).contains(&stored), "{stored} of {FILES} memos are stored");
        assert!(alert.contains(&format!("{} files were not imported", FILES - stored)), "{stored} are stored: {alert}");
        let records_of_each = sound.len().div_ceil(262_144);
        assert_eq!(device.stored_records().await, stored * records_of_each, "part of a sound is left, or missing");
        // The list shows what is stored, and nothing else.
        device.open("/").await;
        device.sees("link", "Note 0").await;
        assert_eq!(device.library().await.len(), stored);
    });
}

#[test]
fn a_memo_that_does_not_fit_says_so_and_arrives_once_there_is_room() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = speak_for(400, folder.path(), "Patience.wav");
        let sender = stage.device(Chromium).await;
        sender.imports_file(&file).await;
        let link = sender.shares().await;
        let listener = stage.device(Chromium).await;
        listener.has_quota(Some(8_000_000)).await;
        listener.has_memos(&[json!({ "title": "There before" })]).await;
        listener.open(&link).await;
        listener.says("no room left", FAR_LIMIT).await;
        listener.has_quota(None).await;
        listener.press("Try again").await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        let sent = std::fs::read(&file).expect("a sound");
        assert!(listener.hears_file().await == sent, "other bytes arrived than were sent");
        assert_eq!(listener.library().await.len(), 2, "what was there is lost");
    });
}

in_each_browser!(a_newer_database_is_left_as_it_is);
fn a_newer_database_is_left_as_it_is(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.has_memos(&[json!({ "title": "Of a later day" })]).await;
        device.follow("Of a later day").await;
        device.reads_as("textbox", "Title", "Of a later day").await;
        // A page that is open makes room at once, and says so when it is used.
        device.has_database_of_newer_app().await;
        device.press("Favourite").await;
        device.is_warned_of("newer version of Voice Memos").await;
        device.reload().await;
        device.says("cannot open its library", FAR_LIMIT).await;
        let alert = device.is_warned_of("newer version of Voice Memos").await;
        assert!(alert.contains("Reload this page") && alert.contains("your memos are safe"), "{alert}");
        device.sees("button", "Try again").await;
        assert_eq!(device.stored("memos", "title").await, ["Of a later day"]);
    });
}

in_each_browser!(a_tab_with_an_older_version_is_waited_for);
fn a_tab_with_an_older_version_is_waited_for(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        // A page of this site in which no app runs, and that names no icon.
        device.expect_unreachable(&format!("{}/favicon.ico", device.origin));
        device.open("/icons/icon.svg").await;
        device.eval_async(include_str!("../browser/database_1.js"), vec![json!("voice-memos")]).await;
        let rows = json!([{ "title": "From before" }]);
        device.eval_async(include_str!("put_memos.js"), vec![rows]).await;

        device.opens_tab("/").await;
        device.says("cannot open its library", FAR_LIMIT).await;
        let alert = device.is_warned_of("still open in another tab").await;
        for words in ["close that tab", "goes on here by itself", "Your memos are safe"] {
            assert!(alert.contains(words), "{words} is not said: {alert}");
        }
        device.closes_other_tabs().await;
        device.sees("button", "Record").await;
        assert_eq!(device.stored("memos", "title").await, ["From before"]);
        device.follow("From before").await;
        let (_, sound) = device.exports("As it is").await;
        assert_eq!(sound.len(), 444, "its sound is not found");
    });
}

in_each_browser!(refused_storage_is_named);
fn refused_storage_is_named(browser: Browser) {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(browser).without_storage()).await;
        device.expects_complaint("blocking all storage access requests");
        device.open("/").await;
        let alert = device.is_warned_of("does not let Voice Memos store anything").await;
        assert!(alert.contains("Leave private browsing or allow site data"), "{alert}");
        device.sees("button", "Try again").await;
        // Chromium cannot be told to allow it while it runs.
        if browser == Firefox {
            let allow = "Services.prefs.setIntPref('network.cookie.cookieBehavior', 0)";
            device.session().await.in_firefox_itself(allow).await;
            device.press("Try again").await;
            device.sees("button", "Record").await;
        }
    });
}

#[test]
fn a_private_window_without_a_database_is_named() {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(Firefox).in_private()).await;
        device.open("/").await;
        let alert = device.is_warned_of("does not let Voice Memos store anything").await;
        assert!(alert.contains("Leave private browsing"), "{alert}");
        // Nothing is recorded that could not be kept.
        assert!(!device.shows("button", "Record").await && !device.shows("button", "Start recording").await);
        let allow = "Services.prefs.setBoolPref('dom.indexedDB.privateBrowsing.enabled', true)";
        device.session().await.in_firefox_itself(allow).await;
        device.press("Try again").await;
        device.sees("button", "Record").await;
    });
}
