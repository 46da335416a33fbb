//! The journeys of the product, from end to end: real Chromium and real Firefox, with profiles of
//! their own, against the real server with the release build of the app, and peers written by others.
//!
//! - `stage` runs a journey and closes its devices; `server`, `browser` and `process` start what it
//!   takes; `speech` is what microphones hear, and what ffmpeg says of what was recorded.
//! - `peer` and `tracker` are what others wrote and the app meets: webtorrent, libtorrent, bittorrent-tracker, aquatic_ws.
//!   `scripted` is a peer that behaves badly, `matchmaker` a tracker that is too eager; `web_server` is a server that has a file.
//! - `device` is a browser with its profile; `page` is what people do with it, in the words of the
//!   product's contract (roles and accessible names); `memo` is what they do with memos. `judge` finds what stands in
//!   somebody's way, with axe and by measuring.
//! - The rest are journeys, one module for each chapter. Every journey ends with a look at the
//!   consoles of its devices, which must be free of warnings and errors.
//!
//! Nothing here sleeps in the hope that something is done: every step waits for what people would
//! see. Run one journey with `cargo test --test e2e -- NAME` after `make build`.
#![cfg(not(target_arch = "wasm32"))]

/// A journey that is made in Chromium and in Firefox, a test each.
macro_rules! in_each_browser {
    ($journey:ident) => {
        mod $journey {
            use crate::browser::Browser;

            #[test]
            fn in_chromium() {
                super::$journey(Browser::Chromium);
            }

            #[test]
            fn in_firefox() {
                super::$journey(Browser::Firefox);
            }
        }
    };
}

mod access;
mod browser;
mod connections;
mod console;
mod device;
mod exports;
mod files;
mod interop;
mod judge;
mod kills;
mod languages;
mod letters;
mod library;
mod links;
mod listening;
mod matchmaker;
mod memo;
mod microphone;
mod page;
mod peer;
mod process;
mod recording;
mod screenshots;
mod scripted;
mod server;
mod sharing;
mod speech;
mod splitting;
mod stage;
mod storage;
mod strange_files;
mod tracker;
mod tracker_client;
mod unreachable;
mod web_seeds;
mod web_server;
