//! Values on their way in and out.

use js_sys::{Array, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use super::StoreError;
use crate::words::words;

/// A row as a plain object; bytes become a `Uint8Array` with a buffer of its own.
pub(super) fn to_js<T: Serialize + ?Sized>(what: &str, row: &T) -> Result<JsValue, StoreError> {
    // Maps as objects, so that what tools show in the browser reads like JSON.
    let serializer = serde_wasm_bindgen::Serializer::new().serialize_maps_as_objects(true);
    row.serialize(&serializer).map_err(|error| StoreError::Other(words().storage.not_storable.with([&what, &error])))
}

/// A row that was stored; a damaged one is an error.
pub(super) fn from_js<T: DeserializeOwned>(what: &str, value: JsValue) -> Result<T, StoreError> {
    serde_wasm_bindgen::from_value(value).map_err(|error| StoreError::unreadable(what, error))
}

/// Bytes as a `Uint8Array` with a buffer of its own: storing a view would store all of the app's memory.
pub(super) fn bytes_to_js(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// Bytes that were stored.
pub(super) fn bytes_from_js(what: &str, value: JsValue) -> Result<Uint8Array, StoreError> {
    value.dyn_into().map_err(|_| StoreError::unreadable(what, "it is not bytes"))
}

/// The key `[id, n]`.
pub(super) fn numbered_key(id: &str, n: u32) -> JsValue {
    Array::of2(&id.into(), &n.into()).into()
}
