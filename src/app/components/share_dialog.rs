//! The share dialog: the link is made as it opens, and the state line says whether anybody can fetch the memo now.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{FocusEvent, HtmlInputElement};

use super::notice::Alert;
use super::qr::Qr;
use super::sheet::Sheet;
use crate::app::state::use_app;
use crate::app::{clipboard, export, trim};
use crate::memo::{Delivery, LinkGives, Memo as MemoRow, ShareState, share_link};
use crate::words::{format_duration, words};

fn select_all(event: FocusEvent) {
    event_target::<HtmlInputElement>(&event).select();
}

/// For one memo. Opening it is what shares the memo.
#[component]
pub(crate) fn ShareDialog(#[prop(into)] row: Signal<Option<MemoRow>>, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let link = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    let engine = app.engine;

    // The engine may still be reading its configuration when the dialog opens.
    Effect::new(move || {
        let (true, Some(engine)) = (open.get(), engine.get()) else { return };
        let Some(id) = row.with_untracked(|row| row.as_ref().map(|row| row.id.clone())) else { return };
        link.set(None);
        problem.set(None);
        spawn_local(async move {
            match engine.share(&id).await {
                Ok(magnet) => {
                    let origin = window().location().origin().unwrap_or_default();
                    link.set(Some(share_link(&origin, &magnet)));
                }
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    });

    let status = move || {
        // Until the link is there, a status can only be an older one.
        link.with(Option::is_some).then(|| row.with(|row| row.as_ref().and_then(|row| row.info_hash))).flatten()
    };
    let delivery = Memo::new(move |_| {
        if problem.with(Option::is_some) {
            return (
                ShareState::Failed.as_str(),
                words().sharing.cannot_be_shared.to_owned(),
                words().sharing.safe_on_this_device.to_owned(),
            );
        }
        let delivery = Delivery::of(status().and_then(|hash| app.status(hash)).as_ref(), app.online.get());
        (delivery.state.as_str(), delivery.headline, delivery.detail)
    });
    // Of a trimmed memo: what a listener gets.
    let gives = move || {
        let is_there = link.with(Option::is_some);
        row.with(|row| row.as_ref().filter(|_| is_there).and_then(what_the_link_gives))
    };
    // Where its part cannot be shared, all of it can.
    let has_only_a_whole = move || {
        let is_trimmed = |row: &MemoRow| row.info_hash.is_none() && row.span().is_some();
        problem.with(Option::is_some) && row.with(|row| row.as_ref().is_some_and(is_trimmed))
    };
    let show_all = move |_| {
        if let Some(row) = row.get_untracked() {
            trim::trim_to(app, &row, None);
        }
        open.set(false);
    };
    let copy = move |_| {
        let Some(link) = link.get_untracked() else { return };
        spawn_local(async move {
            app.toasts.say(if clipboard::copy(&link).await {
                words().sharing.link_copied
            } else {
                words().sharing.link_not_copied
            });
        });
    };
    let system_share = move |_| {
        let (Some(link), Some(row)) = (link.get_untracked(), row.get_untracked()) else { return };
        spawn_local(async move { clipboard::share(&row.display_title(), &link).await });
    };
    let save_torrent = move |_| {
        let Some(id) = row.with_untracked(|row| row.as_ref().map(|row| row.id.clone())) else { return };
        let Some(engine) = app.engine_now() else { return };
        spawn_local(async move {
            let saved = export::save_torrent(&engine, &id).await;
            app.report(saved);
        });
    };
    let stop = move |_| {
        if let Some(id) = row.with_untracked(|row| row.as_ref().map(|row| row.id.clone())) {
            app.stop_sharing(&id);
            app.toasts.say(words().sharing.sharing_stopped);
        }
        open.set(false);
    };
    view! {
        <Sheet title=words().sharing.share_memo open>
            <p class="soft">{words().sharing.what_a_link_does}</p>
            {move || gives().map(|text| view! { <p class="soft num">{text}</p> })}
            {move || problem.get().map(|text| view! { <Alert text /> })}
            <Show when=has_only_a_whole>
                <div class="actions">
                    <button class="pill" on:click=show_all>{words().memo_page.show_all}</button>
                </div>
            </Show>
            <Show when=move || problem.with(Option::is_none)>
                <div class="qr-place">
                    <Show when=move || link.with(Option::is_some)>
                        <Qr text=Signal::derive(move || link.get().unwrap_or_default()) />
                    </Show>
                </div>
                <div class="link">
                    <input
                        type="text"
                        dir="ltr"
                        readonly
                        aria-label=words().common.link
                        prop:value=move || link.get().unwrap_or_default()
                        on:focus=select_all
                    />
                    <button class="pill main" disabled=move || link.with(Option::is_none) on:click=copy>
                        {words().sharing.copy_link}
                    </button>
                </div>
            </Show>
            <div role="status" class="state num" data-state=move || delivery.get().0>
                <span class="dot"></span>
                <span>
                    <b>{move || delivery.get().1}</b>
                    <span class="soft">{move || delivery.get().2}</span>
                </span>
            </div>
            <div class="actions">
                <Show when=clipboard::has_share_sheet>
                    <button class="pill" disabled=move || link.with(Option::is_none) on:click=system_share>
                        {words().sharing.share_elsewhere}
                    </button>
                </Show>
                <button class="pill" disabled=move || link.with(Option::is_none) on:click=save_torrent>
                    {words().sharing.torrent_file}
                </button>
                <button class="pill end" disabled=move || link.with(Option::is_none) on:click=stop>
                    {words().sharing.stop_sharing}
                </button>
            </div>
        </Sheet>
    }
}

/// `None` where the link gives all that there is.
fn what_the_link_gives(row: &MemoRow) -> Option<String> {
    let texts = &words().sharing;
    match row.link_gives() {
        LinkGives::WhatIsHeard => row.span().map(|_| texts.gives_the_part.to_owned()),
        LinkGives::AllOfIt => Some(texts.gives_all_of_it.with([&format_duration(row.duration_ms)])),
        LinkGives::Part(span) => {
            let [start, end] = [span.start_ms, span.end_ms].map(format_duration);
            Some(texts.gives_another_part.with([&start, &end]))
        }
        LinkGives::Nothing => None,
    }
}
