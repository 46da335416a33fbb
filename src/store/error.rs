//! What can go wrong with the store, as sentences for people.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

use crate::words::words;

/// Why something could not be stored or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no IndexedDB, or the browser refuses it to this page.
    #[error("{}", words().storage.unavailable)]
    Unavailable,
    /// A newer version of the app has changed the database.
    #[error("{}", words().storage.too_new)]
    TooNew,
    /// The quota is used up.
    #[error("{}", words().storage.full)]
    Full,
    /// Anything else, in the browser's words.
    #[error("{}", words().storage.failed.with([&.0]))]
    Other(String),
}

impl StoreError {
    /// Reads what the browser threw.
    pub(super) fn from_js(thrown: &JsValue) -> Self {
        match thrown.dyn_ref::<DomException>() {
            Some(exception) => Self::from_exception(exception),
            None => Self::Other(
                js_sys::Object::from(thrown.clone())
                    .to_string()
                    .as_string()
                    .unwrap_or_else(|| words().storage.no_reason.to_owned()),
            ),
        }
    }

    /// Reads why a request or a transaction failed.
    pub(super) fn from_exception(exception: &DomException) -> Self {
        match exception.name().as_str() {
            "QuotaExceededError" => Self::Full,
            "VersionError" => Self::TooNew,
            name => Self::Other(format!("{name}: {}", exception.message())),
        }
    }

    /// A stored value that is not what this version writes. What it is and why is said in English, for whoever mends it.
    pub(super) fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Other(words().storage.unreadable.with([&what, &why]))
    }
}

impl From<rexie::Error> for StoreError {
    fn from(error: rexie::Error) -> Self {
        match error {
            rexie::Error::IdbError(cause) => Self::Other(cause.to_string()),
            other => Self::Other(other.to_string()),
        }
    }
}
