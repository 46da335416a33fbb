//! The codecs of the engine, from outside: golden vectors made with the JavaScript packages, and properties.

#![cfg(not(target_arch = "wasm32"))]

mod any_bytes;
mod golden;
mod properties;
mod seeds;
mod torrent_files;
