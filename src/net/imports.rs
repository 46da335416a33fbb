//! The metadata of a torrent is here, from others or out of a file: its memos get their rows, and can be filled.

use super::{Held, ImportError};
use crate::memo::{Memo, memos_of};
use crate::store::{Store, StoreError, TorrentRow};
use crate::torrent::{Bitfield, FileSelection, Info};

/// Makes the rows of all memos that a torrent brings, as far as its link names them. Those that are there already stay as
/// they are.
pub(super) async fn begin(store: &Store, row: TorrentRow, info: Info) -> Result<Held, ImportError> {
    let known = store.memos_by_info_hash(row.info_hash).await?;
    let new = new_memos(&info, row.files.as_ref(), &known);
    let Some(records) = known.iter().chain(&new).next().map(Memo::shared_records) else {
        return Err(ImportError::NoSound);
    };
    let count = info.piece_count();
    let have = Bitfield::from_bytes(row.have.as_slice(), count).unwrap_or_else(|_| Bitfield::new(count));
    let row =
        TorrentRow { memo_id: records.id, info: Some(info.raw().to_vec()), have: have.as_bytes().to_vec(), ..row };
    store.begin_import(&new, &row).await?;
    let memos = known.into_iter().chain(new).filter(|memo| !memo.is_deleted()).collect();
    Ok(Held { memos, info, have })
}

/// Makes the rows of those memos of a known torrent that a link names and that are not there, and returns them.
pub(super) async fn begin_more(
    store: &Store,
    info: &Info,
    files: Option<&FileSelection>,
    known: &[Memo],
) -> Result<Vec<Memo>, StoreError> {
    let new = new_memos(info, files, known);
    for memo in &new {
        store.put_memo(memo).await?;
    }
    Ok(new)
}

fn new_memos(info: &Info, files: Option<&FileSelection>, known: &[Memo]) -> Vec<Memo> {
    let brought = memos_of(info, files, js_sys::Date::now() as u64);
    let is_new = |memo: &Memo| {
        // What was made here is named otherwise, and is all of its torrent.
        known.iter().all(|known| known.id != memo.id && (known.part.is_some() || memo.part.is_some()))
    };
    brought.into_iter().filter(is_new).collect()
}
