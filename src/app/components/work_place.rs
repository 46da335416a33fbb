//! How far a long import or export is, above whatever page is open.

use leptos::prelude::*;

use super::progress::Progress;
use crate::app::state::use_app;
use crate::words::words;

/// A line with a bar, and the way out. It stays while the app is used for something else.
#[component]
pub(crate) fn WorkPlace() -> impl IntoView {
    let work = use_app().work;
    let is_shown = Memo::new(move |_| work.shown().is_some());
    let name = move || work.shown().map(|progress| progress.name);
    let percent = move || work.shown().map_or(0, |progress| progress.percent);
    view! {
        <Show when=move || is_shown.get()>
            <section class="work" aria-label=name>
                <p class="num">{move || work.shown().map(|progress| progress.words)}</p>
                <Progress
                    name=Signal::derive(move || name().unwrap_or_default().to_owned())
                    percent=Signal::derive(percent)
                />
                <button class="pill" on:click=move |_| work.cancel()>{words().common.cancel}</button>
            </section>
        </Show>
    }
}
