//! The engine's clock reading, handed in with every input.

use std::ops::{Add, Sub};
use std::time::Duration;

/// A moment, in milliseconds since an origin of the caller's choice. Only differences mean anything.
///
/// The engine has its own type because `std::time::Instant::now` panics in wasm, and because a simulated clock must be able
/// to make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(u64);

impl Instant {
    /// The moment `millis` milliseconds after the origin.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the origin.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// How long `earlier` lies back; zero when it is in the future.
    pub fn saturating_since(self, earlier: Self) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }

    /// The first moment from then on that is a multiple of `beat` after the origin: what can wait is done together, so that a device
    /// that has nothing to do sleeps in between.
    pub(super) fn on_beat(self, beat: Duration) -> Self {
        let beat = u64::try_from(beat.as_millis()).unwrap_or(u64::MAX).max(1);
        Self(self.0.div_ceil(beat).saturating_mul(beat))
    }
}

impl Add<Duration> for Instant {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(rhs.as_millis()).unwrap_or(u64::MAX)))
    }
}

impl Sub for Instant {
    type Output = Duration;

    fn sub(self, rhs: Self) -> Duration {
        self.saturating_since(rhs)
    }
}
