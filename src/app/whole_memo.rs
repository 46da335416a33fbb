//! All bytes of a memo in one piece that the browser keeps, for a player without a service worker; and what is heard of it, for
//! single files.

use web_sys::Blob;

use crate::memo::{Cut, Memo, Span};
use crate::store::{PartReader, Store, StoreError};
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

/// What is heard of a complete memo: of a trimmed one, its part. Sounds that cannot be cut are given whole; see [`cuts`].
pub(crate) async fn heard_blob_of(store: &Store, memo: &Memo) -> Result<Option<Blob>, String> {
    let Some(span) = cuts(memo) else { return blob_of(store, memo).await.map_err(|error| error.to_string()) };
    let mut reader = PartReader::new(store, memo, span).map_err(|error| error.to_string())?;
    let parts = BlobParts::default();
    while let Some(bytes) = reader.next().await.map_err(|error| error.to_string())? {
        if parts.push(&bytes).is_err() {
            return Ok(None);
        }
    }
    Ok(parts.blob(&memo.mime).ok())
}

/// The part that a file of this memo is cut to.
pub(crate) fn cuts(memo: &Memo) -> Option<Span> {
    memo.span().filter(|_| Cut::of(memo).is_some())
}
