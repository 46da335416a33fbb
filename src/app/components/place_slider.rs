//! What Trim and Split have in common: a slider over a waveform for choosing a moment to the tenth of a second, and what is said to who
//! changes which part of a memo is heard.

use leptos::prelude::*;
use web_sys::{Event, HtmlInputElement, KeyboardEvent};

use crate::memo::{Cut, Memo as MemoRow};
use crate::words::{format_clock, spoken_moment, words};

/// A slider at `place`. Where it is moved to goes to `choose`, which decides where the place really is, in milliseconds.
#[component]
pub(super) fn PlaceSlider(
    label: &'static str,
    #[prop(into)] place: Signal<u64>,
    length: u64,
    choose: Callback<u64>,
    /// Lies above another slider.
    #[prop(optional, into)]
    on_top: Signal<bool>,
) -> impl IntoView {
    let step = key_step(length);
    let move_to = move |event: Event| {
        let slider: HtmlInputElement = event_target(&event);
        let moved = slider.value_as_number();
        if moved.is_finite() {
            choose.run(moved.max(0.0).round() as u64);
        }
        // It stands where that led, which may be elsewhere.
        slider.set_value(&place.get_untracked().to_string());
    };
    let step_by_key = move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowLeft" | "ArrowDown" => place.get_untracked().saturating_sub(step),
            "ArrowRight" | "ArrowUp" => place.get_untracked() + step,
            _ => return,
        };
        event.prevent_default();
        choose.run(to);
    };
    view! {
        <input
            type="range"
            aria-label=label
            aria-valuetext=move || spoken_moment(place.get())
            min="0"
            max=length.to_string()
            // Any value: places are where listening stopped and where a sound ends, to the millisecond.
            step="any"
            style:z-index=move || if on_top.get() { "2" } else { "1" }
            prop:value=move || place.get().to_string()
            on:input=move_to
            on:keydown=step_by_key
        />
    }
}

/// What becomes of exports and of the link of a memo of which a part is heard.
#[component]
pub(super) fn PartNotes(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let cannot_be_cut = Memo::new(move |_| row.with(|row| row.as_ref().is_none_or(|row| Cut::of(row).is_none())));
    let has_link = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.info_hash.is_some())));
    view! {
        <Show when=move || cannot_be_cut.get()>
            <p class="soft">{words().trim_dialog.cannot_be_cut}</p>
        </Show>
        <Show when=move || has_link.get()>
            <p class="soft">{words().trim_dialog.link_stays}</p>
        </Show>
    }
}

/// How far a key moves a slider over so many milliseconds: a tenth of a second in short memos, a second in long ones.
pub(super) fn key_step(length: u64) -> u64 {
    if length < 120_000 { 100 } else { 1000 }
}

/// "0:47.3"
pub(super) fn clock(ms: u64) -> String {
    let (clock, tenths) = format_clock(ms);
    clock + &tenths
}
