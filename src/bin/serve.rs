//! Starts the server: the app's files, and a tracker at `/announce`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    voice_memos::server::main()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
