//! One torrent: its pieces, its peers, and its place at the trackers.
//!
//! The machine is one struct; its reactions lie by subject in the files beside this one: [`meeting`] finds peers through the
//! trackers, [`talk`] understands what they say, [`metadata`], [`download`], [`web_seeds`] and [`upload`] move the bytes,
//! [`select`] says which of them are wanted, [`report`] tells how it goes.

mod announce;
mod download;
mod meeting;
pub(super) mod metadata;
mod overtake;
mod pace;
mod report;
mod select;
mod talk;
mod upload;
mod web_seeds;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::limiter::Buckets;
use super::limits::{CHOKE_ROUND, HANDSHAKE_TIMEOUT, LINGER, MAX_PEERS_PER_TORRENT, MAX_REMEMBERED_PEERS};
use super::peer::{Peer, PeerTimer};
use super::pieces::Pieces;
use super::rate::Rate;
use super::session::Shared;
use super::timers::Timers;
use super::tracker::AnnounceEvent;
use super::web_seed::WebSeed;
use super::wire::{Handshake, Message};
use super::{
    Bitfield, ClosedBy, ConnectionId, Encounter, Event, Info, InfoHash, Instant, Output, Parting, PeerId, Phase,
    PieceIndex, Stage,
};
use announce::Announce;
use meeting::HalfOpen;

/// What a status says after ICE has failed. `Encounter` has the reason.
const NO_PATH: &str = "No network path was found between the two devices.";

/// Deadlines of the torrent itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum SwarmTimer {
    /// Choose anew who is served.
    Choke,
    /// See how the web seeds do.
    WebSeeds,
}

/// What people want of it, and what storage lets it do.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Activity {
    Running,
    Paused,
    Failed(String),
}

/// Why a connection is ended from here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nobody's fault.
    Quiet(Parting),
    /// They broke the protocol.
    Misbehaved(String),
    /// They sent false bytes: they are not let in again.
    Banned(String),
}

/// One torrent.
#[derive(Debug)]
pub(super) struct Swarm {
    info_hash: InfoHash,
    /// Known once the metadata is.
    pieces: Option<Pieces>,
    activity: Activity,
    /// The bytes that are wanted, as long as the pieces are not known.
    wanted: Option<Vec<Range<u64>>>,
    urls: Vec<String>,
    /// Those of them that are not the torrent's own.
    more_urls: Vec<String>,
    announces: Vec<Announce>,
    half_open: BTreeMap<ConnectionId, HalfOpen>,
    peers: BTreeMap<ConnectionId, Peer>,
    web_seeds: Vec<WebSeed>,
    banned: BTreeSet<PeerId>,
    /// Somebody said that it has the metadata, in the bytes that are being taken in.
    metadata_news: bool,
    /// False metadata was put together of what several peers said: each has to say all of it now.
    metadata_distrust: bool,
    /// Peers that got at least a block from here.
    served: BTreeSet<PeerId>,
    /// Those of them that became complete.
    delivered: BTreeSet<PeerId>,
    /// Pieces that storage is asked for.
    reading: BTreeSet<PieceIndex>,
    down: Rate,
    up: Rate,
    /// How fast this torrent may go.
    pub(super) buckets: Buckets,
    /// The peer that is served on trust, and for how many more rounds.
    optimistic: Option<(ConnectionId, u32)>,
    problem: Option<String>,
    /// What became of the last connections.
    ended: Vec<Encounter>,
    /// Devices that have all of it, as the trackers said when they were asked without joining.
    scraped: Option<u32>,
    /// The trackers know that it is complete, or it was from the beginning: that is said once.
    completion_told: bool,
    phase: (Phase, Instant),
    timers: Timers<SwarmTimer>,
    /// When the session will call; kept here so that its schedule can be mended.
    pub(super) scheduled: Option<Instant>,
}

impl Swarm {
    pub(super) fn new(
        info_hash: InfoHash,
        info: Option<Info>,
        have: Option<Bitfield>,
        wanted: Option<Vec<Range<u64>>>,
        shared: &mut Shared,
    ) -> Self {
        let mut swarm = Self {
            info_hash,
            pieces: info.map(|info| Pieces::new(info, wanted.as_deref(), have, &mut shared.rng)),
            wanted,
            activity: Activity::Running,
            urls: Vec::new(),
            more_urls: Vec::new(),
            announces: Vec::new(),
            half_open: BTreeMap::new(),
            peers: BTreeMap::new(),
            web_seeds: Vec::new(),
            banned: BTreeSet::new(),
            metadata_news: false,
            metadata_distrust: false,
            served: BTreeSet::new(),
            delivered: BTreeSet::new(),
            reading: BTreeSet::new(),
            down: Rate::default(),
            up: Rate::default(),
            buckets: Buckets::default(),
            optimistic: None,
            problem: None,
            ended: Vec::new(),
            scraped: None,
            completion_told: false,
            phase: (Phase::Connecting, shared.now),
            timers: Timers::new(),
            scheduled: None,
        };
        swarm.completion_told = swarm.is_complete();
        swarm
    }

    pub(super) fn is_complete(&self) -> bool {
        self.pieces.as_ref().is_some_and(Pieces::is_complete)
    }

    fn is_running(&self) -> bool {
        self.activity == Activity::Running
    }

    pub(super) fn pause(&mut self, shared: &mut Shared) {
        self.activity = Activity::Paused;
        self.leave(shared);
    }

    pub(super) fn resume(&mut self, shared: &mut Shared) {
        if !self.is_running() {
            self.activity = Activity::Running;
            self.problem = None;
            self.retry_web_seeds();
            self.join_trackers(shared);
        }
    }

    /// Ends every connection and says goodbye to every tracker.
    pub(super) fn leave(&mut self, shared: &mut Shared) {
        self.leave_trackers(shared);
        self.stop_web_seeds(shared);
        for id in self.half_open.keys().copied().collect::<Vec<_>>() {
            self.drop_half_open(id, Parting::Left, shared);
        }
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.end(id, Ending::Quiet(Parting::Left), shared);
        }
        self.timers.stop(SwarmTimer::Choke);
    }

    pub(super) fn want_soon(&mut self, bytes: Range<u64>, shared: &mut Shared) {
        if let Some(pieces) = &mut self.pieces {
            pieces.want_soon(bytes);
        }
        self.ask_all(shared);
        self.make_way(shared);
    }

    /// The torrent stops until somebody resumes it.
    fn fail(&mut self, why: String, shared: &mut Shared) {
        shared.event(Event::Failed(self.info_hash, why.clone()));
        self.activity = Activity::Failed(why);
        self.leave(shared);
    }

    pub(super) fn channel_opened(&mut self, id: ConnectionId, shared: &mut Shared) {
        if self.peers.len() >= MAX_PEERS_PER_TORRENT {
            return self.drop_half_open(id, Parting::Crowded, shared);
        }
        let Some(half) = self.half_open.remove(&id) else { return };
        shared.connections.opened(id);
        let mut peer = Peer::new(id, half.is_ours(), half.offer_id, half.peer, half.record, shared.now);
        peer.record.reached(Stage::Channel, shared.now);
        peer.timers.set(PeerTimer::Handshake, shared.now + HANDSHAKE_TIMEOUT);
        let mut handshake = Vec::with_capacity(Handshake::LEN);
        Handshake::new(self.info_hash, shared.handshake_id).encode(&mut handshake);
        peer.outbox.append(&handshake);
        self.peers.insert(id, peer);
    }

    pub(super) fn channel_buffered(&mut self, id: ConnectionId, bytes: usize, shared: &mut Shared) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.set_buffered(bytes, shared.now);
            self.serve(id, shared);
        }
    }

    pub(super) fn connection_closed(&mut self, id: ConnectionId, by: ClosedBy, shared: &mut Shared) {
        shared.connections.end(id);
        let half = self.half_open.remove(&id);
        let parting = match by {
            ClosedBy::IceFailed => Parting::NoPath(half.as_ref().map(|half| half.record.no_path())),
            ClosedBy::Setup => Parting::Setup,
            ClosedBy::Remote => Parting::Remote,
        };
        match &parting {
            Parting::NoPath(_) => self.problem = Some(NO_PATH.to_owned()),
            Parting::Setup => self.problem = Some("The browser could not set up the connection.".to_owned()),
            _ => {}
        }
        if let Some(peer) = self.peers.remove(&id) {
            self.remember(id, &peer.record, peer.moved(), parting, shared.now);
            self.forget_peer(&peer, shared);
        } else if let Some(half) = &half {
            self.remember(id, &half.record, (0, 0), parting, shared.now);
        }
        match half {
            Some(half) => self.half_open_ended(&half, shared),
            None => self.look_again(shared),
        }
    }

    /// Ends an open connection from here.
    fn end(&mut self, id: ConnectionId, why: Ending, shared: &mut Shared) {
        let Some(mut peer) = self.peers.remove(&id) else { return };
        peer.flush(shared.now, &mut shared.out);
        shared.close(id);
        let ban = matches!(why, Ending::Banned(_));
        if let (true, Some(remote)) = (ban, &peer.remote) {
            self.remember_banned(remote.peer_id);
            peer.tracker_peer.into_iter().for_each(|tracker_peer| self.remember_banned(tracker_peer));
        }
        let parting = match why {
            Ending::Quiet(parting) => parting,
            Ending::Misbehaved(how) | Ending::Banned(how) => {
                shared.event(Event::Misbehaved(self.info_hash, how.clone()));
                Parting::Misbehaved(how)
            }
        };
        self.remember(id, &peer.record, peer.moved(), parting, shared.now);
        self.forget_peer(&peer, shared);
        self.look_again(shared);
    }

    fn remember_banned(&mut self, peer: PeerId) {
        if self.banned.len() < MAX_REMEMBERED_PEERS {
            self.banned.insert(peer);
        }
    }

    /// What a peer that is gone had and was asked for belongs to others now.
    fn forget_peer(&mut self, peer: &Peer, shared: &mut Shared) {
        self.uncount(peer);
        if let Some(pieces) = &mut self.pieces {
            peer.asked.iter().for_each(|asked| pieces.give_back(peer.id, asked.request));
            pieces.release(peer.id);
        }
        self.pull_metadata(shared);
        self.ask_all(shared);
        if !peer.am_choking {
            self.fill_slots(shared);
        }
    }

    /// Both sides have everything that they want: the connection has done its work.
    fn part_if_done(&mut self, id: ConnectionId, shared: &mut Shared) {
        let done = self.is_complete() && self.peers.get(&id).is_some_and(Peer::wants_nothing);
        if done {
            self.end(id, Ending::Quiet(Parting::BothComplete), shared);
        }
    }

    /// Every wanted piece is here now.
    fn completed(&mut self, shared: &mut Shared) {
        shared.event(Event::Complete(self.info_hash));
        self.problem = None;
        self.stop_web_seeds(shared);
        if self.pieces.as_ref().is_some_and(|pieces| !pieces.is_whole()) {
            // No `have` tells the others that this is all that was wanted (BEP 21).
            for id in self.peers.keys().copied().collect::<Vec<_>>() {
                self.say_extended_handshake(id, shared);
            }
        }
        for peer in self.peers.values_mut().filter(|peer| peer.wants_nothing()) {
            peer.timers.set(PeerTimer::Linger, shared.now + LINGER);
        }
        for id in self.half_open.iter().filter(|(_, half)| half.is_unanswered()).map(|(id, _)| *id).collect::<Vec<_>>()
        {
            self.drop_half_open(id, Parting::Withdrawn, shared);
        }
        // A piece that was lost and came back is no second completion.
        let again = std::mem::replace(&mut self.completion_told, true);
        self.announce_all((!again).then_some(AnnounceEvent::Completed), shared);
    }

    pub(super) fn handle_timeout(&mut self, shared: &mut Shared) {
        while let Some(timer) = self.timers.expired(shared.now) {
            match timer {
                SwarmTimer::Choke => self.choke_round(shared),
                SwarmTimer::WebSeeds => self.web_seeds_tick(shared),
            }
        }
        self.meeting_timeout(shared);
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            while let Some(timer) = self.peers.get_mut(&id).and_then(|peer| peer.timers.expired(shared.now)) {
                self.peer_timeout(id, timer, shared);
            }
        }
    }

    fn peer_timeout(&mut self, id: ConnectionId, timer: PeerTimer, shared: &mut Shared) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        match timer {
            PeerTimer::Handshake => self.end(id, Ending::Quiet(Parting::NoHandshake), shared),
            PeerTimer::Silence => self.end(id, Ending::Quiet(Parting::Silent), shared),
            PeerTimer::Linger => self.end(id, Ending::Quiet(Parting::BothComplete), shared),
            PeerTimer::KeepAlive => peer.say(&Message::KeepAlive),
            PeerTimer::Tail => peer.probe_tail(shared.now),
            PeerTimer::Interested => self.repeat_interest(id, shared),
            PeerTimer::Snub => self.snub(id, shared),
            PeerTimer::Request => self.end(id, Ending::Quiet(Parting::Unhelpful), shared),
            PeerTimer::Ask => self.ask(id, shared),
            PeerTimer::Metadata => self.metadata_stalled(id, shared),
        }
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let peers = self.peers.values().filter_map(|peer| peer.timers.next());
        peers.chain(self.timers.next()).chain(self.meeting_deadline()).min()
    }

    /// The end of each step: sends what peers are to be told, and notes a change of phase.
    pub(super) fn settle(&mut self, shared: &mut Shared) {
        self.ask_web_seeds(shared);
        self.flush(shared);
        let stalled: Vec<ConnectionId> =
            self.peers.values().filter(|peer| peer.is_stalled()).map(|peer| peer.id).collect();
        if !stalled.is_empty() {
            stalled.into_iter().for_each(|id| self.end(id, Ending::Quiet(Parting::Stalled), shared));
            self.flush(shared);
        }
        if !self.peers.is_empty() && !self.timers.is_set(SwarmTimer::Choke) {
            self.timers.set(SwarmTimer::Choke, shared.now + CHOKE_ROUND);
        }
        let phase = self.current_phase(shared);
        if phase != self.phase.0 {
            self.phase = (phase, shared.now);
        }
    }

    fn flush(&mut self, shared: &mut Shared) {
        let complete = self.is_complete();
        for peer in self.peers.values_mut() {
            peer.note_progress(complete, shared.now);
            peer.flush(shared.now, &mut shared.out);
        }
    }

    fn is_allowed(&self, peer: PeerId, shared: &Shared) -> bool {
        peer != shared.handshake_id && !self.banned.contains(&peer)
    }

    fn send(&self, output: Output, shared: &mut Shared) {
        shared.out.push_back(output);
    }
}
