//! A look at single transfers, step by step: when each thing happens in both pages, and what the processor does meanwhile.
//! `WATCH=folder` leaves it there: `*.txt` are the steps, `*.cpuprofile` opens in the developer tools.

use crate::browser::Browser::Chromium;
use crate::device::Device;
use crate::distance::{self, Far};
use crate::field::{self, Field};
use crate::processor::used_by_kind_ms;
use crate::side::Side::{self, App, WebTorrent};
use crate::stage::Stage;
use crate::{rounds, wanted};
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

const CASES: [(&str, usize); 4] = [("250 kB", 250_000), ("1 MiB", 1 << 20), ("8 MiB", 8 << 20), ("64 MiB", 64 << 20)];

/// How often the profiler looks, in microseconds.
const SAMPLE_US: u32 = 200;

/// Watches both sides on one machine, at each size that is wanted.
pub(crate) async fn transfers(stage: &Stage) {
    let field = Field::on(stage).await;
    let sender = field::browser(stage, Chromium).await;
    let receiver = field::browser(stage, Chromium).await;
    watch(&field, &sender, &receiver, &CASES).await;
}

/// Watches both sides on hosts far from each other.
pub(crate) async fn distance(stage: &Stage) {
    let Far { field, sender, receiver, .. } = &Far::on(stage).await;
    let cases = distance::CASES.map(|(name, bytes, _)| (name, bytes));
    watch(field, sender, receiver, &cases).await;
}

async fn watch(field: &Field, sender: &Device, receiver: &Device, cases: &[(&str, usize)]) {
    let folder = PathBuf::from(std::env::var_os("WATCH").expect("a folder"));
    fs::create_dir_all(&folder).expect("the folder can be made");
    for device in [sender, receiver] {
        device.session().await.start_pages_with(include_str!("timeline.js")).await;
    }
    for (name, bytes) in cases.iter().filter(|(name, _)| wanted(name)) {
        for round in 0..rounds() {
            for side in [App, WebTorrent] {
                let file = folder.join(format!("{}, {name}, {round}", side.name()).replace([' ', ','], "-"));
                one(field, sender, receiver, side, *bytes, &file.display().to_string()).await;
            }
        }
    }
}

async fn one(field: &Field, sender: &Device, receiver: &Device, side: Side, bytes: usize, file: &str) {
    let ground = field.ground();
    let offered = side.sends(sender, &ground, bytes).await;
    side.opens(receiver, &ground).await;
    let both = [(sender, "sender"), (receiver, "receiver")];
    for (device, _) in both {
        let session = device.session().await;
        session.in_chromium_itself("Profiler.enable", json!({})).await;
        session.in_chromium_itself("Profiler.setSamplingInterval", json!({ "interval": SAMPLE_US })).await;
        session.in_chromium_itself("Profiler.start", json!({})).await;
    }
    let mut before = Vec::new();
    for (device, _) in both {
        before.push(used_by_kind_ms(device.session().await.pid));
    }
    let took = side.receives(receiver, &offered, 0.0).await.expect("a transfer");
    let mut steps = format!("{}, {bytes} bytes: {:.0} ms\n", side.name(), took.ended_ms - took.began_ms);
    for ((device, name), before) in both.into_iter().zip(before) {
        for (kind, used) in used_by_kind_ms(device.session().await.pid) {
            let used = used - before.get(&kind).unwrap_or(&0.0);
            let _ = writeln!(steps, "{name}, CPU of {kind}: {used:.0} ms");
        }
        let profile = device.session().await.in_chromium_itself("Profiler.stop", json!({})).await;
        fs::write(format!("{file}-{name}.cpuprofile"), profile["profile"].to_string()).expect("a file");
        let marks = device.eval("return window.marks()", vec![]).await;
        let _ = writeln!(steps, "\n{name}, in ms from \"add\":");
        for mark in marks.as_array().into_iter().flatten() {
            steps.push_str(&step(mark, took.began_ms));
        }
    }
    print!("{steps}");
    fs::write(format!("{file}.txt"), steps).expect("a file");
}

fn step(mark: &Value, began_ms: f64) -> String {
    let at = mark["at"].as_f64().unwrap_or(f64::NAN) - began_ms;
    let what = mark["what"].as_str().unwrap_or_default();
    let times =
        mark["times"].as_u64().filter(|times| *times > 1).map_or(String::new(), |times| format!(", {times} times"));
    // What came before is how the page got warm.
    if at < 0.0 { String::new() } else { format!("{at:8.1} {what}{times}\n") }
}
