//! The network: the engine's hands and ears in the browser.
//!
//! [`Engine`] is what the app holds. Behind it one tab of the device drives the [`Session`](crate::torrent::Session); `driver`
//! is the only place where that engine and the Web APIs meet, and each Web API has one small shell that ends with its owner.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `engine` | the handle: which tab leads, what is published; in `engine/sharing`: share, import, stop |
//! | `config` | config.json, and what the person changed about it |
//! | `change` | what the app is told, and why it is refused something |
//! | `driver` | the loop around the session: inputs, outputs, one timer |
//! | `rtc`, `socket`, `fetch` | shells over RTCPeerConnection, WebSocket and `fetch` |
//! | `imports` | metadata becomes memos |
//! | `disk`, `held` | pieces into the store and out of it, and what a torrent is as a memo |
//! | `freeze`, `examine` | the first share; the sound of memos that came without a card |
//! | `leadership`, `tabs` | one engine for all tabs |
//! | `audio_source`, `service_worker` | the page's side of `sw.js` |
//! | `clock` | time and randomness |

mod audio_source;
mod change;
mod clock;
mod config;
mod disk;
mod driver;
mod engine;
mod examine;
mod fetch;
mod freeze;
mod held;
mod imports;
mod leadership;
mod rtc;
mod service_worker;
mod socket;
mod tabs;

pub use change::{Change, ImportError, ShareError};
pub use config::{Config, IceServer, KnownTracker, NetworkSettings, Urls, resolve_tracker};
pub use engine::{Engine, webrtc_available};
use held::Held;
pub use service_worker::{ServiceWorker, service_worker_controls_page};

#[cfg(test)]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
#[cfg(test)]
mod tests;
