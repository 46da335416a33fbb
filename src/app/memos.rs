//! The rows of the library in memory: loaded once, changed by what happens.
//!
//! Each row is a signal of its own, so that a keystroke in one title redraws one title. What lists need to know of all rows
//! stands in a catalogue beside them, which says whether a change concerns a list at all. A change is seen at once and stored
//! behind it; while one of our own writes is under way, a row read from the store would be older than the screen and is ignored.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::memo::{Catalogue, Listing, Memo as MemoRow, MemoId, Touched, View};
use crate::store::{News, Store, StoreError};
use crate::torrent::Magnet;

/// How often lists are told of new memos at most. Drawing a list anew for each of a thousand took more time than storing them.
const ARRIVALS_EVERY: Duration = Duration::from_millis(200);

/// All rows, those in the bin too.
#[derive(Clone, Copy)]
pub(crate) struct Memos {
    rows: RwSignal<BTreeMap<MemoId, ArcRwSignal<MemoRow>>>,
    catalogue: StoredValue<Catalogue>,
    /// Something is shown elsewhere, or not any more.
    placed: Trigger,
    /// Something is called otherwise.
    worded: Trigger,
    /// How many of our own writes of a row are under way.
    writing: StoredValue<BTreeMap<MemoId, usize>>,
    /// What lists know of new memos.
    arrivals: StoredValue<Arrivals>,
    problem: RwSignal<Option<String>>,
}

/// What lists know of new memos.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Arrivals {
    /// The next one is told at once.
    #[default]
    Calm,
    /// One was told just now.
    Told,
    /// One was told just now, and others have come since.
    Waiting,
}

impl Memos {
    /// None yet. Failed writes are told to `problem`.
    pub(crate) fn new(problem: RwSignal<Option<String>>) -> Self {
        Self {
            rows: RwSignal::default(),
            catalogue: StoredValue::default(),
            placed: Trigger::new(),
            worded: Trigger::new(),
            writing: StoredValue::default(),
            arrivals: StoredValue::default(),
            problem,
        }
    }

    /// Reads every row, and shows from now on what becomes of each, in whichever tab.
    pub(crate) async fn load(self, store: &Store) -> Result<(), StoreError> {
        let again = store.clone();
        store.watch(move |news| self.take_note(&again, news));
        let rows = store.memos().await?;
        rows.iter().for_each(|row| self.enter(row));
        self.rows.set(rows.into_iter().map(|row| (row.id.clone(), ArcRwSignal::new(row))).collect());
        Ok(())
    }

    fn take_note(self, store: &Store, news: News) {
        match news {
            News::Written(row) => self.show_written(*row),
            News::Removed(id) => self.hide(&id),
            News::Elsewhere(id) => {
                let store = store.clone();
                spawn_local(async move { self.reload(&store, &id).await });
            }
        }
    }

    /// Reads one row again.
    async fn reload(self, store: &Store, id: &MemoId) {
        match store.memo(id).await {
            Ok(Some(row)) => self.show_written(row),
            Ok(None) => self.hide(id),
            Err(error) => self.problem.set(Some(error.to_string())),
        }
    }

    /// Every row, in no particular order.
    pub(crate) fn all(self) -> Vec<MemoRow> {
        self.rows.with(|rows| rows.values().map(Get::get).collect())
    }

    /// What a view shows now. Runs again when that changes, and not at every change of a row.
    pub(crate) fn list(self, view: &View, heading_of: impl Fn(u64) -> String) -> Listing {
        self.placed.track();
        if view.reads_words() {
            self.worded.track();
        }
        self.catalogue.with_value(|catalogue| catalogue.list(view, heading_of))
    }

    /// The tags of most memos, so many at most.
    pub(crate) fn tags(self, most: usize) -> Vec<String> {
        self.placed.track();
        self.catalogue.with_value(|catalogue| catalogue.tags(most))
    }

    /// Whether any memo is on its way.
    pub(crate) fn is_any_arriving(self) -> bool {
        self.placed.track();
        self.catalogue.with_value(Catalogue::is_any_arriving)
    }

    /// Whether any memo is trimmed, but for those in the bin. Trimming changes where a memo stands in lists.
    pub(crate) fn is_any_trimmed(self) -> bool {
        self.placed.track();
        let is_trimmed =
            |row: &ArcRwSignal<MemoRow>| row.with_untracked(|row| row.span().is_some() && !row.is_deleted());
        self.rows.with_untracked(|rows| rows.values().any(is_trimmed))
    }

    /// What lies in the bin now.
    pub(crate) fn in_bin_untracked(self) -> Vec<MemoRow> {
        self.find_all_untracked(&self.catalogue.with_value(Catalogue::in_bin))
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

    /// These rows, as far as they are there, without listening to their changes.
    pub(crate) fn find_all_untracked(self, ids: &[MemoId]) -> Vec<MemoRow> {
        ids.iter().filter_map(|id| self.find_untracked(id)).collect()
    }

    /// The rows of which this holds, without listening to their changes. The others are not copied, however many there are.
    pub(crate) fn find_where_untracked(self, wanted: impl Fn(&MemoRow) -> bool) -> Vec<MemoRow> {
        let found = |row: &ArcRwSignal<MemoRow>| row.with_untracked(|row| wanted(row).then(|| row.clone()));
        self.rows.with_untracked(|rows| rows.values().filter_map(found).collect())
    }

    /// The memos that a link leads to, as far as they are known: several when they come together.
    pub(crate) fn of_link(self, link: &Magnet) -> Vec<MemoRow> {
        self.placed.track();
        let its = self.catalogue.with_value(|catalogue| catalogue.of_torrent(link.info_hash));
        let mut found: Vec<MemoRow> = its.iter().filter_map(|id| self.find(id)).collect();
        found.retain(|row| row.is_named_by(link) && !row.is_deleted());
        found.sort_by_key(|row| row.part.map(|part| part.file));
        found
    }

    /// Shows a row that was written. What is being changed here is shown once that is written, too.
    fn show_written(self, row: MemoRow) {
        if !self.writing.with_value(|writing| writing.contains_key(&row.id)) {
            self.show(row);
        }
    }

    /// Shows a row that is stored already.
    fn show(self, row: MemoRow) {
        let known = self.rows.with_untracked(|rows| rows.get(&row.id).cloned());
        if known.as_ref().is_some_and(|signal| signal.with_untracked(|shown| *shown == row)) {
            return;
        }
        if let Some(signal) = known {
            self.enter(&row);
            signal.set(row);
            return;
        }
        self.catalogue.update_value(|catalogue| {
            catalogue.put(&row);
        });
        self.rows.update_untracked(|rows| {
            rows.insert(row.id.clone(), ArcRwSignal::new(row));
        });
        self.tell_of_arrival();
    }

    /// Tells the lists that there is a new memo: now, or soon together with those that come in the meantime.
    fn tell_of_arrival(self) {
        if self.arrivals.get_value() != Arrivals::Calm {
            return self.arrivals.set_value(Arrivals::Waiting);
        }
        self.arrivals.set_value(Arrivals::Told);
        self.rows.notify();
        self.placed.notify();
        let then = move || {
            let is_waiting = self.arrivals.get_value() == Arrivals::Waiting;
            self.arrivals.set_value(Arrivals::Calm);
            if is_waiting {
                self.tell_of_arrival();
            }
        };
        set_timeout(then, ARRIVALS_EVERY);
    }

    /// Takes a row out that is no longer stored.
    fn hide(self, id: &MemoId) {
        if self.rows.with_untracked(|rows| rows.contains_key(id)) {
            self.rows.update(|rows| {
                rows.remove(id);
            });
            self.catalogue.update_value(|catalogue| catalogue.remove(id));
            self.placed.notify();
        }
    }

    /// Changes a row on the screen at once, and in the store behind it.
    pub(crate) fn edit(self, store: Store, id: &MemoId, change: impl Fn(&mut MemoRow) + 'static) {
        self.edit_all(store, vec![id.clone()], change);
    }

    /// Changes several rows alike: on the screen at once, and in the store behind it, all or none of them.
    pub(crate) fn edit_all(self, store: Store, mut ids: Vec<MemoId>, change: impl Fn(&mut MemoRow) + 'static) {
        ids.retain(|id| {
            let Some(signal) = self.rows.with_untracked(|rows| rows.get(id).cloned()) else { return false };
            signal.update(&change);
            signal.with_untracked(|row| self.enter(row));
            self.writing.update_value(|writing| *writing.entry(id.clone()).or_default() += 1);
            true
        });
        spawn_local(async move {
            let written = store.update_memos(&ids, change).await;
            let settled = self.settle(&ids);
            match written {
                Ok(rows) => rows.into_iter().filter(|row| settled.contains(&row.id)).for_each(|row| self.show(row)),
                Err(error) => self.problem.set(Some(error.to_string())),
            }
        });
    }

    /// One write of each of these is over. Returns those that no other one is under way of.
    fn settle(self, ids: &[MemoId]) -> BTreeSet<MemoId> {
        let mut settled = BTreeSet::new();
        self.writing.update_value(|writing| {
            for id in ids {
                let left = writing.get(id).map_or(0, |count| count.saturating_sub(1));
                if left == 0 {
                    writing.remove(id);
                    settled.insert(id.clone());
                } else {
                    writing.insert(id.clone(), left);
                }
            }
        });
        settled
    }

    /// Enters a row as it is now into the catalogue, and tells the lists that this concerns.
    fn enter(self, row: &MemoRow) {
        match self.catalogue.try_update_value(|catalogue| catalogue.put(row)) {
            Some(Touched::Place) => self.placed.notify(),
            Some(Touched::Words) => self.worded.notify(),
            Some(Touched::Nothing) | None => {}
        }
    }
}
