//! What is pasted into the app, anywhere but into a text field: files become memos, a link is opened.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, Element, Event};

use super::components::import_dialog::open_link;
use super::{AppState, files};
use crate::memo::parse_link;

/// For as long as the page lives.
pub(super) fn listen(app: AppState) {
    let _pasting = window_event_listener_untyped("paste", move |event: Event| {
        let Some(event) = event.dyn_ref::<ClipboardEvent>().filter(|event| !is_typing(event)) else { return };
        let Some(data) = event.clipboard_data() else { return };
        if let Some(pasted) = data.files().filter(|files| files.length() > 0) {
            event.prevent_default();
            files::import(app, files::listed(&pasted));
            return;
        }
        let text = data.get_data("text/plain").unwrap_or_default();
        // Most of what is in a clipboard is no link, and nobody asked for anything.
        if parse_link(&text).is_ok() && open_link(app, &text).is_ok() {
            event.prevent_default();
        }
    });
}

/// Whether the text goes into a field, where it belongs.
fn is_typing(event: &Event) -> bool {
    const FIELDS: &str = "input, textarea, select, [contenteditable]";
    let element = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| element.closest(FIELDS).ok().flatten().is_some())
}
