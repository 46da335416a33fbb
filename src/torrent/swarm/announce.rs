//! When a torrent announces itself to one tracker, and what it says.

use std::time::Duration;

use super::super::limits::{
    DEFAULT_INTERVAL, FIRST_OFFERS, FIRST_RETRY, GATHER_TIMEOUT, IDLE_BEAT, MAX_INTERVAL, MAX_TRACKERS_PER_TORRENT,
    MIN_ANNOUNCE_GAP, SECOND_TRY, SEEDER_PATIENCE,
};
use super::super::peer::Peer;
use super::super::pieces::Pieces;
use super::super::rng::Rng;
use super::super::session::Shared;
use super::super::tracker::{self, AnnounceEvent, AnnounceReply, ClientMessage, MAX_OFFERS, UNKNOWN_LEFT};
use super::super::trackers::{TrackerId, canonical};
use super::super::{ConnectionId, Instant};
use super::Swarm;
use super::meeting::HalfOpen;

/// One torrent at one tracker.
#[derive(Debug)]
pub(super) struct Announce {
    pub(super) tracker: TrackerId,
    /// The tracker's socket is open, and this torrent's turn has come on it.
    open: bool,
    /// `started` went out on the current socket.
    started: bool,
    /// An announce is on its way out: it leaves when its offers are ready, or then.
    preparing: Option<Instant>,
    /// The next announce.
    due: Option<Instant>,
    /// A seeder that nobody reached makes offers then.
    reach_at: Option<Instant>,
    /// The next announce of a seeder carries offers.
    reaching: bool,
    last_sent: Option<Instant>,
    /// An announce went out that was not replied to.
    waiting: bool,
    /// The last announce carried fewer offers than it should have; they are still being made.
    short: bool,
    /// The offers went to somebody who has it. If nothing comes of that, others follow then.
    again_at: Option<Instant>,
    /// The offers of the last announce, in its order.
    offered: Vec<ConnectionId>,
    /// How often nobody was found.
    retries: u32,
    interval: Duration,
    /// What the tracker wants to pass between two announces at least.
    min_interval: Duration,
    pub(super) complete: Option<u32>,
    pub(super) incomplete: Option<u32>,
    pub(super) message: Option<String>,
}

impl Announce {
    fn new(tracker: TrackerId) -> Self {
        Self {
            tracker,
            open: false,
            started: false,
            preparing: None,
            due: None,
            reach_at: None,
            reaching: false,
            last_sent: None,
            waiting: false,
            short: false,
            again_at: None,
            offered: Vec::new(),
            retries: 0,
            interval: DEFAULT_INTERVAL,
            min_interval: Duration::ZERO,
            complete: None,
            incomplete: None,
            message: None,
        }
    }

    /// Peers that the tracker counts besides ourselves.
    fn others(&self) -> Option<u32> {
        Some(self.complete?.saturating_add(self.incomplete?).saturating_sub(1))
    }

    /// The next announce comes no later than `at`, but keeps its distance from the last.
    fn hurry(&mut self, at: Instant) {
        let at = self.last_sent.map_or(at, |sent| at.max(sent + MIN_ANNOUNCE_GAP));
        self.due = Some(self.due.map_or(at, |due| due.min(at)));
    }

    fn backoff(&self, longest: Duration) -> Duration {
        (FIRST_RETRY * (1 << self.retries.min(8))).max(self.min_interval).min(longest)
    }
}

impl Swarm {
    /// Takes in trackers that are not known yet, and announces there. `more` are not the torrent's own, and come first.
    pub(in super::super) fn add_trackers(&mut self, own: Vec<String>, more: Vec<String>, shared: &mut Shared) {
        // Those of other kinds, which links are full of, take no place.
        let known = |urls: Vec<String>| urls.iter().filter_map(|url| canonical(url)).collect::<Vec<_>>();
        let own = known(own);
        let more = self.allowed_besides(known(more), &own);
        for url in more.into_iter().chain(own) {
            if self.urls.len() < MAX_TRACKERS_PER_TORRENT && !self.urls.contains(&url) {
                self.urls.push(url);
            }
        }
        if self.is_running() {
            self.join_trackers(shared);
        }
    }

    pub(super) fn join_trackers(&mut self, shared: &mut Shared) {
        for url in self.urls.clone() {
            let Some(tracker) = shared.join_tracker(&url, self.info_hash) else { continue };
            if self.announces.iter().all(|announce| announce.tracker != tracker) {
                self.announces.push(Announce::new(tracker));
                shared.trackers.line_up(tracker, self.info_hash, !self.is_complete());
                // Offers are gathered while the socket opens.
                self.prepare(tracker, shared);
            }
        }
    }

    pub(super) fn leave_trackers(&mut self, shared: &mut Shared) {
        self.announce_all(Some(AnnounceEvent::Stopped), shared);
        for announce in std::mem::take(&mut self.announces) {
            shared.leave_tracker(announce.tracker, self.info_hash);
        }
    }

    /// Leaves those that are not to be used any more.
    pub(super) fn leave_unlisted_trackers(&mut self, shared: &mut Shared) {
        let is_listed = |tracker: TrackerId, shared: &Shared| {
            self.urls.iter().any(|url| url.strip_suffix('/').unwrap_or(url) == shared.trackers.url(tracker))
        };
        let unlisted = self.announces.iter().filter(|announce| !is_listed(announce.tracker, shared));
        for (tracker, started) in unlisted.map(|it| (it.tracker, it.started)).collect::<Vec<_>>() {
            if started {
                self.send_announce(tracker, Some(AnnounceEvent::Stopped), shared);
            }
            self.recall_offers(tracker, shared);
            self.announces.retain(|announce| announce.tracker != tracker);
            shared.leave_tracker(tracker, self.info_hash);
        }
    }

    pub(in super::super) fn tracker_opened(&mut self, tracker: TrackerId, shared: &mut Shared) {
        if let Some(announce) = self.announce_mut(tracker) {
            announce.open = true;
            (announce.started, announce.waiting, announce.last_sent) = (false, false, None);
        }
        self.prepare(tracker, shared);
    }

    pub(in super::super) fn tracker_lost(&mut self, tracker: TrackerId, shared: &mut Shared) {
        if let Some(announce) = self.announce_mut(tracker) {
            (announce.open, announce.started, announce.waiting) = (false, false, false);
            (announce.due, announce.reach_at, announce.again_at) = (None, None, None);
            announce.offered.clear();
        }
        self.recall_offers(tracker, shared);
    }

    /// The network may have changed: whoever looks for somebody looks at once, and somebody has to make each tracker answer.
    pub(in super::super) fn network_changed(&mut self, probes: &[TrackerId], shared: &mut Shared) {
        self.retry_web_seeds();
        let needy = self.is_needy();
        if needy {
            self.drop_unanswered(shared);
        }
        for announce in self.announces.iter_mut().filter(|announce| announce.open) {
            if needy || probes.contains(&announce.tracker) {
                announce.retries = 0;
                announce.hurry(shared.now);
            }
        }
        self.announces_due(shared);
    }

    /// A peer was found: the search begins anew when it is lost.
    pub(super) fn found_somebody(&mut self) {
        self.announces.iter_mut().for_each(|announce| {
            announce.retries = 0;
            announce.reach_at = None;
        });
    }

    /// A peer was lost, could not be reached, or serves too little: whoever has too few others looks for more.
    pub(super) fn look_again(&mut self, shared: &mut Shared) {
        if !self.wants_peers(shared.now) {
            return;
        }
        for announce in self.announces.iter_mut().filter(|announce| announce.started && announce.preparing.is_none()) {
            let at = announce.last_sent.map_or(shared.now, |sent| sent + announce.backoff(announce.interval));
            announce.hurry(at.max(shared.now));
        }
    }

    /// Gets the offers of the next announce ready, then sends it.
    fn prepare(&mut self, tracker: TrackerId, shared: &mut Shared) {
        if !self.is_running() {
            return;
        }
        let wanted = self.offers_wanted(tracker, shared.now);
        self.make_offers(tracker, wanted, shared);
        if let Some(announce) = self.announce_mut(tracker) {
            announce.due = None;
            // While the socket opened, time has passed already.
            announce.preparing.get_or_insert(shared.now + GATHER_TIMEOUT);
        }
        self.send_prepared(tracker, shared);
    }

    /// Sends the announce that is being prepared, if nothing is waited for.
    pub(super) fn send_prepared(&mut self, tracker: TrackerId, shared: &mut Shared) {
        let gathering = self.is_gathering(tracker);
        let now = shared.now;
        let Some(announce) = self.announce_mut(tracker) else { return };
        if announce.open && announce.preparing.is_some_and(|until| !gathering || until <= now) {
            self.send_announce(tracker, None, shared);
        }
    }

    /// Says `event` wherever `started` was said.
    pub(super) fn announce_all(&mut self, event: Option<AnnounceEvent>, shared: &mut Shared) {
        for tracker in self.announces.iter().map(|announce| announce.tracker).collect::<Vec<_>>() {
            if self.announce_mut(tracker).is_some_and(|announce| announce.started) {
                self.send_announce(tracker, event, shared);
            } else {
                self.send_prepared(tracker, shared);
            }
        }
    }

    fn send_announce(&mut self, tracker: TrackerId, event: Option<AnnounceEvent>, shared: &mut Shared) {
        let now = shared.now;
        let wanted = if event.is_some() { 0 } else { self.offers_wanted(tracker, now) };
        let offers = self.take_ready_offers(tracker, wanted, now);
        let looking = self.wants_peers(now);
        let left = self.left();
        let (uploaded, downloaded, info_hash) = (self.up.total(), self.down.total(), self.info_hash);
        let Some(announce) = self.announce_mut(tracker) else { return };
        let Some(peer_id) = shared.trackers.peer_id(tracker) else { return };
        let message = ClientMessage::Announce(tracker::Announce {
            info_hash,
            peer_id,
            event: event.or((!announce.started).then_some(AnnounceEvent::Started)),
            uploaded,
            downloaded,
            left,
            numwant: offers.len() as u32,
            offers: offers.iter().map(|(_, offer)| offer.clone()).collect(),
            tracker_id: shared.trackers.tracker_id(tracker),
        });
        if !shared.trackers.send(tracker, message.to_json(), &mut shared.out) {
            return;
        }
        announce.started = true;
        announce.preparing = None;
        announce.reaching = false;
        announce.waiting = true;
        announce.last_sent = Some(now);
        announce.short = offers.len() < wanted;
        announce.offered = offers.into_iter().map(|(id, _)| id).collect();
        announce.due = Some(if looking {
            now + shared.rng.jitter(announce.backoff(announce.interval))
        } else {
            next_idle(now, announce.interval, &mut shared.rng)
        });
        announce.retries += u32::from(looking);
    }

    /// The offers that the next announce should carry.
    fn offers_wanted(&self, tracker: TrackerId, now: Instant) -> usize {
        let Some(announce) = self.announces.iter().find(|announce| announce.tracker == tracker) else { return 0 };
        let wanted = if !self.is_running() {
            0
        } else if self.is_complete() {
            announce.incomplete.filter(|_| announce.reaching).unwrap_or(0)
        } else if self.wants_peers(now) {
            announce.others().map_or(FIRST_OFFERS as u32, |others| others.max(1))
        } else {
            0
        };
        (wanted as usize).min(MAX_OFFERS)
    }

    pub(super) fn left(&self) -> u64 {
        // What is not wanted is not left to be fetched (BEP 3).
        let missing = |pieces: &Pieces| pieces.wanted_bytes() - pieces.have_bytes();
        self.pieces.as_ref().map_or(UNKNOWN_LEFT, missing)
    }

    pub(in super::super) fn announce_reply(&mut self, tracker: TrackerId, reply: AnnounceReply, shared: &mut Shared) {
        let interval = shared.trackers.learn(tracker, reply.reannounce_after_s(), reply.tracker_id, shared.now);
        let min_interval = Duration::from_secs(reply.min_interval_s.unwrap_or(0).into());
        let (looking, complete) = (self.wants_peers(shared.now), self.is_complete());
        let has_seed = self.has_seed(shared.now);
        let has_listener = self.peers.values().any(|peer| peer.is_ready() && !peer.availability.is_seed());
        let now = shared.now;
        let Some(announce) = self.announce_mut(tracker) else { return };
        announce.interval = interval;
        announce.min_interval = min_interval.min(interval);
        let before = announce.incomplete;
        announce.complete = reply.complete.or(announce.complete).or(Some(0));
        announce.incomplete = reply.incomplete.or(announce.incomplete).or(Some(0));
        announce.message = reply.warning;
        let asked = std::mem::take(&mut announce.waiting);
        if !looking && let Some(sent) = announce.last_sent {
            announce.due = Some(next_idle(sent.max(now), interval, &mut shared.rng));
        }
        let carried = std::mem::take(&mut announce.offered);
        // The tracker handed out as many offers as there are others; the rest is still good.
        let surplus = announce.others().map_or(carried.len(), |others| others as usize).min(carried.len());
        let seeds_there = announce.complete.is_some_and(|count| count > 0);
        if complete && announce.incomplete.is_some_and(|count| count > 0) && !has_listener {
            if before == Some(0) {
                announce.retries = 0;
            }
            let pause = if announce.retries == 0 { SEEDER_PATIENCE } else { announce.backoff(MAX_INTERVAL) };
            announce.reach_at.get_or_insert(now + pause);
        } else if self.is_running() && !complete && !has_seed && seeds_there && (!asked || carried.is_empty()) {
            // Somebody who has it came after our offers went round, or before we made any.
            if let Some(announce) = self.announce_mut(tracker) {
                announce.retries = 0;
                announce.hurry(now);
            }
        }
        if let Some(announce) = self.announce_mut(tracker).filter(|_| asked && looking && seeds_there && surplus > 0) {
            // Each time nothing came of it, it takes longer.
            let pause = SECOND_TRY * (1 << announce.retries.saturating_sub(1).min(8));
            announce.again_at = Some(now + pause.max(announce.min_interval));
        }
        if asked {
            self.handed_on(&carried[..surplus]);
            self.reuse_offers(&carried[surplus..], now);
        }
        self.announces_due(shared);
    }

    /// A tracker refused something, about this torrent or about none in particular.
    pub(in super::super) fn announce_failed(&mut self, tracker: TrackerId, reason: String, now: Instant) {
        let Some(announce) = self.announce_mut(tracker) else { return };
        announce.message = Some(reason);
        // When it is the announce that was refused, its offers reached nobody.
        if std::mem::take(&mut announce.waiting) {
            let carried = std::mem::take(&mut announce.offered);
            self.reuse_offers(&carried, now);
        }
    }

    pub(super) fn announces_due(&mut self, shared: &mut Shared) {
        let now = shared.now;
        let passed = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        let meeting = self.half_open.values().any(HalfOpen::is_connecting) || !self.wants_peers(now);
        for tracker in self.announces.iter().map(|announce| announce.tracker).collect::<Vec<_>>() {
            let has_listener = self.peers.values().any(Peer::is_ready);
            let Some(announce) = self.announce_mut(tracker).filter(|announce| announce.open) else { continue };
            if passed(announce.reach_at) {
                announce.reach_at = None;
                announce.reaching = !has_listener;
                announce.retries += 1;
                if announce.reaching {
                    announce.hurry(now);
                }
            }
            if passed(announce.again_at) {
                announce.again_at = None;
                if !meeting {
                    announce.hurry(now);
                }
            }
            let (due, prepared) = (passed(announce.due), passed(announce.preparing));
            if due {
                self.prepare(tracker, shared);
            } else if prepared {
                self.send_prepared(tracker, shared);
            }
        }
    }

    pub(super) fn announce_deadline(&self) -> Option<Instant> {
        // What a closed socket holds up waits for the socket, not for the clock.
        let open = self.announces.iter().filter(|announce| announce.open);
        open.flat_map(|announce| [announce.due, announce.preparing, announce.reach_at, announce.again_at])
            .flatten()
            .min()
    }

    /// An offer is ready that the last announce should have carried.
    pub(super) fn offer_came_late(&mut self, tracker: TrackerId, now: Instant) {
        if let Some(announce) = self.announce_mut(tracker).filter(|announce| announce.short) {
            announce.short = false;
            announce.hurry(now);
        }
    }

    fn announce_mut(&mut self, tracker: TrackerId) -> Option<&mut Announce> {
        self.announces.iter_mut().find(|announce| announce.tracker == tracker)
    }
}

/// When to announce next, after `sent`, when nobody waits for it. Never much later than the tracker expects.
fn next_idle(sent: Instant, interval: Duration, rng: &mut Rng) -> Instant {
    (sent + rng.jitter(interval)).on_beat(IDLE_BEAT.min(interval / 20))
}
