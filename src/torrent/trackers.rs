//! One socket per tracker URL, for all torrents that use it: opened when the first one comes, closed when the last one leaves.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::limits::{
    CONNECT_TIMEOUT, DEFAULT_INTERVAL, MAX_INTERVAL, MAX_RECONNECT, MAX_TRACKER_URL, MAX_TRACKERS, MIN_INTERVAL,
};
use super::rng::Rng;
use super::{InfoHash, Instant, Output, PeerId, SocketId, TrackerState};

/// One tracker of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TrackerId(u32);

/// What sockets need from outside.
pub(super) struct Surroundings<'a> {
    pub(super) now: Instant,
    pub(super) out: &'a mut VecDeque<Output>,
    pub(super) rng: &'a mut Rng,
}

/// All trackers of the session.
#[derive(Debug, Default)]
pub(super) struct Trackers {
    trackers: BTreeMap<TrackerId, Tracker>,
    next_tracker: u32,
    next_socket: u64,
}

#[derive(Debug)]
struct Tracker {
    url: String,
    socket: Socket,
    /// The torrents that announce here.
    users: BTreeSet<InfoHash>,
    /// Tries since the last message.
    tries: u32,
    /// Fresh for each socket: while a tracker still holds the half-open old one, the same id would be unreachable.
    peer_id: PeerId,
    interval: Duration,
    /// To be sent back with every announce, if the tracker ever sent one.
    tracker_id: Option<String>,
    message: Option<String>,
}

#[derive(Debug, Clone, Copy)]
enum Socket {
    /// Lost, or never had; the next try comes at that time.
    Closed {
        retry_at: Instant,
    },
    Opening {
        id: SocketId,
        give_up_at: Instant,
    },
    Open {
        id: SocketId,
        dead_at: Instant,
    },
}

impl Trackers {
    /// The tracker behind `url`, with `torrent` as one more user; a socket is opened for the first one. `None` when the URL is no
    /// WebSocket URL, or there are too many.
    pub(super) fn join(&mut self, url: &str, torrent: InfoHash, around: &mut Surroundings<'_>) -> Option<TrackerId> {
        let url = canonical(url)?;
        let known = self.trackers.iter().find(|(_, tracker)| tracker.url == url).map(|(id, _)| *id);
        let id = match known {
            Some(id) => id,
            None if self.trackers.len() >= MAX_TRACKERS => return None,
            None => {
                self.next_tracker += 1;
                TrackerId(self.next_tracker)
            }
        };
        let tracker = self.trackers.entry(id).or_insert_with(|| Tracker {
            url,
            socket: Socket::Closed { retry_at: around.now },
            users: BTreeSet::new(),
            tries: 0,
            peer_id: PeerId::new([0; 20]),
            interval: DEFAULT_INTERVAL,
            tracker_id: None,
            message: None,
        });
        tracker.users.insert(torrent);
        if tracker.users.len() == 1 {
            tracker.open(&mut self.next_socket, around);
        }
        Some(id)
    }

    /// `torrent` does not announce here any more. After the last one the socket is closed.
    pub(super) fn leave(&mut self, id: TrackerId, torrent: InfoHash, around: &mut Surroundings<'_>) {
        let Some(tracker) = self.trackers.get_mut(&id) else { return };
        tracker.users.remove(&torrent);
        if tracker.users.is_empty() {
            tracker.close(around.out);
            self.trackers.remove(&id);
        }
    }

    /// The tracker of a socket that opened, and the torrents that want to announce.
    pub(super) fn opened(&mut self, socket: SocketId, now: Instant) -> Option<(TrackerId, Vec<InfoHash>)> {
        let (id, tracker) = self.owner(socket)?;
        tracker.socket = Socket::Open { id: socket, dead_at: now + tracker.interval * 5 / 2 };
        tracker.message = None;
        Some((id, tracker.users.iter().copied().collect()))
    }

    /// The tracker of a socket that something came from.
    pub(super) fn heard(&mut self, socket: SocketId, now: Instant) -> Option<TrackerId> {
        let (id, tracker) = self.owner(socket)?;
        tracker.tries = 0;
        tracker.socket = Socket::Open { id: socket, dead_at: now + tracker.interval * 5 / 2 };
        Some(id)
    }

    /// The tracker of a socket that closed, and the torrents that lost it. The next try is scheduled.
    pub(super) fn closed(
        &mut self,
        socket: SocketId,
        around: &mut Surroundings<'_>,
    ) -> Option<(TrackerId, Vec<InfoHash>)> {
        let (id, tracker) = self.owner(socket)?;
        tracker.lose("The connection to the tracker was lost or refused.", around);
        Some((id, tracker.users.iter().copied().collect()))
    }

    /// The network may have changed: whatever is closed is tried at once, whatever is open has to prove that it lives. Returns
    /// one torrent per open socket that should announce, so that there is something to answer.
    pub(super) fn network_changed(&mut self, around: &mut Surroundings<'_>) -> Vec<(TrackerId, InfoHash)> {
        let mut probes = Vec::new();
        for (id, tracker) in &mut self.trackers {
            tracker.tries = 0;
            match &mut tracker.socket {
                Socket::Closed { .. } => tracker.open(&mut self.next_socket, around),
                Socket::Opening { .. } => {}
                Socket::Open { dead_at, .. } => {
                    *dead_at = (*dead_at).min(around.now + CONNECT_TIMEOUT);
                    probes.extend(tracker.users.first().map(|torrent| (*id, *torrent)));
                }
            }
        }
        probes
    }

    /// What is due: tries of closed sockets, and sockets to be given up. Returns the trackers whose state changed, with their
    /// torrents.
    pub(super) fn handle_timeout(&mut self, around: &mut Surroundings<'_>) -> Vec<(TrackerId, Vec<InfoHash>)> {
        let mut changed = Vec::new();
        for (id, tracker) in &mut self.trackers {
            match tracker.socket {
                Socket::Closed { retry_at } if retry_at <= around.now => {
                    tracker.open(&mut self.next_socket, around);
                    changed.push((*id, tracker.users.iter().copied().collect()));
                }
                Socket::Opening { give_up_at: at, .. } | Socket::Open { dead_at: at, .. } if at <= around.now => {
                    tracker.close(around.out);
                    tracker.lose("The tracker does not answer.", around);
                    changed.push((*id, tracker.users.iter().copied().collect()));
                }
                _ => {}
            }
        }
        changed
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let deadline = |tracker: &Tracker| match tracker.socket {
            Socket::Closed { retry_at: at }
            | Socket::Opening { give_up_at: at, .. }
            | Socket::Open { dead_at: at, .. } => at,
        };
        self.trackers.values().map(deadline).min()
    }

    /// Sends, if the socket is open.
    pub(super) fn send(&self, id: TrackerId, text: String, out: &mut VecDeque<Output>) -> bool {
        let socket = self.trackers.get(&id).and_then(Tracker::open_socket);
        out.extend(socket.map(|socket| Output::SendSocket(socket, text)));
        socket.is_some()
    }

    /// The open socket of a tracker.
    pub(super) fn socket(&self, id: TrackerId) -> Option<SocketId> {
        self.trackers.get(&id).and_then(Tracker::open_socket)
    }

    /// Our name on the tracker's current socket.
    pub(super) fn peer_id(&self, id: TrackerId) -> Option<PeerId> {
        self.trackers.get(&id).map(|tracker| tracker.peer_id)
    }

    pub(super) fn tracker_id(&self, id: TrackerId) -> Option<String> {
        self.trackers.get(&id).and_then(|tracker| tracker.tracker_id.clone())
    }

    pub(super) fn url(&self, id: TrackerId) -> &str {
        self.trackers.get(&id).map_or("", |tracker| &tracker.url)
    }

    pub(super) fn message(&self, id: TrackerId) -> Option<&str> {
        self.trackers.get(&id).and_then(|tracker| tracker.message.as_deref())
    }

    pub(super) fn state(&self, id: TrackerId) -> TrackerState {
        match self.trackers.get(&id) {
            Some(Tracker { socket: Socket::Open { .. }, .. }) => TrackerState::Connected,
            Some(Tracker { socket: Socket::Opening { .. }, tries: 0..=1, .. }) => TrackerState::Connecting,
            _ => TrackerState::Unreachable,
        }
    }

    /// Takes over what a reply says about the tracker itself; returns the interval to keep.
    pub(super) fn learn(&mut self, id: TrackerId, interval_s: Option<u32>, tracker_id: Option<String>) -> Duration {
        let Some(tracker) = self.trackers.get_mut(&id) else { return DEFAULT_INTERVAL };
        if let Some(seconds) = interval_s.filter(|seconds| *seconds > 0) {
            tracker.interval = Duration::from_secs(u64::from(seconds)).clamp(MIN_INTERVAL, MAX_INTERVAL);
        }
        tracker.tracker_id = tracker_id.or(tracker.tracker_id.take());
        tracker.interval
    }

    /// A reason that concerns no torrent in particular.
    pub(super) fn complain(&mut self, id: TrackerId, reason: String) {
        if let Some(tracker) = self.trackers.get_mut(&id) {
            tracker.message = Some(reason);
        }
    }

    fn owner(&mut self, socket: SocketId) -> Option<(TrackerId, &mut Tracker)> {
        self.trackers.iter_mut().find_map(|(id, tracker)| match tracker.socket {
            Socket::Opening { id: known, .. } | Socket::Open { id: known, .. } if known == socket => {
                Some((*id, tracker))
            }
            _ => None,
        })
    }
}

impl Tracker {
    fn open(&mut self, next_socket: &mut u64, around: &mut Surroundings<'_>) {
        *next_socket += 1;
        let id = SocketId(*next_socket);
        self.tries += 1;
        self.peer_id = PeerId::new(around.rng.named_id(super::session::CLIENT_CODE));
        self.socket = Socket::Opening { id, give_up_at: around.now + CONNECT_TIMEOUT };
        around.out.push_back(Output::OpenSocket(id, self.url.clone()));
    }

    fn lose(&mut self, why: &str, around: &mut Surroundings<'_>) {
        let seconds = 1 << self.tries.saturating_sub(1).min(6);
        let pause = around.rng.jitter(Duration::from_secs(seconds).min(MAX_RECONNECT));
        self.socket = Socket::Closed { retry_at: around.now + pause };
        self.message = Some(why.to_owned());
    }

    fn close(&self, out: &mut VecDeque<Output>) {
        if let Socket::Opening { id, .. } | Socket::Open { id, .. } = self.socket {
            out.push_back(Output::CloseSocket(id));
        }
    }

    fn open_socket(&self) -> Option<SocketId> {
        match self.socket {
            Socket::Open { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// One spelling per tracker: `wss://t` and `wss://t/` are the same (webtorrent strips one slash too).
fn canonical(url: &str) -> Option<String> {
    let url = url.trim();
    let known = url.starts_with("wss://") || url.starts_with("ws://");
    (known && url.len() <= MAX_TRACKER_URL && !url.chars().any(char::is_control))
        .then(|| url.strip_suffix('/').unwrap_or(url).to_owned())
}
