//! How much of something long is done.

use leptos::prelude::*;

/// A bar from 0 to 100.
#[component]
pub(crate) fn Progress(
    /// What it says to who cannot see it.
    #[prop(into)]
    name: Signal<String>,
    #[prop(into)] percent: Signal<u8>,
    /// `unknown`: its place is kept. `late`: it shows itself only when it takes long.
    #[prop(into, optional)]
    look: Signal<&'static str>,
) -> impl IntoView {
    view! {
        <div
            class=move || format!("progress {}", look.get())
            role="progressbar"
            aria-label=name
            aria-valuemin="0"
            aria-valuemax="100"
            aria-valuenow=move || percent.get().to_string()
        >
            <i style:transform=move || format!("scaleX({:.2})", f64::from(percent.get()) / 100.0)></i>
        </div>
    }
}
