//! What no engine may ever do, whatever happens to it. Judged at each step, from what it was told and what it wants done.

use std::collections::{BTreeMap, BTreeSet};

use voice_memos::torrent::{
    Command, ConnectionId, Event, Footprint, HIGH_WATER_BYTES, InfoHash, Input, Output, PieceIndex, SocketId,
};

use crate::disk::Disk;

/// Connections of one session: Chromium makes no more than 500 per process.
const MOST_CONNECTIONS: usize = 200;

/// Those of them that are not open yet.
const MOST_HALF_OPEN: usize = 60;

/// The longest message that every channel takes.
const LONGEST_MESSAGE: usize = 64 * 1024;

/// What may be in a channel's send buffer: the high-water mark, one block more, and messages that carry no blocks.
pub(crate) const MOST_BUFFERED: usize = HIGH_WATER_BYTES + 256 * 1024;

/// How far a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Offering,
    Answering,
    Connecting,
    Open,
}

/// One session's life so far, as seen from outside.
#[derive(Debug, Default)]
pub(crate) struct Record {
    connections: BTreeMap<ConnectionId, Standing>,
    newest_connection: u64,
    sockets: BTreeMap<SocketId, (String, bool)>,
    /// Pieces that it said it has.
    had: BTreeSet<(InfoHash, PieceIndex)>,
    complete: BTreeSet<InfoHash>,
    reading: BTreeSet<(InfoHash, PieceIndex)>,
    /// The most of everything that it ever held.
    pub(crate) peak: Footprint,
}

impl Record {
    /// The session is a new one, on the same device.
    pub(crate) fn of_a_new_life(&self) -> Self {
        Self { peak: self.peak, ..Self::default() }
    }

    /// It is told something.
    pub(crate) fn input(&mut self, input: &Input, disk: &Disk) {
        match input {
            Input::ChannelOpened(id) => {
                if let Some(standing) = self.connections.get_mut(id) {
                    *standing = Standing::Open;
                }
            }
            Input::ConnectionClosed(id, _) => {
                self.connections.remove(id);
            }
            Input::AnswerReady(id, _) => {
                if let Some(standing) = self.connections.get_mut(id) {
                    *standing = Standing::Connecting;
                }
            }
            Input::SocketOpened(socket) => {
                if let Some((_, open)) = self.sockets.get_mut(socket) {
                    *open = true;
                }
            }
            Input::SocketClosed(socket) => {
                self.sockets.remove(socket);
            }
            Input::PieceRead(torrent, piece, _) => {
                self.reading.remove(&(*torrent, *piece));
                if !disk.has(*torrent, piece.get()) {
                    // It may be fetched, and the torrent become complete, once more.
                    self.had.remove(&(*torrent, *piece));
                    self.complete.remove(torrent);
                }
            }
            Input::Command(Command::Remove(torrent) | Command::Erase(torrent)) => self.forget(*torrent),
            Input::Command(Command::Select(torrent, ..)) => {
                self.complete.remove(torrent);
            }
            Input::Command(Command::Shutdown) => {
                self.had.clear();
                self.reading.clear();
                self.complete.clear();
            }
            _ => {}
        }
    }

    fn forget(&mut self, torrent: InfoHash) {
        self.had.retain(|(of, _)| *of != torrent);
        self.reading.retain(|(of, _)| *of != torrent);
        self.complete.remove(&torrent);
    }

    /// It wants something done.
    pub(crate) fn output(&mut self, output: &Output, disk: &Disk) {
        match output {
            Output::OpenSocket(socket, url) => {
                let twice = self.sockets.values().any(|(known, _)| known == url);
                assert!(!twice, "a second socket to {url}");
                self.sockets.insert(*socket, (url.clone(), false));
            }
            Output::SendSocket(socket, _) => {
                let open = self.sockets.get(socket).is_some_and(|(_, open)| *open);
                assert!(open, "said on a socket that is not open");
            }
            Output::CloseSocket(socket) => assert!(self.sockets.remove(socket).is_some(), "closed a socket twice"),
            Output::MakeOffer(id) => self.begin(*id, Standing::Offering),
            Output::AcceptOffer(id, _) => self.begin(*id, Standing::Answering),
            Output::AcceptAnswer(id, _) => {
                let before = self.connections.insert(*id, Standing::Connecting);
                assert_eq!(before, Some(Standing::Offering), "an answer to what was not offered");
            }
            Output::Send(id, bytes) => {
                assert_eq!(self.connections.get(id), Some(&Standing::Open), "said on a channel that is not open");
                assert!((1..=LONGEST_MESSAGE).contains(&bytes.len()), "a message of {} bytes", bytes.len());
            }
            Output::CloseConnection(id) => {
                assert!(self.connections.remove(id).is_some(), "closed a connection that is not there");
            }
            Output::ReadPiece(torrent, piece) => {
                assert!(disk.knows(*torrent, piece.get()), "reads a piece that was never stored");
                assert!(self.reading.insert((*torrent, *piece)), "reads a piece that it reads already");
            }
            Output::Event(event) => self.event(event, disk),
            _ => {}
        }
    }

    fn begin(&mut self, id: ConnectionId, standing: Standing) {
        assert!(id.0 > self.newest_connection, "the number of a connection was used before");
        self.newest_connection = id.0;
        self.connections.insert(id, standing);
        let half_open = self.connections.values().filter(|standing| **standing != Standing::Open).count();
        assert!(half_open <= MOST_HALF_OPEN, "{half_open} half-open connections");
        assert!(self.connections.len() <= MOST_CONNECTIONS, "{} connections", self.connections.len());
    }

    fn event(&mut self, event: &Event, disk: &Disk) {
        match event {
            Event::Piece(torrent, piece) => {
                let news = self.had.insert((*torrent, *piece));
                assert!(news, "piece {} was stored twice", piece.get());
                assert!(disk.knows(*torrent, piece.get()), "piece {} is not stored", piece.get());
            }
            Event::Complete(torrent) => assert!(self.complete.insert(*torrent), "complete twice"),
            _ => {}
        }
    }

    /// What it holds in memory after a step.
    pub(crate) fn footprint(&mut self, now: Footprint) {
        assert!(now.connections <= MOST_CONNECTIONS, "too many connections: {now:?}");
        assert!(now.held_bytes <= 80 << 20 && now.cached_bytes <= 16 << 20, "too much memory: {now:?}");
        assert!(now.queued_requests <= 512 * now.connections, "too many requests: {now:?}");
        assert!(now.unsent_bytes <= MOST_BUFFERED * now.connections, "too much unsent: {now:?}");
        self.peak = Footprint {
            connections: self.peak.connections.max(now.connections),
            queued_requests: self.peak.queued_requests.max(now.queued_requests),
            unsent_bytes: self.peak.unsent_bytes.max(now.unsent_bytes),
            held_bytes: self.peak.held_bytes.max(now.held_bytes),
            cached_bytes: self.peak.cached_bytes.max(now.cached_bytes),
        };
    }
}
