//! A snapshot of one torrent, rich enough to draw the import ladder, the share panel, the tracker list and what became of each
//! try to meet another device.

use serde::{Deserialize, Serialize};

use super::{ConnectionId, InfoHash};

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
    /// Bytes of all wanted pieces; zero while the metadata is not known.
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
    /// Devices that have all of it, as the tracker that knows most of them counts, without this one. `None` until one said so.
    pub holders: Option<u32>,
    /// Meetings with other devices that are going on, and the last ones that are over; oldest first.
    pub encounters: Vec<Encounter>,
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

/// One try to meet one other device: how far it came and when, and what ended it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Encounter {
    /// The connection.
    pub id: ConnectionId,
    /// The offer was ours.
    pub ours: bool,
    /// The tracker that introduced the two.
    pub tracker: String,
    /// What the other device runs, once it said so: "WebTorrent 3.0".
    pub client: Option<String>,
    /// The stages that were reached, in order, with their moments.
    pub stages: Vec<(Stage, u64)>,
    /// Bytes of content that came.
    pub downloaded: u64,
    /// Bytes of content that left.
    pub uploaded: u64,
    /// What ended it, and when. `None` while it goes on.
    pub ended: Option<(Parting, u64)>,
}

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Ours went to the tracker, or theirs came from it.
    Offer,
    /// Theirs came, or ours went out: both know where to look for the other.
    Answer,
    /// A network path was found.
    Path,
    /// The data channel is open.
    Channel,
    /// The other device speaks BitTorrent about this torrent.
    Handshake,
    /// One of the two serves the other.
    Unchoked,
    /// The first block moved.
    Bytes,
}

/// What ended a connection.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Parting {
    /// The tracker handed the offer to somebody, and no answer came.
    NoAnswer,
    /// Answers could not come any more: the socket to the tracker, or the network, was lost.
    Withdrawn,
    /// No network path was found.
    NoPath(Option<NoPath>),
    /// The browser could not set the connection up, or the other description was not valid.
    Setup,
    /// Both descriptions were exchanged, and no channel opened in time.
    NoChannel,
    /// The channel opened, and no handshake came in time.
    NoHandshake,
    /// The other device is this one.
    Itself,
    /// A second connection to a device that is connected already.
    Duplicate,
    /// It sent false bytes before.
    Banned,
    /// It broke the protocol, or sent false bytes. A sentence.
    Misbehaved(String),
    /// It said nothing for too long.
    Silent,
    /// It was asked for blocks and sent none.
    Unhelpful,
    /// It takes in nothing of what it asked for.
    Stalled,
    /// There are too many connections.
    Crowded,
    /// Both have everything.
    BothComplete,
    /// The other device closed it, or disappeared.
    Remote,
    /// This device stopped taking part.
    Left,
}

/// Why ICE may have failed, as far as the two descriptions and the servers tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoPath {
    /// What is most likely.
    pub reason: NoPathReason,
    /// What a STUN or TURN server had against it, in its own words.
    pub server_said: Option<String>,
}

/// What kept two devices apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum NoPathReason {
    /// This device found no network of its own to offer.
    NoNetwork,
    /// The other device named no address at which it can be reached.
    NothingOffered,
    /// This device could not learn its public address, so only devices in the same network can reach it.
    PublicAddressUnknown,
    /// This device offered addresses of its own network only, where the other one cannot reach it.
    OursAreLocal,
    /// The other device offered addresses of its own network only, where this one cannot reach it.
    TheirsAreLocal,
    /// Neither a direct path nor the one over a relay server let anything through.
    RelayFailed,
    /// Both can be seen from the internet, but a router or firewall between them lets nothing through. A relay would help.
    Firewall,
}
