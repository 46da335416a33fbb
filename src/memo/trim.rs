//! A trimmed memo: what is heard of it is a part of its sound. The bytes stay as they are, so it can be taken back for ever.
//!
//! A row speaks of all of the sound: length, shape, markers and the place where listening stopped are what they are, however the
//! memo is trimmed, and so is the time at which it was recorded. What people see and hear is counted from the beginning of the
//! part, and asked for here.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Cut, Gap, Memo, Records, Waveform, add_marker};

/// A stretch of a sound, in milliseconds from the sound's beginning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Span {
    /// Where it begins.
    pub start_ms: u64,
    /// Where it is over.
    pub end_ms: u64,
}

/// A part of a memo that became a file of its own, beside the memo's bytes, because its link gives that part alone; or all of a memo
/// whose bytes lie among those of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clip {
    /// Which part it was cut for.
    pub span: Span,
    /// Its bytes.
    pub size: u64,
    /// Bytes of each of its records but the last.
    pub record_len: u32,
}

/// What a memo's link gives, or would give.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkGives {
    /// What is heard of the memo here.
    WhatIsHeard,
    /// All of it, though it is trimmed here: the link is older.
    AllOfIt,
    /// Another part of it than is heard here: the link is older.
    Part(Span),
    /// There is none: the memo is trimmed, and sounds of its kind cannot be cut. It would give what was trimmed away, too.
    Nothing,
}

impl Span {
    /// How long it is.
    pub fn length_ms(self) -> u64 {
        self.end_ms.saturating_sub(self.start_ms)
    }

    /// As a range of time.
    pub fn range_ms(self) -> Range<u64> {
        self.start_ms..self.end_ms
    }

    /// Where a moment of the part is in the sound.
    pub fn in_sound(self, at_ms: u64) -> u64 {
        self.start_ms.saturating_add(at_ms.min(self.length_ms()))
    }

    /// Where a moment of the sound is in the part, if it belongs to it.
    pub fn in_part(self, at_ms: u64) -> Option<u64> {
        (self.start_ms..=self.end_ms).contains(&at_ms).then(|| at_ms - self.start_ms)
    }

    /// The same; outside of the part it is the nearer end of it.
    pub fn nearest_in_part(self, at_ms: u64) -> u64 {
        at_ms.saturating_sub(self.start_ms).min(self.length_ms())
    }

    /// How much there is to hear of a sound of this length; 0 means that the length is not known.
    pub fn length_in(self, sound_ms: u64) -> u64 {
        let end_ms = if sound_ms == 0 { self.end_ms } else { self.end_ms.min(sound_ms) };
        end_ms.saturating_sub(self.start_ms)
    }
}

impl Memo {
    /// The part that is heard, when the memo is trimmed. A stored row may claim anything: what is no part is none.
    pub fn span(&self) -> Option<Span> {
        let Span { start_ms, end_ms } = self.trim?;
        let end_ms = if self.duration_ms == 0 { end_ms } else { end_ms.min(self.duration_ms) };
        let is_all = start_ms == 0 && end_ms == self.duration_ms;
        (start_ms < end_ms && !is_all).then_some(Span { start_ms, end_ms })
    }

    /// How long it is heard; 0 while that is not known.
    pub fn length_ms(&self) -> u64 {
        self.span().map_or(self.duration_ms, Span::length_ms)
    }

    /// When what is heard of it began, in Unix milliseconds; 0 when nobody knows.
    pub fn begins_at_ms(&self) -> u64 {
        match (self.recorded_at_ms, self.span()) {
            (0, _) => 0,
            (recorded_at_ms, Some(span)) => recorded_at_ms.saturating_add(span.start_ms),
            (recorded_at_ms, None) => recorded_at_ms,
        }
    }

    /// What is heard of it: its part, or all of it.
    pub fn heard(&self) -> Span {
        self.span().unwrap_or(Span { start_ms: 0, end_ms: self.duration_ms })
    }

    /// The shape of what is heard.
    pub fn shape(&self) -> Waveform {
        match self.span() {
            Some(span) => self.waveform.part(span.range_ms(), self.duration_ms),
            None => self.waveform.clone(),
        }
    }

    /// The marked moments that are heard, in order.
    pub fn marks(&self) -> Vec<u64> {
        match self.span() {
            Some(span) => self.markers_ms.iter().filter_map(|at_ms| span.in_part(*at_ms)).collect(),
            None => self.markers_ms.clone(),
        }
    }

    /// What is missing within what is heard.
    pub fn heard_gaps(&self) -> Vec<Gap> {
        let Some(span) = self.span() else { return self.gaps.clone() };
        let heard = |gap: &Gap| span.in_part(gap.at_ms).map(|at_ms| Gap { at_ms, ..*gap });
        self.gaps.iter().filter_map(heard).collect()
    }

    /// Marks a moment of what is heard.
    pub fn add_mark(&mut self, at_ms: u64) {
        let at_ms = self.in_sound(at_ms);
        add_marker(&mut self.markers_ms, at_ms);
    }

    /// Takes the mark from a moment of what is heard.
    pub fn remove_mark(&mut self, at_ms: u64) {
        let at_ms = self.in_sound(at_ms);
        self.markers_ms.retain(|marker| *marker != at_ms);
    }

    /// Where listening stopped; at the beginning, when that place is not heard any more.
    pub fn place_ms(&self) -> u64 {
        self.span().map_or(self.position_ms, |span| span.in_part(self.position_ms).unwrap_or(0))
    }

    /// Notes where listening stopped.
    pub fn keep_place(&mut self, at_ms: u64) {
        self.position_ms = self.in_sound(at_ms);
    }

    /// What its link gives, or would give.
    pub fn link_gives(&self) -> LinkGives {
        let all = Span { start_ms: 0, end_ms: self.duration_ms };
        if self.info_hash.is_none() {
            let is_uncut = self.span().is_some() && Cut::of(self).is_none();
            return if is_uncut { LinkGives::Nothing } else { LinkGives::WhatIsHeard };
        }
        match self.clip.map_or(all, |clip| clip.span) {
            given if given == self.heard() => LinkGives::WhatIsHeard,
            given if given == all => LinkGives::AllOfIt,
            given => LinkGives::Part(given),
        }
    }

    /// The records of what its link gives: where its torrent's pieces lie.
    pub fn shared_records(&self) -> Records {
        match self.clip {
            Some(Clip { size, record_len, .. }) => Records { id: self.id.of_clip(), record_len, len: size },
            None => self.records(),
        }
    }

    fn in_sound(&self, at_ms: u64) -> u64 {
        self.span().map_or(at_ms, |span| span.in_sound(at_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;
    use crate::torrent::InfoHash;

    fn span(start_ms: u64, end_ms: u64) -> Span {
        Span { start_ms, end_ms }
    }

    fn whole() -> Memo {
        Memo {
            duration_ms: 10_000,
            mime: "audio/webm".into(),
            waveform: Waveform::from_peaks(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
            position_ms: 4_000,
            markers_ms: vec![1_000, 3_000, 5_000, 9_000],
            gaps: [1_000, 3_000].map(|at_ms| Gap { at_ms, length_ms: 7_000 }).to_vec(),
            ..Memo::new("whole".parse().expect("an id"), Origin::Recorded)
        }
    }

    fn trimmed() -> Memo {
        Memo { trim: Some(span(2_000, 6_000)), ..whole() }
    }

    #[test]
    fn a_trimmed_memo_is_as_long_as_its_part_and_looks_like_it() {
        let memo = trimmed();
        let recorded = |memo: Memo| Memo { recorded_at_ms: 50_000, ..memo }.begins_at_ms();
        assert_eq!((recorded(trimmed()), recorded(whole()), memo.begins_at_ms()), (52_000, 50_000, 0));
        assert_eq!((memo.heard(), whole().heard()), (span(2_000, 6_000), span(0, 10_000)));
        assert_eq!((memo.length_ms(), memo.shape().as_bytes()), (4_000, &[3, 4, 5, 6][..]));
        assert_eq!((memo.marks(), memo.place_ms()), (vec![1_000, 3_000], 2_000));
        assert_eq!(memo.heard_gaps(), [Gap { at_ms: 1_000, length_ms: 7_000 }]);
        let whole = whole();
        assert_eq!((whole.length_ms(), whole.shape()), (10_000, whole.waveform.clone()));
        assert_eq!((whole.marks(), whole.place_ms()), (whole.markers_ms.clone(), 4_000));
        assert_eq!(whole.heard_gaps(), whole.gaps);
    }

    #[test]
    fn what_is_done_to_the_part_is_there_when_all_of_it_is_shown() {
        let mut memo = trimmed();
        memo.add_mark(500);
        memo.remove_mark(1_000);
        memo.keep_place(1_500);
        memo.trim = None;
        assert_eq!((memo.marks(), memo.place_ms()), (vec![1_000, 2_500, 5_000, 9_000], 3_500));
        memo.trim = Some(span(5_000, 6_000));
        assert_eq!(memo.place_ms(), 0, "listening stopped before the part");
    }

    #[test]
    fn moments_are_where_they_sound() {
        let part = span(2_000, 6_000);
        assert_eq!([0, 1, 4_000, 9_000].map(|at| part.in_sound(at)), [2_000, 2_001, 6_000, 6_000]);
        let in_part = [1_999, 2_000, 6_000, 6_001].map(|at| part.in_part(at));
        assert_eq!(in_part, [None, Some(0), Some(4_000), None]);
        assert_eq!([0, 2_500, 9_000].map(|at| part.nearest_in_part(at)), [0, 500, 4_000]);
        assert_eq!([0, 10_000, 5_000, 1_000].map(|sound| part.length_in(sound)), [4_000, 4_000, 3_000, 0]);
    }

    #[test]
    fn what_is_no_part_is_none() {
        for (start_ms, end_ms) in [(0, 10_000), (0, u64::MAX), (6_000, 2_000), (3_000, 3_000), (20_000, 30_000)] {
            let memo = Memo { trim: Some(span(start_ms, end_ms)), ..whole() };
            assert_eq!((memo.span(), memo.length_ms()), (None, 10_000), "{start_ms} to {end_ms}");
        }
        let beyond = Memo { trim: Some(span(2_000, u64::MAX)), ..whole() };
        assert_eq!(beyond.span(), Some(span(2_000, 10_000)));
        let unknown = Memo { duration_ms: 0, ..trimmed() };
        assert_eq!((unknown.span(), unknown.shape()), (Some(span(2_000, 6_000)), Waveform::default()));
    }

    #[test]
    fn a_link_goes_on_giving_what_it_gave() {
        let hash = Some(InfoHash::new([7; 20]));
        let clip_of = |span| Some(Clip { span, size: 70, record_len: 10 });
        let (clip, all) = (clip_of(span(2_000, 6_000)), clip_of(span(0, 10_000)));
        let song = Memo { mime: "audio/mpeg".into(), ..trimmed() };
        let cases = [
            (whole(), LinkGives::WhatIsHeard),
            (trimmed(), LinkGives::WhatIsHeard),
            (song.clone(), LinkGives::Nothing),
            (Memo { trim: None, ..song.clone() }, LinkGives::WhatIsHeard),
            (Memo { info_hash: hash, ..whole() }, LinkGives::WhatIsHeard),
            (Memo { info_hash: hash, ..trimmed() }, LinkGives::AllOfIt),
            (Memo { info_hash: hash, ..song }, LinkGives::AllOfIt),
            (Memo { info_hash: hash, clip, ..trimmed() }, LinkGives::WhatIsHeard),
            (Memo { info_hash: hash, clip, ..whole() }, LinkGives::Part(span(2_000, 6_000))),
            (Memo { info_hash: hash, clip: all, ..whole() }, LinkGives::WhatIsHeard),
            (Memo { info_hash: hash, clip: all, ..trimmed() }, LinkGives::AllOfIt),
        ];
        for (memo, gives) in cases {
            assert_eq!(memo.link_gives(), gives, "{memo:?}");
        }
    }

    #[test]
    fn what_a_link_gives_lies_beside_what_is_heard() {
        let clip = Some(Clip { span: span(2_000, 6_000), size: 70, record_len: 10 });
        let memo = Memo { size: 200, record_len: 20, clip, ..trimmed() };
        let beside = Records { id: "whole-clip".parse().expect("an id"), record_len: 10, len: 70 };
        assert_eq!((memo.shared_records(), memo.records().len), (beside, 200));
        assert_eq!(Memo { clip: None, ..memo.clone() }.shared_records(), memo.records());
    }
}
