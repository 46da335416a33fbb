//! Ten recordings, five in each browser, that are killed with it at a moment that nobody chose.

use crate::browser::Browser;
use crate::device::Device;
use crate::speech::probe;
use crate::stage::journey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Of each browser.
const KILLS: usize = 5;

/// What was captured longer ago than this is there after a kill: the slice that is being filled takes a second of it, and the
/// way to the disk the rest.
const AT_RISK_S: f64 = 1.5;

/// No part of a recording gets longer than this, so that all of them do not take long.
const LONGEST_S: f64 = 3.5;

/// Moments and choices that one number decides.
struct Chance(u64);

impl Chance {
    /// As `SEED` says, which replays a run; else of this very moment.
    fn of_environment() -> Chance {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.subsec_nanos().into());
        let seed = std::env::var("SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(now);
        eprintln!("SEED={seed} chooses the same moments again");
        Chance(seed)
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: f64) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64 * limit
    }

    fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

/// The recording under way, which may have been killed several times.
#[derive(Default)]
struct Spoken {
    /// What the recorder's timer showed last.
    shown_s: f64,
    /// How much of it no kill may cost.
    safe_s: f64,
}

impl Device {
    /// Whether the recording that was killed is offered; not if nothing of it was captured, which is not asked about.
    async fn offers_recovery(&self) -> bool {
        let decided = async || {
            if self.shows("dialog", "Recovered recording").await {
                return Some(true);
            }
            self.stored("takes", "id").await.is_empty().then_some(false)
        };
        self.wait_for("the killed recording is offered or gone", Duration::from_secs(20), decided).await
    }

    /// The bytes of the memo of this title, as they are stored.
    async fn sound_of(&self, title: &str) -> Vec<u8> {
        let bytes = self
            .eval_async(concat!(include_str!("open_database.js"), include_str!("sound_of.js")), vec![json!(title)])
            .await;
        STANDARD.decode(bytes.as_str().expect("bytes")).expect("base64")
    }

    /// Records on for a time that chance chooses, and is killed.
    async fn is_killed_while_recording(&self, spoken: &mut Spoken, chance: &mut Chance) {
        self.sees("meter", "Input level").await;
        let from_s = self.has_recorded(0.0).await;
        assert!(from_s >= spoken.shown_s - AT_RISK_S, "{} s were spoken, and it goes on at {from_s} s", spoken.shown_s);
        spoken.shown_s = self.has_recorded(from_s + chance.below(LONGEST_S)).await;
        spoken.safe_s += (spoken.shown_s - from_s - AT_RISK_S).max(0.0);
        self.crash().await;
    }
}

in_each_browser!(kills_at_any_moment_cost_no_more_than_a_moment_each);
fn kills_at_any_moment_cost_no_more_than_a_moment_each(browser: Browser) {
    let mut chance = Chance::of_environment();
    journey(async |stage| {
        let device = stage.device(browser).await;
        let mut kept: Vec<String> = Vec::new();
        let mut stored: Vec<Value> = Vec::new();
        let mut spoken = Spoken::default();
        let mut goes_on = false;
        device.open("/").await;
        for kill in 1..=KILLS {
            device.press(if goes_on { "Continue recording" } else { "Record" }).await;
            device.is_killed_while_recording(&mut spoken, &mut chance).await;
            device.start_again().await;
            device.open("/").await;
            let is_offered = device.offers_recovery().await;
            assert!(is_offered || spoken.safe_s == 0.0, "kill {kill}: {} s were spoken and are gone", spoken.shown_s);
            assert_eq!(
                device.stored_memos().await,
                stored,
                "kill {kill}: the memos from before are not what they were"
            );

            goes_on = is_offered && kill < KILLS && chance.coin();
            if goes_on {
                continue;
            }
            if is_offered {
                let title = format!("Killed {kill}");
                device.press("Keep").await;
                device.names_memo(&title).await;
                let there = probe(&device.sound_of(&title).await);
                assert!(
                    there.decoded_s >= spoken.safe_s,
                    "kill {kill}: {:.1} s of {:.1} s had to be there: {there:?}",
                    spoken.safe_s,
                    spoken.shown_s
                );
                kept.insert(0, title);
                stored = device.stored_memos().await;
                device.open("/").await;
            }
            spoken = Spoken::default();
        }
        assert_eq!(device.library().await, kept);
    });
}
