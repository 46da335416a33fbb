//! Bytes going out: who is served, what is read from storage, and how much a channel takes.

use std::collections::VecDeque;

use super::super::allowed_fast::{ADDRESS, allowed_fast};
use super::super::choker::{self, Candidate};
use super::super::limiter::Direction;
use super::super::limits::{
    CACHE_BYTES, CHOKE_ROUND, GRANTED_FAST, MAX_EXCESS_REQUESTS, MAX_QUEUED_REQUESTS, MAX_REMEMBERED_PEERS, MAX_UNTOLD,
    NUISANCES_PER_ROUND, OPTIMISTIC_ROUNDS, READ_AHEAD_BYTES,
};
use super::super::peer::Peer;
use super::super::session::Shared;
use super::super::wire::{BlockRequest, MAX_BLOCK_LEN, Message};
use super::super::{ConnectionId, Event, Output, PieceIndex, extension};
use super::{Ending, Swarm, SwarmTimer};

/// Blocks that leave in one portion beside the first: room is made for them at once.
const BLOCKS_TOGETHER: usize = 2;

impl Swarm {
    /// The peer may ask before it said that it wants to: saves a round trip (883 → 666 ms for 300 kB at 50 ms).
    pub(super) fn unchoke_early(&mut self, id: ConnectionId, shared: &mut Shared) {
        let serves = self.pieces.as_ref().is_some_and(|pieces| pieces.have().count_ones() > 0);
        if serves && self.unchoked_count() < self.upload_slots(shared) {
            self.unchoke(id);
        }
    }

    pub(super) fn interested(&mut self, id: ConnectionId, shared: &mut Shared) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.interested = true;
        if !peer.am_choking {
            return Ok(());
        }
        if self.unchoked_count() >= self.upload_slots(shared) {
            // Whoever was unchoked on a guess and wants nothing makes room.
            let idle = self.peers.values().find(|peer| !peer.am_choking && !peer.interested).map(|peer| peer.id);
            let Some(idle) = idle else { return Ok(()) };
            self.choke(idle);
        }
        self.unchoke(id);
        Ok(())
    }

    pub(super) fn not_interested(&mut self, id: ConnectionId, shared: &mut Shared) -> Result<(), Ending> {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.interested = false;
            peer.has_enough();
            let waiting = self.peers.values().any(|peer| peer.interested && peer.am_choking);
            if waiting && self.peers.get(&id).is_some_and(|peer| !peer.am_choking) {
                self.choke(id);
                self.fill_slots(shared);
            }
        }
        Ok(())
    }

    /// Chooses anew who is served.
    pub(super) fn choke_round(&mut self, shared: &mut Shared) {
        if self.peers.is_empty() {
            return;
        }
        self.timers.set(SwarmTimer::Choke, shared.now + CHOKE_ROUND);
        self.peers.values_mut().for_each(|peer| peer.forgive(NUISANCES_PER_ROUND));
        self.look_again(shared);
        let candidates: Vec<Candidate> = self
            .peers
            .values()
            .filter(|peer| peer.interested && peer.is_ready())
            .map(|peer| Candidate { id: peer.id, gives: peer.down.per_second(shared.now), got: peer.up.total() })
            .collect();
        let slots = self.upload_slots(shared);
        let trusted = self.optimistic.take().filter(|(_, rounds)| *rounds > 0);
        let mut chosen = choker::choose(&candidates, slots, self.is_complete(), trusted.map(|(id, _)| id));
        self.optimistic = match trusted {
            Some((id, rounds)) => Some((id, rounds - 1)),
            None => {
                let new = choker::optimistic(&candidates, &chosen, &mut shared.rng);
                if new.is_some() && chosen.len() > slots {
                    chosen.pop();
                }
                chosen.extend(new);
                new.map(|id| (id, OPTIMISTIC_ROUNDS))
            }
        };
        for peer in self.peers.values().map(|peer| (peer.id, peer.am_choking, peer.interested)).collect::<Vec<_>>() {
            let (id, choked, interested) = peer;
            match (chosen.contains(&id), choked) {
                (true, true) => self.unchoke(id),
                (false, false) if interested || candidates.len() >= slots => self.choke(id),
                _ => {}
            }
        }
    }

    /// A slot became free: the one who got least so far takes it.
    pub(super) fn fill_slots(&mut self, shared: &mut Shared) {
        if self.unchoked_count() < self.upload_slots(shared) {
            let waiting = self.peers.values().filter(|peer| peer.interested && peer.am_choking);
            if let Some(id) = waiting.min_by_key(|peer| (peer.up.total(), peer.id)).map(|peer| peer.id) {
                self.unchoke(id);
            }
        }
    }

    fn unchoked_count(&self) -> usize {
        self.peers.values().filter(|peer| !peer.am_choking).count()
    }

    fn unchoke(&mut self, id: ConnectionId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.am_choking = false;
            peer.say(&Message::Unchoke);
        }
    }

    /// Stops serving a peer. Every request is answered (BEP 6), those for allowed pieces with their blocks.
    fn choke(&mut self, id: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.am_choking = true;
        peer.say(&Message::Choke);
        let fast = peer.remote.as_ref().is_some_and(|remote| remote.fast);
        for request in std::mem::take(&mut peer.queue) {
            if peer.granted.contains(&request.piece) {
                peer.queue.push_back(request);
            } else if fast {
                peer.say(&Message::Reject(request));
            }
        }
        self.grant_fast(id);
    }

    /// Names pieces that a peer may ask for although it is choked, if it has next to nothing (BEP 6).
    pub(super) fn grant_fast(&mut self, id: ConnectionId) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        let fast = peer.remote.as_ref().is_some_and(|remote| remote.fast);
        if !fast || !peer.am_choking || !peer.granted.is_empty() || !peer.availability.is_poor() {
            return;
        }
        let set = allowed_fast(ADDRESS, self.info_hash, pieces.info().piece_count(), GRANTED_FAST);
        peer.granted = set.into_iter().filter(|index| pieces.have().get(*index)).collect();
        for index in peer.granted.clone() {
            peer.say(&Message::AllowedFast(index));
        }
    }

    pub(super) fn requested(&mut self, id: ConnectionId, request: BlockRequest) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        if request.length > MAX_BLOCK_LEN {
            return Err(Ending::Misbehaved("The peer asks for a block that is too long.".to_owned()));
        }
        let piece_len = self.pieces.as_ref().filter(|pieces| pieces.have().get(request.piece)).and_then(|pieces| {
            let piece = pieces.info().piece(request.piece)?;
            Some(pieces.info().piece_len(piece))
        });
        let end = request.begin.checked_add(request.length);
        let servable = request.length > 0 && piece_len.zip(end).is_some_and(|(length, end)| end <= length);
        let full = peer.queue.len() >= MAX_QUEUED_REQUESTS;
        if full || !servable {
            peer.excess_requests += 1;
            if peer.excess_requests > MAX_EXCESS_REQUESTS {
                return Err(Ending::Misbehaved("The peer floods us with requests.".to_owned()));
            }
        }
        if full || !servable || peer.am_choking && !peer.may_have(request, piece_len.unwrap_or_default()) {
            refuse(peer, request);
        } else if !peer.queue.contains(&request) {
            peer.queue.push_back(request);
        }
        Ok(())
    }

    pub(super) fn cancelled(&mut self, id: ConnectionId, request: BlockRequest) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        let Some(at) = peer.queue.iter().position(|queued| *queued == request) else { return peer.bother(1) };
        peer.queue.remove(at);
        // BEP 6: every request is answered, a cancelled one too.
        if peer.remote.as_ref().is_some_and(|remote| remote.fast) {
            peer.say(&Message::Reject(request));
        }
        Ok(())
    }

    /// Answers requests as far as the channel takes blocks and storage has given them.
    pub(super) fn serve(&mut self, id: ConnectionId, shared: &mut Shared) {
        while self.serve_block(id, false, shared) {}
        self.read_ahead(id, shared);
    }

    /// Answers one request; whether there may be another.
    pub(super) fn serve_turn(&mut self, id: ConnectionId, shared: &mut Shared) -> bool {
        let more = self.serve_block(id, true, shared);
        self.read_ahead(id, shared);
        more
    }

    fn serve_block(&mut self, id: ConnectionId, turn: bool, shared: &mut Shared) -> bool {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return false };
        let Some(request) = peer.queue.front().copied() else { return false };
        let Some(piece) = pieces.info().piece(request.piece) else { return false };
        if !peer.takes_more() || !shared.cache.contains(self.info_hash, piece) {
            return false;
        }
        if !self.pay(Direction::Up, id, request.length, turn, shared) {
            return false;
        }
        let Some(bytes) = shared.cache.get(self.info_hash, piece) else { return false };
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return false };
        peer.queue.pop_front();
        let block = bytes.get(request.begin as usize..).and_then(|from| from.get(..request.length as usize));
        if let Some(block) = block {
            let is_here = |request: &&BlockRequest| {
                pieces.info().piece(request.piece).is_some_and(|piece| shared.cache.contains(self.info_hash, piece))
            };
            let others = peer.queue.iter().take(BLOCKS_TOGETHER).take_while(is_here).count();
            peer.outbox.say_piece(request.piece, request.begin, block, others);
            peer.has_answered(shared.now);
            peer.served_unread += block.len();
            peer.up.add(shared.now, u64::from(request.length));
            self.up.add(shared.now, u64::from(request.length));
            if let Some(remote) = &peer.remote
                && self.served.len() < MAX_REMEMBERED_PEERS
            {
                self.served.insert(remote.peer_id);
            }
        }
        true
    }

    /// Asks storage for the pieces that the peer's next requests need, in their order. Looked at when the first of them is not there,
    /// or when some that were read have gone out.
    fn read_ahead(&mut self, id: ConnectionId, shared: &mut Shared) {
        let served = self.unchoked_count().max(1);
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        let info = pieces.info();
        let Some(first) = peer.queue.front().and_then(|request| info.piece(request.piece)) else { return };
        let most = READ_AHEAD_BYTES.min(CACHE_BYTES / 2 / served);
        if peer.served_unread < most / 4 && shared.cache.contains(self.info_hash, first) {
            return;
        }
        peer.served_unread = 0;
        let (mut ahead, mut last) = (0, None);
        for piece in peer.queue.iter().filter_map(|request| info.piece(request.piece)) {
            if last == Some(piece) {
                continue;
            }
            last = Some(piece);
            ahead += info.piece_len(piece) as usize;
            if ahead > most && piece != first {
                return;
            }
            if !shared.cache.contains(self.info_hash, piece) && self.reading.insert(piece) {
                shared.out.push_back(Output::ReadPiece(self.info_hash, piece));
            }
        }
    }

    /// Reads something for whoever just came, while they are told what there is, and suggests it: their first requests need not
    /// wait for storage. Others get other runs, so that they have something to trade.
    pub(super) fn warm_up(&mut self, id: ConnectionId, shared: &mut Shared) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        if peer.am_choking || !pieces.is_complete() {
            return;
        }
        let suggests = peer.remote.as_ref().is_some_and(|remote| remote.fast && remote.is_ours());
        for piece in
            pieces.run(shared.rng.next(), READ_AHEAD_BYTES as u64).filter(|piece| pieces.have().get(piece.get()))
        {
            if !shared.cache.contains(self.info_hash, piece) && self.reading.insert(piece) {
                shared.out.push_back(Output::ReadPiece(self.info_hash, piece));
            }
            if suggests {
                peer.say(&Message::Suggest(piece.get()));
            }
        }
    }

    /// Storage has answered. Bytes that are not there, or not the right ones, are never served: the piece is missing again.
    pub(in super::super) fn piece_read(&mut self, piece: PieceIndex, bytes: Option<Vec<u8>>, shared: &mut Shared) {
        let Some(pieces) = &mut self.pieces else { return };
        if !self.reading.remove(&piece) {
            return;
        }
        match bytes.filter(|bytes| pieces.info().verify(piece, bytes)) {
            Some(bytes) => shared.cache.insert(self.info_hash, piece, bytes),
            None => self.lose_piece(piece, shared),
        }
        let waiting = self.peers.values().filter(|peer| !peer.queue.is_empty());
        for id in waiting.map(|peer| peer.id).collect::<Vec<_>>() {
            self.serve(id, shared);
        }
    }

    /// Their number for `lt_donthave` is known now: what was lost since we said what there is.
    pub(super) fn tell_losses(&mut self, id: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&id).filter(|peer| !peer.untold.is_empty()) else { return };
        let number = peer.remote.as_ref().and_then(|remote| remote.extensions.lt_donthave);
        for index in number.map(|_| std::mem::take(&mut peer.untold)).unwrap_or_default() {
            let gone = self.pieces.as_ref().is_some_and(|pieces| !pieces.have().get(index));
            if let Some(number) = number.filter(|number| *number != 0 && gone) {
                peer.say(&Message::Extended(number, extension::encode_dont_have(index)));
            }
        }
    }

    /// Says that a piece is not to be had here any more.
    pub(super) fn disclaim(&mut self, piece: PieceIndex) {
        let index = piece.get();
        for peer in self.peers.values_mut() {
            let Some(remote) = &peer.remote else { continue };
            match remote.extensions.lt_donthave {
                Some(0) => {}
                Some(number) => peer.say(&Message::Extended(number, extension::encode_dont_have(index))),
                None if peer.untold.len() < MAX_UNTOLD => peer.untold.push(index),
                None => {}
            }
            let (gone, kept): (VecDeque<BlockRequest>, _) =
                std::mem::take(&mut peer.queue).into_iter().partition(|request| request.piece == index);
            peer.queue = kept;
            gone.into_iter().for_each(|request| refuse(peer, request));
        }
    }

    fn lose_piece(&mut self, piece: PieceIndex, shared: &mut Shared) {
        let was_complete = self.is_complete();
        if !self.pieces.as_mut().is_some_and(|pieces| pieces.lost(piece)) {
            return;
        }
        shared.event(Event::Lost(self.info_hash, piece));
        self.disclaim(piece);
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.update_interest(id, shared);
        }
        if was_complete {
            // A seeder no more: it has to find somebody who has the piece.
            self.found_somebody();
            self.look_again(shared);
        }
    }
}

/// Says no, where that is understood: webtorrent asks again at once, in a tight loop, unless it is choked.
fn refuse(peer: &mut Peer, request: BlockRequest) {
    let Some(remote) = &peer.remote else { return };
    if remote.fast && (peer.am_choking || !remote.is_webtorrent()) {
        peer.say(&Message::Reject(request));
    }
}
