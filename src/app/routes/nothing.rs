//! Anything else.

use leptos::prelude::*;

/// For an address that is no page.
#[component]
pub(crate) fn Nothing() -> impl IntoView {
    view! { <NothingHere text="This address leads nowhere. Your memos are where they were." /> }
}

/// The friendly end of a wrong way.
#[component]
pub(crate) fn NothingHere(text: &'static str) -> impl IntoView {
    view! {
        <div class="empty">
            <h1>"Nothing here"</h1>
            <p>{text}</p>
            <a class="pill" href="/">"To my memos"</a>
        </div>
    }
}
