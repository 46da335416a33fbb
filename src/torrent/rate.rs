//! Bytes per second over the last few seconds.

use super::Instant;

const SLOTS: usize = 5;
const SLOT_MS: u64 = 1000;

/// A rate that is younger is taken as that old: the first bytes come in a burst.
const YOUNG_MS: u64 = 100;

/// Counts bytes in slots of a second and forgets those older than five.
#[derive(Debug, Clone, Default)]
pub(super) struct Rate {
    slots: [u64; SLOTS],
    /// The number of the newest slot since the clock's origin.
    newest: u64,
    /// When the first byte came, so that a young rate is not spread over five seconds.
    since: Option<Instant>,
    total: u64,
}

impl Rate {
    pub(super) fn add(&mut self, now: Instant, bytes: u64) {
        self.forget_until(now);
        self.since.get_or_insert(now);
        self.slots[(self.newest % SLOTS as u64) as usize] += bytes;
        self.total += bytes;
    }

    /// Bytes per second at `now`.
    pub(super) fn per_second(&self, now: Instant) -> u64 {
        let mut current = self.clone();
        current.forget_until(now);
        let window_ms = SLOTS as u64 * SLOT_MS;
        let age_ms = self.since.map_or(window_ms, |since| now.saturating_since(since).as_millis() as u64);
        current.slots.iter().sum::<u64>() * 1000 / age_ms.clamp(YOUNG_MS, window_ms)
    }

    /// All bytes ever.
    pub(super) fn total(&self) -> u64 {
        self.total
    }

    fn forget_until(&mut self, now: Instant) {
        let slot = now.as_millis() / SLOT_MS;
        for passed in 1..=slot.saturating_sub(self.newest).min(SLOTS as u64) {
            self.slots[((self.newest + passed) % SLOTS as u64) as usize] = 0;
        }
        self.newest = self.newest.max(slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_flow_is_measured_and_an_old_one_forgotten() {
        let at = Instant::from_millis;
        let mut rate = Rate::default();
        for tenth in 0..100 {
            rate.add(at(tenth * 100), 10_000);
        }
        let steady = rate.per_second(at(9_900));
        assert!((80_000..=120_000).contains(&steady), "{steady}");
        assert_eq!(rate.per_second(at(20_000)), 0);
        assert_eq!(rate.total(), 1_000_000);
    }

    #[test]
    fn a_young_flow_is_not_spread_over_seconds_that_were_not() {
        let mut rate = Rate::default();
        (0..30).for_each(|ms| rate.add(Instant::from_millis(5_000 + ms * 10), 100_000));
        let young = rate.per_second(Instant::from_millis(5_300));
        assert!((9_000_000..=11_000_000).contains(&young), "{young}");
    }
}
