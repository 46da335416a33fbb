//! What can be done with the selected memos. It takes the place of the record button.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::confirm::Confirm;
use super::icon::{Icon, Picture};
use super::share_all::ShareAll;
use super::tag_dialog::TagDialog;
use crate::app::export;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::Filter;
use crate::words::words;

/// How long the number rests before screen readers are told of it: a range grows with every key.
const CALM: Duration = Duration::from_millis(600);

/// How many are selected, and the deeds for them.
#[component]
pub(crate) fn SelectionBar(selecting: Selecting, filter: RwSignal<Filter>) -> impl IntoView {
    let how_many = move || match selecting.count() {
        0 => words().selection.select_memos.to_owned(),
        count => words().selection.selected.of(count),
    };
    let said = RwSignal::new(String::new());
    let mut say = debounce(CALM, move |text| drop(said.try_set(text)));
    Effect::new(move || say(how_many()));
    let all_or_none =
        move |_| if untrack(|| selecting.has_all()) { selecting.select_none() } else { selecting.select_all() };
    view! {
        <div class="fab">
            <div class="selection" role="group" aria-label=words().selection.selected_memos>
                <div class="count">
                    <b class="num" aria-hidden="true">{how_many}</b>
                    <span class="hush" role="status">{move || said.get()}</span>
                    <button class="quiet" on:click=all_or_none>
                        {move || if selecting.has_all() { words().selection.select_none } else { words().selection.select_all }}
                    </button>
                </div>
                <Show when=move || filter.get() == Filter::Bin fallback=move || view! { <Deeds selecting /> }>
                    <DeedsInBin selecting />
                </Show>
            </div>
        </div>
    }
}

/// For memos that are not in the bin.
#[component]
fn Deeds(selecting: Selecting) -> impl IntoView {
    let app = use_app();
    let (sharing, tagging) = (RwSignal::new(false), RwSignal::new(false));
    let delete = move |()| {
        app.delete_all(&app.memos.find_all_untracked(&selecting.ids()));
        selecting.end();
    };
    let export = Callback::new(move |()| {
        let (here, arriving): (Vec<_>, Vec<_>) =
            app.memos.find_all_untracked(&selecting.ids()).into_iter().partition(|memo| memo.complete);
        if !arriving.is_empty() {
            app.toasts.say(words().selection.not_exported.of(arriving.len()));
        }
        selecting.end();
        spawn_local(async move {
            if let Err(reason) = export::save_all(app, here).await {
                app.problem.set(Some(reason));
            }
        });
    });
    // The file may be meant for others: they would get what was trimmed away, too.
    let asking = RwSignal::new(false);
    let ask_and_export = move |()| {
        let selected = app.memos.find_all_untracked(&selecting.ids());
        if selected.iter().any(|memo| memo.complete && memo.span().is_some()) {
            asking.set(true);
        } else {
            export.run(());
        }
    };
    let (common, own) = (&words().common, &words().selection);
    view! {
        <div class="deeds">
            <Deed
                selecting
                icon=Icon::Share
                text=common.share
                name=own.share_selected
                act=move |()| sharing.set(true)
            />
            <Deed selecting icon=Icon::Download text=common.export name=own.export_selected act=ask_and_export />
            <Deed selecting icon=Icon::Tag text=own.tag name=own.tag_selected act=move |()| tagging.set(true) />
            <Deed selecting icon=Icon::Trash text=common.delete name=own.delete_selected act=delete />
        </div>
        <ShareAll selecting open=sharing />
        <TagDialog selecting open=tagging />
        <Confirm
            title=common.export
            text=own.trimmed_in_file
            yes=common.export
            no=common.cancel
            open=asking
            on_yes=export
        />
    }
}

/// For memos in the bin: the two ways out.
#[component]
fn DeedsInBin(selecting: Selecting) -> impl IntoView {
    let app = use_app();
    let asking = RwSignal::new(false);
    let restore = move |()| {
        app.restore_all(&selecting.ids());
        selecting.end();
    };
    let delete = move |()| {
        app.delete_all_for_good(app.memos.find_all_untracked(&selecting.ids()));
        selecting.end();
    };
    let (common, own) = (&words().common, &words().selection);
    let question = Signal::derive(move || {
        asking.track();
        app.question_before_deleting(&app.memos.find_all_untracked(&selecting.ids()), own.what_deleting_does)
    });
    view! {
        <div class="deeds">
            <Deed selecting icon=Icon::Restore text=common.restore name=own.restore_selected act=restore />
            <Deed
                selecting
                icon=Icon::Trash
                text=common.delete
                name=own.delete_selected_for_good
                act=move |()| asking.set(true)
            />
        </div>
        <Confirm
            title=common.delete_for_good
            text=question
            yes=common.delete
            no=words().library.keep_them
            open=asking
            on_yes=delete
        />
    }
}

/// One of them: a picture over a word.
#[component]
fn Deed(
    selecting: Selecting,
    icon: Icon,
    text: &'static str,
    name: &'static str,
    #[prop(into)] act: Callback<()>,
) -> impl IntoView {
    view! {
        <button class="deed" aria-label=name disabled=move || selecting.count() == 0 on:click=move |_| act.run(())>
            <Picture icon />
            {text}
        </button>
    }
}
