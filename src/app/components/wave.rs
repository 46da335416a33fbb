//! The waveform, wherever a memo appears.

use leptos::prelude::*;

use crate::memo::{BAR_PITCH, draw_bars};

/// Bars 0..=255, and for each whether it is dark. Bars beyond the second list are light.
#[component]
pub(crate) fn Wave(
    #[prop(into)] bars: Signal<Vec<u8>>,
    #[prop(into)] dark: Signal<Vec<bool>>,
    /// The height of the drawing in its own units; the style sheet says how tall it is on the screen.
    height: u32,
) -> impl IntoView {
    let paths = Memo::new(move |_| {
        dark.with(|dark| bars.with(|bars| draw_bars(bars, height, |index| dark.get(index).copied().unwrap_or(false))))
    });
    view! {
        <svg
            class="wave"
            viewBox=move || format!("0 0 {} {height}", bars.with(Vec::len).max(1) * BAR_PITCH)
            preserveAspectRatio="none"
            aria-hidden="true"
        >
            <path d=move || paths.with(|(_, light)| light.clone()) />
            <path class="past" d=move || paths.with(|(dark, _)| dark.clone()) />
        </svg>
    }
}
