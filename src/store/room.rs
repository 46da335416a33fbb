//! How much of the disk is used, and whether the browser may evict it.

use js_sys::{Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::StorageManager;

use super::Store;

/// Bytes of this origin, as the browser estimates them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// In use.
    pub used: u64,
    /// What the browser would give; 0 when it does not say.
    pub quota: u64,
}

impl Store {
    /// How much room is used. All zero where the browser does not say.
    pub async fn estimate(&self) -> Usage {
        let estimate = ask(StorageManager::estimate).await;
        // Whole bytes, in floating point; what is missing or negative becomes 0.
        let field = |name: &str| {
            let value = estimate.as_ref().and_then(|estimate| Reflect::get(estimate, &name.into()).ok());
            value.and_then(|value| value.as_f64()).unwrap_or(0.0) as u64
        };
        Usage { used: field("usage"), quota: field("quota") }
    }

    /// Whether the browser has promised not to evict the memos.
    pub async fn persisted(&self) -> bool {
        ask(StorageManager::persisted).await.is_some_and(|answer| answer.is_truthy())
    }

    /// Asks the browser not to evict the memos. Some browsers ask the person, so this may take as long as that takes.
    pub async fn persist(&self) -> bool {
        ask(StorageManager::persist).await.is_some_and(|answer| answer.is_truthy())
    }
}

async fn ask(question: impl FnOnce(&StorageManager) -> Result<Promise, JsValue>) -> Option<JsValue> {
    let storage = web_sys::window()?.navigator().storage();
    // Missing where the page is not a secure context.
    if storage.is_undefined() {
        return None;
    }
    JsFuture::from(question(&storage).ok()?).await.ok()
}
