//! Takes that were cut off: the tab was killed, the battery died, the disk was full.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

use super::finish::{self, FinishError, Slices};
use super::take_lock::{self, TakeLock};
use crate::memo::Memo;
use crate::store::{Store, StoreError, Take};

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

/// Makes a memo of what there is of a take.
///
/// # Errors
/// The take is kept, unless it is empty.
pub async fn finish(store: &Store, take: &Take) -> Result<Memo, FinishError> {
    let Some(_lock) = TakeLock::try_hold(&take.id).await else { return Err(FinishError::InUse) };
    finish::finish(store, take).await
}

/// Removes a take for good.
///
/// # Errors
/// Nothing was removed.
pub async fn discard(store: &Store, take: &Take) -> Result<(), FinishError> {
    let Some(_lock) = TakeLock::try_hold(&take.id).await else { return Err(FinishError::InUse) };
    Ok(store.discard_take(&take.id).await?)
}

/// An address under which a take can be heard before it is decided upon. Dropping it frees the bytes.
pub struct Preview(String);

impl Preview {
    /// For the `src` of an `<audio>` element.
    pub fn url(&self) -> &str {
        &self.0
    }
}

impl Drop for Preview {
    fn drop(&mut self) {
        // Fails only for what is no URL.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Puts the slices together as they are, which is enough to listen. The browser keeps the bytes, not the app.
///
/// # Errors
/// The slices cannot be read.
pub async fn preview(store: &Store, take: &Take) -> Result<Preview, StoreError> {
    let parts = Array::new();
    let mut slices = Slices::new(store, &take.id);
    while let Some(batch) = slices.next().await? {
        let bytes: Array = batch.iter().map(|chunk| Uint8Array::from(chunk.bytes.as_slice())).collect();
        parts.push(&Blob::new_with_u8_array_sequence(&bytes).map_err(refused)?.into());
    }
    let options = BlobPropertyBag::new();
    options.set_type(&take.mime);
    let whole = Blob::new_with_blob_sequence_and_options(&parts, &options).map_err(refused)?;
    Url::create_object_url_with_blob(&whole).map(Preview).map_err(refused)
}

fn refused(_: JsValue) -> StoreError {
    StoreError::Other("the browser refused to put the recording together.".to_owned())
}
