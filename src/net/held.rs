//! A torrent whose metadata is known, with the memos that it is.

use std::ops::Range;

use crate::memo::{Memo, MemoId, Records};
use crate::store::TorrentRow;
use crate::torrent::{Bitfield, Info};

/// What it takes to read and write the pieces of a torrent.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The memos whose audio is wanted: one, or several when the torrent has several files. Never none.
    pub(super) memos: Vec<Memo>,
    /// The metadata.
    pub(super) info: Info,
    /// The pieces that are stored.
    pub(super) have: Bitfield,
}

impl Held {
    /// From what is stored. `None` when the row has no metadata, or its bitfield is not one of it, or there is no memo.
    pub(super) fn of(row: &TorrentRow, memos: Vec<Memo>) -> Option<Self> {
        let info = Info::parse(row.info.as_deref()?).ok().filter(|info| info.info_hash() == row.info_hash)?;
        let have = match Bitfield::from_bytes(row.have.as_slice(), info.piece_count()) {
            Ok(have) => have,
            // What is complete was all there once; what is not there any more is noticed when it is read.
            Err(_) if memos.iter().all(|memo| memo.complete) => Bitfield::full(info.piece_count()),
            Err(_) => return None,
        };
        (!memos.is_empty()).then_some(Self { memos, info, have })
    }

    /// Where the pieces lie.
    pub(super) fn records(&self) -> Option<Records> {
        self.memos.first().map(Memo::shared_records)
    }

    /// The bytes of the content that are wanted; `None` where the memo is all of it.
    pub(super) fn wanted(&self) -> Option<Vec<Range<u64>>> {
        let parts = self.memos.iter().filter(|memo| memo.part.is_some());
        let wanted: Vec<Range<u64>> = parts.map(|memo| memo.in_records(0..memo.size)).collect();
        (!wanted.is_empty()).then_some(wanted)
    }

    /// Bytes of all its memos.
    pub(super) fn size(&self) -> u64 {
        self.memos.iter().map(|memo| memo.size).sum()
    }

    /// The memos that are all here and do not know it yet.
    pub(super) fn arrived(&self) -> Vec<MemoId> {
        self.arrived_with(&self.have)
    }

    /// The memos that are all here when these pieces are, and do not know it yet.
    pub(super) fn arrived_with(&self, have: &Bitfield) -> Vec<MemoId> {
        let here = |memo: &&Memo| {
            let bytes = memo.in_records(0..memo.size);
            !memo.complete && self.info.pieces_in(bytes).all(|piece| have.get(piece.get()))
        };
        self.memos.iter().filter(here).map(|memo| memo.id.clone()).collect()
    }
}
