//! What the app has to say: the toast, an error, a new version.

use leptos::prelude::*;

use super::icon::{Icon, Picture};
use crate::app::recording::Phase;
use crate::app::state::use_app;
use crate::words::words;

/// The toast. Its place is always in the page, so that screen readers hear what appears in it.
#[component]
pub(crate) fn ToastPlace() -> impl IntoView {
    let toasts = use_app().toasts;
    let content = move || {
        toasts.shown().map(|toast| {
            let button = match toast.undo {
                Some(undo) => {
                    let press = move |_| {
                        toasts.clear();
                        undo();
                    };
                    view! { <button on:click=press>{words().common.undo}</button> }.into_any()
                }
                None => view! {
                    <button class="icon" aria-label=words().notices.dismiss on:click=move |_| toasts.clear()>
                        <Picture icon=Icon::Close />
                    </button>
                }
                .into_any(),
            };
            view! {
                <p>{toast.text}</p>
                {button}
            }
        })
    };
    view! { <div role="status" class="toast">{content}</div> }
}

/// An error: what happened, what is safe, what to do.
#[component]
pub(crate) fn Alert(#[prop(into)] text: Signal<String>, #[prop(optional)] children: Option<Children>) -> impl IntoView {
    view! {
        <div role="alert" class="alert">
            <Picture icon=Icon::Warning />
            <div>
                <p>{move || text.get()}</p>
                {children.map(|children| children())}
            </div>
        </div>
    }
}

/// A failure that no screen of its own tells: above everything, until it is read.
#[component]
pub(crate) fn ProblemPlace() -> impl IntoView {
    let problem = use_app().problem;
    move || {
        problem.get().map(|text| {
            view! {
                <div class="problem">
                    <Alert text>
                        <button class="pill" on:click=move |_| problem.set(None)>{words().notices.understood}</button>
                    </Alert>
                </div>
            }
        })
    }
}

/// The offer to reload into a newer version; never while something would be lost by it.
#[component]
pub(crate) fn UpdatePlace() -> impl IntoView {
    let app = use_app();
    let busy =
        move || app.recording.phase.with(Phase::is_live) || app.player.playing.get() || app.memos.is_any_arriving();
    view! {
        <Show when=move || app.update_ready.get() && !busy()>
            <div class="banner">
                <button class="pill" on:click=move |_| app.accept_update()>
                    <span class="dot"></span>
                    {words().notices.new_version}
                </button>
            </div>
        </Show>
    }
}
