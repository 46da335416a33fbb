//! Putting several memos under tags.

use leptos::prelude::*;
use web_sys::SubmitEvent;

use super::sheet::Sheet;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::{TAG_MAX_CHARS, clean_tag};
use crate::words::words;

/// As many as fit without scrolling; any other one can be typed.
const MOST_TAGS: usize = 16;

/// The dialog: the tags that are used already, pressed where all of the selected memos have them, and a field for a new one.
#[component]
pub(crate) fn TagDialog(selecting: Selecting, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let typed = RwSignal::new(String::new());
    let tags = Memo::new(move |_| if open.get() { app.memos.tags(MOST_TAGS) } else { Vec::new() });
    let set = move |tag: String, is_on: bool| {
        let ids = selecting.ids();
        let said = if is_on { words().tagging.tagged } else { words().tagging.no_longer_tagged };
        app.toasts.say(said.with(ids.len(), [&tag]));
        app.tag_all(ids, tag, is_on);
    };
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(tag) = clean_tag(&typed.get_untracked()) {
            typed.set(String::new());
            set(tag, true);
        }
    };
    let chip = move |name: String| {
        let text = format!("#{name}");
        let name = StoredValue::new(name);
        let all_have = Memo::new(move |_| {
            let ids = selecting.ids();
            !ids.is_empty()
                && name
                    .with_value(|name| ids.iter().all(|id| app.memos.find(id).is_some_and(|memo| memo.tags.has(name))))
        });
        view! {
            <button
                class="chip"
                aria-pressed=move || if all_have.get() { "true" } else { "false" }
                on:click=move |_| set(name.get_value(), !all_have.get_untracked())
            >
                <span>{text}</span>
            </button>
        }
    };
    view! {
        <Sheet title=words().tagging.tag_memos open>
            <form class="link" on:submit=add>
                <input
                    type="text"
                    aria-label=words().tagging.tag
                    placeholder=words().tagging.a_word_or_two
                    autocomplete="off"
                    maxlength=TAG_MAX_CHARS.to_string()
                    prop:value=move || typed.get()
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <button class="pill main" disabled=move || clean_tag(&typed.read()).is_none()>
                    {words().common.add}
                </button>
            </form>
            <Show when=move || !tags.with(Vec::is_empty)>
                <div class="known" role="group" aria-label=words().tagging.tags_in_use>
                    <For each=move || tags.get() key=Clone::clone let(name)>
                        {chip(name)}
                    </For>
                </div>
            </Show>
        </Sheet>
    }
}
