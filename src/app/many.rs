//! What is done to several memos at once; one memo is a few of them.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::clock;
use super::state::AppState;
use crate::memo::{Memo, MemoId, keeper_of_sound, share_link};
use crate::words::words;

/// Sharing reads every byte of a memo, and tells others of it: nobody means ten thousand.
pub(crate) const MOST_SHARED_AT_ONCE: usize = 100;

impl AppState {
    /// Puts memos into the bin, with one way back for all of them. None is offered to others from there.
    pub(crate) fn delete_all(self, memos: &[Memo]) {
        let ids: Vec<MemoId> = memos.iter().map(|memo| memo.id.clone()).collect();
        let now = clock::now_ms();
        self.memos.edit_all(self.store(), ids.clone(), move |memo| memo.deleted_at_ms = Some(now));
        for memo in memos.iter().filter(|memo| memo.shared || !memo.complete) {
            self.with_engine(&memo.id, async |engine, id| engine.put_away(&id).await);
        }
        let shared = memos.iter().filter(|memo| memo.shared && memo.complete);
        let shared: Vec<MemoId> = shared.map(|memo| memo.id.clone()).collect();
        let text = match memos {
            [] => return,
            [memo] => words().app.is_in_bin.with([&memo.display_title()]),
            _ => words().app.are_in_bin.of(memos.len()),
        };
        self.toasts.say_with_undo(text, move || {
            self.restore_all(&ids);
            for id in &shared {
                self.share_again(id);
            }
        });
    }

    /// Takes memos out of the bin. What had not arrived completely goes on arriving.
    pub(crate) fn restore_all(self, ids: &[MemoId]) {
        self.memos.edit_all(self.store(), ids.to_vec(), |memo| memo.deleted_at_ms = None);
        for memo in self.memos.find_all_untracked(ids).iter().filter(|memo| memo.info_hash.is_some()) {
            self.with_engine(&memo.id, async |engine, id| engine.bring_back(&id).await);
        }
    }

    /// What to ask before memos are deleted for good: the question, and what would stay all the same.
    pub(crate) fn question_before_deleting(self, memos: &[Memo], question: &str) -> String {
        match keeper_of_sound(memos, untrack(|| self.memos.all())) {
            Some(keeper) => words().common.sound_stays.with([&question, &keeper.display_title()]),
            None => question.to_owned(),
        }
    }

    /// Removes memos and their sound from this device, one after the other.
    pub(crate) fn delete_all_for_good(self, memos: Vec<Memo>) {
        if self.player.memo.with_untracked(|id| memos.iter().any(|memo| id.as_ref() == Some(&memo.id))) {
            self.player.close(self);
        }
        spawn_local(async move {
            for memo in memos {
                let deleted = match self.engine_now() {
                    Some(engine) => engine.delete(&memo.id).await,
                    None => self.store().delete_memo(&memo.id).await.map(drop),
                };
                if self.report(deleted).is_none() {
                    return;
                }
            }
        });
    }

    /// Puts memos under a tag, or takes it from them.
    pub(crate) fn tag_all(self, ids: Vec<MemoId>, tag: String, is_on: bool) {
        self.memos.edit_all(self.store(), ids, move |memo| {
            if is_on {
                memo.tags.add(&tag);
            } else {
                memo.tags.remove(&tag);
            }
        });
    }

    /// Offers memos to whoever has their links, which are returned in the same order.
    pub(crate) async fn share_all(self, ids: &[MemoId], each: impl Fn(usize)) -> Result<Vec<String>, String> {
        let engine = self.engine_now().ok_or(words().app.still_starting)?;
        let origin = window().location().origin().unwrap_or_default();
        let mut links = Vec::with_capacity(ids.len());
        for id in ids {
            let magnet = engine.share(id).await.map_err(|error| error.to_string())?;
            links.push(share_link(&origin, &magnet));
            each(links.len());
        }
        Ok(links)
    }
}
