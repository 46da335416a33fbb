//! What is heard of a memo as a WAV file, which every program reads: decoded by the browser, at once, so for memos of bounded
//! length.

use std::ops::Range;

use web_sys::AudioBuffer;

use super::whole_memo;
use crate::memo::{Memo, Span, sample_16, wav_front};
use crate::store::Store;
use crate::web::{BlobParts, ObjectUrl, decode_samples};
use crate::words::words;

/// Samples a second, for memos up to a length in minutes. A minute of one channel takes 11 MB while it is decoded at the first
/// rate, and 4 MB at the second, which is as good as speech needs.
const RATES: [(u64, u32); 2] = [(20, 48_000), (60, 16_000)];

/// Frames turned into bytes at a time.
const STEP_FRAMES: u32 = 1 << 16;

/// Decodes a memo and makes a WAV file of it.
pub(super) async fn wav_of(store: &Store, memo: &Memo) -> Result<ObjectUrl, String> {
    let say = &words().exporting;
    let cut = whole_memo::cuts(memo);
    // All that is decoded takes room, whether it is heard or not.
    let minutes = cut.map_or(memo.duration_ms, Span::length_ms) / 60_000;
    let rate = RATES.iter().find(|(limit, _)| minutes < *limit).map(|&(_, rate)| rate);
    let rate = rate.ok_or(say.too_long_for_wav)?;
    let gone = || say.incomplete.to_owned();
    let blob = whole_memo::heard_blob_of(store, memo).await?.ok_or_else(gone)?;
    let undecodable = |_| say.cannot_decode.to_owned();
    let samples = decode_samples(&blob, rate as f32).await.map_err(undecodable)?;
    let refused = |_| say.no_room_for_wav.to_owned();
    let parts = BlobParts::default();
    let channels = u16::try_from(samples.number_of_channels()).unwrap_or(1);
    let frames = match memo.span().filter(|_| cut.is_none()) {
        Some(span) => frame_at(span.start_ms, rate, &samples)..frame_at(span.end_ms, rate, &samples),
        None => 0..samples.length(),
    };
    let front = wav_front(channels, rate, frames.len() as u64).map_err(|error| say.wav_failed.with([&error]))?;
    parts.push(&front).map_err(refused)?;
    for start in frames.clone().step_by(STEP_FRAMES as usize) {
        let step = start..frames.end.min(start.saturating_add(STEP_FRAMES));
        let bytes = interleaved(&samples, channels, step).map_err(refused)?;
        parts.push(&bytes).map_err(refused)?;
    }
    ObjectUrl::new(&parts, "audio/wav").map_err(refused)
}

/// The frame that sounds at a moment.
fn frame_at(at_ms: u64, rate: u32, samples: &AudioBuffer) -> u32 {
    let frame = at_ms.saturating_mul(rate.into()) / 1000;
    u32::try_from(frame).unwrap_or(u32::MAX).min(samples.length())
}

/// Some frames, the samples of one moment side by side.
fn interleaved(samples: &AudioBuffer, channels: u16, frames: Range<u32>) -> Result<Vec<u8>, wasm_bindgen::JsValue> {
    let mut bytes = vec![0; 2 * frames.len() * usize::from(channels)];
    let mut one = vec![0.0_f32; frames.len()];
    for channel in 0..channels {
        samples.copy_from_channel_with_start_in_channel(&mut one, channel.into(), frames.start)?;
        let places = bytes.chunks_exact_mut(2).skip(channel.into()).step_by(channels.into());
        places.zip(&one).for_each(|(place, &sample)| place.copy_from_slice(&sample_16(sample)));
    }
    Ok(bytes)
}
