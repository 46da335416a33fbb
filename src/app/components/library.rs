//! The library: every memo that was asked for, and the red button.

use std::sync::Arc;

use leptos::prelude::*;
use web_sys::{DragEvent, Element, KeyboardEvent};

use super::confirm::Confirm;
use super::icon::{Icon, Picture};
use super::import_dialog::{ImportDialog, bring_files, open_link};
use super::library_chips::Chips;
use super::memo_list::MemoList;
use super::selection_bar::SelectionBar;
use super::wave::Wave;
use crate::app::clock;
use crate::app::recording::Phase;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::{BIN_DAYS, Filter, Query, Sort, View, heading};
use crate::words::{format_duration, words};

/// The shape that is shown where there is nothing yet.
const QUIET: [u8; 40] = [
    24, 24, 40, 70, 50, 96, 120, 84, 150, 190, 130, 96, 60, 84, 44, 30, 30, 50, 80, 110, 70, 140, 180, 150, 210, 160,
    190, 240, 200, 230, 150, 180, 110, 140, 80, 100, 50, 60, 30, 24,
];

/// The left pane; on a phone, the first page.
#[component]
pub(crate) fn Library() -> impl IntoView {
    let app = use_app();
    let search = RwSignal::new(String::new());
    let filter = RwSignal::new(Filter::default());
    let tag = RwSignal::new(None::<String>);
    let importing = RwSignal::new(false);
    let dropping = RwSignal::new(false);

    let view = Memo::new(move |_| View {
        filter: filter.get(),
        tag: tag.get(),
        query: Query::new(&search.read()),
        sort: app.preferences.with(|preferences| preferences.sort),
    });
    let listing = Memo::new(move |_| {
        let today = clock::today();
        let heading_of = |time_ms| heading(clock::local(time_ms), today);
        view.with(|view| Arc::new(app.memos.list(view, heading_of)))
    });
    let is_empty = Memo::new(move |_| listing.with(|listing| listing.ids.is_empty()));
    let selecting = Selecting::over(listing);
    let nothing = move || {
        is_empty.get().then(|| {
            let (title, text) = view.with(View::empty_text);
            // Where nothing narrows the list, there is no memo at all.
            let is_whole = view.with(|view| view.filter == Filter::All && view.tag.is_none() && view.query.is_empty());
            let picture = is_whole.then(|| view! { <QuietWave /> });
            view! {
                <div class="empty">
                    {picture}
                    <b>{title}</b>
                    <p>{text}</p>
                </div>
            }
        })
    };

    let drop = move |event: DragEvent| {
        event.prevent_default();
        dropping.set(false);
        let Some(data) = event.data_transfer() else { return };
        match data.files().filter(|files| files.length() > 0) {
            Some(files) => bring_files(app, &files),
            None => {
                if let Err(error) = open_link(app, &data.get_data("text/plain").unwrap_or_default()) {
                    app.toasts.say(error.to_string());
                }
            }
        }
    };
    let leave_at_escape = move |event: KeyboardEvent| {
        // In a dialog it closes the dialog, and no more than that.
        let in_dialog = || event_target::<Element>(&event).closest("dialog").ok().flatten().is_some();
        if event.key() == "Escape" && !in_dialog() {
            selecting.end();
        }
    };

    view! {
        <section
            class="pane library"
            class:dropping=dropping
            data-drop=words().library.drop_to_import
            class:selecting=move || selecting.is_on()
            aria-label=words().library.library
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                dropping.set(true);
            }
            on:dragleave=move |_| dropping.set(false)
            on:drop=drop
            on:keydown=leave_at_escape
        >
            <div class="frame">
                <div>
                    <header class="bar">
                        <h1>"Voice Memos"</h1>
                        <Show when=move || selecting.is_on() || !is_empty.get()>
                            <SelectButton selecting />
                        </Show>
                        <Show when=move || !selecting.is_on()>
                            <button class="icon" aria-label=words().common.import on:click=move |_| importing.set(true)>
                                <Picture icon=Icon::Plus />
                            </button>
                            <a class="icon" href="/settings" aria-label=words().common.settings>
                                <Picture icon=Icon::Gear />
                            </a>
                        </Show>
                    </header>
                    <div class="find">
                        <label class="search">
                            <Picture icon=Icon::Search />
                            <input
                                type="search"
                                aria-label=words().common.search_memos
                                placeholder=words().common.search_memos
                                prop:value=move || search.get()
                                on:input=move |event| search.set(event_target_value(&event))
                            />
                        </label>
                        <SortChoice />
                    </div>
                    <Chips filter tag />
                    <Show when=move || filter.get() == Filter::Bin && !is_empty.get() && !selecting.is_on()>
                        <EmptyBin />
                    </Show>
                </div>
                <MemoList view listing selecting>{nothing}</MemoList>
            </div>
            <Show when=move || selecting.is_on() fallback=RecordButton>
                <SelectionBar selecting filter />
            </Show>
            <ImportDialog open=importing />
        </section>
    }
}

/// Begins selecting, and ends it: one button, so that the focus stays on it.
#[component]
fn SelectButton(selecting: Selecting) -> impl IntoView {
    let press = move |_| if selecting.is_on_untracked() { selecting.end() } else { selecting.begin() };
    view! {
        <button class="quiet" on:click=press>
            {move || if selecting.is_on() { words().library.done } else { words().library.select }}
        </button>
    }
}

/// In which order memos are shown. The choice is kept.
#[component]
fn SortChoice() -> impl IntoView {
    let app = use_app();
    let chosen = Memo::new(move |_| app.preferences.with(|preferences| preferences.sort));
    let options = Sort::EVERY.map(|sort| {
        let selected = move || chosen.get() == sort;
        view! { <option value=sort.label() selected=selected>{sort.label()}</option> }
    });
    let choose = move |event| {
        let label = event_target_value(&event);
        if let Some(sort) = Sort::EVERY.into_iter().find(|sort| sort.label() == label) {
            app.change_preferences(|preferences| preferences.sort = sort);
        }
    };
    view! {
        <span class="sort icon" class:changed=move || chosen.get() != Sort::default() title=move || chosen.get().label()>
            <Picture icon=Icon::Sort />
            <select aria-label=words().library.sort on:change=choose>{options}</select>
        </span>
    }
}

/// What the bin is, and the way to empty it at once.
#[component]
fn EmptyBin() -> impl IntoView {
    let app = use_app();
    let asking = RwSignal::new(false);
    let empty = move |()| app.delete_all_for_good(app.memos.in_bin_untracked());
    let question = Signal::derive(move || {
        asking.track();
        app.question_before_deleting(&app.memos.in_bin_untracked(), words().library.what_emptying_does)
    });
    view! {
        <div class="about-bin">
            <p>{words().library.kept_for_days.of(BIN_DAYS as usize)}</p>
            <button class="pill" on:click=move |_| asking.set(true)>{words().library.empty_the_bin}</button>
        </div>
        <Confirm
            title=words().library.empty_the_bin
            text=question
            yes=words().library.delete_all
            no=words().library.keep_them
            open=asking
            on_yes=empty
        />
    }
}

/// Records at once; during a recording, leads back to it.
#[component]
fn RecordButton() -> impl IntoView {
    let app = use_app();
    let recording = app.recording;
    let press = move |_| {
        recording.start(app);
        app.go("/record");
    };
    view! {
        <div class="fab">
            <Show
                when=move || recording.phase.with(Phase::is_live)
                fallback=move || view! {
                    <button class="rec" aria-label=words().common.record on:click=press><i></i></button>
                }
            >
                <a class="live num" href="/record">
                    <span class="dot"></span>
                    {move || {
                        let phrase = match recording.phase.get() {
                            Phase::Paused => words().library.paused,
                            Phase::Interrupted(_) => words().library.interrupted,
                            _ => words().library.recording,
                        };
                        phrase.with([&format_duration(recording.elapsed_ms.get())])
                    }}
                </a>
            </Show>
        </div>
    }
}

/// A waveform of nothing in particular.
#[component]
pub(crate) fn QuietWave() -> impl IntoView {
    let bars = QUIET.to_vec();
    view! { <Wave bars=Signal::stored(bars) dark=Signal::stored(Vec::new()) height=60 /> }
}
