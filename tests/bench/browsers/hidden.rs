//! A receiver in a tab that nobody looks at. Its timers come once a second, so nothing that moves bytes may wait for one.

use crate::device::Device;
use crate::field::Field;
use crate::paper::{Bar, Paper};
use crate::race::{Laps, Race, Spread};
use crate::rounds;
use crate::side::{Ground, Side, took};
use serde_json::json;
use std::sync::Arc;

pub(crate) const NAME: &str = "8 MiB into a hidden tab";

const BYTES: usize = 8 * 1024 * 1024;

/// The share of the visible rate.
const OF_VISIBLE: f64 = 0.5;

/// What the hidden tab left in the storage that it shares with the one in front.
const RECEIVED: &str = "
    while (!localStorage.received) await new Promise((changed) => addEventListener('storage', changed, { once: true }));
    return JSON.parse(localStorage.received)";

/// Visible and hidden take turns.
pub(crate) async fn measure(field: &Field, sender: Arc<Device>, receiver: Arc<Device>, paper: &mut Paper) {
    let race = Race { field, sender: sender.clone(), receivers: vec![receiver.clone()], bytes: BYTES };
    let mut visible = Laps::default();
    let mut hidden = Vec::new();
    for _ in 0..rounds() {
        let lap = race.one(Side::App, &field.ground()).await.expect("a memo arrives in a tab that is seen");
        visible.laps.entry(Side::App).or_default().push(lap);
        hidden.push(hidden_ms(&field.ground(), &sender, &receiver).await);
        println!(
            "8 MiB: {:.0} ms in a tab that is seen, {:.0} ms in a hidden one",
            lap.total_ms,
            hidden[hidden.len() - 1]
        );
    }
    let hidden = Spread::of(hidden.into_iter());
    paper.compare_rates(NAME, BYTES, hidden, visible.total_ms(Side::App), Bar::AtLeast(OF_VISIBLE));
}

async fn hidden_ms(ground: &Ground, sender: &Device, receiver: &Device) -> f64 {
    let offered = Side::App.sends(sender, ground, BYTES).await;
    Side::App.opens(receiver, ground).await;
    let script = format!("{} {}", Side::App.script(), include_str!("receive_hidden.js"));
    receiver.eval(&script, vec![json!(offered)]).await;

    let here = receiver.session().await.driver.window().await.expect("a tab is open");
    let front = receiver.session().await.driver.new_tab().await.expect("a tab opens");
    receiver.session().await.driver.switch_to_window(front).await.expect("the tab is there");
    // Any page of the app's origin that is not the app.
    receiver.open(&format!("{}/config.json", ground.app)).await;
    let answer = receiver.eval_async(RECEIVED, vec![]).await;
    assert_eq!(answer["value"]["hidden"], true, "the tab was seen: {answer}");
    let took = took(&answer).expect("a time");
    receiver.session().await.driver.close_window().await.expect("the tab closes");
    receiver.session().await.driver.switch_to_window(here).await.expect("the tab is there");
    took.ended_ms - took.began_ms
}
