//! Where a memo is split, chosen on its waveform. It begins where listening stopped.

use leptos::prelude::*;

use super::place_slider::{PartNotes, PlaceSlider, clock};
use super::player::bars_that_fit;
use super::sheet::Sheet;
use super::wave::Wave;
use crate::app::split::split_at;
use crate::app::state::use_app;
use crate::memo::{Memo as MemoRow, is_heard, place_to_split};
use crate::words::words;

/// The dialog behind the button `Split`.
#[component]
pub(crate) fn SplitDialog(#[prop(into)] row: Signal<Option<MemoRow>>, open: RwSignal<bool>) -> impl IntoView {
    let length = Memo::new(move |_| row.with(|row| row.as_ref().map_or(0, MemoRow::length_ms)));
    let is_long_enough =
        Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| place_to_split(row, 0).is_some())));
    view! {
        <Sheet title=words().common.split open>
            {move || match (length.get(), is_long_enough.get()) {
                (0, _) => view! { <p class="soft">{words().trim_dialog.length_unknown}</p> }.into_any(),
                (_, false) => view! { <p class="soft">{words().split_dialog.too_short}</p> }.into_any(),
                (length, true) => view! { <Choice row length open /> }.into_any(),
            }}
        </Sheet>
    }
}

/// The place, and the button that splits the memo there.
#[component]
fn Choice(#[prop(into)] row: Signal<Option<MemoRow>>, length: u64, open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let nearest = move |at_ms: u64| {
        row.with_untracked(|row| row.as_ref().and_then(|row| place_to_split(row, at_ms))).unwrap_or(at_ms)
    };
    // Where nobody has listened yet, the middle is as good as any place, and the slider is seen.
    let listened_ms = Some(app.player.position_ms.get_untracked()).filter(|at_ms| *at_ms > 0);
    let place = RwSignal::new(nearest(listened_ms.unwrap_or(length / 2)));

    let count = bars_that_fit();
    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.shape().bars(count)).unwrap_or_default()));
    let dark = Memo::new(move |_| (0..count).map(|bar| is_heard(bar, count, place.get(), length)).collect::<Vec<_>>());
    let choose = Callback::new(move |at_ms: u64| place.set(nearest(at_ms)));
    let split = move |_| {
        let Some(row) = row.get_untracked() else { return };
        open.set(false);
        split_at(app, &row, place.get_untracked());
    };
    view! {
        <p class="soft">{words().split_dialog.about}</p>
        <div class="trim">
            <Wave bars dark height=112 />
            <PlaceSlider label=words().split_dialog.place place length choose />
        </div>
        <div class="times num">
            <span>{move || clock(place.get())}</span>
            <span>{move || clock(length.saturating_sub(place.get()))}</span>
        </div>
        <PartNotes row />
        <div class="actions">
            <button class="pill main" on:click=split>
                {move || words().split_dialog.here.with([&clock(place.get())])}
            </button>
        </div>
    }
}
