//! Which memos the library shows: one of the filters, and one of the tags beside it.

use leptos::prelude::*;
use web_sys::{Element, MouseEvent, ScrollIntoViewOptions, ScrollLogicalPosition};

use crate::app::state::use_app;
use crate::memo::Filter;
use crate::words::words;

/// As many tags as a thumb scrolls past; the others are found by searching.
const MOST_TAGS: usize = 12;

/// The row of chips.
#[component]
pub(crate) fn Chips(filter: RwSignal<Filter>, tag: RwSignal<Option<String>>) -> impl IntoView {
    let app = use_app();
    let filters = Filter::EVERY.map(|choice| {
        view! {
            <button
                class="chip"
                aria-pressed=move || if filter.get() == choice { "true" } else { "false" }
                on:click=move |event| {
                    filter.set(choice);
                    reveal(&event_target::<Element>(&event));
                }
            >
                {choice.label()}
            </button>
        }
    });
    let tags = Memo::new(move |_| {
        let mut tags = app.memos.tags(MOST_TAGS);
        // What narrows the list is seen, even when no memo has it any more.
        if let Some(tag) = tag.get().filter(|tag| !tags.iter().any(|known| known.to_lowercase() == tag.to_lowercase()))
        {
            tags.push(tag);
        }
        tags
    });
    view! {
        <div class="chips">
            <div role="group" aria-label=words().library.show>{filters}</div>
            <Show when=move || !tags.with(Vec::is_empty)>
                <div role="group" aria-label=words().library.with_the_tag class="tags">
                    <For each=move || tags.get() key=Clone::clone let(name)>
                        <TagChip name tag />
                    </For>
                </div>
            </Show>
        </div>
    }
}

/// Narrows the list to a tag; a second press shows everything again.
#[component]
fn TagChip(name: String, tag: RwSignal<Option<String>>) -> impl IntoView {
    let text = format!("#{name}");
    let name = StoredValue::new(name);
    let is_chosen = move || {
        let name = name.with_value(|name| name.to_lowercase());
        tag.with(|tag| tag.as_ref().is_some_and(|tag| tag.to_lowercase() == name))
    };
    let press = move |event: MouseEvent| {
        tag.set((!untrack(is_chosen)).then(|| name.get_value()));
        reveal(&event_target::<Element>(&event));
    };
    view! {
        <button class="chip" aria-pressed=move || if is_chosen() { "true" } else { "false" } on:click=press>
            <span>{text}</span>
        </button>
    }
}

/// On a narrow screen the chips scroll sideways: the chosen one is seen whole.
fn reveal(chip: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    chip.scroll_into_view_with_scroll_into_view_options(&options);
}
