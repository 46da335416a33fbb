//! From a tap on "Start recording", in an app that was just opened, until the page answers and the recorder runs.

use crate::browser::Browser::Chromium;
use crate::field::{self, Field};
use crate::paper::Paper;
use crate::race::Spread;
use crate::rounds;
use crate::stage::Stage;
use std::time::Duration;

pub(crate) const NAME: &str = "tap to recording";

/// What a person takes for at once.
const ANSWER_BAR_MS: f64 = 100.0;
/// What starting leaves behind is over by then.
const SETTLE: Duration = Duration::from_secs(2);

/// Opens the recorder anew for each tap.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    let field = Field::on(stage).await;
    let ground = field.ground();
    let device = field::browser(stage, Chromium).await;
    device.session().await.start_pages_with(include_str!("tap_watch.js")).await;
    let (mut answered, mut records) = (Vec::new(), Vec::new());
    for round in 0..=rounds() {
        device.open(&format!("{}/record", ground.app)).await;
        device.sees("button", "Start recording").await;
        tokio::time::sleep(SETTLE).await;
        device.press("Start recording").await;
        let tap = device.eval_async("return await window.tap()", vec![]).await;
        // The first time, the browser compiles, and sees the device for the first time.
        if round > 0 {
            answered.push(tap["answered"].as_f64().unwrap_or(f64::NAN));
            records.push(tap["records"].as_f64().unwrap_or(f64::NAN));
        }
        device.sees("button", "Discard").await;
        device.press("Discard").await;
        device.sees("button", "Record").await;
    }
    let answered = Spread::of(answered.into_iter());
    let words = |spread: Spread| format!("{:.0} ms ({:.0} to {:.0})", spread.median, spread.least, spread.most);
    let bar = Some(("< 100 ms", answered.median < ANSWER_BAR_MS));
    paper.fact("from the tap until the page answers", &words(answered), bar);
    paper.fact("from the tap until the recorder runs", &words(Spread::of(records.into_iter())), None);
    device.close().await;
}
