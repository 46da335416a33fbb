//! What a crash left behind is offered at the next launch.

use leptos::html::Audio;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::notice::Alert;
use super::progress::Progress;
use super::sheet::Sheet;
use crate::app::clock;
use crate::app::state::use_app;
use crate::recorder::{can_go_on, recovery};
use crate::store::Take;
use crate::web::ObjectUrl;
use crate::words::words;

/// One unfinished recording after the other, newest first.
#[component]
pub(crate) fn Recovery() -> impl IntoView {
    let app = use_app();
    let takes = RwSignal::<Vec<Take>, LocalStorage>::new_local(Vec::new());
    let open = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let finished = RwSignal::new(0);
    let problem = RwSignal::new(None::<String>);
    let sound = RwSignal::<Option<ObjectUrl>, LocalStorage>::new_local(None);
    let element = NodeRef::<Audio>::new();

    spawn_local(async move {
        let found = recovery::unfinished(&app.store()).await;
        if let Some(found) = app.report(found).filter(|found| !found.is_empty()) {
            takes.set(found);
            open.set(true);
        }
    });

    let next = move || {
        sound.set(None);
        problem.set(None);
        takes.update(|takes| {
            takes.pop();
        });
        open.set(takes.with_untracked(|takes| !takes.is_empty()));
    };
    let keep = move |_| {
        let Some(take) = takes.with_untracked(|takes| takes.last().cloned()) else { return };
        busy.set(true);
        finished.set(0);
        spawn_local(async move {
            match recovery::finish(&app.store(), &take, |percent| finished.set(percent)).await {
                Ok(memo) => {
                    next();
                    app.go(&format!("/memo/{}", memo.id));
                    app.ask_for_persistence();
                }
                Err(error) => problem.set(Some(error.to_string())),
            }
            busy.set(false);
        });
    };
    let play = move |_| {
        let Some(take) = takes.with_untracked(|takes| takes.last().cloned()) else { return };
        spawn_local(async move {
            match recovery::preview(&app.store(), &take).await {
                Ok(preview) => sound.set(Some(preview)),
                Err(error) => problem.set(Some(error.to_string())),
            }
        });
    };
    let go_on = move |_| {
        let Some(take) = takes.with_untracked(|takes| takes.last().cloned()) else { return };
        next();
        app.recording.go_on(app, take);
        app.go("/record");
    };
    let can_go_on = move || takes.with(|takes| takes.last().is_some_and(can_go_on));
    let discard = move |_| {
        let Some(take) = takes.with_untracked(|takes| takes.last().cloned()) else { return };
        spawn_local(async move {
            let discarded = recovery::discard(&app.store(), &take).await;
            app.report(discarded);
            next();
        });
    };
    Effect::new(move || {
        let Some(element) = element.get() else { return };
        if sound.with(Option::is_some) {
            // A refusal leaves the controls of the element, which then start it.
            let _ = element.play();
        }
    });

    let about = move || {
        takes.with(|takes| {
            takes.last().map(|take| {
                let when = clock::local(take.started_at_ms).in_full(&clock::today());
                words().recovery.what_happened.with([&when])
            })
        })
    };
    view! {
        <Sheet title=words().recovery.recovered_recording open>
            <p class="soft">{about}</p>
            {move || problem.get().map(|text| view! { <Alert text /> })}
            {move || sound.with(|sound| sound.as_ref().map(|preview| preview.as_str().to_owned())).map(|url| {
                view! { <audio class="preview" node_ref=element src=url controls></audio> }
            })}
            <Show when=move || busy.get()>
                <Progress name=words().record_page.saving percent=finished look="late" />
            </Show>
            <div class="actions">
                <button class="pill main" autofocus disabled=move || busy.get() on:click=keep>
                    {words().recovery.keep}
                </button>
                <button class="pill" disabled=move || busy.get() on:click=play>{words().common.play}</button>
                <Show when=can_go_on>
                    <button class="pill" disabled=move || busy.get() on:click=go_on>
                        {words().recovery.continue_recording}
                    </button>
                </Show>
                <button class="pill" disabled=move || busy.get() on:click=discard>{words().common.discard}</button>
            </div>
        </Sheet>
    }
}
