//! Trimming a memo, and a part of it as a memo of its own. The sound stays as it is either way.

use super::work::Running;
use super::{AppState, ids};
use crate::memo::{Memo, Span, part_of};
use crate::store::{AudioWriter, PartReader, RECORD_LEN};
use crate::words::words;

/// Below this size it is over before anybody could read how far it is.
const QUICK_BYTES: u64 = 8 << 20;

/// From now on this part of a memo is heard, or all of it. Says so, with a way back.
pub(crate) fn trim_to(app: AppState, memo: &Memo, span: Option<Span>) {
    let (id, before) = (memo.id.clone(), memo.trim);
    app.edit(&id, move |memo| memo.trim = span);
    let text = if span.is_some() { words().trimming.trimmed } else { words().trimming.all_again };
    app.toasts.say_with_undo(text, move || app.edit(&id, move |memo| memo.trim = before));
}

/// Stores a part of a memo as a new memo, and returns it. `None` when somebody changed their mind.
pub(crate) async fn save_part(app: AppState, memo: &Memo, span: Span) -> Result<Option<Memo>, String> {
    let Some(running) = app.work.begin(app, words().common.trim) else { return Ok(None) };
    let id = ids::new_memo_id().ok_or(words().trimming.no_identifiers)?;
    let mut part = part_of(memo, span.range_ms(), id);
    let stored = store_part(app, &running, memo, span, &mut part).await;
    if !matches!(stored, Ok(true)) {
        // What was written belongs to no memo.
        let _ = app.store().delete_audio(&part.id).await;
    }
    if !stored? {
        return Ok(None);
    }
    Ok(Some(part))
}

/// Stores the bytes of the part, then its row. `false` when somebody changed their mind.
async fn store_part(
    app: AppState,
    running: &Running,
    memo: &Memo,
    span: Span,
    part: &mut Memo,
) -> Result<bool, String> {
    let store = app.store();
    let mut reader = PartReader::new(&store, memo, span).map_err(|error| error.to_string())?;
    let id = part.id.clone();
    let mut writer = AudioWriter::new(&store, &id);
    while let Some(bytes) = reader.next().await.map_err(|error| error.to_string())? {
        if running.is_cancelled() {
            return Ok(false);
        }
        if memo.size > QUICK_BYTES {
            running.show(words().trimming.cutting, reader.done(), 2 * memo.size);
        }
        writer.push(&bytes).await.map_err(|error| error.to_string())?;
    }
    part.size = writer.finish().await.map_err(|error| error.to_string())?;
    (part.duration_ms, part.record_len, part.complete) = (reader.duration_ms(), RECORD_LEN, true);
    store.put_memo(part).await.map_err(|error| error.to_string())?;
    Ok(true)
}
