//! The real `serve`, started as people start it, and asked as browsers and peers ask it.
#![cfg(not(target_arch = "wasm32"))]

mod commands;
mod files;
mod running;
mod secure;
mod tracker;
