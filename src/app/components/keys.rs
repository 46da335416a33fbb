//! The list of keys, behind `?`.

use leptos::prelude::*;

use super::sheet::Sheet;
use crate::memo::SHORTCUTS;
use crate::words::words;

/// What each key does.
#[component]
pub(crate) fn Keys(open: RwSignal<bool>) -> impl IntoView {
    let rows = move || {
        SHORTCUTS.map(|(keys, text)| {
            let keys = keys.iter().map(|key| view! { <kbd>{*key}</kbd> }).collect_view();
            view! { <dt>{keys}</dt><dd>{text}</dd> }
        })
    };
    view! {
        <Sheet title=words().notices.keyboard_shortcuts open>
            <dl class="keys">{rows}</dl>
        </Sheet>
    }
}
