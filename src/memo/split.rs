//! One memo becomes two: the first keeps its name and what was before a moment, the second one has what came after it.
//!
//! Both are views of the same bytes, trimmed so that one ends where the other begins. So nothing is cut or copied, both keep what is
//! known of all of the sound, and either one can show all of it again.

use std::collections::BTreeSet;

use super::{Memo, MemoId, Span, TITLE_MAX_CHARS};
use crate::words::words;

/// A part that is shorter is a slip.
const MIN_PART_MS: u64 = 100;

/// Where a memo is split when somebody asks for this moment of what is heard: the nearest one at which both parts can be heard. `None`
/// for a memo that is too short, or whose length is not known.
pub fn place_to_split(memo: &Memo, at_ms: u64) -> Option<u64> {
    let last_ms = memo.length_ms().checked_sub(MIN_PART_MS)?;
    (last_ms >= MIN_PART_MS).then(|| at_ms.clamp(MIN_PART_MS, last_ms))
}

/// Splits a memo at a moment of what is heard of it; `id` is for the second part. `None` when one of the two would be next to nothing,
/// or not all of the memo is here.
pub fn split(memo: &Memo, at_ms: u64, id: MemoId) -> Option<(Memo, Memo)> {
    let is_there = memo.complete && !memo.is_deleted() && place_to_split(memo, at_ms) == Some(at_ms);
    if !is_there {
        return None;
    }
    let heard = memo.heard();
    let at_ms = heard.in_sound(at_ms);
    let first = Memo { trim: Some(Span { end_ms: at_ms, ..heard }), ..memo.clone() };
    let second = Memo {
        id,
        title: next_title(&memo.display_title()),
        sound: Some(memo.sound_to_share()),
        trim: Some(Span { start_ms: at_ms, ..heard }),
        // What a link leads to stays one memo.
        info_hash: None,
        part: None,
        shared: false,
        clip: None,
        ..memo.clone()
    };
    Some((first, second))
}

/// A memo that an archive brings, as a view of the same sound as one that is here. `None` when not all of that one is here.
pub fn view_of(here: &Memo, brought: Memo) -> Option<Memo> {
    here.complete.then(|| Memo {
        sound: Some(here.sound_to_share()),
        size: here.size,
        record_len: here.record_len,
        complete: true,
        digest: here.digest,
        ..brought
    })
}

/// The first memo that keeps some of the sound on the device when others are deleted for good: it stays, and is a view of the same
/// bytes as one of them.
pub fn keeper_of_sound(going: &[Memo], all: Vec<Memo>) -> Option<Memo> {
    let ids: BTreeSet<&MemoId> = going.iter().map(|memo| &memo.id).collect();
    let sounds: BTreeSet<_> = going.iter().map(Memo::bytes).collect();
    all.into_iter().find(|memo| !ids.contains(&memo.id) && sounds.contains(&memo.bytes()))
}

/// "Interview (2)", and after that "Interview (3)". A title that is too long for that is cut.
fn next_title(title: &str) -> String {
    let (stem, number) = numbered(title).unwrap_or((title, 1));
    let number = number.saturating_add(1);
    let next = &words().titles.numbered;
    let room = TITLE_MAX_CHARS.saturating_sub(next.with([&"", &number]).chars().count());
    next.with([&stem.chars().take(room).collect::<String>().trim_end(), &number])
}

/// What a title says before its number, and the number, in whatever brackets a language has for it.
fn numbered(title: &str) -> Option<(&str, u32)> {
    let (stem, number) = title.strip_suffix([')', '）'])?.rsplit_once(['(', '（'])?;
    let stem = stem.trim_end();
    (!stem.is_empty()).then_some((stem, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::{Clip, Gap, Origin, Part, Waveform};
    use crate::torrent::InfoHash;

    fn id(text: &str) -> MemoId {
        text.parse().expect("an id")
    }

    fn memo() -> Memo {
        Memo {
            title: "Interview".into(),
            notes: "With the baker".into(),
            tags: vec!["work".to_owned()].into(),
            recorded_at_ms: 1_000_000,
            duration_ms: 10_000,
            mime: "audio/webm".into(),
            size: 400,
            record_len: 100,
            waveform: Waveform::from_peaks(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            favourite: true,
            position_ms: 7_000,
            markers_ms: vec![1_000, 6_000],
            gaps: vec![Gap { at_ms: 8_000, length_ms: 2_000 }],
            complete: true,
            ..Memo::new(id("one"), Origin::Recorded)
        }
    }

    #[test]
    fn each_part_has_what_is_heard_of_it() {
        let (first, second) = split(&memo(), 4_000, id("two")).expect("it is split");
        assert_eq!((first.id.as_str(), first.title.as_str()), ("one", "Interview"));
        assert_eq!((second.id.as_str(), second.title.as_str()), ("two", "Interview (2)"));
        assert_eq!((first.length_ms(), second.length_ms()), (4_000, 6_000));
        assert_eq!(
            (first.shape().as_bytes(), second.shape().as_bytes()),
            (&[1, 2, 3, 4][..], &[5, 6, 7, 8, 9, 10][..])
        );
        assert_eq!((first.marks(), second.marks()), (vec![1_000], vec![2_000]));
        assert_eq!((first.heard_gaps().len(), second.heard_gaps().len()), (0, 1));
        assert_eq!((first.place_ms(), second.place_ms()), (0, 3_000), "listening stopped in the second part");
        assert_eq!((first.begins_at_ms(), second.begins_at_ms()), (1_000_000, 1_004_000));
        assert_eq!((&second.notes, &second.tags, second.favourite), (&memo().notes, &memo().tags, true));
    }

    #[test]
    fn both_parts_can_show_all_of_the_sound_again() {
        let (first, second) = split(&memo(), 4_000, id("two")).expect("it is split");
        assert_eq!(Memo { trim: None, ..first.clone() }, memo());
        assert_eq!((second.records(), second.in_records(0..400)), (first.records(), 0..400));
        let whole = Memo { trim: None, ..second };
        assert_eq!((whole.length_ms(), whole.shape(), whole.marks()), (10_000, memo().waveform, vec![1_000, 6_000]));
    }

    #[test]
    fn sound_stays_with_whoever_is_not_deleted() {
        let (first, second) = split(&memo(), 4_000, id("two")).expect("it is split");
        let other = Memo { id: id("three"), ..memo() };
        let keeper = |going: &[&Memo]| {
            let going: Vec<Memo> = going.iter().map(|&memo| memo.clone()).collect();
            keeper_of_sound(&going, vec![other.clone(), first.clone(), second.clone()])
        };
        assert_eq!((keeper(&[&first, &other]), keeper(&[&second])), (Some(second.clone()), Some(first.clone())));
        assert_eq!((keeper(&[&first, &second]), keeper(&[&other])), (None, None));
    }

    #[test]
    fn a_part_can_be_split_again() {
        let (_, second) = split(&memo(), 4_000, id("two")).expect("it is split");
        let (second, third) = split(&second, 1_000, id("three")).expect("it is split again");
        assert_eq!(second.span(), Some(Span { start_ms: 4_000, end_ms: 5_000 }));
        assert_eq!(third.span(), Some(Span { start_ms: 5_000, end_ms: 10_000 }));
        assert_eq!((third.title.as_str(), third.records()), ("Interview (3)", memo().records()));
        assert_eq!(third.begins_at_ms(), 1_005_000);
    }

    #[test]
    fn what_an_archive_brings_reads_what_is_here() {
        let (first, second) = split(&memo(), 4_000, id("two")).expect("it is split");
        let brought = Memo { sound: None, size: 0, record_len: 0, complete: false, ..second.clone() };
        assert_eq!(view_of(&first, brought.clone()), Some(second));
        assert_eq!(view_of(&Memo { complete: false, ..first }, brought), None);
    }

    #[test]
    fn what_a_link_leads_to_stays_the_first_one() {
        let clip = Some(Clip { span: Span { start_ms: 0, end_ms: 9_000 }, size: 70, record_len: 10 });
        let part = Some(Part { file: 2, offset: 25, content_len: 1_000 });
        let hash = InfoHash::new([7; 20]);
        let received = Memo { info_hash: Some(hash), part, shared: true, clip, ..memo() };
        let (first, second) = split(&received, 4_000, id("two")).expect("it is split");
        assert_eq!((first.info_hash, first.part, first.shared, first.clip), (Some(hash), part, true, clip));
        assert_eq!((second.info_hash, second.part, second.shared, second.clip), (None, None, false, None));
        assert_eq!((second.records(), second.in_records(0..5)), (received.records(), 25..30));
    }

    #[test]
    fn next_to_an_end_there_is_nothing_to_split_off() {
        let is_split = |memo: &Memo, at_ms| split(memo, at_ms, id("two")).is_some();
        assert_eq!(
            [0, 99, 100, 9_900, 9_901, u64::MAX].map(|at_ms| is_split(&memo(), at_ms)),
            [false, false, true, true, false, false]
        );
        assert_eq!(
            [0, 5_000, u64::MAX].map(|at_ms| place_to_split(&memo(), at_ms)),
            [Some(100), Some(5_000), Some(9_900)]
        );
        let trimmed = Memo { trim: Some(Span { start_ms: 2_000, end_ms: 2_150 }), ..memo() };
        assert_eq!((place_to_split(&trimmed, 75), is_split(&trimmed, 75)), (None, false), "too short for two");
        let unlike = [
            Memo { complete: false, ..memo() },
            Memo { deleted_at_ms: Some(1), ..memo() },
            Memo { duration_ms: 0, ..memo() },
        ];
        assert!(unlike.iter().all(|memo| !is_split(memo, 5_000)));
    }

    #[test]
    fn any_title_gets_a_number_that_fits() {
        let cases = [
            ("Interview", "Interview (2)"),
            ("Interview (2)", "Interview (3)"),
            ("Interview（9）", "Interview (10)"),
            ("Interview (part)", "Interview (part) (2)"),
            ("(2)", "(2) (2)"),
            ("1999 (4294967295)", "1999 (4294967295)"),
        ];
        for (title, next) in cases {
            assert_eq!(next_title(title), next, "{title}");
        }
        let long = next_title(&"é".repeat(TITLE_MAX_CHARS));
        assert!(long.ends_with("é (2)") && long.chars().count() == TITLE_MAX_CHARS);
        let (_, untitled) = split(&Memo { title: " ".into(), ..memo() }, 4_000, id("two")).expect("it is split");
        assert_eq!(untitled.title, "Untitled memo (2)");
    }
}
