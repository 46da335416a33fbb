//! Language, light or dark, and the keys.

use leptos::prelude::*;

use crate::app::preferences::Theme;
use crate::app::state::use_app;
use crate::words::{Language, words};

/// Each of them holds at once.
#[component]
pub(super) fn Appearance() -> impl IntoView {
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
    let chosen = Memo::new(move |_| app.preferences.with(|chosen| chosen.language));
    let languages = Language::EVERY.map(|language| {
        let selected = move || chosen.get() == Some(language);
        // Each name in its own language, for whoever cannot read the present one.
        view! { <option value=language.tag() lang=language.tag() selected=selected>{language.own_name()}</option> }
    });
    let choose_language = move |event| {
        let tag = event_target_value(&event);
        let language = Language::EVERY.into_iter().find(|language| language.tag() == tag);
        app.change_preferences(|preferences| preferences.language = language);
    };
    view! {
        <section>
            <h2>{page.appearance}</h2>
            <div class="group">
                <div class="line" role="group" aria-label=page.theme>
                    <span>{page.theme}</span>
                    <span class="choices">{chips}</span>
                </div>
                <label class="line">
                    <span>{page.language}</span>
                    <select class="field" on:change=choose_language>
                        <option value="" selected=move || chosen.get().is_none()>{page.language_of_browser}</option>
                        {languages}
                    </select>
                </label>
                <div class="line">
                    <span>{page.keys} <small>{page.about_keys}</small></span>
                    <button class="pill" on:click=move |_| app.keys_shown.set(true)>{page.show}</button>
                </div>
            </div>
        </section>
    }
}
