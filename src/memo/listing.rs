//! What the library shows at one moment: which memos, in which order, under which headings.

use std::collections::BTreeSet;

use super::MemoId;

/// The rows of the list, from top to bottom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// The memos.
    pub ids: Vec<MemoId>,
    /// The headings, each with the row that it stands above.
    pub headings: Vec<(usize, String)>,
}

impl Listing {
    /// The heading above a row.
    pub fn heading_of(&self, row: usize) -> Option<&str> {
        let at = self.headings.binary_search_by_key(&row, |(first, _)| *first).ok()?;
        Some(&self.headings[at].1)
    }

    /// The row of a memo.
    pub fn row_of(&self, id: &MemoId) -> Option<usize> {
        self.ids.iter().position(|known| known == id)
    }
}

/// Where the keyboard goes when its row leaves the list: to the next one that stays, or else to the last one before it.
pub fn heir<'a>(before: &'a Listing, after: &Listing, id: &MemoId) -> Option<&'a MemoId> {
    let row = before.row_of(id)?;
    let stays: BTreeSet<&MemoId> = after.ids.iter().collect();
    let (above, below) = before.ids.split_at(row);
    below.iter().chain(above.iter().rev()).find(|id| stays.contains(id))
}

/// Finds the headings of a list that is sorted by time, each with its first row.
///
/// What has one heading stands together, so halving the rest finds where it ends. Asking for each memo would take longer than
/// all the rest of drawing a long list: only the browser knows the time zone.
pub(super) fn headings(times_ms: &[u64], heading_of: impl Fn(u64) -> String) -> Vec<(usize, String)> {
    let mut headings = Vec::new();
    let mut first = 0;
    while let Some(&time) = times_ms.get(first) {
        let heading = heading_of(time);
        let more = times_ms[first + 1..].partition_point(|&time| heading_of(time) == heading);
        headings.push((first, heading));
        first += 1 + more;
    }
    headings
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_heading_stands_above_the_first_of_its_memos() {
        let found = headings(&[99, 92, 91, 70, 15, 14, 13], |time| format!("{}x", time / 10));
        assert_eq!(found, [(0, "9x".to_owned()), (3, "7x".to_owned()), (4, "1x".to_owned())]);
        let listing = Listing { ids: Vec::new(), headings: found };
        assert_eq!(
            [0, 1, 3, 4, 5].map(|row| listing.heading_of(row)),
            [Some("9x"), None, Some("7x"), Some("1x"), None]
        );
        assert!(headings(&[], |_| unreachable!("there is nothing to ask for")).is_empty());
    }

    #[test]
    fn the_next_row_that_stays_takes_the_place_of_one_that_goes() {
        let listing = |names: &[&str]| Listing {
            ids: names.iter().map(|name| name.parse().expect("an id")).collect(),
            headings: Vec::new(),
        };
        let before = listing(&["a", "b", "c", "d", "e"]);
        let heir = |after: &[&str], id: &str| {
            heir(&before, &listing(after), &id.parse().expect("an id")).map(|id| id.as_str().to_owned())
        };
        assert_eq!(heir(&["a", "d", "e"], "c").as_deref(), Some("d"), "b and c went together");
        assert_eq!(heir(&["a", "b"], "d").as_deref(), Some("b"));
        assert_eq!(heir(&[], "d"), None);
        assert_eq!(heir(&["a"], "elsewhere"), None);
    }

    #[test]
    fn few_are_asked_for_theirs() {
        let times: Vec<u64> = (0..10_000).collect();
        let asked = Cell::new(0);
        let found = headings(&times, |time| {
            asked.set(asked.get() + 1);
            format!("{}", time / 1000)
        });
        assert_eq!(found.len(), 10);
        assert!(asked.get() < 200, "{} of 10,000 were asked for", asked.get());
    }
}
