//! The recording under way. It belongs to the app, not to its page: it goes on while somebody looks something up.

use std::collections::VecDeque;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::AppState;
use super::clock;
use super::preferences::{Preferences, Sound};
use crate::memo::default_title;
use crate::recorder::{Processing, Recorder, RecorderEvent, RecorderOptions};

/// Bars of the live waveform.
pub(crate) const LIVE_BARS: usize = 64;

/// How often the clock on the screen moves. It shows tenths; what is saved does not depend on it.
const TICK_MS: u32 = 100;

/// Peaks, about 50 ms each, that make one bar, so that the wave moves at a pace that the eye can follow.
const PEAKS_PER_BAR: u8 = 2;

/// What the recorder is doing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Nothing is being recorded.
    #[default]
    Idle,
    /// The microphone was asked for.
    Starting,
    /// Sound is being saved.
    Recording,
    /// The take waits.
    Paused,
    /// The take is being made into a memo.
    Stopping,
    /// It could not begin; the sentence says why and what to do.
    Refused(String),
}

impl Phase {
    /// Whether there is a take that would be cut off if the page went away.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self, Self::Starting | Self::Recording | Self::Paused | Self::Stopping)
    }
}

/// What the recorder's page shows, and the recorder itself.
#[derive(Clone, Copy)]
pub(crate) struct Recording {
    pub(crate) phase: RwSignal<Phase>,
    pub(crate) elapsed_ms: RwSignal<u64>,
    /// The last bars, newest at the end.
    pub(crate) bars: RwSignal<VecDeque<u8>>,
    pub(crate) level: RwSignal<u8>,
    pub(crate) saved_ms: RwSignal<u64>,
    /// What the person should know while recording.
    pub(crate) silent: RwSignal<bool>,
    pub(crate) stalled: RwSignal<bool>,
    pending: StoredValue<(u8, u8)>,
    recorder: StoredValue<Option<Recorder>, LocalStorage>,
    ticking: StoredValue<Option<Interval>, LocalStorage>,
}

impl Recording {
    pub(crate) fn new() -> Self {
        Self {
            phase: RwSignal::default(),
            elapsed_ms: RwSignal::new(0),
            bars: RwSignal::default(),
            level: RwSignal::new(0),
            saved_ms: RwSignal::new(0),
            silent: RwSignal::new(false),
            stalled: RwSignal::new(false),
            pending: StoredValue::default(),
            recorder: StoredValue::new_local(None),
            ticking: StoredValue::new_local(None),
        }
    }

    /// Asks for the microphone and records. Called within a click, which is what lets the browser ask.
    pub(crate) fn start(self, app: AppState) {
        if self.phase.with_untracked(Phase::is_live) {
            return;
        }
        self.reset();
        self.phase.set(Phase::Starting);
        app.player.pause();
        spawn_local(async move {
            let options = app.preferences.with_untracked(recorder_options);
            let title = default_title(clock::today());
            match Recorder::start(app.store(), options, title, move |event| self.handle(app, event)).await {
                Ok(recorder) => {
                    self.recorder.set_value(Some(recorder));
                    self.phase.set(Phase::Recording);
                    self.ticking.set_value(Some(Interval::new(TICK_MS, move || self.tick())));
                }
                Err(error) => self.phase.set(Phase::Refused(error.to_string())),
            }
        });
    }

    pub(crate) fn pause(self) {
        self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::pause));
        self.level.set(0);
        self.phase.set(Phase::Paused);
        self.tick();
    }

    pub(crate) fn resume(self) {
        self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::resume));
        self.phase.set(Phase::Recording);
    }

    /// Ends the take and opens its memo.
    pub(crate) fn stop(self, app: AppState) {
        let Some(recorder) = self.take() else { return };
        self.phase.set(Phase::Stopping);
        spawn_local(async move {
            match recorder.stop().await {
                Ok(memo) => {
                    let path = format!("/memo/{}", memo.id);
                    app.memos.show(memo);
                    self.reset();
                    app.replace(&path);
                    app.ask_for_persistence();
                }
                Err(error) => self.phase.set(Phase::Refused(error.to_string())),
            }
        });
    }

    /// Throws the take away.
    pub(crate) fn discard(self, app: AppState) {
        let Some(recorder) = self.take() else { return };
        self.phase.set(Phase::Stopping);
        spawn_local(async move {
            if let Err(error) = recorder.discard().await {
                app.problem.set(Some(error.to_string()));
            }
            self.reset();
            app.toasts.say("Recording discarded");
            app.replace("/");
        });
    }

    fn handle(self, app: AppState, event: RecorderEvent) {
        match event {
            RecorderEvent::Peak(peak) => self.push(peak),
            RecorderEvent::Saved { until_ms } => {
                self.saved_ms.set(until_ms);
                self.stalled.set(false);
            }
            RecorderEvent::Silence(silent) => self.silent.set(silent),
            RecorderEvent::Alarm => self.stalled.set(true),
            RecorderEvent::Interrupted(why) => app.problem.set(Some(why)),
            RecorderEvent::Full => {
                app.problem.set(Some(
                    "The recording was stopped: this device has no room left. What was recorded is safe. Delete memos that you no longer need.".to_owned(),
                ));
            }
            // Not from within a call of the recorder, which may be what said it.
            RecorderEvent::Stopped => spawn_local(async move { self.stop(app) }),
        }
    }

    fn push(self, peak: u8) {
        self.level.set(peak);
        if self.phase.with_untracked(|phase| *phase != Phase::Recording) {
            return;
        }
        let (loudest, count) = self.pending.get_value();
        let (loudest, count) = (loudest.max(peak), count + 1);
        if count < PEAKS_PER_BAR {
            self.pending.set_value((loudest, count));
            return;
        }
        self.pending.set_value((0, 0));
        self.bars.update(|bars| {
            if bars.len() == LIVE_BARS {
                bars.pop_front();
            }
            bars.push_back(loudest);
        });
    }

    fn tick(self) {
        if let Some(elapsed) = self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::elapsed_ms)) {
            self.elapsed_ms.set(elapsed);
        }
    }

    fn take(self) -> Option<Recorder> {
        self.ticking.set_value(None);
        self.recorder.try_update_value(Option::take).flatten()
    }

    fn reset(self) {
        self.take();
        self.phase.set(Phase::Idle);
        self.elapsed_ms.set(0);
        self.saved_ms.set(0);
        self.level.set(0);
        self.bars.update(VecDeque::clear);
        self.pending.set_value((0, 0));
        self.silent.set(false);
        self.stalled.set(false);
    }
}

fn recorder_options(preferences: &Preferences) -> RecorderOptions {
    RecorderOptions {
        device_id: preferences.microphone.clone(),
        bits_per_second: preferences.kilobits_per_second * 1000,
        processing: match preferences.sound {
            Sound::Voice => Processing::Voice,
            Sound::Room => Processing::Room,
            Sound::Raw => Processing::Raw,
        },
    }
}
