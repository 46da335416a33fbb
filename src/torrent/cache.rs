//! The few pieces that are being served, read from storage once for all who ask.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::limits::CACHE_BYTES;
use super::{InfoHash, PieceIndex};

/// Verified pieces in memory. Never more than [`CACHE_BYTES`], or one piece: the one that was not used for longest makes room.
#[derive(Debug, Default)]
pub(super) struct PieceCache {
    entries: BTreeMap<(InfoHash, PieceIndex), Entry>,
    bytes: usize,
    /// Counts uses, so that they can be put in order.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    bytes: Arc<Vec<u8>>,
    last_use: u64,
}

impl PieceCache {
    pub(super) fn insert(&mut self, torrent: InfoHash, piece: PieceIndex, bytes: Vec<u8>) {
        self.uses += 1;
        self.bytes += bytes.len();
        let entry = Entry { bytes: Arc::new(bytes), last_use: self.uses };
        if let Some(before) = self.entries.insert((torrent, piece), entry) {
            self.bytes -= before.bytes.len();
        }
        while self.bytes > CACHE_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.last_use).map(|(key, _)| *key);
            let gone = oldest.and_then(|key| self.entries.remove(&key));
            self.bytes -= gone.map_or(0, |entry| entry.bytes.len());
        }
    }

    pub(super) fn get(&mut self, torrent: InfoHash, piece: PieceIndex) -> Option<Arc<Vec<u8>>> {
        self.uses += 1;
        let entry = self.entries.get_mut(&(torrent, piece))?;
        entry.last_use = self.uses;
        Some(Arc::clone(&entry.bytes))
    }

    pub(super) fn contains(&self, torrent: InfoHash, piece: PieceIndex) -> bool {
        self.entries.contains_key(&(torrent, piece))
    }

    /// Drops all pieces that `gone` names.
    pub(super) fn forget(&mut self, gone: impl Fn(InfoHash, PieceIndex) -> bool) {
        self.entries.retain(|(torrent, piece), _| !gone(*torrent, *piece));
        self.bytes = self.entries.values().map(|entry| entry.bytes.len()).sum();
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::super::InfoBuilder;
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        const PIECE: usize = CACHE_BYTES / 4;
        let mut builder = InfoBuilder::new("memo", 6 * PIECE as u64).piece_length(PIECE as u32);
        builder.push(&vec![0; 6 * PIECE]);
        let info = builder.finish().expect("all is in");
        let pieces: Vec<PieceIndex> = info.pieces().collect();
        let mut cache = PieceCache::default();
        for piece in &pieces[..4] {
            cache.insert(info.info_hash(), *piece, vec![0; PIECE]);
        }
        assert!(cache.get(info.info_hash(), pieces[0]).is_some());
        cache.insert(info.info_hash(), pieces[3], vec![0; PIECE]);
        cache.insert(info.info_hash(), pieces[4], vec![0; PIECE]);
        let kept: Vec<bool> = pieces.iter().map(|piece| cache.contains(info.info_hash(), *piece)).collect();
        assert_eq!(kept, [true, false, true, true, true, false]);
        assert_eq!(cache.bytes(), CACHE_BYTES);
        cache.forget(|_, piece| piece == pieces[4]);
        assert_eq!(cache.bytes(), 3 * PIECE);
    }
}
