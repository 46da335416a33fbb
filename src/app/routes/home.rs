//! `/`: on a phone the library alone; on a wide screen, what stands beside it before a memo is chosen.

use leptos::prelude::*;

use crate::app::components::library::QuietWave;
use crate::words::words;

/// The quiet right pane.
#[component]
pub(crate) fn Home() -> impl IntoView {
    view! {
        <div class="empty">
            <QuietWave />
            <p>{words().app.choose_or_record}</p>
        </div>
    }
}
