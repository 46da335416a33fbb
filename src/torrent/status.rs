//! A snapshot of one torrent, rich enough to draw the import ladder, the share panel and the tracker list.

use serde::{Deserialize, Serialize};

use super::InfoHash;

/// How far one torrent has come. Moments are milliseconds on the engine's clock ([`Instant`](super::Instant)).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Which torrent.
    pub info_hash: InfoHash,
    /// The current step.
    pub phase: Phase,
    /// When this step began.
    pub since_ms: u64,
    /// Verified and stored bytes.
    pub have_bytes: u64,
    /// All bytes; zero while the metadata is not known.
    pub total_bytes: u64,
    /// Pieces that are verified and stored, in the layout of a BEP 3 bitfield; empty while the metadata is not known.
    pub have: Vec<u8>,
    /// Bytes per second arriving, over the last few seconds.
    pub down_rate: u64,
    /// Bytes per second leaving, over the last few seconds.
    pub up_rate: u64,
    /// Open connections.
    pub peers: u32,
    /// Open connections to devices that have everything.
    pub seeds: u32,
    /// Open connections to devices that do not have everything yet.
    pub listeners: u32,
    /// Devices that became complete with bytes from here, since this session began.
    pub delivered: u32,
    /// The trackers of this torrent.
    pub trackers: Vec<TrackerStatus>,
    /// The web seeds of this torrent.
    #[serde(default)]
    pub web_seeds: Vec<WebSeedStatus>,
    /// Why it failed, or the last reason why a connection could not be made.
    pub problem: Option<String>,
}

/// The step a torrent is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// No tracker has been reached yet.
    Connecting,
    /// A tracker was reached; looking for a device that has it.
    Searching,
    /// A tracker was reached, and nobody who has it is there.
    Waiting,
    /// Connected to somebody: metadata or pieces are on their way.
    Downloading,
    /// Everything is here; others can have it.
    Seeding,
    /// Stopped by the person.
    Paused,
    /// No tracker can be reached.
    Offline,
    /// It cannot go on; `problem` says why.
    Failed,
}

/// One tracker, as this torrent sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackerStatus {
    /// Its URL.
    pub url: String,
    /// Whether it can be used now.
    pub state: TrackerState,
    /// Devices that have all of it, as the tracker counts, when it said so.
    pub complete: Option<u32>,
    /// Devices that do not, ourselves included.
    pub incomplete: Option<u32>,
    /// Its last `failure reason` or `warning message`, or why it could not be reached.
    pub message: Option<String>,
}

/// The state of one tracker socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackerState {
    /// The socket is opening for the first time, or again after the network changed or an open one was lost.
    Connecting,
    /// The socket is open.
    Connected,
    /// The socket could not be opened or was lost; it is tried again and again.
    Unreachable,
}

/// One web seed (BEP 19): a web server that has the files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebSeedStatus {
    /// Its URL, as the link or the torrent file has it.
    pub url: String,
    /// Whether it is used now.
    pub state: WebSeedState,
    /// Bytes that came from it.
    pub bytes: u64,
    /// Why it was not usable the last time, until it is again. A sentence.
    pub problem: Option<String>,
}

/// The state of one web seed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebSeedState {
    /// Nothing is asked of it: all is here, peers suffice, or the metadata is not known yet.
    Idle,
    /// Bytes are on their way.
    Fetching,
    /// It failed and is tried again later.
    Waiting,
    /// It cannot be used, or sent false bytes; it is not tried again.
    Refused,
}
