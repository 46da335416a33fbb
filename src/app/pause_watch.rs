//! Hears the pauses of what plays, so that they can be played fast.
//!
//! The element's sound is led through an analyser. That cannot be undone, so it is only done once somebody wants it, and only
//! where the browser lets an audio context run: one that stands still would swallow the sound.

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AnalyserNode, AudioContext, AudioContextState, HtmlMediaElement};

use crate::memo::{Pauses, peak_of};

/// Sound that is looked at together.
pub(super) const LOOK_MS: u32 = 50;

/// How long a context may take until it runs. Firefox keeps one waiting for ever where it finds nothing to play sound with.
const START_LIMIT_MS: u32 = 2_000;

/// 43 ms at 48 kHz.
const WINDOW_SAMPLES: u32 = 2048;

/// Listens to one element for as long as the page lives.
pub(super) struct PauseWatch {
    context: AudioContext,
    analyser: AnalyserNode,
    window: Vec<f32>,
    pauses: Pauses,
}

impl PauseWatch {
    /// To be called within a tap, which is what lets the context run. `None` where the sound cannot be heard from here.
    pub(super) async fn on(element: HtmlMediaElement) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let resumed = JsFuture::from(context.resume().ok()?);
        let is_resumed = matches!(select(resumed, TimeoutFuture::new(START_LIMIT_MS)).await, Either::Left((Ok(_), _)));
        let runs = is_resumed && context.state() == AudioContextState::Running;
        let analyser = context.create_analyser().ok().filter(|_| runs);
        let Some(analyser) = analyser else {
            // A context that stands still is of no use, and closing it fails only when it is closed.
            let _ = context.close();
            return None;
        };
        analyser.set_fft_size(WINDOW_SAMPLES);
        let source = context.create_media_element_source(&element).ok()?;
        source.connect_with_audio_node(&analyser).ok()?;
        analyser.connect_with_audio_node(&context.destination()).ok()?;
        Some(Self { context, analyser, window: vec![0.0; WINDOW_SAMPLES as usize], pauses: Pauses::default() })
    }

    /// Whether this is a pause. To be asked every [`LOOK_MS`] while it plays.
    pub(super) fn is_in_pause(&mut self) -> bool {
        if self.context.state() != AudioContextState::Running {
            // A call took the sound away; it comes back by itself or with the next tap.
            let _ = self.context.resume();
            return false;
        }
        self.analyser.get_float_time_domain_data(&mut self.window);
        self.pauses.push(peak_of(&self.window), LOOK_MS)
    }
}
