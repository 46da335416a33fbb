//! The two browsers: how each is started, and what only it can do.

use crate::device::{Microphone, Setup};
use crate::process::{Process, program};
use crate::stage::House;
use axum::http::Method;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use thirtyfour::common::command::ExtensionCommand;
use thirtyfour::{Capabilities, WebDriver};

/// Which browser a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Browser {
    Chromium,
    Firefox,
}

impl Browser {
    /// The other one, for what passes from one to the other.
    pub(crate) fn other(self) -> Browser {
        match self {
            Browser::Chromium => Browser::Firefox,
            Browser::Firefox => Browser::Chromium,
        }
    }
}

/// A browser process under remote control.
pub(crate) struct Session {
    pub(crate) driver: WebDriver,
    /// The browser's own process, for crashes.
    pub(crate) pid: u32,
    /// Firefox brings a driver of its own, which serves this session only.
    pub(crate) geckodriver: Option<Process>,
}

impl Session {
    /// Starts the browser with the given profile.
    pub(crate) async fn start(house: &House, setup: &Setup, profile: &Path) -> Session {
        match setup.browser {
            Browser::Chromium => chromium(house, setup, profile).await,
            Browser::Firefox => firefox(setup, profile).await,
        }
    }
}

async fn chromium(house: &House, setup: &Setup, profile: &Path) -> Session {
    let mut arguments = vec![
        "--headless=new".to_owned(),
        "--no-sandbox".to_owned(),
        "--disable-gpu".to_owned(),
        "--disable-dev-shm-usage".to_owned(),
        "--no-first-run".to_owned(),
        "--disable-background-networking".to_owned(),
        "--disable-component-update".to_owned(),
        "--disable-sync".to_owned(),
        "--mute-audio".to_owned(),
        // Sound starts by a tap in these tests as well, but a page that moves on by itself may play.
        "--autoplay-policy=no-user-gesture-required".to_owned(),
        "--lang=en-US".to_owned(),
        "--window-size=1280,900".to_owned(),
        format!("--accept-lang={}", setup.languages),
        format!("--user-data-dir={}", profile.display()),
    ];
    arguments.extend_from_slice(&setup.arguments);
    let devices = "--use-fake-device-for-media-stream";
    match setup.microphone {
        Microphone::Speaking => {
            arguments.extend([devices.to_owned(), "--use-fake-ui-for-media-stream".to_owned()]);
            arguments.push(format!("--use-file-for-fake-audio-capture={}", house.speech.display()));
        }
        Microphone::Refused => arguments.push(devices.to_owned()),
        Microphone::Missing => {
            arguments.extend(["--disable-audio-input".to_owned(), "--use-fake-ui-for-media-stream".to_owned()]);
        }
    }
    let mut preferences = json!({ "webkit.webprefs.default_font_size": setup.letters_px });
    if !setup.storage {
        // The switch for site data: 2 refuses all of it.
        preferences["profile.default_content_setting_values.cookies"] = json!(2);
    }
    let capabilities = capabilities(json!({
        "browserName": "chrome",
        "goog:chromeOptions": {
            "binary": path_of(&["chromium", "google-chrome"]),
            "args": arguments,
            "prefs": preferences,
        },
        "goog:loggingPrefs": { "browser": "ALL" },
    }));
    let chromedriver = setup.chromedriver.as_deref().unwrap_or_else(|| house.chromedriver());
    let driver = WebDriver::new(chromedriver, capabilities).await.expect("Chromium starts");
    let pid = process_id(&driver, "goog:processID").unwrap_or_else(|| pid_by_profile(profile));
    let session = Session { driver, pid, geckodriver: None };
    if setup.microphone == Microphone::Refused {
        session.allow_microphone(false).await;
    }
    if !setup.webrtc {
        session.start_pages_with("delete globalThis.RTCPeerConnection").await;
    }
    session
}

async fn firefox(setup: &Setup, profile: &Path) -> Session {
    let mut geckodriver = Command::new(program(&["geckodriver"]));
    // Its own sockets on ports of the system's choice, so that several run side by side.
    let geckodriver =
        Process::start(geckodriver.args(["--port", "0", "--websocket-port", "0", "--allow-system-access"]));
    let port: u16 = geckodriver.wait_for_line(|line| line.split("Listening on 127.0.0.1:").nth(1)?.trim().parse().ok());

    let preferences = json!({
        "media.navigator.streams.fake": setup.microphone != Microphone::Missing,
        "media.navigator.permission.disabled": setup.microphone == Microphone::Speaking,
        "media.peerconnection.enabled": setup.webrtc,
        "media.autoplay.default": 0,
        // Machines without a sound card cannot make it heard; silence is played by the clock alone.
        "media.default_volume": "0.0",
        "permissions.default.microphone": if setup.microphone == Microphone::Refused { 2 } else { 1 },
        "intl.accept_languages": setup.languages,
        "font.size.variable.x-western": setup.letters_px,
        // The switch for site data: 5 is the usual, 2 refuses all of it.
        "network.cookie.cookieBehavior": if setup.storage { 5 } else { 2 },
        "browser.privatebrowsing.autostart": setup.private,
        "dom.indexedDB.privateBrowsing.enabled": !setup.private,
        // Less than none is what there is.
        "dom.quotaManager.temporaryStorage.fixedLimit": setup.room_kb.map_or(-1, i64::from),
        "devtools.console.stdout.chrome": false,
        "devtools.console.stdout.content": true,
        "datareporting.policy.dataSubmissionEnabled": false,
        "browser.shell.checkDefaultBrowser": false,
    });
    let arguments = ["-headless", "-profile", &profile.display().to_string(), "-width", "1280", "-height", "900"];
    let capabilities = capabilities(json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": path_of(&["firefox-esr", "firefox"]),
            "args": arguments,
            "prefs": preferences,
        },
    }));
    let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), capabilities).await.expect("Firefox starts");
    let pid = process_id(&driver, "moz:processID").expect("Firefox tells its process id");
    let session = Session { driver, pid, geckodriver: Some(geckodriver) };
    if let Some(address) = &setup.blocked {
        let extension = json!({ "path": content_blocker(profile, address), "temporary": true });
        session.send(Method::POST, "/moz/addon/install", Some(extension)).await;
    }
    session
}

/// An extension that blocks one address, the way that content blockers do.
fn content_blocker(profile: &Path, address: &str) -> PathBuf {
    let folder = profile.join("content-blocker");
    let manifest = json!({
        "manifest_version": 2,
        "name": "Content blocker",
        "version": "1",
        "permissions": ["webRequest", "webRequestBlocking", "<all_urls>"],
        "background": { "scripts": ["block.js"] },
    });
    let script = format!(
        "browser.webRequest.onBeforeRequest.addListener(
            ({{ url }}) => ({{ cancel: url.startsWith({}) }}), {{ urls: [\"<all_urls>\"] }}, [\"blocking\"])",
        json!(address)
    );
    std::fs::create_dir_all(&folder).expect("a folder in the profile");
    for (name, content) in [("manifest.json", manifest.to_string()), ("block.js", script)] {
        std::fs::write(folder.join(name), content).expect("a file in it");
    }
    folder
}

fn capabilities(value: Value) -> Capabilities {
    serde_json::from_value(value).expect("capabilities are a JSON object")
}

fn process_id(driver: &WebDriver, name: &str) -> Option<u32> {
    driver.capabilities().get(name)?.as_u64()?.try_into().ok()
}

/// The browser's main process is the one that was given the profile and is of no special type.
fn pid_by_profile(profile: &Path) -> u32 {
    let wanted = format!("--user-data-dir={}", profile.display());
    let processes = std::fs::read_dir("/proc").expect("processes are listed in /proc");
    let found = processes.flatten().find_map(|entry| {
        let pid = entry.file_name().to_str()?.parse().ok()?;
        let line = std::fs::read_to_string(entry.path().join("cmdline")).ok()?;
        // Its helpers, of any `--type`, have the profile in their command line too.
        (line.contains(&wanted) && !line.contains("--type=") && !line.contains("crashpad")).then_some(pid)
    });
    found.expect("the browser that was just started is running")
}

fn path_of(names: &[&str]) -> String {
    format!("/usr/bin/{}", program(names))
}

/// What one browser offers beyond the standard.
impl Session {
    /// Lets pages use the microphone from now on, or refuses it.
    pub(crate) async fn allow_microphone(&self, allow: bool) {
        match self.geckodriver {
            None => {
                let setting = if allow { "granted" } else { "denied" };
                let permission = json!({ "permission": { "name": "microphone" }, "setting": setting });
                self.in_chromium_itself("Browser.setPermission", permission).await;
            }
            Some(_) => {
                let value = if allow { 1 } else { 2 };
                self.in_firefox_itself(&format!(
                    "Services.prefs.setIntPref('permissions.default.microphone', {value});
                     Services.prefs.setBoolPref('media.navigator.permission.disabled', {allow});"
                ))
                .await;
            }
        }
    }

    /// Gives the page so much room, in CSS pixels.
    pub(crate) async fn set_page_size(&self, width: u32, height: u32) {
        match self.geckodriver {
            None => {
                let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
                self.in_chromium_itself("Emulation.setDeviceMetricsOverride", metrics).await;
            }
            // Its windows have a smallest width, and pages in them have none.
            Some(_) => {
                self.in_firefox_itself(&format!(
                    "const page = Services.wm.getMostRecentBrowserWindow().gBrowser.selectedBrowser;
                     for (const [side, px] of [['width', {width}], ['height', {height}]])
                         for (const name of [side, `min-${{side}}`, `max-${{side}}`]) page.style.setProperty(name, `${{px}}px`);"
                ))
                .await;
            }
        }
    }

    /// Puts a finger on the page, in CSS pixels; `None` takes it away.
    pub(crate) async fn touch(&self, at: Option<(f64, f64)>) {
        if self.geckodriver.is_some() {
            let to = |(x, y)| json!([{ "type": "pointerMove", "duration": 0, "x": x as i64, "y": y as i64 }, { "type": "pointerDown", "button": 0 }]);
            let steps = at.map_or_else(|| json!([{ "type": "pointerUp", "button": 0 }]), to);
            let finger = json!({ "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" }, "actions": steps });
            self.send(Method::POST, "/actions", Some(json!({ "actions": [finger] }))).await;
            return;
        }
        // After a finger that rested, its driver's own actions make no tap of a touch any more.
        let kind = if at.is_some() { "touchStart" } else { "touchEnd" };
        let points: Vec<Value> = at.into_iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
        self.in_chromium_itself("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
    }

    /// Runs a script in every new page before its own ones.
    pub(crate) async fn start_pages_with(&self, script: &str) {
        self.in_chromium_itself("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script })).await;
    }

    /// Gives a command of the DevTools protocol, and returns its answer.
    pub(crate) async fn in_chromium_itself(&self, method: &str, parameters: Value) -> Value {
        let body = json!({ "cmd": method, "params": parameters });
        self.send(Method::POST, "/goog/cdp/execute", Some(body)).await
    }

    /// Runs a script with the rights of Firefox's own windows.
    pub(crate) async fn in_firefox_itself(&self, script: &str) -> Value {
        self.send(Method::POST, "/moz/context", Some(json!({ "context": "chrome" }))).await;
        let outcome = self.driver.execute(script, vec![]).await;
        self.send(Method::POST, "/moz/context", Some(json!({ "context": "content" }))).await;
        outcome.expect("the script runs").json().clone()
    }

    async fn send(&self, method: Method, endpoint: &str, body: Option<Value>) -> Value {
        let command = Extension { method, endpoint: endpoint.to_owned(), body };
        let answer = self.driver.cmd(command.boxed()).await.expect("the driver knows the command");
        answer.value().expect("drivers answer in JSON")
    }
}

/// A WebDriver command that thirtyfour has no function for.
#[derive(Debug)]
pub(crate) struct Extension {
    pub(crate) method: Method,
    pub(crate) endpoint: String,
    pub(crate) body: Option<Value>,
}

impl Extension {
    /// As thirtyfour takes it.
    pub(crate) fn boxed(self) -> thirtyfour::common::command::Command {
        thirtyfour::common::command::Command::ExtensionCommand(Box::new(self))
    }
}

impl ExtensionCommand for Extension {
    fn parameters_json(&self) -> Option<Value> {
        self.body.clone()
    }

    fn method(&self) -> Method {
        self.method.clone()
    }

    fn endpoint(&self) -> Arc<str> {
        self.endpoint.as_str().into()
    }
}
