//! `make bench`: the app beside webtorrent 3, in the same browsers, through the same tracker, in one run, taking turns.
//!
//! - `side` is who is compared, and how each sends and receives: in a warm page, from "add" to complete and verified.
//! - `field` is where rounds take place: servers, browsers, a host name of its own for each round.
//! - `race` lets the sides take turns; `transfers`, `hidden`, `library`, `large`, `long`, `tap` and `distance` are the cases with their bars.
//! - `hosts` makes hosts with a long way between them: `make bench-net`.
//! - `paper` writes tables to `target/bench/`, and BENCHMARKS.md from all that lies there; `machine` says where it was.
//! - `watch` looks at one transfer step by step, with profiles of the CPU: `WATCH=folder`.
//!
//! `ROUNDS=` says how many rounds count, `CASES=` which cases run (parts of their names, with `;` between them). Nothing here passes or fails by
//! a time: a bar that is missed is a line in the table.
#![cfg(not(target_arch = "wasm32"))]
// What is shared with the end-to-end tests has parts that only journeys use.
#![allow(dead_code)]

#[path = "../../e2e/browser.rs"]
mod browser;
#[path = "../../e2e/console.rs"]
mod console;
#[path = "../../e2e/device.rs"]
mod device;
#[path = "../../e2e/memo.rs"]
mod memo;
#[path = "../../e2e/page.rs"]
mod page;
#[path = "../../e2e/process.rs"]
mod process;
#[path = "../../e2e/server.rs"]
mod server;
#[path = "../../e2e/speech.rs"]
mod speech;
#[path = "../../e2e/stage.rs"]
mod stage;
#[path = "../../e2e/tracker.rs"]
mod tracker;

mod distance;
mod field;
mod hidden;
mod hosts;
mod large;
mod library;
mod long;
mod machine;
mod paper;
mod processor;
mod race;
mod side;
mod tap;
mod transfers;
mod watch;

use paper::Paper;
use stage::journey;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --benches` only wants to know that it links.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    match arguments.iter().find(|argument| !argument.starts_with('-')).map(String::as_str) {
        None if std::env::var_os("WATCH").is_some() => journey(watch::transfers),
        None => {
            let mut paper = Paper::new("Beside webtorrent 3, on one machine");
            journey(async |stage| {
                transfers::measure(stage, &mut paper).await;
            });
            paper.write("browsers");
            if wanted(library::NAME) {
                let mut paper = Paper::new("A library of 1,000 shared memos");
                journey(async |stage| library::measure(stage, &mut paper).await);
                paper.write("library");
            }
            if wanted(large::NAME) {
                let mut paper = Paper::new("A library of 10,000 memos");
                journey(async |stage| large::measure(stage, &mut paper).await);
                paper.write("large");
            }
            if wanted(tap::NAME) {
                let mut paper = Paper::new("Tap to recording");
                journey(async |stage| tap::measure(stage, &mut paper).await);
                paper.write("tap");
            }
            if wanted(long::NAME) {
                let mut paper = Paper::new("A take of six hours");
                journey(async |stage| long::measure(stage, &mut paper).await);
                paper.write("long");
            }
        }
        Some("distance") if std::env::var_os("WATCH").is_some() => journey(watch::distance),
        Some("distance") => {
            let mut paper = Paper::new("Beside webtorrent 3, far from each other");
            journey(async |stage| distance::measure(stage, &mut paper).await);
            paper.write("distance");
        }
        Some("assemble") => paper::assemble(),
        Some(other) => panic!("there is no such part of the bench: {other}"),
    }
}

/// How many rounds count.
fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(7)
}

/// Whether a case was asked for.
fn wanted(case: &str) -> bool {
    std::env::var("CASES").map_or(true, |cases| cases.split(';').any(|wanted| case.contains(wanted.trim())))
}
