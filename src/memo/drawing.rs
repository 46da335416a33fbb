//! A waveform as the strokes of two SVG paths: what is dark (heard, or here already), and the rest.

use std::fmt::Write;
use std::ops::Range;

/// From one bar to the next, in the units of the drawing. A bar is as wide as its stroke: 3 of these 5.
pub const BAR_PITCH: usize = 5;

/// The lowest bar that is still seen, as a share of the height.
const FLOOR: f64 = 0.04;

/// The `d` of the dark and of the light path. `bars` hold 0..=255; `is_dark` says it of each bar by its index.
///
/// Strokes, not rectangles: two nodes for each memo instead of a hundred keep long lists light, and round caps come free.
pub fn draw_bars(bars: &[u8], height: u32, is_dark: impl Fn(usize) -> bool) -> (String, String) {
    let (mut dark, mut light) = (String::new(), String::new());
    // The round caps stand out by half a stroke, 1.5, at both ends.
    let room = f64::from(height) - 3.0;
    for (index, &bar) in bars.iter().enumerate() {
        let length = room * (f64::from(bar) / 255.0).max(FLOOR);
        let x = index * BAR_PITCH + 2;
        let top = (f64::from(height) - length) / 2.0;
        let path = if is_dark(index) { &mut dark } else { &mut light };
        // Writing into a String cannot fail.
        let _ = write!(path, "M{x}.5 {top:.1}v{length:.1}");
    }
    (dark, light)
}

/// Whether the stretch of sound under bar `index` of `count` is heard at `position_ms` of `duration_ms`.
pub fn is_heard(index: usize, count: usize, position_ms: u64, duration_ms: u64) -> bool {
    duration_ms > 0 && (index as u64) * duration_ms < position_ms * count as u64
}

/// For each of `count` bars, whether all of its stretch has arrived. `have` is a bitfield in the layout of BEP 3 over pieces of
/// equal length; the sound lies in `pieces` of them.
pub fn arrived(have: &[u8], pieces: Range<u32>, count: usize) -> Vec<bool> {
    let has = |piece: u64| {
        usize::try_from(piece / 8)
            .ok()
            .and_then(|byte| have.get(byte))
            .is_some_and(|byte| byte & (0x80 >> (piece % 8)) != 0)
    };
    let (start, pieces, bars) = (u64::from(pieces.start), pieces.len() as u64, count as u64);
    (0..bars)
        .map(|bar| {
            let first = bar * pieces / bars;
            let last = ((bar + 1) * pieces).div_ceil(bars).max(first + 1);
            pieces > 0 && (first..last.min(pieces)).all(|piece| has(start + piece))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_bar_is_drawn_once_on_the_right_path() {
        let (dark, light) = draw_bars(&[255, 0, 128], 103, |index| index == 0);
        assert_eq!(dark, "M2.5 1.5v100.0");
        assert_eq!(light, "M7.5 49.5v4.0M12.5 26.4v50.2");
        assert_eq!(draw_bars(&[], 10, |_| true), (String::new(), String::new()));
    }

    #[test]
    fn bars_darken_as_they_are_heard() {
        let heard = |position| (0..4).filter(|&bar| is_heard(bar, 4, position, 1000)).count();
        assert_eq!([0, 1, 250, 251, 999, 1000].map(heard), [0, 1, 1, 2, 4, 4]);
        assert!(!is_heard(0, 4, 500, 0), "nothing is heard of a length that is not known");
    }

    #[test]
    fn bars_darken_as_their_pieces_arrive() {
        assert_eq!(arrived(&[0b1010_0000], 0..4, 4), [true, false, true, false]);
        assert_eq!(arrived(&[0b1010_0000], 0..4, 2), [false, false], "a bar waits for all of its pieces");
        assert_eq!(arrived(&[0b1000_0000], 0..1, 3), [true; 3]);
        assert_eq!(arrived(&[0b1000_0000], 0..2, 4), [true, true, false, false]);
        assert_eq!(arrived(&[0b0001_1000], 3..6, 3), [true, true, false], "one of several files");
        assert_eq!(arrived(&[], 0..9, 2), [false, false], "a short bitfield has nothing");
        assert_eq!(arrived(&[0xff], 0..0, 2), [false, false]);
    }
}
