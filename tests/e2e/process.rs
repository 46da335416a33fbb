//! Programs that a test starts: ended with their owner, by their own id.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long a program may take to say that it is ready. Generous: two cores, many browsers.
const READY_LIMIT: Duration = Duration::from_secs(30);
/// How long a program may take to end after it was asked to.
const END_LIMIT: Duration = Duration::from_secs(10);

/// A running program. Dropping it ends it.
pub(crate) struct Process {
    name: String,
    child: Child,
    lines: Mutex<Receiver<String>>,
    said: Arc<Mutex<Vec<String>>>,
}

impl Process {
    /// Starts the program and reads along with what it says.
    pub(crate) fn start(command: &mut Command) -> Process {
        let name = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        let said = Arc::default();
        let (sender, lines) = mpsc::channel();
        if let Some(stdout) = child.stdout.take() {
            read_along(stdout, &said, sender.clone());
        }
        if let Some(stderr) = child.stderr.take() {
            read_along(stderr, &said, sender);
        }
        Process { name, child, lines: Mutex::new(lines), said }
    }

    /// Waits for the line that `pick` recognises and returns what it found there.
    pub(crate) fn wait_for_line<T>(&self, pick: impl Fn(&str) -> Option<T>) -> T {
        self.wait_for_line_within(READY_LIMIT, pick)
    }

    /// Waits longer than usual for the line that `pick` recognises.
    pub(crate) fn wait_for_line_within<T>(&self, limit: Duration, pick: impl Fn(&str) -> Option<T>) -> T {
        self.says_within(limit, pick)
            .unwrap_or_else(|| panic!("{} did not get so far within {limit:?}; it said: {}", self.name, self.said()))
    }

    /// Waits for the line that `pick` recognises, if it comes in time.
    pub(crate) fn says_within<T>(&self, limit: Duration, pick: impl Fn(&str) -> Option<T>) -> Option<T> {
        let deadline = Instant::now() + limit;
        let lines = self.lines.lock().expect("no other reader has panicked");
        while let Ok(line) = lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            if let Some(found) = pick(&line) {
                return Some(found);
            }
        }
        None
    }

    /// Asks the program to end (SIGTERM) and waits until it has.
    pub(crate) fn end(mut self) {
        signal("TERM", self.child.id());
        let deadline = Instant::now() + END_LIMIT;
        while Instant::now() < deadline {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{} did not end when asked to; it said: {}", self.name, self.said())
    }

    fn said(&self) -> String {
        self.lines_said().join("\n")
    }

    /// All that the program has said so far.
    pub(crate) fn lines_said(&self) -> Vec<String> {
        self.said.lock().expect("no reader has panicked").clone()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("{} said: {}", self.name, self.said());
        }
        // It may have ended already; then there is nothing to do.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn read_along(stream: impl Read + Send + 'static, said: &Arc<Mutex<Vec<String>>>, sender: mpsc::Sender<String>) {
    let said = Arc::clone(said);
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            if let Ok(mut said) = said.lock() {
                said.push(line.clone());
            }
            // Nobody waits for a line any more: keep reading, so that the program never blocks.
            sender.send(line).ok();
        }
    });
}

/// Ends a process that this test started through a driver, the hard way, as a crash or an empty
/// battery would.
pub(crate) fn kill(pid: u32) {
    signal("KILL", pid);
    let deadline = Instant::now() + END_LIMIT;
    while is_running(pid) {
        assert!(Instant::now() < deadline, "process {pid} is still there after SIGKILL");
        thread::sleep(Duration::from_millis(10));
    }
}

/// Stops a process and all that it has started for a time, as a lid that is closed does.
pub(crate) fn suspend(pid: u32, time: Duration) {
    let family = family(pid);
    family.iter().for_each(|pid| signal("STOP", *pid));
    thread::sleep(time);
    family.iter().rev().for_each(|pid| signal("CONT", *pid));
}

/// The process, its children, and theirs.
pub(crate) fn family(pid: u32) -> Vec<u32> {
    let running = || std::fs::read_dir("/proc").expect("a table of processes").filter_map(Result::ok);
    let parents: Vec<(u32, u32)> = running()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
            let parent = stat.rsplit(')').next()?.split_whitespace().nth(1)?.parse().ok()?;
            Some((pid, parent))
        })
        .collect();
    let mut family = vec![pid];
    let mut seen = 0;
    while let Some(parent) = family.get(seen).copied() {
        family.extend(parents.iter().filter(|(_, of)| *of == parent).map(|(pid, _)| *pid));
        seen += 1;
    }
    family
}

fn signal(name: &str, pid: u32) {
    let sent = Command::new("kill").args([format!("-{name}"), pid.to_string()]).stderr(Stdio::null()).status();
    assert!(sent.is_ok(), "kill is not available");
}

/// Whether the process is there and not merely waiting for its parent to notice its end.
fn is_running(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let state = stat.rsplit(')').next().and_then(|rest| rest.trim_start().chars().next());
    !matches!(state, None | Some('Z' | 'X'))
}

/// The first of these programs that the machine has.
pub(crate) fn program(names: &[&str]) -> String {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = names.iter().find(|name| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    found.unwrap_or_else(|| panic!("none of {names:?} is installed: run `make test`")).to_string()
}
