//! What this is.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::clipboard;
use crate::app::diagnostics::{self, VERSION};
use crate::app::state::use_app;
use crate::store::Usage;
use crate::words::words;

/// The version, and what helps with a bug report.
#[component]
pub(super) fn About(usage: RwSignal<Usage>, is_protected: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let report = Memo::new(move |_| diagnostics::report(app, usage.get(), is_protected.get()));
    let copy = move |_| {
        let report = report.get_untracked();
        spawn_local(async move {
            let is_copied = clipboard::copy(&report).await;
            app.toasts.say(if is_copied { page.diagnostics_copied } else { page.cannot_copy });
        });
    };
    view! {
        <section>
            <h2>{page.about}</h2>
            <div class="group">
                <div class="line">
                    <span>{page.version}</span>
                    <span class="soft num">{VERSION}</span>
                </div>
                <div class="line">
                    <span>{page.diagnostics} <small>{page.about_diagnostics}</small></span>
                    <button class="pill" on:click=copy>{page.copy}</button>
                </div>
                <pre class="num">{move || report.get()}</pre>
            </div>
        </section>
    }
}
