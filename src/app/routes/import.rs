//! `/share?seeds=…`: memos on their way to this device.
//!
//! Opening the page is what fetches them. The engine keeps at it from then on, on every page and after a reload.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::use_location;

use crate::app::clock;
use crate::app::components::head::Head;
use crate::app::components::icon::{Icon, Picture};
use crate::app::components::notice::Alert;
use crate::app::components::player::{PlayButton, bars_that_fit};
use crate::app::components::progress::Progress;
use crate::app::components::row::Row;
use crate::app::components::wave::Wave;
use crate::app::state::use_app;
use crate::memo::{
    ImportState, Ladder, Memo as MemoRow, MemoId, Step, StepProgress, Try, arrived, parse_link, title_of_file, tries,
};
use crate::torrent::{InfoHash, Magnet, Phase, Status};
use crate::words::{DateForm, format_duration, format_size, percentage, spoken_duration, words};

/// How often the time that it has been stuck for is told anew.
const SAY_AGAIN: Duration = Duration::from_secs(10);

/// All the memos of one link.
#[component]
pub(crate) fn Import() -> impl IntoView {
    let location = use_location();
    let link = Memo::new(move |_| format!("?{}{}", location.search.get(), location.hash.get()));
    move || match parse_link(&link.get()) {
        Ok(magnets) => view! { <Memos magnets /> }.into_any(),
        Err(error) => view! { <NoLink text=error.to_string() /> }.into_any(),
    }
}

/// What is not a memo link stores nothing.
#[component]
fn NoLink(text: String) -> impl IntoView {
    view! {
        <Head />
        <div class="column import">
            <h1 class="title">{words().import_page.no_memo_link}</h1>
            <p class="when" role="status" data-state=ImportState::Failed.as_str()>{text}</p>
            <div class="actions">
                <a class="pill" href="/">{words().common.to_my_memos}</a>
            </div>
        </div>
    }
}

#[component]
fn Memos(magnets: Vec<Magnet>) -> impl IntoView {
    let app = use_app();
    let engine = app.engine;
    let problem = RwSignal::new(None::<String>);
    let tries = RwSignal::new(0);
    let several = magnets.len() > 1;

    // Before anything is shown: this takes longest.
    let is_new = |link: &&Magnet| untrack(|| app.memos.of_link(link)).is_empty();
    let new: Vec<&Magnet> = magnets.iter().filter(is_new).collect();
    if let Some(engine) = app.engine_now().filter(|_| !new.is_empty()) {
        engine.prepare(Some(new.iter().flat_map(|magnet| magnet.trackers.clone()).collect()));
    }

    // The memos that are known; those of a new link are not, until its card is here.
    let known = RwSignal::new(None::<Vec<MemoId>>);
    let wanted = magnets.clone();
    Effect::new(move || {
        tries.track();
        let Some(engine) = engine.get() else { return };
        problem.set(None);
        let magnets = wanted.clone();
        spawn_local(async move {
            match engine.import(magnets).await {
                Ok(memos) => known.set(Some(memos)),
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    });

    // One memo that is here is shown where memos are shown.
    let only = magnets.first().cloned().filter(|_| !several);
    Effect::new(move || {
        let Some(link) = known.with(Option::is_some).then_some(only.as_ref()).flatten() else { return };
        if let [memo] = app.memos.of_link(link).as_slice()
            && memo.complete
        {
            app.replace(&format!("/memo/{}", memo.id));
        }
    });

    let again = move |info_hash| {
        if let Some(engine) = app.engine_now() {
            engine.resume(info_hash);
        }
        tries.update(|tries| *tries += 1);
    };
    let cards = magnets.into_iter().map(move |link| {
        view! { <Arrival link several problem again=Callback::new(again) /> }
    });
    view! {
        <Head />
        <div class="column">{cards.collect_view()}</div>
    }
}

/// What one link of several leads to: its card as soon as that is known, and the ladder of steps. That is one memo, or several
/// that come together.
#[component]
fn Arrival(link: Magnet, several: bool, problem: RwSignal<Option<String>>, again: Callback<InfoHash>) -> impl IntoView {
    let app = use_app();
    let page = &words().import_page;
    let info_hash = link.info_hash;
    let name = link.name.as_deref().map(title_of_file).filter(|name| !name.is_empty());
    let rows = Memo::new(move |_| app.memos.of_link(&link));
    let together = Memo::new(move |_| rows.with(|rows| rows.len() > 1));
    let row = Memo::new(move |_| rows.with(|rows| rows.first().filter(|_| rows.len() == 1).cloned()));
    let known = Memo::new(move |_| rows.with(|rows| !rows.is_empty()));
    let status = Memo::new(move |_| app.status(info_hash));
    let complete = Memo::new(move |_| known.get() && rows.with(|rows| rows.iter().all(|row| row.complete)));
    // "For 20 s now" grows while nothing else happens.
    let waited = RwSignal::new(());
    if let Ok(interval) = set_interval_with_handle(move || waited.set(()), SAY_AGAIN) {
        on_cleanup(move || interval.clear());
    }
    let ladder = Memo::new(move |_| {
        waited.track();
        status.with(|status| {
            let since = status.as_ref().map_or(0, |status| clock::now_ms().saturating_sub(status.since_ms));
            Ladder::of(status.as_ref(), app.online.get(), since)
        })
    });
    let state = Memo::new(move |_| {
        if complete.get() {
            ImportState::Done
        } else if problem.with(Option::is_some) {
            ImportState::Failed
        } else {
            ladder.with(|ladder| ladder.state)
        }
    });
    let percent = Memo::new(move |_| if complete.get() { 100 } else { ladder.with(|ladder| ladder.percent) });
    let stuck =
        Memo::new(move |_| matches!(state.get(), ImportState::Waiting | ImportState::Offline | ImportState::Failed));

    // So large that the person is asked first.
    let paused =
        Memo::new(move |_| status.with(|status| status.as_ref().is_some_and(|status| status.phase == Phase::Paused)));
    let fetch = move |_| {
        if let Some(engine) = app.engine_now() {
            engine.resume(info_hash);
        }
    };

    let title = move || {
        if together.get() {
            return words().common.memos.of(rows.with(Vec::len));
        }
        let known = row.with(|row| row.as_ref().map(MemoRow::display_title));
        known.or_else(|| name.clone()).unwrap_or_else(|| page.a_memo.to_owned())
    };
    let count = bars_that_fit();
    let about = move || match row.get() {
        Some(row) => Some(about(&row)),
        None => known.get().then(|| format_size(rows.with(|rows| rows.iter().map(|row| row.size).sum()))),
    };
    let bars =
        Memo::new(move |_| row.with(|row| row.as_ref().map_or_else(|| vec![0; count], |row| row.shape().bars(count))));
    let dark = Memo::new(move |_| {
        if complete.get() {
            return vec![true; count];
        }
        let pieces = row.with(|row| row.as_ref().map_or(0..0, MemoRow::own_records));
        let have = |status: &Status| arrived(&status.have, pieces.clone(), count);
        status.with(|status| status.as_ref().map_or_else(Vec::new, have))
    });
    let length =
        move || row.with(|row| row.as_ref().map(MemoRow::length_ms).filter(|length| *length > 0).map(format_duration));
    // Those that come together are played on their own pages. Sound that has not all arrived comes through the service worker.
    let playable = Memo::new(move |_| {
        let has_sound = row.with(Option::is_some) && complete.get() || (row.with(Option::is_some) && percent.get() > 0);
        has_sound && app.can_load(complete.get())
    });
    Effect::new(move || {
        if playable.get()
            && !several
            && let Some(row) = row.get_untracked()
        {
            app.player.open(app, &row);
        }
    });
    let sentence = move || match (complete.get(), problem.get()) {
        (true, _) => page.all_here.to_owned(),
        (false, Some(problem)) => problem,
        (false, None) => ladder.with(|ladder| ladder.sentence.clone()),
    };
    // The lit step says the same; screen readers hear it from the status.
    let said_by_step = move || matches!(state.get(), ImportState::Searching | ImportState::Downloading);
    let advice = move || if problem.with(Option::is_some) { None } else { ladder.with(|ladder| ladder.advice) };
    let href = move || row.with(|row| row.as_ref().map(|row| format!("/memo/{}", row.id)));

    view! {
        <article class="import memo">
            <p class="soft">{move || match (complete.get(), together.get()) {
                (true, _) => page.received,
                (false, true) => page.memos_for_you,
                (false, false) => page.memo_for_you,
            }}</p>
            <h1 class="title">{title}</h1>
            <p class="when num">{about}</p>
            <section class="card" aria-label=page.sound>
                <Show when=move || !together.get()><div class="seek"><Wave bars dark height=112 /></div></Show>
                <Progress
                    name=page.download
                    percent
                    look=Signal::derive(move || if known.get() { "" } else { "unknown" })
                />
                <div class="times num">
                    <span>{length}</span>
                    <span>{move || known.get().then(|| page.percent_here.with([&percentage(percent.get())]))}</span>
                </div>
                <Show when=move || together.get()>
                    <ul class="together" aria-label=page.memos_in_link>
                        <For each=move || rows.with(|rows| rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>()) key=Clone::clone let(id)>
                            <li><Row id list="link-" /></li>
                        </For>
                    </ul>
                </Show>
                <Show when=move || !several && !together.get()>
                    <div class="player one">
                        <Show when=move || playable.get() fallback=|| view! { <span class="play soon" aria-hidden="true"><Picture icon=Icon::Play /></span> }>
                            <PlayButton />
                        </Show>
                    </div>
                </Show>
                {move || (!several).then(|| app.player.problem.get().map(|text| view! { <Alert text /> }))}
            </section>
            <ol class="steps">
                {move || ladder.with(|ladder| ladder.steps.clone()).into_iter().map(|step| drawn(step, stuck.get(), complete.get())).collect_view()}
            </ol>
            <div class="help" class:calm=move || !stuck.get()>
                <p role="status" class:hush=said_by_step data-state=move || state.get().as_str()>{sentence}</p>
                {move || advice().map(|text| view! { <p class="soft">{text}</p> })}
                <Show when=move || stuck.get()>
                    {move || if paused.get() {
                        view! { <button class="pill main" on:click=fetch>{page.fetch}</button> }.into_any()
                    } else {
                        view! { <button class="pill" on:click=move |_| again.run(info_hash)>{words().common.try_again}</button> }.into_any()
                    }}
                </Show>
                <Show when=move || !complete.get() && status.with(Option::is_some)>
                    <Tried status />
                </Show>
                {move || href().filter(|_| several && complete.get()).map(|href| view! { <a class="pill" href=href>{words().common.open}</a> })}
            </div>
        </article>
    }
}

/// For whoever wants to know why it takes so long: everything that was tried.
#[component]
fn Tried(status: Memo<Option<Status>>) -> impl IntoView {
    let tries = Memo::new(move |_| status.with(|status| status.as_ref().map(tries).unwrap_or_default()));
    let line = |tried: Try| {
        let at = tried.at_ms.map(|at| clock::local(at).written(DateForm::Clock));
        view! { <li>{at.map(|at| view! { <time class="num">{at}</time> })}<span>{tried.text}</span></li> }
    };
    view! {
        <details class="tried">
            <summary>{words().import_page.what_was_tried}</summary>
            <ul>{move || tries.get().into_iter().map(line).collect_view()}</ul>
        </details>
    }
}

/// "Friday 14 November · 42 s · 168 KB", on one line.
fn about(row: &MemoRow) -> String {
    let day = clock::local(row.begins_at_ms()).day_in_full(&clock::today());
    let length_ms = row.length_ms();
    let length = if length_ms > 0 { format!(" · {}", spoken_duration(length_ms)) } else { String::new() };
    format!("{day}{length} · {}", format_size(row.size))
}

fn drawn(step: Step, stuck: bool, complete: bool) -> impl IntoView {
    let class = match step.progress {
        _ if complete => "done",
        StepProgress::Done => "done",
        StepProgress::Now if stuck => "now stuck",
        StepProgress::Now => "now",
        StepProgress::Next => "",
    };
    let check = (class == "done").then(|| view! { <Picture icon=Icon::Check /> });
    view! { <li class=class><i>{check}</i><span>{step.text}</span></li> }
}
