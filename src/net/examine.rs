//! How long a sound is and what it looks like, for memos that came without a card.

use std::rc::Rc;

use futures::channel::oneshot;
use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AudioBuffer, BaseAudioContext, Event, HtmlAudioElement};

use super::Listener;
use crate::memo::{Memo, Waveform, WaveformBuilder};
use crate::store::Store;

/// Files up to this size are decoded whole: three quarters of an hour of voice, 90 MB when decoded at [`SAMPLE_RATE`].
const MAX_DECODED_BYTES: u64 = 8 * 1024 * 1024;

/// The lowest rate that every browser decodes to. A picture of loudness needs no more.
const SAMPLE_RATE: f32 = 8000.0;

/// Samples of one peak: twenty peaks a second, as the recorder makes them.
const PEAK_SAMPLES: usize = 400;

/// What was found out.
#[derive(Debug, Default)]
pub(super) struct Sound {
    /// 0 when it stays unknown.
    pub(super) duration_ms: u64,
    /// Empty when it stays unknown.
    pub(super) waveform: Waveform,
}

/// Examines the audio of a complete memo. `None` when the browser cannot play it.
pub(super) async fn sound_of(store: &Store, memo: &Memo) -> Option<Sound> {
    if memo.size > MAX_DECODED_BYTES {
        return duration_of_stream(memo).await;
    }
    let bytes = store.read_audio(memo, 0..memo.size).await.ok()??;
    let buffer = decode(&bytes).await.ok()?;
    Some(Sound { duration_ms: (buffer.duration() * 1000.0).round() as u64, waveform: waveform_of(&buffer) })
}

async fn decode(bytes: &[u8]) -> Result<AudioBuffer, JsValue> {
    // An AudioContext would complain in the console that nobody has touched the page yet.
    let class: Function = Reflect::get(&js_sys::global(), &"OfflineAudioContext".into())?.dyn_into()?;
    let arguments = Array::of3(&1.into(), &1.into(), &SAMPLE_RATE.into());
    let context: BaseAudioContext = Reflect::construct(&class, &arguments)?.unchecked_into();
    let decoded = context.decode_audio_data(&Uint8Array::from(bytes).buffer())?;
    JsFuture::from(decoded).await?.dyn_into()
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
        let peak = samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
        peaks.push((peak.min(1.0) * 255.0) as u8);
    }
    peaks.finish()
}

/// What the player says about a long file, which it reads in parts through the service worker.
async fn duration_of_stream(memo: &Memo) -> Option<Sound> {
    web_sys::window()?.navigator().service_worker().controller()?;
    let player = HtmlAudioElement::new().ok()?;
    player.set_preload("metadata");
    let (done, loaded) = oneshot::channel();
    let done = Rc::new(std::cell::Cell::new(Some(done)));
    let finish = {
        let done = done.clone();
        move |_: Event| {
            if let Some(done) = done.take() {
                let _ = done.send(());
            }
        }
    };
    let _listeners =
        [Listener::new(&player, "loadedmetadata", finish.clone()), Listener::new(&player, "error", finish)];
    player.set_src(&format!("/audio/{}", memo.id));
    loaded.await.ok()?;
    let seconds = player.duration();
    player.set_src("");
    seconds.is_finite().then(|| Sound { duration_ms: (seconds * 1000.0).round() as u64, ..Sound::default() })
}
