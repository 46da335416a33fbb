//! Voice Memos: record anywhere, hear it everywhere.
//!
//! One crate, two targets. Compiled for wasm32 it is the app; compiled natively it is the same engine and domain code under
//! test, plus a small server.
//!
//! # Code map
//! | folder | what lives there | may use |
//! | --- | --- | --- |
//! | [`torrent`] | the WebTorrent engine: a sans-I/O state machine | nothing of ours |
//! | [`words`] | everything the app says, in each of its languages | nothing of ours |
//! | [`memo`] | what a memo is: the memo, its card, its link, its WebM, its waveform | `torrent`, `words` |
//! | `web` | small pieces of the Web, one API per file | `memo`, `words` |
//! | `store` | IndexedDB | `memo`, `torrent` |
//! | `recorder` | microphone and MediaRecorder | `store`, `web`, `memo` |
//! | `net` | WebRTC, WebSocket and timers, and the one driver that feeds the engine | `store`, `web`, `memo`, `torrent` |
//! | `app` | the screens | all of the above |
//! | `server` | native only: static files, headers, the tracker | `torrent` (message types) |
//!
//! # Invariants
//! - `torrent`, `words` and `memo` are pure: no clock, no sockets, no storage, no randomness of their own. Every dependency that could
//!   break this is declared for one target only, so a native build cannot name web-sys and a wasm build cannot name tokio.
//! - Arrows run one way, as in the table above.
//! - Nothing that a link, a peer, a tracker or a file contains can panic.

pub mod memo;
pub mod torrent;
pub mod words;

#[cfg(target_arch = "wasm32")]
pub mod app;
#[cfg(target_arch = "wasm32")]
pub mod net;
#[cfg(target_arch = "wasm32")]
pub mod recorder;
#[cfg(target_arch = "wasm32")]
pub mod store;
#[cfg(target_arch = "wasm32")]
pub mod web;

#[cfg(not(target_arch = "wasm32"))]
pub mod server;
