//! The session: every torrent, every tracker socket, one budget of connections.

use std::collections::VecDeque;

use super::{InfoHash, Input, Instant, Output, Status};

/// What the app decides once.
#[derive(Debug, Clone)]
pub struct Config {
    /// How this client names itself to peers.
    pub client: String,
}

impl Default for Config {
    fn default() -> Self {
        Self { client: concat!("Voice Memos ", env!("CARGO_PKG_VERSION")).to_owned() }
    }
}

/// The caller's own mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A command names a torrent that was never added, or was removed.
    #[error("there is no torrent {0}")]
    UnknownTorrent(InfoHash),
    /// The metadata handed in with a torrent cannot be used.
    #[error("the metadata of {0} cannot be used: {1}")]
    Metadata(InfoHash, String),
    /// More torrents than one session carries.
    #[error("there are too many torrents")]
    TooManyTorrents,
}

/// All torrents of one device. The [module](super) says how to drive it.
#[derive(Debug)]
pub struct Session {
    outputs: VecDeque<Output>,
}

impl Session {
    /// An empty session. All its randomness comes from `seed`.
    pub fn new(_config: Config, _seed: u64) -> Self {
        Self { outputs: VecDeque::new() }
    }

    /// Takes in what happened at `now`. Drain [`Session::poll_output`] afterwards.
    ///
    /// # Errors
    /// Only for the caller's own mistakes; the session is then as it was.
    pub fn handle_input(&mut self, _now: Instant, _input: Input) -> Result<(), Error> {
        Ok(())
    }

    /// The next thing to do outside; `None` when all is said.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Input::Timeout`] is wanted next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// How far a torrent has come.
    pub fn status(&self, _info_hash: &InfoHash) -> Option<Status> {
        None
    }

    /// How far every torrent has come, ordered by infohash.
    pub fn statuses(&self) -> Vec<Status> {
        Vec::new()
    }
}
