//! What one device has stored, and what its storage does to it.

use std::collections::{BTreeMap, BTreeSet};

use voice_memos::torrent::{Bitfield, InfoHash, PieceIndex};

use crate::chance::Chance;
use crate::content::Content;

/// How well storage works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wear {
    /// Reads that find nothing, or something else, in a million.
    pub(crate) bad_reads: u64,
    /// Writes that fail, in a million.
    pub(crate) bad_writes: u64,
    /// How long an access may take.
    pub(crate) slow_ms: u64,
}

/// A stored piece. Only true pieces are ever written, so their bytes need not be kept twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    True,
    Altered,
}

/// The storage of one device. It outlives the tab.
#[derive(Debug, Default)]
pub(crate) struct Disk {
    pieces: BTreeMap<(InfoHash, u32), Stored>,
    infos: BTreeMap<InfoHash, Vec<u8>>,
    /// Nothing is ever lost on it: somebody must have everything, or a run could not end.
    pub(crate) safe: bool,
    /// Pieces that the engine may rightly find missing.
    pub(crate) lost: BTreeSet<(InfoHash, u32)>,
}

impl Disk {
    /// Stores the whole content.
    pub(crate) fn fill(&mut self, content: &Content) {
        self.keep_info(content.info_hash(), content.info.raw().to_vec());
        content.info.pieces().for_each(|piece| self.keep(content.info_hash(), piece));
    }

    pub(crate) fn keep_info(&mut self, torrent: InfoHash, raw: Vec<u8>) {
        self.infos.insert(torrent, raw);
    }

    /// Nothing of the torrent is kept.
    pub(crate) fn erase(&mut self, torrent: InfoHash) {
        self.pieces.retain(|(of, _), _| *of != torrent);
        self.infos.remove(&torrent);
    }

    pub(crate) fn info(&self, torrent: InfoHash) -> Option<Vec<u8>> {
        self.infos.get(&torrent).cloned()
    }

    /// A piece whose bytes were found to be true is on the disk from now on.
    pub(crate) fn keep(&mut self, torrent: InfoHash, piece: PieceIndex) {
        self.pieces.insert((torrent, piece.get()), Stored::True);
        self.lost.remove(&(torrent, piece.get()));
    }

    /// Its bytes rot where they lie; nobody is told.
    pub(crate) fn alter(&mut self, torrent: InfoHash, piece: u32) {
        self.pieces.insert((torrent, piece), Stored::Altered);
    }

    /// Whether a write of now succeeds.
    pub(crate) fn takes(&self, wear: &Wear, chance: &mut Chance) -> bool {
        self.safe || !chance.in_a_million(wear.bad_writes)
    }

    /// What a read finds.
    pub(crate) fn read(
        &mut self,
        content: &Content,
        piece: PieceIndex,
        wear: &Wear,
        chance: &mut Chance,
    ) -> Option<Vec<u8>> {
        let name = (content.info_hash(), piece.get());
        if !self.safe && chance.in_a_million(wear.bad_reads) {
            if chance.percent(50) {
                self.pieces.remove(&name);
            } else if let Some(stored) = self.pieces.get_mut(&name) {
                *stored = Stored::Altered;
            }
        }
        let stored = self.pieces.get(&name).copied();
        if stored != Some(Stored::True) {
            self.pieces.remove(&name);
            self.lost.insert(name);
        }
        let mut bytes = stored.map(|_| content.piece(piece).to_vec());
        if let (Some(Stored::Altered), Some(bytes)) = (stored, &mut bytes) {
            let at = chance.below(bytes.len());
            bytes[at] ^= 1;
        }
        bytes
    }

    /// The pieces that are there, as far as anybody knows who has not read them.
    pub(crate) fn have(&self, content: &Content) -> Bitfield {
        let mut have = Bitfield::new(content.info.piece_count());
        self.stored(content.info_hash()).for_each(|(index, _)| {
            have.set(index);
        });
        have
    }

    pub(crate) fn has(&self, torrent: InfoHash, piece: u32) -> bool {
        self.pieces.contains_key(&(torrent, piece))
    }

    /// Whether the engine may believe that the piece is there.
    pub(crate) fn knows(&self, torrent: InfoHash, piece: u32) -> bool {
        self.pieces.contains_key(&(torrent, piece)) || self.lost.contains(&(torrent, piece))
    }

    /// Whether the metadata and every piece is there, and true.
    pub(crate) fn is_complete(&self, content: &Content) -> bool {
        let whole = self.stored(content.info_hash()).filter(|(_, stored)| *stored == Stored::True).count();
        self.infos.contains_key(&content.info_hash()) && whole == content.info.piece_count() as usize
    }

    pub(crate) fn count(&self, torrent: InfoHash) -> usize {
        self.stored(torrent).count()
    }

    fn stored(&self, torrent: InfoHash) -> impl Iterator<Item = (u32, Stored)> {
        self.pieces.range((torrent, 0)..=(torrent, u32::MAX)).map(|((_, index), stored)| (*index, *stored))
    }
}
