//! What people do with memos: record, listen, share, open a link.

use crate::device::Device;
use crate::page::FAR_LIMIT;
use crate::speech::{Probe, probe};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// How long playing may take to be heard.
pub(crate) const PLAY_LIMIT: Duration = Duration::from_secs(20);

/// A memo as it was heard on one device.
pub(crate) struct Heard {
    pub(crate) bytes: Vec<u8>,
    /// The duration that the player shows, in seconds.
    pub(crate) duration_s: f64,
    /// What ffmpeg says of the same bytes.
    pub(crate) probe: Probe,
}

impl Device {
    /// Records for at least so many seconds, stops, and names the memo. Ends on the memo's page and
    /// returns its path.
    pub(crate) async fn records(&self, title: &str, at_least_s: f64) -> String {
        self.open("/").await;
        self.press("Record").await;
        self.has_recorded(at_least_s).await;
        self.press("Stop").await;
        self.names_memo(title).await
    }

    /// Makes a memo of an audio file, which lends it its name. Ends on the memo's page.
    pub(crate) async fn imports_file(&self, file: &Path) {
        let title = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        self.open("/").await;
        self.press("Import").await;
        self.sees("dialog", "Import").await;
        self.choose_file("Audio files", file).await;
        let imported = async || self.stored("memos", "title").await.contains(&json!(title)).then_some(());
        self.wait_for("the file becomes a memo", FAR_LIMIT, imported).await;
        self.open("/").await;
        self.follow(&title).await;
        self.reads_as("textbox", "Title", &title).await;
    }

    /// Names the memo that was just recorded or kept. Returns the path of its page.
    pub(crate) async fn names_memo(&self, title: &str) -> String {
        let path = self.arrives_at("/memo/", PLAY_LIMIT).await;
        self.renames(title).await;
        path
    }

    /// Writes another title on the memo's page and waits until it is saved.
    pub(crate) async fn renames(&self, title: &str) {
        self.write("textbox", "Title", title).await;
        self.reads_as("textbox", "Title", title).await;
        let saved = async || {
            let titles = self.stored("memos", "title").await;
            titles.iter().any(|saved| saved == title).then_some(())
        };
        self.wait_for("the title is saved", PLAY_LIMIT, saved).await;
    }

    /// Waits until the recorder's timer shows at least so many seconds, and returns what it shows.
    pub(crate) async fn has_recorded(&self, at_least_s: f64) -> f64 {
        let so_far = async || {
            let [timer] = &self.elements(r#"return [...document.querySelectorAll("[role=timer]")]"#, vec![]).await[..]
            else {
                return None;
            };
            // The tenths may be set apart.
            let text: String = timer.text().await.ok()?.split_whitespace().collect();
            let seconds = text.split(':').try_fold(0.0, |sum, part| Some(sum * 60.0 + part.parse::<f64>().ok()?));
            seconds.filter(|seconds| *seconds >= at_least_s)
        };
        self.wait_for(&format!("{at_least_s} s are recorded"), Duration::from_secs(60), so_far).await
    }

    /// Plays the memo whose page is open until its sound has moved on, stops it, and compares what the
    /// player shows with what the bytes decode to.
    pub(crate) async fn hears_memo(&self) -> Heard {
        self.press("Play").await;
        self.plays().await;
        self.press_while_there("Pause").await;
        let known = async || self.audio("duration").await.filter(|seconds| seconds.is_finite());
        self.wait_for("the player shows a length", PLAY_LIMIT, known).await;

        let heard = self.eval_async(concat!(include_str!("fetch_audio.js"), include_str!("hear.js")), vec![]).await;
        let number = |name: &str| heard[name].as_f64().unwrap_or(f64::INFINITY);
        let (duration_s, decoded_s) = (number("duration"), number("decoded"));
        assert!(
            (duration_s - decoded_s).abs() <= decoded_s * 0.05,
            "{}: the player shows {duration_s} s, the sound lasts {decoded_s} s",
            self.name
        );
        assert!(number("peak") > 0.05, "{}: the memo is silent: {}", self.name, number("peak"));
        let bytes = STANDARD.decode(heard["base64"].as_str().expect("bytes")).expect("base64");
        let probe = probe(&bytes);
        assert_eq!(probe.codec, "opus");
        Heard { bytes, duration_s, probe }
    }

    /// Plays the memo whose page is open until its sound has moved on, and returns the bytes that were played, whatever they
    /// are: what others recorded may not say how long it is.
    pub(crate) async fn hears_file(&self) -> Vec<u8> {
        self.press("Play").await;
        self.plays().await;
        let script = concat!(include_str!("fetch_audio.js"), "return bytes.toBase64()");
        let bytes = self.eval_async(script, vec![]).await;
        STANDARD.decode(bytes.as_str().expect("bytes")).expect("base64")
    }

    /// Waits until sound moves on.
    pub(crate) async fn plays(&self) {
        let moved_on = async || self.audio("currentTime").await.filter(|seconds| *seconds > 0.2);
        self.wait_for("the sound moves on", PLAY_LIMIT, moved_on).await;
    }

    async fn audio(&self, property: &str) -> Option<f64> {
        let script =
            "return Math.max(...[...document.querySelectorAll('audio')].map((audio) => audio[arguments[0]] || 0))";
        self.eval(script, vec![json!(property)]).await.as_f64()
    }

    /// Shares the memo whose page is open, and leaves the dialog open. Returns the link.
    pub(crate) async fn shares(&self) -> String {
        self.press("Share").await;
        self.sees("dialog", "Share memo").await;
        let ready = async || Some(self.reads("textbox", "Link").await).filter(|link| link.contains("/share?seeds="));
        let link = self.wait_for("the link is there", PLAY_LIMIT, ready).await;
        self.is_at(&["waiting", "sending", "delivered"], FAR_LIMIT).await;
        link
    }

    /// Opens a link and waits until its memo is here. Ends on the memo's page, whose path is returned.
    pub(crate) async fn receives(&self, link: &str) -> String {
        self.open(link).await;
        self.arrives_at("/memo/", FAR_LIMIT).await
    }

    /// The titles in the library, from top to bottom.
    pub(crate) async fn library(&self) -> Vec<String> {
        self.open("/").await;
        self.sees("button", "Record").await;
        let titles = self
            .eval_async(
                "await new Promise(requestAnimationFrame);
                 return [...document.querySelectorAll('[aria-label=Memos] a')].map((link) => link.ariaLabel ?? link.innerText)",
                vec![],
            )
            .await;
        serde_json::from_value(titles).expect("a list of titles")
    }

    /// One field of every row that a store of the app's database holds.
    pub(crate) async fn stored(&self, store: &str, field: &str) -> Vec<Value> {
        let rows = self.eval_async(include_str!("stored.js"), vec![json!(store), json!(field)]).await;
        serde_json::from_value(rows).expect("a list of values")
    }

    /// Waits until the app can be opened without a server: its service worker has all it needs and is
    /// in charge of the page.
    pub(crate) async fn is_ready_for_offline(&self) {
        self.open("/").await;
        let in_charge = async || {
            let in_charge =
                self.eval("return navigator.serviceWorker?.controller?.state === 'activated'", vec![]).await;
            in_charge.as_bool().filter(|in_charge| *in_charge)
        };
        self.wait_for("the service worker is in charge", PLAY_LIMIT, in_charge).await;
    }
}
