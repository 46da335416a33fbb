//! The server: static files with the right headers, and a tracker at `/announce`. Native only.
//!
//! It never sees a memo. `options` reads the command line, `site` answers with files of `dist`, `policy` holds the headers that
//! protect the page, `tracker` introduces peers to each other (pure: no sockets, no clock), `socket` is its shell over
//! WebSockets. `precache` is the last step of a build.

use std::process::ExitCode;

pub mod precache;

/// Runs the server.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
