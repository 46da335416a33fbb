//! The top of a page: the way back, and what belongs to the page.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::words::words;

/// On a wide screen the way back stands in the library already, and the arrow is not shown.
#[component]
pub(crate) fn Head(#[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <header class="bar">
            <a class="icon back" href="/" aria-label=words().notices.back_to_library>
                <Picture icon=Icon::Back />
            </a>
            <span class="gap"></span>
            {children.map(|children| children())}
        </header>
    }
}
