//! Where devices and peers meet: our own tracker, and two that others wrote.

use crate::process::{Process, program};
use crate::server::{Server, built_with_config};
use crate::stage::Stage;
use serde_json::json;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tempfile::TempDir;

/// Whose tracker it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracker {
    /// The one in `serve`.
    Ours,
    /// The one in bittorrent-tracker, which all others are measured by.
    Reference,
    /// aquatic_ws, the strictest: ids of exactly 20 bytes, small frames, whole numbers.
    Aquatic,
}

/// An app and the tracker that its `config.json` names.
pub(crate) struct Meeting {
    origin: String,
    tracker: String,
    _server: Option<Server>,
    _process: Option<Process>,
    _folder: Option<TempDir>,
}

impl Meeting {
    /// Starts what it takes to meet there.
    pub(crate) fn at(tracker: Tracker, stage: &Stage) -> Meeting {
        match tracker {
            Tracker::Ours => Meeting {
                origin: stage.server().origin(),
                tracker: stage.server().tracker(),
                _server: None,
                _process: None,
                _folder: None,
            },
            Tracker::Reference => Meeting::elsewhere(|_| reference()),
            Tracker::Aquatic => Meeting::elsewhere(aquatic),
        }
    }

    fn elsewhere(start: impl FnOnce(&Path) -> (Process, String)) -> Meeting {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (process, tracker) = start(folder.path());
        let server = serve_with_trackers(folder.path(), &[&tracker]);
        Meeting {
            origin: server.origin(),
            tracker,
            _server: Some(server),
            _process: Some(process),
            _folder: Some(folder),
        }
    }

    /// An app that meets at all these trackers, which somebody else has started.
    pub(crate) fn at_all(trackers: &[&str]) -> Meeting {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let server = serve_with_trackers(folder.path(), trackers);
        Meeting {
            origin: server.origin(),
            tracker: trackers[0].to_owned(),
            _server: Some(server),
            _process: None,
            _folder: Some(folder),
        }
    }

    /// The app that its devices use.
    pub(crate) fn origin(&self) -> String {
        self.origin.clone()
    }

    /// The address of the tracker.
    pub(crate) fn tracker(&self) -> &str {
        &self.tracker
    }
}

/// What a deployer changes is one file, and needs no rebuild.
fn serve_with_trackers(folder: &Path, trackers: &[&str]) -> Server {
    let config = json!({ "trackers": trackers, "iceServers": [] }).to_string();
    Server::start_in(built_with_config(folder, &config), &["--no-tracker"])
}

/// The tracker of bittorrent-tracker, on a port of the system's choice.
pub(crate) fn reference() -> (Process, String) {
    let mut node = Command::new(program(&["node"]));
    let node = Process::start(node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/tracker.mjs")));
    let tracker = node.wait_for_line(|line| line.starts_with("ws://").then(|| line.to_owned()));
    (node, tracker)
}

/// aquatic_ws, with what it has to be told in a file in `folder`. It keeps IPv4 and IPv6 apart, so its address is one of IPv4.
fn aquatic(folder: &Path) -> (Process, String) {
    // On a busy machine its workers sometimes wait for each other for ever; then it is started anew.
    const TRIES: usize = 5;
    const READY_LIMIT: Duration = Duration::from_secs(10);
    let started = (0..TRIES).find_map(|_| {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let config = folder.join("aquatic.toml");
        let text = format!("log_level = \"info\"\n[network]\naddress = \"{free}\"\n");
        std::fs::write(&config, text).expect("a file in the folder");
        let process = Process::start(Command::new(installed("aquatic_ws")).arg("-c").arg(config));
        process.says_within(READY_LIMIT, |line| line.contains("joined channels").then_some(()))?;
        Some((process, format!("ws://{free}")))
    });
    started.unwrap_or_else(|| panic!("aquatic_ws did not get ready in {TRIES} tries"))
}

/// A program that `tests/install.sh` put into the project, or that the machine has.
fn installed(name: &str) -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join(".tools/bin").join(name);
    if own.exists() { own } else { program(&[name]).into() }
}
