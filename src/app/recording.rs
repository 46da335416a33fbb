//! The recording under way. It belongs to the app, not to its page: it goes on while somebody looks something up.

use std::collections::VecDeque;

use gloo_timers::callback::Interval;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::AppState;
use super::clock;
use super::preferences::{Preferences, Sound};
use crate::memo::{Memo, default_title, room_ms};
use crate::recorder::{FinishError, Processing, Recorder, RecorderEvent, RecorderOptions, can_go_on, recovery};
use crate::store::Take;
use crate::words::words;

/// Bars of the live waveform.
pub(crate) const LIVE_BARS: usize = 64;

/// How often the clock on the screen moves. It shows tenths; what is saved does not depend on it.
const TICK_MS: u32 = 100;

/// Peaks, about 50 ms each, that make one bar, so that the wave moves at a pace that the eye can follow.
const PEAKS_PER_BAR: u8 = 2;

/// A sample that reaches the top was cut off there.
const CLIPPED: u8 = 255;

/// How long it is said after the last such sample.
const LOUD_MS: u64 = 2_000;

/// How often it is looked at how much room there is.
const ROOM_EVERY_MS: u64 = 15_000;

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
    /// The microphone went away; the sentence says why and when. The take waits to be gone on with, or to be finished.
    Interrupted(String),
    /// It could not begin; the sentence says why and what to do.
    Refused(String),
}

impl Phase {
    /// Whether there is a take that would be cut off if the page went away.
    pub(crate) fn is_live(&self) -> bool {
        matches!(self, Self::Starting | Self::Recording | Self::Paused | Self::Stopping | Self::Interrupted(_))
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
    pub(crate) too_loud: RwSignal<bool>,
    /// How many moments were marked.
    pub(crate) marked: RwSignal<usize>,
    /// How much of the memo is put together, in percent.
    pub(crate) finished: RwSignal<u8>,
    /// How much longer the disk has room; `None` while nobody knows.
    pub(crate) room_ms: RwSignal<Option<u64>>,
    /// Why the take is about to end, until it has.
    interruption: StoredValue<Option<String>>,
    /// The take that waits.
    interrupted: StoredValue<Option<Take>, LocalStorage>,
    loud_until_ms: StoredValue<u64>,
    room_asked_ms: StoredValue<u64>,
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
            too_loud: RwSignal::new(false),
            marked: RwSignal::new(0),
            finished: RwSignal::new(0),
            room_ms: RwSignal::new(None),
            interruption: StoredValue::default(),
            interrupted: StoredValue::new_local(None),
            loud_until_ms: StoredValue::default(),
            room_asked_ms: StoredValue::default(),
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
            let begun = Recorder::start(app.store(), options, title, move |event| self.handle(app, event)).await;
            match begun {
                Ok(recorder) => self.run(app, recorder),
                Err(error) => self.phase.set(Phase::Refused(error.to_string())),
            }
        });
    }

    /// Goes on with a take that was interrupted, or cut off with the app: what is said now belongs to the same memo. Called within
    /// a click.
    pub(crate) fn go_on(self, app: AppState, take: Take) {
        let is_busy =
            matches!(self.phase.get_untracked(), Phase::Starting | Phase::Recording | Phase::Paused | Phase::Stopping);
        if is_busy {
            return;
        }
        self.interrupted.set_value(Some(take.clone()));
        self.phase.set(Phase::Starting);
        app.player.pause();
        spawn_local(async move {
            let options = app.preferences.with_untracked(recorder_options);
            self.marked.set(take.markers_ms.len());
            let begun = Recorder::go_on(app.store(), options, take, move |event| self.handle(app, event)).await;
            match begun {
                Ok(recorder) => {
                    self.interrupted.set_value(None);
                    self.run(app, recorder);
                }
                // It waits as before.
                Err(error) => self.phase.set(Phase::Interrupted(error.to_string())),
            }
        });
    }

    /// Goes on with the take that waits.
    pub(crate) fn go_on_with_interrupted(self, app: AppState) {
        if let Some(take) = self.interrupted.get_value() {
            self.go_on(app, take);
        }
    }

    /// Makes a memo of the take that waits, and opens it.
    pub(crate) fn finish_interrupted(self, app: AppState) {
        let Some(take) = self.interrupted.get_value() else { return };
        self.phase.set(Phase::Stopping);
        spawn_local(async move {
            match recovery::finish(&app.store(), &take, |percent| self.finished.set(percent)).await {
                Ok(memo) => self.open(app, &memo),
                Err(error) => self.phase.set(Phase::Interrupted(error.to_string())),
            }
        });
    }

    fn run(self, app: AppState, recorder: Recorder) {
        self.recorder.set_value(Some(recorder));
        self.phase.set(Phase::Recording);
        self.tick(app);
        self.ticking.set_value(Some(Interval::new(TICK_MS, move || self.tick(app))));
    }

    /// Marks this moment.
    pub(crate) fn mark(self, app: AppState) {
        let moment = |recorder: &Option<Recorder>| {
            recorder.as_ref().map(|recorder| (recorder.take().id.clone(), recorder.elapsed_ms()))
        };
        let Some((take, at_ms)) = self.recorder.with_value(moment) else { return };
        spawn_local(async move {
            let marked = app.store().mark_take(&take, at_ms).await;
            if app.report(marked) == Some(true) {
                self.marked.update(|count| *count += 1);
            }
        });
    }

    pub(crate) fn pause(self) {
        self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::pause));
        self.level.set(0);
        self.phase.set(Phase::Paused);
    }

    pub(crate) fn resume(self) {
        self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::resume));
        self.phase.set(Phase::Recording);
    }

    /// Ends the take and opens its memo. Where none can be made of it now, the take waits.
    pub(crate) fn stop(self, app: AppState) {
        let Some(recorder) = self.take() else { return };
        self.phase.set(Phase::Stopping);
        let take = recorder.take().clone();
        spawn_local(async move {
            match recorder.stop(|percent| self.finished.set(percent)).await {
                Ok(memo) => self.open(app, &memo),
                // There is nothing to wait for.
                Err(error @ FinishError::Empty) => self.phase.set(Phase::Refused(error.to_string())),
                Err(error) => {
                    // With its markers, where it can be read.
                    let stored = app.store().take(&take.id).await.ok().flatten();
                    self.interrupted.set_value(Some(stored.unwrap_or(take)));
                    self.phase.set(Phase::Interrupted(error.to_string()));
                }
            }
        });
    }

    fn open(self, app: AppState, memo: &Memo) {
        self.reset();
        app.replace(&format!("/memo/{}", memo.id));
        app.ask_for_persistence();
    }

    /// The take has ended by itself. Where it can be gone on with, it waits for the person.
    fn has_ended(self, app: AppState) {
        let why = self.interruption.try_update_value(Option::take).flatten();
        let can_go_on = self.recorder.with_value(|recorder| recorder.as_ref().is_some_and(|it| can_go_on(it.take())));
        let Some(why) = why.filter(|_| can_go_on) else { return self.stop(app) };
        let Some(recorder) = self.take() else { return };
        self.phase.set(Phase::Stopping);
        spawn_local(async move {
            self.interrupted.set_value(Some(recorder.leave().await));
            app.problem.set(None);
            self.phase.set(Phase::Interrupted(why));
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
            app.toasts.say(words().record_page.discarded);
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
            RecorderEvent::Interrupted(why) => {
                self.interruption.set_value(Some(why.clone()));
                app.problem.set(Some(why));
            }
            RecorderEvent::Full => {
                self.interruption.set_value(None);
                app.problem.set(Some(words().record_page.no_room_left.to_owned()));
            }
            // Not from within a call of the recorder, which may be what said it.
            RecorderEvent::Stopped => spawn_local(async move { self.has_ended(app) }),
        }
    }

    fn push(self, peak: u8) {
        self.level.set(peak);
        if peak == CLIPPED {
            self.loud_until_ms.set_value(clock::now_ms() + LOUD_MS);
        }
        self.too_loud.set(clock::now_ms() < self.loud_until_ms.get_value());
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

    fn tick(self, app: AppState) {
        if let Some(elapsed) = self.recorder.with_value(|recorder| recorder.as_ref().map(Recorder::elapsed_ms)) {
            self.elapsed_ms.set(elapsed);
        }
        if clock::now_ms() >= self.room_asked_ms.get_value() + ROOM_EVERY_MS {
            self.measure_room(app);
        }
    }

    /// How much longer a recording may get.
    pub(crate) fn measure_room(self, app: AppState) {
        self.room_asked_ms.set_value(clock::now_ms());
        spawn_local(async move {
            let usage = app.store().estimate().await;
            let bits_per_second = app.preferences.with_untracked(|preferences| preferences.kilobits_per_second * 1000);
            let room = (usage.quota > 0).then(|| room_ms(usage.quota.saturating_sub(usage.used), bits_per_second));
            self.room_ms.set(room);
        });
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
        self.too_loud.set(false);
        self.marked.set(0);
        self.finished.set(0);
        self.interruption.set_value(None);
        self.interrupted.set_value(None);
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
