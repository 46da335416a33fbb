//! A library of 1,000 shared memos: what the app does when it starts, and when nothing happens after that.

use crate::browser::Browser::Chromium;
use crate::device::Device;
use crate::field::{self, Field};
use crate::paper::Paper;
use crate::processor;
use crate::side::{Ground, Side};
use crate::stage::Stage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use voice_memos::torrent::{Bitfield, InfoBuilder};

pub(crate) const NAME: &str = "1,000 shared memos";

const MEMOS: usize = 1000;
/// A few seconds of voice: two pieces.
const MEMO_BYTES: usize = 20_000;
/// Longer than the time between two announces, so that the idle figure has its share of them.
const IDLE: Duration = Duration::from_secs(150);
/// What starting leaves behind is over by then.
const SETTLE: Duration = Duration::from_secs(5);
/// The share of one core that is allowed when nothing happens.
const IDLE_BAR: f64 = 0.01;

/// Fills a library, starts the app with it, and looks.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    let field = Field::on(stage).await;
    let ground = field.ground();
    let device = field::browser(stage, Chromium).await;
    device.session().await.start_pages_with(include_str!("library_watch.js")).await;
    fill(&device, &ground).await;

    let session = device.session().await;
    session.in_chromium_itself("Performance.enable", json!({})).await;
    let before = main_thread(&device).await;
    device.open(&format!("{}/", ground.app)).await;
    let announced = device.eval_async("return await window.announced(arguments[0])", vec![json!(MEMOS)]).await;
    let busy = main_thread(&device).await - before;
    tokio::time::sleep(SETTLE).await;

    let (thread, all, began) = (main_thread(&device).await, processor::used_ms(session.pid), Instant::now());
    tokio::time::sleep(IDLE).await;
    let idle_s = began.elapsed().as_secs_f64();
    let thread = (main_thread(&device).await - thread) / idle_s;
    let all = (processor::used_ms(session.pid) - all) / 1000.0 / idle_s;
    let seen = device.eval("return window.seen()", vec![]).await;
    drop(session);
    println!("{announced} {seen}");
    report(paper, &announced, &seen, busy, thread, all);
    device.close().await;
}

fn report(paper: &mut Paper, announced: &Value, seen: &Value, busy_s: f64, thread: f64, all: f64) {
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let seconds = number(&announced["at"]) / 1000.0;
    paper.fact(
        "until the tracker has answered for all of them",
        &format!("{seconds:.1} s after the page was opened"),
        None,
    );
    let longest = number(&announced["longestTask"]);
    paper.fact("main thread until then", &format!("{busy_s:.1} s, the longest task {longest:.0} ms"), None);
    let reads = number(&seen["audioReads"]);
    paper.fact("reads of audio, without which nothing can be hashed", &format!("{reads}"), Some(("0", reads == 0.0)));
    let connections = number(&seen["connections"]);
    paper.fact("connections that were ever made", &format!("{connections}"), Some(("0", connections == 0.0)));
    let sockets = number(&seen["sockets"]);
    paper.fact("sockets for one tracker", &format!("{sockets}"), Some(("1", sockets == 1.0)));
    let percent = |share: f64| format!("{:.2} % of a core", share * 100.0);
    paper.fact("main thread when idle", &percent(thread), Some(("< 1 %", thread < IDLE_BAR)));
    paper.fact("the whole browser when idle", &percent(all), Some(("< 1 %", all < IDLE_BAR)));
}

/// Puts memos that were shared long ago into the store, as the app would have.
async fn fill(device: &Device, ground: &Ground) {
    Side::App.opens(device, ground).await;
    let torrents: Vec<Value> = (0..MEMOS).map(torrent).collect();
    let arguments = vec![json!(torrents), json!(MEMO_BYTES), json!(ground.tracker)];
    let stored = device.eval_async(include_str!("library_fill.js"), arguments).await;
    assert_eq!(stored, MEMOS, "all memos are stored");
}

fn torrent(number: usize) -> Value {
    let mut builder = InfoBuilder::new(format!("Memo {number}.wav"), MEMO_BYTES as u64);
    builder.push(&[7; MEMO_BYTES]);
    let info = builder.finish().expect("a torrent");
    let mut have = Bitfield::new(info.piece_count());
    for piece in info.pieces() {
        have.set(piece.get());
    }
    json!({
        "infoHash": info.info_hash().to_string(),
        "info": STANDARD.encode(info.raw()),
        "have": STANDARD.encode(have.as_bytes()),
    })
}

/// What the page's main thread has worked so far, in seconds.
async fn main_thread(device: &Device) -> f64 {
    let metrics = device.session().await.in_chromium_itself("Performance.getMetrics", json!({})).await;
    let metrics = metrics["metrics"].as_array().cloned().unwrap_or_default();
    let worked = metrics.iter().find(|metric| metric["name"] == "TaskDuration");
    worked.and_then(|metric| metric["value"].as_f64()).expect("Chromium counts")
}
