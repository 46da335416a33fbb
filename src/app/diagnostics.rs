//! What helps with a bug report, and nothing that is said in a memo.

use leptos::prelude::*;

use super::{AppState, clock};
use crate::net::{service_worker_controls_page, webrtc_available};
use crate::store::Usage;
use crate::torrent::{Encounter, Phase, TrackerState, WebSeedStatus};
use crate::words::format_size;

/// The version of this build.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A few lines to copy.
pub(crate) fn report(app: AppState, usage: Usage, is_protected: bool) -> String {
    let navigator = window().navigator();
    let yes = |answer: bool| if answer { "yes" } else { "no" };
    let memos = app.memos.all();
    let mut lines = vec![
        format!("Voice Memos {VERSION}"),
        navigator.user_agent().unwrap_or_default(),
        format!(
            "online {} · WebRTC {} · service worker {}",
            yes(app.online.get()),
            yes(webrtc_available()),
            yes(service_worker_controls_page())
        ),
        format!(
            "storage {} of {} · protected {}",
            format_size(usage.used),
            format_size(usage.quota),
            yes(is_protected)
        ),
        format!(
            "memos {} · arriving {} · shared {} · in the bin {}",
            memos.len(),
            memos.iter().filter(|memo| !memo.complete).count(),
            memos.iter().filter(|memo| memo.shared).count(),
            memos.iter().filter(|memo| memo.is_deleted()).count()
        ),
    ];
    app.statuses.with(|statuses| {
        for status in statuses.values() {
            lines.push(format!(
                "{} {} · {} of {} bytes · peers {} ({} with everything){}",
                &status.info_hash.to_string()[..8],
                phase_in_words(status.phase),
                status.have_bytes,
                status.total_bytes,
                status.peers,
                status.seeds,
                status.problem.as_ref().map(|problem| format!(" · {problem}")).unwrap_or_default()
            ));
            // Offers that wait for an answer say nothing yet.
            let told = status.encounters.iter().filter(|it| it.ended.is_some() || it.stages.len() > 1);
            lines.extend(told.map(connection));
            lines.extend(status.web_seeds.iter().map(web_seed));
        }
    });
    for (url, health) in tracker_health(app) {
        lines.push(format!("{url} {}", health.words()));
    }
    lines.join("\n")
}

/// One connection: the moment of each stage, in milliseconds after the first, and what ended it.
fn connection(encounter: &Encounter) -> String {
    let start = encounter.stages.first().map_or(0, |(_, at)| *at);
    let after = |at: u64| at.saturating_sub(start);
    let stages: Vec<String> =
        encounter.stages.iter().map(|(stage, at)| format!("{stage:?} {}", after(*at)).to_lowercase()).collect();
    let ended = encounter.ended.as_ref().map(|(parting, at)| format!(" · over {}: {parting:?}", after(*at)));
    let began = clock::local(start);
    format!(
        "  {}:{:02} {} {} · {} · {} down {} up{}",
        began.hour,
        began.minute,
        if encounter.ours { "we asked" } else { "they asked" },
        encounter.client.as_deref().unwrap_or("unknown"),
        stages.join(", "),
        format_size(encounter.downloaded),
        format_size(encounter.uploaded),
        ended.unwrap_or_default()
    )
}

/// One web seed, by its server: the rest of the address may be the title of the memo.
fn web_seed(seed: &WebSeedStatus) -> String {
    let server: Vec<&str> = seed.url.split('/').take(3).collect();
    format!(
        "  {} {} · {} down{}",
        server.join("/"),
        format!("{:?}", seed.state).to_lowercase(),
        format_size(seed.bytes),
        seed.problem.as_ref().map(|problem| format!(" · {problem}")).unwrap_or_default()
    )
}

/// How one tracker is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Health {
    /// Nothing is shared or fetched, so nobody asked it.
    Unasked,
    /// Connecting, connected or not, and what it said last.
    Asked(TrackerState, Option<String>),
}

impl Health {
    /// In English, as all of a report is.
    fn words(&self) -> String {
        match self {
            Self::Unasked => "not in use now".to_owned(),
            Self::Asked(state, said) => {
                let state = match state {
                    TrackerState::Connecting => "connecting",
                    TrackerState::Connected => "connected",
                    TrackerState::Unreachable => "cannot be reached",
                };
                said.as_ref().map_or_else(|| state.to_owned(), |said| format!("{state}: {said}"))
            }
        }
    }
}

/// Every tracker in use with its health: the best that any memo saw.
pub(crate) fn tracker_health(app: AppState) -> Vec<(String, Health)> {
    let mut all: Vec<(String, Health)> = app.config.with(|config| {
        config.iter().flat_map(|config| &config.trackers).map(|url| (url.clone(), Health::Unasked)).collect()
    });
    app.statuses.with(|statuses| {
        for tracker in statuses.values().flat_map(|status| &status.trackers) {
            let health = Health::Asked(tracker.state, tracker.message.clone());
            match all.iter_mut().find(|(url, _)| *url == tracker.url) {
                Some((_, Health::Asked(TrackerState::Connected, _))) => {}
                Some((_, known)) => *known = health,
                None => all.push((tracker.url.clone(), health)),
            }
        }
    });
    all
}

fn phase_in_words(phase: Phase) -> &'static str {
    match phase {
        Phase::Connecting => "connecting",
        Phase::Searching => "searching",
        Phase::Waiting => "waiting",
        Phase::Downloading => "downloading",
        Phase::Seeding => "seeding",
        Phase::Paused => "paused",
        Phase::Offline => "offline",
        Phase::Failed => "failed",
    }
}
