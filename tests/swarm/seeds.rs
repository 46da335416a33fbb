//! Many runs, on all processors. A run that fails names its seed, and the command that replays it.

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::{Duration, Instant};

use crate::scenario::Size;
use crate::storm;

/// A number from the environment.
pub(crate) fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The run that `SEED=` asks for, or `count` runs from `FIRST=` on.
pub(crate) fn run(size: Size, count: u64) {
    match number("SEED") {
        Some(seed) => replay(seed, size),
        None => report(size, &sweep(size, number("FIRST").unwrap_or(1), |done| done < count).1),
    }
}

/// As many runs as time allows, from a seed that is another one each time.
pub(crate) fn soak(size: Size, time: Duration) {
    if let Some(seed) = number("SEED") {
        return replay(seed, size);
    }
    let began = Instant::now();
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let first = number("FIRST").unwrap_or(since_epoch.as_secs());
    let (ran, failed) = sweep(size, first, |_| began.elapsed() < time);
    println!("{ran} runs from seed {first} in {} s, {} failed", began.elapsed().as_secs(), failed.len());
    report(size, &failed);
}

/// One run, told as it happens.
fn replay(seed: u64, size: Size) {
    let digest = storm::run(seed, size);
    println!("seed {seed} went well: {digest:02x?}");
}

/// Runs seeds from `first` on while `more` says so. Returns how many ran, and which failed.
fn sweep(size: Size, first: u64, more: impl Fn(u64) -> bool + Sync) -> (u64, Vec<u64>) {
    let next = AtomicU64::new(0);
    let failed = Mutex::new(Vec::new());
    scope(|scope| {
        for _ in 0..available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                loop {
                    let number = next.load(Ordering::Relaxed);
                    if !more(number) {
                        return;
                    }
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if !more(number) {
                        return;
                    }
                    let seed = first + number;
                    if catch_unwind(|| storm::run(seed, size)).is_err() {
                        println!("seed {seed} failed");
                        failed.lock().expect("nobody panics with it").push(seed);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("nobody panics with it");
    (next.into_inner(), failed)
}

fn report(size: Size, failed: &[u64]) {
    let command = match size {
        Size::Small => "cargo test --test swarm everybody_honest",
        Size::Large => "make soak",
    };
    let replays: Vec<String> = failed.iter().take(10).map(|seed| format!("SEED={seed} {command}")).collect();
    assert!(failed.is_empty(), "{} runs failed; replay with:\n{}", failed.len(), replays.join("\n"));
}
