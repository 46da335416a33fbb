//! One memo as a file: as it is, as WAV, or handed to another app.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::icon::{Icon, Picture};
use super::notice::Alert;
use super::sheet::Sheet;
use crate::app::export;
use crate::app::state::use_app;
use crate::app::whole_memo::cuts;
use crate::memo::{Memo as MemoRow, file_name, type_in_words};
use crate::words::{format_size, words};

/// The dialog behind the button `Export`.
#[component]
pub(crate) fn ExportDialog(#[prop(into)] row: Signal<Option<MemoRow>>, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let problem = RwSignal::new(None::<String>);
    let decoding = RwSignal::new(false);
    let finish = move |saved: Result<(), String>| match saved {
        Ok(()) => open.set(false),
        Err(reason) => problem.set(Some(reason)),
    };
    let as_it_is = move |_| {
        let Some(row) = row.get_untracked() else { return };
        spawn_local(async move { finish(export::save(app, &row).await) });
    };
    let as_wav = move |_| {
        let Some(row) = row.get_untracked() else { return };
        problem.set(None);
        decoding.set(true);
        spawn_local(async move {
            let saved = export::save_wav(app, &row).await;
            decoding.set(false);
            finish(saved);
        });
    };
    let send = move |_| {
        let Some(row) = row.get_untracked() else { return };
        spawn_local(async move { finish(export::send(app, &row).await) });
    };
    Effect::new(move || {
        if open.get() {
            problem.set(None);
        }
    });
    let kind_and_size = move || {
        row.with(|row| {
            let row = row.as_ref()?;
            let own = &words().export_dialog;
            if row.span().is_some() {
                let text = if cuts(row).is_some() { own.the_part } else { own.all_of_it };
                return Some(text.with([&type_in_words(row)]));
            }
            Some(words().export_dialog.kind_and_size.with([&type_in_words(row), &format_size(row.size)]))
        })
    };
    let is_whole_though_trimmed =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.span().is_some() && cuts(row).is_none())));
    let can_send =
        Memo::new(move |_| open.get() && row.with_untracked(|row| row.as_ref().is_some_and(export::can_send)));
    view! {
        <Sheet title=words().common.export open>
            <p class="soft name">{move || row.with(|row| row.as_ref().map(file_name))}</p>
            <ul class="ways">
                <li>
                    <button class="pill main" aria-describedby="as-it-is" on:click=as_it_is>
                        <Picture icon=Icon::Download />
                        {words().export_dialog.as_it_is}
                    </button>
                    <small id="as-it-is">{kind_and_size}</small>
                </li>
                <li>
                    <button class="pill" aria-describedby="as-wav" disabled=move || decoding.get() on:click=as_wav>
                        {words().export_dialog.as_wav}
                    </button>
                    <small id="as-wav">
                        {move || {
                            let own = &words().export_dialog;
                            if decoding.get() { own.decoding } else { own.about_wav }
                        }}
                    </small>
                </li>
                <Show when=move || can_send.get()>
                    <li>
                        <button class="pill" aria-describedby="send-file" on:click=send>
                            {words().export_dialog.send_file}
                        </button>
                        <small id="send-file">
                            {move || {
                                let own = &words().export_dialog;
                                if is_whole_though_trimmed.get() { own.sending_all_of_it } else { own.about_sending }
                            }}
                        </small>
                    </li>
                </Show>
            </ul>
            {move || problem.get().map(|text| view! { <Alert text /> })}
        </Sheet>
    }
}
