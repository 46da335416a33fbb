//! An address for bytes that only this page can see, for as long as the value lives.

use js_sys::{Array, Uint8Array};
use web_sys::{Blob, BlobPropertyBag, Url};

use crate::memo::Memo;
use crate::store::{Store, StoreError};

/// Bytes read from the store at a time while a blob is put together: the browser keeps blobs outside of the page's memory.
const READ_BYTES: u64 = 4 << 20;

/// Revoked when dropped.
pub(crate) struct ObjectUrl(String);

impl ObjectUrl {
    /// The bytes of a complete memo; `None` when some of them are missing, or the browser refuses.
    pub(crate) async fn of(store: &Store, memo: &Memo) -> Result<Option<Self>, StoreError> {
        let parts = Array::new();
        let mut start = 0;
        while start < memo.size {
            let end = memo.size.min(start + READ_BYTES);
            let Some(bytes) = store.read_audio(memo, start..end).await? else { return Ok(None) };
            let part = Array::of1(&Uint8Array::from(bytes.as_slice()));
            let Ok(blob) = Blob::new_with_u8_array_sequence(&part) else { return Ok(None) };
            parts.push(&blob);
            start = end;
        }
        let options = BlobPropertyBag::new();
        options.set_type(&memo.mime);
        let blob = Blob::new_with_blob_sequence_and_options(&parts, &options);
        Ok(blob.and_then(|blob| Url::create_object_url_with_blob(&blob)).ok().map(Self))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails only for what is no URL.
        let _ = Url::revoke_object_url(&self.0);
    }
}
