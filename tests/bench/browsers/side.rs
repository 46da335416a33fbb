//! Who is compared. Each sends and receives in pages of its own.

use crate::device::{Device, as_promise};
use crate::field::noise;
use serde_json::{Value, json};
use std::time::Duration;

/// How long a page may take to get ready. Generous: nothing of it is measured.
const READY_LIMIT: Duration = Duration::from_secs(60);
/// A page that was just loaded has more to do than it shows.
const SETTLE: Duration = Duration::from_millis(1000);

/// One of those that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    App,
    WebTorrent,
    /// No protocol at all: what the browser can do.
    Bare,
}

/// Where a round takes place. Each has a host name of its own, so browsers know nothing of earlier rounds.
pub(crate) struct Ground {
    pub(crate) app: String,
    pub(crate) pages: String,
    pub(crate) tracker: String,
    pub(crate) seed: u64,
}

/// What a round took, in Unix milliseconds on the receiver's clock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Took {
    /// "Add".
    pub(crate) began_ms: f64,
    /// Everything is there and verified.
    pub(crate) ended_ms: f64,
}

impl Side {
    /// As tables call it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Side::App => "Voice Memos",
            Side::WebTorrent => "webtorrent 3",
            Side::Bare => "bare data channel",
        }
    }

    /// Gets so many bytes ready to be fetched. Returns what a receiver has to know.
    pub(crate) async fn sends(self, device: &Device, ground: &Ground, bytes: usize) -> Value {
        let name = format!("Noise {}.wav", ground.seed);
        self.opens(device, ground).await;
        match self {
            Side::App => {
                let folder = tempfile::tempdir().expect("a temporary folder");
                let file = folder.path().join(name);
                std::fs::write(&file, noise(bytes, ground.seed)).expect("a file");
                device.press("Import").await;
                device.choose_file("Audio files", &file).await;
                device.arrives_at("/memo/", READY_LIMIT).await;
                json!(device.shares().await)
            }
            Side::WebTorrent => {
                let noise = format!("/noise/{bytes}/{}", ground.seed);
                let arguments = vec![json!(noise), json!(name), json!(ground.tracker)];
                device.eval_async("return await send(...arguments)", arguments).await
            }
            Side::Bare => {
                let arguments = vec![json!(ground.tracker), json!(bytes)];
                device.eval_async("return await send(...arguments)", arguments).await
            }
        }
    }

    /// Opens the page and waits until it is warm.
    pub(crate) async fn opens(self, device: &Device, ground: &Ground) {
        const IS_READY: &str = "return window.ready === true";
        let (url, is_warm) = match self {
            Side::App => {
                (format!("{}/", ground.app), "return navigator.serviceWorker?.controller?.state === 'activated'")
            }
            Side::WebTorrent => (format!("{}/webtorrent", ground.pages), IS_READY),
            Side::Bare => (format!("{}/bare", ground.pages), IS_READY),
        };
        device.open(&url).await;
        let warm = async || device.eval(is_warm, vec![]).await.as_bool().filter(|warm| *warm);
        device.wait_for("the page is warm", READY_LIMIT, warm).await;
        if self == Side::App {
            device.sees("button", "Record").await;
        }
        tokio::time::sleep(SETTLE).await;
    }

    /// Fetches, in a page that is warm already, what `sends` returned. Begins at the given time, in Unix milliseconds, or at
    /// once.
    pub(crate) async fn receives(self, device: &Device, offered: &Value, at_ms: f64) -> Result<Took, String> {
        let script = format!("{}; return await receiveAt(...arguments)", self.script());
        let taken = device.session().await;
        let done = taken.driver.execute_async(as_promise(&script), vec![offered.clone(), json!(at_ms)]).await;
        drop(taken);
        let done = done.map_err(|error| error.to_string())?;
        took(done.json())
    }

    /// A script that defines `receiveAt(offered, atMs)`.
    pub(crate) fn script(self) -> String {
        let receive = match self {
            Side::App => include_str!("app_receive.js"),
            Side::WebTorrent | Side::Bare => "const [offered] = arguments; return await receive(offered);",
        };
        format!("const receiveOne = async function () {{ {receive} }}; {}", include_str!("receive_at.js"))
    }
}

/// What a page's answer says.
pub(crate) fn took(answer: &Value) -> Result<Took, String> {
    let value = &answer["value"];
    match (value["began"].as_f64(), value["ended"].as_f64()) {
        (Some(began_ms), Some(ended_ms)) => Ok(Took { began_ms, ended_ms }),
        _ => Err(answer.to_string()),
    }
}
