//! What kind of sound a memo is, for the details of its page.

use super::Memo;
use crate::words::{number, words};

/// "WebM Opus 32 kbit/s", "MP3 128 kbit/s", "WAV": what can be said of its type and its density.
pub fn type_in_words(memo: &Memo) -> String {
    let mime = memo.mime.to_ascii_lowercase();
    let (essence, parameters) = mime.split_once(';').unwrap_or((&mime, ""));
    let container = match essence.trim() {
        "audio/webm" | "video/webm" => "WebM",
        "audio/mp4" | "video/mp4" | "audio/x-m4a" => "MP4",
        "audio/ogg" => "Ogg",
        "audio/opus" => "Opus",
        "audio/mpeg" => "MP3",
        "audio/wav" | "audio/x-wav" => "WAV",
        "audio/flac" => "FLAC",
        "audio/aac" => "AAC",
        _ => words().titles.some_sound,
    };
    let codec = if parameters.contains("opus") {
        " Opus"
    } else if parameters.contains("mp4a") {
        " AAC"
    } else {
        ""
    };
    // Eight bits of each byte over thousands of both: bits per millisecond are kilobits per second.
    let name = format!("{container}{codec}");
    match (memo.size * 8).checked_div(memo.duration_ms) {
        Some(rate) if rate > 0 => {
            let rate = number(usize::try_from(rate).unwrap_or(usize::MAX));
            words().titles.at_bit_rate.with([&name, &rate])
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;

    #[test]
    fn a_type_is_told_as_far_as_it_is_known() {
        let cases = [
            ("audio/webm;codecs=opus", 84_000, 336_000, "WebM Opus 32 kbit/s"),
            ("audio/mp4; codecs=\"mp4a.40.2\"", 1000, 8000, "MP4 AAC 64 kbit/s"),
            ("audio/mpeg", 0, 8000, "MP3"),
            ("", 1000, 10, "Audio"),
        ];
        for (mime, duration_ms, size, words) in cases {
            let id = "m".parse().expect("an id");
            let memo = Memo { mime: mime.into(), duration_ms, size, ..Memo::new(id, Origin::File) };
            assert_eq!(type_in_words(&memo), words, "{mime}");
        }
    }
}
