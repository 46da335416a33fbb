//! The browser's entry. Trunk builds this binary for wasm32; natively it only says where to go.

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
    voice_memos::app::mount();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    eprintln!("voice-memos runs in the browser: `make run` builds and serves it.");
    std::process::ExitCode::FAILURE
}
