//! Bytes coming in: interest, requests, blocks, whole pieces, storage.

use super::super::limiter::Direction;
use super::super::limits::{
    INTERESTED_AGAIN, MAX_REJECTS, MAX_UNASKED_BLOCKS, REJECT_PAUSE, REQUEST_TIMEOUT, SNUB_TIMEOUT,
};
use super::super::peer::{Availability, Peer, PeerTimer};
use super::super::pieces::{Arrival, Wish};
use super::super::session::Shared;
use super::super::wire::{BLOCK_LEN, BlockRequest, Message};
use super::super::{ConnectionId, Event, Output, PeerId, PieceIndex};
use super::{Activity, Ending, Swarm};

impl Swarm {
    /// Tells the peer whether it has something we want. Only after it said what it has: webtorrent misses an earlier
    /// `interested`.
    pub(super) fn update_interest(&mut self, id: ConnectionId, shared: &mut Shared) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let wanted = match (&self.pieces, &peer.availability) {
            // Whatever it is, it is wanted: the unchoke comes while the metadata does.
            (None, availability) => self.activity == Activity::Running && availability.is_something(),
            (Some(pieces), Availability::All) => !pieces.is_complete(),
            (Some(pieces), Availability::Known(bits)) => pieces.wants_from(bits),
            (Some(_), _) => false,
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
        // With the fast extension each request is still answered, and those for allowed pieces with their blocks.
        let fast = peer.remote.as_ref().is_some_and(|remote| remote.fast);
        let allowed = std::mem::take(&mut peer.allowed_fast);
        self.give_back_unless(id, |request| fast && allowed.contains(&request.piece), shared);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.allowed_fast = allowed;
        }
        self.ask_all(shared);
        Ok(())
    }

    pub(super) fn unchoked(&mut self, id: ConnectionId, shared: &mut Shared) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.choking = false;
        peer.exhausted = None;
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
                && peer.room(shared.now) > 0
        })
    }

    /// Asks for so many blocks at most; how many it were.
    fn ask_blocks(&mut self, id: ConnectionId, most: usize, shared: &mut Shared) -> usize {
        if !self.has_room(id, shared) {
            return 0;
        }
        let Some(peer) = self.peers.get(&id) else { return 0 };
        let (blocks, longest) = (peer.room(shared.now).min(most), peer.longest_request(shared.now));
        let mut wish = Wish { peer: id, blocks, longest, alone: peer.on_parole };
        let mut requests = self.rescue(&mut wish, shared.now);
        requests.extend(self.ask_pieces(&mut wish));
        if wish.blocks > 0 {
            requests.extend(self.take_over(wish, shared.now));
        }
        if requests.is_empty() && self.is_fetching() {
            requests = self.help_web_seeds(wish);
        }
        let count = requests.iter().map(BlockRequest::blocks).sum();
        let Some(peer) = self.peers.get_mut(&id) else { return count };
        for request in requests {
            peer.ask(request, shared.now);
        }
        if !peer.asked.is_empty() && !peer.timers.is_set(PeerTimer::Request) {
            peer.timers.set(PeerTimer::Request, shared.now + REQUEST_TIMEOUT);
            peer.timers.set(PeerTimer::Snub, shared.now + SNUB_TIMEOUT);
        }
        count
    }

    /// Of what nobody was asked for, unless nothing became free since this peer was found to have nothing.
    fn ask_pieces(&mut self, wish: &mut Wish) -> Vec<BlockRequest> {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&wish.peer), &mut self.pieces) else { return Vec::new() };
        if peer.exhausted == Some(pieces.changes()) {
            return Vec::new();
        }
        let (choking, availability, fast) = (peer.choking, &peer.availability, &peer.allowed_fast);
        let offers = |index| availability.has(index) && (!choking || fast.contains(&index));
        let requests = pieces.ask(wish, &peer.suggested, offers);
        peer.suggested.retain(|index| pieces.wants(*index));
        peer.exhausted = (wish.blocks > 0).then_some(pieces.changes());
        requests
    }

    /// At the end, with nothing else to do: a few of the blocks that web seeds are to bring.
    fn help_web_seeds(&mut self, wish: Wish) -> Vec<BlockRequest> {
        let (Some(peer), Some(pieces)) = (self.peers.get(&wish.peer), &mut self.pieces) else { return Vec::new() };
        if !peer.asked.is_empty() || peer.choking || wish.alone {
            return Vec::new();
        }
        pieces.ask_again(wish.peer, wish.blocks, |index| peer.availability.has(index))
    }

    pub(super) fn block(
        &mut self,
        id: ConnectionId,
        piece: u32,
        begin: u32,
        data: Vec<u8>,
        shared: &mut Shared,
    ) -> Result<(), Ending> {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return Ok(()) };
        let Some(sender) = peer.remote.as_ref().map(|remote| remote.peer_id) else { return Ok(()) };
        let request = BlockRequest { piece, begin, length: data.len() as u32 };
        match peer.answered(request) {
            Some(asked_at) => peer.measure(request, asked_at, shared.now),
            None => {
                let Some(at) = peer.late.iter().position(|late| *late == request) else {
                    return unasked(peer, request);
                };
                peer.late.remove(at);
            }
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
            Arrival::Block { others } => self.cancel(&others, request, shared),
            Arrival::Verified { piece, data, others, liars, honest } => {
                self.cancel(&others, request, shared);
                self.store(piece, data, shared);
                liars.into_iter().for_each(|liar| self.ban(liar, shared));
                self.set_parole(|peer_id| Some(peer_id) == honest, false);
            }
            Arrival::Corrupt { liar: Some(liar), .. } => self.ban(liar, shared),
            Arrival::Corrupt { liar: None, suspects } => {
                self.set_parole(|peer_id| suspects.contains(&peer_id), true);
                self.ask_all(shared);
            }
        }
    }

    /// Whether what these peers send may be mixed with what others send.
    fn set_parole(&mut self, of: impl Fn(PeerId) -> bool, on_parole: bool) {
        for peer in self.peers.values_mut() {
            if peer.on_parole != on_parole && peer.remote.as_ref().is_some_and(|remote| of(remote.peer_id)) {
                peer.on_parole = on_parole;
                peer.exhausted = None;
            }
        }
    }

    /// A block is here: those who were asked for it too need not send it.
    fn cancel(&mut self, others: &[ConnectionId], block: BlockRequest, shared: &mut Shared) {
        let end = block.begin + block.length;
        for other in others {
            let (Some(peer), Some(pieces)) = (self.peers.get_mut(other), &self.pieces) else { continue };
            let covers = |asked: &&BlockRequest| {
                asked.piece == block.piece && asked.begin < end && block.begin < asked.begin + asked.length
            };
            let covering: Vec<BlockRequest> =
                peer.asked.iter().map(|asked| &asked.request).filter(covers).copied().collect();
            for request in covering.into_iter().filter(|request| pieces.is_here(*request)) {
                peer.answered(request);
                peer.say(&Message::Cancel(request));
                peer.expect_late(request);
            }
            if peer.asked.is_empty() {
                stop_waiting(peer);
            }
            self.ask(*other, shared);
        }
    }

    fn store(&mut self, piece: PieceIndex, data: Vec<u8>, shared: &mut Shared) {
        let awaited = self.peers.values().any(|peer| peer.is_ready() && !peer.availability.has(piece.get()));
        if awaited {
            shared.cache.insert(self.info_hash, piece, data.clone());
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
        // What was being stored may be unwanted by now, and nothing else missing.
        let was_complete = pieces.is_complete();
        if !pieces.written(piece, result.is_ok()) {
            return;
        }
        if let Err(why) = result {
            if self.is_running() {
                self.fail(why, shared);
            }
            return;
        }
        let complete = pieces.is_complete() && !was_complete;
        shared.event(Event::Piece(self.info_hash, piece));
        for peer in self.peers.values_mut().filter(|peer| peer.is_ready()) {
            // It is no news to ask for, only a step towards our being a seed: it can wait for the next word.
            if peer.availability.has(piece.get()) {
                peer.outbox.say_later(&Message::Have(piece.get()));
            } else {
                peer.say(&Message::Have(piece.get()));
            }
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
        if let Some(at) = peer.late.iter().position(|late| *late == request) {
            peer.late.remove(at);
            return Ok(());
        }
        if peer.answered(request).is_none() {
            return peer.bother(1);
        }
        // Before anything else: whatever becomes of this peer, others may be asked.
        pieces.give_back(id, request);
        peer.rejects += 1;
        if peer.rejects > MAX_REJECTS {
            return Err(Ending::Misbehaved("The peer rejects everything.".to_owned()));
        }
        if request.length > BLOCK_LEN && !peer.refuses_long {
            peer.refuses_long = true;
        } else {
            peer.timers.set(PeerTimer::Ask, shared.now + REJECT_PAUSE);
        }
        if peer.asked.is_empty() {
            stop_waiting(peer);
        }
        self.refund(Direction::Down, request.length, shared);
        self.ask_all(shared);
        Ok(())
    }

    /// No block came for a while: what this peer was asked for, others are asked for too.
    pub(super) fn snub(&mut self, id: ConnectionId, shared: &mut Shared) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.snubbed = true;
        }
        self.give_back_unless(id, |_| false, shared);
        self.ask_all(shared);
        self.look_again(shared);
    }

    /// What a peer was asked for is for others, but for what it is sure to send.
    fn give_back_unless(&mut self, id: ConnectionId, keeps: impl Fn(&BlockRequest) -> bool, shared: &mut Shared) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &mut self.pieces) else { return };
        let mut freed = 0;
        for asked in peer.take_asked() {
            if keeps(&asked.request) {
                peer.asked_blocks += asked.request.blocks();
                peer.asked.push_back(asked);
            } else {
                pieces.give_back(id, asked.request);
                peer.expect_late(asked.request);
                freed += asked.request.length;
            }
        }
        if peer.asked.is_empty() {
            pieces.release(id);
            if peer.choking {
                stop_waiting(peer);
            }
        }
        self.refund(Direction::Down, freed, shared);
    }
}

/// A block came that is not asked for, or not any more.
fn unasked(peer: &mut Peer, block: BlockRequest) -> Result<(), Ending> {
    let at = |request: &BlockRequest| (request.piece, request.begin) == (block.piece, block.begin);
    if peer.asked.iter().any(|asked| at(&asked.request)) {
        return Err(Ending::Misbehaved("The peer sends blocks of a wrong length.".to_owned()));
    }
    peer.unasked_blocks += 1;
    if peer.unasked_blocks > MAX_UNASKED_BLOCKS {
        return Err(Ending::Misbehaved("The peer sends blocks that nobody asked for.".to_owned()));
    }
    Ok(())
}

fn stop_waiting(peer: &mut Peer) {
    peer.timers.stop(PeerTimer::Request);
    peer.timers.stop(PeerTimer::Snub);
}
