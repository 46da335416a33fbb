//! Which memos are selected, to do something with all of them.

use std::collections::BTreeSet;

use super::MemoId;

/// The selected memos, and where the last range began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    selected: BTreeSet<MemoId>,
    /// The memo that a range is drawn from, and what was selected before there was a range: a range that becomes shorter
    /// again gives back what it took.
    anchor: Option<(MemoId, BTreeSet<MemoId>)>,
}

impl Selection {
    /// Selects a memo, or no longer. Ranges begin here from now on.
    pub fn toggle(&mut self, id: &MemoId) {
        if !self.selected.remove(id) {
            self.selected.insert(id.clone());
        }
        self.begin_at(id);
    }

    /// Ranges begin at this memo, unless they begin somewhere already.
    pub fn begin_range(&mut self, id: &MemoId) {
        if self.anchor.is_none() {
            self.begin_at(id);
        }
    }

    /// Selects everything from where the range began to this memo, both included. `order` is that of the list.
    pub fn extend(&mut self, to: &MemoId, order: &[MemoId]) {
        self.begin_range(to);
        let Some((from, before)) = &self.anchor else { return };
        let place = |wanted: &MemoId| order.iter().position(|id| id == wanted);
        let Some(end) = place(to) else { return };
        let start = place(from).unwrap_or(end);
        self.selected = before.clone();
        self.selected.extend(order[start.min(end)..=start.max(end)].iter().cloned());
    }

    /// Selects everything in the list.
    pub fn select_all(&mut self, order: &[MemoId]) {
        self.selected = order.iter().cloned().collect();
        self.anchor = None;
    }

    /// Lets go of what is not in the list any more: nothing is deleted that is not seen.
    pub fn keep(&mut self, order: &[MemoId]) {
        let shown: BTreeSet<&MemoId> = order.iter().collect();
        self.selected.retain(|id| shown.contains(id));
        if let Some((from, before)) = &mut self.anchor {
            before.retain(|id| shown.contains(id));
            if !shown.contains(from) {
                self.anchor = None;
            }
        }
    }

    /// Whether this memo is selected.
    pub fn has(&self, id: &MemoId) -> bool {
        self.selected.contains(id)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.selected.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.selected.is_empty()
    }

    /// The selected memos in the order of the list.
    pub fn in_order(&self, order: &[MemoId]) -> Vec<MemoId> {
        order.iter().filter(|id| self.has(id)).cloned().collect()
    }

    fn begin_at(&mut self, id: &MemoId) {
        self.anchor = Some((id.clone(), self.selected.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(name: &str) -> MemoId {
        name.parse().expect("an id")
    }

    fn order() -> Vec<MemoId> {
        ["a", "b", "c", "d", "e"].map(id).into()
    }

    fn selected(selection: &Selection) -> Vec<String> {
        selection.in_order(&order()).into_iter().map(String::from).collect()
    }

    #[test]
    fn a_range_grows_and_shrinks_and_leaves_the_rest_alone() {
        let mut selection = Selection::default();
        selection.toggle(&id("e"));
        selection.toggle(&id("b"));
        selection.extend(&id("d"), &order());
        assert_eq!(selected(&selection), ["b", "c", "d", "e"]);
        selection.extend(&id("c"), &order());
        assert_eq!(selected(&selection), ["b", "c", "e"], "a shorter range gives back what it took");
        selection.extend(&id("a"), &order());
        assert_eq!(selected(&selection), ["a", "b", "e"], "and it turns around where it began");
    }

    #[test]
    fn a_range_can_begin_with_nothing_selected() {
        let mut selection = Selection::default();
        selection.begin_range(&id("b"));
        assert!(selection.is_empty());
        selection.extend(&id("c"), &order());
        assert_eq!(selected(&selection), ["b", "c"]);
        let mut selection = Selection::default();
        selection.extend(&id("d"), &order());
        assert_eq!(selected(&selection), ["d"], "without a beginning, the memo itself");
    }

    #[test]
    fn a_second_press_takes_a_memo_out_again() {
        let mut selection = Selection::default();
        selection.toggle(&id("b"));
        selection.toggle(&id("b"));
        assert!(selection.is_empty() && !selection.has(&id("b")));
        selection.select_all(&order());
        assert_eq!(selection.len(), 5);
    }

    #[test]
    fn what_is_not_shown_is_not_selected() {
        let mut selection = Selection::default();
        selection.toggle(&id("a"));
        selection.toggle(&id("c"));
        selection.keep(&[id("a"), id("b"), id("d")]);
        assert_eq!(selected(&selection), ["a"]);
        selection.extend(&id("b"), &order());
        assert_eq!(selected(&selection), ["a", "b"], "a range does not begin at what is gone");
    }
}
