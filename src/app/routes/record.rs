//! `/record`: the recorder. Opening the page does not record; a refusal says why and can be tried again.

use std::collections::VecDeque;

use leptos::prelude::*;

use crate::app::components::confirm::Confirm;
use crate::app::components::head::Head;
use crate::app::components::icon::{Icon, Picture};
use crate::app::components::notice::Alert;
use crate::app::components::progress::Progress;
use crate::app::components::wave::Wave;
use crate::app::recording::{LIVE_BARS, Phase};
use crate::app::state::use_app;
use crate::memo::room_in_words;
use crate::words::{format_clock, format_duration, number, words};

/// A shorter take is thrown away without a question: it costs nobody more than saying it again.
const ASK_FROM_MS: u64 = 10_000;

/// From here on the level is shown as too loud: a decibel below the top.
const LOUD: u8 = 227;

/// The recorder's page.
#[component]
pub(crate) fn Record() -> impl IntoView {
    let app = use_app();
    let recording = app.recording;
    let phase = recording.phase;
    let asking = RwSignal::new(false);
    let is = move |wanted: Phase| phase.with(|phase| *phase == wanted);
    let live = Memo::new(move |_| phase.with(Phase::is_live));
    let interrupted = Memo::new(move |_| {
        phase.with(|phase| match phase {
            Phase::Interrupted(sentence) => Some(sentence.clone()),
            _ => None,
        })
    });
    recording.measure_room(app);
    let room = Memo::new(move |_| recording.room_ms.get().and_then(room_in_words));
    let refused = Memo::new(move |_| {
        phase.with(|phase| match phase {
            Phase::Refused(sentence) => Some(sentence.clone()),
            _ => None,
        })
    });

    let clock = Memo::new(move |_| format_clock(recording.elapsed_ms.get()));
    let page = &words().record_page;
    let marked = move || Some(recording.marked.get()).filter(|count| *count > 0).map(number);
    let word = move || {
        if recording.stalled.get() {
            page.no_more_sound
        } else if recording.silent.get() && is(Phase::Recording) {
            page.no_sound
        } else if recording.too_loud.get() && is(Phase::Recording) {
            page.too_loud
        } else {
            match phase.get() {
                Phase::Starting => page.waiting_for_microphone,
                Phase::Paused => page.paused,
                Phase::Stopping => page.saving,
                Phase::Interrupted(_) => page.interrupted,
                _ => "",
            }
        }
    };
    let discard = move |_| {
        if recording.elapsed_ms.get_untracked() < ASK_FROM_MS {
            recording.discard(app);
        } else {
            recording.pause();
            asking.set(true);
        }
    };

    view! {
        <div class="recorder" class:paused=move || is(Phase::Paused)>
            <div>
                <Head>
                    <Show when=move || live.get() && (recording.saved_ms.get() > 0)>
                        <span class="saving num">
                            <span class="dot red"></span>
                            {move || page.saved_up_to.with([&format_duration(recording.saved_ms.get())])}
                        </span>
                    </Show>
                </Head>
                <p class="clock" role="timer" aria-label=page.recorded_so_far>
                    {move || clock.get().0}
                    <small>{move || clock.get().1}</small>
                </p>
                <p class="word" role="status">{word}</p>
                <Show when=move || is(Phase::Stopping)>
                    <Progress name=page.saving percent=recording.finished look="late" />
                </Show>
                <Show when=move || is(Phase::Recording) || is(Phase::Paused)>
                    <Meter />
                    <div class="mark-it">
                        <button class="pill" on:click=move |_| recording.mark(app)>{page.mark_this_moment}</button>
                        <span class="num" aria-hidden="true">{marked}</span>
                    </div>
                </Show>
                {move || room.get().map(|text| view! { <p class="room">{text}</p> })}
                {move || interrupted.get().map(|text| view! {
                    <div class="column">
                        <Alert text>
                            <div class="both">
                                <button class="pill main" on:click=move |_| recording.go_on_with_interrupted(app)>
                                    {page.go_on}
                                </button>
                                <button class="pill" on:click=move |_| recording.finish_interrupted(app)>
                                    {page.finish}
                                </button>
                            </div>
                        </Alert>
                    </div>
                })}
                {move || refused.get().map(|text| view! {
                    <div class="column">
                        <Alert text>
                            <button class="pill" on:click=move |_| recording.start(app)>
                                {words().common.try_again}
                            </button>
                        </Alert>
                    </div>
                })}
            </div>
            <LiveWave />
            <div class="controls" hidden=move || interrupted.with(Option::is_some)>
                <Show
                    when=move || live.get()
                    fallback=move || view! {
                        <span></span>
                        <button class="rec" aria-label=page.start on:click=move |_| recording.start(app)>
                            <i></i>
                        </button>
                        <span></span>
                    }
                >
                    <button class="side" on:click=discard disabled=move || !(is(Phase::Recording) || is(Phase::Paused))>
                        <span><Picture icon=Icon::Trash /></span>
                        {words().common.discard}
                    </button>
                    <button
                        class="rec stop"
                        aria-label=page.stop
                        disabled=move || !(is(Phase::Recording) || is(Phase::Paused))
                        on:click=move |_| recording.stop(app)
                    >
                        <i></i>
                    </button>
                    <Show
                        when=move || is(Phase::Paused)
                        fallback=move || view! {
                            <button class="side" on:click=move |_| recording.pause() disabled=move || !is(Phase::Recording)>
                                <span><Picture icon=Icon::Pause /></span>
                                {words().common.pause}
                            </button>
                        }
                    >
                        <button class="side" on:click=move |_| recording.resume()>
                            <span class="red"><i></i></span>
                            {page.resume}
                        </button>
                    </Show>
                </Show>
            </div>
            <Confirm
                title=page.discard
                text=page.discard_question
                yes=words().common.discard
                no=words().common.keep_it
                open=asking
                on_yes=move |()| recording.discard(app)
            />
        </div>
    }
}

/// How loud it is right now.
#[component]
fn Meter() -> impl IntoView {
    let level = use_app().recording.level;
    let loud = move || level.get() >= LOUD;
    let percent = move || u32::from(level.get()) * 100 / 255;
    view! {
        <div
            class="meter"
            class:loud=loud
            role="meter"
            aria-label=words().record_page.input_level
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent().to_string()
        >
            <i style:transform=move || format!("scaleX({:.3})", f64::from(level.get()) / 255.0)></i>
        </div>
    }
}

/// The last seconds, moving to the left.
#[component]
fn LiveWave() -> impl IntoView {
    let recorded = use_app().recording.bars;
    let bars = Memo::new(move |_| recorded.with(padded));
    view! {
        <div class="live-wave">
            <Wave bars dark=Signal::derive(move || recorded.with(|bars| which_are_sound(bars.len()))) height=200 />
        </div>
    }
}

fn padded(bars: &VecDeque<u8>) -> Vec<u8> {
    let missing = LIVE_BARS.saturating_sub(bars.len());
    std::iter::repeat_n(0, missing).chain(bars.iter().copied()).collect()
}

fn which_are_sound(count: usize) -> Vec<bool> {
    (0..LIVE_BARS).map(|bar| bar + count >= LIVE_BARS).collect()
}
