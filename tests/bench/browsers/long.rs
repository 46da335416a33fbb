//! A take of six hours: how soon it is a memo that plays, and what memory that needs.

use crate::browser::Browser::Chromium;
use crate::field::{self, Field};
use crate::paper::Paper;
use crate::processor;
use crate::side::Side;
use crate::stage::Stage;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::time::{Duration, Instant};

pub(crate) const NAME: &str = "long take";

const HOURS: u32 = 6;
/// From Keep until the memo can be played, for each hour.
const BAR_S_PER_HOUR: f64 = 3.0;
/// How long it may take at most, so that a bar that is missed is a figure.
const LIMIT: Duration = Duration::from_secs(200);
/// What Chromium's recorder writes in front of its first cluster.
const HEAD_BYTES: usize = 146;
const RECORDING: &[u8] = include_bytes!("../../fixtures/chromium-sliced.webm");

/// Leaves a take behind as a crash would, and keeps it.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    let field = Field::on(stage).await;
    let ground = field.ground();
    let device = field::browser(stage, Chromium).await;
    Side::App.opens(&device, &ground).await;
    let seconds = HOURS * 3600;
    let head = STANDARD.encode(&RECORDING[..HEAD_BYTES]);
    let put = device.eval_async(include_str!("put_take.js"), vec![json!(head), json!(seconds)]).await;
    assert_eq!(put, seconds, "the take is stored");

    device.open(&format!("{}/", ground.app)).await;
    device.sees("dialog", "Recovered recording").await;
    let pid = device.session().await.pid;
    processor::forget_most_memory(pid);
    let before_mb = processor::most_memory_mb(pid);
    let began = Instant::now();
    device.press("Keep").await;
    device.arrives_at("/memo/", LIMIT).await;
    device.sees("button", "Play").await;
    let took_s = began.elapsed().as_secs_f64() / f64::from(HOURS);
    let grown_mb = processor::most_memory_mb(pid) - before_mb;
    device.press("Play").await;
    device.plays().await;
    let bar = Some(("< 3 s", took_s < BAR_S_PER_HOUR));
    paper.fact("from Keep to Play, for each hour of sound", &format!("{took_s:.1} s"), bar);
    let size_mb = f64::from(seconds) * 4_318.0 / 1e6;
    paper.fact(
        "memory of all pages beyond what they had",
        &format!("{grown_mb:.0} MB, for {size_mb:.0} MB of sound"),
        None,
    );
    device.close().await;
}
