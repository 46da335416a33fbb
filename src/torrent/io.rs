//! What goes into the [`Session`](super::Session) and what comes out.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::tracker::ScrapeCounts;
use super::{Bitfield, InfoHash, PieceIndex, RateLimits};

/// One connection to one peer, from the first offer to the closed channel. Made by the engine, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ConnectionId(pub u64);

/// One WebSocket to one tracker. A reconnect is a new socket. Made by the engine, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// One HTTP request for bytes of a web seed. Made by the engine, never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u64);

/// Something that happened outside, to be fed to the engine with the time it happened at.
#[derive(Debug)]
pub enum Input {
    /// The app wants something.
    Command(Command),
    /// A tracker socket opened.
    SocketOpened(SocketId),
    /// A message from a tracker. Binary frames are handed in as text too.
    SocketMessage(SocketId, String),
    /// A tracker socket closed or never opened. Nothing more comes from it.
    SocketClosed(SocketId),
    /// The offer of [`Output::MakeOffer`], with its candidates.
    OfferReady(ConnectionId, String),
    /// The answer of [`Output::AcceptOffer`], with its candidates.
    AnswerReady(ConnectionId, String),
    /// A network path between the two devices was found (ICE `connected`); the channel opens next. Optional: it tells people how
    /// far a connection came.
    PathFound(ConnectionId),
    /// A STUN or TURN server did not help this connection; the text says which and why. Optional, as before.
    IceServerFailed(ConnectionId, String),
    /// The data channel is open both ways.
    ChannelOpened(ConnectionId),
    /// Bytes from the peer. A channel is a byte stream: message borders mean nothing.
    ChannelBytes(ConnectionId, Vec<u8>),
    /// How many bytes wait in the channel's send buffer at this moment, not some sends ago. Reported once after each batch of [`Output::Send`] and again at
    /// `bufferedamountlow`.
    ChannelBuffered(ConnectionId, usize),
    /// The connection ended or could never be made. Nothing more comes from it.
    ConnectionClosed(ConnectionId, ClosedBy),
    /// The answer to [`Output::ReadPiece`]; `None` when the bytes could not be read.
    PieceRead(InfoHash, PieceIndex, Option<Vec<u8>>),
    /// The answer to [`Output::WritePiece`]; `Err` says why the bytes could not be stored.
    PieceWritten(InfoHash, PieceIndex, Result<(), String>),
    /// The head of the answer to [`Output::Fetch`] is in.
    FetchAnswered(FetchId, FetchAnswer),
    /// The next bytes of the answer's body, in order.
    FetchBytes(FetchId, Vec<u8>),
    /// The body ended, or the request failed at any point. Nothing more comes from it.
    FetchEnded(FetchId, Result<(), FetchFailure>),
    /// The moment of [`Session::poll_timeout`](super::Session::poll_timeout) has come.
    Timeout,
}

/// Why a connection ended, as far as the shell can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClosedBy {
    /// The channel was closed by the other side, or by its disappearance.
    Remote,
    /// No path was found between the two devices (ICE `failed`).
    IceFailed,
    /// The browser refused to make the connection, or the description was not valid.
    Setup,
}

/// The head of an HTTP answer, as far as other sites may see it: `Content-Range` is hidden from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchAnswer {
    /// The status code.
    pub status: u16,
    /// `Content-Length`, where the browser shows it.
    pub length: Option<u64>,
}

/// Why there is no answer, or not all of it, as far as the shell can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FetchFailure {
    /// No connection, a broken one, or an answer without `Access-Control-Allow-Origin`: browsers do not say which.
    Network,
    /// A page that came over https may not fetch over http. It was not tried.
    MixedContent,
    /// The browser refuses the URL as it is. It was not tried.
    Url,
}

/// What the app may ask of the engine.
#[derive(Debug, Clone)]
pub enum Command {
    /// Take part in a swarm. A second `Add` of the same infohash adds its trackers and web seeds and changes nothing else.
    Add(AddTorrent),
    /// Leave the swarm and forget it. What is stored stays.
    Remove(InfoHash),
    /// Leave the swarm, forget it, and have what is stored of it deleted ([`Output::ErasePieces`]).
    Erase(InfoHash),
    /// Stop transferring and announcing, keeping what there is.
    Pause(InfoHash),
    /// Go on after [`Command::Pause`] or after a storage failure.
    Resume(InfoHash),
    /// Of several files: the pieces of these bytes are wanted from now on, and no others are kept. Of those that were not wanted
    /// before, the ones in the bitfield are stored already.
    Select(InfoHash, Vec<Range<u64>>, Bitfield),
    /// These bytes of the content go before all others: somebody is listening there.
    WantSoon(InfoHash, Range<u64>),
    /// How fast bytes may move from now on: those of one torrent, or of all together. Both hold where both are given.
    Limit(Option<InfoHash>, RateLimits),
    /// The network may have changed, or the page woke up: try every tracker at once.
    NetworkChanged,
    /// Ask these trackers how many have these torrents, without joining any of them. They need not be in the session. Each
    /// tracker's answer is an [`Event::Scraped`].
    Scrape(Vec<InfoHash>, Vec<String>),
    /// Somebody is about to fetch something: open the sockets to these trackers, and make offers ahead, for the next torrent that is
    /// added incomplete. What nobody uses within a few minutes is let go.
    Prepare(Vec<String>),
    /// The page is going away: tell every tracker, close every connection.
    Shutdown,
}

/// A torrent to take part in.
#[derive(Debug, Clone)]
pub struct AddTorrent {
    /// Which one.
    pub info_hash: InfoHash,
    /// WebSocket tracker URLs, most wanted first.
    pub trackers: Vec<String>,
    /// The raw info dictionary, when it is known.
    pub info: Option<Vec<u8>>,
    /// The pieces that are stored already. Ignored without `info`. All of them makes this device a seeder.
    pub have: Option<Bitfield>,
    /// URLs of web seeds (BEP 19). They are asked once the metadata is known.
    pub web_seeds: Vec<String>,
    /// The bytes of the content that are wanted; complete is who has all pieces of them. `None` is all of a single file, and
    /// nothing of several until [`Command::Select`].
    pub wanted: Option<Vec<Range<u64>>>,
    /// Trackers besides its own. They are left when the metadata says that the torrent is private (BEP 27).
    pub more_trackers: Vec<String>,
}

impl AddTorrent {
    /// Nothing but its name, to be filled in.
    pub fn new(info_hash: InfoHash) -> Self {
        Self {
            info_hash,
            trackers: Vec::new(),
            info: None,
            have: None,
            web_seeds: Vec::new(),
            wanted: None,
            more_trackers: Vec::new(),
        }
    }
}

/// Something the engine wants done outside.
#[derive(Debug)]
pub enum Output {
    /// Open a WebSocket to this tracker.
    OpenSocket(SocketId, String),
    /// Send one text message.
    SendSocket(SocketId, String),
    /// Close a tracker socket. No [`Input::SocketClosed`] is needed.
    CloseSocket(SocketId),
    /// Create a peer connection and an offer, gather candidates for at most a second, answer with [`Input::OfferReady`].
    MakeOffer(ConnectionId),
    /// Create a peer connection from this offer, answer with [`Input::AnswerReady`].
    AcceptOffer(ConnectionId, String),
    /// This is the answer to the offer made for this connection.
    AcceptAnswer(ConnectionId, String),
    /// Send bytes. At most 64 KiB, so that no channel's `max-message-size` is passed.
    Send(ConnectionId, Vec<u8>),
    /// Close the connection after what was sent, and forget it. No [`Input::ConnectionClosed`] is needed.
    CloseConnection(ConnectionId),
    /// Fetch these bytes of this URL with a plain GET whose only header is `Range: bytes=a-b` (other sites are asked for
    /// permission first when there are more). No credentials, no referrer, no cache. Report the answer with
    /// [`Input::FetchAnswered`], the body with [`Input::FetchBytes`] as it comes, and its end with [`Input::FetchEnded`].
    Fetch(FetchId, String, Range<u64>),
    /// Abort the request. No [`Input::FetchEnded`] is needed.
    CancelFetch(FetchId),
    /// Read a whole piece from storage, answer with [`Input::PieceRead`].
    ReadPiece(InfoHash, PieceIndex),
    /// Store a verified piece, answer with [`Input::PieceWritten`].
    WritePiece(InfoHash, PieceIndex, Vec<u8>),
    /// Delete what is stored of this torrent, after every write that was asked for before. Nothing is answered.
    ErasePieces(InfoHash),
    /// Something that people, or the app, should know.
    Event(Event),
}

/// Something that happened inside, worth acting on. The state between events is read from
/// [`Session::status`](super::Session::status).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// The metadata is in and matches the infohash: the raw info dictionary.
    Metadata(InfoHash, Vec<u8>),
    /// A piece is verified and stored.
    Piece(InfoHash, PieceIndex),
    /// Every wanted piece is verified and stored.
    Complete(InfoHash),
    /// A piece that was stored is gone or altered. It is fetched again if anybody has it.
    Lost(InfoHash, PieceIndex),
    /// Another device has now all of it, and got at least a piece of it from here.
    Delivered(InfoHash),
    /// A peer broke the protocol or sent false bytes and was cut off. The text says how.
    Misbehaved(InfoHash, String),
    /// The torrent cannot go on: its metadata is not usable, or storage failed. The text says why.
    Failed(InfoHash, String),
    /// How many have these torrents, as this tracker counts; or why it did not say.
    Scraped(String, Result<Vec<(InfoHash, ScrapeCounts)>, String>),
}
