//! A sentence at the bottom of the screen about what just happened, with a way back where there is one.

use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;

/// Long enough to read a sentence and reach the button.
const SHOWN_FOR: Duration = Duration::from_secs(10);

/// What it says, and what `Undo` does.
#[derive(Clone)]
pub(crate) struct Toast {
    pub(crate) text: String,
    pub(crate) undo: Option<Rc<dyn Fn()>>,
    number: u64,
}

/// The one toast there is room for: a newer one replaces it.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    shown: RwSignal<Option<Toast>, LocalStorage>,
    count: StoredValue<u64>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self { shown: RwSignal::new_local(None), count: StoredValue::new(0) }
    }

    pub(crate) fn shown(self) -> Option<Toast> {
        self.shown.get()
    }

    pub(crate) fn say(self, text: impl Into<String>) {
        self.put(text.into(), None);
    }

    pub(crate) fn say_with_undo(self, text: impl Into<String>, undo: impl Fn() + 'static) {
        self.put(text.into(), Some(Rc::new(undo)));
    }

    pub(crate) fn clear(self) {
        self.shown.set(None);
    }

    fn put(self, text: String, undo: Option<Rc<dyn Fn()>>) {
        self.count.update_value(|count| *count += 1);
        let number = self.count.get_value();
        self.shown.set(Some(Toast { text, undo, number }));
        set_timeout(
            move || {
                if self.shown.with_untracked(|shown| shown.as_ref().is_some_and(|toast| toast.number == number)) {
                    self.clear();
                }
            },
            SHOWN_FOR,
        );
    }
}
