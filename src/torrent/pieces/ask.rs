//! What to ask for next.

use super::super::limits::{ENDGAME_BLOCKS, MAX_COPIES};
use super::{BLOCK_LEN, Block, BlockRequest, ConnectionId, Partial, Pieces, Source, State, request};

/// What one peer may be asked for.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Wish {
    pub(in super::super) peer: ConnectionId,
    /// Blocks at most, of all requests together.
    pub(in super::super) blocks: usize,
    /// The length of one request at most.
    pub(in super::super) longest: u32,
    /// What the peer sends is not to be mixed with what others send: whole pieces only.
    pub(in super::super) alone: bool,
}

impl Wish {
    /// Adds a block to the last request, or makes a new one.
    fn take(&mut self, block: BlockRequest, asked: &mut Vec<BlockRequest>) {
        self.blocks -= 1;
        match asked.last_mut() {
            Some(last)
                if (last.piece, last.begin + last.length) == (block.piece, block.begin)
                    && last.length + block.length <= self.longest =>
            {
                last.length += block.length;
            }
            _ => asked.push(block),
        }
    }
}

impl Pieces {
    /// Chooses blocks to ask a peer for among the pieces that it `offers`: what is listened to, what was false before, what the
    /// peer `suggests` because it is cheap to send (BEP 6), what it began, what is rarest, what others began.
    pub(in super::super) fn ask(
        &mut self,
        wish: &mut Wish,
        suggests: &[u32],
        offers: impl Fn(u32) -> bool,
    ) -> Vec<BlockRequest> {
        let mut asked = Vec::new();
        self.ask_listened(wish, &offers, &mut asked);
        let doubtful: Vec<u32> = self.suspects.keys().copied().collect();
        for index in doubtful.into_iter().chain(suggests.iter().copied()) {
            if wish.blocks > 0 && offers(index) && self.wants(index) && self.has_room() {
                self.begin(index, wish.alone);
                self.ask_piece(index, wish, &mut asked);
            }
        }
        let peer = wish.peer;
        self.ask_open(wish, &offers, &mut asked, |partial| partial.owner.is_none_or(|owner| owner == peer));
        while wish.blocks > 0 && self.has_room() {
            let Some(index) = self.missing.iter().map(|rank| rank.2).find(|index| offers(*index)) else { break };
            self.begin(index, wish.alone);
            self.ask_piece(index, wish, &mut asked);
        }
        self.ask_open(wish, &offers, &mut asked, |_| true);
        asked
    }

    /// Blocks of those of the begun pieces that are meant.
    fn ask_open(
        &mut self,
        wish: &mut Wish,
        offers: &impl Fn(u32) -> bool,
        asked: &mut Vec<BlockRequest>,
        is_meant: impl Fn(&Partial) -> bool,
    ) {
        let mut next = 0;
        while wish.blocks > 0
            && let Some(index) = self.open.range(next..).next().copied()
        {
            next = index + 1;
            match self.states.get(index as usize) {
                Some(State::Partial(partial)) if partial.unasked > 0 => {
                    if offers(index) && is_meant(partial) {
                        self.ask_piece(index, wish, asked);
                    }
                }
                _ => drop(self.open.remove(&index)),
            }
        }
    }

    fn ask_listened(&mut self, wish: &mut Wish, offers: &impl Fn(u32) -> bool, asked: &mut Vec<BlockRequest>) {
        for at in 0..self.soon.len() {
            let mut range = self.soon[at].clone();
            while !range.is_empty() && !self.wants(range.start) {
                range.start += 1;
            }
            // What is here at the beginning is not looked at again.
            self.soon[at].start = range.start;
            for index in range {
                if wish.blocks == 0 {
                    return;
                }
                if offers(index) && self.wants(index) {
                    self.begin(index, wish.alone);
                    self.ask_piece(index, wish, asked);
                }
            }
        }
        self.soon.retain(|range| !range.is_empty());
    }

    /// Copies of what somebody else was asked for and does not send soon: of those blocks of `request` that have not come, as many as
    /// the wish has.
    pub(in super::super) fn ask_copies(&mut self, wish: &mut Wish, request: BlockRequest) -> Vec<BlockRequest> {
        let mut asked = Vec::new();
        let info = self.info.clone();
        let Some(State::Partial(partial)) = self.states.get_mut(request.piece as usize) else { return asked };
        if partial.source != Source::Anyone || wish.alone {
            return asked;
        }
        for number in numbers(request) {
            if let Some(Block::Asked(askers)) = partial.blocks.get_mut(number)
                && wish.blocks > 0
                && askers.add(wish.peer)
            {
                wish.take(super::request(&info, request.piece, number), &mut asked);
            }
        }
        asked
    }

    /// At the end, when every block has been asked for: chooses a few that others were asked for, from the back, because the others
    /// work from the front.
    pub(in super::super) fn ask_again(
        &mut self,
        peer: ConnectionId,
        count: usize,
        offers: impl Fn(u32) -> bool,
    ) -> Vec<BlockRequest> {
        let mut asked = Vec::new();
        if !self.missing.is_empty() {
            return asked;
        }
        let count = count.min(ENDGAME_BLOCKS);
        for index in self.partial.iter().rev().copied().filter(|index| offers(*index)) {
            let Some(State::Partial(partial)) = self.states.get_mut(index as usize) else { continue };
            if partial.source != Source::Anyone {
                continue;
            }
            for (number, block) in partial.blocks.iter_mut().enumerate().rev() {
                let Block::Asked(askers) = block else { continue };
                if asked.len() < count && askers.add(peer) {
                    asked.push(request(&self.info, index, number));
                }
            }
        }
        asked
    }

    /// Whether nothing of this request is to come any more.
    pub(in super::super) fn is_here(&self, request: BlockRequest) -> bool {
        match self.states.get(request.piece as usize) {
            Some(State::Partial(partial)) => {
                let here = |number| matches!(partial.blocks.get(number), Some(Block::Here(_) | Block::Padding));
                numbers(request).all(here)
            }
            Some(State::Missing) => false,
            _ => true,
        }
    }

    /// The peer will not send this, or not soon: others may be asked.
    pub(in super::super) fn give_back(&mut self, peer: ConnectionId, request: BlockRequest) {
        let Some(State::Partial(partial)) = self.states.get_mut(request.piece as usize) else { return };
        self.changes += 1;
        for number in numbers(request) {
            if let Some(block @ Block::Asked(_)) = partial.blocks.get_mut(number)
                && let Block::Asked(askers) = block
                && askers.remove(peer)
            {
                *block = Block::Unasked;
                partial.unasked += 1;
                self.open.insert(request.piece);
            }
        }
        if partial.owner == Some(peer) {
            partial.owner = None;
        }
        let theirs = |block: &Block| matches!(block, Block::Asked(askers) if askers.contains(&peer));
        if partial.source == Source::One(Some(peer)) && !partial.blocks.iter().any(theirs) {
            // What they sent so far must not be mixed with what the next one sends.
            self.reset(request.piece);
        } else if partial.is_untouched() && partial.source == Source::Anyone {
            self.reset(request.piece);
        }
    }

    /// The peer left, choked us, or sends nothing: whole pieces that only it may send are for somebody else.
    pub(in super::super) fn release(&mut self, peer: ConnectionId) {
        for index in self.partial.iter().copied().collect::<Vec<_>>() {
            if matches!(&self.states[index as usize], State::Partial(it) if it.source == Source::One(Some(peer))) {
                self.reset(index);
            }
        }
    }

    fn ask_piece(&mut self, index: u32, wish: &mut Wish, asked: &mut Vec<BlockRequest>) {
        let Some(State::Partial(partial)) = self.states.get_mut(index as usize) else { return };
        if partial.unasked == 0 || !partial.claim(wish) {
            return;
        }
        partial.owner.get_or_insert(wish.peer);
        for (number, block) in partial.blocks.iter_mut().enumerate() {
            if wish.blocks == 0 || partial.unasked == 0 {
                break;
            }
            if *block == Block::Unasked {
                *block = Block::Asked(Askers::one(wish.peer));
                partial.unasked -= 1;
                wish.take(request(&self.info, index, number), asked);
            }
        }
        if partial.unasked == 0 {
            self.open.remove(&index);
        }
    }
}

impl Partial {
    /// Whether the peer may send blocks of this piece; if it is to come from one peer, it is this one from now on.
    fn claim(&mut self, wish: &Wish) -> bool {
        match self.source {
            Source::Anyone if !wish.alone => true,
            Source::Anyone if !self.is_untouched() => false,
            Source::One(Some(one)) if one != wish.peer => false,
            _ => {
                self.source = Source::One(Some(wish.peer));
                true
            }
        }
    }

    fn is_untouched(&self) -> bool {
        self.blocks.iter().all(|block| matches!(block, Block::Unasked | Block::Padding))
    }
}

/// The numbers of the blocks that a request is for.
pub(super) fn numbers(request: BlockRequest) -> std::ops::Range<usize> {
    let first = (request.begin / BLOCK_LEN) as usize;
    first..first + request.blocks()
}

/// Who was asked for a block: one, or a second one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Askers([Option<ConnectionId>; MAX_COPIES]);

impl Askers {
    pub(super) fn one(peer: ConnectionId) -> Self {
        let mut askers = [None; MAX_COPIES];
        askers[0] = Some(peer);
        Self(askers)
    }

    pub(super) fn contains(&self, peer: &ConnectionId) -> bool {
        self.0.contains(&Some(*peer))
    }

    /// One more; `false` if it is among them already, or they are enough.
    pub(super) fn add(&mut self, peer: ConnectionId) -> bool {
        let free = self.0.iter_mut().find(|place| place.is_none());
        match free {
            Some(place) if *place != Some(peer) => {
                *place = Some(peer);
                true
            }
            _ => false,
        }
    }

    /// One less; `true` if nobody is left.
    fn remove(&mut self, peer: ConnectionId) -> bool {
        let there = self.contains(&peer);
        self.0.iter_mut().filter(|place| **place == Some(peer)).for_each(|place| *place = None);
        there && self.0.iter().all(Option::is_none)
    }

    /// All but this one.
    pub(super) fn others(&self, peer: ConnectionId) -> impl Iterator<Item = ConnectionId> {
        self.0.into_iter().flatten().filter(move |asked| *asked != peer)
    }
}
