//! Slices on their way to the disk: one after the other, so that their order is kept and "saved" is true.

use futures::StreamExt;
use futures::channel::mpsc::UnboundedReceiver;
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::store::{Chunk, Store, StoreError, TakeId};
use crate::words::words;

/// What the recorder gave, with what the meter measured meanwhile.
pub(super) struct Slice {
    /// Its bytes; never empty.
    pub(super) blob: Blob,
    /// The peaks of its sound.
    pub(super) peaks: Vec<u8>,
    /// How long the take was when it came.
    pub(super) until_ms: u64,
}

/// Stores slices in order, beginning with number `n`, until there are no more, or one cannot be stored. `saved` is told how much
/// of the take is safe.
pub(super) async fn save(
    store: &Store,
    take: &TakeId,
    mut n: u32,
    mut slices: UnboundedReceiver<Slice>,
    saved: impl Fn(u64),
) -> Result<(), StoreError> {
    while let Some(slice) = slices.next().await {
        let buffer = JsFuture::from(slice.blob.array_buffer())
            .await
            .map_err(|_| StoreError::Other(words().takes.slice_lost.to_owned()))?;
        let bytes = Uint8Array::new(&buffer).to_vec();
        store.append_chunk(take, Chunk { n, bytes, peaks: slice.peaks, until_ms: slice.until_ms }).await?;
        n += 1;
        saved(slice.until_ms);
    }
    Ok(())
}
