//! "Are you sure?", for the few things that cannot be undone.

use leptos::prelude::*;

use super::sheet::Sheet;

/// Asks before it calls `on_yes`.
#[component]
pub(crate) fn Confirm(
    title: &'static str,
    #[prop(into)] text: Signal<String>,
    /// What the button that does it says.
    yes: &'static str,
    /// What the button that does nothing says.
    no: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] on_yes: Callback<()>,
) -> impl IntoView {
    view! {
        <Sheet title open>
            <p class="soft">{move || text.get()}</p>
            <div class="actions">
                <button class="pill" on:click=move |_| open.set(false)>{no}</button>
                <button
                    class="pill main"
                    on:click=move |_| {
                        open.set(false);
                        on_yes.run(());
                    }
                >
                    {yes}
                </button>
            </div>
        </Sheet>
    }
}
