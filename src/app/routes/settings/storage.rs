//! How much room is used, whether it is protected, and a copy of everything.

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::state::use_app;
use crate::app::{clock, export};
use crate::store::Usage;
use crate::words::{format_size, words};

/// How much room is used, and whether the browser may take it back.
#[component]
pub(super) fn Storage(usage: RwSignal<Usage>, is_protected: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let ask = move |_| {
        spawn_local(async move {
            let granted = app.store().persist().await;
            is_protected.set(granted);
            if !granted {
                app.toasts.say(page.not_agreed);
            }
        });
    };
    let last_export = RwSignal::new(None::<u64>);
    spawn_local(async move { last_export.set(export::last_export(app).await) });
    let last = move || match last_export.get() {
        Some(at) => page.last_done.with([&clock::local(at).in_full(&clock::today())]),
        None => page.never_done.to_owned(),
    };
    let is_any_trimmed = Memo::new(move |_| app.memos.is_any_trimmed());
    let export_everything = move |_| {
        spawn_local(async move {
            let exported = export::save_everything(app).await;
            app.report(exported);
            last_export.set(export::last_export(app).await);
        });
    };
    let used = move || {
        let usage = usage.get();
        if usage.quota > 0 {
            page.used_of.with([&format_size(usage.used), &format_size(usage.quota)])
        } else {
            format_size(usage.used)
        }
    };
    let share = move || {
        let usage = usage.get();
        #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
        let share = usage.used as f64 / usage.quota.max(1) as f64;
        format!("scaleX({:.4})", share.clamp(0.0, 1.0))
    };
    view! {
        <section>
            <h2>{page.storage}</h2>
            <div class="group">
                <div class="line">
                    <span>{page.used}</span>
                    <span class="soft num">{used}</span>
                </div>
                <div class="used"><i style:transform=share></i></div>
                <div class="line">
                    <span>
                        {move || if is_protected.get() { page.is_protected } else { page.unprotected }}
                        <small>
                            {move || if is_protected.get() { page.about_protected } else { page.about_unprotected }}
                        </small>
                    </span>
                    <Show when=move || !is_protected.get()>
                        <button class="pill" on:click=ask>{page.protect}</button>
                    </Show>
                </div>
                <div class="line wraps">
                    <span>
                        {page.copy_of_all} <small>{last}</small>
                        <Show when=move || is_any_trimmed.get()>
                            <small>{page.trimmed_in_copy}</small>
                        </Show>
                    </span>
                    <button class="pill" on:click=export_everything>{page.export_everything}</button>
                </div>
            </div>
        </section>
    }
}
