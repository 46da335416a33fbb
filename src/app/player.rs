//! The one player: an `<audio>` element that stays in the page, and what it is doing.
//!
//! It outlives the pages: an import that turns into a memo goes on sounding. Bytes come from the service worker where one
//! controls the page (`/audio/<id>`, streamed, also while they arrive), from a blob otherwise.
//!
//! The element plays all of a memo's sound. Of a trimmed memo a part is heard: every position here, and so everywhere else, is
//! counted from the beginning of that part, and this is the one place that knows where the part is in the sound.

use gloo_timers::callback::{Interval, Timeout};
use leptos::html::Audio;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{DomException, HtmlMediaElement, MediaError};

use super::media_session;
use super::pause_watch::{LOOK_MS, PauseWatch};
use super::{AppState, whole_memo};
use crate::memo::{Memo, MemoId, Repeat, Span, View, neighbours, speed_in_pause};
use crate::net::service_worker_controls_page;
use crate::web::ObjectUrl;
use crate::words::words;

/// The listening position is stored again after this much of it.
const KEEP_EVERY_MS: u64 = 5_000;

/// A memo that was left this close to its end begins again.
const NEAR_END_MS: u64 = 1_500;

/// The element tells where it is four times a second. The end of a part is awaited by a timer from this close on.
const END_IN_SIGHT_MS: u64 = 600;

/// The speeds to choose from.
pub(crate) const SPEEDS: [f64; 8] = [0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0];

/// What is loaded and how far it is.
#[derive(Clone, Copy)]
pub(crate) struct Player {
    pub(crate) element: NodeRef<Audio>,
    pub(crate) memo: RwSignal<Option<MemoId>>,
    pub(crate) playing: RwSignal<bool>,
    pub(crate) position_ms: RwSignal<u64>,
    /// As the element measured it; the memo's row knows it better when it knows it at all.
    pub(crate) duration_ms: RwSignal<u64>,
    pub(crate) speed: RwSignal<f64>,
    pub(crate) problem: RwSignal<Option<String>>,
    pub(crate) repeat: RwSignal<Repeat>,
    /// Hears pauses, once somebody wants them played fast.
    watch: StoredValue<Option<PauseWatch>, LocalStorage>,
    watching: StoredValue<Option<Interval>, LocalStorage>,
    source: StoredValue<Source, LocalStorage>,
    /// The part that is heard of a trimmed memo.
    span: StoredValue<Option<Span>>,
    /// Looks again when the part should be over.
    ending: StoredValue<Option<Timeout>, LocalStorage>,
    kept_ms: StoredValue<u64>,
    /// Play was pressed before there was anything to play from.
    wanted: StoredValue<bool>,
    /// The element knows its sound, and was told where to begin. Before that, what it says of its place is not ours.
    placed: StoredValue<bool>,
    /// Somebody went to another place while nothing played, and has not listened since.
    sought: StoredValue<bool>,
}

/// Where the element reads from.
#[derive(Default)]
enum Source {
    #[default]
    None,
    Worker,
    Blob {
        _url: ObjectUrl,
    },
}

impl Player {
    pub(crate) fn new() -> Self {
        Self {
            element: NodeRef::new(),
            memo: RwSignal::new(None),
            playing: RwSignal::new(false),
            position_ms: RwSignal::new(0),
            duration_ms: RwSignal::new(0),
            speed: RwSignal::new(1.0),
            problem: RwSignal::new(None),
            repeat: RwSignal::default(),
            watch: StoredValue::new_local(None),
            watching: StoredValue::new_local(None),
            source: StoredValue::new_local(Source::None),
            span: StoredValue::new(None),
            ending: StoredValue::new_local(None),
            kept_ms: StoredValue::new(0),
            wanted: StoredValue::new(false),
            placed: StoredValue::new(false),
            sought: StoredValue::new(false),
        }
    }

    /// Makes this memo the current one, at the place where listening stopped. The current one is left as it is.
    pub(crate) fn open(self, app: AppState, memo: &Memo) {
        let current = self.memo.with_untracked(|id| id.as_ref() == Some(&memo.id));
        if !current {
            self.close(app);
            self.span.set_value(memo.span());
            self.memo.set(Some(memo.id.clone()));
            let (length, place) = (memo.length_ms(), memo.place_ms());
            let near_end = length > 0 && place.saturating_add(NEAR_END_MS) >= length;
            let position = if near_end { 0 } else { place };
            self.position_ms.set(position);
            self.kept_ms.set_value(position);
        }
        if let Some(element) = self.element.get_untracked() {
            // A memo that is still arriving is left in peace until somebody wants to hear it.
            element.set_preload(if memo.complete { "metadata" } else { "none" });
        }
        if self.source.with_value(|source| matches!(source, Source::None)) {
            self.load(app, memo.clone());
        }
    }

    /// Lets go of the current memo.
    pub(crate) fn close(self, app: AppState) {
        self.keep_position(app);
        if let Some(element) = self.element.get_untracked() {
            // The events of the old source are not news about the next one.
            let _ = element.pause();
            if element.has_attribute("src") {
                let _ = element.remove_attribute("src");
                element.load();
            }
        }
        self.forget_source();
        self.wanted.set_value(false);
        self.ending.set_value(None);
        self.span.set_value(None);
        self.memo.set(None);
        self.playing.set(false);
        self.position_ms.set(0);
        self.duration_ms.set(0);
        self.problem.set(None);
        self.repeat.set(Repeat::Off);
    }

    fn forget_source(self) {
        self.source.set_value(Source::None);
        self.placed.set_value(false);
    }

    /// The current memo was trimmed, or is so no more. What sounds now goes on if it still belongs to it.
    pub(crate) fn hear(self, span: Option<Span>) {
        let before = self.span.get_value();
        if before == span {
            return;
        }
        let at_ms = self.in_sound(self.position_ms.get_untracked());
        self.span.set_value(span);
        self.repeat.set(Repeat::Off);
        self.handle_duration();
        match span.map_or(Some(at_ms), |span| span.in_part(at_ms)) {
            Some(position) => self.position_ms.set(position),
            None => self.seek(0),
        }
        media_session::place(self);
    }

    /// Where a moment of what is heard is in the sound.
    fn in_sound(self, position_ms: u64) -> u64 {
        self.span.get_value().map_or(position_ms, |span| span.in_sound(position_ms))
    }

    pub(crate) fn toggle(self, app: AppState) {
        if self.playing.get_untracked() { self.pause() } else { self.play(app) }
    }

    pub(crate) fn play(self, app: AppState) {
        let Some(element) = self.element.get_untracked() else { return };
        self.problem.set(None);
        if !element.has_attribute("src") {
            self.wanted.set_value(true);
            return;
        }
        let length = self.length_ms(app);
        if element.ended() || (length > 0 && self.position_ms.get_untracked() >= length) {
            self.seek(0);
        }
        element.set_playback_rate(self.speed.get_untracked());
        self.watch_pauses(app);
        let Ok(started) = element.play() else { return };
        spawn_local(async move {
            if let Err(refusal) = JsFuture::from(started).await {
                self.handle_refusal(&refusal);
            }
        });
        media_session::describe(app, self);
    }

    pub(crate) fn pause(self) {
        self.wanted.set_value(false);
        if let Some(element) = self.element.get_untracked() {
            let _ = element.pause();
        }
    }

    /// Goes to a moment; before the element knows its sound, it is kept until then.
    pub(crate) fn seek(self, position_ms: u64) {
        self.position_ms.set(position_ms);
        if let Some(element) = self.element.get_untracked()
            && self.placed.get_value()
        {
            self.place(&element, self.in_sound(position_ms));
        }
        media_session::place(self);
    }

    fn place(self, element: &HtmlMediaElement, in_sound_ms: u64) {
        self.sought.set_value(element.paused());
        element.set_current_time(seconds(in_sound_ms));
    }

    /// Begins the part that is repeated, ends it, or repeats no more: the one button of it.
    pub(crate) fn repeat_here(self) {
        let position = self.position_ms.get_untracked();
        self.repeat.update(|repeat| *repeat = repeat.pressed(position));
    }

    /// Marks what is heard right now.
    pub(crate) fn mark(self, app: AppState) {
        let position = self.position_ms.get_untracked();
        if let Some(id) = self.memo.get_untracked() {
            app.edit(&id, move |memo| memo.add_mark(position));
        }
    }

    /// The memo above or below the current one in the library, if there is one.
    fn neighbour(self, app: AppState, below: bool) -> Option<Memo> {
        let current = self.memo.get_untracked()?;
        let sort = app.preferences.with_untracked(|preferences| preferences.sort);
        // Without headings: nobody sees this list.
        let listing = untrack(|| app.memos.list(&View { sort, ..View::default() }, |_| String::new()));
        let (above_it, below_it) = neighbours(&listing.ids, &current);
        app.memos.find_untracked(if below { below_it? } else { above_it? })
    }

    /// Opens the page of the memo above or below, and plays it.
    pub(crate) fn play_neighbour(self, app: AppState, below: bool) {
        if let Some(memo) = self.neighbour(app, below).filter(|memo| memo.complete) {
            app.go(&format!("/memo/{}", memo.id));
            self.open(app, &memo);
            self.play(app);
        }
    }

    pub(crate) fn set_skip_silence(self, app: AppState, skips: bool) {
        app.change_preferences(|preferences| preferences.skip_silence = skips);
        if skips {
            self.watch_pauses(app);
        } else {
            self.watching.set_value(None);
            self.set_rate(self.speed.get_untracked());
        }
    }

    /// Plays pauses fast from now on, if that is wanted. Called within a tap.
    fn watch_pauses(self, app: AppState) {
        if !app.preferences.with_untracked(|preferences| preferences.skip_silence) {
            return;
        }
        let Some(element) = self.element.get_untracked() else { return };
        let look = move || self.watching.set_value(Some(Interval::new(LOOK_MS, move || self.look_for_pause())));
        if self.watch.with_value(Option::is_some) {
            return look();
        }
        spawn_local(async move {
            match PauseWatch::on(element.into()).await {
                Some(watch) => {
                    self.watch.set_value(Some(watch));
                    look();
                }
                // A second tap came while the first was waiting.
                None if self.watch.with_value(Option::is_some) => {}
                None => app.toasts.say(words().player.cannot_hear_silence),
            }
        });
    }

    fn look_for_pause(self) {
        let speed = self.speed.get_untracked();
        // A hidden page is woken too seldom to slow down in time.
        let may = self.playing.get_untracked() && !document().hidden();
        let hears_pause = |watch: &mut Option<PauseWatch>| watch.as_mut().is_some_and(PauseWatch::is_in_pause);
        let is_pause = may && self.watch.try_update_value(hears_pause) == Some(true);
        self.set_rate(if is_pause { speed_in_pause(speed) } else { speed });
    }

    fn set_rate(self, rate: f64) {
        if let Some(element) = self.element.get_untracked()
            && (element.playback_rate() - rate).abs() > 0.001
        {
            element.set_playback_rate(rate);
        }
    }

    pub(crate) fn jump(self, app: AppState, by_ms: i64) {
        let length = self.length_ms(app);
        let target = self.position_ms.get_untracked().saturating_add_signed(by_ms);
        self.seek(if length > 0 { target.min(length) } else { target });
    }

    pub(crate) fn set_speed(self, speed: f64) {
        self.speed.set(speed);
        self.set_rate(speed);
        media_session::place(self);
    }

    /// The length of the current memo, as well as it is known.
    pub(crate) fn length_ms(self, app: AppState) -> u64 {
        let row = self.memo.get().and_then(|id| app.memos.find(&id)).map_or(0, |memo| memo.length_ms());
        if row > 0 { row } else { self.duration_ms.get() }
    }

    fn load(self, app: AppState, memo: Memo) {
        let Some(element) = self.element.get_untracked() else { return };
        if service_worker_controls_page() {
            self.source.set_value(Source::Worker);
            element.set_src(&format!("/audio/{}", memo.id));
            self.play_if_wanted(app);
        } else if memo.complete {
            self.load_blob(app, memo);
        }
    }

    fn load_blob(self, app: AppState, memo: Memo) {
        spawn_local(async move {
            let loaded = whole_memo::url_of(&app.store(), &memo).await;
            let still_current = self.memo.with_untracked(|id| id.as_ref() == Some(&memo.id));
            let Some(element) = self.element.get_untracked().filter(|_| still_current) else { return };
            match loaded {
                Ok(Some(url)) => {
                    element.set_src(url.as_str());
                    self.source.set_value(Source::Blob { _url: url });
                    self.play_if_wanted(app);
                }
                Ok(None) => self.problem.set(Some(words().player.sound_gone.to_owned())),
                Err(error) => self.problem.set(Some(error.to_string())),
            }
        });
    }

    fn play_if_wanted(self, app: AppState) {
        if self.wanted.try_update_value(std::mem::take) == Some(true) {
            self.play(app);
        }
    }

    // What the element says.

    pub(crate) fn handle_metadata(self) {
        let Some(element) = self.element.get_untracked() else { return };
        self.handle_duration();
        element.set_playback_rate(self.speed.get_untracked());
        let position = self.in_sound(self.position_ms.get_untracked());
        if position > 0 {
            self.place(&element, position);
        }
        self.placed.set_value(true);
    }

    pub(crate) fn handle_duration(self) {
        if let Some(element) = self.element.get_untracked() {
            let sound_ms = milliseconds(element.duration());
            self.duration_ms.set(self.span.get_value().map_or(sound_ms, |span| span.length_in(sound_ms)));
        }
    }

    pub(crate) fn handle_time(self, app: AppState) {
        let Some(element) = self.element.get_untracked() else { return };
        // What it says on its way elsewhere is where it was.
        if !self.placed.get_value() || element.seeking() {
            return;
        }
        let at_ms = milliseconds(element.current_time());
        let span = self.span.get_value();
        let position = span.map_or(at_ms, |span| span.nearest_in_part(at_ms));
        if let Some(start) = self.repeat.get_untracked().goes_on_at(position).filter(|_| !element.paused()) {
            return self.seek(start);
        }
        self.position_ms.set(position);
        if let Some(span) = span.filter(|_| !element.paused() && !element.ended()) {
            if at_ms >= span.end_ms {
                // Fails only where nothing plays.
                let _ = element.pause();
                return self.end(app);
            }
            self.await_end(app, span.end_ms - at_ms, element.playback_rate());
        }
        if position.abs_diff(self.kept_ms.get_value()) >= KEEP_EVERY_MS {
            self.keep_position(app);
        }
    }

    /// Has a look when the part should be over, once that is near: it ends where it was cut, and not a quarter of a second later.
    fn await_end(self, app: AppState, left_ms: u64, rate: f64) {
        if left_ms > END_IN_SIGHT_MS || rate <= 0.0 {
            return self.ending.set_value(None);
        }
        let wait_ms = (left_ms as f64 / rate).ceil() as u32;
        self.ending.set_value(Some(Timeout::new(wait_ms, move || self.handle_time(app))));
    }

    pub(crate) fn handle_playing(self, app: AppState, playing: bool) {
        self.playing.set(playing);
        media_session::place(self);
        if playing {
            self.sought.set_value(false);
        } else {
            self.watching.set_value(None);
            self.keep_position(app);
        }
    }

    /// The sound is at its end. Firefox may say so when somebody goes there while nothing plays: then nobody has listened to it.
    pub(crate) fn handle_ended(self, app: AppState) {
        if !self.sought.get_value() {
            self.end(app);
        }
    }

    fn end(self, app: AppState) {
        if let Repeat::Between(start, _) = self.repeat.get_untracked() {
            self.seek(start);
            return self.play(app);
        }
        self.playing.set(false);
        self.watching.set_value(None);
        match self.span.get_value() {
            // The element has to go there: it is not at the end of its sound, where playing begins again by itself.
            Some(_) => self.seek(0),
            None => self.position_ms.set(0),
        }
        self.keep_position(app);
        if app.preferences.with_untracked(|preferences| preferences.play_next) {
            self.play_neighbour(app, true);
        }
    }

    pub(crate) fn handle_error(self, app: AppState) {
        let Some(element) = self.element.get_untracked() else { return };
        let Some(error) = element.error().filter(|_| element.has_attribute("src")) else { return };
        self.playing.set(false);
        let memo = self.memo.get_untracked().and_then(|id| app.memos.find_untracked(&id));
        let streamed = self.source.with_value(|source| matches!(source, Source::Worker));
        if let Some(memo) = memo.filter(|memo| memo.complete && streamed) {
            // The worker may have been stopped or replaced; what is here can be played without it.
            self.forget_source();
            self.load_blob(app, memo);
            return;
        }
        self.problem.set(Some(sentence(&error)));
    }

    fn handle_refusal(self, refusal: &wasm_bindgen::JsValue) {
        let name = wasm_bindgen::JsCast::dyn_ref::<DomException>(refusal).map(DomException::name).unwrap_or_default();
        match name.as_str() {
            // A newer command came in between: that one will be heard.
            "AbortError" => {}
            "NotAllowedError" => self.problem.set(Some(words().player.needs_a_tap.to_owned())),
            // Unplayable sources are told by the element's own error event.
            _ => {}
        }
    }

    fn keep_position(self, app: AppState) {
        let position = self.position_ms.get_untracked();
        if position == self.kept_ms.get_value() {
            return;
        }
        self.kept_ms.set_value(position);
        if let Some(id) = self.memo.get_untracked() {
            app.edit(&id, move |memo| memo.keep_place(position));
        }
    }
}

fn sentence(error: &MediaError) -> String {
    match error.code() {
        MediaError::MEDIA_ERR_NETWORK => words().player.rest_not_here,
        MediaError::MEDIA_ERR_DECODE => words().player.damaged,
        _ => words().player.unplayable,
    }
    .to_owned()
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds of sound are far below 2^53")]
fn seconds(ms: u64) -> f64 {
    ms as f64 / 1000.0
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "infinite and unknown lengths become zero")]
fn milliseconds(seconds: f64) -> u64 {
    if seconds.is_finite() { (seconds * 1000.0) as u64 } else { 0 }
}
