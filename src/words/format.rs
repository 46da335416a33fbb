//! Lengths, sizes and counts in words.

use super::formats::{Unit, Width};
use super::{formats, words};

/// "1:24", "58:03", "1:02:03", as lists and the player show it.
pub fn format_duration(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    local_digits(if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    })
}

/// "−0:52", as the player shows what is left. With a true minus sign.
pub fn format_remaining(position_ms: u64, duration_ms: u64) -> String {
    // Whole seconds on both sides, so that the two times always add up to the length.
    format!("−{}", format_duration((duration_ms / 1000).saturating_sub(position_ms / 1000) * 1000))
}

/// "0:47" and ".3": the recorder's clock and its tenths, which are set smaller.
pub fn format_clock(elapsed_ms: u64) -> (String, String) {
    (format_duration(elapsed_ms), local_digits(format!("{}{}", formats().point(), elapsed_ms / 100 % 10)))
}

/// A clock's digits as the language writes them.
fn local_digits(text: String) -> String {
    let zero = formats().zero();
    if zero == '0' {
        return text;
    }
    let local = |c: char| c.to_digit(10).and_then(|digit| char::from_u32(u32::from(zero) + digit)).unwrap_or(c);
    text.chars().map(local).collect()
}

/// "1 min 24 s", "42 s", "1 h 2 min", for sentences and for screen readers.
pub fn spoken_duration(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(measure(hours, Unit::Hour));
    }
    if minutes > 0 {
        parts.push(measure(minutes, Unit::Minute));
    }
    if hours == 0 && (seconds > 0 || minutes == 0) {
        parts.push(measure(seconds, Unit::Second));
    }
    parts.join(" ")
}

/// "24.3 s", "1 min 24.3 s", "1 h 2 min 24.3 s": a moment as exact as it can be chosen, for screen readers.
#[expect(clippy::cast_precision_loss, reason = "at most 599 tenths")]
pub fn spoken_moment(position_ms: u64) -> String {
    let seconds = position_ms / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(measure(hours, Unit::Hour));
    }
    if hours > 0 || minutes > 0 {
        parts.push(measure(minutes, Unit::Minute));
    }
    let tenths = position_ms / 100 % 600;
    parts.push(formats().measure(tenths as f64 / 10.0, 1, Unit::Second, Width::Short));
    parts.join(" ")
}

/// "1 second", "40 seconds", "12 minutes", "5 hours": about how long something takes.
#[expect(clippy::cast_precision_loss, reason = "nobody waits for so many hours")]
pub fn rough_duration(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..60 => (seconds.max(1), Unit::Second),
        60..3600 => (seconds / 60, Unit::Minute),
        _ => (seconds / 3600, Unit::Hour),
    };
    formats().measure(count as f64, 0, unit, Width::Long)
}

#[expect(clippy::cast_precision_loss, reason = "hours, minutes and seconds of a memo")]
fn measure(count: u64, unit: Unit) -> String {
    formats().measure(count as f64, 0, unit, Width::Short)
}

/// "87 bytes", "412 KB", "3.4 MB", "21 MB", "1.2 GB". A kilobyte has 1000 bytes, as in every file manager but one.
#[expect(clippy::cast_precision_loss, reason = "three digits are shown")]
pub fn format_size(bytes: u64) -> String {
    const UNITS: [Unit; 4] = [Unit::Kilobyte, Unit::Megabyte, Unit::Gigabyte, Unit::Terabyte];
    if bytes < 1000 {
        return formats().measure(bytes as f64, 0, Unit::Byte, Width::Long);
    }
    // In tenths of the unit. The step to the next unit comes before rounding would show four digits.
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 9995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    if unit > 0 && tenths < 100 {
        formats().measure(tenths as f64 / 10.0, 1, UNITS[unit], Width::Short)
    } else {
        formats().measure(((tenths + 5) / 10) as f64, 0, UNITS[unit], Width::Short)
    }
}

/// "310 KB/s".
pub fn format_rate(bytes_per_second: u64) -> String {
    words().common.per_second.with([&format_size(bytes_per_second)])
}

/// "10,000".
#[expect(clippy::cast_precision_loss, reason = "counts of things on one device")]
pub fn number(count: usize) -> String {
    formats().number(count as f64, 0)
}

/// "1.25": with at most two digits behind the point.
pub fn decimal(value: f64) -> String {
    formats().number(value, 2)
}

/// What stands alone begins with a capital letter, where a script has them: French writes "mardi" within a sentence.
pub fn capitalized(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// "64 %".
pub fn percentage(percent: u8) -> String {
    formats().percentage(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_as_short_as_they_can_be() {
        let cases = [
            (0, "0:00", "0 s"),
            (999, "0:00", "0 s"),
            (42_000, "0:42", "42 s"),
            (84_000, "1:24", "1 min 24 s"),
            (120_000, "2:00", "2 min"),
            (3_483_000, "58:03", "58 min 3 s"),
            (3_600_000, "1:00:00", "1 h"),
            (3_723_000, "1:02:03", "1 h 2 min"),
            (360_000_000, "100:00:00", "100 h"),
        ];
        for (ms, short, spoken) in cases {
            assert_eq!((format_duration(ms).as_str(), spoken_duration(ms).as_str()), (short, spoken), "{ms} ms");
        }
    }

    #[test]
    fn moments_are_spoken_to_a_tenth_of_a_second() {
        let cases = [(0, "0 s"), (24_390, "24.3 s"), (84_000, "1 min 24 s"), (3_744_300, "1 h 2 min 24.3 s")];
        for (ms, spoken) in cases {
            assert_eq!(spoken_moment(ms), spoken);
        }
    }

    #[test]
    fn position_and_rest_add_up() {
        assert_eq!(format_remaining(32_400, 84_900), "−0:52");
        assert_eq!(format_remaining(90_000, 84_900), "−0:00");
    }

    #[test]
    fn the_recorder_shows_tenths() {
        assert_eq!(format_clock(47_399), ("0:47".to_owned(), ".3".to_owned()));
    }

    #[test]
    fn rough_lengths_have_one_unit() {
        let cases = [(0, "1 second"), (59, "59 seconds"), (60, "1 minute"), (7199, "1 hour"), (7200, "2 hours")];
        for (seconds, expected) in cases {
            assert_eq!(rough_duration(seconds), expected);
        }
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!([0, 999, 1000, 10_000, 1_234_567].map(number), ["0", "999", "1,000", "10,000", "1,234,567"]);
    }

    #[test]
    fn sizes_keep_two_or_three_digits() {
        let cases = [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1 KB"),
            (411_600, "412 KB"),
            (999_499, "999 KB"),
            (999_500, "1 MB"),
            (3_400_000, "3.4 MB"),
            (21_400_000, "21 MB"),
            (1_200_000_000, "1.2 GB"),
            (u64::MAX, "18,446,744 TB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(format_size(bytes), text, "{bytes}");
        }
    }
}
