//! How much of the processor a browser uses: what stays comparable when others use the machine as well.

use crate::process::family;
use std::collections::BTreeMap;
use std::fs;

/// Linux counts in hundredths of a second, whatever the kernel's own clock.
const TICK_MS: f64 = 10.0;

/// What a process and all it started have used until now, in milliseconds.
pub(crate) fn used_ms(pid: u32) -> f64 {
    used_by_kind_ms(pid).values().sum()
}

/// The same for each kind of process: the browser's own, its pages, its network, its graphics.
pub(crate) fn used_by_kind_ms(pid: u32) -> BTreeMap<String, f64> {
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    for id in family(pid) {
        *sums.entry(kind(id)).or_default() += times(id).iter().sum::<u64>() as f64 * TICK_MS;
    }
    sums
}

/// User and system time of a process and of its children that have ended.
fn times(pid: u32) -> Vec<u64> {
    // The name, in brackets, may hold anything; behind it come the state, the parent, and after ten others the times.
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let behind = stat.rsplit(')').next().unwrap_or_default();
    behind.split_whitespace().skip(11).take(4).map(|field| field.parse().unwrap_or(0)).collect()
}

/// The most memory that the pages of a browser had at once since it was last forgotten, in megabytes.
pub(crate) fn most_memory_mb(pid: u32) -> f64 {
    let most_kb = |page: u32| {
        let status = fs::read_to_string(format!("/proc/{page}/status")).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
        line.trim().trim_end_matches(" kB").parse::<f64>().ok()
    };
    pages(pid).into_iter().filter_map(most_kb).sum::<f64>() / 1000.0
}

/// From now on, the most is counted anew.
pub(crate) fn forget_most_memory(pid: u32) {
    for page in pages(pid) {
        // Fails where the process belongs to somebody else; then the figure is that of its whole life.
        let _ = fs::write(format!("/proc/{page}/clear_refs"), "5");
    }
}

/// The processes of a browser that run pages.
fn pages(pid: u32) -> Vec<u32> {
    family(pid).into_iter().filter(|process| kind(*process) == "renderer").collect()
}

/// What Chromium calls the process in its command line.
fn kind(pid: u32) -> String {
    let line = fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    // Chromium's helpers write theirs anew, with spaces in place of zeros.
    let argument =
        |name: &str| line.split(['\0', ' ']).find_map(|argument| argument.strip_prefix(name)).map(str::to_owned);
    let kind = argument("--utility-sub-type=").or_else(|| argument("--type="));
    kind.unwrap_or_else(|| "browser".to_owned())
}
