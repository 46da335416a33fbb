//! Sharing several memos: says what links do, makes one of each memo, and copies them all.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::notice::Alert;
use super::sheet::Sheet;
use crate::app::clipboard;
use crate::app::many::MOST_SHARED_AT_ONCE;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::MemoId;
use crate::words::{number, words};

/// The dialog. Nothing is shared before its button is pressed.
#[component]
pub(crate) fn ShareAll(selecting: Selecting, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let made = RwSignal::new(None::<usize>);
    let links = RwSignal::new(None::<String>);
    let problem = RwSignal::new(None::<String>);
    // What can be shared of what was selected when it opened, and how many memos cannot.
    let chosen = Memo::new(move |_| {
        let ids = if open.get() { selecting.ids() } else { Vec::new() };
        let memos = app.memos.find_all_untracked(&ids);
        let here = memos.iter().filter(|memo| memo.complete).map(|memo| memo.id.clone()).collect::<Vec<MemoId>>();
        let arriving = memos.len() - here.len();
        (here, arriving)
    });
    Effect::new(move || {
        if open.get() {
            made.set(None);
            links.set(None);
            problem.set(None);
        }
    });
    let count = move || chosen.with(|(ids, _)| ids.len());
    let refusal = move || match (count(), chosen.with(|(_, arriving)| *arriving)) {
        (0, 0) => None,
        (0, _) => Some(words().sharing.still_arriving.to_owned()),
        (count, _) if count > MOST_SHARED_AT_ONCE => Some(words().sharing.too_many.of(MOST_SHARED_AT_ONCE)),
        (_, 0) => None,
        (_, arriving) => Some(words().sharing.left_out.of(arriving)),
    };
    let is_possible = move || (1..=MOST_SHARED_AT_ONCE).contains(&count()) && made.with(Option::is_none);
    let copy = move |text: String, count: usize| {
        spawn_local(async move {
            if clipboard::copy(&text).await {
                app.toasts.say(words().sharing.links_copied.of(count));
                open.set(false);
                selecting.end();
            } else {
                links.set(Some(text));
            }
        });
    };
    let share = move |_| {
        let (ids, _) = chosen.get_untracked();
        made.set(Some(0));
        problem.set(None);
        spawn_local(async move {
            match app.share_all(&ids, move |count| made.set(Some(count))).await {
                Ok(all) => copy(all.join("\n"), all.len()),
                Err(reason) => {
                    made.set(None);
                    problem.set(Some(reason));
                }
            }
        });
    };
    let copy_again = move |_| {
        if let Some(text) = links.get_untracked() {
            copy(text, untrack(count));
        }
    };
    let button = move || match made.get() {
        Some(made) => words().sharing.making_links.with([&number(made), &number(count())]),
        None => words().sharing.copy_links.of(count()),
    };
    view! {
        <Sheet title=words().sharing.share_memos open>
            <p class="soft">{words().sharing.what_links_do}</p>
            {move || refusal().map(|text| view! { <Alert text /> })}
            {move || problem.get().map(|text| view! { <Alert text /> })}
            {move || links.get().map(|text| view! {
                <Alert text=words().sharing.links_not_copied />
                <textarea class="links" readonly aria-label=words().sharing.links prop:value=text></textarea>
                <div class="actions">
                    <button class="pill main" on:click=copy_again>{words().sharing.copy_the_links}</button>
                </div>
            })}
            <Show when=move || links.with(Option::is_none)>
                <div class="actions">
                    <button class="pill main num" disabled=move || !is_possible() on:click=share>{button}</button>
                </div>
            </Show>
        </Sheet>
    }
}
