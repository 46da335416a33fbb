//! Many engines in one deterministic world: what is stored is never false, nothing grows without bound, and once faults stop,
//! everybody who is honest has everything. `SEED=7 cargo test --test swarm` replays the run of seed 7, `TRACE=1` prints it.

mod chance;
mod journeys;
mod storm;
mod tracker;
mod world;

#[test]
fn everybody_honest_has_everything_once_faults_stop() {
    let only = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok());
    let count = std::env::var("SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    for seed in only.map_or(1..count + 1, |seed: u64| seed..seed + 1) {
        storm::run(seed);
    }
}

#[test]
fn one_seed_gives_one_run_to_the_byte() {
    for seed in [3, 14] {
        assert_eq!(storm::run(seed), storm::run(seed), "seed {seed}");
    }
    assert_ne!(storm::run(3), storm::run(14));
}
