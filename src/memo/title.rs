//! The title that a memo has before somebody gives it one.

use super::LocalTime;

/// "Tuesday morning, 07:31": when it was said, as one would remember it.
pub fn default_title(at: LocalTime) -> String {
    let part = match at.hour {
        5..=11 => "morning",
        12..=16 => "afternoon",
        17..=21 => "evening",
        _ => "night",
    };
    format!("{} {part}, {:02}:{:02}", at.weekday_name(), at.hour, at.minute)
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
