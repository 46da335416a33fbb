//! The screens.
//!
//! [`mount`] opens the library and then shows the one frame of the app: the library on the left, a page on the right (on a
//! phone, one of the two). [`AppState`] is what all of it shares; components show it and send commands to the parts below.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `state` | what the whole app knows, and the changes that come from the engine |
//! | `memos` | the rows of the library in memory |
//! | `recording`, `player` | the one recording under way, the one memo that plays |
//! | `selecting`, `many` | which memos are selected, and what is done to several at once |
//! | `files`, `import/`, `paste` | sound that comes from files and archives |
//! | `export`, `archive`, `whole_memo`, `wav_file` | sound that goes into files |
//! | `trim`, `split` | a part of a memo, heard in place of all of it or as a memo of its own; one memo as two |
//! | `work` | one import or export at a time, and how far it is |
//! | `preferences`, `language` | what a person chose, and the language it is said in |
//! | `diagnostics` | what helps with a bug report |
//! | `pause_watch` | hears the pauses of what plays |
//! | `shortcuts` | keys that work anywhere |
//! | `clock`, `ids`, `clipboard`, `media_session`, `toasts` | one small thing of the browser each |
//! | `routes/` | one page per route |
//! | `components/` | what pages are made of |

#![allow(unreachable_pub, reason = "the component macro writes `pub` whatever stands in front of it")]

mod archive;
mod clipboard;
mod clock;
mod components;
mod diagnostics;
mod export;
mod files;
mod ids;
mod import;
mod language;
mod many;
mod media_session;
mod memos;
mod paste;
mod pause_watch;
mod player;
mod preferences;
mod recording;
mod routes;
mod selecting;
mod shortcuts;
mod split;
mod state;
mod toasts;
mod trim;
mod wav_file;
mod whole_memo;
mod work;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::hooks::{use_location, use_navigate};
use leptos_router::{ParamSegment, StaticSegment};

use crate::web::remove_parked_file;
use crate::words::words;
use components::keys::Keys;
use components::library::Library;
use components::notice::{Alert, ProblemPlace, ToastPlace, UpdatePlace};
use components::player::PlayerElement;
use components::recovery::Recovery;
use components::work_place::WorkPlace;
use recording::Phase;
use routes::{Home, Import, MemoPage, Nothing, Record, Settings};
use state::AppState;

/// Shows the app in the page.
pub fn mount() {
    language::apply(None);
    leptos::mount::mount_to_body(App);
}

/// Opens the library first: a page that is drawn once does not jump.
#[component]
fn App() -> impl IntoView {
    let opened = RwSignal::new(None::<Result<AppState, String>>);
    spawn_local(async move {
        let blocked = move || opened.set(Some(Err(words().storage.blocked.to_owned())));
        let state = AppState::open(blocked).await.map_err(|error| error.to_string());
        opened.set(Some(state));
    });
    move || match opened.get() {
        None => ().into_any(),
        Some(Ok(state)) => view! { <Frame state /> }.into_any(),
        Some(Err(sentence)) => view! { <CannotOpen sentence /> }.into_any(),
    }
}

/// Without its library the app is of no use: it says why, and what to do.
#[component]
fn CannotOpen(sentence: String) -> impl IntoView {
    view! {
        <main class="column">
            <h1>{words().app.cannot_open_library}</h1>
            <Alert text=sentence>
                <button class="pill" on:click=|_| drop(window().location().reload())>{words().common.try_again}</button>
            </Alert>
        </main>
    }
}

#[component]
fn Frame(state: AppState) -> impl IntoView {
    provide_context(state);
    state.start();
    listen_to_window(state);
    media_session::listen(state);
    shortcuts::listen(state);
    paste::listen(state);
    spawn_local(remove_parked_file());
    let language = Memo::new(move |_| state.preferences.with(|chosen| chosen.language));
    view! {
        <Router>
            // In another language everything is said anew; what plays and what is recorded goes on.
            <For each=move || [language.get()] key=|language| *language let(_language)>
                <Panes />
                <Recovery />
                <Keys />
                <UpdatePlace />
                <ProblemPlace />
                <WorkPlace />
                <ToastPlace />
            </For>
        </Router>
        <PlayerElement />
    }
}

#[component]
fn Panes() -> impl IntoView {
    let app = state::use_app();
    let navigate = use_navigate();
    app.set_go(move |path, options| navigate(path, options));

    let pathname = use_location().pathname;
    let page = Memo::new(move |_| match pathname.get().as_str() {
        "/" => "home",
        "/record" => "record",
        _ => "page",
    });
    // What plays is heard on its own page, where it can be stopped.
    Effect::new(move || {
        let path = pathname.get();
        if !path.starts_with("/memo/") && path != "/share" {
            app.player.pause();
        }
    });
    view! {
        <main class="panes" data-page=page>
            <Library />
            <div class="pane page">
                <Routes fallback=Nothing>
                    <Route path=StaticSegment("") view=Home />
                    <Route path=StaticSegment("record") view=Record />
                    <Route path=(StaticSegment("memo"), ParamSegment("id")) view=MemoPage />
                    <Route path=StaticSegment("share") view=Import />
                    <Route path=StaticSegment("settings") view=Settings />
                </Routes>
            </div>
        </main>
    }
}

/// For as long as the page lives.
fn listen_to_window(app: AppState) {
    let _online = window_event_listener(leptos::ev::online, move |_| app.online.set(true));
    let _offline = window_event_listener(leptos::ev::offline, move |_| app.online.set(false));
    let _leaving = window_event_listener(leptos::ev::beforeunload, move |event| {
        if app.recording.phase.with_untracked(Phase::is_live) {
            // The browser asks with words of its own.
            event.prevent_default();
        }
    });
}
