//! How long a recording may still get.

use crate::words::words;

/// From here on the person is told.
const TELL_BELOW_MS: u64 = 60 * 60 * 1000;

/// How much longer a recording at this bit rate fits into what is left of the disk, in milliseconds. The sound is stored once
/// while it is recorded, and once more when the memo is made of it.
pub fn room_ms(free_bytes: u64, bits_per_second: u32) -> u64 {
    let bytes_per_second = u64::from(bits_per_second.max(1)).div_ceil(8) * 2;
    (free_bytes / bytes_per_second).saturating_mul(1000)
}

/// What to say about it: nothing while there is room for an hour.
pub fn room_in_words(room_ms: u64) -> Option<String> {
    let texts = &words().takes;
    match room_ms / 60_000 {
        _ if room_ms >= TELL_BELOW_MS => None,
        0 => Some(texts.nearly_full.to_owned()),
        minutes => Some(texts.minutes_left.of(minutes as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_told_in_minutes() {
        // 32 kbit/s, stored twice: 8 kB for each second.
        assert_eq!(room_ms(8_000 * 60, 32_000), 60_000);
        assert_eq!(
            room_in_words(room_ms(8_000 * 60 * 42, 32_000)).as_deref(),
            Some("This device has room for about 42 minutes more.")
        );
        assert_eq!(room_in_words(TELL_BELOW_MS), None);
        assert_eq!(room_in_words(119_999).as_deref(), Some("This device has room for about a minute more."));
        assert!(room_in_words(59_999).is_some_and(|words| words.contains("nearly full")));
        assert_eq!(room_ms(1_000, 0), 500_000, "no rate is no reason to divide by zero");
    }
}
