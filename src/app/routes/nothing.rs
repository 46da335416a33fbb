//! Anything else.

use leptos::prelude::*;

use crate::words::words;

/// For an address that is no page.
#[component]
pub(crate) fn Nothing() -> impl IntoView {
    view! { <NothingHere text=words().app.leads_nowhere /> }
}

/// The friendly end of a wrong way.
#[component]
pub(crate) fn NothingHere(text: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h1>{words().app.nothing_here}</h1>
            <p>{text}</p>
            <a class="pill" href="/">{words().common.to_my_memos}</a>
        </div>
    }
}
