//! A part of a memo, chosen on its waveform: heard in place of all of it, or saved as a memo of its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::{Event, HtmlInputElement};

use super::notice::Alert;
use super::player::bars_that_fit;
use super::sheet::Sheet;
use super::wave::Wave;
use crate::app::state::use_app;
use crate::app::trim;
use crate::memo::{Cut, Memo as MemoRow, Span};
use crate::words::{format_clock, spoken_moment, words};

/// The dialog behind the button `Trim`.
#[component]
pub(crate) fn TrimDialog(#[prop(into)] row: Signal<Option<MemoRow>>, open: RwSignal<bool>) -> impl IntoView {
    let length = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, |row| row.duration_ms)));
    view! {
        <Sheet title=words().common.trim open>
            {move || match length.get() {
                0 => view! { <p class="soft">{words().trim_dialog.length_unknown}</p> }.into_any(),
                length => view! { <Choice row length open /> }.into_any(),
            }}
        </Sheet>
    }
}

/// Where the part begins and ends in all of the sound, and the buttons that trim the memo to it or save it.
#[component]
fn Choice(#[prop(into)] row: Signal<Option<MemoRow>>, length: u64, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let step = key_step(length);
    let all = Span { start_ms: 0, end_ms: length };
    let heard = Memo::new(move |_| row.with(|row| row.as_ref().and_then(MemoRow::span)).unwrap_or(all));
    let start = RwSignal::new(heard.get_untracked().start_ms);
    let end = RwSignal::new(heard.get_untracked().end_ms);
    let chosen = Memo::new(move |_| Span { start_ms: start.get(), end_ms: end.get().min(length) });
    let can_cut = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| Cut::of(row).is_some())));
    let has_link = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.info_hash.is_some())));
    let problem = RwSignal::new(None::<String>);
    let saving = RwSignal::new(false);

    let count = bars_that_fit();
    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.waveform.bars(count)).unwrap_or_default()));
    let dark = Memo::new(move |_| {
        let chosen = chosen.get().range_ms();
        (0..count as u64).map(|bar| chosen.contains(&(bar * length / count as u64))).collect::<Vec<_>>()
    });
    // Where the two meet, the one that has more room to move lies on top.
    let start_on_top = Memo::new(move |_| start.get() > length / 2);
    let move_start = move |event: Event| {
        take(&event, |value| start.set(value.min(end.get_untracked().saturating_sub(step))), start);
    };
    let move_end = move |event: Event| {
        take(&event, |value| end.set(value.max(start.get_untracked() + step).min(length)), end);
    };
    let trim = move |_| {
        let Some(row) = row.get_untracked() else { return };
        open.set(false);
        trim::trim_to(app, &row, Some(chosen.get_untracked()).filter(|chosen| *chosen != all));
    };
    let save = move |_| {
        let Some(row) = row.get_untracked() else { return };
        problem.set(None);
        saving.set(true);
        spawn_local(async move {
            let saved = trim::save_part(app, &row, chosen.get_untracked()).await;
            saving.set(false);
            match saved {
                Ok(Some(part)) => {
                    open.set(false);
                    app.toasts.say(words().trim_dialog.saved);
                    app.go(&format!("/memo/{}", part.id));
                }
                Ok(None) => {}
                Err(reason) => problem.set(Some(reason)),
            }
        });
    };
    let so_long = move || words().trim_dialog.so_long.with([&clock(chosen.get().length_ms())]);
    view! {
        <p class="soft">{words().trim_dialog.about}</p>
        <div class="trim">
            <Wave bars dark height=112 />
            <input
                type="range"
                aria-label=words().trim_dialog.start
                aria-valuetext=move || spoken_moment(start.get())
                min="0"
                max=length.to_string()
                step=step.to_string()
                style:z-index=move || if start_on_top.get() { "2" } else { "1" }
                prop:value=move || start.get().to_string()
                on:input=move_start
            />
            <input
                type="range"
                aria-label=words().trim_dialog.end
                aria-valuetext=move || spoken_moment(end.get())
                min="0"
                max=length.to_string()
                // Any value, so that the very end can be reached.
                step="any"
                style:z-index=move || if start_on_top.get() { "1" } else { "2" }
                prop:value=move || end.get().to_string()
                on:input=move_end
                on:keydown=move |event| {
                    let by = match event.key().as_str() {
                        "ArrowLeft" | "ArrowDown" => end.get_untracked().saturating_sub(step),
                        "ArrowRight" | "ArrowUp" => end.get_untracked() + step,
                        _ => return,
                    };
                    event.prevent_default();
                    end.set(by.clamp(start.get_untracked() + step, length.max(start.get_untracked() + step)).min(length));
                }
            />
        </div>
        <div class="times num">
            <span>{move || clock(start.get())}</span>
            <span>{so_long}</span>
            <span>{move || clock(end.get())}</span>
        </div>
        <Show when=move || !can_cut.get()>
            <p class="soft">{words().trim_dialog.cannot_be_cut}</p>
        </Show>
        <Show when=move || has_link.get()>
            <p class="soft">{words().trim_dialog.link_stays}</p>
        </Show>
        {move || problem.get().map(|text| view! { <Alert text /> })}
        <div class="actions">
            <button class="pill main" disabled=move || saving.get() || chosen.get() == heard.get() on:click=trim>
                {words().common.trim}
            </button>
            <Show when=move || can_cut.get()>
                <button class="pill" disabled=move || saving.get() || chosen.get() == all on:click=save>
                    {move || if saving.get() { words().trim_dialog.saving } else { words().trim_dialog.save }}
                </button>
            </Show>
        </div>
    }
}

/// How far a key moves a slider over so many milliseconds: a tenth of a second in short memos, a second in long ones.
pub(super) fn key_step(length: u64) -> u64 {
    if length < 120_000 { 100 } else { 1000 }
}

/// Takes what a slider was moved to, and puts the slider where that led: not beyond the other one.
pub(super) fn take(event: &Event, set: impl FnOnce(u64), value: RwSignal<u64>) {
    let slider: HtmlInputElement = event_target(event);
    let moved = slider.value_as_number();
    if moved.is_finite() {
        set(moved.max(0.0).round() as u64);
    }
    slider.set_value(&value.get_untracked().to_string());
}

/// "0:47.3"
pub(super) fn clock(ms: u64) -> String {
    let (clock, tenths) = format_clock(ms);
    clock + &tenths
}
