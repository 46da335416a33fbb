//! How much of the processor a browser uses: what stays comparable when others use the machine as well.

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
    let mut children: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    let mut used: BTreeMap<u32, f64> = BTreeMap::new();
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(process.path().join("stat")) else { continue };
        // The name, in brackets, may hold anything; behind it come the state, the parent, and after ten others the times.
        let Some((_, rest)) = stat.rsplit_once(')') else { continue };
        let fields: Vec<u64> = rest.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect();
        if let (Some(parent), Some(times)) = (fields.first(), fields.get(10..14)) {
            children.entry(u32::try_from(*parent).unwrap_or(0)).or_default().push(id);
            used.insert(id, times.iter().sum::<u64>() as f64 * TICK_MS);
        }
    }
    let mut sums: BTreeMap<String, f64> = BTreeMap::new();
    let mut of = vec![pid];
    while let Some(id) = of.pop() {
        *sums.entry(kind(id)).or_default() += used.get(&id).unwrap_or(&0.0);
        of.extend(children.remove(&id).unwrap_or_default());
    }
    sums
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
