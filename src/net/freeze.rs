//! The first share of a memo: its name, its card and its bytes become a torrent that never changes again. Of a trimmed memo it is
//! the part that is heard, as a file of its own; and so it is with a memo whose bytes lie among those of others.

use super::ShareError;
use crate::memo::{CARD_KEY, Card, Clip, Memo, Span, file_name};
use crate::store::{AudioWriter, PartReader, RECORD_LEN, Store, TorrentRow};
use crate::torrent::{Bitfield, Info, InfoBuilder, default_piece_length};

/// Bytes read and hashed at once. Between two such steps the page can do something else.
const STEP_BYTES: u64 = 256 * 1024;

/// From this size on a memo is long: more than an hour at 32 kbit/s.
const LONG_MEMO_BYTES: u64 = 16 * 1024 * 1024;

/// Bytes of a piece of a memo that is not long.
const SHORT_PIECE_LEN: u32 = 32 * 1024;

/// The file that a memo's link is to give, where that is not the memo's bytes as they lie: stored beside them.
pub(super) async fn clip_of(store: &Store, memo: &Memo) -> Result<Option<Clip>, ShareError> {
    let span = memo.span();
    if span.is_none() && memo.records().len == memo.size {
        return Ok(None);
    }
    let id = memo.id.of_clip();
    // A share that was broken off may have left more of it than there will be.
    store.delete_audio(&id).await?;
    let mut writer = AudioWriter::new(store, &id);
    let written = match span {
        Some(span) => write_part(store, memo, span, &mut writer).await,
        None => write_all(store, memo, &mut writer).await,
    };
    let finished = match written {
        Ok(()) => writer.finish().await.map_err(ShareError::from),
        Err(error) => Err(error),
    };
    if finished.is_err() {
        // What was written belongs to no link.
        let _ = store.delete_audio(&id).await;
    }
    Ok(Some(Clip { span: memo.heard(), size: finished?, record_len: RECORD_LEN }))
}

/// The part of a trimmed memo that is heard.
async fn write_part(store: &Store, memo: &Memo, span: Span, writer: &mut AudioWriter<'_>) -> Result<(), ShareError> {
    let refused = |error| ShareError::of_cut(error, memo);
    let mut reader = PartReader::new(store, memo, span).map_err(refused)?;
    while let Some(bytes) = reader.next().await.map_err(refused)? {
        writer.push(&bytes).await?;
    }
    Ok(())
}

/// All of a memo: it was split off one that came together with others, and its bytes lie among theirs.
async fn write_all(store: &Store, memo: &Memo, writer: &mut AudioWriter<'_>) -> Result<(), ShareError> {
    let mut start = 0;
    while start < memo.size {
        let end = memo.size.min(start + STEP_BYTES);
        let bytes = store.read_audio(memo, start..end).await?.ok_or(ShareError::Unreadable)?;
        writer.push(&bytes).await?;
        start = end;
    }
    Ok(())
}

/// Reads all that a memo's link is to give and makes its metadata, card included.
pub(super) async fn info_of(store: &Store, memo: &Memo) -> Result<Info, ShareError> {
    let records = memo.shared_records();
    let size = records.len;
    let mut builder = InfoBuilder::new(file_name(memo), size)
        .piece_length(piece_length(size))
        .extra(CARD_KEY, Card::of(memo).encode());
    let mut start = 0;
    while start < size {
        let end = size.min(start + STEP_BYTES);
        let bytes = store.read_records(&records, start..end).await?.ok_or(ShareError::Unreadable)?;
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
pub(super) fn row_of(info: &Info, memo: &Memo, trackers: &[String]) -> TorrentRow {
    TorrentRow {
        info_hash: info.info_hash(),
        memo_id: memo.shared_records().id,
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
