//! The tags of one memo, on its page: a chip for each, and a field for the next.

use leptos::html::Input;
use leptos::prelude::*;
use web_sys::{HtmlInputElement, KeyboardEvent};

use super::icon::{Icon, Picture};
use crate::app::state::use_app;
use crate::memo::{Memo as MemoRow, MemoId, TAGS_MAX, Tags, typed_tags};
use crate::words::words;

/// Each tag is saved as soon as Enter, a comma or leaving the field ends it.
#[component]
pub(crate) fn TagField(id: MemoId, #[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let id = StoredValue::new(id);
    let field = NodeRef::<Input>::new();
    let tags = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.tags.clone()).unwrap_or_default()));
    let is_full = move || tags.with(Tags::is_full);
    let add = move |typed: &[&str]| {
        let typed: Vec<String> = typed.iter().filter(|tag| !tag.trim().is_empty()).map(|&tag| tag.to_owned()).collect();
        if !typed.is_empty() {
            id.with_value(|id| {
                app.edit(id, move |memo| {
                    for tag in &typed {
                        memo.tags.add(tag);
                    }
                });
            });
        }
    };
    let remove = move |tag: String| {
        id.with_value(|id| app.edit(id, move |memo| memo.tags.remove(&tag)));
        // The button that had the focus is gone.
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let end = move |input: &HtmlInputElement| {
        add(&[&input.value()]);
        input.set_value("");
    };
    let handle_input = move |event| {
        let input = event_target::<HtmlInputElement>(&event);
        let value = input.value();
        let (ended, rest) = typed_tags(&value);
        if !ended.is_empty() {
            add(&ended);
            input.set_value(rest);
        }
    };
    let handle_key = move |event: KeyboardEvent| {
        let input = event_target::<HtmlInputElement>(&event);
        match event.key().as_str() {
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                end(&input);
            }
            "Backspace" if input.value().is_empty() => {
                if let Some(last) = tags.with_untracked(|tags| tags.iter().last().map(str::to_owned)) {
                    remove(last);
                }
            }
            _ => {}
        }
    };
    let hint = move || {
        if is_full() { words().tagging.most_tags.of(TAGS_MAX) } else { words().tagging.add_a_tag.to_owned() }
    };
    view! {
        <div class="tag-field" role="group" aria-labelledby="tags-label">
            <span id="tags-label" class="soft">{words().common.tags}</span>
            <For
                each=move || tags.with(|tags| tags.iter().map(str::to_owned).collect::<Vec<_>>())
                key=Clone::clone
                let(tag)
            >
                <TagOf tag remove=Callback::new(remove) />
            </For>
            <input
                type="text"
                node_ref=field
                aria-label=words().tagging.add_a_tag
                placeholder=hint
                autocomplete="off"
                enterkeyhint="done"
                readonly=is_full
                on:input=handle_input
                on:keydown=handle_key
                on:change=move |event| end(&event_target(&event))
            />
        </div>
    }
}

/// One of them.
#[component]
fn TagOf(tag: String, remove: Callback<String>) -> impl IntoView {
    let name = words().tagging.remove_tag.with([&tag]);
    let text = tag.clone();
    view! {
        <span class="tag">
            <span>{text}</span>
            <button aria-label=name on:click=move |_| remove.run(tag.clone())>
                <Picture icon=Icon::Close />
            </button>
        </span>
    }
}
