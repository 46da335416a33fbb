//! Which pieces are wanted at all: those that hold bytes of the chosen files.

use std::ops::Range;

use super::{Bitfield, Info, PieceIndex, Pieces, State};

/// What another choice changes for others.
#[derive(Debug, Default)]
pub(in super::super) struct Reselected {
    /// Pieces that were had, and are wanted no more: they are not kept.
    pub(in super::super) dropped: Vec<PieceIndex>,
    /// Pieces that are stored already, and can be had again.
    pub(in super::super) gained: Vec<PieceIndex>,
}

/// What is wanted before anybody has said so: all of a single file. Of several files nothing, until somebody chooses.
pub(super) fn by_default(info: &Info) -> Option<Bitfield> {
    (info.files().len() == 1).then(|| Bitfield::full(info.piece_count()))
}

/// The pieces that hold any of these bytes.
pub(super) fn pieces_of(info: &Info, bytes: &[Range<u64>]) -> Bitfield {
    let mut wanted = Bitfield::new(info.piece_count());
    for range in bytes {
        for piece in info.pieces_in(range.clone()) {
            wanted.set(piece.get());
        }
    }
    wanted
}

impl Pieces {
    /// Whether this piece is among those that were chosen.
    pub(super) fn is_chosen(&self, index: u32) -> bool {
        self.wanted.as_ref().is_some_and(|wanted| wanted.get(index))
    }

    /// From now on the pieces of these bytes are wanted, and no others are kept. Of those that were not wanted before, the
    /// ones in `stored` are there already.
    pub(in super::super) fn select(&mut self, bytes: &[Range<u64>], stored: &Bitfield) -> Reselected {
        let wanted = pieces_of(&self.info, bytes);
        let before = self.wanted.replace(wanted.clone());
        self.changes += 1;
        let mut changed = Reselected::default();
        for piece in self.info.pieces() {
            let index = piece.get();
            match (before.as_ref().is_some_and(|before| before.get(index)), wanted.get(index)) {
                (true, false) => self.drop_piece(piece, &mut changed),
                (false, true) if matches!(self.states[piece.index()], State::Missing) => {
                    if stored.len() == wanted.len() && stored.get(index) {
                        self.states[piece.index()] = State::Have;
                        self.have.set(index);
                        changed.gained.push(piece);
                    } else {
                        self.missing.insert(self.rank(index));
                    }
                }
                _ => {}
            }
        }
        changed
    }

    fn drop_piece(&mut self, piece: PieceIndex, changed: &mut Reselected) {
        let index = piece.get();
        match self.states[piece.index()] {
            // Storage still answers for it; then it is let go of.
            State::Writing => return,
            State::Missing => drop(self.missing.remove(&self.rank(index))),
            State::Partial(_) => {
                self.partial.remove(&index);
                self.open.remove(&index);
                self.partial_bytes -= self.info.piece_len(piece) as usize;
            }
            State::Have => {
                self.have.clear(index);
                changed.dropped.push(piece);
            }
        }
        self.states[piece.index()] = State::Missing;
    }
}
