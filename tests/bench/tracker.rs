//! A crowd at the tracker: `make bench-tracker`. Ten thousand sockets on a release build of `serve`, each of them one peer that
//! announces once a minute; who has not everything makes five offers each time, and every offer is answered. Writes what it found
//! to `target/bench/tracker.md`.
//!
//! `SOCKETS=` and `CROWD_SECONDS=` change how many and how long. Server and crowd share the machine.

mod crowd;
mod report;

use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::Duration;

use crowd::{Crowd, Latencies};
use report::Table;
use tokio::time::{Instant, sleep};

/// Swarms are small: a memo, its sender, who heard it, and those who listen now.
const SWARM: usize = 5;
/// Sockets that connect at once: what a listen queue takes.
const CONNECTING: usize = 100;
/// Descriptors that the crowd needs beside its sockets.
const OTHER_FILES: u64 = 100;

fn main() -> ExitCode {
    // `cargo test --benches` only wants to know that it links.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let sockets = number("SOCKETS", 10_000);
    let seconds = number("CROWD_SECONDS", 60);
    if let Err(limit) = allow_files(sockets as u64 + OTHER_FILES) {
        eprintln!(
            "bench-tracker: {sockets} sockets need {} open files, and this session may have {limit} of them. \
             Raise the hard limit (ulimit -Hn), or set SOCKETS= to fewer.",
            sockets as u64 + OTHER_FILES
        );
        return ExitCode::FAILURE;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("threads can be started");
    runtime.block_on(run(sockets, Duration::from_secs(seconds as u64)));
    ExitCode::SUCCESS
}

async fn run(sockets: usize, time: Duration) {
    let serve = Serve::start();
    let idle_mb = serve.memory_mb();
    let crowd = Arc::new(Crowd::new(serve.port, SWARM));
    let begun = Instant::now();
    crowd.gather(sockets, CONNECTING).await;
    let gathered = begun.elapsed();
    // Let what the entrance has stirred up settle: new seeders are told to those who wait.
    sleep(Duration::from_secs(5)).await;
    drop(crowd.latencies());

    let (mut peak_mb, cpu_before, begun) = (0.0_f64, serve.cpu_s(), Instant::now());
    while begun.elapsed() < time {
        sleep(Duration::from_secs(1)).await;
        peak_mb = peak_mb.max(serve.memory_mb());
    }
    let cpu = (serve.cpu_s() - cpu_before) / begun.elapsed().as_secs_f64();
    let Latencies { mut replies, mut meetings } = crowd.latencies();

    let mut table = Table::new(&format!("The tracker with {sockets} sockets"), &["figure", "measured", "bar"]);
    let mut row = |figure: &str, measured: String, bar: &str| table.row([figure.into(), measured, bar.into()]);
    row("connected and answered, all at once", format!("{:.1} s", gathered.as_secs_f64()), "");
    row("sockets lost", crowd.lost().to_string(), "0");
    row("announces answered", format!("{} in {} s", replies.len(), time.as_secs()), "");
    row("reply to an announce, median", millis(&mut replies, 0.5), "50 ms");
    row("reply to an announce, 99 of 100", millis(&mut replies, 0.99), "");
    row("offers answered, through the tracker and back", meetings.len().to_string(), "");
    row("offer to answer, median", millis(&mut meetings, 0.5), "");
    row("offer to answer, 99 of 100", millis(&mut meetings, 0.99), "");
    row("memory of the server, at most", format!("{peak_mb:.0} MB ({idle_mb:.0} MB before)"), "200 MB");
    row("processor time of the server", format!("{:.1} % of a core", cpu * 100.0), "");
    table.write("tracker");
}

fn number(name: &str, default: usize) -> usize {
    let Ok(text) = std::env::var(name) else { return default };
    text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text:?}"))
}

/// The value that this part of all values stays under.
fn millis(durations: &mut [Duration], part: f64) -> String {
    durations.sort_unstable();
    let at = ((durations.len() as f64 * part) as usize).min(durations.len().saturating_sub(1));
    durations.get(at).map_or("none".to_owned(), |duration| format!("{:.1} ms", duration.as_secs_f64() * 1e3))
}

/// Raises the limit of open files as far as it goes; says how far that is when it is not enough.
fn allow_files(wanted: u64) -> Result<(), u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _checked_below = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
    match getrlimit(Resource::Nofile).current {
        Some(allowed) if allowed < wanted => Err(allowed),
        _ => Ok(()),
    }
}

/// A running server. Dropping it ends it.
struct Serve {
    child: Child,
    port: u16,
    _dist: tempfile::TempDir,
}

impl Serve {
    fn start() -> Self {
        let dist = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dist.path().join("index.html"), "<!doctype html>").expect("a file can be written");
        let mut command = Command::new(env!("CARGO_BIN_EXE_serve"));
        command.args(["--listen", "0.0.0.0:0", "--dist"]).arg(dist.path());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("serve starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe")).read_line(&mut line).expect("UTF-8");
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        Self { child, port: port.expect("the first line ends with the port"), _dist: dist }
    }

    fn proc(&self, file: &str) -> String {
        let path = PathBuf::from(format!("/proc/{}/{file}", self.child.id()));
        std::fs::read_to_string(path).expect("the server runs, on a Linux")
    }

    /// Resident memory.
    fn memory_mb(&self) -> f64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a running process");
        let kb: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
        kb / 1000.0 * 1.024
    }

    /// Processor time so far, in user and kernel.
    fn cpu_s(&self) -> f64 {
        let stat = self.proc("stat");
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
        let ticks: f64 = [11, 12].iter().map(|at| fields[*at].parse::<f64>().expect("a number")).sum();
        ticks / rustix::param::clock_ticks_per_second() as f64
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _status = self.child.wait();
    }
}
