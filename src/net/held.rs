//! A torrent whose metadata is known, with the memo that it is.

use crate::memo::Memo;
use crate::store::TorrentRow;
use crate::torrent::{Bitfield, Info};

/// What it takes to read and write the pieces of a torrent.
#[derive(Debug, Clone)]
pub(super) struct Held {
    /// The memo whose audio the pieces are.
    pub(super) memo: Memo,
    /// The metadata.
    pub(super) info: Info,
    /// The pieces that are stored.
    pub(super) have: Bitfield,
}

impl Held {
    /// From what is stored. `None` when the row has no metadata, or its bitfield is not one of it.
    pub(super) fn of(row: &TorrentRow, memo: Memo) -> Option<Self> {
        let info = Info::parse(row.info.as_deref()?).ok().filter(|info| info.info_hash() == row.info_hash)?;
        let have = if memo.complete {
            Bitfield::full(info.piece_count())
        } else {
            Bitfield::from_bytes(row.have.as_slice(), info.piece_count()).ok()?
        };
        Some(Self { memo, info, have })
    }
}
