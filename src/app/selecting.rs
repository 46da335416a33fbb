//! Which memos are selected, while a person selects some.

use std::sync::Arc;

use leptos::prelude::*;

use crate::memo::{Listing, MemoId, Selection};

/// The selection over the list of the library. Copied freely.
#[derive(Clone, Copy)]
pub(crate) struct Selecting {
    selection: RwSignal<Option<Selection>>,
    is_on: Memo<bool>,
    listing: Memo<Arc<Listing>>,
}

impl Selecting {
    /// Off, until something is selected.
    pub(crate) fn over(listing: Memo<Arc<Listing>>) -> Self {
        let selection = RwSignal::new(None::<Selection>);
        // What is not shown any more is not selected any more.
        Effect::new(move || {
            let listing = listing.get();
            if selection.with_untracked(Option::is_some) {
                selection.update(|selection| selection.iter_mut().for_each(|selection| selection.keep(&listing.ids)));
            }
        });
        Self { selection, is_on: Memo::new(move |_| selection.with(Option::is_some)), listing }
    }

    /// Whether memos are being selected.
    pub(crate) fn is_on(self) -> bool {
        self.is_on.get()
    }

    pub(crate) fn is_on_untracked(self) -> bool {
        self.selection.with_untracked(Option::is_some)
    }

    pub(crate) fn has(self, id: &MemoId) -> bool {
        self.selection.with(|selection| selection.as_ref().is_some_and(|selection| selection.has(id)))
    }

    pub(crate) fn has_untracked(self, id: &MemoId) -> bool {
        untrack(|| self.has(id))
    }

    /// How many are selected.
    pub(crate) fn count(self) -> usize {
        self.selection.with(|selection| selection.as_ref().map_or(0, Selection::len))
    }

    /// Whether everything that is shown is selected.
    pub(crate) fn has_all(self) -> bool {
        self.count() == self.listing.with(|listing| listing.ids.len())
    }

    /// The selected memos, in the order of the list.
    pub(crate) fn ids(self) -> Vec<MemoId> {
        let ids = |selection: &Selection| self.listing.with_untracked(|listing| selection.in_order(&listing.ids));
        self.selection.with_untracked(|selection| selection.as_ref().map(ids).unwrap_or_default())
    }

    /// Begins, with nothing selected.
    pub(crate) fn begin(self) {
        self.change(|_, _| {});
    }

    /// Ends; nothing is selected any more.
    pub(crate) fn end(self) {
        if self.is_on_untracked() {
            self.selection.set(None);
        }
    }

    pub(crate) fn toggle(self, id: &MemoId) {
        self.change(|selection, _| selection.toggle(id));
    }

    /// Selects up to this memo, from where the last one was selected.
    pub(crate) fn extend(self, to: &MemoId) {
        self.change(|selection, order| selection.extend(to, order));
    }

    /// Selects from one memo to another, unless a range has begun elsewhere already.
    pub(crate) fn extend_from(self, from: &MemoId, to: &MemoId) {
        self.change(|selection, order| {
            selection.begin_range(from);
            selection.extend(to, order);
        });
    }

    pub(crate) fn select_all(self) {
        self.change(Selection::select_all);
    }

    pub(crate) fn select_none(self) {
        self.change(|selection, _| *selection = Selection::default());
    }

    fn change(self, change: impl FnOnce(&mut Selection, &[MemoId])) {
        let listing = self.listing.get_untracked();
        self.selection.update(|selection| change(selection.get_or_insert_default(), &listing.ids));
    }
}
