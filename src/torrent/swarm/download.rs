//! Bytes coming in: interest, requests, blocks, whole pieces, storage.

use super::super::limiter::Direction;
use super::super::limits::{
    INTERESTED_AGAIN, MAX_REJECTS, MAX_UNASKED_BLOCKS, REJECT_PAUSE, REQUEST_TIMEOUT, SNUB_TIMEOUT,
};
use super::super::peer::{Availability, Peer, PeerTimer};
use super::super::pieces::Arrival;
use super::super::session::Shared;
use super::super::wire::{BLOCK_LEN, BlockRequest, Message};
use super::super::{ConnectionId, Event, Output, PeerId, PieceIndex};
use super::{Ending, Swarm};

impl Swarm {
    /// Tells the peer whether it has something we want. Only after it said what it has: webtorrent misses an earlier
    /// `interested`.
    pub(super) fn update_interest(&mut self, id: ConnectionId, shared: &mut Shared) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        let wanted = match &peer.availability {
            Availability::All => !pieces.is_complete(),
            Availability::Known(bits) => pieces.wants_from(bits),
            Availability::Silent | Availability::Early { .. } => false,
        };
        if wanted == peer.am_interested {
            return;
        }
        peer.am_interested = wanted;
        peer.say(if wanted { &Message::Interested } else { &Message::NotInterested });
        if wanted {
            peer.timers.set(PeerTimer::Interested, shared.now + INTERESTED_AGAIN);
            self.ask(id, shared);
        } else {
            peer.timers.stop(PeerTimer::Interested);
        }
    }

    pub(super) fn repeat_interest(&mut self, id: ConnectionId, shared: &mut Shared) {
        if let Some(peer) = self.peers.get_mut(&id).filter(|peer| peer.am_interested && peer.choking) {
            peer.ignored += 1;
            peer.say(&Message::Interested);
            peer.timers.set(PeerTimer::Interested, shared.now + INTERESTED_AGAIN);
            self.look_again(shared);
        }
    }

    pub(super) fn choked(&mut self, id: ConnectionId, shared: &mut Shared) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.choking = true;
        if peer.am_interested {
            peer.timers.set(PeerTimer::Interested, shared.now + INTERESTED_AGAIN);
        }
        self.give_back_all(id);
        self.ask_all(shared);
        Ok(())
    }

    pub(super) fn unchoked(&mut self, id: ConnectionId, shared: &mut Shared) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.choking = false;
        peer.ignored = 0;
        peer.timers.stop(PeerTimer::Interested);
        self.ask(id, shared);
        Ok(())
    }

    pub(super) fn ask_all(&mut self, shared: &mut Shared) {
        if self.is_running() && !self.is_complete() {
            for id in self.peers.keys().copied().collect::<Vec<_>>() {
                self.ask(id, shared);
            }
        }
    }

    /// Fills the window of requests to one peer.
    pub(super) fn ask(&mut self, id: ConnectionId, shared: &mut Shared) {
        if !self.is_limited(Direction::Down, shared) {
            self.ask_blocks(id, usize::MAX, shared);
            return;
        }
        while self.has_room(id, shared) && self.pay(Direction::Down, id, BLOCK_LEN, false, shared) {
            if self.ask_blocks(id, 1, shared) == 0 {
                self.refund(Direction::Down, BLOCK_LEN, shared);
                return;
            }
        }
    }

    /// Asks for one block; whether another could be asked for.
    pub(super) fn ask_turn(&mut self, id: ConnectionId, shared: &mut Shared) -> bool {
        if !self.has_room(id, shared) || !self.pay(Direction::Down, id, BLOCK_LEN, true, shared) {
            return false;
        }
        let asked = self.ask_blocks(id, 1, shared);
        if asked == 0 {
            self.refund(Direction::Down, BLOCK_LEN, shared);
        }
        asked > 0
    }

    /// Whether this peer may be asked for anything now.
    fn has_room(&self, id: ConnectionId, shared: &Shared) -> bool {
        self.peers.get(&id).is_some_and(|peer| {
            peer.is_ready()
                && peer.am_interested
                && !(peer.choking && peer.allowed_fast.is_empty())
                && !peer.timers.is_set(PeerTimer::Ask)
                && peer.asked.len() < peer.window(shared.now)
        })
    }

    /// Asks for so many blocks at most; how many it were.
    fn ask_blocks(&mut self, id: ConnectionId, most: usize, shared: &mut Shared) -> usize {
        if !self.has_room(id, shared) {
            return 0;
        }
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return 0 };
        let room = peer.window(shared.now).saturating_sub(peer.asked.len()).min(most);
        let (choking, availability, fast) = (peer.choking, &peer.availability, &peer.allowed_fast);
        let offers = |index: u32| availability.has(index) && (!choking || fast.contains(&index));
        let mut requests = pieces.ask(id, room, offers);
        if requests.is_empty() && peer.asked.is_empty() {
            requests = pieces.ask_again(id, room, offers);
        }
        let count = requests.len();
        for request in requests {
            peer.say(&Message::Request(request));
            peer.asked.push_back(request);
            peer.first_ask.get_or_insert(shared.now);
        }
        if !peer.asked.is_empty() && !peer.timers.is_set(PeerTimer::Request) {
            peer.timers.set(PeerTimer::Request, shared.now + REQUEST_TIMEOUT);
            peer.timers.set(PeerTimer::Snub, shared.now + SNUB_TIMEOUT);
        }
        count
    }

    pub(super) fn block(
        &mut self,
        id: ConnectionId,
        piece: u32,
        begin: u32,
        data: &[u8],
        shared: &mut Shared,
    ) -> Result<(), Ending> {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return Ok(()) };
        let Some(sender) = peer.remote.as_ref().map(|remote| remote.peer_id) else { return Ok(()) };
        let request = BlockRequest { piece, begin, length: data.len() as u32 };
        if !peer.answered(request) {
            let Some(at) = peer.late.iter().position(|late| *late == request) else {
                peer.unasked_blocks += 1;
                return if peer.unasked_blocks > MAX_UNASKED_BLOCKS {
                    Err(Ending::Misbehaved("The peer sends blocks that nobody asked for.".to_owned()))
                } else {
                    Ok(())
                };
            };
            peer.late.remove(at);
        }
        peer.down.add(shared.now, u64::from(request.length));
        peer.rejects = 0;
        peer.snubbed = false;
        if peer.asked.is_empty() {
            stop_waiting(peer);
        } else {
            peer.timers.set(PeerTimer::Request, shared.now + REQUEST_TIMEOUT);
            peer.timers.set(PeerTimer::Snub, shared.now + SNUB_TIMEOUT);
        }
        self.down.add(shared.now, u64::from(request.length));
        let arrival = pieces.receive(id, sender, piece, begin, data);
        self.arrived(arrival, request, shared);
        Ok(())
    }

    /// A block came, from a peer or a web seed.
    pub(super) fn arrived(&mut self, arrival: Arrival, request: BlockRequest, shared: &mut Shared) {
        match arrival {
            Arrival::Unwanted => {}
            Arrival::Block { others } => self.cancel(&others, request),
            Arrival::Verified { piece, data, others, liars } => {
                self.cancel(&others, request);
                self.store(piece, data, shared);
                liars.into_iter().for_each(|liar| self.ban(liar, shared));
            }
            Arrival::Corrupt { liar: Some(liar) } => self.ban(liar, shared),
            Arrival::Corrupt { liar: None } => self.ask_all(shared),
        }
    }

    /// The block is here: those who were asked for it too need not send it.
    fn cancel(&mut self, others: &[ConnectionId], request: BlockRequest) {
        for other in others {
            if let Some(peer) = self.peers.get_mut(other)
                && peer.answered(request)
            {
                peer.say(&Message::Cancel(request));
                peer.expect_late(request);
                if peer.asked.is_empty() {
                    stop_waiting(peer);
                }
            }
        }
    }

    fn store(&mut self, piece: PieceIndex, data: Vec<u8>, shared: &mut Shared) {
        let awaited = self.peers.values().any(|peer| peer.is_ready() && !peer.availability.has(piece.get()));
        if awaited {
            shared.cache.insert(self.info_hash, piece, &data);
        }
        self.send(Output::WritePiece(self.info_hash, piece, data), shared);
    }

    /// Storage has taken a piece, or has not.
    pub(in super::super) fn piece_written(
        &mut self,
        piece: PieceIndex,
        result: Result<(), String>,
        shared: &mut Shared,
    ) {
        let Some(pieces) = &mut self.pieces else { return };
        if !pieces.written(piece, result.is_ok()) {
            return;
        }
        if let Err(why) = result {
            if self.is_running() {
                self.fail(why, shared);
            }
            return;
        }
        let complete = pieces.is_complete();
        shared.event(Event::Piece(self.info_hash, piece));
        for peer in self.peers.values_mut().filter(|peer| peer.is_ready()) {
            peer.say(&Message::Have(piece.get()));
        }
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.update_interest(id, shared);
        }
        if complete {
            self.completed(shared);
        } else {
            self.ask_all(shared);
        }
    }

    /// Cuts off every connection of a peer that sent false bytes, and lets it in no more.
    fn ban(&mut self, liar: PeerId, shared: &mut Shared) {
        let theirs = |peer: &&Peer| peer.remote.as_ref().is_some_and(|remote| remote.peer_id == liar);
        self.ban_web_seed(liar, shared);
        self.remember_banned(liar);
        for id in self.peers.values().filter(theirs).map(|peer| peer.id).collect::<Vec<_>>() {
            self.end(id, Ending::Banned("The peer sent false bytes.".to_owned()), shared);
        }
        self.ask_all(shared);
    }

    pub(super) fn rejected(
        &mut self,
        id: ConnectionId,
        request: BlockRequest,
        shared: &mut Shared,
    ) -> Result<(), Ending> {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return Ok(()) };
        peer.rejects += 1;
        if peer.rejects > MAX_REJECTS {
            return Err(Ending::Misbehaved("The peer rejects everything.".to_owned()));
        }
        if peer.answered(request) {
            peer.timers.set(PeerTimer::Ask, shared.now + REJECT_PAUSE);
            if peer.asked.is_empty() {
                stop_waiting(peer);
            }
            pieces.give_back(id, request);
            self.refund(Direction::Down, request.length, shared);
            self.ask_all(shared);
        } else if let Some(at) = peer.late.iter().position(|late| *late == request) {
            peer.late.remove(at);
        }
        Ok(())
    }

    /// No block came for a while: what this peer was asked for, others are asked for too.
    pub(super) fn snub(&mut self, id: ConnectionId, shared: &mut Shared) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.snubbed = true;
        }
        self.give_back_all(id);
        self.ask_all(shared);
        self.look_again(shared);
    }

    fn give_back_all(&mut self, id: ConnectionId) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return };
        for request in std::mem::take(&mut peer.asked) {
            pieces.give_back(id, request);
            peer.expect_late(request);
        }
        pieces.release(id);
        if peer.choking {
            stop_waiting(peer);
        }
    }
}

fn stop_waiting(peer: &mut Peer) {
    peer.timers.stop(PeerTimer::Request);
    peer.timers.stop(PeerTimer::Snub);
}
