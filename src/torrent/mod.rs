//! The WebTorrent engine: a sans-I/O state machine.
//!
//! Nothing in here knows a clock, a socket, a store or a source of randomness: time and events come in as [`Input`], what is to
//! be done goes out as [`Output`]. The same seed and inputs give the same outputs, byte for byte.

mod bitfield;
mod id;
mod io;
mod metainfo;
mod status;
mod time;

pub use bitfield::Bitfield;
pub use id::{InfoHash, InvalidInfoHash, PeerId};
pub use io::{AddTorrent, ClosedBy, Command, ConnectionId, Event, Input, Output, SocketId};
pub use metainfo::PieceIndex;
pub use status::{Phase, Status, TrackerState, TrackerStatus};
pub use time::Instant;
