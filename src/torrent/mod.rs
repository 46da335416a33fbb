//! The WebTorrent engine: a sans-I/O state machine.
//!
//! Nothing in here knows a clock, a socket, a store or a source of randomness: time and events come in as [`Input`], what is to
//! be done goes out as [`Output`]. The same seed and inputs give the same outputs, byte for byte.
//!
//! # Run loop
//! One [`Session`] serves all torrents. Feed it, drain it, arm one timer, wait:
//!
//! ```
//! use voice_memos::torrent::{Config, Input, Instant, Output, Session};
//!
//! let mut session = Session::new(Config::default(), 1);
//! let now = Instant::from_millis(0);
//! session.handle_input(now, Input::Timeout).expect("a timeout is never refused");
//! while let Some(output) = session.poll_output() {
//!     match output {
//!         Output::SendSocket(socket, text) => drop((socket, text)), // perform it
//!         _ => {}
//!     }
//! }
//! let wake_at = session.poll_timeout(); // arm one timer; when it fires, feed `Input::Timeout`
//! # assert_eq!(wake_at, None);
//! ```
//!
//! - Drain [`Session::poll_output`] to `None` after **every** input, then read [`Session::poll_timeout`] anew.
//! - An `Err` of [`Session::handle_input`] is the caller's own mistake (a torrent that was never added, metadata that does not
//!   match its infohash). The session is as it was; drain and go on. Faults of peers, trackers and storage are not errors here.
//! - Outputs may be performed late but, for one socket, one connection or one piece, in order.
//! - Events for connections and sockets that the session has closed already are ignored, so nobody has to unlisten in time.
//! - After [`Output::Send`]s, report [`Input::ChannelBuffered`] once per connection and batch, and again at `bufferedamountlow`
//!   (threshold [`LOW_WATER_BYTES`]). Without these reports the session stops serving.
//! - [`Command::Shutdown`] emits its farewells and leaves the session empty.

mod allowed_fast;
pub mod bencode;
mod bitfield;
mod cache;
mod choker;
mod connections;
mod encounter;
pub mod extension;
mod file_selection;
mod id;
mod info;
mod info_builder;
mod io;
mod limiter;
mod limits;
mod magnet;
mod metainfo;
mod name;
mod outbox;
mod peer;
mod pieces;
mod rate;
mod rng;
mod session;
mod status;
mod swarm;
mod time;
mod timers;
pub mod tracker;
mod trackers;
mod web_seed;
mod window;
pub mod wire;

pub use bitfield::{Bitfield, BitfieldError};
pub use file_selection::FileSelection;
pub use id::{InfoHash, InvalidInfoHash, PeerId};
pub use info::{File, Info, MAX_INFO_LEN, MAX_PIECE_LENGTH, PieceIndex};
pub use info_builder::{InfoBuilder, default_piece_length};
pub use io::{
    AddTorrent, ClosedBy, Command, ConnectionId, Event, FetchAnswer, FetchFailure, FetchId, Input, Output, SocketId,
};
pub use limiter::RateLimits;
pub use limits::{HIGH_WATER_BYTES, LOW_WATER_BYTES};
pub use magnet::{InvalidMagnet, MAX_MAGNET_LEN, Magnet};
pub(crate) use magnet::{percent_decode, percent_encode};
pub use metainfo::{Metainfo, MetainfoError};
pub use session::{Config, Error, Footprint, Session};
pub use status::{
    Encounter, NoPath, NoPathReason, Parting, Phase, Stage, Status, TrackerState, TrackerStatus, WebSeedState,
    WebSeedStatus,
};
pub use time::Instant;
