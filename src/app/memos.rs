//! The rows of the library in memory: loaded once, changed by what happens.
//!
//! Each row is a signal of its own, so that a keystroke in one title redraws one title. A change is seen at once and stored
//! behind it; while one of our own writes is under way, a row read from the store would be older than the screen and is ignored.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::memo::{Memo as MemoRow, MemoId};
use crate::store::{Store, StoreError};
use crate::torrent::Magnet;

/// All rows, those in the bin too.
#[derive(Clone, Copy)]
pub(crate) struct Memos {
    rows: RwSignal<BTreeMap<MemoId, ArcRwSignal<MemoRow>>>,
    /// How many of our own writes of a row are under way.
    writing: StoredValue<BTreeMap<MemoId, usize>>,
    problem: RwSignal<Option<String>>,
}

impl Memos {
    /// None yet. Failed writes are told to `problem`.
    pub(crate) fn new(problem: RwSignal<Option<String>>) -> Self {
        Self { rows: RwSignal::default(), writing: StoredValue::default(), problem }
    }

    /// Reads every row.
    pub(crate) async fn load(self, store: &Store) -> Result<(), StoreError> {
        let rows = store.memos().await?;
        self.rows.set(rows.into_iter().map(|row| (row.id.clone(), ArcRwSignal::new(row))).collect());
        Ok(())
    }

    /// Reads one row again: somebody else wrote it, or removed it.
    pub(crate) async fn reload(self, store: &Store, id: &MemoId) {
        let read = store.memo(id).await;
        match read {
            Ok(Some(row)) => self.show_written(row),
            Ok(None) => self.hide(id),
            Err(error) => self.problem.set(Some(error.to_string())),
        }
    }

    /// Every row, in no particular order.
    pub(crate) fn all(self) -> Vec<MemoRow> {
        self.rows.with(|rows| rows.values().map(Get::get).collect())
    }

    /// Whether there is such a row.
    pub(crate) fn has(self, id: &MemoId) -> bool {
        self.rows.with(|rows| rows.contains_key(id))
    }

    /// One row.
    pub(crate) fn find(self, id: &MemoId) -> Option<MemoRow> {
        self.rows.with(|rows| rows.get(id).cloned()).map(|row| row.get())
    }

    /// One row, without listening to its changes.
    pub(crate) fn find_untracked(self, id: &MemoId) -> Option<MemoRow> {
        self.rows.with_untracked(|rows| rows.get(id).map(GetUntracked::get_untracked))
    }

    /// The memos that a link leads to, as far as they are known: several when they come together.
    pub(crate) fn of_link(self, link: &Magnet) -> Vec<MemoRow> {
        let mut found: Vec<MemoRow> =
            self.rows.with(|rows| rows.values().map(Get::get).filter(|row| row.is_named_by(link)).collect());
        found.retain(|row| !row.is_deleted());
        found.sort_by_key(|row| row.part.map(|part| part.file));
        found
    }

    /// Shows a row that somebody else wrote. What is being changed here is shown once that is written.
    pub(crate) fn show_written(self, row: MemoRow) {
        if !self.writing.with_value(|writing| writing.contains_key(&row.id)) {
            self.show(row);
        }
    }

    /// Shows a row that is stored already.
    pub(crate) fn show(self, row: MemoRow) {
        let known = self.rows.with_untracked(|rows| rows.get(&row.id).cloned());
        match known {
            Some(signal) if signal.with_untracked(|shown| *shown == row) => {}
            Some(signal) => signal.set(row),
            None => self.rows.update(|rows| {
                rows.insert(row.id.clone(), ArcRwSignal::new(row));
            }),
        }
    }

    /// Takes a row out that is no longer stored.
    pub(crate) fn hide(self, id: &MemoId) {
        if self.rows.with_untracked(|rows| rows.contains_key(id)) {
            self.rows.update(|rows| {
                rows.remove(id);
            });
        }
    }

    /// Changes a row on the screen at once, and in the store behind it.
    pub(crate) fn edit(self, store: Store, id: &MemoId, change: impl Fn(&mut MemoRow) + 'static) {
        let Some(signal) = self.rows.with_untracked(|rows| rows.get(id).cloned()) else { return };
        signal.update(&change);
        self.writing.update_value(|writing| *writing.entry(id.clone()).or_default() += 1);
        let id = id.clone();
        spawn_local(async move {
            let written = store.update_memo(&id, change).await;
            let last = self.writing.try_update_value(|writing| {
                let left = writing.get(&id).copied().unwrap_or(1) - 1;
                if left == 0 {
                    writing.remove(&id)
                } else {
                    writing.insert(id.clone(), left)
                };
                left == 0
            });
            match written {
                Ok(Some(row)) if last == Some(true) => self.show(row),
                Ok(_) => {}
                Err(error) => self.problem.set(Some(error.to_string())),
            }
        });
    }
}
