//! The card that plays: the waveform as seek bar, and the buttons under it.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::icon::{Icon, Picture};
use super::notice::Alert;
use super::wave::Wave;
use crate::app::player::{JUMP_MS, SPEEDS};
use crate::app::state::use_app;
use crate::memo::{Memo as MemoRow, format_duration, format_remaining, is_heard, spoken_duration};

/// Bars of the large waveform: as many as stand apart from each other on a screen of this width.
pub(crate) fn bars_that_fit() -> usize {
    // No width is no reason to draw nothing.
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
    if width < 480.0 { 60 } else { 110 }
}

/// How far one press of an arrow key goes.
const STEP_MS: i64 = 5_000;

/// Play and pause. `Play` stands alone under a memo that is still arriving.
#[component]
pub(crate) fn PlayButton() -> impl IntoView {
    let app = use_app();
    let playing = app.player.playing;
    let icon = Signal::derive(move || if playing.get() { Icon::Pause } else { Icon::Play });
    view! {
        <button
            class="play"
            aria-label=move || if playing.get() { "Pause" } else { "Play" }
            on:click=move |_| app.player.toggle(app)
        >
            <Picture icon />
        </button>
    }
}

/// The waveform of the current memo, which is also where one goes in it.
#[component]
pub(crate) fn Seek(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let player = app.player;
    let count = bars_that_fit();
    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.waveform.bars(count)).unwrap_or_default()));
    let length = Memo::new(move |_| player.length_ms(app));
    let dark = Memo::new(move |_| {
        let (position, length) = (player.position_ms.get(), length.get());
        (0..count).map(|bar| is_heard(bar, count, position, length)).collect::<Vec<_>>()
    });
    let words = move || format!("{} of {}", spoken_duration(player.position_ms.get()), spoken_duration(length.get()));
    let press = move |event: KeyboardEvent| {
        let by = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => -STEP_MS,
            "ArrowRight" | "ArrowUp" => STEP_MS,
            "PageDown" => -6 * STEP_MS,
            "PageUp" => 6 * STEP_MS,
            _ => return,
        };
        event.prevent_default();
        player.jump(app, by);
    };
    view! {
        <div class="seek">
            <Wave bars dark height=112 />
            <input
                type="range"
                aria-label="Position"
                aria-valuetext=words
                min="0"
                max=move || length.get().to_string()
                step="1"
                prop:value=move || player.position_ms.get().min(length.get()).to_string()
                disabled=move || length.get() == 0
                on:input=move |event| {
                    if let Ok(position) = event_target_value(&event).parse() {
                        player.seek(position);
                    }
                }
                on:keydown=press
            />
        </div>
        <div class="times num">
            <span>{move || format_duration(player.position_ms.get())}</span>
            <span>{move || format_remaining(player.position_ms.get(), length.get())}</span>
        </div>
    }
}

/// All of it, for a memo that is here.
#[component]
pub(crate) fn PlayerCard(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let player = app.player;
    let speeds = SPEEDS.map(|speed| {
        view! {
            <option value=speed.to_string() selected=move || (player.speed.get() - speed).abs() < 0.01>
                {format!("{speed}×")}
            </option>
        }
    });
    let choose = move |event| {
        if let Ok(speed) = event_target_value(&event).parse() {
            player.set_speed(speed);
        }
    };
    view! {
        <section class="card" aria-label="Player">
            <Seek row />
            <div class="player">
                <span class="speed">
                    <select class="num" aria-label="Speed" on:change=choose>{speeds}</select>
                </span>
                <button class="icon" aria-label="Back 10 seconds" on:click=move |_| player.jump(app, -JUMP_MS)>
                    <Picture icon=Icon::Rewind />
                </button>
                <PlayButton />
                <button class="icon" aria-label="Forward 10 seconds" on:click=move |_| player.jump(app, JUMP_MS)>
                    <Picture icon=Icon::Forward />
                </button>
                <span class="even"></span>
            </div>
            {move || player.problem.get().map(|text| view! { <Alert text /> })}
        </section>
    }
}

/// The element itself. It stands in the frame of the app, where no change of page removes it.
#[component]
pub(crate) fn PlayerElement() -> impl IntoView {
    let app = use_app();
    let player = app.player;
    view! {
        <audio
            node_ref=player.element
            preload="metadata"
            on:loadedmetadata=move |_| player.handle_metadata()
            on:durationchange=move |_| player.handle_duration()
            on:timeupdate=move |_| player.handle_time(app)
            on:playing=move |_| player.handle_playing(app, true)
            on:pause=move |_| player.handle_playing(app, false)
            on:ended=move |_| player.handle_ended(app)
            on:error=move |_| player.handle_error(app)
        ></audio>
    }
}
