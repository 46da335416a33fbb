//! `/record`: the recorder. Opening the page does not record; a refusal says why and can be tried again.

use std::collections::VecDeque;

use leptos::prelude::*;

use crate::app::components::confirm::Confirm;
use crate::app::components::head::Head;
use crate::app::components::icon::{Icon, Picture};
use crate::app::components::notice::Alert;
use crate::app::components::wave::Wave;
use crate::app::recording::{LIVE_BARS, Phase};
use crate::app::state::use_app;
use crate::memo::{format_clock, format_duration, room_in_words};

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
    let word = move || {
        if recording.stalled.get() {
            "The recorder has stopped giving sound. Stop, and record again; what was saved is safe."
        } else if recording.silent.get() && is(Phase::Recording) {
            "No sound is reaching the microphone."
        } else if recording.too_loud.get() && is(Phase::Recording) {
            "Too loud: this will sound distorted."
        } else {
            match phase.get() {
                Phase::Starting => "Waiting for the microphone",
                Phase::Paused => "Paused",
                Phase::Stopping => "Saving",
                Phase::Interrupted(_) => "Interrupted",
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
                            "Saved up to "
                            {move || format_duration(recording.saved_ms.get())}
                        </span>
                    </Show>
                </Head>
                <p class="clock" role="timer" aria-label="Recorded so far">
                    {move || clock.get().0}
                    <small>{move || clock.get().1}</small>
                </p>
                <p class="word" role="status">{word}</p>
                <Show when=move || is(Phase::Recording) || is(Phase::Paused)>
                    <Meter />
                    <button class="pill mark-it" aria-label="Mark this moment" on:click=move |_| recording.mark(app)>
                        "Mark this moment"
                        <span class="num">{move || Some(recording.marked.get()).filter(|count| *count > 0)}</span>
                    </button>
                </Show>
                {move || room.get().map(|text| view! { <p class="room">{text}</p> })}
                {move || interrupted.get().map(|text| view! {
                    <div class="column">
                        <Alert text>
                            <div class="both">
                                <button class="pill main" on:click=move |_| recording.go_on_with_interrupted(app)>
                                    "Continue recording"
                                </button>
                                <button class="pill" on:click=move |_| recording.finish_interrupted(app)>"Finish"</button>
                            </div>
                        </Alert>
                    </div>
                })}
                {move || refused.get().map(|text| view! {
                    <div class="column">
                        <Alert text>
                            <button class="pill" on:click=move |_| recording.start(app)>"Try again"</button>
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
                        <button class="rec" aria-label="Start recording" on:click=move |_| recording.start(app)>
                            <i></i>
                        </button>
                        <span></span>
                    }
                >
                    <button class="side" on:click=discard disabled=move || !(is(Phase::Recording) || is(Phase::Paused))>
                        <span><Picture icon=Icon::Trash /></span>
                        "Discard"
                    </button>
                    <button
                        class="rec stop"
                        aria-label="Stop"
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
                                "Pause"
                            </button>
                        }
                    >
                        <button class="side" on:click=move |_| recording.resume()>
                            <span class="red"><i></i></span>
                            "Resume"
                        </button>
                    </Show>
                </Show>
            </div>
            <Confirm
                title="Discard recording"
                text="The recording is paused. What you said will be gone for good."
                yes="Discard"
                no="Keep it"
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
            aria-label="Input level"
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
