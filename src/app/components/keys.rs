//! The list of keys, behind `?`.

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::app::state::use_app;
use crate::memo::shortcuts;
use crate::words::words;

/// What each key does.
#[component]
pub(crate) fn Keys() -> impl IntoView {
    let rows = move || {
        shortcuts().map(|(keys, text)| {
            let keys = keys.into_iter().map(|key| view! { <kbd>{key}</kbd> }).collect_view();
            view! { <dt>{keys}</dt><dd>{text}</dd> }
        })
    };
    view! {
        <Sheet title=words().notices.keyboard_shortcuts open=use_app().keys_shown>
            <dl class="keys">{rows}</dl>
        </Sheet>
    }
}
