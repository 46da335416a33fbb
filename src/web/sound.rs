//! How long a sound is and what it looks like, as the browser decodes it.

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, BaseAudioContext, Blob};

use crate::memo::{Waveform, WaveformBuilder, peak_of};

/// The lowest rate that every browser decodes to. A picture of loudness needs no more, and a second takes 32 KB.
const SAMPLE_RATE: f32 = 8000.0;

/// Samples of one peak: twenty peaks a second, as the recorder makes them.
const PEAK_SAMPLES: usize = 400;

/// What was found out.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    /// 0 when it stays unknown.
    pub(crate) duration_ms: u64,
    /// Empty when it stays unknown.
    pub(crate) waveform: Waveform,
}

/// Decodes a whole file. All samples are in memory at once, so it is for files of bounded size.
///
/// # Errors
/// This browser cannot decode it.
pub(crate) async fn decode(bytes: &[u8]) -> Result<Sound, JsValue> {
    sound_of(&Uint8Array::from(bytes).buffer()).await
}

/// The same for a file, whose bytes stay outside of the app's memory.
///
/// # Errors
/// It cannot be read, or this browser cannot decode it.
pub(crate) async fn decode_blob(blob: &Blob) -> Result<Sound, JsValue> {
    sound_of(&JsFuture::from(blob.array_buffer()).await?.dyn_into()?).await
}

/// All samples of a file, so many a second.
///
/// # Errors
/// It cannot be read, or this browser cannot decode it.
pub(crate) async fn decode_samples(blob: &Blob, sample_rate: f32) -> Result<AudioBuffer, JsValue> {
    samples_of(&JsFuture::from(blob.array_buffer()).await?.dyn_into()?, sample_rate).await
}

async fn sound_of(bytes: &ArrayBuffer) -> Result<Sound, JsValue> {
    let buffer = samples_of(bytes, SAMPLE_RATE).await?;
    Ok(Sound { duration_ms: (buffer.duration() * 1000.0).round() as u64, waveform: waveform_of(&buffer) })
}

async fn samples_of(bytes: &ArrayBuffer, sample_rate: f32) -> Result<AudioBuffer, JsValue> {
    // An AudioContext would complain in the console that nobody has touched the page yet.
    let class: Function = Reflect::get(&js_sys::global(), &"OfflineAudioContext".into())?.dyn_into()?;
    let arguments = Array::of3(&1.into(), &1.into(), &sample_rate.into());
    let context: BaseAudioContext = Reflect::construct(&class, &arguments)?.unchecked_into();
    JsFuture::from(context.decode_audio_data(bytes)?).await?.dyn_into()
}

fn waveform_of(buffer: &AudioBuffer) -> Waveform {
    let mut peaks = WaveformBuilder::default();
    let mut samples = [0.0; PEAK_SAMPLES];
    for start in (0..buffer.length()).step_by(PEAK_SAMPLES) {
        samples.fill(0.0);
        let Ok(start) = i32::try_from(start) else { break };
        if buffer.copy_from_channel_with_start_in_channel(&mut samples, 0, start as u32).is_err() {
            break;
        }
        let peak = peak_of(&samples);
        peaks.push((peak.min(1.0) * 255.0) as u8);
    }
    peaks.finish()
}
