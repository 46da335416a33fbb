//! Names for what is made here.

use leptos::prelude::window;

use crate::memo::MemoId;

/// A new memo's id; `None` in a browser without `crypto.randomUUID`, which only secure pages have.
pub(crate) fn new_memo_id() -> Option<MemoId> {
    let crypto = window().crypto().ok()?;
    js_sys::Reflect::has(&crypto, &"randomUUID".into()).ok().filter(|there| *there)?;
    crypto.random_uuid().parse().ok()
}
