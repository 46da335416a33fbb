//! `/memo/<id>`: one memo, to play, name, share, keep and throw away.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use web_sys::{HtmlElement, KeyboardEvent};

use super::NothingHere;
use crate::app::clock;
use crate::app::components::confirm::Confirm;
use crate::app::components::export_dialog::ExportDialog;
use crate::app::components::head::Head;
use crate::app::components::icon::{Icon, Picture};
use crate::app::components::player::PlayerCard;
use crate::app::components::share_dialog::ShareDialog;
use crate::app::components::split_dialog::SplitDialog;
use crate::app::components::tag_field::TagField;
use crate::app::components::trim_dialog::TrimDialog;
use crate::app::components::trimmed::Trimmed;
use crate::app::state::{origin_in_words, use_app};
use crate::memo::{Ladder, Mark, Memo as MemoRow, MemoId, NOTES_MAX_CHARS, TITLE_MAX_CHARS, percent_of, type_in_words};
use crate::words::{format_size, percentage, spoken_duration, words};

/// The page of the memo that the address names.
#[component]
pub(crate) fn MemoPage() -> impl IntoView {
    let app = use_app();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id").and_then(|id| id.parse::<MemoId>().ok())));
    let there = Memo::new(move |_| id.get().filter(|id| app.memos.has(id)));
    // Another memo is another page: nothing of the last one stays in its fields.
    move || match there.get() {
        Some(id) => view! { <One id /> }.into_any(),
        None => view! { <NothingHere text=words().memo_page.not_here /> }.into_any(),
    }
}

#[component]
fn One(id: MemoId) -> impl IntoView {
    let app = use_app();
    let [sharing, exporting, trimming, splitting] = std::array::from_fn(|_| RwSignal::new(false));
    let id = StoredValue::new(id);
    let row = Memo::new(move |_| app.memos.find(&id.get_value()));
    let deleted = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(MemoRow::is_deleted)));
    let favourite = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.favourite)));
    let complete = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.complete)));

    // Also when the last byte has come: then there is more to play from.
    Effect::new(move || {
        if app.player.element.get().is_some()
            && app.can_load(complete.get())
            && let Some(row) = row.get_untracked()
        {
            app.player.open(app, &row);
        }
    });
    Effect::new(move || {
        if let Some(engine) = app.engine.get()
            && let Some(row) = row.get_untracked()
        {
            engine.examine(row);
        }
    });

    let delete = move |_| {
        if let Some(row) = row.get_untracked() {
            app.delete(&row);
            app.go("/");
        }
    };
    let split = move |_| {
        // The place where it is split stands still while it is chosen.
        app.player.pause();
        splitting.set(true);
    };
    let toggle_favourite = move |_| app.edit(&id.get_value(), |memo| memo.favourite = !memo.favourite);

    view! {
        <Head>
            <button
                class="icon"
                aria-label=words().common.favourite
                aria-pressed=move || if favourite.get() { "true" } else { "false" }
                on:click=toggle_favourite
            >
                <Picture icon=Icon::Star />
            </button>
            <Show when=move || !deleted.get()>
                <button class="icon" aria-label=words().common.delete on:click=delete>
                    <Picture icon=Icon::Trash />
                </button>
            </Show>
        </Head>
        <div class="column memo">
            <Title id=id.get_value() row />
            <p class="when num">{move || row.with(|row| row.as_ref().map(when))}</p>
            <Show when=move || deleted.get()>
                <InTheBin row />
            </Show>
            <PlayerCard row />
            <Trimmed row />
            <Arriving row />
            <div class="actions">
                <button
                    class="pill main"
                    disabled=move || deleted.get() || !complete.get()
                    on:click=move |_| sharing.set(true)
                >
                    <Picture icon=Icon::Share />
                    {words().common.share}
                </button>
                <button
                    class="pill"
                    disabled=move || deleted.get() || !complete.get()
                    on:click=move |_| trimming.set(true)
                >
                    {words().common.trim}
                </button>
                <button class="pill" disabled=move || deleted.get() || !complete.get() on:click=split>
                    {words().common.split}
                </button>
                <button class="pill" disabled=move || !complete.get() on:click=move |_| exporting.set(true)>
                    {words().common.export}
                </button>
            </div>
            <Notes id=id.get_value() row />
            <TagField id=id.get_value() row />
            <Facts row />
        </div>
        <ShareDialog row open=sharing />
        <TrimDialog row open=trimming />
        <SplitDialog row open=splitting />
        <ExportDialog row open=exporting />
    }
}

/// Enter means that the title is done.
fn leave_at_enter(event: KeyboardEvent) {
    if event.key() == "Enter" && !event.is_composing() {
        event.prevent_default();
        // Fails only for an element that is not in the page.
        let _ = event_target::<HtmlElement>(&event).blur();
    }
}

/// Saved as it is typed.
#[component]
fn Title(id: MemoId, #[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let title = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.title.clone()).unwrap_or_default()));
    let save = move |event| {
        // One line, however it was pasted; it only looks like several where the screen is narrow.
        let title = event_target_value(&event).replace(['\r', '\n'], " ");
        app.edit(&id, move |memo| memo.title.clone_from(&title));
    };
    view! {
        <textarea
            class="title"
            rows="1"
            aria-label=words().common.title
            placeholder=words().common.untitled
            autocomplete="off"
            maxlength=TITLE_MAX_CHARS.to_string()
            prop:value=move || title.get()
            on:input=save
            on:keydown=leave_at_enter
        ></textarea>
    }
}

/// Saved as they are typed.
#[component]
fn Notes(id: MemoId, #[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let notes = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.notes.clone()).unwrap_or_default()));
    let save = move |event| {
        let notes = event_target_value(&event);
        app.edit(&id, move |memo| memo.notes.clone_from(&notes));
    };
    view! {
        <textarea
            class="notes"
            aria-label=words().common.notes
            placeholder=words().common.notes
            maxlength=NOTES_MAX_CHARS.to_string()
            prop:value=move || notes.get()
            on:input=save
        ></textarea>
    }
}

/// For a memo in the bin: how long it stays, and the two ways out.
#[component]
fn InTheBin(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let asking = RwSignal::new(false);
    let days = move || {
        let days = row.with(|row| row.as_ref().and_then(|row| row.bin_days_left(clock::now_ms()))).unwrap_or_default();
        words().memo_page.days_in_bin.of(days as usize)
    };
    let restore = move |_| {
        if let Some(row) = row.get_untracked() {
            app.restore(&row.id);
        }
    };
    let delete = move |()| {
        if let Some(row) = row.get_untracked() {
            app.go("/");
            app.delete_for_good(&row);
        }
    };
    let question = Signal::derive(move || {
        asking.track();
        let going = row.get_untracked().into_iter().collect::<Vec<_>>();
        app.question_before_deleting(&going, words().memo_page.delete_question)
    });
    view! {
        <div class="help">
            <p>{days}</p>
            <div class="both">
                <button class="pill" on:click=restore>{words().common.restore}</button>
                <button class="pill" on:click=move |_| asking.set(true)>{words().common.delete_for_good}</button>
            </div>
        </div>
        <Confirm
            title=words().common.delete_for_good
            text=question
            yes=words().common.delete
            no=words().common.keep_it
            open=asking
            on_yes=delete
        />
    }
}

/// For a memo that is still on its way.
#[component]
fn Arriving(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let ladder = move || {
        let hash = row.with(|row| row.as_ref().filter(|row| !row.complete).and_then(|row| row.info_hash))?;
        let status = app.status(hash);
        let since = status.as_ref().map_or(0, |status| clock::now_ms().saturating_sub(status.since_ms));
        let percent =
            row.with(|row| row.as_ref().zip(status.as_ref()).map_or(0, |(row, status)| percent_of(row, status)));
        Some(Ladder { percent, ..Ladder::of(status.as_ref(), app.online.get(), since) })
    };
    move || {
        ladder().map(|ladder| {
            view! {
                <div class="help">
                    <p>{words().memo_page.is_here.with([&ladder.sentence, &percentage(ladder.percent)])}</p>
                    {ladder.advice.map(|advice| view! { <p class="soft">{advice}</p> })}
                </div>
            }
        })
    }
}

/// What else is known about it.
#[component]
fn Facts(#[prop(into)] row: Signal<Option<MemoRow>>) -> impl IntoView {
    let app = use_app();
    let sharing = Memo::new(move |_| {
        let row = row.get()?;
        let status = row.info_hash.and_then(|hash| app.status(hash));
        let mark = Mark::of(&row, status.as_ref())?;
        let delivered = status.map_or(0, |status| status.delivered);
        let page = &words().memo_page;
        let now = if mark == Mark::Shared { page.nobody_listening.to_owned() } else { mark.text() };
        Some(if delivered > 0 { page.and_delivered.with(delivered as usize, [&now]) } else { now })
    });
    let size =
        move || row.with(|row| row.as_ref().map(|row| format!("{} · {}", format_size(row.size), type_in_words(row))));
    let origin = move || row.with(|row| row.as_ref().map(|row| origin_in_words(row.origin)));
    let gaps = Memo::new(move |_| row.with(|row| row.as_ref().map(MemoRow::heard_gaps).unwrap_or_default()));
    view! {
        {move || gaps.get().into_iter().map(|gap| view! { <p class="gap">{gap.in_words()}</p> }).collect_view()}
        <dl class="facts num">
            {move || sharing.get().map(|text| view! { <dt>{words().memo_page.sharing}</dt><dd>{text}</dd> })}
            <dt>{words().memo_page.size}</dt>
            <dd>{size}</dd>
            <dt>{words().memo_page.origin}</dt>
            <dd>{origin}</dd>
        </dl>
    }
}

/// "Tuesday 17 November, 8:12 · 1 min 24 s"
fn when(row: &MemoRow) -> String {
    let when = clock::local(row.begins_at_ms()).in_full(&clock::today());
    let length_ms = row.length_ms();
    if length_ms > 0 { format!("{when} · {}", spoken_duration(length_ms)) } else { when }
}
