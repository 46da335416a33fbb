//! What can go wrong with the store, as sentences for people.

use wasm_bindgen::{JsCast, JsValue};
use web_sys::DomException;

/// Why something could not be stored or read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no IndexedDB, or the browser refuses it to this page.
    #[error(
        "This browser does not let Voice Memos store anything here. Leave private browsing or allow site data, then reload the page."
    )]
    Unavailable,
    /// A newer version of the app has changed the database.
    #[error(
        "A newer version of Voice Memos is in use on this device. Reload this page to get it; your memos are safe."
    )]
    TooNew,
    /// Another tab keeps the database open in an older shape.
    #[error(
        "Voice Memos is busy in another tab and cannot be updated yet. Finish the recording there or close that tab, then reload this page."
    )]
    Blocked,
    /// The quota is used up.
    #[error("This device has no room left for memos. Delete some memos or free space on the device, then try again.")]
    Full,
    /// Anything else, in the browser's words.
    #[error("The store of this browser failed: {0}")]
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
                    .unwrap_or_else(|| "no reason given".to_owned()),
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

    /// A stored value that is not what this version writes.
    pub(super) fn unreadable(what: &str, why: impl std::fmt::Display) -> Self {
        Self::Other(format!("a stored {what} cannot be read ({why})."))
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
