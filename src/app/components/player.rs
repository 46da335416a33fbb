//! The card that plays: the waveform as seek bar, and the buttons under it.

use leptos::prelude::*;
use web_sys::KeyboardEvent;

use super::icon::{Icon, Picture};
use super::notice::Alert;
use super::wave::Wave;
use crate::app::player::SPEEDS;
use crate::app::state::use_app;
use crate::memo::{LEAP_MS, Memo as MemoRow, Repeat, STEP_MS, is_heard};
use crate::words::{decimal, format_duration, format_remaining, spoken_duration, words};

/// [`LEAP_MS`], as the buttons say it.
const LEAP_S: usize = (LEAP_MS / 1000) as usize;

/// Bars of the large waveform: as many as stand apart from each other on a screen of this width.
pub(crate) fn bars_that_fit() -> usize {
    // No width is no reason to draw nothing.
    let width = window().inner_width().ok().and_then(|width| width.as_f64()).unwrap_or_default();
    if width < 480.0 { 60 } else { 110 }
}

/// Play and pause. `Play` stands alone under a memo that is still arriving.
#[component]
pub(crate) fn PlayButton() -> impl IntoView {
    let app = use_app();
    let playing = app.player.playing;
    let icon = Signal::derive(move || if playing.get() { Icon::Pause } else { Icon::Play });
    view! {
        <button
            class="play"
            aria-label=move || if playing.get() { words().common.pause } else { words().common.play }
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
    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.shape().bars(count)).unwrap_or_default()));
    let length = Memo::new(move |_| player.length_ms(app));
    let dark = Memo::new(move |_| {
        let (position, length) = (player.position_ms.get(), length.get());
        (0..count).map(|bar| is_heard(bar, count, position, length)).collect::<Vec<_>>()
    });
    let progress = move || {
        let (position, length) = (spoken_duration(player.position_ms.get()), spoken_duration(length.get()));
        words().player_bar.position_of_length.with([&position, &length])
    };
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
            <Ticks row />
            <input
                type="range"
                aria-label=words().player_bar.position
                aria-valuetext=progress
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
                {words().player_bar.times_as_fast.with([&decimal(speed)])}
            </option>
        }
    });
    let choose = move |event| {
        if let Ok(speed) = event_target_value(&event).parse() {
            player.set_speed(speed);
        }
    };
    view! {
        <section class="card" aria-label=words().player_bar.player>
            <Seek row />
            <div class="player">
                <span class="speed">
                    <select class="num" aria-label=words().player_bar.speed on:change=choose>{speeds}</select>
                </span>
                <button
                    class="icon"
                    aria-label=words().player_bar.back_seconds.of(LEAP_S)
                    on:click=move |_| player.jump(app, -LEAP_MS)
                >
                    <Picture icon=Icon::Rewind />
                </button>
                <PlayButton />
                <button
                    class="icon"
                    aria-label=words().player_bar.forward_seconds.of(LEAP_S)
                    on:click=move |_| player.jump(app, LEAP_MS)
                >
                    <Picture icon=Icon::Forward />
                </button>
                <span class="even"></span>
            </div>
            <Ways />
            <Markers row />
            {move || player.problem.get().map(|text| view! { <Alert text /> })}
        </section>
    }
}

/// Other ways to listen.
#[component]
fn Ways() -> impl IntoView {
    let app = use_app();
    let player = app.player;
    let skips = move || app.preferences.with(|preferences| preferences.skip_silence);
    let goes_on = move || app.preferences.with(|preferences| preferences.play_next);
    let pressed = |is: bool| if is { "true" } else { "false" };
    view! {
        <div class="listening" role="group" aria-label=words().player_bar.listening>
            <button class="chip" aria-pressed=move || pressed(skips()) on:click=move |_| player.set_skip_silence(app, !skips())>
                {words().player_bar.skip_silence}
            </button>
            <button
                class="chip"
                class:half=move || matches!(player.repeat.get(), Repeat::From(_))
                aria-pressed=move || pressed(matches!(player.repeat.get(), Repeat::Between(..)))
                on:click=move |_| player.repeat_here()
            >
                {move || player.repeat.get().label()}
            </button>
            <button
                class="chip"
                aria-pressed=move || pressed(goes_on())
                on:click=move |_| app.change_preferences(|preferences| preferences.play_next = !preferences.play_next)
            >
                {words().player_bar.play_next}
            </button>
            <button class="chip" on:click=move |_| player.mark(app)>{words().player_bar.mark}</button>
        </div>
    }
}

/// The marked moments, and the part that is repeated, on the waveform.
#[component]
fn Ticks(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let player = app.player;
    let length = Memo::new(move |_| player.length_ms(app));
    let percent = move |at_ms: u64| {
        let length = length.get().max(1);
        format!("{:.2}%", at_ms.min(length) as f64 * 100.0 / length as f64)
    };
    let markers = markers_of(row);
    let part = move || match player.repeat.get() {
        Repeat::Off => None,
        Repeat::From(start) => Some((start, start)),
        Repeat::Between(start, end) => Some((start, end)),
    };
    view! {
        <div class="ticks" aria-hidden="true">
            {move || part().map(|(start, end)| {
                view! { <i class="part" style:left=percent(start) style:width=percent(end - start)></i> }
            })}
            {move || markers.get().into_iter().map(|at| view! { <i class="tick" style:left=percent(at)></i> }).collect_view()}
        </div>
    }
}

/// The marked moments to go to.
#[component]
fn Markers(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let markers = markers_of(row);
    let remove = move |at: u64| {
        if let Some(id) = row.with_untracked(|row| row.as_ref().map(|row| row.id.clone())) {
            app.edit(&id, move |memo| memo.remove_mark(at));
        }
    };
    let one = move |at: u64| {
        // As it is seen: what is said to a button to press it is what stands on it.
        let moment = format_duration(at);
        let go_to = words().player_bar.go_to_marker.with([&moment]);
        let remove_it = words().player_bar.remove_marker.with([&moment]);
        view! {
            <li>
                <button class="chip num" aria-label=go_to on:click=move |_| app.player.seek(at)>
                    {moment}
                </button>
                <button class="icon" aria-label=remove_it on:click=move |_| remove(at)>
                    <Picture icon=Icon::Close />
                </button>
            </li>
        }
    };
    view! {
        <Show when=move || markers.with(|markers| !markers.is_empty())>
            <ul class="markers" aria-label=words().player_bar.markers>
                <For each=move || markers.get() key=|at| *at children=one />
            </ul>
        </Show>
    }
}

fn markers_of(row: Signal<Option<MemoRow>>) -> Memo<Vec<u64>> {
    Memo::new(move |_| row.with(|row| row.as_ref().map(MemoRow::marks).unwrap_or_default()))
}

/// The element itself. It stands in the frame of the app, where no change of page removes it.
#[component]
pub(crate) fn PlayerElement() -> impl IntoView {
    let app = use_app();
    let player = app.player;
    // Somebody may trim it, here or in another tab.
    let heard = Memo::new(move |_| player.memo.get().and_then(|id| app.memos.find(&id)).map(|row| row.span()));
    Effect::new(move || {
        if let Some(span) = heard.get() {
            player.hear(span);
        }
    });
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
