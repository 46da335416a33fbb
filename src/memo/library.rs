//! Which memos the library shows, under which headings, with which marks.

use super::catalogue::Place;
use super::{BIN_DAYS, Memo, arrived};
use crate::torrent::Status;
use crate::words::{DateForm, LocalTime, capitalized, percentage, words};

/// Which memos the library shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All that are not in the bin.
    #[default]
    All,
    /// The starred ones.
    Favourites,
    /// Those that came over a link.
    Received,
    /// Those that are being offered to others.
    Shared,
    /// Those that were deleted and can still be brought back.
    Bin,
}

impl Filter {
    /// Every filter, in the order of the screen.
    pub const EVERY: [Self; 5] = [Self::All, Self::Favourites, Self::Received, Self::Shared, Self::Bin];

    /// What its button says.
    pub fn label(self) -> &'static str {
        let texts = &words().listing;
        match self {
            Self::All => texts.all,
            Self::Favourites => texts.favourites,
            Self::Received => texts.received,
            Self::Shared => texts.shared,
            Self::Bin => texts.bin,
        }
    }

    /// Whether it lets a memo through. Only the bin shows what is in the bin.
    pub(super) fn shows(self, memo: &Place) -> bool {
        let is_wanted = match self {
            Self::All | Self::Bin => true,
            Self::Favourites => memo.favourite,
            Self::Received => memo.received,
            Self::Shared => memo.shared,
        };
        is_wanted && memo.deleted_at_ms.is_some() == (self == Self::Bin)
    }

    /// What the list says when it is empty: a title and a sentence.
    pub(super) fn empty_text(self) -> (&'static str, String) {
        let texts = &words().listing;
        match self {
            Self::All => (texts.no_memos, texts.no_memos_text.to_owned()),
            Self::Favourites => (texts.no_favourites, texts.no_favourites_text.to_owned()),
            Self::Received => (texts.none_received, texts.none_received_text.to_owned()),
            Self::Shared => (texts.none_shared, texts.none_shared_text.to_owned()),
            Self::Bin => (texts.empty_bin, texts.empty_bin_text.of(BIN_DAYS as usize)),
        }
    }
}

/// The heading over a memo: "Today", "Yesterday", "This week", "Last week", "October", "October 2025". Weeks begin on Monday.
pub fn heading(at: LocalTime, today: LocalTime) -> String {
    let (day, this_day) = (at.day_number(), today.day_number());
    let monday = this_day - i64::from(today.weekday());
    if day >= this_day {
        // A device that sent a memo may be hours ahead.
        words().common.today.to_owned()
    } else if day == this_day - 1 {
        words().common.yesterday.to_owned()
    } else if day >= monday {
        words().listing.this_week.to_owned()
    } else if day >= monday - 7 {
        words().listing.last_week.to_owned()
    } else {
        capitalized(&at.written(if at.year == today.year { DateForm::Month } else { DateForm::MonthOfYear }))
    }
}

/// What is happening to a memo right now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It is being fetched; how much is here, in percent.
    Arriving(u8),
    /// It is shared, and so many are fetching it.
    Listening(u32),
    /// It is shared, and nobody is fetching it.
    Shared,
}

impl Mark {
    /// The mark of a memo, given what the engine says about it. None in the bin, where nothing is shared or fetched.
    pub fn of(memo: &Memo, status: Option<&Status>) -> Option<Self> {
        if memo.is_deleted() {
            return None;
        }
        if !memo.complete {
            return Some(Self::Arriving(status.map_or(0, |status| percent_of(memo, status))));
        }
        let listeners = status.map_or(0, |status| status.listeners);
        memo.shared.then_some(if listeners > 0 { Self::Listening(listeners) } else { Self::Shared })
    }

    /// As the list shows it.
    pub fn text(self) -> String {
        let texts = &words().listing;
        match self {
            Self::Arriving(percent) => texts.is_arriving.with([&percentage(percent)]),
            Self::Listening(count) => texts.is_listened_to.of(count as usize),
            Self::Shared => texts.is_shared.to_owned(),
        }
    }
}

/// How much is here: 100 only when all of it is.
pub fn percent(status: &Status) -> u8 {
    if status.total_bytes == 0 {
        return 0;
    }
    let percent = u128::from(status.have_bytes) * 100 / u128::from(status.total_bytes);
    u8::try_from(percent.min(100)).unwrap_or(100)
}

/// How much of one memo is here, which may be one of several that come together.
pub fn percent_of(memo: &Memo, status: &Status) -> u8 {
    if memo.part.is_none() {
        return percent(status);
    }
    let pieces = memo.own_records();
    let here = arrived(&status.have, pieces.clone(), pieces.len()).into_iter().filter(|here| *here).count();
    u8::try_from(here * 100 / pieces.len().max(1)).unwrap_or(100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::ladder::tests::status;
    use crate::memo::{Origin, Part};
    use crate::torrent::Phase;

    fn memo(id: &str, recorded_at_ms: u64) -> Memo {
        Memo { recorded_at_ms, complete: true, ..Memo::new(id.parse().expect("an id"), Origin::Recorded) }
    }

    fn on(month: u8, day: u8) -> LocalTime {
        LocalTime { year: 2026, month, day, hour: 8, minute: 12 }
    }

    #[test]
    fn headings_become_coarser_with_time() {
        // A Thursday.
        let today = on(11, 19);
        let cases = [
            (on(11, 20), "Today"),
            (on(11, 19), "Today"),
            (on(11, 18), "Yesterday"),
            (on(11, 17), "This week"),
            (on(11, 16), "This week"),
            (on(11, 15), "Last week"),
            (on(11, 9), "Last week"),
            (on(11, 8), "November"),
            (on(10, 31), "October"),
            (LocalTime { year: 2025, ..on(11, 19) }, "November 2025"),
        ];
        for (at, expected) in cases {
            assert_eq!(heading(at, today), expected, "{at:?}");
        }
        assert_eq!(heading(on(11, 15), on(11, 16)), "Yesterday", "on a Monday, Sunday is yesterday first");
    }

    #[test]
    fn marks_say_what_is_happening() {
        let shared = Memo { shared: true, ..memo("a", 1) };
        let listened = Status { listeners: 2, ..status(Phase::Seeding) };
        let arriving = Memo { complete: false, ..memo("a", 1) };
        let halfway = Status { have_bytes: 649, total_bytes: 1000, ..status(Phase::Downloading) };
        let text = |memo: &Memo, status: Option<&Status>| Mark::of(memo, status).map(Mark::text);
        assert_eq!(text(&shared, Some(&listened)).as_deref(), Some("2 listening"));
        assert_eq!(text(&shared, None).as_deref(), Some("Shared"));
        assert_eq!(text(&arriving, Some(&halfway)).as_deref(), Some("Arriving 64 %"));
        assert_eq!(text(&arriving, None).as_deref(), Some("Arriving 0 %"));
        assert_eq!(text(&memo("a", 1), None), None);
        let deleted = [shared, arriving].map(|memo| Memo { deleted_at_ms: Some(2), ..memo });
        assert_eq!(
            deleted.each_ref().map(|memo| text(memo, Some(&halfway))),
            [None, None],
            "nothing happens in the bin"
        );
    }

    #[test]
    fn a_hundred_percent_means_all_of_it() {
        let part = Part { file: 1, offset: 25, content_len: 100 };
        let one = Memo { part: Some(part), size: 20, record_len: 10, ..memo("one", 0) };
        let arriving = Status { have: vec![0b1110_1000], ..status(Phase::Downloading) };
        assert_eq!(percent_of(&one, &arriving), 66, "two of the three pieces that it lies in");
        let here = |have_bytes, total_bytes| percent(&Status { have_bytes, total_bytes, ..status(Phase::Downloading) });
        assert_eq!(here(0, 0), 0);
        assert_eq!(here(999_999, 1_000_000), 99);
        assert_eq!(here(u64::MAX, u64::MAX), 100);
        assert_eq!(here(5, 1), 100);
    }
}
