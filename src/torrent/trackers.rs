//! One socket per tracker URL, for all torrents that use it: opened when the first one comes, closed when the last one leaves.
//!
//! When a socket opens, all its torrents want to announce at once. They line up, those that are waited for in front, and take
//! their turns at a pace that floods nobody. Scrapes are errands on the same sockets; one of them opens a socket of its own where
//! no torrent has.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use super::limits::{
    ANNOUNCE_PACE, CONNECT_TIMEOUT, DEFAULT_INTERVAL, MAX_ANNOUNCE_BURST, MAX_INTERVAL, MAX_RECONNECT, MAX_SCRAPES,
    MAX_TRACKER_URL, MAX_TRACKERS, MIN_INTERVAL, PREPARED_OFFER, SCRAPE_TIMEOUT, TURNS_AT_ONCE,
};
use super::rng::Rng;
use super::tracker::{ClientMessage, ScrapeCounts, ScrapeReply, scraped_together};
use super::{Event, InfoHash, Instant, Output, PeerId, SocketId, TrackerState};

/// One tracker of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct TrackerId(u32);

/// Why a tracker is given up.
const SILENT: &str = "The tracker does not answer.";

/// How far behind its pace a line may catch up at once.
const MAX_BURST_MS: u64 = MAX_ANNOUNCE_BURST * ANNOUNCE_PACE.as_millis() as u64;

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
    /// Torrents that wait for their turn, over all trackers.
    lined_up: usize,
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
    /// Torrents that are to announce on the open socket, in the order of their turns.
    line: VecDeque<InfoHash>,
    /// The turn that comes at this moment would be on time; earlier ones are a burst, which is bounded.
    on_time: Instant,
    /// What is to be scraped, as many at a time as one message holds; the first is under way once there is a deadline.
    scrapes: VecDeque<Vec<InfoHash>>,
    scraped_by: Option<Instant>,
    /// Held open until then for a torrent that is to come.
    held_until: Option<Instant>,
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
        let id = self.open_to(url, around)?;
        let tracker = self.trackers.get_mut(&id)?;
        tracker.users.insert(torrent);
        tracker.held_until = None;
        Some(id)
    }

    /// The tracker behind `url`, with a socket that is open or opening or was lost.
    fn open_to(&mut self, url: &str, around: &mut Surroundings<'_>) -> Option<TrackerId> {
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
        if known.is_none() {
            let mut tracker = Tracker {
                url,
                socket: Socket::Closed { retry_at: around.now },
                users: BTreeSet::new(),
                tries: 0,
                peer_id: PeerId::new([0; 20]),
                interval: DEFAULT_INTERVAL,
                tracker_id: None,
                message: None,
                line: VecDeque::new(),
                on_time: around.now,
                scrapes: VecDeque::new(),
                scraped_by: None,
                held_until: None,
            };
            tracker.open(&mut self.next_socket, around);
            self.trackers.insert(id, tracker);
        }
        Some(id)
    }

    /// A torrent wants to announce on the open socket of a tracker. Where the socket is not open yet, it is asked when it is.
    pub(super) fn line_up(&mut self, id: TrackerId, torrent: InfoHash, waited_for: bool) {
        let Some(tracker) = self.trackers.get_mut(&id).filter(|tracker| tracker.open_socket().is_some()) else {
            return;
        };
        self.lined_up += 1;
        if waited_for { tracker.line.push_front(torrent) } else { tracker.line.push_back(torrent) }
    }

    /// Whose turn it is to announce.
    pub(super) fn next_turn(&mut self, now: Instant) -> Option<(TrackerId, InfoHash)> {
        if self.lined_up == 0 {
            return None;
        }
        let (id, torrent) = self.trackers.iter_mut().find_map(|(id, tracker)| {
            let torrent = tracker.take_turn(now)?;
            Some((*id, torrent))
        })?;
        self.lined_up -= 1;
        Some((id, torrent))
    }

    /// Nobody waits for a turn any more: everybody leaves.
    pub(super) fn disperse(&mut self) {
        self.lined_up = 0;
        self.trackers.values_mut().for_each(|tracker| tracker.line.clear());
    }

    /// Opens a socket ahead of the first torrent that announces there.
    pub(super) fn hold_open(&mut self, url: &str, around: &mut Surroundings<'_>) {
        let tracker = self.open_to(url, around).and_then(|id| self.trackers.get_mut(&id));
        if let Some(tracker) = tracker.filter(|tracker| tracker.users.is_empty()) {
            tracker.held_until = Some(around.now + PREPARED_OFFER);
        }
    }

    /// Asks a tracker about these torrents. What it says, or that it does not, is an event for each errand.
    pub(super) fn scrape(&mut self, url: &str, torrents: &[InfoHash], around: &mut Surroundings<'_>) {
        let Some(id) = self.open_to(url, around) else {
            let why = Err("It is no WebSocket tracker, or there are too many of them.".to_owned());
            return around.out.push_back(Output::Event(Event::Scraped(url.to_owned(), why)));
        };
        let Some(tracker) = self.trackers.get_mut(&id) else { return };
        let mut rest = torrents;
        while !rest.is_empty() {
            let (errand, others) = rest.split_at(scraped_together(rest));
            rest = others;
            if tracker.scrapes.len() >= MAX_SCRAPES {
                tracker.report(Err("Too much was asked at once.".to_owned()), around.out);
            } else {
                tracker.scrapes.push_back(errand.to_vec());
            }
        }
        tracker.run_errand(around);
    }

    /// The answer to a scrape: what was asked for and is in it. Nothing when nobody asked.
    pub(super) fn scraped(&mut self, id: TrackerId, reply: ScrapeReply, around: &mut Surroundings<'_>) -> ScrapeReply {
        let Some(tracker) = self.trackers.get_mut(&id) else { return ScrapeReply::default() };
        let Some(asked) = tracker.end_errand() else { return ScrapeReply::default() };
        let files: Vec<_> = reply.files.into_iter().filter(|(torrent, _)| asked.contains(torrent)).collect();
        tracker.report(Ok(files.clone()), around.out);
        tracker.run_errand(around);
        self.close_idle(id, around.out);
        ScrapeReply { files, ..reply }
    }

    fn close_idle(&mut self, id: TrackerId, out: &mut VecDeque<Output>) {
        let idle = self.trackers.get(&id).filter(|tracker| tracker.is_idle());
        if let Some(tracker) = idle {
            tracker.close(out);
            self.lined_up -= tracker.line.len();
            self.trackers.remove(&id);
        }
    }

    /// `torrent` does not announce here any more. After the last one the socket is closed.
    pub(super) fn leave(&mut self, id: TrackerId, torrent: InfoHash, around: &mut Surroundings<'_>) {
        let Some(tracker) = self.trackers.get_mut(&id) else { return };
        tracker.users.remove(&torrent);
        if let Some(at) = tracker.line.iter().position(|waiting| *waiting == torrent) {
            tracker.line.remove(at);
            self.lined_up -= 1;
        }
        self.close_idle(id, around.out);
    }

    /// The tracker of a socket that opened, and the torrents that want to announce.
    pub(super) fn opened(
        &mut self,
        socket: SocketId,
        around: &mut Surroundings<'_>,
    ) -> Option<(TrackerId, Vec<InfoHash>)> {
        let now = around.now;
        let (id, tracker) = self.owner(socket)?;
        tracker.socket = Socket::Open { id: socket, dead_at: now + tracker.interval * 5 / 2 };
        tracker.message = None;
        tracker.on_time = Instant::default();
        tracker.run_errand(around);
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
        let (id, _) = self.owner(socket)?;
        Some((id, self.lose(id, "The connection to the tracker was lost or refused.", around)))
    }

    /// The socket of a tracker is gone: the next try is scheduled. Returns the torrents that lost it.
    fn lose(&mut self, id: TrackerId, why: &str, around: &mut Surroundings<'_>) -> Vec<InfoHash> {
        let Some(tracker) = self.trackers.get_mut(&id) else { return Vec::new() };
        self.lined_up -= std::mem::take(&mut tracker.line).len();
        tracker.lose(why, around);
        while tracker.end_errand().is_some() {
            tracker.report(Err(why.to_owned()), around.out);
        }
        let users = tracker.users.iter().copied().collect();
        // Who came for a scrape only does not come back by itself.
        self.close_idle(id, around.out);
        users
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
                    // Where torrents wait for their turns, there is going to be something to answer.
                    let probe = tracker.users.first().filter(|_| tracker.line.is_empty());
                    probes.extend(probe.map(|torrent| (*id, *torrent)));
                }
            }
        }
        probes
    }

    /// What is due: tries of closed sockets, and sockets to be given up. Returns the trackers whose state changed, with their
    /// torrents.
    pub(super) fn handle_timeout(&mut self, around: &mut Surroundings<'_>) -> Vec<(TrackerId, Vec<InfoHash>)> {
        let mut changed = Vec::new();
        let mut late = Vec::new();
        for (id, tracker) in &mut self.trackers {
            if tracker.held_until.is_some_and(|until| until <= around.now) {
                tracker.held_until = None;
            }
            if tracker.scraped_by.is_some_and(|by| by <= around.now) {
                tracker.end_errand();
                tracker.report(Err(SILENT.to_owned()), around.out);
                tracker.run_errand(around);
            }
            match tracker.socket {
                Socket::Closed { retry_at } if retry_at <= around.now => {
                    tracker.open(&mut self.next_socket, around);
                    changed.push((*id, tracker.users.iter().copied().collect()));
                }
                Socket::Opening { give_up_at: at, .. } | Socket::Open { dead_at: at, .. } if at <= around.now => {
                    tracker.close(around.out);
                    late.push(*id);
                }
                _ if tracker.is_idle() => {
                    tracker.close(around.out);
                    late.push(*id);
                }
                _ => {}
            }
        }
        for id in late {
            changed.push((id, self.lose(id, SILENT, around)));
        }
        changed
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let deadline = |tracker: &Tracker| {
            let of_socket = match tracker.socket {
                Socket::Closed { retry_at: at }
                | Socket::Opening { give_up_at: at, .. }
                | Socket::Open { dead_at: at, .. } => at,
            };
            [tracker.scraped_by, tracker.held_until, tracker.turns_at()]
                .into_iter()
                .flatten()
                .fold(of_socket, Instant::min)
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
    pub(super) fn learn(
        &mut self,
        id: TrackerId,
        interval_s: Option<u32>,
        tracker_id: Option<String>,
        now: Instant,
    ) -> Duration {
        let Some(tracker) = self.trackers.get_mut(&id) else { return DEFAULT_INTERVAL };
        tracker.message = None;
        if let Some(seconds) = interval_s.filter(|seconds| *seconds > 0) {
            tracker.interval = Duration::from_secs(u64::from(seconds)).clamp(MIN_INTERVAL, MAX_INTERVAL);
        }
        if let Socket::Open { dead_at, .. } = &mut tracker.socket {
            *dead_at = now + tracker.interval * 5 / 2;
        }
        tracker.tracker_id = tracker_id.or(tracker.tracker_id.take());
        tracker.interval
    }

    /// A reason that concerns no torrent in particular. While a scrape is under way, it is taken for the answer.
    pub(super) fn complain(&mut self, id: TrackerId, reason: String, around: &mut Surroundings<'_>) {
        let Some(tracker) = self.trackers.get_mut(&id) else { return };
        if tracker.scraped_by.is_some() {
            tracker.end_errand();
            tracker.report(Err(reason), around.out);
            tracker.run_errand(around);
            self.close_idle(id, around.out);
        } else {
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

    /// Takes whoever is next, unless that would be too fast.
    fn take_turn(&mut self, now: Instant) -> Option<InfoHash> {
        // Turns that were not taken in the past allow for a burst.
        let earliest = Instant::from_millis(now.as_millis().saturating_sub(MAX_BURST_MS));
        let on_time = self.on_time.max(earliest);
        if on_time > now {
            return None;
        }
        let torrent = self.line.pop_front()?;
        self.on_time = on_time + ANNOUNCE_PACE;
        Some(torrent)
    }

    /// When some more may take their turns: a few together, so that the timer rests in between.
    fn turns_at(&self) -> Option<Instant> {
        let together = u32::try_from(self.line.len().min(TURNS_AT_ONCE)).unwrap_or(1);
        (together > 0).then(|| self.on_time + ANNOUNCE_PACE * (together - 1))
    }

    /// Sends the next scrape, one at a time: answers do not say which one they belong to.
    fn run_errand(&mut self, around: &mut Surroundings<'_>) {
        if let (Some(socket), Some(errand), None) = (self.open_socket(), self.scrapes.front(), self.scraped_by) {
            let text = ClientMessage::Scrape(errand.clone()).to_json();
            around.out.push_back(Output::SendSocket(socket, text));
            self.scraped_by = Some(around.now + SCRAPE_TIMEOUT);
        }
    }

    fn end_errand(&mut self) -> Option<Vec<InfoHash>> {
        self.scraped_by = None;
        self.scrapes.pop_front()
    }

    fn report(&self, result: Result<Vec<(InfoHash, ScrapeCounts)>, String>, out: &mut VecDeque<Output>) {
        out.push_back(Output::Event(Event::Scraped(self.url.clone(), result)));
    }

    /// Whether nobody needs its socket.
    fn is_idle(&self) -> bool {
        self.users.is_empty() && self.scrapes.is_empty() && self.held_until.is_none()
    }

    fn open_socket(&self) -> Option<SocketId> {
        match self.socket {
            Socket::Open { id, .. } => Some(id),
            _ => None,
        }
    }
}

/// One spelling per tracker: `wss://t`, `wss://t/` and `WSS://T:443` are the same (webtorrent strips one slash too). `None` for what
/// is no WebSocket URL.
pub(super) fn canonical(url: &str) -> Option<String> {
    let url = url.trim();
    if url.len() > MAX_TRACKER_URL || url.chars().any(|character| character.is_control() || character == ' ') {
        return None;
    }
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let usual_port = match scheme.as_str() {
        "wss" => ":443",
        "ws" => ":80",
        _ => return None,
    };
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(usual_port).unwrap_or(&host);
    (!host.is_empty()).then(|| format!("{scheme}://{host}{}", path.strip_suffix('/').unwrap_or(path)))
}
