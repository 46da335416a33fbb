//! Our tracker and the client of bittorrent-tracker, which every WebTorrent has in it.

use crate::process::program;
use crate::server::{Server, built};
use crate::tracker::reference;
use std::process::Command;

#[test]
fn our_tracker_passes_what_the_reference_client_does_to_it() {
    let server = Server::start_in(built("dist"), &[]);
    check(&server.tracker());
}

/// Otherwise the checks could be wrong.
#[test]
fn the_reference_tracker_passes_the_same() {
    let (_process, tracker) = reference();
    check(&tracker);
}

/// Runs every check of `tracker_client.mjs` against a tracker.
fn check(tracker: &str) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/tracker_client.mjs");
    let output = Command::new(program(&["node"])).args([script, tracker]).output().expect("node starts");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.trim_end().ends_with("passed"), "{said}");
}
