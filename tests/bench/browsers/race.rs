//! The sides take turns.

use crate::device::Device;
use crate::field::Field;
use crate::processor;
use crate::side::{Ground, Side, Took};
use futures_util::future::join_all;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Long enough for a driver to reach eight browsers on two cores.
const HEAD_START: Duration = Duration::from_secs(2);

/// Rounds that failed are tried again this often.
const MAX_FAILURES: usize = 3;

/// What one round of one side took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lap {
    /// From "add" until the last receiver has everything.
    pub(crate) total_ms: f64,
    /// What all browsers used of the processor meanwhile.
    pub(crate) processor_ms: f64,
}

/// All rounds of one case.
#[derive(Debug, Default)]
pub(crate) struct Laps {
    pub(crate) laps: BTreeMap<Side, Vec<Lap>>,
    pub(crate) failures: BTreeMap<Side, usize>,
}

/// A sender, its receivers, and the bytes.
pub(crate) struct Race<'a> {
    pub(crate) field: &'a Field,
    pub(crate) sender: Arc<Device>,
    pub(crate) receivers: Vec<Arc<Device>>,
    pub(crate) bytes: usize,
}

impl Race<'_> {
    /// One round that does not count, then `rounds` that do.
    pub(crate) async fn run(&self, name: &str, sides: &[Side], rounds: usize) -> Laps {
        let mut laps = Laps::default();
        for round in 0..=rounds {
            let mut sides = sides.to_vec();
            // Whoever went first goes last the next time.
            if round % 2 == 1 {
                sides.reverse();
            }
            for side in sides {
                while let Err(reason) = self.lap(side, round > 0, &mut laps).await {
                    eprintln!("{name}: a round of {} failed: {reason}", side.name());
                    let failures = laps.failures.entry(side).or_default();
                    *failures += 1;
                    assert!(*failures <= MAX_FAILURES, "{name}: {} fails again and again", side.name());
                }
            }
        }
        laps
    }

    async fn lap(&self, side: Side, counts: bool, laps: &mut Laps) -> Result<(), String> {
        let ground = self.field.ground();
        let lap = self.one(side, &ground).await?;
        println!("{} bytes, {}: {:.0} ms, {:.0} ms of CPU", self.bytes, side.name(), lap.total_ms, lap.processor_ms);
        if counts {
            laps.laps.entry(side).or_default().push(lap);
        }
        Ok(())
    }

    /// One round of one side.
    pub(crate) async fn one(&self, side: Side, ground: &Ground) -> Result<Lap, String> {
        let offered = side.sends(&self.sender, ground, self.bytes).await;
        join_all(self.receivers.iter().map(|receiver| side.opens(receiver, ground))).await;
        let used = self.processor_ms().await;
        let at_ms = if self.receivers.len() > 1 { unix_ms() + HEAD_START.as_millis() as f64 } else { 0.0 };
        let taken = join_all(self.receivers.iter().map(|receiver| side.receives(receiver, &offered, at_ms))).await;
        let processor_ms = self.processor_ms().await - used;
        let taken: Vec<Took> = taken.into_iter().collect::<Result<_, _>>()?;
        let began = taken.iter().map(|took| took.began_ms).fold(f64::INFINITY, f64::min);
        let ended = taken.iter().map(|took| took.ended_ms).fold(0.0, f64::max);
        Ok(Lap { total_ms: ended - began, processor_ms })
    }

    async fn processor_ms(&self) -> f64 {
        let mut sum = 0.0;
        for device in self.receivers.iter().chain([&self.sender]) {
            sum += processor::used_ms(device.session().await.pid);
        }
        sum
    }
}

impl Laps {
    /// The middle of what a side took, and its extremes, in milliseconds.
    pub(crate) fn total_ms(&self, side: Side) -> Spread {
        Spread::of(self.laps.get(&side).into_iter().flatten().map(|lap| lap.total_ms))
    }

    /// The middle of what a side used of the processor, in milliseconds.
    pub(crate) fn processor_ms(&self, side: Side) -> Spread {
        Spread::of(self.laps.get(&side).into_iter().flatten().map(|lap| lap.processor_ms))
    }
}

/// A median with its extremes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) least: f64,
    pub(crate) median: f64,
    pub(crate) most: f64,
}

impl Spread {
    pub(crate) fn of(values: impl Iterator<Item = f64>) -> Spread {
        let mut values: Vec<f64> = values.collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        let half = values.len() / 2;
        let median = if values.len() % 2 == 1 { at(half) } else { f64::midpoint(at(half.wrapping_sub(1)), at(half)) };
        Spread { least: at(0), median, most: at(values.len().wrapping_sub(1)) }
    }
}

/// Now, as pages count.
pub(crate) fn unix_ms() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64() * 1000.0)
}
