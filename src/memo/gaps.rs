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

impl Gap {
    /// What lies between the end of one sound and the beginning of the next, if somebody would miss it.
    pub fn between(end_ms: u64, start_ms: u64) -> Option<Self> {
        let length_ms = start_ms.saturating_sub(end_ms);
        (length_ms >= MIN_GAP_MS).then_some(Self { at_ms: end_ms, length_ms })
    }

    /// What happened, when, and what is safe.
    pub fn in_words(self) -> String {
        words().takes.asleep.with([&format_duration(self.at_ms), &spoken_duration(self.length_ms)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_told_with_its_place_and_length() {
        assert_eq!(Gap::between(1000, 1990), None, "nobody would miss that");
        assert_eq!(Gap::between(5000, 1000), None);
        let gap = Gap::between(185_000, 197_000).expect("twelve seconds are missing");
        assert_eq!(gap, Gap { at_ms: 185_000, length_ms: 12_000 });
        let told = gap.in_words();
        assert!(told.contains("3:05") && told.contains("12 s") && told.ends_with("the rest is safe."), "{told}");
    }
}
