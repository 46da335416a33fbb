//! A dialog: a real `<dialog>`, so that the browser keeps the focus in it and gives it back.

use leptos::html::Dialog;
use leptos::prelude::*;
use web_sys::MouseEvent;

use super::icon::{Icon, Picture};
use crate::words::words;

/// Shows its children while `open`. Escape, the close button and a tap beside it close it.
#[component]
pub(crate) fn Sheet(
    /// Its name, also shown as its heading.
    title: &'static str,
    #[prop(into)] open: RwSignal<bool>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // Fails only outside of the page, and then there is nothing to show.
            (true, false) => drop(dialog.show_modal()),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let close_beside = move |event: MouseEvent| {
        // The dialog itself is only hit outside of its content, as the content fills it.
        if event.target() == event.current_target() && is_outside(&event, dialog) {
            open.set(false);
        }
    };
    view! {
        <dialog class="sheet" aria-label=title node_ref=dialog on:close=move |_| open.set(false) on:click=close_beside>
            <Show when=move || open.get()>
                <header>
                    <h2>{title}</h2>
                    <button class="icon" aria-label=words().common.close on:click=move |_| open.set(false)>
                        <Picture icon=Icon::Close />
                    </button>
                </header>
                {children()}
            </Show>
        </dialog>
    }
}

fn is_outside(event: &MouseEvent, dialog: NodeRef<Dialog>) -> bool {
    dialog.get_untracked().is_some_and(|dialog| {
        let frame = dialog.get_bounding_client_rect();
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        x < frame.left() || x > frame.right() || y < frame.top() || y > frame.bottom()
    })
}
