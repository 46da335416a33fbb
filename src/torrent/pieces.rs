//! Every piece of one torrent, each in exactly one state, and the choice of what to ask for next.

mod runs;
mod select;

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
        let wanted = theirs.as_bytes().iter().zip(self.have.as_bytes()).any(|(theirs, ours)| theirs & !ours != 0);
        wanted && theirs.iter_ones().any(|index| self.wants(index))
    }

    /// Whether this piece is still to be fetched.
    pub(super) fn wants(&self, index: u32) -> bool {
        self.is_chosen(index) && matches!(self.states.get(index as usize), Some(State::Missing | State::Partial(_)))
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
        } else if partial.source == Source::Anyone
            && partial.blocks.iter().all(|block| matches!(block, Block::Unasked | Block::Padding))
        {
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
            known @ (Block::Here(_) | Block::Padding) => {
                *block = known;
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
        if partial.blocks.iter().all(|block| matches!(block, Block::Here(_) | Block::Padding)) {
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
        if self.is_chosen(index) {
            self.missing.insert(self.rank(index));
        }
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
        let blocks = self.blocks(piece, count);
        let unasked = blocks.iter().filter(|block| **block == Block::Unasked).count();
        let partial = Partial { data: Vec::new(), blocks, unasked, source };
        self.missing.remove(&self.rank(index));
        self.states[piece.index()] = State::Partial(Box::new(partial));
        self.partial.insert(index);
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
        self.miss(index);
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
            let asked_for = |block: &&mut Block| **block != Block::Padding;
            partial.unasked = partial.blocks.iter_mut().filter(asked_for).map(|block| *block = Block::Unasked).count();
            partial.source = source;
            return;
        }
        self.partial.remove(&index);
        self.partial_bytes -= self.info.piece(index).map_or(0, |piece| self.info.piece_len(piece) as usize);
        self.miss(index);
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

#[cfg(test)]
mod tests {
    use super::super::InfoBuilder;
    use super::*;

    const HERE: ConnectionId = ConnectionId(1);
    const THERE: ConnectionId = ConnectionId(2);

    fn peer(name: u8) -> PeerId {
        PeerId::new([name; 20])
    }

    /// Four pieces of four blocks, and all their bytes.
    fn table() -> (Pieces, Vec<u8>) {
        let bytes: Vec<u8> = (0..16 * BLOCK_LEN).map(|at| (at / 7) as u8).collect();
        let mut builder = InfoBuilder::new("memo", bytes.len() as u64).piece_length(4 * BLOCK_LEN);
        builder.push(&bytes);
        (Pieces::new(builder.finish().expect("all is in"), None, None, &mut Rng::new(1)), bytes)
    }

    fn block(bytes: &[u8], request: BlockRequest) -> Vec<u8> {
        let start = (request.piece * 4 * BLOCK_LEN + request.begin) as usize;
        bytes[start..start + request.length as usize].to_vec()
    }

    #[test]
    fn a_piece_that_is_begun_is_finished_first_and_no_block_is_asked_for_twice() {
        let (mut pieces, _) = table();
        let first = pieces.ask(HERE, 2, |_| true);
        let second = pieces.ask(THERE, 2, |_| true);
        assert!(first.iter().chain(&second).all(|request| request.piece == first[0].piece), "{first:?} {second:?}");
        let rest = pieces.ask(HERE, 100, |_| true);
        assert_eq!(first.len() + second.len() + rest.len(), 16);
        assert_eq!(pieces.ask(THERE, 100, |_| true), []);
    }

    #[test]
    fn the_rarest_piece_is_begun_first_unless_somebody_listens_elsewhere() {
        let (mut pieces, _) = table();
        for index in [0, 1, 3] {
            pieces.count(index, true);
        }
        assert_eq!(pieces.ask(HERE, 1, |_| true)[0].piece, 2);
        pieces.want_soon(u64::from(13 * BLOCK_LEN)..u64::from(14 * BLOCK_LEN));
        assert_eq!(pieces.ask(HERE, 1, |_| true)[0].piece, 3);
        assert_eq!(pieces.ask(HERE, 1, |index| index == 1)[0].piece, 1, "only what the peer offers");
    }

    #[test]
    fn a_whole_piece_is_true_or_names_its_liar() {
        let (mut pieces, bytes) = table();
        let requests = pieces.ask(HERE, 4, |_| true);
        for request in &requests[..3] {
            let arrival = pieces.receive(HERE, peer(1), request.piece, request.begin, &block(&bytes, *request));
            assert!(matches!(arrival, Arrival::Block { .. }), "{arrival:?}");
        }
        let last = requests[3];
        let mut false_block = block(&bytes, last);
        false_block[0] ^= 1;
        let arrival = pieces.receive(HERE, peer(1), last.piece, last.begin, &false_block);
        assert!(matches!(arrival, Arrival::Corrupt { liar: Some(liar) } if liar == peer(1)), "{arrival:?}");
        assert!(pieces.wants(last.piece));
    }

    #[test]
    fn a_piece_of_two_senders_that_is_false_comes_from_one_next_and_the_liar_is_found() {
        let (mut pieces, bytes) = table();
        let requests = pieces.ask(HERE, 4, |index| index == 0);
        for (number, request) in requests.iter().enumerate() {
            let mut data = block(&bytes, *request);
            data[9] ^= u8::from(number == 2);
            let (from, sender) = if number == 2 { (THERE, peer(2)) } else { (HERE, peer(1)) };
            pieces.receive(from, sender, request.piece, request.begin, &data);
        }
        let again = pieces.ask(HERE, 2, |index| index == 0);
        assert_eq!(again.len(), 2);
        assert_eq!(pieces.ask(THERE, 4, |index| index == 0), [], "it is not mixed again");
        let rest = pieces.ask(HERE, 4, |index| index == 0);
        let arrivals: Vec<Arrival> = again
            .iter()
            .chain(&rest)
            .map(|request| pieces.receive(HERE, peer(1), 0, request.begin, &block(&bytes, *request)))
            .collect();
        let Some(Arrival::Verified { liars, .. }) = arrivals.last() else { panic!("{arrivals:?}") };
        assert_eq!(*liars, BTreeSet::from([peer(2)]));
    }

    #[test]
    fn what_the_only_sender_leaves_half_done_is_for_the_next_one() {
        let (mut pieces, bytes) = table();
        for (number, request) in pieces.ask(HERE, 4, |index| index == 0).into_iter().enumerate() {
            let mut data = block(&bytes, request);
            data[0] ^= u8::from(number == 0);
            pieces.receive(if number < 2 { HERE } else { THERE }, peer(number as u8 / 2), 0, request.begin, &data);
        }
        let half = pieces.ask(HERE, 2, |index| index == 0);
        half.iter().for_each(|request| {
            pieces.receive(HERE, peer(0), 0, request.begin, &block(&bytes, *request));
        });
        pieces.release(HERE);
        assert_eq!(pieces.ask(THERE, 4, |index| index == 0).len(), 4, "all of it, from one");
    }

    #[test]
    fn blocks_of_a_wrong_shape_are_not_taken() {
        let (mut pieces, bytes) = table();
        let request = pieces.ask(HERE, 1, |index| index == 0)[0];
        let good = block(&bytes, request);
        for (index, begin, data) in [(0, 1, &good[..]), (0, 0, &good[1..]), (9, 0, &good[..]), (1, 0, &good[..])] {
            let arrival = pieces.receive(HERE, peer(1), index, begin, data);
            assert!(matches!(arrival, Arrival::Unwanted), "{index} {begin} {}", data.len());
        }
        assert!(matches!(pieces.receive(HERE, peer(1), 0, 0, &good), Arrival::Block { .. }));
        assert!(matches!(pieces.receive(HERE, peer(1), 0, 0, &good), Arrival::Unwanted), "twice");
    }

    #[test]
    fn storage_decides_what_is_had_and_lost_pieces_are_missing_again() {
        let (mut pieces, bytes) = table();
        let mut verified = None;
        for request in pieces.ask(HERE, 4, |index| index == 3) {
            if let Arrival::Verified { piece, .. } =
                pieces.receive(HERE, peer(1), 3, request.begin, &block(&bytes, request))
            {
                verified = Some(piece);
            }
        }
        let piece = verified.expect("all four blocks are true");
        assert!(!pieces.wants(3) && !pieces.have().get(3), "it is being written");
        assert!(pieces.written(piece, true) && !pieces.written(piece, true));
        assert_eq!((pieces.have_bytes(), pieces.held_bytes()), (u64::from(4 * BLOCK_LEN), 0));
        assert!(pieces.lost(piece) && pieces.wants(3));
        assert_eq!(pieces.have_bytes(), 0);
    }
}
