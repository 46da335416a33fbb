//! `/settings`: sound, storage, the network, appearance, who sees what, and what this is.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDeviceInfo, MediaDeviceKind, SubmitEvent};

use crate::app::components::head::Head;
use crate::app::components::icon::{Icon, Picture};
use crate::app::components::notice::Alert;
use crate::app::diagnostics::{self, Health, VERSION};
use crate::app::preferences::{QUALITIES, Sound, Theme};
use crate::app::state::use_app;
use crate::app::{clipboard, clock, export, state::AppState};
use crate::net::{NetworkSettings, resolve_tracker};
use crate::store::Usage;
use crate::torrent::TrackerState;
use crate::words::{format_size, number, words};

/// The page.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let app = use_app();
    let usage = RwSignal::new(Usage::default());
    let is_protected = RwSignal::new(false);
    spawn_local(async move {
        usage.set(app.store().estimate().await);
        is_protected.set(app.store().persisted().await);
    });
    view! {
        <Head />
        <div class="column settings">
            <h1>{words().common.settings}</h1>
            <Recording />
            <Storage usage is_protected />
            <Network />
            <Appearance />
            <Privacy />
            <About usage is_protected />
        </div>
    }
}

/// Microphone, quality, processing.
#[component]
fn Recording() -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let preferences = app.preferences;
    let microphones = RwSignal::new(Vec::<(String, String)>::new());
    spawn_local(async move { microphones.set(list_microphones().await) });

    let chosen = Memo::new(move |_| preferences.with(|chosen| chosen.microphone.clone()).unwrap_or_default());
    let qualities = QUALITIES.map(|rate| {
        let selected = move || preferences.with(|chosen| chosen.kilobits_per_second == rate);
        let name = page.kilobits.with([&number(rate as usize)]);
        view! { <option value=rate.to_string() selected=selected>{name}</option> }
    });
    let sounds = [(Sound::Voice, "voice", page.voice), (Sound::Room, "room", page.room), (Sound::Raw, "raw", page.raw)];
    let options = sounds.map(|(sound, value, name)| {
        let selected = move || preferences.with(|chosen| chosen.sound == sound);
        view! { <option value=value selected=selected>{name}</option> }
    });
    let choose_sound = move |event| {
        let value = event_target_value(&event);
        if let Some((sound, ..)) = sounds.into_iter().find(|(_, name, _)| *name == value) {
            app.change_preferences(|preferences| preferences.sound = sound);
        }
    };
    view! {
        <section>
            <h2>{page.recording}</h2>
            <div class="group">
                <label class="line">
                    <span>{page.microphone}</span>
                    <select
                        class="field"
                        on:change=move |event| {
                            let id = Some(event_target_value(&event)).filter(|id| !id.is_empty());
                            app.change_preferences(|preferences| preferences.microphone = id);
                        }
                    >
                        <option value="">{page.default_microphone}</option>
                        <For each=move || microphones.get() key=|(id, _)| id.clone() let((id, name))>
                            {
                                let this = id.clone();
                                view! { <option value=id selected=move || chosen.get() == this>{name}</option> }
                            }
                        </For>
                    </select>
                </label>
                <label class="line">
                    <span>{page.quality} <small>{page.about_quality.with([&number(32), &number(96)])}</small></span>
                    <select
                        class="field"
                        on:change=move |event| {
                            if let Ok(rate) = event_target_value(&event).parse() {
                                app.change_preferences(|preferences| preferences.kilobits_per_second = rate);
                            }
                        }
                    >
                        {qualities}
                    </select>
                </label>
                <label class="line">
                    <span>{page.sound} <small>{page.about_sound}</small></span>
                    <select class="field" on:change=choose_sound>{options}</select>
                </label>
            </div>
        </section>
    }
}

/// The microphones that the browser tells of. Before it was allowed once it names none.
async fn list_microphones() -> Vec<(String, String)> {
    let Some(devices) = window().navigator().media_devices().ok().filter(|devices| devices.is_object()) else {
        return Vec::new();
    };
    let Ok(asked) = devices.enumerate_devices() else { return Vec::new() };
    let Ok(listed) = JsFuture::from(asked).await else { return Vec::new() };
    js_sys::Array::from(&listed)
        .iter()
        .filter_map(|device| device.dyn_into::<MediaDeviceInfo>().ok())
        .filter(|device| device.kind() == MediaDeviceKind::Audioinput && !device.label().is_empty())
        // Chromium lists the default one twice.
        .filter(|device| !matches!(device.device_id().as_str(), "default" | "communications"))
        .map(|device| (device.device_id(), device.label()))
        .collect()
}

/// How much room is used, and whether the browser may take it back.
#[component]
fn Storage(usage: RwSignal<Usage>, is_protected: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let ask = move |_| {
        spawn_local(async move {
            let granted = app.store().persist().await;
            is_protected.set(granted);
            if !granted {
                app.toasts.say(page.not_agreed);
            }
        });
    };
    let last_export = RwSignal::new(None::<u64>);
    spawn_local(async move { last_export.set(export::last_export(app).await) });
    let last = move || match last_export.get() {
        Some(at) => page.last_done.with([&clock::local(at).in_full(&clock::today())]),
        None => page.never_done.to_owned(),
    };
    let export_everything = move |_| {
        spawn_local(async move {
            let exported = export::save_everything(app).await;
            app.report(exported);
            last_export.set(export::last_export(app).await);
        });
    };
    let used = move || {
        let usage = usage.get();
        if usage.quota > 0 {
            page.used_of.with([&format_size(usage.used), &format_size(usage.quota)])
        } else {
            format_size(usage.used)
        }
    };
    let share = move || {
        let usage = usage.get();
        #[expect(clippy::cast_precision_loss, reason = "the length of a bar")]
        let share = usage.used as f64 / usage.quota.max(1) as f64;
        format!("scaleX({:.4})", share.clamp(0.0, 1.0))
    };
    view! {
        <section>
            <h2>{page.storage}</h2>
            <div class="group">
                <div class="line">
                    <span>{page.used}</span>
                    <span class="soft num">{used}</span>
                </div>
                <div class="used"><i style:transform=share></i></div>
                <div class="line">
                    <span>
                        {move || if is_protected.get() { page.is_protected } else { page.unprotected }}
                        <small>
                            {move || if is_protected.get() { page.about_protected } else { page.about_unprotected }}
                        </small>
                    </span>
                    <Show when=move || !is_protected.get()>
                        <button class="pill" on:click=ask>{page.protect}</button>
                    </Show>
                </div>
                <div class="line wraps">
                    <span>{page.copy_of_all} <small>{last}</small></span>
                    <button class="pill" on:click=export_everything>{page.export_everything}</button>
                </div>
            </div>
        </section>
    }
}

/// The trackers, with their health; own ones can be added and removed.
#[component]
fn Network() -> impl IntoView {
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

/// Light, dark, or as the device is set.
#[component]
fn Appearance() -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let themes = [(Theme::System, page.theme_system), (Theme::Light, page.theme_light), (Theme::Dark, page.theme_dark)];
    let chips = themes.map(|(theme, name)| {
        view! {
            <button
                class="chip"
                aria-pressed=move || if app.preferences.with(|chosen| chosen.theme == theme) { "true" } else { "false" }
                on:click=move |_| app.change_preferences(|preferences| preferences.theme = theme)
            >
                {name}
            </button>
        }
    });
    view! {
        <section>
            <h2>{page.appearance}</h2>
            <div class="group">
                <div class="line" role="group" aria-label=page.theme>
                    <span>{page.theme}</span>
                    <span class="choices">{chips}</span>
                </div>
            </div>
        </section>
    }
}

/// What each party can see.
#[component]
fn Privacy() -> impl IntoView {
    let page = &words().settings_page;
    let parties = [
        (page.this_device, page.this_device_sees),
        (page.who_has_link, page.who_has_link_sees),
        (page.trackers, page.trackers_see),
        (page.this_site, page.this_site_sees),
        (page.stun_servers, page.stun_servers_see),
    ];
    let rows = parties.map(|(party, sees)| view! { <dt>{party}</dt><dd>{sees}</dd> });
    view! {
        <section>
            <h2>{page.who_sees_what}</h2>
            <div class="group">
                <dl class="says">{rows}</dl>
            </div>
        </section>
    }
}

/// The version, and what helps with a bug report.
#[component]
fn About(usage: RwSignal<Usage>, is_protected: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let page = &words().settings_page;
    let report = Memo::new(move |_| diagnostics::report(app, usage.get(), is_protected.get()));
    let copy = move |_| {
        let report = report.get_untracked();
        spawn_local(async move {
            let is_copied = clipboard::copy(&report).await;
            app.toasts.say(if is_copied { page.diagnostics_copied } else { page.cannot_copy });
        });
    };
    view! {
        <section>
            <h2>{page.about}</h2>
            <div class="group">
                <div class="line">
                    <span>{page.version}</span>
                    <span class="soft num">{VERSION}</span>
                </div>
                <div class="line">
                    <span>{page.diagnostics} <small>{page.about_diagnostics}</small></span>
                    <button class="pill" on:click=copy>{page.copy}</button>
                </div>
                <pre class="num">{move || report.get()}</pre>
            </div>
        </section>
    }
}
