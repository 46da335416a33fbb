//! A part of a memo as a memo of its own.

use std::ops::Range;

use super::{Memo, MemoId, TITLE_MAX_CHARS, Waveform, mime};
use crate::words::words;

/// In which way the bytes of a memo can be cut without being encoded again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Between two packets.
    Webm,
    /// Between two frames.
    Wav,
}

impl Cut {
    /// `None` for kinds of sound that are not cut here.
    pub fn of(memo: &Memo) -> Option<Self> {
        match mime::extension(&memo.mime) {
            "webm" => Some(Self::Webm),
            "wav" => Some(Self::Wav),
            _ => None,
        }
    }
}

/// The row of the part between two moments, before its bytes are there: what is known of them is for the caller to fill in.
pub fn part_of(memo: &Memo, range_ms: Range<u64>, id: MemoId) -> Memo {
    let end_ms = if memo.duration_ms > 0 { range_ms.end.min(memo.duration_ms) } else { range_ms.end };
    let waveform = memo.waveform.part(range_ms.start..end_ms, memo.duration_ms);
    let is_in_part = |at_ms: &&u64| range_ms.contains(at_ms);
    let markers_ms = memo.markers_ms.iter().filter(is_in_part).map(|at_ms| at_ms - range_ms.start).collect();
    Memo {
        markers_ms,
        title: title_of_part(memo),
        recorded_at_ms: memo.recorded_at_ms.saturating_add(range_ms.start),
        duration_ms: end_ms.saturating_sub(range_ms.start),
        mime: memo.mime.clone(),
        // Without a shape, it is listened to.
        waveform: if waveform.is_coarse() { Waveform::default() } else { waveform },
        ..Memo::new(id, memo.origin)
    }
}

/// "Interview (part)". A title that is too long for that is cut.
fn title_of_part(memo: &Memo) -> String {
    let marked = words().titles.part;
    let room = TITLE_MAX_CHARS.saturating_sub(marked.with([&""]).chars().count());
    marked.with([&memo.display_title().chars().take(room).collect::<String>()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;

    fn memo() -> Memo {
        Memo {
            title: "Interview".into(),
            notes: "Two hours".into(),
            recorded_at_ms: 1_000_000,
            duration_ms: 10_000,
            mime: "audio/webm;codecs=opus".into(),
            waveform: Waveform::from_peaks(&(0..=255).collect::<Vec<u8>>()),
            favourite: true,
            position_ms: 500,
            markers_ms: vec![1_000, 2_600, 5_000],
            ..Memo::new("whole".parse().expect("an id"), Origin::Received)
        }
    }

    #[test]
    fn a_part_says_what_it_is_and_when_it_was_said() {
        let part = part_of(&memo(), 2500..5000, "part".parse().expect("an id"));
        assert_eq!((part.title.as_str(), part.recorded_at_ms, part.duration_ms), ("Interview (part)", 1_002_500, 2500));
        assert_eq!(
            (part.origin, part.mime.as_str(), part.favourite),
            (Origin::Received, "audio/webm;codecs=opus", false)
        );
        assert_eq!(part.waveform.as_bytes(), (64..128).collect::<Vec<u8>>());
        assert_eq!(part.markers_ms, [100], "what was marked in it");
        assert_eq!((part.size, part.complete, part.info_hash, part.position_ms), (0, false, None, 0));
    }

    #[test]
    fn a_short_part_has_no_shape_until_it_is_heard() {
        let part = part_of(&memo(), 0..100, "part".parse().expect("an id"));
        assert!(part.waveform.is_empty());
    }

    #[test]
    fn long_titles_and_unknown_lengths_are_no_hindrance() {
        let long = Memo { title: "é".repeat(TITLE_MAX_CHARS), duration_ms: 0, ..memo() };
        let part = part_of(&long, 5000..9000, "part".parse().expect("an id"));
        assert!(part.title.ends_with("é (part)") && part.title.chars().count() == TITLE_MAX_CHARS);
        assert_eq!(part.duration_ms, 4000);
    }

    #[test]
    fn only_what_has_packets_or_frames_of_its_own_is_cut() {
        let cut = |mime: &str| Cut::of(&Memo { mime: mime.into(), ..memo() });
        assert_eq!(cut("video/webm"), Some(Cut::Webm));
        assert_eq!(cut("audio/x-wav"), Some(Cut::Wav));
        for other in ["audio/mp4", "audio/mpeg", "audio/ogg", ""] {
            assert_eq!(cut(other), None, "{other}");
        }
    }
}
