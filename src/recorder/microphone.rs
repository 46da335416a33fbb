//! Asking for the microphone, letting go of it, and what may go wrong.

use js_sys::{Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, MediaStream, MediaStreamConstraints, MediaStreamTrack, Navigator};

use super::{Processing, RecorderOptions};
use crate::store::StoreError;
use crate::words::words;

/// Why there is no recording. Each is a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MicrophoneError {
    /// The person, or a policy, said no.
    #[error("{}", words().takes.microphone_denied)]
    Denied,
    /// There is none.
    #[error("{}", words().takes.no_microphone)]
    Missing,
    /// It is there and cannot be opened.
    #[error("{}", words().takes.microphone_busy)]
    Busy,
    /// The browser cannot record.
    #[error("{}", words().takes.cannot_record)]
    Unsupported,
    /// Another tab has the recording that is to go on.
    #[error("{}", words().takes.go_on_in_other_tab)]
    InUse,
    /// The take could not be begun, so nothing would be saved.
    #[error("{}", words().takes.cannot_save.with([&.0]))]
    Store(#[from] StoreError),
    /// Anything else, in the browser's words.
    #[error("{}", words().takes.microphone_failed.with([&.0]))]
    Other(String),
}

impl MicrophoneError {
    /// Reads what the browser threw.
    pub(super) fn from_js(thrown: &JsValue) -> Self {
        let Some(exception) = thrown.dyn_ref::<DomException>() else {
            // A TypeError: the page may not ask at all.
            return Self::Unsupported;
        };
        match exception.name().as_str() {
            "NotAllowedError" | "PermissionDeniedError" | "SecurityError" => Self::Denied,
            "NotFoundError" | "DevicesNotFoundError" | "OverconstrainedError" => Self::Missing,
            "NotReadableError" | "TrackStartError" | "AbortError" => Self::Busy,
            "NotSupportedError" => Self::Unsupported,
            name => Self::Other(format!("{name}: {}", exception.message())),
        }
    }
}

/// An open microphone. Dropping it stops its tracks, and the browser's sign that it is listening goes out.
pub(super) struct Microphone {
    stream: MediaStream,
}

impl Microphone {
    /// Asks for it, which may take as long as the person thinks about it.
    pub(super) async fn open(options: &RecorderOptions) -> Result<Self, MicrophoneError> {
        let navigator = web_sys::window().ok_or(MicrophoneError::Unsupported)?.navigator();
        // Missing where the page is not a secure context.
        let devices = navigator.media_devices().ok().filter(|devices| devices.is_object());
        let devices = devices.ok_or(MicrophoneError::Unsupported)?;

        set_audio_session(&navigator, "play-and-record");
        let asked = constraints(options).and_then(|constraints| devices.get_user_media_with_constraints(&constraints));
        let stream = match asked {
            Ok(promise) => JsFuture::from(promise).await,
            Err(thrown) => Err(thrown),
        };
        let stream = stream.map_err(|thrown| {
            set_audio_session(&navigator, "playback");
            MicrophoneError::from_js(&thrown)
        })?;
        stream.dyn_into().map(|stream| Self { stream }).map_err(|_| MicrophoneError::Unsupported)
    }

    /// What it hears.
    pub(super) fn stream(&self) -> &MediaStream {
        &self.stream
    }

    /// Its tracks: one, unless the browser has other ideas.
    pub(super) fn tracks(&self) -> impl Iterator<Item = MediaStreamTrack> + use<> {
        self.stream.get_audio_tracks().to_vec().into_iter().filter_map(|track| track.dyn_into().ok())
    }
}

impl Drop for Microphone {
    fn drop(&mut self) {
        self.tracks().for_each(|track| track.stop());
        if let Some(window) = web_sys::window() {
            set_audio_session(&window.navigator(), "playback");
        }
    }
}

fn constraints(options: &RecorderOptions) -> Result<MediaStreamConstraints, JsValue> {
    let (remove_noise, even_level) = match options.processing {
        Processing::Voice => (true, true),
        Processing::Room => (false, true),
        Processing::Raw => (false, false),
    };
    let audio = Object::new();
    let wish = |name: &str, value: JsValue| Reflect::set(&audio, &name.into(), &value);
    wish("echoCancellation", remove_noise.into())?;
    wish("noiseSuppression", remove_noise.into())?;
    wish("autoGainControl", even_level.into())?;
    wish("channelCount", 1.into())?;
    if let Some(device_id) = &options.device_id {
        // A wish, not a condition: a memo with another microphone is better than none.
        wish("deviceId", device_id.into())?;
    }
    let constraints = MediaStreamConstraints::new();
    constraints.set_audio(&audio);
    Ok(constraints)
}

/// Tells iOS what the page does with sound, so that recording does not duck and playback is not sent to the earpiece.
fn set_audio_session(navigator: &Navigator, kind: &str) {
    if let Ok(session) = Reflect::get(navigator, &"audioSession".into())
        && session.is_object()
    {
        // Only a hint: where it cannot be set, nothing is lost.
        let _ = Reflect::set(&session, &"type".into(), &kind.into());
    }
}
