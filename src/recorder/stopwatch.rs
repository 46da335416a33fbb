//! Elapsed time without pauses. Slices are not exact, so time is never computed from their count.

/// Runs between [`run`](Self::run) and [`halt`](Self::halt). The caller brings the time, in milliseconds of a clock that never
/// jumps.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stopwatch {
    before_ms: f64,
    running_since_ms: Option<f64>,
}

impl Stopwatch {
    /// One that has run for so long already.
    pub(super) fn after(elapsed_ms: u64) -> Self {
        Self { before_ms: elapsed_ms as f64, running_since_ms: None }
    }

    /// Goes on, unless it does already.
    pub(super) fn run(&mut self, now_ms: f64) {
        self.running_since_ms.get_or_insert(now_ms);
    }

    /// Waits.
    pub(super) fn halt(&mut self, now_ms: f64) {
        self.before_ms = self.total_ms(now_ms);
        self.running_since_ms = None;
    }

    /// How long it ran.
    pub(super) fn elapsed_ms(&self, now_ms: f64) -> u64 {
        self.total_ms(now_ms) as u64
    }

    fn total_ms(&self, now_ms: f64) -> f64 {
        self.before_ms + self.running_since_ms.map_or(0.0, |since| (now_ms - since).max(0.0))
    }
}

/// `performance.now()`.
pub(super) fn now_ms() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or_else(js_sys::Date::now, |clock| clock.now())
}
