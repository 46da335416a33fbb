//! The first share of a memo: its name, its card and its bytes become a torrent that never changes again.

use super::ShareError;
use crate::memo::{CARD_KEY, Card, Memo, MemoId, file_name};
use crate::store::{RECORD_LEN, Store, TorrentRow};
use crate::torrent::{Bitfield, Info, InfoBuilder, default_piece_length};

/// Bytes read and hashed at once. Between two such steps the page can do something else.
const STEP_BYTES: u64 = 256 * 1024;

/// From this size on a memo is long: more than an hour at 32 kbit/s.
const LONG_MEMO_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes of a piece of a memo that is not long.
const SHORT_PIECE_LEN: u32 = 32 * 1024;

/// Reads all of a memo and makes its metadata, card included.
pub(super) async fn info_of(store: &Store, memo: &Memo) -> Result<Info, ShareError> {
    let mut builder = InfoBuilder::new(file_name(memo), memo.size)
        .piece_length(piece_length(memo.size))
        .extra(CARD_KEY, Card::of(memo).encode());
    let mut start = 0;
    while start < memo.size {
        let end = memo.size.min(start + STEP_BYTES);
        let bytes = store.read_audio(memo, start..end).await?.ok_or(ShareError::Unreadable)?;
        builder.push(&bytes);
        start = end;
    }
    Ok(builder.finish()?)
}

/// Bytes of a piece. A listener stores each as a record: Chromium keeps a small value beside its key, but puts each of 64 KiB or more
/// into a file of its own, for which the page waits. So pieces are small, and the first sound is soon there, or large enough to be
/// worth a file. The usual lengths would bring nobody together, since no other client makes the same torrent, card included.
fn piece_length(size: u64) -> u32 {
    let worthwhile = if size < LONG_MEMO_BYTES { SHORT_PIECE_LEN } else { RECORD_LEN };
    default_piece_length(size).max(worthwhile)
}

/// The row of a memo that is being shared from here.
pub(super) fn row_of(info: &Info, memo_id: &MemoId, trackers: &[String]) -> TorrentRow {
    TorrentRow {
        info_hash: info.info_hash(),
        memo_id: memo_id.clone(),
        trackers: trackers.to_vec(),
        web_seeds: Vec::new(),
        files: None,
        info: Some(info.raw().to_vec()),
        have: Bitfield::full(info.piece_count()).as_bytes().to_vec(),
        shared: true,
        added_ms: js_sys::Date::now() as u64,
        name: Some(info.name().to_owned()),
        delivered: 0,
    }
}
