//! A part of a memo, chosen on its waveform: heard in place of all of it, or saved as a memo of its own.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::notice::Alert;
use super::place_slider::{PartNotes, PlaceSlider, clock, key_step};
use super::player::bars_that_fit;
use super::sheet::Sheet;
use super::wave::Wave;
use crate::app::state::use_app;
use crate::app::trim;
use crate::memo::{Cut, Memo as MemoRow, Span};
use crate::words::words;

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
    let heard = Memo::new(move |_| row.with(|row| row.as_ref().map_or(all, MemoRow::heard)));
    let start = RwSignal::new(heard.get_untracked().start_ms);
    let end = RwSignal::new(heard.get_untracked().end_ms);
    let chosen = Memo::new(move |_| Span { start_ms: start.get(), end_ms: end.get().min(length) });
    let can_cut = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| Cut::of(row).is_some())));
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
    let choose_start = Callback::new(move |at_ms: u64| start.set(at_ms.min(end.get_untracked().saturating_sub(step))));
    let choose_end = Callback::new(move |at_ms: u64| end.set(at_ms.max(start.get_untracked() + step).min(length)));
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
            <PlaceSlider label=words().trim_dialog.start place=start length choose=choose_start on_top=start_on_top />
            <PlaceSlider
                label=words().trim_dialog.end
                place=end
                length
                choose=choose_end
                on_top=Signal::derive(move || !start_on_top.get())
            />
        </div>
        <div class="times num">
            <span>{move || clock(start.get())}</span>
            <span>{so_long}</span>
            <span>{move || clock(end.get())}</span>
        </div>
        <PartNotes row />
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
