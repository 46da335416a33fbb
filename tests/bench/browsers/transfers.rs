//! Memos of four sizes from one browser to another, and one to many.

use crate::browser::Browser::{self, Chromium, Firefox};
use crate::field::{self, Field};
use crate::hidden;
use crate::paper::{Bar, Paper};
use crate::race::{Laps, Race};
use crate::side::Side::{self, App, Bare, WebTorrent};
use crate::stage::Stage;
use crate::{rounds, wanted};

const MIB: usize = 1024 * 1024;

/// The share of a bare channel's rate that 64 MiB are to move at.
const OF_BARE: f64 = 0.85;

struct Case {
    name: &'static str,
    browser: Browser,
    bytes: usize,
    receivers: usize,
    sides: &'static [Side],
    bar: f64,
}

const CASES: [Case; 6] = [
    Case {
        name: "250 kB, Chromium to Chromium",
        browser: Chromium,
        bytes: 250_000,
        receivers: 1,
        sides: &[App, WebTorrent],
        bar: 0.6,
    },
    Case {
        name: "1 MiB, Chromium to Chromium",
        browser: Chromium,
        bytes: MIB,
        receivers: 1,
        sides: &[App, WebTorrent],
        bar: 0.5,
    },
    Case {
        name: "8 MiB, Chromium to Chromium",
        browser: Chromium,
        bytes: 8 * MIB,
        receivers: 1,
        sides: &[App, WebTorrent],
        bar: 0.45,
    },
    Case {
        name: "64 MiB, Chromium to Chromium",
        browser: Chromium,
        bytes: 64 * MIB,
        receivers: 1,
        sides: &[App, WebTorrent, Bare],
        bar: 0.8,
    },
    Case {
        name: "1 MiB, Firefox to Firefox",
        browser: Firefox,
        bytes: MIB,
        receivers: 1,
        sides: &[App, WebTorrent],
        bar: 0.5,
    },
    Case {
        name: "1 MiB to 8 receivers at once, the last one done",
        browser: Chromium,
        bytes: MIB,
        receivers: 8,
        sides: &[App, WebTorrent],
        bar: 0.5,
    },
];

/// Runs the cases that are wanted.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    let field = Field::on(stage).await;
    for browser in [Chromium, Firefox] {
        let cases: Vec<&Case> =
            CASES.iter().filter(|case| case.browser == browser).filter(|case| wanted(case.name)).collect();
        let hidden = browser == Chromium && wanted(hidden::NAME);
        let most = cases.iter().map(|case| case.receivers).max().unwrap_or(usize::from(hidden));
        if most == 0 {
            continue;
        }
        let sender = field::browser(stage, browser).await;
        let mut receivers = Vec::new();
        for case in cases {
            while receivers.len() < case.receivers {
                receivers.push(field::browser(stage, browser).await);
            }
            let racers = receivers[..case.receivers].to_vec();
            let race = Race { field: &field, sender: sender.clone(), receivers: racers, bytes: case.bytes };
            let laps = race.run(case.name, case.sides, rounds()).await;
            report(paper, case, &laps);
        }
        if hidden {
            let receiver = match receivers.first() {
                Some(receiver) => receiver.clone(),
                None => field::browser(stage, browser).await,
            };
            hidden::measure(&field, sender, receiver, paper).await;
        }
        for device in receivers {
            device.close().await;
        }
    }
}

fn report(paper: &mut Paper, case: &Case, laps: &Laps) {
    paper.compare(case.name, laps, Bar::AtMost(case.bar));
    if case.sides.contains(&Bare) {
        let name = "64 MiB, rate beside a bare data channel";
        paper.compare_rates(name, case.bytes, laps.total_ms(App), laps.total_ms(Bare), Bar::AtLeast(OF_BARE));
    }
}
