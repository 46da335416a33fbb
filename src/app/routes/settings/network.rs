//! The services that bring devices together.

use leptos::prelude::*;
use leptos::task::spawn_local;
use web_sys::SubmitEvent;

use crate::app::components::icon::{Icon, Picture};
use crate::app::components::notice::Alert;
use crate::app::diagnostics::{self, Health};
use crate::app::state::{AppState, use_app};
use crate::net::{NetworkSettings, resolve_tracker};
use crate::torrent::TrackerState;
use crate::words::words;

/// The trackers, with their health; own ones can be added and removed.
#[component]
pub(super) fn Network() -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let typed = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let listed = Memo::new(move |_| {
        let health = diagnostics::tracker_health(app);
        app.config.with(|config| {
            let known = config.iter().flat_map(|config| &config.known_trackers);
            let with_health = known.map(|known| {
                let health = health.iter().find(|(url, _)| *url == known.url).map(|(_, health)| health.clone());
                (known.url.clone(), known.added, health.unwrap_or(Health::Unasked))
            });
            with_health.collect::<Vec<_>>()
        })
    });
    let add = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(url) = typed.with_untracked(|typed| resolve_tracker(typed)).filter(|url| url.starts_with("ws")) else {
            problem.set(Some(page.no_tracker.with([&"wss://"])));
            return;
        };
        problem.set(None);
        typed.set(String::new());
        change_network(app, move |settings| {
            if !settings.added_trackers.contains(&url) {
                settings.added_trackers.push(url);
            }
        });
    };
    view! {
        <section>
            <h2>{page.network}</h2>
            <p class="soft">{page.about_trackers}</p>
            <div class="group">
                <ul aria-label=page.trackers>
                    {move || listed.get().into_iter().map(|(url, added, health)| view! { <Tracker url added health /> }).collect_view()}
                </ul>
                <form class="line" on:submit=add>
                    <input
                        class="field"
                        type="text"
                        aria-label=page.add_tracker
                        placeholder="wss://"
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=move || typed.get()
                        on:input=move |event| typed.set(event_target_value(&event))
                    />
                    <button class="pill" type="submit">{words().common.add}</button>
                </form>
            </div>
            {move || problem.get().map(|text| view! { <Alert text /> })}
        </section>
    }
}

#[component]
fn Tracker(url: String, added: bool, health: Health) -> impl IntoView {
    let app = use_app();
    let dot = match &health {
        Health::Asked(TrackerState::Connected, _) => "dot",
        Health::Asked(TrackerState::Unreachable, _) => "dot warn",
        _ => "dot idle",
    };
    let name = words().settings_page.remove.with([&url]);
    let gone = url.clone();
    let remove = move |_| {
        let gone = gone.clone();
        change_network(app, move |settings| settings.added_trackers.retain(|url| *url != gone));
    };
    view! {
        <li class="line">
            <span class="health">
                <span class=dot></span>
                <span>
                    {url}
                    <small>{health_in_words(&health)}</small>
                </span>
            </span>
            {added.then(|| view! {
                <button class="icon" aria-label=name on:click=remove><Picture icon=Icon::Close /></button>
            })}
        </li>
    }
}

/// How a tracker is, and what it said last, which is in its own words.
fn health_in_words(health: &Health) -> String {
    let page = &words().settings_page;
    let (state, said) = match health {
        Health::Unasked => return page.tracker_unasked.to_owned(),
        Health::Asked(TrackerState::Connecting, said) => (page.tracker_connecting, said),
        Health::Asked(TrackerState::Connected, said) => (page.tracker_connected, said),
        Health::Asked(TrackerState::Unreachable, said) => (page.tracker_unreachable, said),
    };
    said.as_ref().map_or_else(|| state.to_owned(), |said| page.tracker_says.with([&state, said]))
}

/// Stores a change of the network's settings and begins anew with it.
fn change_network(app: AppState, change: impl FnOnce(&mut NetworkSettings) + 'static) {
    spawn_local(async move {
        let store = app.store();
        let mut settings = NetworkSettings::load(&store).await;
        change(&mut settings);
        let saved = settings.save(&store).await;
        if app.report(saved).is_none() {
            return;
        }
        if let Some(engine) = app.engine_now() {
            engine.reconfigure().await;
            app.config.set(Some(engine.config().await));
        }
    });
}
