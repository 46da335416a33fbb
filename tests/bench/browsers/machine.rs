//! Where and with what it was measured.

use crate::process::program;
use std::fs;
use std::process::Command;

/// The processor and what it runs, in words, without names of hosts or people.
pub(crate) fn description() -> String {
    let cpu = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")?.split(':').nth(1)).map_or("?", str::trim);
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let memory =
        memory.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    let gigabytes = memory.unwrap_or(0.0_f64) / 1024.0 / 1024.0;
    let kernel = first_line("uname", &["-sr"]);
    // What a distribution adds behind the version is its own business.
    let kernel = kernel.split('-').next().unwrap_or_default();
    format!("{model}, {cores} cores, {gigabytes:.0} GB, {kernel}")
}

/// The versions of all others that take part.
pub(crate) fn versions() -> String {
    let chromium = first_line(&program(&["chromium", "google-chrome"]), &["--version"]);
    let firefox = first_line(&program(&["firefox-esr", "firefox"]), &["--version"]);
    let package = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/package.json"));
    let package: serde_json::Value = serde_json::from_str(&package.unwrap_or_default()).unwrap_or_default();
    let webtorrent = package["dependencies"]["webtorrent"].as_str().unwrap_or("?").to_owned();
    // The distribution's name behind the version says nothing.
    let short = |version: &str| version.split(" built").next().unwrap_or(version).trim().to_owned();
    format!("webtorrent {webtorrent}, {}, {}", short(&chromium), short(&firefox))
}

/// The commit that is measured.
pub(crate) fn commit() -> String {
    first_line("git", &["rev-parse", "--short", "HEAD"])
}

/// The day, in UTC.
pub(crate) fn today() -> String {
    first_line("date", &["-u", "+%Y-%m-%d"])
}

/// How many programs wanted a core during the last minutes: next to nothing on a machine that has nothing else to do.
pub(crate) fn load() -> String {
    fs::read_to_string("/proc/loadavg").unwrap_or_default().split(' ').take(1).collect()
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let output = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    output.lines().next().unwrap_or("?").trim().to_owned()
}
