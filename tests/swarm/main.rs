//! Many engines in one deterministic world: what is stored is never false, nothing grows without bound, and once faults stop,
//! everybody who is honest has everything, whoever is hostile.
//!
//! `SEED=7 cargo test --test swarm everybody_honest` replays the run of seed 7 and prints what happened, line by line; `SEEDS=`
//! runs as many as it says. `make soak` runs larger worlds for as long as `SECONDS=` says.
//!
//! - The world: [`world`] (the clock and all that people and fate do), [`shell`] (what `net/` is in a browser), [`device`],
//!   [`network`], [`tracker`], [`web`], [`disk`], [`content`], [`hostile`].
//! - What is judged: [`invariants`] (each engine, at each step), [`conversation`] (each word on the wire, with [`wiretap`]),
//!   [`trace`] (the same seed, the same run).
//! - What is run: [`scenario`] and [`storm`] (one seed), [`seeds`] (many), [`journeys`] (what people do, step by step) and
//!   [`attacks`] (each hostile manner by itself).

mod attacks;
mod chance;
mod content;
mod conversation;
mod device;
mod disk;
mod hostile;
mod invariants;
mod journeys;
mod network;
mod scenario;
mod seeds;
mod shell;
mod storm;
mod trace;
mod tracker;
mod web;
mod wiretap;
mod world;

use std::time::Duration;

use scenario::Size;

#[test]
fn everybody_honest_has_everything_once_faults_stop() {
    seeds::run(Size::Small, seeds::number("SEEDS").unwrap_or(1_000));
}

#[test]
fn one_seed_gives_one_run_to_the_byte() {
    for seed in [3, 14] {
        assert_eq!(storm::run(seed, Size::Small), storm::run(seed, Size::Small), "seed {seed}");
    }
    assert_ne!(storm::run(3, Size::Small), storm::run(14, Size::Small));
}

#[test]
#[ignore = "runs as long as it is told to: `make soak`"]
fn soak() {
    seeds::soak(Size::Large, Duration::from_secs(seeds::number("SECONDS").unwrap_or(1_000)));
}
