//! The share dialog: the link is made as it opens, and the state line says whether anybody can fetch the memo now.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{FocusEvent, HtmlInputElement};

use super::notice::Alert;
use super::qr::Qr;
use super::sheet::Sheet;
use crate::app::state::use_app;
use crate::app::{clipboard, export};
use crate::memo::{Delivery, Memo as MemoRow, ShareState, share_link};

fn select_all(event: FocusEvent) {
    event_target::<HtmlInputElement>(&event).select();
}

/// What a link does, in one honest sentence or two.
const WHAT_A_LINK_DOES: &str = "Anyone who has this link can listen. The memo goes straight from this device to theirs, so the two see each other's IP address. It works while this app is open on a device that has the memo.";

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
                "This memo cannot be shared".to_owned(),
                "It is safe on this device.".to_owned(),
            );
        }
        let delivery = Delivery::of(status().and_then(|hash| app.status(hash)).as_ref(), app.online.get());
        (delivery.state.as_str(), delivery.headline, delivery.detail)
    });
    let copy = move |_| {
        let Some(link) = link.get_untracked() else { return };
        spawn_local(async move {
            app.toasts.say(if clipboard::copy(&link).await {
                "Link copied"
            } else {
                "The browser does not let the page copy. Select the link and copy it by hand."
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
            app.toasts.say("Sharing stopped. Nobody can fetch this memo from this device any more.");
        }
        open.set(false);
    };
    view! {
        <Sheet title="Share memo" open>
            <p class="soft">{WHAT_A_LINK_DOES}</p>
            {move || problem.get().map(|text| view! { <Alert text /> })}
            <Show when=move || problem.with(Option::is_none)>
                <div class="qr-place">
                    <Show when=move || link.with(Option::is_some)>
                        <Qr text=Signal::derive(move || link.get().unwrap_or_default()) />
                    </Show>
                </div>
                <div class="link">
                    <input
                        type="text"
                        readonly
                        aria-label="Link"
                        prop:value=move || link.get().unwrap_or_default()
                        on:focus=select_all
                    />
                    <button class="pill main" disabled=move || link.with(Option::is_none) on:click=copy>"Copy link"</button>
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
                    <button class="pill" disabled=move || link.with(Option::is_none) on:click=system_share>"Share…"</button>
                </Show>
                <button class="pill" disabled=move || link.with(Option::is_none) on:click=save_torrent>"Torrent file"</button>
                <button class="pill end" disabled=move || link.with(Option::is_none) on:click=stop>"Stop sharing"</button>
            </div>
        </Sheet>
    }
}
