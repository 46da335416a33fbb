//! Lengths and sizes in words.

/// "1:24", "58:03", "1:02:03", as lists and the player show it.
pub fn format_duration(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// "−0:52", as the player shows what is left. With a true minus sign.
pub fn format_remaining(position_ms: u64, duration_ms: u64) -> String {
    // Whole seconds on both sides, so that the two times always add up to the length.
    format!("−{}", format_duration((duration_ms / 1000).saturating_sub(position_ms / 1000) * 1000))
}

/// "0:47" and ".3": the recorder's clock and its tenths, which are set smaller.
pub fn format_clock(elapsed_ms: u64) -> (String, String) {
    (format_duration(elapsed_ms), format!(".{}", elapsed_ms / 100 % 10))
}

/// "1 min 24 s", "42 s", "1 h 2 min", for sentences and for screen readers.
pub fn spoken_duration(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes, seconds) {
        (0, 0, _) => format!("{seconds} s"),
        (0, _, 0) => format!("{minutes} min"),
        (0, _, _) => format!("{minutes} min {seconds} s"),
        (_, 0, _) => format!("{hours} h"),
        _ => format!("{hours} h {minutes} min"),
    }
}

/// "24.3 s", "1 min 24.3 s", "1 h 2 min 24.3 s": a moment as exact as it can be chosen, for screen readers.
pub fn spoken_moment(position_ms: u64) -> String {
    let (seconds, tenths) = (position_ms / 1000, position_ms / 100 % 10);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds}.{tenths} s"),
        (0, _) => format!("{minutes} min {seconds}.{tenths} s"),
        _ => format!("{hours} h {minutes} min {seconds}.{tenths} s"),
    }
}

/// "87 bytes", "412 KB", "3.4 MB", "21 MB", "1.2 GB". A kilobyte has 1000 bytes, as in every file manager but one.
pub fn format_size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if bytes == 1 {
        return "1 byte".to_owned();
    }
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    // In tenths of the unit. The step to the next unit comes before rounding would show four digits.
    let mut tenths = bytes / 100;
    let mut unit = 0;
    while tenths >= 9995 && unit + 1 < UNITS.len() {
        tenths = (tenths + 500) / 1000;
        unit += 1;
    }
    if unit > 0 && tenths < 100 && !tenths.is_multiple_of(10) {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    } else {
        format!("{} {}", (tenths + 5) / 10, UNITS[unit])
    }
}

/// "1 memo", "3 memos", "10,000 memos".
pub fn count_in_words(count: usize, thing: &str) -> String {
    let digits = count.to_string();
    let mut number = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            number.push(',');
        }
        number.push(digit);
    }
    format!("{number} {thing}{}", if count == 1 { "" } else { "s" })
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
        let cases = [(0, "0.0 s"), (24_390, "24.3 s"), (84_000, "1 min 24.0 s"), (3_744_300, "1 h 2 min 24.3 s")];
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
    fn things_are_counted() {
        let words = [0, 1, 3, 999, 1000, 10_000, 1_234_567].map(|count| count_in_words(count, "memo"));
        let expected = ["0 memos", "1 memo", "3 memos", "999 memos", "1,000 memos", "10,000 memos", "1,234,567 memos"];
        assert_eq!(words, expected);
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
            (u64::MAX, "18446744 TB"),
        ];
        for (bytes, text) in cases {
            assert_eq!(format_size(bytes), text, "{bytes}");
        }
    }
}
