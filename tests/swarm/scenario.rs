//! What one seed stands for: how large the world is, who is in it, and how bad the weather.

use crate::chance::Chance;
use crate::disk::Wear;
use crate::hostile::Manner;
use crate::network::Paths;
use crate::tracker::Mood;
use crate::web;
use crate::world::Weather;

const BLOCK: u32 = 16 * 1024;

/// How much of everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    /// A thousand of them run in `make test`.
    Small,
    /// For `make soak`.
    Large,
}

/// Everything about a run that is chosen before it begins.
#[derive(Debug, Clone)]
pub(crate) struct Scenario {
    pub(crate) weather: Weather,
    /// How long things go wrong.
    pub(crate) storm_ms: u64,
    /// Length and piece length of each memo.
    pub(crate) memos: Vec<(usize, u32)>,
    /// Our engines. The first has everything, and nothing is ever lost on it.
    pub(crate) devices: usize,
    /// How many of them have everything from the start.
    pub(crate) seeders: usize,
    pub(crate) trackers: Vec<Mood>,
    /// Servers that have one of the memos.
    pub(crate) sites: Vec<web::Manner>,
    /// Hostile peers, and whether each takes ever new names.
    pub(crate) hostile: Vec<(Manner, bool)>,
}

impl Scenario {
    pub(crate) fn choose(size: Size, chance: &mut Chance) -> Self {
        let large = size == Size::Large;
        let devices = match (large, chance.between(0, 9)) {
            (false, 0..=7) => chance.between(2, 5),
            (false, _) => chance.between(6, 12),
            (true, 0..=7) => chance.between(6, 16),
            (true, _) => chance.between(20, 40),
        } as usize;
        let memos =
            (0..chance.between(1, if large { 4 } else { 2 })).map(|_| Self::memo(large, devices, chance)).collect();
        let first = chance.pick(&Mood::GOOD);
        let others = chance.between(0, if large { 3 } else { 1 });
        let trackers = [first].into_iter().chain((0..others).map(|_| chance.pick(&Mood::ALL))).collect();
        let hostile = match chance.between(0, 9) {
            0..=4 => 0,
            5..=7 => 1,
            _ => 2 + u64::from(large) * chance.between(0, 2),
        };
        Self {
            weather: Self::weather(chance),
            storm_ms: chance.between(20_000, if large { 180_000 } else { 60_000 }),
            memos,
            devices,
            seeders: if chance.percent(25) { 2.min(devices) } else { 1 },
            trackers,
            sites: (0..chance.pick(&[0, 0, 0, 1, 2])).map(|_| chance.pick(&web::Manner::ALL)).collect(),
            hostile: (0..hostile).map(|_| (chance.pick(&Manner::ALL), chance.percent(25))).collect(),
        }
    }

    fn memo(large: bool, devices: usize, chance: &mut Chance) -> (usize, u32) {
        let lengths: &[usize] = match (large, devices) {
            (true, _) => &[1, 100_000, 900_000, 2_000_000, 6_000_000],
            (false, 0..6) => &[0, 1, 16_384, 16_385, 100_000, 300_000, 600_000],
            (false, _) => &[1, 100_000, 200_000],
        };
        (chance.pick(lengths), BLOCK << chance.between(0, 3))
    }

    fn weather(chance: &mut Chance) -> Weather {
        let mut often = |percent, most| if chance.percent(percent) { chance.between(0, most) } else { 0 };
        let paths = Paths {
            latency_ms: (1, 1 + often(80, 200)),
            jitter_ms: often(50, 100),
            bytes_per_ms: 20 + often(80, 5_000),
            uneven: often(50, 90),
            ice_fails: often(60, 30),
            stalls: often(30, 3_000),
            silent_ends: often(50, 60),
            cuts: true,
        };
        let wear = Wear { bad_reads: often(40, 30_000), bad_writes: often(30, 10_000), slow_ms: 1 + often(30, 2_000) };
        Weather {
            paths,
            wear,
            lost: often(50, 10),
            doubled: often(30, 20),
            late: often(30, 20),
            refused: often(30, 10),
        }
    }
}
