//! Takes that were cut off: the tab was killed, the battery died, the disk was full.

use wasm_bindgen::JsValue;

use super::finish::{self, FinishError, Slices};
use super::take_lock::{self, TakeLock};
use crate::memo::Memo;
use crate::memo::webm::Layout;
use crate::store::{Store, StoreError, Take};
use crate::web::{BlobParts, ObjectUrl};
use crate::words::words;

/// The takes that no living tab holds, oldest first. Those in which nothing was heard are removed on the way.
///
/// # Errors
/// The store cannot be read.
pub async fn unfinished(store: &Store) -> Result<Vec<Take>, StoreError> {
    let takes = store.takes().await?;
    // Asked after the rows were read: a take that began in between has its lock before its row.
    let held = TakeLock::held_names().await;
    let mut unfinished = Vec::new();
    for take in takes.into_iter().filter(|take| !take_lock::is_held(&take.id, &held)) {
        if store.chunks(&take.id, 0, 1).await?.is_empty() {
            store.discard_take(&take.id).await?;
        } else {
            unfinished.push(take);
        }
    }
    unfinished.sort_by_key(|take| take.started_at_ms);
    Ok(unfinished)
}

/// Makes a memo of what there is of a take. `progress` is told how much of that is done, in percent.
///
/// # Errors
/// The take is kept, unless it is empty.
pub async fn finish(store: &Store, take: &Take, progress: impl Fn(u8)) -> Result<Memo, FinishError> {
    let Some(_lock) = TakeLock::try_hold(&take.id).await else { return Err(FinishError::InUse) };
    finish::finish(store, take, progress).await
}

/// Removes a take for good.
///
/// # Errors
/// Nothing was removed.
pub async fn discard(store: &Store, take: &Take) -> Result<(), FinishError> {
    let Some(_lock) = TakeLock::try_hold(&take.id).await else { return Err(FinishError::InUse) };
    Ok(store.discard_take(&take.id).await?)
}

/// Puts the slices together for listening. The browser keeps the bytes, not the app.
///
/// # Errors
/// The slices cannot be read.
pub async fn preview(store: &Store, take: &Take) -> Result<ObjectUrl, StoreError> {
    let parts = BlobParts::default();
    // What cannot be mended may be heard all the same.
    let layout = finish::survey(store, take, |_| {}).await.ok().and_then(|survey| survey.layout);
    let mut writer = layout.as_ref().map(Layout::writer);
    let mut slices = Slices::new(store, &take.id);
    while let Some(batch) = slices.next().await? {
        let mut bytes = Vec::new();
        batch.iter().for_each(|chunk| finish::write(writer.as_mut(), &chunk.bytes, &mut bytes));
        parts.push(&bytes).map_err(refused)?;
    }
    ObjectUrl::new(&parts, &take.mime).map_err(refused)
}

fn refused(_: JsValue) -> StoreError {
    StoreError::Other(words().takes.browser_refused.to_owned())
}
