//! WAV: sound without compression, which every program reads. Writing the front of one, and cutting one by its frames.
//!
//! "Multimedia Programming Interface and Data Specifications 1.0" (RIFF), and RFC 2361 for the formats.

use std::ops::Range;

use crate::words::{format_size, words};

const FRONT_LEN: u32 = 44;

/// What 32 bits can count, as people say it.
const MOST_BYTES: u64 = 4_000_000_000;

/// Bytes at the front of a file in which its description has to be. Recorders write a few hundred in front of the sound.
pub const WAV_HEAD_BYTES: u64 = 64 << 10;

/// What a WAV file holds that can be cut: frames of equal length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wav {
    /// The payload of its `fmt ` chunk, as it stands there.
    format: Vec<u8>,
    /// Bytes of a frame: one sample of each channel.
    frame_len: u16,
    frames_per_second: u32,
    /// Where its frames lie.
    data: Range<u64>,
}

/// Why a WAV file cannot be cut or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WavError {
    /// The bytes are something else, or damaged.
    #[error("{}", words().files.no_wav)]
    NotWav,
    /// Compressed in one of many old ways.
    #[error("{}", words().files.wav_compressed)]
    Compressed,
    /// Nothing begins in the range.
    #[error("{}", words().files.silent_part)]
    Empty,
    /// The sizes in a WAV file have 32 bits.
    #[error("{}", words().files.wav_too_long.with([&format_size(MOST_BYTES)]))]
    TooLong,
}

/// The front of a file of 16-bit samples; the samples follow, those of one moment side by side.
///
/// # Errors
/// It would be longer than such a file can be.
pub fn wav_front(channels: u16, frames_per_second: u32, frames: u64) -> Result<Vec<u8>, WavError> {
    const PCM: u16 = 1;
    const BITS: u16 = 16;
    let frame_len = channels * (BITS / 8);
    let mut format = Vec::new();
    format.extend(PCM.to_le_bytes());
    format.extend(channels.to_le_bytes());
    format.extend(frames_per_second.to_le_bytes());
    format.extend((frames_per_second * u32::from(frame_len)).to_le_bytes());
    format.extend(frame_len.to_le_bytes());
    format.extend(BITS.to_le_bytes());
    front(&format, frames.checked_mul(frame_len.into()).ok_or(WavError::TooLong)?)
}

/// A sample of -1 to 1 as 16 bits. What is louder stays at the limit, and what is no number is silent.
pub fn sample_16(sample: f32) -> [u8; 2] {
    ((sample.clamp(-1.0, 1.0) * 32767.0).round() as i16).to_le_bytes()
}

fn front(format: &[u8], data_len: u64) -> Result<Vec<u8>, WavError> {
    let format_len = u32::try_from(format.len()).map_err(|_| WavError::TooLong)?;
    // Chunks begin at even places.
    let padded = data_len + data_len % 2;
    let rest = padded + u64::from(FRONT_LEN - 8 - 16) + u64::from(format_len + format_len % 2);
    let rest = u32::try_from(rest).map_err(|_| WavError::TooLong)?;
    let mut front = Vec::new();
    front.extend(b"RIFF");
    front.extend(rest.to_le_bytes());
    front.extend(b"WAVEfmt ");
    front.extend(format_len.to_le_bytes());
    front.extend(format);
    if format.len() % 2 == 1 {
        front.push(0);
    }
    front.extend(b"data");
    // Fits, since all of the file does.
    front.extend((data_len as u32).to_le_bytes());
    Ok(front)
}

impl Wav {
    /// Reads the front of a file of `len` bytes: its first [`WAV_HEAD_BYTES`], or all of it.
    ///
    /// # Errors
    /// It is not a WAV file of frames.
    pub fn parse(head: &[u8], len: u64) -> Result<Self, WavError> {
        if head.get(..4) != Some(b"RIFF") || head.get(8..12) != Some(b"WAVE") {
            return Err(WavError::NotWav);
        }
        let mut format = None;
        let mut at = 12;
        loop {
            let id = head.get(at..at + 4).ok_or(WavError::NotWav)?;
            let size: [u8; 4] =
                head.get(at + 4..at + 8).and_then(|size| size.try_into().ok()).ok_or(WavError::NotWav)?;
            let (start, size) = (at + 8, u32::from_le_bytes(size));
            if id == b"data" {
                // A recorder that was interrupted may have written no length, or one that is too long.
                let claimed = if size == 0 { u64::MAX } else { u64::from(size) };
                let end = len.min((start as u64).saturating_add(claimed));
                return Self::new(format.ok_or(WavError::NotWav)?, start as u64..end);
            }
            let end = start.checked_add(size as usize).ok_or(WavError::NotWav)?;
            if id == b"fmt " {
                format = Some(head.get(start..end).ok_or(WavError::NotWav)?);
            }
            at = end.checked_add(end % 2).filter(|at| at.checked_add(8).is_some()).ok_or(WavError::NotWav)?;
        }
    }

    fn new(format: &[u8], data: Range<u64>) -> Result<Self, WavError> {
        let u16_at = |at: usize| format.get(at..at + 2).map(|bytes| u16::from_le_bytes([bytes[0], bytes[1]]));
        let (Some(kind), Some(frame_len)) = (u16_at(0), u16_at(12)) else { return Err(WavError::NotWav) };
        let rate = format.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes);
        let rate = rate.filter(|rate| *rate > 0 && frame_len > 0).ok_or(WavError::NotWav)?;
        /// Whole numbers, floating point, and "see further below", which is one of the two in all that record.
        const FRAMED: [u16; 3] = [1, 3, 0xFFFE];
        if !FRAMED.contains(&kind) {
            return Err(WavError::Compressed);
        }
        let frames = data.end.saturating_sub(data.start) / u64::from(frame_len);
        let data = data.start..data.start + frames * u64::from(frame_len);
        Ok(Self { format: format.to_vec(), frame_len, frames_per_second: rate, data })
    }

    /// How long it sounds.
    pub fn duration_ms(&self) -> u64 {
        self.frames().saturating_mul(1000) / u64::from(self.frames_per_second)
    }

    /// The part between two moments: the front of a file of it, and where its frames lie in this one. The byte that makes its
    /// length even, if it takes one, is for the caller to add.
    ///
    /// # Errors
    /// There is nothing in it, or too much.
    pub fn cut(&self, range_ms: Range<u64>) -> Result<(Vec<u8>, Range<u64>), WavError> {
        let frame_at = |ms: u64| {
            let frame = u128::from(ms) * u128::from(self.frames_per_second) / 1000;
            u64::try_from(frame).unwrap_or(u64::MAX).min(self.frames())
        };
        let (first, last) = (frame_at(range_ms.start), frame_at(range_ms.end));
        if first >= last {
            return Err(WavError::Empty);
        }
        let place = |frame: u64| self.data.start + frame * u64::from(self.frame_len);
        let data = place(first)..place(last);
        Ok((front(&self.format, data.end - data.start)?, data))
    }

    fn frames(&self) -> u64 {
        (self.data.end - self.data.start) / u64::from(self.frame_len)
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A second of a stereo file in which each frame holds its number.
    fn counted() -> Vec<u8> {
        let mut file = wav_front(2, 8000, 8000).expect("it fits");
        (0..8000_u16).for_each(|frame| file.extend([frame.to_le_bytes(), frame.to_le_bytes()].concat()));
        file
    }

    fn cut(file: &[u8], range_ms: Range<u64>) -> Result<Vec<u8>, WavError> {
        let (mut part, data) = Wav::parse(file, file.len() as u64)?.cut(range_ms)?;
        part.extend(&file[data.start as usize..data.end as usize]);
        Ok(part)
    }

    #[test]
    fn the_front_says_what_follows() {
        let front = wav_front(1, 48_000, 480).expect("it fits");
        let expected = [
            &b"RIFF\xe4\x03\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x80\xbb\0\0\0\x77\x01\0\x02\0\x10\0data"[..],
            &[0xc0, 3, 0, 0],
        ]
        .concat();
        assert_eq!(front, expected);
        let wav = Wav::parse(&front, front.len() as u64 + 960).expect("it is a WAV");
        assert_eq!((wav.duration_ms(), wav.data), (10, 44..1004));
        assert_eq!(wav_front(2, 48_000, 1 << 30), Err(WavError::TooLong));
    }

    #[test]
    fn samples_stay_within_their_limits() {
        let sample = |value| i16::from_le_bytes(sample_16(value));
        assert_eq!([0.0, 1.0, -1.0, 2.0, -3.0, f32::NAN, 0.5].map(sample), [0, 32767, -32767, 32767, -32767, 0, 16384]);
    }

    #[test]
    fn a_part_has_the_frames_of_its_time() {
        let part = cut(&counted(), 250..750).expect("there is sound");
        let wav = Wav::parse(&part, part.len() as u64).expect("it is a WAV");
        assert_eq!(wav.duration_ms(), 500);
        assert_eq!(part[44..48], [2000_u16.to_le_bytes(), 2000_u16.to_le_bytes()].concat());
        assert_eq!(cut(&counted(), 0..u64::MAX), Ok(counted()), "the whole is a part, too");
        assert_eq!(cut(&counted(), 5000..6000), Err(WavError::Empty));
        assert_eq!(cut(&counted(), 500..500), Err(WavError::Empty));
    }

    #[test]
    fn what_others_write_in_front_is_passed_over() {
        let counted = counted();
        let mut file = counted[..36].to_vec();
        file.extend(b"LIST\x05\0\0\0noise\0");
        file.extend(&counted[36..]);
        assert_eq!(cut(&file, 0..1000), Ok(counted.clone()));
        // Written by a recorder that could not go back to say how long it was.
        for size in [0_u32, u32::MAX] {
            let mut open = counted.clone();
            open[40..44].copy_from_slice(&size.to_le_bytes());
            assert_eq!(cut(&open, 0..1000), Ok(counted.clone()));
        }
    }

    #[test]
    fn what_is_no_wav_is_refused_in_words() {
        let mut compressed = counted();
        compressed[20] = 0x11;
        assert_eq!(cut(&compressed, 0..1000), Err(WavError::Compressed));
        for end in [0, 11, 12, 19, 30, 43] {
            assert_eq!(cut(&counted()[..end], 0..1000), Err(WavError::NotWav), "cut at {end}");
        }
        let without_format = [&counted()[..12], &counted()[36..]].concat();
        assert_eq!(cut(&without_format, 0..1000), Err(WavError::NotWav));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

        #[test]
        fn two_parts_are_the_whole(middle in 1..1000_u64) {
            let whole = counted();
            let (first, second) = (cut(&whole, 0..middle), cut(&whole, middle..1000));
            let data = [&first.expect("sound")[44..], &second.expect("sound")[44..]].concat();
            prop_assert!(data == whole[44..]);
        }

        #[test]
        fn any_bytes_are_cut_or_refused(
            mut bytes in proptest::collection::vec(any::<u8>(), 0..200),
            changes in proptest::collection::vec((0..44_usize, any::<u8>()), 0..6),
            len in any::<u64>(),
        ) {
            let _ = Wav::parse(&bytes, len);
            let mut file = counted();
            changes.into_iter().for_each(|(at, byte)| file[at] = byte);
            file.truncate(300);
            file.append(&mut bytes);
            let real = file.len() as u64;
            for len in [len, real] {
                if let Ok((_, data)) = Wav::parse(&file, len).and_then(|wav| wav.cut(0..500)) {
                    prop_assert!(data.start < data.end && data.end <= len);
                }
            }
        }
    }
}
