//! Splitting a memo in two. Both parts are views of the same bytes, so this is a change of rows, and can be taken back.

use leptos::prelude::{Set, window};
use leptos::task::spawn_local;

use super::{AppState, ids};
use crate::memo::{Memo, MemoId, Span, split};
use crate::words::words;

/// Splits a memo at a moment of what is heard of it. Says so, with a way back.
pub(crate) fn split_at(app: AppState, shown: &Memo, at_ms: u64) {
    let Some(id) = ids::new_memo_id() else { return app.problem.set(Some(words().trimming.no_identifiers.to_owned())) };
    let shown = shown.clone();
    spawn_local(async move {
        let store = app.store();
        let parts = store.derive_memos(&shown.id, |stored| {
            // Somebody may have trimmed it in another tab: then the moment is another one.
            let is_as_shown = stored.heard() == shown.heard();
            is_as_shown.then(|| split(stored, at_ms, id)).flatten().map(<[Memo; 2]>::from)
        });
        match app.report(parts.await) {
            Some(Some([_, second])) => {
                let text = words().trimming.split.with([&second.display_title()]);
                app.toasts.say_with_undo(text, move || join_again(app, shown.id.clone(), shown.trim, second.clone()));
            }
            Some(None) => app.problem.set(Some(words().trimming.not_split.to_owned())),
            None => {}
        }
    });
}

/// As if it had not been split: the first part hears what it heard before, and the second one is gone.
fn join_again(app: AppState, first: MemoId, before: Option<Span>, second: Memo) {
    spawn_local(async move {
        let joined = app.store().update_memo(&first, |memo| memo.trim = before).await;
        // Where the first one was deleted for good meanwhile, the second has all that is left of the sound.
        let Some(Some(_)) = app.report(joined) else { return };
        if window().location().pathname().is_ok_and(|path| path == format!("/memo/{}", second.id)) {
            app.replace(&format!("/memo/{first}"));
        }
        app.delete_for_good(&second);
    });
}
