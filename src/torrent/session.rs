//! The session: every torrent, every tracker socket, one budget of connections.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::cache::PieceCache;
use super::connections::Connections;
use super::limiter::{Direction, Lanes};
use super::limits::MAX_TORRENTS;
use super::rng::Rng;
use super::swarm::Swarm;
use super::tracker::{Relayed, TrackerMessage};
use super::trackers::{Surroundings, TrackerId, Trackers};
use super::{
    AddTorrent, Command, ConnectionId, Event, FetchId, Info, InfoHash, Input, Instant, Output, PeerId, SocketId, Stage,
    Status,
};

/// How our ids begin, in Azureus style (BEP 20).
pub(super) const CLIENT_CODE: &[u8; 8] = b"-VM0100-";

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
    swarms: BTreeMap<InfoHash, Swarm>,
    shared: Shared,
    /// When each torrent wants to be called, so that a thousand idle ones cost nothing.
    schedule: BTreeSet<(Instant, InfoHash)>,
    /// The torrents that something happened to since the last [`Session::news`].
    touched: BTreeSet<InfoHash>,
}

/// What a session holds in memory, to be watched: every figure has a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Footprint {
    /// Connections, half-open ones included.
    pub connections: usize,
    /// Requests of others that wait for their blocks.
    pub queued_requests: usize,
    /// Bytes that wait in channels.
    pub unsent_bytes: usize,
    /// Bytes of pieces being put together or stored.
    pub held_bytes: usize,
    /// Bytes of pieces kept for serving.
    pub cached_bytes: usize,
}

/// What all torrents share.
#[derive(Debug)]
pub(super) struct Shared {
    /// The time of the current input.
    pub(super) now: Instant,
    pub(super) out: VecDeque<Output>,
    pub(super) rng: Rng,
    pub(super) trackers: Trackers,
    pub(super) connections: Connections,
    pub(super) cache: PieceCache,
    /// How fast all torrents together may go.
    pub(super) lanes: Lanes,
    /// Requests to web seeds that are on their way, and whose they are. Never more than a few.
    pub(super) fetches: Vec<(FetchId, InfoHash)>,
    next_fetch: u64,
    /// Our name in every handshake of this session: two connections to us can be told to be one.
    pub(super) handshake_id: PeerId,
    pub(super) client: String,
}

impl Shared {
    pub(super) fn event(&mut self, event: Event) {
        self.out.push_back(Output::Event(event));
    }

    /// Closes a connection of either standing.
    pub(super) fn close(&mut self, id: ConnectionId) {
        self.connections.end(id);
        self.out.push_back(Output::CloseConnection(id));
    }

    /// A name for a new request to a web seed.
    pub(super) fn begin_fetch(&mut self, torrent: InfoHash) -> FetchId {
        self.next_fetch += 1;
        let id = FetchId(self.next_fetch);
        self.fetches.push((id, torrent));
        id
    }

    pub(super) fn end_fetch(&mut self, id: FetchId) {
        self.fetches.retain(|(known, _)| *known != id);
    }

    /// Aborts a request, unless it has ended.
    pub(super) fn cancel_fetch(&mut self, id: FetchId) {
        if self.fetches.iter().any(|(known, _)| *known == id) {
            self.end_fetch(id);
            self.out.push_back(Output::CancelFetch(id));
        }
    }

    pub(super) fn join_tracker(&mut self, url: &str, torrent: InfoHash) -> Option<TrackerId> {
        let (trackers, mut around) = self.split();
        trackers.join(url, torrent, &mut around)
    }

    pub(super) fn leave_tracker(&mut self, id: TrackerId, torrent: InfoHash) {
        let (trackers, mut around) = self.split();
        trackers.leave(id, torrent, &mut around);
    }

    fn split(&mut self) -> (&mut Trackers, Surroundings<'_>) {
        (&mut self.trackers, Surroundings { now: self.now, out: &mut self.out, rng: &mut self.rng })
    }
}

impl Session {
    /// An empty session. All its randomness comes from `seed`.
    pub fn new(config: Config, seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let handshake_id = PeerId::new(rng.named_id(CLIENT_CODE));
        Self {
            swarms: BTreeMap::new(),
            shared: Shared {
                now: Instant::default(),
                out: VecDeque::new(),
                rng,
                trackers: Trackers::default(),
                connections: Connections::default(),
                cache: PieceCache::default(),
                lanes: Lanes::default(),
                fetches: Vec::new(),
                next_fetch: 0,
                handshake_id,
                client: config.client,
            },
            schedule: BTreeSet::new(),
            touched: BTreeSet::new(),
        }
    }

    /// Takes in what happened at `now`. Drain [`Session::poll_output`] afterwards.
    ///
    /// # Errors
    /// Only for the caller's own mistakes; the session is then as it was.
    pub fn handle_input(&mut self, now: Instant, input: Input) -> Result<(), Error> {
        let handled = self.react(now, input);
        while let Some((tracker, torrent)) = self.shared.trackers.next_turn(self.shared.now) {
            self.with_swarm(torrent, |swarm, shared| swarm.tracker_opened(tracker, shared));
        }
        handled
    }

    fn react(&mut self, now: Instant, input: Input) -> Result<(), Error> {
        // A clock that jumps back would make deadlines of the past; time stands still instead.
        self.shared.now = self.shared.now.max(now);
        match input {
            Input::Command(command) => return self.handle_command(command),
            Input::SocketOpened(socket) => self.handle_socket_opened(socket),
            Input::SocketMessage(socket, text) => self.handle_socket_message(socket, &text),
            Input::SocketClosed(socket) => self.handle_socket_closed(socket),
            Input::OfferReady(id, sdp) => {
                if let Some(sdp) = self.shared.connections.spare_ready(id, sdp) {
                    self.with_connection(id, |swarm, shared| swarm.offer_ready(id, sdp, shared));
                }
            }
            Input::AnswerReady(id, sdp) => {
                self.with_connection(id, |swarm, shared| swarm.answer_ready(id, sdp, shared))
            }
            Input::PathFound(id) => {
                self.with_connection(id, |swarm, shared| {
                    swarm.note(id, |record| record.reached(Stage::Path, shared.now))
                });
            }
            Input::IceServerFailed(id, how) => {
                self.with_connection(id, |swarm, _| swarm.note(id, |record| record.server_failed(&how)));
            }
            Input::ChannelOpened(id) => self.with_connection(id, |swarm, shared| swarm.channel_opened(id, shared)),
            Input::ChannelBytes(id, bytes) => {
                self.with_connection(id, |swarm, shared| swarm.channel_bytes(id, &bytes, shared));
            }
            Input::ChannelBuffered(id, bytes) => {
                self.with_connection(id, |swarm, shared| swarm.channel_buffered(id, bytes, shared));
            }
            Input::ConnectionClosed(id, by) => {
                self.shared.connections.end_spare(id);
                self.with_connection(id, |swarm, shared| swarm.connection_closed(id, by, shared));
            }
            Input::PieceRead(torrent, piece, bytes) => {
                self.with_swarm(torrent, |swarm, shared| swarm.piece_read(piece, bytes, shared));
            }
            Input::PieceWritten(torrent, piece, result) => {
                self.with_swarm(torrent, |swarm, shared| swarm.piece_written(piece, result, shared));
            }
            Input::FetchAnswered(id, answer) => {
                self.with_fetch(id, |swarm, shared| swarm.fetch_answered(id, answer, shared));
            }
            Input::FetchBytes(id, bytes) => self.with_fetch(id, |swarm, shared| swarm.fetch_bytes(id, &bytes, shared)),
            Input::FetchEnded(id, how) => self.with_fetch(id, |swarm, shared| swarm.fetch_ended(id, how, shared)),
            Input::Timeout => self.handle_timeout(),
        }
        Ok(())
    }

    /// The next thing to do outside; `None` when all is said.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.shared.out.pop_front()
    }

    /// When [`Input::Timeout`] is wanted next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let torrents = self.schedule.first().map(|(at, _)| *at);
        let Shared { trackers, lanes, connections, .. } = &self.shared;
        let others = [trackers.poll_timeout(), lanes.poll_timeout(), connections.poll_timeout()];
        others.into_iter().chain([torrents]).flatten().min()
    }

    /// How far a torrent has come.
    pub fn status(&self, info_hash: &InfoHash) -> Option<Status> {
        self.swarms.get(info_hash).map(|swarm| swarm.status(&self.shared))
    }

    /// How far every torrent has come, ordered by infohash.
    pub fn statuses(&self) -> Vec<Status> {
        self.swarms.values().map(|swarm| swarm.status(&self.shared)).collect()
    }

    /// What is new about the torrents since the last time: how far each has come, or `None` when it is gone. Costs nothing for
    /// those that nothing happened to.
    pub fn news(&mut self) -> Vec<(InfoHash, Option<Status>)> {
        let touched = std::mem::take(&mut self.touched);
        let news: Vec<_> = touched.into_iter().map(|torrent| (torrent, self.status(&torrent))).collect();
        // Rates sink without anything happening.
        let moving = |status: &Status| status.down_rate > 0 || status.up_rate > 0;
        let moving = news.iter().filter(|(_, status)| status.as_ref().is_some_and(moving));
        self.touched.extend(moving.map(|(torrent, _)| *torrent));
        news
    }

    /// What is held in memory now.
    pub fn footprint(&self) -> Footprint {
        let empty = Footprint {
            connections: self.shared.connections.len(),
            cached_bytes: self.shared.cache.bytes(),
            ..Footprint::default()
        };
        self.swarms.values().fold(empty, |sum, swarm| {
            let (queued_requests, unsent_bytes, held_bytes) = swarm.footprint();
            Footprint {
                queued_requests: sum.queued_requests + queued_requests,
                unsent_bytes: sum.unsent_bytes + unsent_bytes,
                held_bytes: sum.held_bytes + held_bytes,
                ..sum
            }
        })
    }

    fn handle_command(&mut self, command: Command) -> Result<(), Error> {
        match command {
            Command::Add(torrent) => return self.add(torrent),
            Command::Remove(torrent) => self.remove(torrent)?,
            Command::Erase(torrent) => {
                self.remove(torrent)?;
                self.shared.out.push_back(Output::ErasePieces(torrent));
            }
            Command::Pause(torrent) => {
                self.require(torrent)?;
                self.with_swarm(torrent, Swarm::pause);
            }
            Command::Resume(torrent) => {
                self.require(torrent)?;
                self.with_swarm(torrent, Swarm::resume);
            }
            Command::Select(torrent, bytes, stored) => {
                self.require(torrent)?;
                self.with_swarm(torrent, |swarm, shared| swarm.select(&bytes, &stored, shared));
            }
            Command::WantSoon(torrent, bytes) => {
                self.require(torrent)?;
                self.with_swarm(torrent, |swarm, shared| swarm.want_soon(bytes, shared));
            }
            Command::Limit(torrent, limits) => {
                let now = self.shared.now;
                match torrent {
                    Some(torrent) => {
                        self.require(torrent)?;
                        self.with_swarm(torrent, |swarm, _| swarm.buckets.set(now, limits));
                    }
                    None => self.shared.lanes.set(now, limits),
                }
                self.shared.lanes.retry(now);
            }
            Command::NetworkChanged => {
                self.drop_spares();
                let (trackers, mut around) = self.shared.split();
                let probes = trackers.network_changed(&mut around);
                for torrent in self.swarms.keys().copied().collect::<Vec<_>>() {
                    let probes: Vec<TrackerId> =
                        probes.iter().filter(|(_, of)| *of == torrent).map(|(tracker, _)| *tracker).collect();
                    self.with_swarm(torrent, |swarm, shared| swarm.network_changed(&probes, shared));
                }
            }
            Command::Scrape(torrents, urls) => {
                let (trackers, mut around) = self.shared.split();
                urls.iter().for_each(|url| trackers.scrape(url, &torrents, &mut around));
            }
            Command::Prepare(urls) => {
                // Sockets first: they open while the offers are made.
                let (trackers, mut around) = self.shared.split();
                urls.iter().for_each(|url| trackers.hold_open(url, &mut around));
                let made = self.shared.connections.prepare(self.shared.now, &mut self.shared.rng);
                self.shared.out.extend(made.into_iter().map(Output::MakeOffer));
            }
            Command::Shutdown => {
                self.drop_spares();
                self.shared.trackers.disperse();
                for torrent in self.swarms.keys().copied().collect::<Vec<_>>() {
                    self.with_swarm(torrent, Swarm::pause);
                }
                self.touched.extend(std::mem::take(&mut self.swarms).into_keys());
                self.schedule.clear();
            }
        }
        Ok(())
    }

    fn add(&mut self, torrent: AddTorrent) -> Result<(), Error> {
        let AddTorrent { info_hash, trackers, info, have, wanted, more_trackers, web_seeds } = torrent;
        if !self.swarms.contains_key(&info_hash) {
            if self.swarms.len() >= MAX_TORRENTS {
                return Err(Error::TooManyTorrents);
            }
            let info = info.map(|raw| parse_info(info_hash, &raw)).transpose()?;
            self.swarms.insert(info_hash, Swarm::new(info_hash, info, have, wanted, &mut self.shared));
        }
        self.with_swarm(info_hash, |swarm, shared| {
            swarm.add_web_seeds(web_seeds, shared);
            swarm.add_trackers(trackers, more_trackers, shared);
        });
        Ok(())
    }

    fn remove(&mut self, torrent: InfoHash) -> Result<(), Error> {
        self.require(torrent)?;
        self.with_swarm(torrent, Swarm::pause);
        self.shared.cache.forget(|of, _| of == torrent);
        self.touched.insert(torrent);
        if let Some(at) = self.swarms.remove(&torrent).and_then(|swarm| swarm.scheduled) {
            self.schedule.remove(&(at, torrent));
        }
        Ok(())
    }

    fn drop_spares(&mut self) {
        for id in self.shared.connections.take_spares(None) {
            self.shared.close(id);
        }
    }

    fn handle_socket_opened(&mut self, socket: SocketId) {
        let (trackers, mut around) = self.shared.split();
        let Some((tracker, users)) = trackers.opened(socket, &mut around) else { return };
        for torrent in users {
            let waited_for = self.swarms.get(&torrent).is_some_and(|swarm| !swarm.is_complete());
            self.shared.trackers.line_up(tracker, torrent, waited_for);
        }
    }

    fn handle_socket_message(&mut self, socket: SocketId, text: &str) {
        let Some(tracker) = self.shared.trackers.heard(socket, self.shared.now) else { return };
        match TrackerMessage::parse(text) {
            Ok(TrackerMessage::Announce(reply)) => {
                self.with_swarm(reply.info_hash, |swarm, shared| swarm.announce_reply(tracker, reply, shared));
            }
            Ok(TrackerMessage::Offer(offer)) => self.with_relayed(offer, |swarm, offer, shared| {
                swarm.offer_received(tracker, socket, offer, shared);
            }),
            Ok(TrackerMessage::Answer(answer)) => self.with_relayed(answer, |swarm, answer, shared| {
                swarm.answer_received(tracker, answer, shared);
            }),
            Ok(TrackerMessage::Failure { reason, info_hash: Some(torrent) }) => {
                self.with_swarm(torrent, |swarm, shared| swarm.announce_failed(tracker, reason, shared.now));
            }
            Ok(TrackerMessage::Failure { reason, info_hash: None }) => {
                let (trackers, mut around) = self.shared.split();
                trackers.complain(tracker, reason, &mut around);
            }
            Ok(TrackerMessage::Scrape(reply)) => {
                let (trackers, mut around) = self.shared.split();
                for (torrent, counts) in trackers.scraped(tracker, reply, &mut around).files {
                    self.with_swarm(torrent, |swarm, _| swarm.scraped(counts));
                }
            }
            // A broken message is the tracker's problem.
            Err(_) => {}
        }
    }

    fn handle_socket_closed(&mut self, socket: SocketId) {
        let (trackers, mut around) = self.shared.split();
        if let Some(lost) = trackers.closed(socket, &mut around) {
            self.tracker_lost(lost);
        }
    }

    fn tracker_lost(&mut self, (tracker, users): (TrackerId, Vec<InfoHash>)) {
        for torrent in users {
            self.with_swarm(torrent, |swarm, shared| swarm.tracker_lost(tracker, shared));
        }
    }

    fn handle_timeout(&mut self) {
        self.go_round();
        let (trackers, mut around) = self.shared.split();
        for changed in trackers.handle_timeout(&mut around) {
            self.tracker_lost(changed);
        }
        let now = self.shared.now;
        for id in self.shared.connections.take_spares(Some(now)) {
            self.shared.close(id);
        }
        let due: Vec<InfoHash> =
            self.schedule.iter().take_while(|(at, _)| *at <= now).map(|(_, torrent)| *torrent).collect();
        for torrent in due {
            self.with_swarm(torrent, Swarm::handle_timeout);
        }
    }

    /// Gives everybody who waits for tokens a turn, one block each, until there are none left.
    fn go_round(&mut self) {
        let now = self.shared.now;
        for direction in [Direction::Down, Direction::Up] {
            if self.shared.lanes.of(direction).due.is_none_or(|due| due > now) {
                continue;
            }
            let mut line = self.shared.lanes.of(direction).call();
            while let Some(id) = line.pop_front() {
                let mut wants_more = false;
                self.with_connection(id, |swarm, shared| wants_more = swarm.take_turn(direction, id, shared));
                line.extend(wants_more.then_some(id));
            }
        }
    }

    fn with_relayed(&mut self, relayed: Relayed, act: impl FnOnce(&mut Swarm, Relayed, &mut Shared)) {
        self.with_swarm(relayed.info_hash, |swarm, shared| act(swarm, relayed, shared));
    }

    /// Lets the torrent of a connection act. Connections that are gone have none.
    fn with_connection(&mut self, id: ConnectionId, act: impl FnOnce(&mut Swarm, &mut Shared)) {
        if let Some(torrent) = self.shared.connections.torrent(id) {
            self.with_swarm(torrent, act);
        }
    }

    /// Lets the torrent of a request act. Requests that were aborted have none.
    fn with_fetch(&mut self, id: FetchId, act: impl FnOnce(&mut Swarm, &mut Shared)) {
        if let Some((_, torrent)) = self.shared.fetches.iter().find(|(known, _)| *known == id) {
            self.with_swarm(*torrent, act);
        }
    }

    /// Lets a torrent act, then sends what it said and notes when it wants to be called.
    fn with_swarm(&mut self, torrent: InfoHash, act: impl FnOnce(&mut Swarm, &mut Shared)) {
        let Some(swarm) = self.swarms.get_mut(&torrent) else { return };
        act(swarm, &mut self.shared);
        swarm.settle(&mut self.shared);
        self.touched.insert(torrent);
        let at = swarm.poll_timeout();
        if at != swarm.scheduled {
            if let Some(before) = std::mem::replace(&mut swarm.scheduled, at) {
                self.schedule.remove(&(before, torrent));
            }
            self.schedule.extend(at.map(|at| (at, torrent)));
        }
    }

    fn require(&self, torrent: InfoHash) -> Result<(), Error> {
        if self.swarms.contains_key(&torrent) { Ok(()) } else { Err(Error::UnknownTorrent(torrent)) }
    }
}

fn parse_info(info_hash: InfoHash, raw: &[u8]) -> Result<Info, Error> {
    let info = Info::parse(raw).map_err(|error| Error::Metadata(info_hash, error.to_string()))?;
    if info.info_hash() == info_hash {
        Ok(info)
    } else {
        Err(Error::Metadata(info_hash, "it belongs to another torrent".to_owned()))
    }
}
