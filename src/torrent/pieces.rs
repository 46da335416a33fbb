//! Every piece of one torrent, each in exactly one state, and the choice of what to ask for next.

mod ask;
mod receive;
mod runs;
mod select;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::limits::{MAX_PARTIAL_BYTES, MAX_SOON_RANGES, MAX_WRITING_BYTES, RUN_BYTES};
use super::rng::Rng;
use super::wire::{BLOCK_LEN, BlockRequest};
use super::{Bitfield, ConnectionId, Info, PeerId, PieceIndex};
use ask::Askers;
pub(super) use ask::Wish;
pub(super) use receive::Arrival;

/// The table of pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    info: Info,
    states: Vec<State>,
    /// Of the pieces that are wanted, those that are verified and stored.
    have: Bitfield,
    /// The pieces that are to be had; `None` until it is known which of several files are wanted.
    wanted: Option<Bitfield>,
    /// How many connected peers that are not seeds have each piece. Seeds have all and change no order.
    availability: Vec<u16>,
    /// Pieces in [`State::Missing`] that are wanted, rarest first.
    missing: BTreeSet<(u16, u64, u32)>,
    /// Pieces in [`State::Partial`].
    partial: BTreeSet<u32>,
    /// Those of them that have blocks nobody was asked for, and maybe others.
    open: BTreeSet<u32>,
    /// How often something became free to be asked for: who found nothing need not look again before.
    changes: u64,
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
    /// Who began it. Others begin pieces of their own as long as there are any: what is false then has one sender.
    owner: Option<ConnectionId>,
}

/// Who may send the blocks of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Source {
    Anyone,
    /// It was corrupt with blocks of several peers, or is asked of one who sent some of such a piece: all of it comes from one, so
    /// that a lie has one liar.
    One(Option<ConnectionId>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Unasked,
    Asked(Askers),
    Here(PeerId),
    /// It only fills up the piece: zeros, which nobody has to send (BEP 47).
    Padding,
}

impl Pieces {
    /// All pieces of a torrent. `bytes` says which of them are wanted, `have` which are stored.
    pub(super) fn new(info: Info, bytes: Option<&[Range<u64>]>, have: Option<Bitfield>, rng: &mut Rng) -> Self {
        let count = info.piece_count();
        let wanted = bytes.map(|bytes| select::pieces_of(&info, bytes)).or_else(|| select::by_default(&info));
        let mut have = have.filter(|have| have.len() == count).unwrap_or_else(|| Bitfield::new(count));
        for index in (0..count).filter(|index| wanted.as_ref().is_none_or(|wanted| !wanted.get(*index))) {
            have.clear(index);
        }
        let mut pieces = Self {
            states: (0..count).map(|index| if have.get(index) { State::Have } else { State::Missing }).collect(),
            availability: vec![0; count as usize],
            missing: BTreeSet::new(),
            partial: BTreeSet::new(),
            open: BTreeSet::new(),
            changes: 0,
            partial_bytes: 0,
            writing_bytes: 0,
            soon: Vec::new(),
            suspects: BTreeMap::new(),
            salt: rng.next(),
            info,
            have,
            wanted,
        };
        let missing = pieces.have.iter_zeros().filter(|index| pieces.is_chosen(*index));
        pieces.missing = missing.map(|index| pieces.rank(index)).collect();
        pieces
    }

    pub(super) fn info(&self) -> &Info {
        &self.info
    }

    /// The pieces that are verified and stored.
    pub(super) fn have(&self) -> &Bitfield {
        &self.have
    }

    /// Whether every wanted piece is verified and stored. Not before it is known which are wanted.
    pub(super) fn is_complete(&self) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.count_ones() == self.have.count_ones())
    }

    /// Whether every piece there is is verified and stored.
    pub(super) fn is_whole(&self) -> bool {
        self.wanted.is_some() && self.have.is_full()
    }

    /// Bytes of the pieces that are verified and stored.
    pub(super) fn have_bytes(&self) -> u64 {
        self.bytes_of(&self.have)
    }

    /// Bytes of the pieces that are wanted; none before it is known which.
    pub(super) fn wanted_bytes(&self) -> u64 {
        self.wanted.as_ref().map_or(0, |wanted| self.bytes_of(wanted))
    }

    fn bytes_of(&self, pieces: &Bitfield) -> u64 {
        let whole = u64::from(pieces.count_ones()) * u64::from(self.info.piece_length());
        let last = self.info.piece_count().checked_sub(1).filter(|last| pieces.get(*last));
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
        let missing = theirs.as_bytes().iter().zip(self.have.as_bytes()).map(|(theirs, ours)| theirs & !ours);
        missing
            .enumerate()
            .filter(|(_, bits)| *bits != 0)
            .any(|(byte, bits)| (0..8).any(|bit| bits & (0x80 >> bit) != 0 && self.wants(byte as u32 * 8 + bit)))
    }

    /// How often something became free to be asked for.
    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// Whether this piece is still to be fetched.
    pub(super) fn wants(&self, index: u32) -> bool {
        self.is_chosen(index) && matches!(self.states.get(index as usize), Some(State::Missing | State::Partial(_)))
    }

    /// Where a run begins, chosen by `number`, and its pieces: those of all if they are no more than that.
    pub(super) fn run(&self, number: u64, most: u64) -> impl Iterator<Item = PieceIndex> + use<> {
        let total = self.info.total_length();
        let runs = total.div_ceil(RUN_BYTES).max(1);
        let start = if total <= most { 0 } else { number % runs * RUN_BYTES };
        let end = if total <= most { total } else { start + RUN_BYTES };
        self.info.pieces_in(start..end)
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

    /// Storage has the piece, or could not take it.
    pub(super) fn written(&mut self, piece: PieceIndex, stored: bool) -> bool {
        if !matches!(self.states.get(piece.index()), Some(State::Writing)) {
            return false;
        }
        self.writing_bytes -= self.info.piece_len(piece) as usize;
        self.changes += 1;
        if stored && self.is_chosen(piece.get()) {
            self.states[piece.index()] = State::Have;
            self.have.set(piece.get());
        } else {
            self.miss(piece.get());
        }
        true
    }

    /// The stored bytes of a piece are gone or false: it is missing again. `false` when it was not there.
    pub(super) fn lost(&mut self, piece: PieceIndex) -> bool {
        let had = self.have.clear(piece.get());
        if had {
            self.miss(piece.get());
        }
        had
    }

    /// Nothing is left of this piece. It is fetched if it is wanted.
    fn miss(&mut self, index: u32) {
        self.states[index as usize] = State::Missing;
        self.changes += 1;
        if self.is_chosen(index) {
            self.missing.insert(self.rank(index));
        }
    }

    fn has_room(&self) -> bool {
        self.partial.is_empty() || self.partial_bytes < MAX_PARTIAL_BYTES && self.writing_bytes < MAX_WRITING_BYTES
    }

    /// Begins a piece that is missing; `alone` says that all of it is to come from one peer.
    fn begin(&mut self, index: u32, alone: bool) {
        if !matches!(self.states.get(index as usize), Some(State::Missing)) {
            return;
        }
        let Some(piece) = self.info.piece(index) else { return };
        let length = self.info.piece_len(piece);
        let count = length.div_ceil(BLOCK_LEN) as usize;
        let alone = alone || self.suspects.contains_key(&index);
        let source = if alone { Source::One(None) } else { Source::Anyone };
        let blocks = self.blocks(piece, count);
        let unasked = blocks.iter().filter(|block| **block == Block::Unasked).count();
        let partial = Partial { data: Vec::new(), blocks, unasked, source, owner: None };
        self.missing.remove(&self.rank(index));
        self.states[piece.index()] = State::Partial(Box::new(partial));
        self.partial.insert(index);
        self.open.insert(index);
        self.partial_bytes += length as usize;
    }

    /// Blocks that nobody was asked for, and those that need not be.
    fn blocks(&self, piece: PieceIndex, count: usize) -> Vec<Block> {
        let start = self.info.piece_range(piece).start;
        let is_padding = |number: usize| {
            let request = request(&self.info, piece.get(), number);
            let from = start + u64::from(request.begin);
            self.info.is_padding(from..from + u64::from(request.length))
        };
        let blocks = (0..count).map(|number| if is_padding(number) { Block::Padding } else { Block::Unasked });
        let blocks: Vec<Block> = blocks.collect();
        // A piece is finished by a block that arrives. One that is nothing but padding is fetched like any other.
        if blocks.contains(&Block::Unasked) { blocks } else { vec![Block::Unasked; count] }
    }

    /// Nothing that came of a piece is kept, and nobody is asked for it any more.
    fn reset(&mut self, index: u32) {
        if self.partial.remove(&index) {
            self.open.remove(&index);
            self.partial_bytes -= self.info.piece(index).map_or(0, |piece| self.info.piece_len(piece) as usize);
            self.miss(index);
        }
    }

    /// The place of a missing piece in the order of asking. Equally rare pieces that lie together stay together: storage reads
    /// them at once.
    fn rank(&self, index: u32) -> (u16, u64, u32) {
        let available = self.availability.get(index as usize).copied().unwrap_or_default();
        let run = u64::from(index) * u64::from(self.info.piece_length()) / RUN_BYTES;
        (available, Rng::new(self.salt ^ run).next(), index)
    }
}

fn request(info: &Info, index: u32, number: usize) -> BlockRequest {
    let length = info.piece(index).map_or(0, |piece| info.piece_len(piece));
    let begin = number as u32 * BLOCK_LEN;
    BlockRequest { piece: index, begin, length: (length - begin).min(BLOCK_LEN) }
}

#[cfg(test)]
mod tests;
