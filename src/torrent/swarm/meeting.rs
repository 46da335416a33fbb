//! How two devices meet: offers and answers that a tracker carries, until a channel is open between them.

use super::super::connections::Standing;
use super::super::encounter::Record;
use super::super::limits::{
    ALIVE, ENOUGH_PEERS, FIRST_RETRY, HANDSHAKE_TIMEOUT, MAX_PEERS_PER_TORRENT, MAX_UNANSWERED, OFFER_TIMEOUT,
    PREPARED_OFFER, SLOW,
};
use super::super::peer::{Availability, Peer};
use super::super::session::Shared;
use super::super::tracker::{self, ClientMessage, MAX_OFFERS_LEN, Offer, OfferId, Relayed};
use super::super::trackers::TrackerId;
use super::super::{ConnectionId, Instant, Output, Parting, PeerId, SocketId, Stage};
use super::{NO_PATH, Swarm, metadata};

/// A connection that is not open yet.
#[derive(Debug)]
pub(super) struct HalfOpen {
    tracker: TrackerId,
    pub(super) offer_id: OfferId,
    /// How the tracker calls the other side, once there is one.
    pub(super) peer: Option<PeerId>,
    state: State,
    /// It has to get on by then.
    deadline: Instant,
    /// The tracker found somebody for our offer.
    handed_on: bool,
    pub(super) record: Record,
}

#[derive(Debug)]
enum State {
    /// Our offer is being made.
    Gathering,
    /// Our offer waits for an announce.
    Ready { sdp: String },
    /// Our offer went out. Kept, because a tracker drops offers that it has no peer for, and they can go out again.
    Offered { sdp: String },
    /// The answer to their offer is being made; it belongs on the socket that the offer came from.
    Answering { socket: SocketId },
    /// Both descriptions are exchanged.
    Connecting { ours: bool },
}

impl HalfOpen {
    /// Whether the offer was ours.
    pub(super) fn is_ours(&self) -> bool {
        !matches!(self.state, State::Answering { .. } | State::Connecting { ours: false })
    }

    /// Our offer is made.
    fn is_described(&mut self, sdp: String, now: Instant) {
        self.record.we_said(&sdp);
        self.state = State::Ready { sdp };
        self.deadline = now + PREPARED_OFFER;
    }

    /// Whether nobody took it up yet.
    pub(super) fn is_unanswered(&self) -> bool {
        matches!(self.state, State::Gathering | State::Ready { .. } | State::Offered { .. })
    }

    pub(super) fn is_connecting(&self) -> bool {
        !self.is_unanswered()
    }

    /// What it has waited for in vain at its deadline; nothing worth telling when the offer reached nobody.
    fn missed(&self) -> Option<Parting> {
        match self.state {
            State::Gathering => Some(Parting::Setup),
            State::Ready { .. } => None,
            State::Offered { .. } => self.handed_on.then_some(Parting::NoAnswer),
            State::Answering { .. } => Some(Parting::Setup),
            State::Connecting { .. } => Some(Parting::NoChannel),
        }
    }
}

impl Swarm {
    /// Whether nobody is connected who could help.
    pub(super) fn is_needy(&self) -> bool {
        let helps = |peer: &Peer| match &self.pieces {
            Some(pieces) => match &peer.availability {
                Availability::Known(bits) => pieces.wants_from(bits),
                availability => availability.is_seed(),
            },
            None => peer.remote.as_ref().is_some_and(|remote| remote.metadata_size.is_some()),
        };
        self.is_running() && !self.is_complete() && !self.peers.values().any(|peer| peer.is_willing() && helps(peer))
    }

    /// Whether more peers would help: they are few, and nobody who has everything brings it soon.
    pub(super) fn wants_peers(&self, now: Instant) -> bool {
        let leeching = self.is_running() && !self.is_complete();
        let served = self.peers.values().any(|peer| self.is_served_by(peer));
        leeching && self.peers.len() < ENOUGH_PEERS && (!served || self.is_slow(now))
    }

    /// Whether the rest takes long at the rate of the last seconds.
    fn is_slow(&self, now: Instant) -> bool {
        let first_ask = self.peers.values().filter_map(|peer| peer.first_ask).min();
        let measured = first_ask.is_some_and(|first| now.saturating_since(first) >= SLOW);
        measured && self.left() / self.down.per_second(now).max(1) > SLOW.as_secs()
    }

    /// Whether a seed is connected, or somebody who may turn out to be one.
    pub(super) fn has_seed(&self, now: Instant) -> bool {
        let young = |peer: &Peer| {
            matches!(peer.availability, Availability::Silent) && now.saturating_since(peer.last_heard) < FIRST_RETRY
        };
        self.peers.values().any(|peer| self.is_served_by(peer) || young(peer))
    }

    /// Whether a peer alone can bring all that is missing. While that is the metadata, somebody who says to have everything and
    /// cannot tell what it is keeps nobody from looking on.
    fn is_served_by(&self, peer: &Peer) -> bool {
        peer.is_willing() && peer.availability.is_seed() && (self.pieces.is_some() || metadata::may_come_from(peer))
    }

    /// Makes offers until `wanted` are ready or on their way for this tracker.
    pub(super) fn make_offers(&mut self, tracker: TrackerId, wanted: usize, shared: &mut Shared) {
        let prepared =
            |half: &&HalfOpen| half.tracker == tracker && matches!(half.state, State::Gathering | State::Ready { .. });
        let ready = self.half_open.values().filter(prepared).count();
        let wanted = shared.connections.fair_share(wanted);
        for _ in ready..wanted {
            self.make_room(tracker, shared);
            let mut half = HalfOpen {
                tracker,
                offer_id: OfferId::new([0; 20]),
                peer: None,
                state: State::Gathering,
                deadline: shared.now + OFFER_TIMEOUT,
                handed_on: false,
                record: Record::new(true, shared.trackers.url(tracker)),
            };
            if let Some(spare) = shared.connections.adopt_spare(self.info_hash) {
                half.offer_id = spare.offer_id;
                if let Some(sdp) = spare.sdp {
                    half.is_described(sdp, shared.now);
                }
                self.half_open.insert(spare.id, half);
            } else if let Some(id) = shared.connections.begin(self.info_hash, Standing::Offering) {
                half.offer_id = OfferId::new(shared.rng.id());
                self.half_open.insert(id, half);
                shared.out.push_back(Output::MakeOffer(id));
            } else {
                return;
            }
        }
    }

    /// Withdraws the oldest offer if too many wait for answers.
    fn make_room(&mut self, tracker: TrackerId, shared: &mut Shared) {
        let waiting = |(_, half): &(&ConnectionId, &HalfOpen)| half.tracker == tracker && half.is_unanswered();
        let waiting: Vec<ConnectionId> = self.half_open.iter().filter(waiting).map(|(id, _)| *id).collect();
        if waiting.len() >= MAX_UNANSWERED {
            self.drop_half_open(waiting[0], Parting::Withdrawn, shared);
        }
    }

    pub(super) fn is_gathering(&self, tracker: TrackerId) -> bool {
        self.half_open.values().any(|half| half.tracker == tracker && matches!(half.state, State::Gathering))
    }

    pub(in super::super) fn offer_ready(&mut self, id: ConnectionId, sdp: String, shared: &mut Shared) {
        let Some(half) = self.half_open.get_mut(&id) else { return };
        if matches!(half.state, State::Gathering) {
            half.is_described(sdp, shared.now);
            let tracker = half.tracker;
            self.send_prepared(tracker, shared);
            if matches!(self.half_open.get(&id), Some(HalfOpen { state: State::Ready { .. }, .. })) {
                self.offer_came_late(tracker, shared.now);
            }
        }
    }

    /// Takes up to `wanted` offers that are ready; they count as sent from now on.
    pub(super) fn take_ready_offers(
        &mut self,
        tracker: TrackerId,
        wanted: usize,
        now: Instant,
    ) -> Vec<(ConnectionId, Offer)> {
        let ready = self.half_open.iter().filter(|(_, half)| half.tracker == tracker).filter_map(|(id, half)| {
            let State::Ready { sdp } = &half.state else { return None };
            Some((*id, Offer { offer_id: half.offer_id, sdp: sdp.clone() }))
        });
        let mut room = MAX_OFFERS_LEN;
        let fits = |(_, offer): &(ConnectionId, Offer)| {
            let length = offer.encoded_len();
            let fits = length <= room;
            room -= if fits { length } else { 0 };
            fits
        };
        // One that is too long for any announce stays behind and holds no other up.
        let offers: Vec<_> = ready.filter(fits).take(wanted).collect();
        for (id, offer) in &offers {
            if let Some(half) = self.half_open.get_mut(id) {
                half.record.reached(Stage::Offer, now);
                half.state = State::Offered { sdp: offer.sdp.clone() };
                half.deadline = now + OFFER_TIMEOUT;
            }
        }
        offers
    }

    /// The tracker had somebody for these offers.
    pub(super) fn handed_on(&mut self, ids: &[ConnectionId]) {
        for id in ids {
            if let Some(half) = self.half_open.get_mut(id) {
                half.handed_on = true;
            }
        }
    }

    /// These offers reached nobody: they can go out again, under the same name.
    pub(super) fn reuse_offers(&mut self, ids: &[ConnectionId], now: Instant) {
        for id in ids {
            let Some(half) = self.half_open.get_mut(id) else { continue };
            if let State::Offered { sdp } = &mut half.state {
                half.state = State::Ready { sdp: std::mem::take(sdp) };
                half.deadline = now + PREPARED_OFFER;
            }
        }
    }

    /// The socket is gone, and with it all answers that were to come through it.
    pub(super) fn recall_offers(&mut self, tracker: TrackerId, shared: &mut Shared) {
        let of_tracker = |(_, half): &(&ConnectionId, &HalfOpen)| half.tracker == tracker;
        let ids: Vec<ConnectionId> = self.half_open.iter().filter(of_tracker).map(|(id, _)| *id).collect();
        self.reuse_offers(&ids, shared.now);
        for id in ids {
            if matches!(self.half_open.get(&id), Some(HalfOpen { state: State::Answering { .. }, .. })) {
                self.drop_half_open(id, Parting::Withdrawn, shared);
            }
        }
    }

    /// Offers that were made in another network lead nowhere.
    pub(super) fn drop_unanswered(&mut self, shared: &mut Shared) {
        let unanswered = self.half_open.iter().filter(|(_, half)| half.is_unanswered());
        for id in unanswered.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_half_open(id, Parting::Withdrawn, shared);
        }
    }

    /// Somebody offers a connection.
    pub(in super::super) fn offer_received(
        &mut self,
        tracker: TrackerId,
        socket: SocketId,
        offer: Relayed,
        shared: &mut Shared,
    ) {
        let from = offer.peer_id;
        let us = shared.trackers.peer_id(tracker) == Some(from);
        let connected =
            |peer: &Peer| peer.tracker_peer == Some(from) && shared.now.saturating_since(peer.last_heard) < ALIVE;
        // A second try may find a path where the first one hangs; more are a flood.
        let tries = self.half_open.values().filter(|half| half.peer == Some(from) && !half.is_ours()).count();
        // The same offer through two trackers, or twice through one, is one offer.
        let known = self.half_open.values().any(|half| half.offer_id == offer.offer_id);
        let already = self.peers.values().any(connected) || tries >= 2 || known;
        if !self.is_running() || us || already || !self.is_allowed(from, shared) {
            return;
        }
        if self.peers.len() >= MAX_PEERS_PER_TORRENT {
            return;
        }
        let Some(id) = shared.connections.begin(self.info_hash, Standing::Answering) else { return };
        let mut record = Record::new(false, shared.trackers.url(tracker));
        record.reached(Stage::Offer, shared.now);
        record.they_said(&offer.sdp);
        let half = HalfOpen {
            tracker,
            offer_id: offer.offer_id,
            peer: Some(from),
            state: State::Answering { socket },
            deadline: shared.now + HANDSHAKE_TIMEOUT,
            handed_on: true,
            record,
        };
        self.half_open.insert(id, half);
        shared.out.push_back(Output::AcceptOffer(id, offer.sdp));
    }

    pub(in super::super) fn answer_ready(&mut self, id: ConnectionId, sdp: String, shared: &mut Shared) {
        let left = self.left();
        let Some(half) = self.half_open.get_mut(&id) else { return };
        let State::Answering { socket } = half.state else { return };
        let names = shared.trackers.peer_id(half.tracker).zip(half.peer);
        let Some((peer_id, to_peer_id)) = names.filter(|_| shared.trackers.socket(half.tracker) == Some(socket)) else {
            return self.drop_half_open(id, Parting::Withdrawn, shared);
        };
        half.record.we_said(&sdp);
        half.record.reached(Stage::Answer, shared.now);
        half.state = State::Connecting { ours: false };
        half.deadline = shared.now + HANDSHAKE_TIMEOUT;
        let message = ClientMessage::Answer(tracker::Answer {
            info_hash: self.info_hash,
            peer_id,
            to_peer_id,
            offer_id: half.offer_id,
            sdp,
            left,
            tracker_id: shared.trackers.tracker_id(half.tracker),
        });
        shared.trackers.send(half.tracker, message.to_json(), &mut shared.out);
    }

    /// Somebody answers an offer of ours.
    pub(in super::super) fn answer_received(&mut self, tracker: TrackerId, answer: Relayed, shared: &mut Shared) {
        if shared.trackers.peer_id(tracker) == Some(answer.peer_id) {
            return;
        }
        let ours = |half: &HalfOpen| half.tracker == tracker && half.offer_id == answer.offer_id && half.is_ours();
        let found = self.half_open.iter_mut().find(|(_, half)| ours(half));
        let Some((id, half)) = found.map(|(id, half)| (*id, half)) else { return };
        if !matches!(half.state, State::Ready { .. } | State::Offered { .. }) {
            return;
        }
        half.state = State::Connecting { ours: true };
        half.peer = Some(answer.peer_id);
        half.record.they_said(&answer.sdp);
        half.record.reached(Stage::Answer, shared.now);
        half.deadline = shared.now + HANDSHAKE_TIMEOUT;
        if self.is_allowed(answer.peer_id, shared) {
            shared.out.push_back(Output::AcceptAnswer(id, answer.sdp));
        } else {
            self.drop_half_open(id, Parting::Banned, shared);
        }
    }

    pub(super) fn drop_half_open(&mut self, id: ConnectionId, why: Parting, shared: &mut Shared) {
        if let Some(half) = self.half_open.remove(&id) {
            shared.close(id);
            if half.is_connecting() {
                self.remember(id, &half.record, (0, 0), why, shared.now);
            }
        }
    }

    /// A connection never came to be.
    pub(super) fn half_open_ended(&mut self, half: &HalfOpen, shared: &mut Shared) {
        if half.is_connecting() {
            self.look_again(shared);
        } else {
            self.send_prepared(half.tracker, shared);
        }
    }

    pub(super) fn meeting_timeout(&mut self, shared: &mut Shared) {
        let late = self.half_open.iter().filter(|(_, half)| half.deadline <= shared.now);
        for id in late.map(|(id, _)| *id).collect::<Vec<_>>() {
            if let Some(half) = self.half_open.remove(&id) {
                shared.close(id);
                if let Some(mut why) = half.missed() {
                    // Where no candidate of the other side is usable, Chromium never says that ICE failed.
                    if why == Parting::NoChannel && !half.record.has_reached(Stage::Path) {
                        self.problem = Some(NO_PATH.to_owned());
                        why = Parting::NoPath(Some(half.record.no_path()));
                    }
                    self.remember(id, &half.record, (0, 0), why, shared.now);
                }
                self.half_open_ended(&half, shared);
            }
        }
        self.announces_due(shared);
    }

    pub(super) fn meeting_deadline(&self) -> Option<Instant> {
        self.half_open.values().map(|half| half.deadline).chain(self.announce_deadline()).min()
    }
}
