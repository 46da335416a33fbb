//! A `serve` of the test's own, with a small site, and the plain HTTP to ask it.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};

use voice_memos::server::precache;

/// What Trunk puts into the page.
pub(crate) const LOADER: &str = "\nimport init from '/app-0123456789abcdef.js';\n";
/// The names of files whose contents never change.
pub(crate) const WASM: &str = "/app-0123456789abcdef_bg.wasm";

/// A running server. Dropping it ends it.
pub(crate) struct Serve {
    child: Child,
    // Held, so that the server can go on writing to it.
    _stdout: BufReader<ChildStdout>,
    pub(crate) port: u16,
    pub(crate) dist: tempfile::TempDir,
}

impl Serve {
    /// Starts it for a finished build on a free port.
    pub(crate) fn start(arguments: &[&str]) -> Self {
        let dist = build();
        let mut child = command(dist.path(), "127.0.0.1:0").args(arguments).spawn().expect("serve starts");
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("UTF-8");
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        let port = port.unwrap_or_else(|| panic!("the first line ends with the address: {line:?}"));
        Self { child, _stdout: stdout, port, dist }
    }

    /// A connection to it.
    pub(crate) fn connect(&self) -> TcpStream {
        TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, "")
    }

    /// Sends a request with more header lines, each ending in `\r\n`.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &str) -> Answer {
        let mut stream = self.connect();
        let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).expect("the request is sent");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("an answer");
        Answer::parse(&bytes)
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "the signal is sent");
    }

    /// Waits for its end.
    pub(crate) fn wait(mut self) -> ExitStatus {
        self.child.wait().expect("it was started here")
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        // It may have ended already.
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}

/// `serve`, not yet started.
pub(crate) fn command(dist: &Path, listen: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
    command.args(["--listen", listen, "--dist"]).arg(dist);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs a command that ends by itself; whether it succeeded, and the lines on standard error.
pub(crate) fn refused(mut command: Command) -> (bool, String) {
    let Output { status, stderr, .. } = command.output().expect("serve starts");
    (status.success(), String::from_utf8(stderr).expect("UTF-8"))
}

/// A build as Trunk and precache leave it.
fn build() -> tempfile::TempDir {
    let dist = tempfile::tempdir().expect("a temporary folder");
    let page = format!(
        "<!doctype html><html><head><title>Voice Memos</title>\
         <script type=\"module\">{LOADER}</script></head><body>{}</body></html>",
        "<p>words that shrink</p>".repeat(40)
    );
    for (name, contents) in [
        ("index.html", page.as_bytes()),
        ("app-0123456789abcdef.js", "export default function init() {}\n".repeat(40).as_bytes()),
        (&WASM[1..], &[0; 100_000]),
        ("sw.js", "// the worker's own text\n".repeat(40).as_bytes()),
        ("manifest.webmanifest", br#"{"name":"Voice Memos"}"#),
        ("config.json", br#"{"trackers":["/announce"]}"#),
        ("icons/icon.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
    ] {
        let path = dist.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        fs::write(path, contents).expect("a file can be written");
    }
    precache::run(dist.path(), false).expect("a finished build");
    dist
}

/// What the server said.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
        let head = std::str::from_utf8(&bytes[..end]).expect("a readable head");
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let headers = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        Self { status: status.expect("a status line"), headers, body: bytes[end + 4..].to_owned() }
    }

    /// A header's value; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
