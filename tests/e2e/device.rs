//! A device: one browser process with a profile of its own, which outlives restarts and crashes.

use crate::browser::{Browser, Session};
use crate::console;
use crate::process;
use crate::stage::House;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use thirtyfour::WebElement;
use tokio::sync::{RwLock, RwLockReadGuard};

/// How a device differs from others.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) browser: Browser,
    pub(crate) microphone: Microphone,
    /// Whether the browser has RTCPeerConnection.
    pub(crate) webrtc: bool,
    /// The server whose app it uses; the shared one if none is named.
    pub(crate) origin: Option<String>,
    /// The chromedriver that starts its Chromium, for hosts of their own; the shared one if none is named.
    pub(crate) chromedriver: Option<String>,
    /// What Chromium is told beside the usual.
    pub(crate) arguments: Vec<String>,
    /// An address that a content blocker keeps Firefox from.
    pub(crate) blocked: Option<String>,
    /// Whether pages may store anything.
    pub(crate) storage: bool,
    /// How much Firefox lets all pages together store, if that is less than usual. One site may have a fifth of it, but 10 MB in any case.
    pub(crate) room_kb: Option<u32>,
    /// Whether all its windows are private, in a Firefox whose private windows have no IndexedDB.
    pub(crate) private: bool,
    /// What its owner reads, best first, as browsers write it.
    pub(crate) languages: &'static str,
    /// How large its owner wants letters, as the browser's own settings have it.
    pub(crate) letters_px: u32,
}

impl Setup {
    /// The usual device.
    pub(crate) fn new(browser: Browser) -> Setup {
        Setup {
            browser,
            microphone: Microphone::Speaking,
            webrtc: true,
            origin: None,
            chromedriver: None,
            arguments: Vec::new(),
            blocked: None,
            storage: true,
            room_kb: None,
            private: false,
            languages: "en-US,en",
            letters_px: 16,
        }
    }

    pub(crate) fn microphone(self, microphone: Microphone) -> Setup {
        Setup { microphone, ..self }
    }

    pub(crate) fn without_webrtc(self) -> Setup {
        Setup { webrtc: false, ..self }
    }

    pub(crate) fn without_storage(self) -> Setup {
        Setup { storage: false, ..self }
    }

    /// A Firefox with room for 10 MB of one site.
    pub(crate) fn with_little_room(self) -> Setup {
        Setup { room_kb: Some(10_240), ..self }
    }

    pub(crate) fn in_private(self) -> Setup {
        Setup { private: true, ..self }
    }

    pub(crate) fn at(self, origin: String) -> Setup {
        Setup { origin: Some(origin), ..self }
    }

    pub(crate) fn reading(self, languages: &'static str) -> Setup {
        Setup { languages, ..self }
    }

    pub(crate) fn with_letters_of(self, letters_px: u32) -> Setup {
        Setup { letters_px, ..self }
    }

    pub(crate) fn blocking(self, address: &str) -> Setup {
        Setup { blocked: Some(address.to_owned()), ..self }
    }
}

/// What is plugged in, and whether pages may use it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Microphone {
    /// Chromium hears the sentence, Firefox a tone.
    Speaking,
    Refused,
    Missing,
}

/// A browser with a profile. What it shows is driven by the methods in `page.rs`.
pub(crate) struct Device {
    pub(crate) name: String,
    pub(crate) origin: String,
    house: Arc<House>,
    setup: Setup,
    profile: TempDir,
    session: RwLock<Option<Session>>,
    /// Beginnings of addresses that this test made unreachable; the browser itself complains of them.
    unreachable: Mutex<Vec<String>>,
    /// What else the browser itself says of something that this test brought about.
    expected: Mutex<Vec<&'static str>>,
}

impl Device {
    /// Starts the browser with an empty profile.
    pub(crate) async fn start(house: Arc<House>, name: String, setup: Setup) -> Device {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let origin = setup.origin.clone().unwrap_or_else(|| house.server.origin());
        let session = RwLock::new(Some(Session::start(&house, &setup, profile.path()).await));
        Device {
            name,
            origin,
            house,
            setup,
            profile,
            session,
            unreachable: Mutex::default(),
            expected: Mutex::default(),
        }
    }

    /// From now on the console may say that what is below this address cannot be reached, since the
    /// test sees to it. Browsers log that themselves; no page can prevent it.
    pub(crate) fn expect_unreachable(&self, address: &str) {
        self.unreachable.lock().expect("no other user has panicked").push(address.to_owned());
    }

    /// From now on the console may hold complaints with these words, which browsers make themselves and no page can prevent.
    pub(crate) fn expects_complaint(&self, words: &'static str) {
        self.expected.lock().expect("no other user has panicked").push(words);
    }

    /// Ends the browser as people do. What is on the device stays.
    pub(crate) async fn close(&self) {
        if self.session.read().await.is_none() {
            return;
        }
        self.judge_console().await;
        self.close_unjudged().await;
    }

    /// Ends the browser after a test has failed already.
    pub(crate) async fn close_unjudged(&self) {
        if let Some(session) = self.session.write().await.take() {
            // Firefox's driver ends its browser; both are ended by id when that fails.
            if session.driver.quit().await.is_err() {
                process::kill(session.pid);
            }
        }
    }

    /// Kills the whole browser in the middle of whatever it is doing.
    pub(crate) async fn crash(&self) {
        self.judge_console().await;
        let session = self.session.write().await.take().expect("the browser is running");
        process::kill(session.pid);
        // There is nobody left to say goodbye to.
        // They name the dead process; the next one would first look for it, for seconds.
        for left in ["SingletonLock", "SingletonCookie", "SingletonSocket", "DevToolsActivePort"] {
            std::fs::remove_file(self.profile.path().join(left)).ok();
        }
        session.driver.leak().expect("nobody has ended the session");
    }

    /// Suspends the whole browser, as a device does whose lid is closed.
    pub(crate) async fn sleeps_for(&self, time: Duration) {
        let pid = self.session().await.pid;
        tokio::task::spawn_blocking(move || process::suspend(pid, time)).await.expect("it wakes up");
    }

    /// Starts the browser again, with what is on the device.
    pub(crate) async fn start_again(&self) {
        let mut session = self.session.write().await;
        assert!(session.is_none(), "{} is still running", self.name);
        *session = Some(Session::start(&self.house, &self.setup, self.profile.path()).await);
    }

    /// Lets pages use the microphone from now on.
    pub(crate) async fn allow_microphone(&self) {
        self.session().await.allow_microphone(true).await;
    }

    /// Fails if the console holds a warning or an error that the test did not bring about.
    async fn judge_console(&self) {
        let complaints = console::complaints(&*self.session().await).await;
        let unreachable = self.unreachable.lock().expect("no other user has panicked").clone();
        let expected = self.expected.lock().expect("no other user has panicked").clone();
        let unexpected: Vec<_> = complaints
            .iter()
            .filter(|line| !console::says_unreachable(line, &unreachable))
            .filter(|line| !expected.iter().any(|words| line.contains(words)))
            .collect();
        assert!(unexpected.is_empty(), "the console of {} is not clean: {unexpected:#?}", self.name);
    }

    /// Leaves a screenshot in `target/e2e/`, and says where the device was.
    pub(crate) async fn leave_picture(&self, test: &str) {
        let Some(session) = &*self.session.read().await else { return };
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/target/e2e");
        let path = format!("{folder}/{test}-{}.png", self.name.replace(' ', "-"));
        if std::fs::create_dir_all(folder).is_ok()
            && let Ok(png) = session.driver.screenshot_as_png().await
            && std::fs::write(&path, png).is_ok()
        {
            eprintln!("{} showed {path}", self.name);
        }
        eprintln!("{} was here: {}", self.name, outline(session).await);
        for line in console::complaints(session).await {
            eprintln!("  console: {line}");
        }
    }

    /// The session that is running; tests fail without one.
    pub(crate) async fn session(&self) -> RwLockReadGuard<'_, Session> {
        RwLockReadGuard::map(self.session.read().await, |session| session.as_ref().expect("the browser is running"))
    }

    /// Makes Chromium's every page watch what it does with its connections (`window.watched`).
    pub(crate) async fn watches_connections(&self) {
        self.session().await.start_pages_with(include_str!("watch_connections.js")).await;
    }

    /// Makes every page find that its Chromium has as many connections already as it allows.
    pub(crate) async fn runs_out_of_connections(&self) {
        self.session().await.start_pages_with(include_str!("exhaust_connections.js")).await;
    }

    /// Lets go of the connections that stood in the way.
    pub(crate) async fn has_connections_again(&self) {
        self.eval("window.release()", vec![]).await;
        self.session().await.in_chromium_itself("HeapProfiler.collectGarbage", json!({})).await;
    }

    /// Runs a function body in the page and returns what it returned.
    pub(crate) async fn eval(&self, script: &str, arguments: Vec<Value>) -> Value {
        let session = self.session().await;
        let outcome = session.driver.execute(script, arguments).await;
        outcome.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.name)).json().clone()
    }

    /// Runs the body of an async function in the page and waits for what it returns.
    pub(crate) async fn eval_async(&self, script: &str, arguments: Vec<Value>) -> Value {
        let script = as_promise(script);
        let session = self.session().await;
        let outcome = session.driver.execute_async(script.as_str(), arguments).await;
        let outcome = outcome.unwrap_or_else(|error| panic!("{}: {script}: {error}", self.name));
        if let Some(error) = outcome.json().get("error") {
            panic!("{}: {error} in {script}", self.name);
        }
        outcome.json()["value"].clone()
    }

    /// The elements that a script returns; none while the page is on its way elsewhere.
    pub(crate) async fn elements(&self, script: &str, arguments: Vec<Value>) -> Vec<WebElement> {
        let session = self.session().await;
        let found = session.driver.execute(script, arguments).await;
        found.and_then(|found| found.elements()).unwrap_or_default()
    }

    /// What the page shows, in words, for messages about failures.
    pub(crate) async fn outline(&self) -> String {
        outline(&*self.session().await).await
    }
}

async fn outline(session: &Session) -> String {
    let outline = session.driver.execute(include_str!("outline.js"), vec![]).await;
    outline.map_or_else(|error| error.to_string(), |outline| outline.json().as_str().unwrap_or_default().to_owned())
}

/// The body of an async function as the script of a driver's "execute async". The driver's own last argument is kept from it.
pub(crate) fn as_promise(body: &str) -> String {
    format!(
        "const done = arguments[arguments.length - 1];
         (async function () {{ {body} }}).apply(null, Array.prototype.slice.call(arguments, 0, -1))
             .then((value) => done({{ value }}), (error) => done({{ error: String(error) }}));"
    )
}
