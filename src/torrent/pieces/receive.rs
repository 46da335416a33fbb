//! Blocks that come, the pieces that they make up, and who sent what is false.

use std::collections::BTreeSet;

use sha1::{Digest, Sha1};

use super::super::limits::MAX_SUSPECTS;
use super::ask::numbers;
use super::{BLOCK_LEN, Block, BlockRequest, ConnectionId, Partial, PeerId, PieceIndex, Pieces, Source, State};

/// What arrived with a block.
#[derive(Debug)]
pub(in super::super) enum Arrival {
    /// Nothing that is wanted: the piece is here, the block is here, or its borders are not those of a block.
    Unwanted,
    /// More of a piece. The others were asked for it too.
    Block { others: Vec<ConnectionId> },
    /// The last of a piece that is true. It has to be stored now.
    Verified {
        piece: PieceIndex,
        data: Vec<u8>,
        others: Vec<ConnectionId>,
        /// Who sent false bytes for this piece before.
        liars: BTreeSet<PeerId>,
        /// Nobody else sent any of it: this one is to be believed again.
        honest: Option<PeerId>,
    },
    /// The last of a piece that is false. All of it is missing again.
    Corrupt {
        /// Who sent all of it.
        liar: Option<PeerId>,
        /// Who sent some of it, when it were several.
        suspects: BTreeSet<PeerId>,
    },
}

impl Pieces {
    /// Takes in a block, or several that lie together.
    pub(in super::super) fn receive(
        &mut self,
        from: ConnectionId,
        sender: PeerId,
        index: u32,
        begin: u32,
        bytes: Vec<u8>,
    ) -> Arrival {
        let Some(piece) = self.info.piece(index) else { return Arrival::Unwanted };
        let piece_len = self.info.piece_len(piece) as usize;
        let Some(State::Partial(partial)) = self.states.get_mut(piece.index()) else { return Arrival::Unwanted };
        let mine = match partial.source {
            Source::Anyone | Source::One(None) => true,
            Source::One(Some(one)) => one == from,
        };
        let (start, end) = (begin as usize, (begin as usize).saturating_add(bytes.len()));
        let whole = end == piece_len || end < piece_len && bytes.len().is_multiple_of(BLOCK_LEN as usize);
        if !mine || !whole || bytes.is_empty() || !start.is_multiple_of(BLOCK_LEN as usize) {
            return Arrival::Unwanted;
        }
        let request = BlockRequest { piece: index, begin, length: bytes.len() as u32 };
        let Some(others) = partial.fill(from, sender, request, bytes, piece_len) else { return Arrival::Unwanted };
        if let Source::One(one) = &mut partial.source {
            *one = Some(from);
        }
        if partial.blocks.iter().all(|block| matches!(block, Block::Here(_) | Block::Padding)) {
            self.finish(piece, others)
        } else {
            Arrival::Block { others }
        }
    }

    fn finish(&mut self, piece: PieceIndex, others: Vec<ConnectionId>) -> Arrival {
        let index = piece.get();
        let State::Partial(partial) = std::mem::replace(&mut self.states[piece.index()], State::Missing) else {
            return Arrival::Unwanted;
        };
        self.partial.remove(&index);
        self.open.remove(&index);
        self.partial_bytes -= self.info.piece_len(piece) as usize;
        let senders = partial.senders();
        let only = senders.first().copied().filter(|_| senders.len() == 1);
        if self.info.verify(piece, &partial.data) {
            self.states[piece.index()] = State::Writing;
            self.writing_bytes += partial.data.len();
            let before = self.suspects.remove(&index);
            let liars = before.map_or_else(BTreeSet::new, |before| {
                let now = partial.traces();
                before.iter().zip(&now).filter(|(then, now)| then.1 != now.1).map(|(then, _)| then.0).collect()
            });
            return Arrival::Verified { piece, data: partial.data, others, liars, honest: only };
        }
        self.miss(index);
        if only.is_some() {
            return Arrival::Corrupt { liar: only, suspects: BTreeSet::new() };
        }
        if self.suspects.len() < MAX_SUSPECTS {
            self.suspects.insert(index, partial.traces());
        }
        Arrival::Corrupt { liar: None, suspects: senders }
    }
}

impl Partial {
    /// Puts bytes in their place, as far as they are not there yet. The others that were asked for them; `None` if nothing was
    /// new.
    fn fill(
        &mut self,
        from: ConnectionId,
        sender: PeerId,
        request: BlockRequest,
        bytes: Vec<u8>,
        piece_len: usize,
    ) -> Option<Vec<ConnectionId>> {
        let places = self.blocks.get_mut(numbers(request))?;
        let news = places.iter().filter(|block| matches!(block, Block::Unasked | Block::Asked(_))).count();
        if news == 0 {
            return None;
        }
        let all = news == places.len();
        let start = request.begin as usize;
        if all && bytes.len() == piece_len {
            self.data = bytes;
        } else {
            self.data.resize(piece_len, 0);
            for (number, place) in places.iter().enumerate() {
                if matches!(place, Block::Unasked | Block::Asked(_)) {
                    let at = number * BLOCK_LEN as usize;
                    let part = &bytes[at..(at + BLOCK_LEN as usize).min(bytes.len())];
                    self.data[start + at..][..part.len()].copy_from_slice(part);
                }
            }
        }
        let mut others = Vec::new();
        for place in places {
            match place {
                Block::Here(_) | Block::Padding => continue,
                Block::Unasked => self.unasked -= 1,
                Block::Asked(askers) => {
                    others.extend(askers.others(from).filter(|other| !others.contains(other)).collect::<Vec<_>>());
                }
            }
            *place = Block::Here(sender);
        }
        Some(others)
    }

    /// Everybody who sent some of it.
    fn senders(&self) -> BTreeSet<PeerId> {
        let senders = self.blocks.iter().filter_map(|block| match block {
            Block::Here(sender) => Some(*sender),
            _ => None,
        });
        senders.collect()
    }

    /// Who sent which block, and what it was, to be compared with the truth.
    fn traces(&self) -> Vec<(PeerId, [u8; 20])> {
        let blocks = self.blocks.iter().zip(self.data.chunks(BLOCK_LEN as usize));
        let traces = blocks.filter_map(|(block, bytes)| match block {
            Block::Here(sender) => Some((*sender, Sha1::digest(bytes).into())),
            _ => None,
        });
        traces.collect()
    }
}
