//! The title that a memo has before somebody gives it one.

use crate::words::{DateForm, LocalTime, capitalized, words};

/// "Tuesday morning, 07:31": when it was said, as one would remember it.
pub fn default_title(at: LocalTime) -> String {
    let texts = &words().titles;
    let title = match at.hour {
        5..=11 => &texts.morning,
        12..=16 => &texts.afternoon,
        17..=21 => &texts.evening,
        _ => &texts.night,
    };
    capitalized(&title.with([&at.written(DateForm::Weekday), &at.written(DateForm::FullClock)]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_says_when() {
        let title = |hour, minute| default_title(LocalTime { year: 2026, month: 11, day: 17, hour, minute });
        assert_eq!(title(7, 31), "Tuesday morning, 07:31");
        assert_eq!(title(12, 0), "Tuesday afternoon, 12:00");
        assert_eq!(title(21, 59), "Tuesday evening, 21:59");
        assert_eq!(title(22, 0), "Tuesday night, 22:00");
        assert_eq!(title(4, 59), "Tuesday night, 04:59");
    }
}
