//! One take, from the first second to the memo.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use futures::channel::{mpsc, oneshot};
use gloo_timers::callback::Interval;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{BlobEvent, Event, MediaRecorder, MediaRecorderOptions, RecordingState};

use super::RecorderOptions;
use super::finish::{self, FinishError};
use super::meter::{Meter, PEAK_MS, SilenceWatch, level};
use super::microphone::{Microphone, MicrophoneError};
use super::saver::{Slice, save};
use super::stopwatch::{Stopwatch, now_ms};
use super::take_lock::TakeLock;
use super::wake_lock::WakeLock;
use crate::memo::{Memo, MemoId};
use crate::store::{Hold, Store, StoreError, Take, TakeId};
use crate::web::Listener;
use crate::words::{format_duration, words};

/// A second of speech is the most that can be lost.
const SLICE_MS: i32 = 1000;

/// Nothing for three slices: the recorder has stalled.
const ALARM_MS: f64 = 3.0 * SLICE_MS as f64;

/// Whether the microphone is being listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecorderState {
    /// What is said is saved.
    Recording,
    /// What is said is not recorded.
    Paused,
    /// The take has ended and can be made into a memo.
    Stopped,
}

/// What happens during a take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecorderEvent {
    /// The loudest moment of another 50 ms: 0 digital silence, 255 full scale. While the page is hidden several come at once.
    Peak(u8),
    /// This much of the take is on the disk.
    Saved {
        /// Milliseconds from its beginning, without pauses.
        until_ms: u64,
    },
    /// No sound at all reaches the microphone, or sound does again.
    Silence(bool),
    /// The recorder gave nothing for three slices. The next [`Saved`](Self::Saved) ends it.
    Alarm,
    /// The microphone is gone or taken away; the sentence says what happened and what is safe.
    Interrupted(String),
    /// There is no room left. The take has ended; what was saved is kept.
    Full,
    /// The take ended by itself. Said after the reason, and not after [`Recorder::stop`].
    Stopped,
}

/// A take under way.
pub struct Recorder {
    store: Store,
    take: Take,
    shared: Rc<Shared>,
    capture: Capture,
    /// Comes when the last slice is stored, or cannot be.
    saved: oneshot::Receiver<Claim>,
}

impl Recorder {
    /// Asks for the microphone and records. To be called within a tap, which is what lets the browser ask.
    ///
    /// # Errors
    /// Nothing is being recorded; the error says what to do.
    pub async fn start(
        store: Store,
        options: RecorderOptions,
        title: String,
        on_event: impl Fn(RecorderEvent) + 'static,
    ) -> Result<Self, MicrophoneError> {
        let mime = supported_mime().ok_or(MicrophoneError::Unsupported)?;
        let microphone = Microphone::open(&options).await?;
        let media = encoder(&microphone, mime, options.bits_per_second)?;
        let take = Take {
            id: TakeId::new(random_id()?),
            title,
            mime: Some(media.mime_type()).filter(|mime| !mime.is_empty()).unwrap_or_else(|| mime.to_owned()),
            started_at_ms: js_sys::Date::now() as u64,
            markers_ms: Vec::new(),
        };
        let lock = TakeLock::try_hold(&take.id).await;
        store.begin_take(&take).await?;
        let begun = Self::record(&store, &take, lock, microphone, media, Behind::default(), on_event);
        if begun.is_err() {
            // The row would be offered for recovery with nothing in it.
            store.discard_take(&take.id).await?;
        }
        begun
    }

    /// Goes on with a take that was interrupted: what is said now belongs to the same memo. As [`start`](Self::start) otherwise.
    ///
    /// # Errors
    /// Nothing is being recorded, and the take is as it was.
    pub async fn go_on(
        store: Store,
        options: RecorderOptions,
        take: Take,
        on_event: impl Fn(RecorderEvent) + 'static,
    ) -> Result<Self, MicrophoneError> {
        if !can_go_on(&take) || !MediaRecorder::is_type_supported(&take.mime) {
            return Err(MicrophoneError::Unsupported);
        }
        let Some(lock) = TakeLock::try_hold(&take.id).await else { return Err(MicrophoneError::InUse) };
        let last = store.last_chunk(&take.id).await?;
        let behind = last
            .map_or_else(Behind::default, |last| Behind { next: last.n.saturating_add(1), elapsed_ms: last.until_ms });
        let microphone = Microphone::open(&options).await?;
        let media = encoder(&microphone, &take.mime, options.bits_per_second)?;
        Self::record(&store, &take, Some(lock), microphone, media, behind, on_event)
    }

    fn record(
        store: &Store,
        take: &Take,
        lock: Option<TakeLock>,
        microphone: Microphone,
        media: MediaRecorder,
        behind: Behind,
        on_event: impl Fn(RecorderEvent) + 'static,
    ) -> Result<Self, MicrophoneError> {
        let (slices, received) = mpsc::unbounded();
        let shared = Rc::new(Shared {
            on_event: Box::new(on_event),
            media,
            state: Cell::new(RecorderState::Recording),
            stopwatch: RefCell::new(Stopwatch::after(behind.elapsed_ms)),
            meter: RefCell::new(Meter::open(microphone.stream())),
            silence: RefCell::default(),
            peaks: RefCell::default(),
            slices: RefCell::new(Some(slices)),
            heard_ms: Cell::new(now_ms()),
            alarmed: Cell::new(false),
            expected_to_stop: Cell::new(false),
            explained: Cell::new(false),
        });
        let capture = Capture::new(&shared, microphone);
        shared.media.start_with_time_slice(SLICE_MS).map_err(|thrown| MicrophoneError::from_js(&thrown))?;
        shared.stopwatch.borrow_mut().run(now_ms());

        let (finished, saved) = oneshot::channel();
        spawn_local({
            let (store, take_id, shared) = (store.clone(), take.id.clone(), Rc::downgrade(&shared));
            async move {
                let claim = Claim { _lock: lock, _hold: store.hold() };
                let emit_saved = |until_ms| {
                    if let Some(shared) = shared.upgrade() {
                        shared.emit(RecorderEvent::Saved { until_ms });
                    }
                };
                let result = save(&store, &take_id, behind.next, received, emit_saved).await;
                if let (Err(error), Some(shared)) = (result, shared.upgrade()) {
                    shared.cannot_save(&error);
                }
                // Nobody waits for it when the recorder was dropped: then it ends here.
                let _ = finished.send(claim);
            }
        });
        Ok(Self { store: store.clone(), take: take.clone(), shared, capture, saved })
    }

    /// The take as it was begun.
    pub fn take(&self) -> &Take {
        &self.take
    }

    /// Stops listening until [`resume`](Self::resume).
    pub fn pause(&self) {
        if self.shared.state.get() != RecorderState::Recording {
            return;
        }
        // What was said so far is saved now, however long the pause is. Fails only when it has stopped, which says so itself.
        let _ = self.shared.media.request_data();
        if self.shared.media.pause().is_ok() {
            self.shared.measure();
            self.shared.stopwatch.borrow_mut().halt(now_ms());
            self.shared.state.set(RecorderState::Paused);
        }
    }

    /// Listens again.
    pub fn resume(&self) {
        if self.shared.state.get() == RecorderState::Paused && self.shared.media.resume().is_ok() {
            // Sound of the pause is no part of the take.
            self.shared.forget_sound();
            self.shared.heard_ms.set(now_ms());
            self.shared.stopwatch.borrow_mut().run(now_ms());
            self.shared.state.set(RecorderState::Recording);
        }
    }

    /// How long the take is, without pauses.
    pub fn elapsed_ms(&self) -> u64 {
        self.shared.stopwatch.borrow().elapsed_ms(now_ms())
    }

    /// Whether it is listening.
    pub fn state(&self) -> RecorderState {
        self.shared.state.get()
    }

    /// Ends the take and makes a memo of it. The microphone is let go of before anything else. `progress` is told how much of the
    /// memo is put together, in percent.
    ///
    /// # Errors
    /// The take is kept and [`recovery`](super::recovery) offers it, unless there is no sound in it.
    pub async fn stop(self, progress: impl Fn(u8)) -> Result<Memo, FinishError> {
        let Self { store, take, shared, capture, saved } = self;
        let _claim = end(&shared, capture, saved).await;
        // With its markers.
        let take = store.take(&take.id).await?.unwrap_or(take);
        let memo = finish::finish(&store, &take, progress).await;
        if memo == Err(FinishError::Empty) {
            store.discard_take(&take.id).await?;
        }
        memo
    }

    /// Stops listening and leaves the take as it is: [`go_on`](Self::go_on) goes on with it, [`recovery`](super::recovery)
    /// makes a memo of it.
    pub async fn leave(self) -> Take {
        let Self { store, take, shared, capture, saved } = self;
        let claim = end(&shared, capture, saved).await;
        let stored = store.take(&take.id).await;
        drop(claim);
        stored.ok().flatten().unwrap_or(take)
    }

    /// Ends the take and removes it for good.
    ///
    /// # Errors
    /// The take could not be removed.
    pub async fn discard(self) -> Result<(), StoreError> {
        let Self { store, take, shared, capture, saved } = self;
        let _claim = end(&shared, capture, saved).await;
        store.discard_take(&take.id).await
    }
}

/// Stops, and waits until everything that was heard is stored.
async fn end(shared: &Shared, mut capture: Capture, saved: oneshot::Receiver<Claim>) -> Option<Claim> {
    shared.expected_to_stop.set(true);
    shared.measure();
    shared.stop_media();
    capture.microphone.take();
    saved.await.ok()
}

/// What there is of a take already.
#[derive(Clone, Copy, Default)]
struct Behind {
    /// The number of the next slice.
    next: u32,
    elapsed_ms: u64,
}

/// Whether more can be recorded behind this take: WebM can be put together without being encoded anew.
pub fn can_go_on(take: &Take) -> bool {
    take.mime.starts_with("audio/webm")
}

/// Until the last slice is stored, and the memo made of them, no other tab recovers the take or upgrades the database under it.
struct Claim {
    _lock: Option<TakeLock>,
    _hold: Hold,
}

/// What the callbacks of a take work on.
struct Shared {
    on_event: Box<dyn Fn(RecorderEvent)>,
    media: MediaRecorder,
    state: Cell<RecorderState>,
    stopwatch: RefCell<Stopwatch>,
    meter: RefCell<Option<Meter>>,
    silence: RefCell<SilenceWatch>,
    /// Peaks that belong to the next slice.
    peaks: RefCell<Vec<u8>>,
    /// To the saver; gone when the last slice was sent.
    slices: RefCell<Option<mpsc::UnboundedSender<Slice>>>,
    /// When bytes came last.
    heard_ms: Cell<f64>,
    alarmed: Cell<bool>,
    expected_to_stop: Cell<bool>,
    /// The person was told why it does not go on.
    explained: Cell<bool>,
}

impl Shared {
    /// Nothing may be borrowed: the app may pause or stop from here.
    fn emit(&self, event: RecorderEvent) {
        (self.on_event)(event);
    }

    fn handle_slice(&self, event: &Event) {
        let Some(blob) = event.dyn_ref::<BlobEvent>().and_then(BlobEvent::data) else { return };
        self.measure();
        if blob.size() == 0.0 {
            return;
        }
        self.heard_ms.set(now_ms());
        self.alarmed.set(false);
        let until_ms = self.stopwatch.borrow().elapsed_ms(now_ms());
        let slice = Slice { blob, peaks: self.peaks.take(), until_ms };
        if let Some(slices) = &*self.slices.borrow() {
            // Refused only after a slice could not be stored, which ended the take.
            let _ = slices.unbounded_send(slice);
        }
    }

    fn handle_stop(&self) {
        self.stopwatch.borrow_mut().halt(now_ms());
        if !self.explained.get() {
            self.interrupted(words().takes.ended_by_itself);
        }
        self.state.set(RecorderState::Stopped);
        self.slices.take();
        if !self.expected_to_stop.get() {
            self.emit(RecorderEvent::Stopped);
        }
    }

    fn handle_tick(&self) {
        self.measure();
        let stalled = now_ms() - self.heard_ms.get() > ALARM_MS;
        if stalled && self.state.get() == RecorderState::Recording && !self.alarmed.replace(true) {
            self.emit(RecorderEvent::Alarm);
        }
    }

    fn interrupted(&self, what_happened: &str) {
        if self.state.get() != RecorderState::Stopped && !self.expected_to_stop.get() {
            self.explained.set(true);
            let at = format_duration(self.stopwatch.borrow().elapsed_ms(now_ms()));
            let sentence = words().takes.interrupted.with([&what_happened, &at]);
            self.emit(RecorderEvent::Interrupted(sentence));
        }
    }

    /// A slice could not be stored, so neither could the next: the take ends here, and the person is told.
    fn cannot_save(&self, error: &StoreError) {
        self.stop_media();
        match error {
            StoreError::Full => {
                self.explained.set(true);
                self.emit(RecorderEvent::Full);
            }
            other => self.interrupted(&words().takes.stopped.with([other])),
        }
    }

    fn stop_media(&self) {
        if self.media.state() != RecordingState::Inactive {
            // It is not inactive, so it can be stopped.
            let _ = self.media.stop();
        }
    }

    /// Takes in what the meter heard since the last time.
    fn measure(&self) {
        let heard = self.meter.borrow_mut().as_mut().map(Meter::measure).unwrap_or_default();
        if self.state.get() != RecorderState::Recording {
            return;
        }
        for peak in heard {
            self.peaks.borrow_mut().push(level(peak));
            let silence = self.silence.borrow_mut().push(peak);
            self.emit(RecorderEvent::Peak(level(peak)));
            if let Some(silent) = silence {
                self.emit(RecorderEvent::Silence(silent));
            }
        }
    }

    fn forget_sound(&self) {
        if let Some(meter) = &mut *self.meter.borrow_mut() {
            meter.measure();
        }
    }
}

/// Everything that listens. Dropped, nothing is left behind: the microphone is free, the screen may sleep.
struct Capture {
    shared: Rc<Shared>,
    listeners: Vec<Listener>,
    /// Gone first when the take ends, so that the browser's sign that it is listening goes out at once.
    microphone: Option<Microphone>,
    _ticker: Interval,
    _wake_lock: WakeLock,
}

impl Capture {
    fn new(shared: &Rc<Shared>, microphone: Microphone) -> Self {
        let on = |target: &web_sys::EventTarget, kind, handle: fn(&Shared, &Event)| {
            let shared = shared.clone();
            Listener::new(target, kind, move |event| handle(&shared, &event))
        };
        let mut listeners = vec![
            on(&shared.media, "dataavailable", Shared::handle_slice),
            on(&shared.media, "stop", |shared, _| shared.handle_stop()),
            on(&shared.media, "error", |shared, _| shared.interrupted(words().takes.stopped_by_browser)),
        ];
        for track in microphone.tracks() {
            listeners.push(on(&track, "ended", |shared, _| {
                shared.interrupted(words().takes.unplugged);
                // Not every browser ends a recording whose only track has ended.
                shared.stop_media();
            }));
            listeners.push(on(&track, "mute", |shared, _| {
                shared.interrupted(words().takes.went_silent);
            }));
        }
        let ticker = Interval::new(PEAK_MS, {
            let shared = shared.clone();
            move || shared.handle_tick()
        });
        Self {
            shared: shared.clone(),
            listeners,
            microphone: Some(microphone),
            _ticker: ticker,
            _wake_lock: WakeLock::hold(),
        }
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        self.listeners.clear();
        self.shared.stop_media();
        self.shared.slices.take();
        self.shared.meter.take();
    }
}

/// The container to record in: what every player reads, and what this browser writes well.
fn supported_mime() -> Option<&'static str> {
    const WEBM: &str = "audio/webm;codecs=opus";
    const MP4: &str = "audio/mp4";
    let navigator = web_sys::window()?.navigator();
    let recorder = js_sys::Reflect::get(&js_sys::global(), &"MediaRecorder".into()).ok()?;
    if recorder.is_undefined() {
        return None;
    }
    // WebKit records WebM from 18.4, faulty by report; its MP4 has always been good.
    let vendor = js_sys::Reflect::get(&navigator, &"vendor".into()).ok().and_then(|vendor| vendor.as_string());
    let is_webkit = vendor.is_some_and(|vendor| vendor.starts_with("Apple"));
    let wishes = if is_webkit { [MP4, WEBM] } else { [WEBM, MP4] };
    wishes.into_iter().find(|mime| MediaRecorder::is_type_supported(mime))
}

fn encoder(microphone: &Microphone, mime: &str, bits_per_second: u32) -> Result<MediaRecorder, MicrophoneError> {
    let options = MediaRecorderOptions::new();
    options.set_mime_type(mime);
    options.set_audio_bits_per_second(bits_per_second);
    MediaRecorder::new_with_media_stream_and_media_recorder_options(microphone.stream(), &options)
        .map_err(|thrown| MicrophoneError::from_js(&thrown))
}

fn random_id() -> Result<MemoId, MicrophoneError> {
    let crypto = web_sys::window().and_then(|window| window.crypto().ok());
    let uuid = crypto.map(|crypto| crypto.random_uuid()).and_then(|uuid| uuid.parse().ok());
    uuid.ok_or(MicrophoneError::Unsupported)
}
