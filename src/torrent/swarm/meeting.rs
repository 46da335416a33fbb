//! How two devices meet: offers and answers that a tracker carries, until a channel is open between them.

use super::super::connections::Standing;
use super::super::limits::{
    ALIVE, ENOUGH_PEERS, FIRST_RETRY, HANDSHAKE_TIMEOUT, MAX_PEERS_PER_TORRENT, MAX_UNANSWERED, OFFER_TIMEOUT,
    PREPARED_OFFER, SLOW,
};
use super::super::peer::{Availability, Peer};
use super::super::session::Shared;
use super::super::tracker::{self, ClientMessage, Offer, OfferId, Relayed};
use super::super::trackers::TrackerId;
use super::super::{ConnectionId, Instant, Output, PeerId, SocketId};
use super::Swarm;
use super::announce::fitting;

/// A connection that is not open yet.
#[derive(Debug)]
pub(super) struct HalfOpen {
    tracker: TrackerId,
    pub(super) offer_id: OfferId,
    /// How the tracker calls the other side, once there is one.
    pub(super) peer: Option<PeerId>,
    stage: Stage,
    /// It has to get on by then.
    deadline: Instant,
}

#[derive(Debug)]
enum Stage {
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
        !matches!(self.stage, Stage::Answering { .. } | Stage::Connecting { ours: false })
    }

    /// Whether nobody took it up yet.
    pub(super) fn is_unanswered(&self) -> bool {
        matches!(self.stage, Stage::Gathering | Stage::Ready { .. } | Stage::Offered { .. })
    }

    pub(super) fn is_connecting(&self) -> bool {
        !self.is_unanswered()
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
        let served = self.peers.values().any(|peer| peer.is_willing() && peer.availability.is_seed());
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
        self.peers.values().any(|peer| peer.is_willing() && peer.availability.is_seed() || young(peer))
    }

    /// Makes offers until `wanted` are ready or on their way for this tracker.
    pub(super) fn make_offers(&mut self, tracker: TrackerId, wanted: usize, shared: &mut Shared) {
        let prepared =
            |half: &&HalfOpen| half.tracker == tracker && matches!(half.stage, Stage::Gathering | Stage::Ready { .. });
        let ready = self.half_open.values().filter(prepared).count();
        for _ in ready..wanted {
            self.make_room(tracker, shared);
            let Some(id) = shared.connections.begin(self.info_hash, Standing::Offering) else { return };
            let half = HalfOpen {
                tracker,
                offer_id: OfferId::new(shared.rng.id()),
                peer: None,
                stage: Stage::Gathering,
                deadline: shared.now + OFFER_TIMEOUT,
            };
            self.half_open.insert(id, half);
            shared.out.push_back(Output::MakeOffer(id));
        }
    }

    /// Withdraws the oldest offer if too many wait for answers.
    fn make_room(&mut self, tracker: TrackerId, shared: &mut Shared) {
        let waiting = |(_, half): &(&ConnectionId, &HalfOpen)| half.tracker == tracker && half.is_unanswered();
        let waiting: Vec<ConnectionId> = self.half_open.iter().filter(waiting).map(|(id, _)| *id).collect();
        if waiting.len() >= MAX_UNANSWERED {
            self.drop_half_open(waiting[0], shared);
        }
    }

    pub(super) fn is_gathering(&self, tracker: TrackerId) -> bool {
        self.half_open.values().any(|half| half.tracker == tracker && matches!(half.stage, Stage::Gathering))
    }

    pub(in super::super) fn offer_ready(&mut self, id: ConnectionId, sdp: String, shared: &mut Shared) {
        let Some(half) = self.half_open.get_mut(&id) else { return };
        if matches!(half.stage, Stage::Gathering) {
            half.stage = Stage::Ready { sdp };
            half.deadline = shared.now + PREPARED_OFFER;
            let tracker = half.tracker;
            self.send_prepared(tracker, shared);
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
            let Stage::Ready { sdp } = &half.stage else { return None };
            Some((*id, Offer { offer_id: half.offer_id, sdp: sdp.clone() }))
        });
        let offers = fitting(ready.take(wanted).collect());
        for (id, offer) in &offers {
            if let Some(half) = self.half_open.get_mut(id) {
                half.stage = Stage::Offered { sdp: offer.sdp.clone() };
                half.deadline = now + OFFER_TIMEOUT;
            }
        }
        offers
    }

    /// These offers reached nobody: they can go out again, under the same name.
    pub(super) fn reuse_offers(&mut self, ids: &[ConnectionId], now: Instant) {
        for id in ids {
            let Some(half) = self.half_open.get_mut(id) else { continue };
            if let Stage::Offered { sdp } = &mut half.stage {
                half.stage = Stage::Ready { sdp: std::mem::take(sdp) };
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
            if matches!(self.half_open.get(&id), Some(HalfOpen { stage: Stage::Answering { .. }, .. })) {
                self.drop_half_open(id, shared);
            }
        }
    }

    /// Offers that were made in another network lead nowhere.
    pub(super) fn drop_unanswered(&mut self, shared: &mut Shared) {
        let unanswered = self.half_open.iter().filter(|(_, half)| half.is_unanswered());
        for id in unanswered.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.drop_half_open(id, shared);
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
        let already = self.peers.values().any(connected) || tries >= 2;
        if !self.is_running() || us || already || !self.is_allowed(from, shared) {
            return;
        }
        if self.peers.len() >= MAX_PEERS_PER_TORRENT {
            return;
        }
        let Some(id) = shared.connections.begin(self.info_hash, Standing::Answering) else { return };
        let half = HalfOpen {
            tracker,
            offer_id: offer.offer_id,
            peer: Some(from),
            stage: Stage::Answering { socket },
            deadline: shared.now + HANDSHAKE_TIMEOUT,
        };
        self.half_open.insert(id, half);
        shared.out.push_back(Output::AcceptOffer(id, offer.sdp));
    }

    pub(in super::super) fn answer_ready(&mut self, id: ConnectionId, sdp: String, shared: &mut Shared) {
        let left = self.left();
        let Some(half) = self.half_open.get_mut(&id) else { return };
        let Stage::Answering { socket } = half.stage else { return };
        let names = shared.trackers.peer_id(half.tracker).zip(half.peer);
        let Some((peer_id, to_peer_id)) = names.filter(|_| shared.trackers.socket(half.tracker) == Some(socket)) else {
            return self.drop_half_open(id, shared);
        };
        half.stage = Stage::Connecting { ours: false };
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
        let ours = |half: &HalfOpen| half.tracker == tracker && half.offer_id == answer.offer_id;
        let found = self.half_open.iter_mut().find(|(_, half)| ours(half));
        let Some((id, half)) = found.map(|(id, half)| (*id, half)) else { return };
        if !matches!(half.stage, Stage::Ready { .. } | Stage::Offered { .. }) {
            return;
        }
        half.stage = Stage::Connecting { ours: true };
        half.peer = Some(answer.peer_id);
        half.deadline = shared.now + HANDSHAKE_TIMEOUT;
        if self.is_allowed(answer.peer_id, shared) {
            shared.out.push_back(Output::AcceptAnswer(id, answer.sdp));
        } else {
            self.drop_half_open(id, shared);
        }
    }

    pub(super) fn drop_half_open(&mut self, id: ConnectionId, shared: &mut Shared) {
        if self.half_open.remove(&id).is_some() {
            shared.close(id);
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
                self.half_open_ended(&half, shared);
            }
        }
        self.announces_due(shared);
    }

    pub(super) fn meeting_deadline(&self) -> Option<Instant> {
        self.half_open.values().map(|half| half.deadline).chain(self.announce_deadline()).min()
    }
}
