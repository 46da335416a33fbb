//! The library: every memo, newest first, and the red button.

use leptos::prelude::*;
use web_sys::{DragEvent, Element, ScrollIntoViewOptions, ScrollLogicalPosition};

use super::icon::{Icon, Picture};
use super::import_dialog::{ImportDialog, bring_files, open_link};
use super::row::Row;
use super::wave::Wave;
use crate::app::clock;
use crate::app::recording::Phase;
use crate::app::state::use_app;
use crate::memo::{Filter, Query, format_duration, heading, visible};

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
    let importing = RwSignal::new(false);
    let dropping = RwSignal::new(false);

    let query = Memo::new(move |_| Query::new(&search.get()));
    let items = Memo::new(move |_| {
        let (memos, filter, today) = (app.memos.all(), filter.get(), clock::today());
        let shown = query.with(|query| visible(&memos, filter, query).into_iter().cloned().collect::<Vec<_>>());
        let mut last = None;
        let with_heading = shown.into_iter().map(|memo| {
            let heading = heading(clock::local(memo.recorded_at_ms), today);
            let is_new = last.as_ref() != Some(&heading);
            last = Some(heading.clone());
            (memo.id, is_new.then_some(heading))
        });
        with_heading.collect::<Vec<_>>()
    });
    let empty = move || {
        items.with(Vec::is_empty).then(|| {
            let (title, text) = query.with(|query| filter.get().empty_text(query));
            let picture = (title == "Say something").then(|| view! { <QuietWave /> });
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

    view! {
        <section
            class="pane library"
            class:dropping=dropping
            aria-label="Library"
            on:dragover=move |event: DragEvent| {
                event.prevent_default();
                dropping.set(true);
            }
            on:dragleave=move |_| dropping.set(false)
            on:drop=drop
        >
            <div class="frame">
                <div>
                    <header class="bar">
                        <h1>"Voice Memos"</h1>
                        <button class="icon" aria-label="Import" on:click=move |_| importing.set(true)>
                            <Picture icon=Icon::Plus />
                        </button>
                        <a class="icon" href="/settings" aria-label="Settings">
                            <Picture icon=Icon::Gear />
                        </a>
                    </header>
                    <label class="search">
                        <Picture icon=Icon::Search />
                        <input
                            type="search"
                            aria-label="Search memos"
                            placeholder="Search memos"
                            prop:value=move || search.get()
                            on:input=move |event| search.set(event_target_value(&event))
                        />
                    </label>
                    <Chips filter />
                </div>
                <div class="scroll">
                    <ul class="list" aria-label="Memos">
                        <For each=move || items.get() key=Clone::clone let((id, day))>
                            <Row id day />
                        </For>
                    </ul>
                    {empty}
                </div>
            </div>
            <RecordButton />
            <ImportDialog open=importing />
        </section>
    }
}

/// Which memos are shown.
#[component]
fn Chips(filter: RwSignal<Filter>) -> impl IntoView {
    let chips = Filter::EVERY.map(|choice| {
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
    view! { <div class="chips" role="group" aria-label="Show">{chips}</div> }
}

/// On a narrow screen the chips scroll sideways: the chosen one is seen whole.
fn reveal(chip: &Element) {
    let options = ScrollIntoViewOptions::new();
    options.set_block(ScrollLogicalPosition::Nearest);
    options.set_inline(ScrollLogicalPosition::Nearest);
    chip.scroll_into_view_with_scroll_into_view_options(&options);
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
                fallback=move || view! { <button class="rec" aria-label="Record" on:click=press><i></i></button> }
            >
                <a class="live num" href="/record">
                    <span class="dot"></span>
                    {move || match recording.phase.get() {
                        Phase::Paused => "Paused",
                        Phase::Interrupted(_) => "Interrupted",
                        _ => "Recording",
                    }}
                    " "
                    {move || format_duration(recording.elapsed_ms.get())}
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
