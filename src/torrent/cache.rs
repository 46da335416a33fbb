//! The few pieces that are being served, read from storage once for all who ask.

use std::collections::VecDeque;
use std::sync::Arc;

use super::limits::CACHE_BYTES;
use super::{InfoHash, PieceIndex};

/// Verified pieces in memory, latest used last. Never more than [`CACHE_BYTES`], or one piece.
#[derive(Debug, Default)]
pub(super) struct PieceCache {
    entries: VecDeque<(InfoHash, PieceIndex, Arc<[u8]>)>,
    bytes: usize,
}

impl PieceCache {
    pub(super) fn insert(&mut self, torrent: InfoHash, piece: PieceIndex, bytes: &[u8]) {
        self.forget(|of, kept| of == torrent && kept == piece);
        self.bytes += bytes.len();
        self.entries.push_back((torrent, piece, bytes.into()));
        while self.bytes > CACHE_BYTES && self.entries.len() > 1 {
            let oldest = self.entries.pop_front();
            self.bytes -= oldest.map_or(0, |(.., bytes)| bytes.len());
        }
    }

    pub(super) fn get(&mut self, torrent: InfoHash, piece: PieceIndex) -> Option<Arc<[u8]>> {
        let at = self.entries.iter().rposition(|(of, kept, _)| (*of, *kept) == (torrent, piece))?;
        if at + 1 < self.entries.len() {
            let entry = self.entries.remove(at)?;
            self.entries.push_back(entry);
        }
        self.entries.back().map(|(.., bytes)| Arc::clone(bytes))
    }

    pub(super) fn contains(&self, torrent: InfoHash, piece: PieceIndex) -> bool {
        self.entries.iter().any(|(of, kept, _)| (*of, *kept) == (torrent, piece))
    }

    /// Drops all pieces that `gone` names.
    pub(super) fn forget(&mut self, gone: impl Fn(InfoHash, PieceIndex) -> bool) {
        self.entries.retain(|(of, kept, _)| !gone(*of, *kept));
        self.bytes = self.entries.iter().map(|(.., bytes)| bytes.len()).sum();
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
