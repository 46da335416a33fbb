//! Keys that work anywhere in the app. What they mean is decided in [`crate::memo::Shortcut`].

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlInputElement, HtmlTextAreaElement, KeyboardEvent};

use super::AppState;
use super::recording::Phase;
use crate::memo::{Focus, Memo, MemoId, Shortcut};

/// Listens for as long as the page lives.
pub(crate) fn listen(app: AppState) {
    let _listening = window_event_listener(leptos::ev::keydown, move |event: KeyboardEvent| {
        let is_modified = event.ctrl_key() || event.alt_key() || event.meta_key();
        // A dialog has keys of its own, and who writes Japanese presses keys that are not letters yet.
        if event.default_prevented() || event.is_composing() || is_open("dialog[open]") {
            return;
        }
        let Some(shortcut) = Shortcut::of(&event.key(), is_modified, focus()) else { return };
        if shortcut == Shortcut::Help {
            app.keys_shown.set(true);
            event.prevent_default();
        } else if act(app, shortcut) {
            event.prevent_default();
        }
    });
}

/// Does what a key asks for; `false` when there is nothing here that it could mean.
fn act(app: AppState, shortcut: Shortcut) -> bool {
    let recording = app.recording;
    let player = app.player;
    let has_sound = player.memo.with_untracked(Option::is_some);
    match (shortcut, recording.phase.get_untracked()) {
        (Shortcut::Record, phase) => {
            if !phase.is_live() {
                recording.start(app);
            }
            app.go("/record");
        }
        (Shortcut::PlayOrPause, Phase::Recording) => recording.pause(),
        (Shortcut::PlayOrPause, Phase::Paused) => recording.resume(),
        (Shortcut::Mark, Phase::Recording | Phase::Paused) => recording.mark(app),
        (Shortcut::PlayOrPause, _) if has_sound => player.toggle(app),
        (Shortcut::Mark, _) if has_sound => player.mark(app),
        (Shortcut::Jump(by_ms), _) if has_sound => player.jump(app, by_ms),
        (Shortcut::Search, _) => return search(app),
        (Shortcut::Rename, _) => return rename(),
        (Shortcut::Delete, _) => return delete(app),
        _ => return false,
    }
    true
}

fn search(app: AppState) -> bool {
    if !is_visible(".library") {
        app.go("/");
    }
    // Once the library is on the screen.
    request_animation_frame(|| {
        if let Some(field) = find::<HtmlInputElement>(".library input[type=search]") {
            let _ = field.focus();
            field.select();
        }
    });
    true
}

fn rename() -> bool {
    let Some(title) = find::<HtmlTextAreaElement>("textarea.title") else { return false };
    let _ = title.focus();
    title.select();
    true
}

fn delete(app: AppState) -> bool {
    let Some(memo) = open_memo(app).filter(|memo| !memo.is_deleted()) else { return false };
    app.delete(&memo);
    app.go("/");
    true
}

/// The memo whose page this is.
fn open_memo(app: AppState) -> Option<Memo> {
    let path = window().location().pathname().ok()?;
    let id: MemoId = path.strip_prefix("/memo/")?.parse().ok()?;
    app.memos.find_untracked(&id)
}

fn focus() -> Focus {
    let Some(element) = document().active_element() else { return Focus::Page };
    match element.tag_name().as_str() {
        "TEXTAREA" => Focus::Text,
        "SELECT" => Focus::Choice,
        "INPUT" => match element.get_attribute("type").as_deref() {
            Some("range" | "radio") => Focus::Choice,
            Some("checkbox" | "button" | "file" | "submit") => Focus::Button,
            _ => Focus::Text,
        },
        "BUTTON" | "A" | "SUMMARY" | "AUDIO" => Focus::Button,
        _ if element.has_attribute("contenteditable") => Focus::Text,
        _ => Focus::Page,
    }
}

fn is_open(selector: &str) -> bool {
    find::<Element>(selector).is_some()
}

fn is_visible(selector: &str) -> bool {
    // What is not laid out has no parent to be placed in.
    find::<HtmlElement>(selector).is_some_and(|element| element.offset_width() > 0)
}

fn find<E: JsCast>(selector: &str) -> Option<E> {
    document().query_selector(selector).ok()??.dyn_into().ok()
}
