//! An address for bytes that only this page can see, for as long as the value lives.

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, BlobPropertyBag, Url};

/// The address of a blob, for the `src` of an `<audio>` element. Dropping it revokes the address and frees the bytes.
pub struct ObjectUrl(String);

impl ObjectUrl {
    /// For these parts, put together in order.
    ///
    /// # Errors
    /// The browser refuses.
    pub(crate) fn new(parts: &BlobParts, mime: &str) -> Result<Self, JsValue> {
        Self::of(&parts.blob(mime)?)
    }

    /// For a blob, or a file.
    ///
    /// # Errors
    /// The browser refuses.
    pub(crate) fn of(blob: &Blob) -> Result<Self, JsValue> {
        Url::create_object_url_with_blob(blob).map(Self)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Drop for ObjectUrl {
    fn drop(&mut self) {
        // Fails only for what is no URL.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Bytes on their way into one blob. The browser keeps them outside of the page's memory as they come.
#[derive(Default)]
pub(crate) struct BlobParts(Array);

impl BlobParts {
    /// Appends bytes.
    ///
    /// # Errors
    /// The browser refuses.
    pub(crate) fn push(&self, bytes: &[u8]) -> Result<(), JsValue> {
        self.0.push(&Blob::new_with_u8_array_sequence(&Array::of1(&Uint8Array::from(bytes)))?.into());
        Ok(())
    }

    /// All of them as one.
    ///
    /// # Errors
    /// The browser refuses.
    pub(crate) fn blob(&self, mime: &str) -> Result<Blob, JsValue> {
        let options = BlobPropertyBag::new();
        options.set_type(mime);
        Blob::new_with_blob_sequence_and_options(&self.0, &options)
    }
}
