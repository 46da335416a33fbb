//! What a listener may ask of the player beside playing: a part again and again, silence left out, one memo after the other.

use super::MemoId;
use crate::words::words;

/// A part that is played again and again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repeat {
    /// Playing goes on to the end.
    #[default]
    Off,
    /// It begins here, in milliseconds; where it ends is not said yet.
    From(u64),
    /// From here to there.
    Between(u64, u64),
}

impl Repeat {
    /// A shorter part is taken for a slip of the finger.
    const SHORTEST_MS: u64 = 500;

    /// What the one button makes of it: the beginning, the end, and no more.
    #[must_use]
    pub fn pressed(self, position_ms: u64) -> Self {
        match self {
            Self::Off => Self::From(position_ms),
            Self::From(other) if other.abs_diff(position_ms) < Self::SHORTEST_MS => Self::Off,
            Self::From(other) => Self::Between(other.min(position_ms), other.max(position_ms)),
            Self::Between(..) => Self::Off,
        }
    }

    /// What the button says.
    pub fn label(self) -> &'static str {
        let texts = &words().listening;
        match self {
            Self::Off => texts.repeat_from_here,
            Self::From(_) => texts.repeat_until_here,
            Self::Between(..) => texts.stop_repeating,
        }
    }

    /// Where playing goes on when it has come so far; `None`: right here.
    pub fn goes_on_at(self, position_ms: u64) -> Option<u64> {
        match self {
            Self::Between(start, end) if position_ms >= end => Some(start),
            _ => None,
        }
    }
}

/// Hears when nobody speaks. What counts as quiet follows how loud the memo is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pauses {
    /// The loudest of the last seconds, 0 to 1.
    loudness: f32,
    quiet_ms: u32,
}

impl Pauses {
    /// Speech has gaps between words; these stay.
    const PATIENCE_MS: u32 = 400;
    /// A room behind a voice.
    const SHARE_OF_LOUDNESS: f32 = 0.06;
    /// What is lower than this is no sound in any memo: -46 dB.
    const FLOOR: f32 = 0.005;
    /// What is left of the loudness after a second without anything loud.
    const FADE_PER_S: f32 = 0.93;

    /// Takes the loudest moment of the next stretch of sound; says whether it is a pause.
    pub fn push(&mut self, peak: f32, length_ms: u32) -> bool {
        let fade = Self::FADE_PER_S.powf(length_ms as f32 / 1000.0);
        self.loudness = (self.loudness * fade).max(peak);
        let is_quiet = peak < (self.loudness * Self::SHARE_OF_LOUDNESS).max(Self::FLOOR);
        self.quiet_ms = if is_quiet { self.quiet_ms.saturating_add(length_ms) } else { 0 };
        self.quiet_ms >= Self::PATIENCE_MS
    }
}

/// How fast a pause is played at this speed. Browsers give no sound above 4, and the end of a pause has to be heard.
pub fn speed_in_pause(speed: f64) -> f64 {
    (3.0 * speed).min(4.0)
}

/// The memos above and below this one in a list.
pub fn neighbours<'a>(listed: &'a [MemoId], id: &MemoId) -> (Option<&'a MemoId>, Option<&'a MemoId>) {
    let Some(at) = listed.iter().position(|listed| listed == id) else { return (None, None) };
    (at.checked_sub(1).and_then(|above| listed.get(above)), listed.get(at + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_button_says_where_a_part_begins_and_ends() {
        let part = Repeat::Off.pressed(9_000).pressed(4_000);
        assert_eq!(part, Repeat::Between(4_000, 9_000), "in whichever order");
        assert_eq!(part.goes_on_at(8_999), None);
        assert_eq!(part.goes_on_at(9_000), Some(4_000));
        assert_eq!(part.goes_on_at(1_000), None, "somebody went there");
        assert_eq!(part.pressed(5_000), Repeat::Off);
        assert_eq!(Repeat::From(4_000).pressed(4_100), Repeat::Off, "a slip of the finger");
        assert_eq!(Repeat::From(4_000).goes_on_at(100_000), None);
    }

    #[test]
    fn a_pause_is_long_and_quiet_for_this_memo() {
        let heard = |levels: &[f32]| {
            let mut pauses = Pauses::default();
            levels.iter().map(|level| pauses.push(*level, 50)).collect::<Vec<_>>()
        };
        let mut levels = vec![0.5; 20];
        levels.extend([0.02; 20]);
        levels.push(0.3);
        let pauses = heard(&levels);
        assert!(!pauses[26], "a gap between words is left");
        assert!(pauses[27..40].iter().all(|pause| *pause), "the noise of the room is no speech");
        assert!(!pauses[40], "the first sound ends it");
        assert!(!heard(&[0.02; 40])[39], "a quiet memo is not silence");
        assert!(heard(&[0.001; 40])[39]);
    }

    #[test]
    fn a_pause_is_never_played_so_fast_that_it_cannot_be_heard() {
        assert_eq!([0.5, 1.0, 3.0].map(speed_in_pause), [1.5, 3.0, 4.0]);
    }

    #[test]
    fn neighbours_are_those_of_the_list() {
        let [first, second, third, other] = ["first", "second", "third", "other"].map(|id| id.parse().expect("an id"));
        let listed = [first, second, third];
        assert_eq!(neighbours(&listed, &listed[1]), (Some(&listed[0]), Some(&listed[2])));
        assert_eq!(neighbours(&listed, &listed[0]), (None, Some(&listed[1])));
        assert_eq!(neighbours(&listed, &listed[2]), (Some(&listed[1]), None));
        assert_eq!(neighbours(&listed, &other), (None, None));
    }
}
