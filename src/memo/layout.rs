//! Where each row of a long list stands, and which of them are near the screen: the others need not be in the page.

use std::ops::Range;

use super::{Listing, MemoId};

/// What is drawn above and below the screen, so that there is something to see while a finger is faster than the page.
const MARGIN_PX: f64 = 640.0;

/// More rows than fit onto any screen with its margins; a size that was measured wrongly must not fill the page.
const MAX_ROWS: usize = 400;

/// How many rows are looked through for one that stayed, when the list changes under the eyes of a reader.
const MAX_FOLLOWED: usize = 60;

/// How tall things are, in CSS pixels. All rows are of one height, and so are all headings.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// A row, without the heading above it.
    pub row_px: f64,
    /// A heading.
    pub heading_px: f64,
}

/// A list as it stands on the screen: so many rows, a heading above some of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    rows: usize,
    /// The rows with a heading, from the first on.
    headings: Vec<usize>,
    sizes: Sizes,
}

impl Layout {
    /// The layout of a listing.
    pub fn of(listing: &Listing, sizes: Sizes) -> Self {
        // Nothing is less than a pixel tall, whatever was measured.
        let sizes = Sizes { row_px: sizes.row_px.max(1.0), heading_px: sizes.heading_px.max(0.0) };
        Self { rows: listing.ids.len(), headings: listing.headings.iter().map(|(first, _)| *first).collect(), sizes }
    }

    /// Where a row begins, or the heading above it.
    #[expect(clippy::cast_precision_loss, reason = "no list has 2^52 rows")]
    pub fn top(&self, row: usize) -> f64 {
        let headings = self.headings.partition_point(|&heading| heading < row);
        row as f64 * self.sizes.row_px + headings as f64 * self.sizes.heading_px
    }

    /// How tall all of it is.
    pub fn height(&self) -> f64 {
        self.top(self.rows)
    }

    /// The row at this height; the last one below the end.
    pub fn row_at(&self, y: f64) -> usize {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            if self.top(middle + 1) > y { high = middle } else { low = middle + 1 }
        }
        low.min(self.rows.saturating_sub(1))
    }

    /// The rows to draw for a screen of this height that was scrolled so far.
    pub fn window(&self, scrolled: f64, height: f64) -> Range<usize> {
        if self.rows == 0 {
            return 0..0;
        }
        let start = self.row_at(scrolled - MARGIN_PX);
        let end = self.row_at(scrolled + height + MARGIN_PX) + 1;
        start..end.min(start + MAX_ROWS)
    }

    /// How far to scroll so that all of a row is seen, with its heading; as little as possible. `covered` is what lies over
    /// the lower end of the screen.
    pub fn reveal(&self, row: usize, scrolled: f64, height: f64, covered: f64) -> f64 {
        let (top, bottom) = (self.top(row), self.top(row + 1));
        let lowest = bottom - (height - covered).max(0.0);
        if row == 0 { 0.0 } else { scrolled.max(lowest).min(top) }
    }

    /// How many rows a screen of this height shows whole: what Page Down goes by.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a screen shows few rows")]
    pub fn rows_in(&self, height: f64) -> usize {
        ((height / self.sizes.row_px) as usize).max(1)
    }
}

/// How far to scroll after the list has changed, so that what is being looked at stays where it is. At the very top nothing
/// is held: there, what is new is to be seen.
pub fn follow(before: (&Listing, &Layout), after: (&Listing, &Layout), scrolled: f64) -> f64 {
    if scrolled <= 0.0 || before.0.ids.is_empty() {
        return 0.0;
    }
    let first = before.1.row_at(scrolled);
    let seen = before.0.ids.iter().enumerate().skip(first).take(MAX_FOLLOWED);
    let moved = seen.filter_map(|(row, id)| Some(after.1.top(after.0.row_of(id)?) - before.1.top(row))).next();
    (scrolled + moved.unwrap_or(0.0)).clamp(0.0, after.1.height())
}

/// The row that a key leads to; `None` when it is none that walks. `page` is how many rows a page has.
pub fn walk(key: &str, from: usize, rows: usize, page: usize) -> Option<usize> {
    let last = rows.checked_sub(1)?;
    Some(match key {
        "ArrowDown" => (from + 1).min(last),
        "ArrowUp" => from.saturating_sub(1),
        "PageDown" => (from + page).min(last),
        "PageUp" => from.saturating_sub(page),
        "Home" => 0,
        "End" => last,
        _ => return None,
    })
}

/// What is to be in the page: the rows of the window, and the one that has the focus, which must not be lost.
pub fn drawn(listing: &Listing, window: Range<usize>, focused: Option<&MemoId>) -> Vec<usize> {
    let focused = focused.and_then(|id| listing.row_of(id)).filter(|row| !window.contains(row));
    let before = focused.filter(|&row| row < window.start);
    let after = focused.filter(|&row| row >= window.end);
    before.into_iter().chain(window.clone()).chain(after).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZES: Sizes = Sizes { row_px: 100.0, heading_px: 40.0 };

    fn listing(rows: usize, headings: &[usize]) -> Listing {
        Listing {
            ids: (0..rows).map(|row| format!("m{row}").parse().expect("an id")).collect(),
            headings: headings.iter().map(|&first| (first, "Then".to_owned())).collect(),
        }
    }

    fn layout(rows: usize, headings: &[usize]) -> Layout {
        Layout::of(&listing(rows, headings), SIZES)
    }

    #[test]
    fn rows_stand_below_each_other_and_below_their_headings() {
        let layout = layout(5, &[0, 3]);
        assert_eq!([0, 1, 3, 4].map(|row| layout.top(row)), [0.0, 140.0, 340.0, 480.0]);
        assert_eq!(layout.height(), 580.0);
        let at = [-5.0, 0.0, 139.0, 140.0, 341.0, 479.0, 480.0, 9999.0].map(|y| layout.row_at(y));
        assert_eq!(at, [0, 0, 0, 1, 3, 3, 4, 4]);
    }

    #[test]
    fn few_of_ten_thousand_rows_are_drawn_wherever_one_looks() {
        let layout = layout(10_000, &[0, 7, 5000]);
        for scrolled in [0.0, 1.0, 123_456.0, layout.height() - 800.0, 1e12, -50.0, f64::NAN] {
            let window = layout.window(scrolled, 800.0);
            assert!(!window.is_empty() && window.len() < 30, "{window:?} at {scrolled}");
        }
        let window = layout.window(500_000.0, 800.0);
        assert!(layout.top(window.start) < 500_000.0 && layout.top(window.end) > 500_800.0, "{window:?}");
        assert_eq!(layout.window(layout.height(), 800.0).end, 10_000, "the last one is reached");
    }

    #[test]
    fn all_of_a_short_list_is_drawn() {
        assert_eq!(layout(5, &[0]).window(0.0, 800.0), 0..5);
        assert_eq!(layout(0, &[]).window(0.0, 800.0), 0..0);
    }

    #[test]
    fn a_size_that_was_measured_wrongly_does_not_fill_the_page() {
        let layout = Layout::of(&listing(10_000, &[]), Sizes { row_px: 0.0, heading_px: -1.0 });
        assert!(layout.window(0.0, 800.0).len() <= MAX_ROWS);
    }

    #[test]
    fn the_focused_row_stays_in_the_page() {
        let listing = listing(100, &[]);
        let id = |row: usize| listing.ids[row].clone();
        assert_eq!(drawn(&listing, 10..13, Some(&id(2))), [2, 10, 11, 12]);
        assert_eq!(drawn(&listing, 10..13, Some(&id(11))), [10, 11, 12]);
        assert_eq!(drawn(&listing, 10..13, Some(&id(50))), [10, 11, 12, 50]);
        assert_eq!(drawn(&listing, 10..13, Some(&"gone".parse().expect("an id"))), [10, 11, 12]);
    }

    #[test]
    fn a_row_is_revealed_by_scrolling_as_little_as_possible() {
        let layout = layout(100, &[0, 50]);
        assert_eq!(layout.reveal(3, 200.0, 800.0, 100.0), 200.0, "it is seen already");
        assert_eq!(layout.reveal(0, 200.0, 800.0, 100.0), 0.0);
        assert_eq!(layout.reveal(1, 200.0, 800.0, 100.0), 140.0);
        assert_eq!(layout.reveal(20, 200.0, 800.0, 100.0), 2140.0 - 700.0, "above what covers the lower end");
    }

    #[test]
    fn keys_walk_through_all_of_it() {
        let walk = |key, from| walk(key, from, 100, 7);
        assert_eq!(
            ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].map(|key| walk(key, 50)),
            [51, 49, 57, 43, 0, 99].map(Some)
        );
        assert_eq!([walk("ArrowUp", 0), walk("ArrowDown", 99), walk("PageDown", 98)], [0, 99, 99].map(Some));
        assert_eq!(walk("a", 5), None);
        assert_eq!(super::walk("End", 0, 0, 7), None);
    }

    #[test]
    fn what_is_looked_at_stays_where_it_is() {
        let before = listing(100, &[0]);
        let layout_before = Layout::of(&before, SIZES);
        let mut after = before.clone();
        after.ids.insert(0, "new".parse().expect("an id"));
        let layout_after = Layout::of(&after, SIZES);
        let follow = |after, layout, scrolled| follow((&before, &layout_before), (after, layout), scrolled);
        assert_eq!(follow(&after, &layout_after, 1000.0), 1100.0, "a row above pushed it down");
        assert_eq!(follow(&after, &layout_after, 0.0), 0.0, "at the top, the new one is seen");

        let mut after = before.clone();
        after.ids.drain(5..12);
        let layout_after = Layout::of(&after, SIZES);
        assert_eq!(follow(&after, &layout_after, 940.0), 240.0, "the first that is left takes the place");
        let nothing = listing(0, &[]);
        assert_eq!(follow(&nothing, &Layout::of(&nothing, SIZES), 940.0), 0.0);
    }
}
