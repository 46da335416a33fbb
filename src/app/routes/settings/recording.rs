//! Microphone, quality, and what the browser does to the sound.

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaDeviceInfo, MediaDeviceKind};

use crate::app::preferences::{QUALITIES, Sound};
use crate::app::state::use_app;
use crate::words::{number, words};

/// Microphone, quality, processing.
#[component]
pub(super) fn Recording() -> impl IntoView {
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
