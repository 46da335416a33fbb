//! What the deployer and the person decide about the network.

use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Response, RtcConfiguration, Url};

use crate::store::Store;

/// Where a deployer changes things without a rebuild.
const CONFIG_URL: &str = "/config.json";

/// The tracker of `serve`, for a host that has no config.json.
const OWN_TRACKER: &str = "/announce";

/// The name of [`NetworkSettings`] among the stored settings.
const SETTING: &str = "network";

/// The name of the last [`ConfigFile`] among the stored settings.
const LAST_FILE: &str = "config.json";

/// Imports above this size ask first when config.json does not say: a hundred megabytes are three days of voice.
const ASK_ABOVE_BYTES: u64 = 100 * 1024 * 1024;

/// How this device finds and reaches others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The tracker URLs in use, absolute, most wanted first.
    pub trackers: Vec<String>,
    /// Every known tracker, with those that the person switched off.
    pub known_trackers: Vec<KnownTracker>,
    /// The servers that help connections through NATs.
    pub ice_servers: Vec<IceServer>,
    /// An import above this size waits for a yes.
    pub ask_above_bytes: u64,
}

/// A tracker as the settings page lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownTracker {
    /// Its absolute URL.
    pub url: String,
    /// Whether it is used.
    pub enabled: bool,
    /// Whether the person added it, rather than the deployer.
    pub added: bool,
}

/// One entry of `iceServers`, as `RTCPeerConnection` takes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// One URL or several.
    pub urls: Urls,
    /// For a TURN server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// For a TURN server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

/// The URLs of one [`IceServer`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Urls {
    /// `"stun:…"`
    One(String),
    /// `["stun:…", "turn:…"]`
    Several(Vec<String>),
}

/// What the person changed, kept among the settings.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct NetworkSettings {
    /// Trackers besides the deployer's, as absolute URLs.
    pub added_trackers: Vec<String>,
    /// Trackers that are not to be used, as absolute URLs.
    pub disabled_trackers: Vec<String>,
    /// In place of the deployer's ICE servers.
    pub ice_servers: Option<Vec<IceServer>>,
}

impl NetworkSettings {
    /// What is stored; nothing changed when there is nothing, or nothing readable.
    pub async fn load(store: &Store) -> Self {
        store.setting(SETTING).await.ok().flatten().unwrap_or_default()
    }

    /// Keeps them for the next start.
    ///
    /// # Errors
    /// The store cannot take them.
    pub async fn save(&self, store: &Store) -> Result<(), crate::store::StoreError> {
        store.put_setting(SETTING, self).await
    }
}

/// The shape of config.json.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct ConfigFile {
    trackers: Vec<String>,
    ice_servers: Vec<IceServer>,
    ask_above_bytes: Option<u64>,
}

impl Config {
    /// The last config.json, and what the person changed. A start does not wait for the network: what a deployer changed since
    /// counts from the next start on. Without any, this site's own tracker is all there is.
    pub async fn load(store: &Store) -> Self {
        let file = match store.setting(LAST_FILE).await.ok().flatten() {
            Some(last) => {
                let store = store.clone();
                spawn_local(async move {
                    refresh(store).await;
                });
                last
            }
            None => refresh(store.clone())
                .await
                .unwrap_or_else(|| ConfigFile { trackers: vec![OWN_TRACKER.to_owned()], ..ConfigFile::default() }),
        };
        Self::merge(file, NetworkSettings::load(store).await)
    }

    fn merge(file: ConfigFile, settings: NetworkSettings) -> Self {
        let mut known_trackers: Vec<KnownTracker> = Vec::new();
        let from_file = file.trackers.iter().map(|url| (url, false));
        let from_settings = settings.added_trackers.iter().map(|url| (url, true));
        for (url, added) in from_file.chain(from_settings) {
            let Some(url) = resolve_tracker(url) else { continue };
            if known_trackers.iter().all(|known| known.url != url) {
                let enabled = !settings.disabled_trackers.contains(&url);
                known_trackers.push(KnownTracker { url, enabled, added });
            }
        }
        let enabled = known_trackers.iter().filter(|known| known.enabled);
        Self {
            trackers: enabled.map(|known| known.url.clone()).collect(),
            known_trackers,
            ice_servers: settings.ice_servers.unwrap_or(file.ice_servers),
            ask_above_bytes: file.ask_above_bytes.unwrap_or(ASK_ABOVE_BYTES),
        }
    }

    /// The trackers to use of those that a link names: none that the person switched off.
    pub(super) fn allowed_of(&self, from_link: &[String]) -> Vec<String> {
        let mut trackers: Vec<String> = Vec::new();
        for url in from_link.iter().filter_map(|url| resolve_tracker(url)) {
            let off = self.known_trackers.iter().any(|known| known.url == url && !known.enabled);
            if !off && !trackers.contains(&url) {
                trackers.push(url);
            }
        }
        trackers
    }

    /// The trackers to use for a link that names these; none while no link is there.
    pub(super) fn trackers_to_meet_at(&self, from_link: Option<&[String]>) -> Vec<String> {
        from_link.map_or_else(Vec::new, |named| [self.allowed_of(named), self.trackers.clone()].concat())
    }

    /// What every `RTCPeerConnection` is made with.
    pub(super) fn rtc(&self) -> RtcConfiguration {
        let config = RtcConfiguration::new();
        if let Ok(servers) = serde_wasm_bindgen::to_value(&self.ice_servers) {
            config.set_ice_servers(&servers);
        }
        config
    }
}

/// The absolute WebSocket URL of a tracker, seen from this page; `None` when it cannot be one. One trailing slash is left out,
/// since `wss://t` and `wss://t/` are one tracker.
pub fn resolve_tracker(url: &str) -> Option<String> {
    let url = url.trim();
    let (url, scheme) = match Url::new(url) {
        Ok(absolute) => match absolute.protocol().as_str() {
            "ws:" => (absolute, "ws"),
            "wss:" => (absolute, "wss"),
            _ => return None,
        },
        Err(_) => {
            let page = web_sys::window()?.location();
            let scheme = if page.protocol().ok()? == "https:" { "wss" } else { "ws" };
            (Url::new_with_base(url, &page.href().ok()?).ok()?, scheme)
        }
    };
    let path = url.pathname();
    let path = path.strip_suffix('/').unwrap_or(&path);
    Some(format!("{scheme}://{}{path}{}", url.host(), url.search()))
}

/// Fetches config.json and keeps it for the next start. When it cannot be had, the last one stays.
async fn refresh(store: Store) -> Option<ConfigFile> {
    let file = fetch_file().await?;
    // Nothing is lost when it cannot be kept: the next start fetches it again.
    store.put_setting(LAST_FILE, &file).await.ok();
    Some(file)
}

async fn fetch_file() -> Option<ConfigFile> {
    let window = web_sys::window()?;
    let response: Response = JsFuture::from(window.fetch_with_str(CONFIG_URL)).await.ok()?.dyn_into().ok()?;
    if !response.ok() {
        return None;
    }
    let text = JsFuture::from(response.text().ok()?).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

#[cfg(test)]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    fn here() -> String {
        web_sys::window().expect("a window").location().host().expect("a host")
    }

    #[wasm_bindgen_test]
    fn trackers_become_absolute_and_only_websockets_are_trackers() {
        let resolved = |url: &str| resolve_tracker(url).unwrap_or_default();
        assert_eq!(resolved("/announce"), format!("ws://{}/announce", here()));
        assert_eq!(resolved("wss://tracker.example/"), "wss://tracker.example", "one with and without the slash");
        assert_eq!(
            resolved(" wss://tracker.example:8000/announce?key=1 "),
            "wss://tracker.example:8000/announce?key=1"
        );
        for url in ["udp://tracker.example:80", "https://tracker.example/announce", "javascript:alert(1)", "ws://", ""]
        {
            assert!(!resolved(url).contains("example"), "{url:?} is not a tracker");
        }
    }

    #[wasm_bindgen_test]
    fn what_the_person_changed_wins_over_the_deployer() {
        let file = r#"{"trackers":["/announce","wss://a.example"],"iceServers":[{"urls":"stun:a.example"}],"other":1}"#;
        let settings = NetworkSettings {
            added_trackers: vec!["wss://b.example".into(), "wss://a.example/".into()],
            disabled_trackers: vec!["wss://a.example".into()],
            ice_servers: None,
        };
        let config = Config::merge(serde_json::from_str(file).expect("a config file"), settings);
        let own = format!("ws://{}/announce", here());
        assert_eq!(config.trackers, [own, "wss://b.example".into()]);
        assert_eq!(config.known_trackers.len(), 3, "the settings page lists those that are off, each once");
        let link = ["wss://a.example".to_owned(), "wss://c.example/announce".into(), "wss://b.example/".into()];
        assert_eq!(
            config.allowed_of(&link),
            ["wss://c.example/announce".to_owned(), "wss://b.example".into()],
            "a link brings its trackers, except those that are off"
        );
        assert_eq!(config.rtc().get_ice_servers().map(|servers| servers.length()), Some(1));
    }
}
