//! All bytes of a memo at one address, for a player without a service worker and for downloads.

use crate::memo::Memo;
use crate::store::{Store, StoreError};
use crate::web::{BlobParts, ObjectUrl};

/// Bytes read from the store at a time.
const READ_BYTES: u64 = 4 << 20;

/// The bytes of a complete memo; `None` when some of them are missing, or the browser refuses.
pub(crate) async fn url_of(store: &Store, memo: &Memo) -> Result<Option<ObjectUrl>, StoreError> {
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
    Ok(ObjectUrl::new(&parts, &memo.mime).ok())
}
