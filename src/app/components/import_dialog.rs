//! Bringing memos in by hand: audio files, or a link that was sent.

use leptos::prelude::*;
use web_sys::{FileList, HtmlInputElement, SubmitEvent};

use super::notice::Alert;
use super::sheet::Sheet;
use crate::app::files;
use crate::app::state::{AppState, use_app};
use crate::memo::{LinkError, parse_link, share_link};
use crate::words::words;

/// The dialog behind the button `Import`.
#[component]
pub(crate) fn ImportDialog(open: RwSignal<bool>) -> impl IntoView {
    let app = use_app();
    let link = RwSignal::new(String::new());
    let problem = RwSignal::new(None::<String>);
    let choose = move |event| {
        let input: HtmlInputElement = event_target(&event);
        if let Some(chosen) = input.files() {
            bring_files(app, &chosen);
        }
        open.set(false);
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        match link.with_untracked(|link| open_link(app, link)) {
            Ok(()) => {
                open.set(false);
                link.set(String::new());
                problem.set(None);
            }
            Err(error) => problem.set(Some(error.to_string())),
        }
    };
    view! {
        <Sheet title=words().common.import open>
            <p class="soft">{words().import_dialog.about}</p>
            <label class="pill choose">
                {words().import_dialog.choose_files}
                <input type="file" multiple accept="audio/*,video/webm,video/mp4,.zip,application/zip,.torrent,application/x-bittorrent" aria-label=words().import_dialog.files on:change=choose />
            </label>
            <form on:submit=submit>
                <div class="link">
                    <input
                        type="text"
                        aria-label=words().common.link
                        placeholder=words().import_dialog.paste_a_link
                        autocomplete="off"
                        autocapitalize="off"
                        spellcheck="false"
                        prop:value=move || link.get()
                        on:input=move |event| {
                            link.set(event_target_value(&event));
                            prepare_for(app, &link.get_untracked());
                        }
                    />
                    <button class="pill main" type="submit">{words().import_dialog.open_link}</button>
                </div>
            </form>
            {move || problem.get().map(|text| view! { <Alert text /> })}
        </Sheet>
    }
}

/// What takes time before a memo can be fetched begins while the finger is on its way to the button.
fn prepare_for(app: AppState, link: &str) {
    if let (Some(engine), Ok(_)) = (app.engine_now(), parse_link(link)) {
        engine.prepare(None);
    }
}

/// Goes to the import page of whatever this text names.
pub(crate) fn open_link(app: AppState, text: &str) -> Result<(), LinkError> {
    let magnets = parse_link(text)?;
    let seeds: Vec<String> = magnets
        .iter()
        .filter_map(|magnet| share_link("", magnet).split_once('?').map(|(_, seed)| seed.to_owned()))
        .collect();
    app.go(&format!("/share?{}", seeds.join("&")));
    Ok(())
}

/// Makes memos of these files, one after the other.
pub(crate) fn bring_files(app: AppState, chosen: &FileList) {
    files::import(app, files::listed(chosen));
}
