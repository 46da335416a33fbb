//! The real server, as people start it, on a port of its own.

use crate::process::Process;
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;

/// `serve` with the release build of the app. Can be stopped and started again on the same port.
pub(crate) struct Server {
    dist: PathBuf,
    port: u16,
    process: Mutex<Option<Process>>,
}

impl Server {
    /// Starts a server for the files in `dist` on a free port, with more arguments than the usual ones.
    pub(crate) fn start_in(dist: PathBuf, arguments: &[&str]) -> Server {
        let (process, port) = serve(&dist, 0, arguments);
        Server { dist, port, process: Mutex::new(Some(process)) }
    }

    /// What the address bar shows in front of the path.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// The address of the tracker that it embeds.
    pub(crate) fn tracker(&self) -> String {
        format!("ws://localhost:{}/announce", self.port)
    }

    /// Ends the server, tracker included.
    pub(crate) fn stop(&self) {
        let process = self.process.lock().expect("no other user has panicked").take();
        process.expect("the server is running").end();
    }

    /// Starts it again, where it was.
    pub(crate) fn start_again(&self) {
        self.start_again_with(&[]);
    }

    /// Starts it again, where it was, with more arguments than the usual ones.
    pub(crate) fn start_again_with(&self, arguments: &[&str]) {
        let (process, port) = serve(&self.dist, self.port, arguments);
        assert_eq!(port, self.port);
        *self.process.lock().expect("no other user has panicked") = Some(process);
    }
}

fn serve(dist: &Path, port: u16, arguments: &[&str]) -> (Process, u16) {
    let mut command = Command::new(built("target/release/serve"));
    command.args(["--listen", &format!("127.0.0.1:{port}"), "--dist"]).arg(dist).args(arguments);
    let process = Process::start(&mut command);
    let port = process.wait_for_line(|line| {
        let address = line.split("http://").nth(1)?;
        let port = address.split(':').nth(1)?;
        port.chars().take_while(char::is_ascii_digit).collect::<String>().parse().ok()
    });
    (process, port)
}

/// A part of the release build, which is tested as it is shipped.
pub(crate) fn built(path: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    assert!(path.exists(), "{} is missing: run `make build` first", path.display());
    path
}

/// What tests use instead of the public servers: nothing but the tracker of the server itself.
pub(crate) fn private_config() -> String {
    json!({ "trackers": ["/announce"], "iceServers": [], "askAboveBytes": 104_857_600 }).to_string()
}

/// Copies the release build to `folder`, with another `config.json`.
pub(crate) fn built_with_config(folder: &Path, config: &str) -> PathBuf {
    let dist = folder.join("dist");
    let copied = Command::new("cp").arg("-R").arg(built("dist")).arg(&dist).status();
    assert!(copied.is_ok_and(|status| status.success()), "the release build is copied");
    std::fs::write(dist.join("config.json"), config).expect("a changed file");
    for compressed in ["config.json.br", "config.json.gz"] {
        // Small files have no compressed copies.
        std::fs::remove_file(dist.join(compressed)).ok();
    }
    dist
}
