//! The first share of a memo: its name, its card and its bytes become a torrent that never changes again.

use super::ShareError;
use crate::memo::{CARD_KEY, Card, Memo, MemoId, file_name};
use crate::store::{RECORD_LEN, Store, TorrentRow};
use crate::torrent::{Bitfield, Info, InfoBuilder, default_piece_length};

/// Bytes read and hashed at once. Between two such steps the page can do something else.
const STEP_BYTES: u64 = 256 * 1024;

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

/// Bytes of a piece: about 64 of them, each large enough to be worth its read, its write and its hash, none larger than a record.
/// The usual smaller pieces would bring nobody together, since no other client makes the same torrent, card included.
fn piece_length(size: u64) -> u32 {
    default_piece_length(size.saturating_mul(16)).clamp(64 * 1024, RECORD_LEN).max(default_piece_length(size))
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
