//! All bytes of a memo in one piece that the browser keeps, for a player without a service worker and for single files.

use web_sys::Blob;

use crate::memo::Memo;
use crate::store::{Store, StoreError};
use crate::web::{BlobParts, ObjectUrl};

/// Bytes read from the store at a time.
const READ_BYTES: u64 = 4 << 20;

/// The bytes of a complete memo; `None` when some of them are missing, or the browser refuses.
pub(crate) async fn blob_of(store: &Store, memo: &Memo) -> Result<Option<Blob>, StoreError> {
    let parts = BlobParts::default();
    let mut start = 0;
    while start < memo.size {
        let end = memo.size.min(start + READ_BYTES);
        let Some(bytes) = store.read_audio(memo, start..end).await? else { return Ok(None) };
        if parts.push(&bytes).is_err() {
            return Ok(None);
        }
        start = end;
    }
    Ok(parts.blob(&memo.mime).ok())
}

/// The same, at an address.
pub(crate) async fn url_of(store: &Store, memo: &Memo) -> Result<Option<ObjectUrl>, StoreError> {
    Ok(blob_of(store, memo).await?.and_then(|blob| ObjectUrl::of(&blob).ok()))
}
