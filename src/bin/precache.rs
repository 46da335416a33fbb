//! Trunk's post_build hook: stamps the service worker and compresses what was built.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    use std::process::ExitCode;
    let Some(staging) = std::env::var_os("TRUNK_STAGING_DIR") else {
        eprintln!("precache is a hook of `trunk build`: TRUNK_STAGING_DIR names the build, and it is not set.");
        return ExitCode::FAILURE;
    };
    let editing = std::env::var_os("TRUNK_PROFILE").is_some_and(|profile| profile == "debug");
    match voice_memos::server::precache::run(staging.as_ref(), editing) {
        Ok(build) => {
            println!(
                "precache: version {}, {} files, {} bytes as Brotli",
                build.version, build.files, build.brotli_bytes
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("precache: {error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {}
