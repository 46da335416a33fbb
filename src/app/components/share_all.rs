//! Sharing several memos: says what links do, makes one of each memo, and copies them all.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::notice::Alert;
use super::sheet::Sheet;
use crate::app::clipboard;
use crate::app::many::MOST_SHARED_AT_ONCE;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::{MemoId, count_in_words};

/// What links do, as the dialog for one memo says it.
const WHAT_LINKS_DO: &str = "Anyone who has one of these links can listen to its memo. It goes straight from this device to theirs, so the two see each other's IP address. It works while this app is open on a device that has the memo.";

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
        (0, _) => {
            Some("These memos are still arriving. They can be shared once all of their sound is here.".to_owned())
        }
        (count, _) if count > MOST_SHARED_AT_ONCE => {
            Some(format!("At most {MOST_SHARED_AT_ONCE} memos can be shared at once. Select fewer of them."))
        }
        (_, 0) => None,
        (_, arriving) => {
            Some(format!("{} left out: not all of the sound is here yet.", count_in_words(arriving, "memo")))
        }
    };
    let is_possible = move || (1..=MOST_SHARED_AT_ONCE).contains(&count()) && made.with(Option::is_none);
    let copy = move |text: String, count: usize| {
        spawn_local(async move {
            if clipboard::copy(&text).await {
                app.toasts.say(format!("{} copied", count_in_words(count, "link")));
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
        Some(made) => format!("Making links, {made} of {}", count()),
        None => format!("Copy {}", count_in_words(count(), "link")),
    };
    view! {
        <Sheet title="Share memos" open>
            <p class="soft">{WHAT_LINKS_DO}</p>
            {move || refusal().map(|text| view! { <Alert text /> })}
            {move || problem.get().map(|text| view! { <Alert text /> })}
            {move || links.get().map(|text| view! {
                <Alert text="The browser did not let the page copy. Press the button again, or copy the links by hand." />
                <textarea class="links" readonly aria-label="Links" prop:value=text></textarea>
                <div class="actions"><button class="pill main" on:click=copy_again>"Copy the links"</button></div>
            })}
            <Show when=move || links.with(Option::is_none)>
                <div class="actions">
                    <button class="pill main num" disabled=move || !is_possible() on:click=share>{button}</button>
                </div>
            </Show>
        </Sheet>
    }
}
