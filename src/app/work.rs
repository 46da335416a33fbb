//! One thing at a time that takes long: how far it is, and whether somebody wants it to end.

use leptos::prelude::*;

use super::AppState;
use crate::words::words;

/// How far it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// What is being done: "Import", "Export".
    pub(crate) name: &'static str,
    /// The same in a few words, with numbers.
    pub(crate) words: String,
    pub(crate) percent: u8,
}

/// What is under way, if anything is.
#[derive(Clone, Copy)]
pub(crate) struct Work {
    shown: RwSignal<Option<Progress>>,
    busy: StoredValue<bool>,
    cancelled: StoredValue<bool>,
}

impl Work {
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new(None), busy: StoredValue::new(false), cancelled: StoredValue::new(false) }
    }

    /// What to show of it. What is quick shows nothing.
    pub(crate) fn shown(self) -> Option<Progress> {
        self.shown.get()
    }

    /// Asks it to end; it does so at its next step.
    pub(crate) fn cancel(self) {
        self.cancelled.set_value(true);
    }

    /// Begins something; `None`, said in a toast, while something else is under way.
    pub(crate) fn begin(self, app: AppState, name: &'static str) -> Option<Running> {
        if self.busy.get_value() {
            app.toasts.say(words().exporting.one_at_a_time);
            return None;
        }
        self.busy.set_value(true);
        self.cancelled.set_value(false);
        Some(Running { work: self, name })
    }
}

/// Something under way. It is over when this is dropped, however that comes.
pub(crate) struct Running {
    work: Work,
    name: &'static str,
}

impl Running {
    /// Shows how far it is: so many bytes of so many.
    pub(crate) fn show(&self, words: impl Into<String>, done: u64, total: u64) {
        let percent = (u128::from(done) * 100 / u128::from(total.max(1))).min(100);
        let percent = u8::try_from(percent).unwrap_or(100);
        let progress = Progress { name: self.name, words: words.into(), percent };
        // Each step of a large file would else draw the same again.
        if self.work.shown.with_untracked(|shown| shown.as_ref() != Some(&progress)) {
            self.work.shown.set(Some(progress));
        }
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.work.cancelled.get_value()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.work.shown.set(None);
        self.work.busy.set_value(false);
    }
}
