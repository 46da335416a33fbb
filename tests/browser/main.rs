//! The store and the recorder in a real browser: real IndexedDB, real MediaRecorder, the browser's fake microphone.
//!
//! One binary, so that the browser starts once.

#![cfg(target_arch = "wasm32")]

mod recorder;
mod split;
mod store;
mod tamper;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
