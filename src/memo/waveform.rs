//! The shape of a sound, small enough to travel in the card: at most 256 peaks of one byte.

use std::ops::Range;

use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

/// Peaks of equal stretches of a memo, 0 silent to 255 full scale. Empty when nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "ByteBuf", into = "ByteBuf")]
pub struct Waveform(Vec<u8>);

impl Waveform {
    /// More samples than a phone has room for bars, few enough for the card.
    pub const MAX_SAMPLES: usize = 256;

    /// Takes peaks of any number and pools them, so that no click is lost.
    pub fn from_peaks(peaks: &[u8]) -> Self {
        Self(pool(peaks, peaks.len().min(Self::MAX_SAMPLES)))
    }

    /// The samples.
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether nothing is known about the sound.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The shape of a part of a sound that is `of` long, in the same unit. Empty when nothing is known.
    pub fn part(&self, range: Range<u64>, of: u64) -> Self {
        let place = |at: u64, up: u128| {
            let place = (u128::from(at.min(of)) * self.0.len() as u128 + up) / u128::from(of.max(1));
            usize::try_from(place).unwrap_or(usize::MAX).min(self.0.len())
        };
        let (start, end) = (place(range.start, 0), place(range.end, u128::from(of.max(1)) - 1));
        Self(self.0.get(start..end).unwrap_or_default().to_vec())
    }

    /// Whether these are too few samples to be a picture of a part: as what is left of a long memo that was trimmed to a moment.
    pub fn is_coarse(&self) -> bool {
        const MIN_SAMPLES: usize = 32;
        self.0.len() < MIN_SAMPLES
    }

    /// Exactly `count` bars for drawing, pooled or spread. All zero when nothing is known.
    pub fn bars(&self, count: usize) -> Vec<u8> {
        if self.0.is_empty() { vec![0; count] } else { pool(&self.0, count) }
    }
}

impl From<ByteBuf> for Waveform {
    fn from(bytes: ByteBuf) -> Self {
        // What was stored is as long as it should be, and a library reads ten thousand of them before it is seen.
        if bytes.len() <= Self::MAX_SAMPLES { Self(bytes.into_vec()) } else { Self::from_peaks(&bytes) }
    }
}

impl From<Waveform> for ByteBuf {
    fn from(waveform: Waveform) -> Self {
        Self::from(waveform.0)
    }
}

/// The loudest of these samples, 0 to 1.
pub fn peak_of(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs()))
}

/// `count` values, each the maximum of its stretch of `peaks`, and the nearest peak where there are more values than peaks.
fn pool(peaks: &[u8], count: usize) -> Vec<u8> {
    (0..count)
        .map(|index| {
            let start = index * peaks.len() / count;
            let end = ((index + 1) * peaks.len() / count).max(start + 1);
            peaks[start..end].iter().copied().max().unwrap_or(0)
        })
        .collect()
}

/// Gathers the peaks of a take of any length in bounded memory.
///
/// [`push`](Self::push) each peak as the meter measures it, [`finish`](Self::finish) at stop.
#[derive(Clone, Debug)]
pub struct WaveformBuilder {
    /// Finished buckets, each the maximum of `stride` peaks.
    buckets: Vec<u8>,
    /// Peaks per bucket: a power of two.
    stride: u64,
    /// The bucket being filled.
    current: u8,
    /// How many peaks it holds.
    filled: u64,
}

impl WaveformBuilder {
    /// Twice the samples of a waveform, so that halving never leaves fewer than it can show.
    const MAX_BUCKETS: usize = 2 * Waveform::MAX_SAMPLES;

    /// Adds the next peak.
    pub fn push(&mut self, peak: u8) {
        self.current = self.current.max(peak);
        self.filled += 1;
        if self.filled < self.stride {
            return;
        }
        self.buckets.push(self.current);
        (self.current, self.filled) = (0, 0);
        if self.buckets.len() == Self::MAX_BUCKETS {
            self.buckets = self.buckets.chunks(2).map(|pair| pair.iter().copied().max().unwrap_or(0)).collect();
            self.stride *= 2;
        }
    }

    /// The shape of everything pushed.
    pub fn finish(mut self) -> Waveform {
        if self.filled > 0 {
            self.buckets.push(self.current);
        }
        Waveform::from_peaks(&self.buckets)
    }
}

impl Default for WaveformBuilder {
    fn default() -> Self {
        Self { buckets: Vec::new(), stride: 1, current: 0, filled: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_sounds_keep_every_peak_and_long_ones_keep_the_loudest() {
        assert_eq!(Waveform::from_peaks(&[1, 2, 3]).as_bytes(), [1, 2, 3]);
        let mut peaks = vec![3; 10_000];
        peaks[9_999] = 250;
        let waveform = Waveform::from_peaks(&peaks);
        assert_eq!(waveform.as_bytes().len(), 256);
        assert_eq!(waveform.as_bytes()[255], 250);
        assert_eq!(waveform.as_bytes()[0], 3);
        assert!(Waveform::from_peaks(&[]).is_empty());
    }

    #[test]
    fn bars_come_in_the_number_that_was_asked_for() {
        let waveform = Waveform::from_peaks(&[10, 200]);
        assert_eq!(waveform.bars(4), [10, 10, 200, 200]);
        assert_eq!(waveform.bars(1), [200]);
        assert!(waveform.bars(0).is_empty());
        assert_eq!(Waveform::default().bars(3), [0, 0, 0]);
    }

    #[test]
    fn a_part_has_the_peaks_of_its_time() {
        let waveform = Waveform::from_peaks(&[1, 2, 3, 4]);
        let part = |range, of| waveform.part(range, of).0;
        assert_eq!(part(0..1000, 1000), [1, 2, 3, 4]);
        assert_eq!(part(250..500, 1000), [2]);
        assert_eq!(part(240..510, 1000), [1, 2, 3], "what is touched belongs to it");
        assert_eq!(part(900..9000, 1000), [4]);
        assert!(part(0..10, 0).is_empty());
        assert!(Waveform::default().part(0..5, 5).is_empty());
    }

    #[test]
    fn six_hours_of_peaks_stay_small_and_keep_their_shape() {
        let mut builder = WaveformBuilder::default();
        let count = 6 * 3600 * 20;
        for index in 0..count {
            builder.push(if index < count / 2 { 10 } else { 200 });
            assert!(builder.buckets.len() < WaveformBuilder::MAX_BUCKETS);
        }
        let waveform = builder.finish();
        assert_eq!(waveform.as_bytes().len(), 256);
        assert_eq!((waveform.as_bytes()[100], waveform.as_bytes()[150]), (10, 200));
    }

    #[test]
    fn a_few_peaks_come_out_as_they_went_in() {
        let mut builder = WaveformBuilder::default();
        [5, 9, 1].into_iter().for_each(|peak| builder.push(peak));
        assert_eq!(builder.finish(), Waveform::from_peaks(&[5, 9, 1]));
    }

    #[test]
    fn stored_waveforms_are_clipped_to_their_limit() {
        let long = serde_json::to_string(&vec![7; 1000]).expect("json");
        assert_eq!(serde_json::from_str::<Waveform>(&long).expect("reads").as_bytes(), [7; 256]);
    }
}
