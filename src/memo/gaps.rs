//! What is missing within a recording: a device that sleeps puts the page to sleep, and its microphone with it.

use serde::{Deserialize, Serialize};

use crate::words::{format_duration, spoken_duration, words};

/// More are not told one by one.
pub const MAX_GAPS: usize = 20;

/// From here on somebody would miss a word. Recorders leave a tenth of a second out when a machine is busy.
const MIN_GAP_MS: u64 = 1000;

/// Nothing was recorded for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    /// Where in the memo, in milliseconds.
    pub at_ms: u64,
    /// For so many milliseconds.
    pub length_ms: u64,
}

/// What is known when a slice of a recording came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// How long the recording should be, without pauses, in milliseconds.
    pub elapsed_ms: u64,
    /// For how long of it there is sound.
    pub sounding_ms: u64,
    /// Where its sound ends in the memo.
    pub until_ms: u64,
}

/// Where time passed and no sound came, not even later: a slice that is late is no gap.
pub fn gaps(slices: &[Heard]) -> Vec<Gap> {
    let lag = |heard: &Heard| heard.elapsed_ms.saturating_sub(heard.sounding_ms);
    let mut gaps = Vec::new();
    // From the end, since what is missing stays missing.
    let mut least_later = slices.last().map_or(0, lag);
    for heard in slices.iter().rev() {
        let least = least_later.min(lag(heard));
        let length_ms = least_later - least;
        if length_ms >= MIN_GAP_MS {
            gaps.push(Gap { at_ms: heard.until_ms, length_ms });
        }
        least_later = least;
    }
    gaps.reverse();
    gaps.truncate(MAX_GAPS);
    gaps
}

/// Where a moment of the recording lies in the memo, which may have no room for what is missing.
pub fn place_in_memo(elapsed_ms: u64, slices: &[Heard]) -> u64 {
    let place = slices.partition_point(|heard| heard.elapsed_ms < elapsed_ms);
    match slices.get(place) {
        // Within a slice, counted back from its end, and no further than to its beginning.
        Some(heard) => {
            let begins_ms = place.checked_sub(1).map_or(0, |before| slices[before].until_ms);
            heard.until_ms.saturating_sub(heard.elapsed_ms - elapsed_ms).max(begins_ms)
        }
        None => slices.last().map_or(elapsed_ms, |last| last.until_ms),
    }
}

impl Gap {
    /// What happened, when, and what is safe.
    pub fn in_words(self) -> String {
        words().takes.asleep.with([&format_duration(self.at_ms), &spoken_duration(self.length_ms)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(slices: &[(u64, u64, u64)]) -> Vec<Heard> {
        let slice = |&(elapsed_ms, sounding_ms, until_ms)| Heard { elapsed_ms, sounding_ms, until_ms };
        slices.iter().map(slice).collect()
    }

    #[test]
    fn a_gap_is_told_with_its_place_and_length() {
        let told = Gap { at_ms: 185_000, length_ms: 12_000 }.in_words();
        assert!(told.contains("3:05") && told.contains("12 s") && told.ends_with("the rest is safe."), "{told}");
    }

    #[test]
    fn time_without_sound_is_a_gap_whether_it_was_left_out_or_jumped_over() {
        let expected = [Gap { at_ms: 2_000, length_ms: 6_000 }];
        let left_out =
            heard(&[(1_000, 1_000, 1_000), (2_000, 2_000, 2_000), (9_000, 3_000, 3_000), (10_000, 4_000, 4_000)]);
        assert_eq!(gaps(&left_out), expected);
        let jumped_over =
            heard(&[(1_000, 1_000, 1_000), (2_000, 2_000, 2_000), (9_000, 3_000, 9_000), (10_000, 4_000, 10_000)]);
        assert_eq!(gaps(&jumped_over), expected);
        // Markers were set by the clock.
        assert_eq!([1_500, 5_000, 9_500, 99_000].map(|at| place_in_memo(at, &left_out)), [1_500, 2_000, 3_500, 4_000]);
        assert_eq!([1_500, 5_000, 9_500].map(|at| place_in_memo(at, &jumped_over)), [1_500, 5_000, 9_500]);
        assert_eq!(place_in_memo(700, &[]), 700);
    }

    #[test]
    fn what_is_late_or_lost_little_by_little_is_no_gap() {
        let late = heard(&[(1_000, 1_000, 1_000), (4_000, 2_000, 2_000), (4_100, 4_000, 4_000), (5_000, 5_000, 5_000)]);
        assert_eq!(gaps(&late), []);
        let slow: Vec<Heard> = (1..200).map(|n| (n * 1_050, n * 1_000, n * 1_000)).map(|it| heard(&[it])[0]).collect();
        assert_eq!(gaps(&slow), []);
        assert_eq!(gaps(&[]), []);
        let many: Vec<Heard> = (1..200).map(|n| (n * 5_000, n * 1_000, n * 1_000)).map(|it| heard(&[it])[0]).collect();
        assert_eq!(gaps(&many).len(), MAX_GAPS);
    }
}
