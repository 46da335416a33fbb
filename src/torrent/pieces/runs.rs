//! What a web seed is asked for: blocks that lie together, so that one request of HTTP brings many (BEP 19).
//!
//! Peers take the rarest pieces, web seeds the first ones: the two meet late, and sound begins at the beginning.

use std::ops::Range;

use super::{Askers, BLOCK_LEN, Block, BlockRequest, ConnectionId, Pieces, Source, State, request};

impl Pieces {
    /// Reserves a run for `source` among the pieces that it `offers`: from where somebody listens, or else from the first block
    /// that nobody was asked for, over whole pieces up to `most` bytes; one piece at least.
    pub(in super::super) fn ask_run(
        &mut self,
        source: ConnectionId,
        most: u64,
        offers: impl Fn(u32) -> bool,
    ) -> Option<Range<u64>> {
        let listened = self.listened().find(|index| offers(*index) && self.is_open(*index, source));
        let first = listened.or_else(|| self.first_open(source, 0, &offers))?;
        self.reserve(first, source, most, offers)
    }

    /// Reserves the first run that begins at this byte of the content or later.
    pub(in super::super) fn ask_run_from(
        &mut self,
        source: ConnectionId,
        byte: u64,
        most: u64,
        offers: impl Fn(u32) -> bool,
    ) -> Option<Range<u64>> {
        let index = byte.div_ceil(u64::from(self.info.piece_length()));
        let first = self.first_open(source, u32::try_from(index).ok()?, &offers)?;
        self.reserve(first, source, most, offers)
    }

    /// At the end: a few blocks that lie together and that others were asked for.
    pub(in super::super) fn ask_run_again(
        &mut self,
        source: ConnectionId,
        most: usize,
        offers: impl Fn(u32) -> bool,
    ) -> Option<Range<u64>> {
        let mut requests = self.ask_again(source, most, offers);
        requests.sort_unstable_by_key(|request| (request.piece, request.begin));
        let mut run = self.block_bytes(*requests.first()?);
        for request in requests {
            let bytes = self.block_bytes(request);
            if bytes.start <= run.end {
                run.end = bytes.end;
            } else {
                self.give_back(source, request);
            }
        }
        Some(run)
    }

    /// The blocks of a run that have not come are for others.
    pub(in super::super) fn give_back_run(&mut self, source: ConnectionId, run: Range<u64>) {
        for request in self.blocks_in(run) {
            self.give_back(source, request);
        }
    }

    /// Whether any block of a run is still to come from `source`.
    pub(in super::super) fn awaits_run(&self, source: ConnectionId, run: Range<u64>) -> bool {
        self.blocks_in(run).any(|request| match self.states.get(request.piece as usize) {
            Some(State::Partial(partial)) => match partial.blocks.get((request.begin / BLOCK_LEN) as usize) {
                Some(Block::Asked(sources)) => sources.contains(&source),
                _ => false,
            },
            _ => false,
        })
    }

    /// Whether somebody listens to a piece of which nobody was asked for some block.
    pub(in super::super) fn has_listener_waiting(&self, source: ConnectionId) -> bool {
        self.listened().any(|index| self.is_open(index, source))
    }

    /// The block that holds this byte of the content.
    pub(in super::super) fn block_at(&self, byte: u64) -> Option<BlockRequest> {
        let piece = self.info.pieces_in(byte..byte.checked_add(1)?).next()?;
        let within = byte - self.info.piece_range(piece).start;
        Some(request(&self.info, piece.get(), (within / u64::from(BLOCK_LEN)) as usize))
    }

    /// Where a block is in the content.
    pub(in super::super) fn block_bytes(&self, block: BlockRequest) -> Range<u64> {
        let start = self.info.piece(block.piece).map_or(0, |piece| self.info.piece_range(piece).start);
        let start = start + u64::from(block.begin);
        start..start + u64::from(block.length)
    }

    /// The blocks of whole runs.
    fn blocks_in(&self, run: Range<u64>) -> impl Iterator<Item = BlockRequest> + use<> {
        let info = self.info.clone();
        info.clone().pieces_in(run.clone()).flat_map(move |piece| {
            let (info, bytes) = (info.clone(), info.piece_range(piece));
            let block = u64::from(BLOCK_LEN);
            let first = run.start.saturating_sub(bytes.start) / block;
            let last = (run.end.min(bytes.end) - bytes.start).div_ceil(block);
            (first..last).map(move |number| request(&info, piece.get(), number as usize))
        })
    }

    fn listened(&self) -> impl Iterator<Item = u32> {
        self.soon.iter().flat_map(Clone::clone)
    }

    /// Whether `source` may be asked for some block of this piece.
    fn is_open(&self, index: u32, source: ConnectionId) -> bool {
        self.wants(index)
            && match self.states.get(index as usize) {
                Some(State::Partial(partial)) => {
                    let allowed = match partial.source {
                        Source::Anyone | Source::One(None) => true,
                        Source::One(Some(one)) => one == source,
                    };
                    allowed && partial.unasked > 0
                }
                Some(State::Missing) => true,
                _ => false,
            }
    }

    /// The first piece from `least` on that can be asked for.
    fn first_open(&self, source: ConnectionId, least: u32, offers: &impl Fn(u32) -> bool) -> Option<u32> {
        let usable = |index: &u32| *index >= least && offers(*index);
        let begun = self.partial.iter().copied().find(|index| usable(index) && self.is_open(*index, source));
        let missing = self.missing.iter().map(|rank| rank.2).filter(usable);
        let missing = if self.has_room() { missing.min() } else { None };
        [begun, missing].into_iter().flatten().min()
    }

    /// Takes blocks from the first that is free in piece `first`, as long as they lie together.
    fn reserve(
        &mut self,
        first: u32,
        source: ConnectionId,
        most: u64,
        offers: impl Fn(u32) -> bool,
    ) -> Option<Range<u64>> {
        let mut run: Option<Range<u64>> = None;
        for index in first..self.info.piece_count() {
            let length = self.info.piece(index).map_or(0, |piece| u64::from(self.info.piece_len(piece)));
            let fits = run.as_ref().is_none_or(|run| run.end - run.start + length <= most && self.has_room());
            if !fits || !offers(index) || !self.is_open(index, source) {
                break;
            }
            self.begin(index, false);
            let Some((bytes, to_the_end)) = self.reserve_in(index, source, run.is_some()) else { break };
            run = Some(run.map_or(bytes.start, |run| run.start)..bytes.end);
            if !to_the_end {
                break;
            }
        }
        run
    }

    /// Takes the first blocks of a piece that are free and lie together; whether they reach its end. A run that goes on needs
    /// those at its beginning.
    fn reserve_in(&mut self, index: u32, source: ConnectionId, goes_on: bool) -> Option<(Range<u64>, bool)> {
        let Some(State::Partial(partial)) = self.states.get_mut(index as usize) else { return None };
        let first = partial.blocks.iter().position(|block| *block == Block::Unasked)?;
        if goes_on && first > 0 {
            return None;
        }
        let mut after = first;
        while partial.blocks.get(after) == Some(&Block::Unasked) {
            partial.blocks[after] = Block::Asked(Askers::one(source));
            partial.unasked -= 1;
            after += 1;
        }
        if let Source::One(one) = &mut partial.source {
            *one = Some(source);
        }
        let to_the_end = after == partial.blocks.len();
        let (first, last) = (request(&self.info, index, first), request(&self.info, index, after - 1));
        Some((self.block_bytes(first).start..self.block_bytes(last).end, to_the_end))
    }
}
