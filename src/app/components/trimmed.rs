//! On the page of a trimmed memo: which part of it is heard, and the way back to all of it.

use leptos::prelude::*;

use crate::app::state::use_app;
use crate::app::trim;
use crate::memo::Memo as MemoRow;
use crate::words::{format_duration, words};

/// Nothing for a memo that is not trimmed.
#[component]
pub(crate) fn Trimmed(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let heard = Memo::new(move |_| row.with(|row| row.as_ref().and_then(|row| Some((row.span()?, row.duration_ms)))));
    let show_all = move |_| {
        if let Some(row) = row.get_untracked() {
            trim::trim_to(app, &row, None);
        }
    };
    let which = move || {
        let (span, all_ms) = heard.get()?;
        let [start, end, all] = [span.start_ms, span.end_ms, all_ms].map(format_duration);
        Some(words().memo_page.trimmed.with([&start, &end, &all]))
    };
    view! {
        <Show when=move || heard.with(Option::is_some)>
            <div class="help trimmed">
                <p class="num">{which}</p>
                <button class="pill" on:click=show_all>{words().memo_page.show_all}</button>
            </div>
        </Show>
    }
}
