//! Every piece of one torrent, each in exactly one state, and the choice of what to ask for next.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use sha1::{Digest, Sha1};

use super::limits::{ENDGAME_BLOCKS, MAX_COPIES, MAX_PARTIAL_BYTES, MAX_SOON_RANGES, MAX_SUSPECTS, MAX_WRITING_BYTES};
use super::rng::Rng;
use super::wire::{BLOCK_LEN, BlockRequest};
use super::{Bitfield, ConnectionId, Info, PeerId, PieceIndex};

/// What arrived with a block.
#[derive(Debug)]
pub(super) enum Arrival {
    /// Nothing that is wanted: the piece is here, the block is here, or its borders are not those of a block.
    Unwanted,
    /// One more block of a piece. The others were asked for it too.
    Block { others: Vec<ConnectionId> },
    /// The last block of a piece that is true. It has to be stored now.
    Verified { piece: PieceIndex, data: Vec<u8>, others: Vec<ConnectionId>, liars: BTreeSet<PeerId> },
    /// The last block of a piece that is false. All of it is missing again.
    Corrupt { liar: Option<PeerId> },
}

/// The table of pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    info: Info,
    states: Vec<State>,
    have: Bitfield,
    /// How many connected peers that are not seeds have each piece. Seeds have all and change no order.
    availability: Vec<u16>,
    /// Pieces in [`State::Missing`], rarest first.
    missing: BTreeSet<(u16, u64, u32)>,
    /// Pieces in [`State::Partial`].
    partial: BTreeSet<u32>,
    partial_bytes: usize,
    writing_bytes: usize,
    /// Where somebody is listening, latest first.
    soon: Vec<Range<u32>>,
    /// Who sent which block of a corrupt piece, to be compared with the true ones.
    suspects: BTreeMap<u32, Vec<(PeerId, [u8; 20])>>,
    /// Breaks ties between equally rare pieces, differently on each device.
    salt: u64,
}

#[derive(Debug)]
enum State {
    Missing,
    Partial(Box<Partial>),
    /// Verified and handed to storage.
    Writing,
    Have,
}

#[derive(Debug)]
struct Partial {
    /// Empty until the first block is in.
    data: Vec<u8>,
    blocks: Vec<Block>,
    /// How many blocks nobody was asked for.
    unasked: usize,
    source: Source,
}

/// Who may send the blocks of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Anyone,
    /// It was corrupt with blocks of several peers: all of it comes from one now, so that a lie has one liar.
    One(Option<ConnectionId>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Unasked,
    Asked(Vec<ConnectionId>),
    Here(PeerId),
}

impl Pieces {
    pub(super) fn new(info: Info, have: Option<Bitfield>, rng: &mut Rng) -> Self {
        let count = info.piece_count();
        let have = have.filter(|have| have.len() == count).unwrap_or_else(|| Bitfield::new(count));
        let mut pieces = Self {
            states: (0..count).map(|index| if have.get(index) { State::Have } else { State::Missing }).collect(),
            availability: vec![0; count as usize],
            missing: BTreeSet::new(),
            partial: BTreeSet::new(),
            partial_bytes: 0,
            writing_bytes: 0,
            soon: Vec::new(),
            suspects: BTreeMap::new(),
            salt: rng.next(),
            info,
            have,
        };
        pieces.missing = pieces.have.iter_zeros().map(|index| pieces.rank(index)).collect();
        pieces
    }

    pub(super) fn info(&self) -> &Info {
        &self.info
    }

    /// The pieces that are verified and stored.
    pub(super) fn have(&self) -> &Bitfield {
        &self.have
    }

    pub(super) fn is_complete(&self) -> bool {
        self.have.is_full()
    }

    /// Bytes of the pieces that are verified and stored.
    pub(super) fn have_bytes(&self) -> u64 {
        let whole = u64::from(self.have.count_ones()) * u64::from(self.info.piece_length());
        let last = self.info.piece_count().checked_sub(1).filter(|last| self.have.get(*last));
        let short = last
            .and_then(|last| self.info.piece(last))
            .map_or(0, |last| u64::from(self.info.piece_length()) - u64::from(self.info.piece_len(last)));
        whole - short
    }

    /// Bytes held in memory for pieces that are being put together or stored.
    pub(super) fn held_bytes(&self) -> usize {
        self.partial_bytes + self.writing_bytes
    }

    /// Whether somebody with these pieces has anything that is still wanted.
    pub(super) fn wants_from(&self, theirs: &Bitfield) -> bool {
        let wanted = theirs.as_bytes().iter().zip(self.have.as_bytes()).any(|(theirs, ours)| theirs & !ours != 0);
        wanted && theirs.iter_ones().any(|index| self.wants(index))
    }

    /// Whether this piece is still to be fetched.
    pub(super) fn wants(&self, index: u32) -> bool {
        matches!(self.states.get(index as usize), Some(State::Missing | State::Partial(_)))
    }

    /// Somebody listens here: these pieces go first.
    pub(super) fn want_soon(&mut self, bytes: Range<u64>) {
        let mut pieces = self.info.pieces_in(bytes);
        let Some(first) = pieces.next() else { return };
        let range = first.get()..pieces.last().unwrap_or(first).get() + 1;
        self.soon.retain(|known| *known != range);
        self.soon.insert(0, range);
        self.soon.truncate(MAX_SOON_RANGES);
    }

    /// A peer that is no seed turned out to have this piece, or lost it, or left.
    pub(super) fn count(&mut self, index: u32, appeared: bool) {
        let rank = self.rank(index);
        let Some(count) = self.availability.get_mut(index as usize) else { return };
        *count = if appeared { count.saturating_add(1) } else { count.saturating_sub(1) };
        if self.missing.remove(&rank) {
            self.missing.insert(self.rank(index));
        }
    }

    /// Chooses up to `count` blocks to ask `peer` for among the pieces that it `offers`: what is listened to, what is begun,
    /// what is rarest.
    pub(super) fn ask(&mut self, peer: ConnectionId, count: usize, offers: impl Fn(u32) -> bool) -> Vec<BlockRequest> {
        let mut asked = Vec::new();
        let listened: Vec<u32> = self.soon.iter().flat_map(Clone::clone).collect();
        for index in listened {
            if asked.len() >= count {
                return asked;
            }
            if offers(index) && self.wants(index) {
                self.begin(index);
                self.ask_piece(index, peer, count, &mut asked);
            }
        }
        for index in self.partial.clone() {
            if asked.len() >= count {
                return asked;
            }
            if offers(index) {
                self.ask_piece(index, peer, count, &mut asked);
            }
        }
        while asked.len() < count && self.has_room() {
            let Some(index) = self.missing.iter().map(|rank| rank.2).find(|index| offers(*index)) else { break };
            self.begin(index);
            self.ask_piece(index, peer, count, &mut asked);
        }
        asked
    }

    /// At the end, when every block has been asked for: chooses a few that others were asked for, so that no slow peer holds up
    /// the rest. From the back, because the others work from the front.
    pub(super) fn ask_again(
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
                let Block::Asked(peers) = block else { continue };
                if asked.len() < count && peers.len() < MAX_COPIES && !peers.contains(&peer) {
                    peers.push(peer);
                    asked.push(request(&self.info, index, number));
                }
            }
        }
        asked
    }

    /// The peer will not send this block, or not soon: others may be asked.
    pub(super) fn give_back(&mut self, peer: ConnectionId, request: BlockRequest) {
        let Some(State::Partial(partial)) = self.states.get_mut(request.piece as usize) else { return };
        let Some(block) = partial.blocks.get_mut((request.begin / BLOCK_LEN) as usize) else { return };
        if let Block::Asked(peers) = block {
            peers.retain(|asked| *asked != peer);
            if peers.is_empty() {
                *block = Block::Unasked;
                partial.unasked += 1;
            }
        }
        let theirs = partial.blocks.iter().any(|block| matches!(block, Block::Asked(peers) if peers.contains(&peer)));
        if partial.source == Source::One(Some(peer)) && !theirs {
            // What they sent so far must not be mixed with what the next one sends.
            self.reset(request.piece, Source::One(None));
        } else if partial.unasked == partial.blocks.len() && partial.source == Source::Anyone {
            self.reset(request.piece, Source::Anyone);
        }
    }

    /// The peer left, choked us, or sends nothing: whole pieces that only it may send are for somebody else.
    pub(super) fn release(&mut self, peer: ConnectionId) {
        for index in self.partial.clone() {
            if matches!(&self.states[index as usize], State::Partial(it) if it.source == Source::One(Some(peer))) {
                self.reset(index, Source::One(None));
            }
        }
    }

    /// Takes in a block.
    pub(super) fn receive(
        &mut self,
        from: ConnectionId,
        sender: PeerId,
        index: u32,
        begin: u32,
        bytes: &[u8],
    ) -> Arrival {
        let Some(piece) = self.info.piece(index) else { return Arrival::Unwanted };
        let Some(State::Partial(partial)) = self.states.get_mut(piece.index()) else { return Arrival::Unwanted };
        let number = (begin / BLOCK_LEN) as usize;
        let Some(block) = partial.blocks.get_mut(number) else { return Arrival::Unwanted };
        let expected = request(&self.info, index, number);
        if (begin, bytes.len()) != (expected.begin, expected.length as usize)
            || !matches!(partial.source, Source::Anyone | Source::One(None))
                && partial.source != Source::One(Some(from))
        {
            return Arrival::Unwanted;
        }
        let others = match std::mem::replace(block, Block::Here(sender)) {
            Block::Here(first) => {
                *block = Block::Here(first);
                return Arrival::Unwanted;
            }
            Block::Asked(peers) => peers.into_iter().filter(|peer| *peer != from).collect(),
            Block::Unasked => {
                partial.unasked -= 1;
                Vec::new()
            }
        };
        if let Source::One(one) = &mut partial.source {
            *one = Some(from);
        }
        partial.data.resize(self.info.piece_len(piece) as usize, 0);
        partial.data[begin as usize..][..bytes.len()].copy_from_slice(bytes);
        if partial.blocks.iter().all(|block| matches!(block, Block::Here(_))) {
            self.finish(piece, others)
        } else {
            Arrival::Block { others }
        }
    }

    /// Storage has the piece, or could not take it.
    pub(super) fn written(&mut self, piece: PieceIndex, stored: bool) -> bool {
        if !matches!(self.states.get(piece.index()), Some(State::Writing)) {
            return false;
        }
        self.writing_bytes -= self.info.piece_len(piece) as usize;
        if stored {
            self.states[piece.index()] = State::Have;
            self.have.set(piece.get());
        } else {
            self.states[piece.index()] = State::Missing;
            self.missing.insert(self.rank(piece.get()));
        }
        true
    }

    /// The stored bytes of a piece are gone or false: it is missing again. `false` when it was not there.
    pub(super) fn lost(&mut self, piece: PieceIndex) -> bool {
        let had = self.have.clear(piece.get());
        if had {
            self.states[piece.index()] = State::Missing;
            self.missing.insert(self.rank(piece.get()));
        }
        had
    }

    fn has_room(&self) -> bool {
        self.partial.is_empty() || self.partial_bytes < MAX_PARTIAL_BYTES && self.writing_bytes < MAX_WRITING_BYTES
    }

    fn begin(&mut self, index: u32) {
        if !matches!(self.states.get(index as usize), Some(State::Missing)) {
            return;
        }
        let Some(piece) = self.info.piece(index) else { return };
        let length = self.info.piece_len(piece);
        let count = length.div_ceil(BLOCK_LEN) as usize;
        let suspected = self.suspects.contains_key(&index);
        let source = if suspected { Source::One(None) } else { Source::Anyone };
        let partial = Partial { data: Vec::new(), blocks: vec![Block::Unasked; count], unasked: count, source };
        self.missing.remove(&self.rank(index));
        self.states[piece.index()] = State::Partial(Box::new(partial));
        self.partial.insert(index);
        self.partial_bytes += length as usize;
    }

    fn ask_piece(&mut self, index: u32, peer: ConnectionId, count: usize, asked: &mut Vec<BlockRequest>) {
        let Some(State::Partial(partial)) = self.states.get_mut(index as usize) else { return };
        match &mut partial.source {
            Source::Anyone => {}
            Source::One(one) if one.is_none_or(|one| one == peer) => *one = Some(peer),
            Source::One(_) => return,
        }
        for (number, block) in partial.blocks.iter_mut().enumerate() {
            if partial.unasked == 0 || asked.len() >= count {
                return;
            }
            if *block == Block::Unasked {
                *block = Block::Asked(vec![peer]);
                partial.unasked -= 1;
                asked.push(request(&self.info, index, number));
            }
        }
    }

    fn finish(&mut self, piece: PieceIndex, others: Vec<ConnectionId>) -> Arrival {
        let index = piece.get();
        let State::Partial(partial) = std::mem::replace(&mut self.states[piece.index()], State::Missing) else {
            return Arrival::Unwanted;
        };
        self.partial.remove(&index);
        self.partial_bytes -= self.info.piece_len(piece) as usize;
        let senders: Vec<(PeerId, [u8; 20])> = partial
            .blocks
            .iter()
            .zip(partial.data.chunks(BLOCK_LEN as usize))
            .filter_map(|(block, bytes)| match block {
                Block::Here(sender) => Some((*sender, Sha1::digest(bytes).into())),
                _ => None,
            })
            .collect();
        if self.info.verify(piece, &partial.data) {
            self.states[piece.index()] = State::Writing;
            self.writing_bytes += partial.data.len();
            let before = self.suspects.remove(&index).unwrap_or_default();
            let liars = before.iter().zip(&senders).filter(|(then, now)| then.1 != now.1).map(|(then, _)| then.0);
            return Arrival::Verified { piece, data: partial.data, others, liars: liars.collect() };
        }
        self.missing.insert(self.rank(index));
        let distinct: BTreeSet<PeerId> = senders.iter().map(|(sender, _)| *sender).collect();
        let liar = distinct.first().copied().filter(|_| distinct.len() == 1);
        if liar.is_none() && self.suspects.len() < MAX_SUSPECTS {
            self.suspects.insert(index, senders);
        }
        Arrival::Corrupt { liar }
    }

    fn reset(&mut self, index: u32, source: Source) {
        let Some(State::Partial(partial)) = self.states.get_mut(index as usize) else { return };
        if source != Source::Anyone {
            partial.blocks.fill(Block::Unasked);
            partial.unasked = partial.blocks.len();
            partial.source = source;
            return;
        }
        self.states[index as usize] = State::Missing;
        self.partial.remove(&index);
        self.partial_bytes -= self.info.piece(index).map_or(0, |piece| self.info.piece_len(piece) as usize);
        self.missing.insert(self.rank(index));
    }

    /// The place of a missing piece in the order of asking.
    fn rank(&self, index: u32) -> (u16, u64, u32) {
        let available = self.availability.get(index as usize).copied().unwrap_or_default();
        (available, Rng::new(self.salt ^ u64::from(index)).next(), index)
    }
}

fn request(info: &Info, index: u32, number: usize) -> BlockRequest {
    let length = info.piece(index).map_or(0, |piece| info.piece_len(piece));
    let begin = number as u32 * BLOCK_LEN;
    BlockRequest { piece: index, begin, length: (length - begin).min(BLOCK_LEN) }
}
