//! A finger that rests on something: what a right click is for a mouse.

use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use web_sys::{MouseEvent, PointerEvent};

/// What phones take for a long press.
const LONG_PRESS: Duration = Duration::from_millis(450);

/// A finger that moves further than this is scrolling.
const STEADY_PX: i32 = 10;

/// One element's. It is told of what pointers do there.
#[derive(Clone, Copy, Default)]
pub(super) struct LongPress {
    timer: StoredValue<Option<TimeoutHandle>>,
    from: StoredValue<(i32, i32)>,
    was_long: StoredValue<bool>,
    is_touch: StoredValue<bool>,
}

impl LongPress {
    /// A pointer is down; `then` happens when it is a finger that stays.
    pub(super) fn begin(self, event: &PointerEvent, then: impl FnOnce() + 'static) {
        self.end();
        self.was_long.set_value(false);
        let is_touch = event.pointer_type() == "touch";
        self.is_touch.set_value(is_touch);
        if !is_touch {
            return;
        }
        self.from.set_value((event.client_x(), event.client_y()));
        let hold = move || {
            if self.timer.try_set_value(None).is_none() {
                self.was_long.set_value(true);
                then();
            }
        };
        self.timer.set_value(set_timeout_with_handle(hold, LONG_PRESS).ok());
    }

    pub(super) fn handle_move(self, event: &PointerEvent) {
        let (x, y) = self.from.get_value();
        if (event.client_x() - x).abs().max((event.client_y() - y).abs()) > STEADY_PX {
            self.end();
        }
    }

    /// A phone shows a menu for links at the same moment; there, the press selects.
    pub(super) fn handle_menu(self, event: &MouseEvent) {
        if self.is_touch.get_value() {
            event.prevent_default();
        }
    }

    pub(super) fn end(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    /// Whether the click that follows belongs to a long press.
    pub(super) fn was_long(self) -> bool {
        self.was_long.try_update_value(std::mem::take).unwrap_or_default()
    }
}
