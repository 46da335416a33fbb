//! Copying, and the system's own share sheet.

use js_sys::Reflect;
use leptos::prelude::window;
use wasm_bindgen_futures::JsFuture;
use web_sys::ShareData;

/// Copies a text. `false` when the browser does not let us: only secure pages may, and only at a tap.
pub(crate) async fn copy(text: &str) -> bool {
    let navigator = window().navigator();
    if !Reflect::has(&navigator, &"clipboard".into()).unwrap_or(false) || navigator.clipboard().is_undefined() {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(text)).await.is_ok()
}

/// Whether the system has a share sheet for pages.
pub(crate) fn has_share_sheet() -> bool {
    Reflect::has(&window().navigator(), &"share".into()).unwrap_or(false)
}

/// Opens it. Whether somebody shared or turned away is theirs.
pub(crate) async fn share(title: &str, url: &str) {
    let data = ShareData::new();
    data.set_title(title);
    data.set_url(url);
    let _ = JsFuture::from(window().navigator().share_with_data(&data)).await;
}
