//! The level of the sound, for as long as there is sound and whether or not the page is visible.
//!
//! An analyser keeps the last 32768 samples (0.7 s at 48 kHz). Whoever asks gets the peaks of all the sound since the last
//! question, so that it does not matter how often that is: twenty times a second from a timer while the page is visible, and
//! with each slice of the recorder in any case, because hidden pages get their timers late.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AnalyserNode, AudioContext, AudioContextState, MediaStream, MediaStreamAudioSourceNode};

use crate::memo::peak_of;

/// The sound in one peak: short enough to see syllables.
pub(super) const PEAK_MS: u32 = 50;

/// The most that an analyser keeps.
const WINDOW_SAMPLES: u32 = 32_768;

/// At most so many peaks come at once: five seconds. A longer gap is one in which the page was not running at all.
const MAX_PEAKS: usize = 100;

/// Listens to a stream until dropped.
pub(super) struct Meter {
    context: AudioContext,
    analyser: AnalyserNode,
    /// Kept, since nothing else does while the graph ends in an analyser.
    source: MediaStreamAudioSourceNode,
    window: Vec<f32>,
    /// Up to where the sound was measured, on the context's clock.
    measured_s: f64,
    /// Whether the context was asked to run and has not answered.
    waking: Rc<Cell<bool>>,
}

impl Meter {
    /// `None` where the browser has no Web Audio; recording works without a meter.
    pub(super) fn open(stream: &MediaStream) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let analyser = context.create_analyser().ok();
        let source = context.create_media_stream_source(stream).ok();
        let (Some(analyser), Some(source)) = (analyser, source) else {
            settle(context.close(), || ());
            return None;
        };
        analyser.set_fft_size(WINDOW_SAMPLES);
        let meter = Self {
            measured_s: context.current_time(),
            waking: Rc::default(),
            window: vec![0.0; WINDOW_SAMPLES as usize],
            context,
            analyser,
            source,
        };
        meter.source_to_analyser().then_some(meter)
    }

    fn source_to_analyser(&self) -> bool {
        self.source.connect_with_audio_node(&self.analyser).is_ok()
    }

    /// Browsers suspend contexts that began without a tap, and iOS those that a call interrupted. Firefox never runs one on a
    /// machine that has no sound output: then there is no level, and recording goes on.
    fn wake(&self) {
        if !self.waking.replace(true) {
            let waking = self.waking.clone();
            settle(self.context.resume(), move || waking.set(false));
        }
    }

    /// The peaks since the last call, 0 to 1, one per [`PEAK_MS`] of sound.
    pub(super) fn measure(&mut self) -> Vec<f32> {
        if self.context.state() != AudioContextState::Running {
            self.wake();
            return Vec::new();
        }
        let rate = f64::from(self.context.sample_rate());
        let now_s = self.context.current_time();
        let fresh = ((now_s - self.measured_s).max(0.0) * rate) as usize;
        let peak_len = (rate * f64::from(PEAK_MS) / 1000.0) as usize;
        if peak_len == 0 || fresh < peak_len {
            return Vec::new();
        }
        self.analyser.get_float_time_domain_data(&mut self.window);
        let count = fresh / peak_len;
        // What is left of the last 50 ms is measured next time.
        self.measured_s = now_s - ((fresh - count * peak_len) as f64) / rate;

        let newest = self.window.len().saturating_sub(fresh - count * peak_len);
        let mut peaks: Vec<f32> = self.window[..newest].rchunks_exact(peak_len).take(count).map(peak_of).collect();
        // Sound that left the window unmeasured is taken to be as loud as what is left of it.
        let loudest = peaks.iter().copied().fold(0.0, f32::max);
        peaks.resize(count.min(MAX_PEAKS), loudest);
        peaks.reverse();
        peaks
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        settle(self.context.close(), || ());
    }
}

/// Waits for a promise whose answer changes nothing, so that its refusal is no error in the console.
fn settle(asked: Result<Promise, JsValue>, then: impl FnOnce() + 'static) {
    spawn_local(async move {
        if let Ok(promise) = asked {
            let _ = JsFuture::from(promise).await;
        }
        then();
    });
}

/// A peak as one byte: 0 is digital silence, 255 full scale.
pub(super) fn level(peak: f32) -> u8 {
    (peak * 255.0).ceil().clamp(0.0, 255.0) as u8
}

/// Notices that no sound reaches the microphone at all. A quiet room has noise; a muted or dead microphone has none.
#[derive(Default)]
pub(super) struct SilenceWatch {
    quiet_ms: u32,
}

impl SilenceWatch {
    /// Half a step of 16-bit sound.
    const FLOOR: f32 = 1.0 / 65_536.0;

    /// Shorter gaps are made by Bluetooth and by noise gates.
    const PATIENCE_MS: u32 = 3000;

    /// Takes the next peak; says so when silence begins or ends.
    pub(super) fn push(&mut self, peak: f32) -> Option<bool> {
        let was_silent = self.quiet_ms >= Self::PATIENCE_MS;
        self.quiet_ms = if peak < Self::FLOOR { self.quiet_ms.saturating_add(PEAK_MS) } else { 0 };
        let is_silent = self.quiet_ms >= Self::PATIENCE_MS;
        (is_silent != was_silent).then_some(is_silent)
    }
}
