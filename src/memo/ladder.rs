//! The steps of an import, from a link to a memo: which one it is at, in plain words, and what helps when it is stuck.

use super::percent;
use crate::torrent::{Phase, Stage, Status};
use crate::words::{format_rate, format_size, rough_duration, spoken_duration, words};

/// Where an import stands: the `data-state` of the import page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportState {
    /// The link is being read.
    Reading,
    /// No tracker has been reached yet.
    Connecting,
    /// Looking for a device that has it.
    Searching,
    /// Nobody who has it is there.
    Waiting,
    /// It is on its way.
    Downloading,
    /// All of it is here.
    Done,
    /// This device, or every tracker, cannot be reached.
    Offline,
    /// It cannot go on.
    Failed,
}

impl ImportState {
    /// The value of `data-state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Reading => "reading",
            Self::Connecting => "connecting",
            Self::Searching => "searching",
            Self::Waiting => "waiting",
            Self::Downloading => "downloading",
            Self::Done => "done",
            Self::Offline => "offline",
            Self::Failed => "failed",
        }
    }
}

/// What the import page says about one memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// The step as a word.
    pub state: ImportState,
    /// The step as a sentence.
    pub sentence: String,
    /// When it is stuck: what helps, or what happens by itself.
    pub advice: Option<&'static str>,
    /// The steps, in order.
    pub steps: [Step; 3],
    /// How much is here, 0 to 100.
    pub percent: u8,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it says.
    pub text: String,
    /// Whether it is over, the current one, or still to come.
    pub progress: StepProgress,
}

/// How far one step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepProgress {
    /// Over.
    Done,
    /// The current one.
    Now,
    /// Still to come.
    Next,
}

/// A step that takes longer than this says for how long.
const PATIENCE_MS: u64 = 10_000;

impl Ladder {
    /// What to say, given the engine's status (`None` before it has one), what the browser says about the network, and for
    /// how long it has been like this.
    pub fn of(status: Option<&Status>, online: bool, since_ms_ago: u64) -> Self {
        let state = import_state(status, online);
        let mut sentence = sentence(state, status, online);
        let waits = matches!(state, ImportState::Waiting | ImportState::Offline) && !awaits_a_yes(status);
        if since_ms_ago >= PATIENCE_MS && waits {
            let so_long = spoken_duration(round_down(since_ms_ago));
            sentence = words().import_steps.still.with([&sentence, &so_long]);
        }
        let percent = if state == ImportState::Done { 100 } else { status.map_or(0, percent) };
        Self { state, advice: advice(state, status, online), steps: steps(state, status, &sentence), percent, sentence }
    }
}

fn import_state(status: Option<&Status>, online: bool) -> ImportState {
    let Some(status) = status else {
        return if online { ImportState::Reading } else { ImportState::Offline };
    };
    match status.phase {
        Phase::Seeding => ImportState::Done,
        Phase::Failed => ImportState::Failed,
        Phase::Downloading => ImportState::Downloading,
        Phase::Offline => ImportState::Offline,
        // Another device in the same room can be reached without the internet.
        _ if !online && status.peers == 0 => ImportState::Offline,
        Phase::Connecting => ImportState::Connecting,
        Phase::Searching => ImportState::Searching,
        Phase::Waiting | Phase::Paused => ImportState::Waiting,
    }
}

fn sentence(state: ImportState, status: Option<&Status>, online: bool) -> String {
    let texts = &words().import_steps;
    let sentence = match state {
        ImportState::Reading => texts.reading,
        ImportState::Connecting => texts.connecting,
        // Whether the tracker counts the device already makes no difference to whoever waits.
        ImportState::Searching if could_not_connect(status) => return sentence(ImportState::Waiting, status, online),
        ImportState::Searching => texts.searching,
        ImportState::Waiting if awaits_a_yes(status) => return too_large(status),
        ImportState::Waiting if could_not_connect(status) => texts.not_connected,
        ImportState::Waiting => texts.nobody_there,
        ImportState::Downloading => return receiving(status),
        ImportState::Done => texts.here,
        ImportState::Offline if online => texts.service_unreachable,
        ImportState::Offline => texts.offline,
        ImportState::Failed => match status.and_then(|status| status.problem.as_deref()) {
            Some(problem) => return texts.failed.with([&without_stop(problem)]),
            None => texts.failed_without_reason,
        },
    };
    sentence.to_owned()
}

fn advice(state: ImportState, status: Option<&Status>, online: bool) -> Option<&'static str> {
    let texts = &words().import_steps;
    match state {
        ImportState::Waiting if awaits_a_yes(status) => Some(texts.may_cost_money),
        ImportState::Searching | ImportState::Waiting if could_not_connect(status) => Some(texts.change_the_network),
        ImportState::Waiting => Some(texts.ask_the_sender),
        ImportState::Offline if online => Some(texts.tried_again),
        ImportState::Offline => Some(texts.nothing_to_do),
        ImportState::Failed => Some(texts.ask_for_new_link),
        _ => None,
    }
}

/// An import is paused for one reason only: it is so large that the person is asked first.
fn awaits_a_yes(status: Option<&Status>) -> bool {
    status.is_some_and(|status| status.phase == Phase::Paused)
}

/// The engine names the reason when a connection to a device that has it could not be made.
fn could_not_connect(status: Option<&Status>) -> bool {
    status.is_some_and(|status| status.problem.is_some())
}

/// It waits for a yes: how much it is, and whether somebody who has it is there.
fn too_large(status: Option<&Status>) -> String {
    let texts = &words().import_steps;
    let size = format_size(status.map_or(0, |status| status.total_bytes));
    match status.and_then(|status| status.holders) {
        None => texts.large.with([&size]),
        Some(0) => texts.large_and_nobody_there.with([&size]),
        Some(count) => texts.large_and_somebody_there.with(count as usize, [&size]),
    }
}

/// "Receiving, 310 KB/s, 40 seconds left."
fn receiving(status: Option<&Status>) -> String {
    let texts = &words().import_steps;
    let Some(status) = status.filter(|status| status.total_bytes > 0) else {
        return texts.reading_card.to_owned();
    };
    if status.down_rate == 0 {
        return texts.receiving.to_owned();
    }
    let left = status.total_bytes.saturating_sub(status.have_bytes) / status.down_rate;
    texts.receiving_at.with([&format_rate(status.down_rate), &rough_duration(left)])
}

/// A sentence that becomes a part of another, or a step.
fn without_stop(sentence: &str) -> &str {
    sentence.trim_end_matches(['.', '。'])
}

/// So that the sentence, which is read aloud when it changes, changes seldom.
fn round_down(ms: u64) -> u64 {
    const MINUTE: u64 = 60_000;
    if ms < MINUTE { ms / PATIENCE_MS * PATIENCE_MS } else { ms / MINUTE * MINUTE }
}

/// Somebody was found, and the two are connecting.
fn is_meeting_somebody(status: &Status) -> bool {
    status.encounters.iter().any(|encounter| {
        let stage = encounter.stages.last().map(|(stage, _)| *stage);
        encounter.ended.is_none() && stage.is_some_and(|stage| stage >= Stage::Answer)
    })
}

fn steps(state: ImportState, status: Option<&Status>, sentence: &str) -> [Step; 3] {
    let has_card = status.is_some_and(|status| status.total_bytes > 0);
    let current = match state {
        ImportState::Downloading if has_card => 2,
        ImportState::Downloading => 1,
        ImportState::Done => 3,
        ImportState::Searching if status.is_some_and(is_meeting_somebody) => 1,
        _ => 0,
    };
    let texts = &words().import_steps;
    let steps = [
        [texts.step_looking, texts.step_found],
        [texts.step_connecting, texts.step_connected],
        [texts.step_receiving, texts.step_received],
    ];
    let mut index = 0;
    steps.map(|[before, after]| {
        let progress = match index {
            _ if index < current => StepProgress::Done,
            _ if index == current => StepProgress::Now,
            _ => StepProgress::Next,
        };
        let text = match progress {
            StepProgress::Done => after,
            StepProgress::Now if state == ImportState::Downloading => without_stop(sentence),
            _ => before,
        };
        index += 1;
        Step { text: text.to_owned(), progress }
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::torrent::{ConnectionId, Encounter, InfoHash, Parting};

    pub(in crate::memo) fn status(phase: Phase) -> Status {
        Status {
            info_hash: InfoHash::new([1; 20]),
            phase,
            since_ms: 0,
            have_bytes: 0,
            total_bytes: 0,
            have: vec![],
            down_rate: 0,
            up_rate: 0,
            peers: 0,
            seeds: 0,
            listeners: 0,
            delivered: 0,
            trackers: vec![],
            web_seeds: vec![],
            holders: None,
            encounters: vec![],
            problem: None,
        }
    }

    fn state(phase: Phase, online: bool) -> &'static str {
        Ladder::of(Some(&status(phase)), online, 0).state.as_str()
    }

    #[test]
    fn a_large_memo_is_fetched_after_a_yes() {
        let large = Status { total_bytes: 150_000_000, ..status(Phase::Paused) };
        let ladder = Ladder::of(Some(&large), true, 600_000);
        assert_eq!(ladder.sentence, "This memo is large: 150 MB. It is fetched when you say so.");
        assert_eq!(ladder.state.as_str(), "waiting");
        let held = |holders| {
            let large = Status { holders: Some(holders), ..large.clone() };
            Ladder::of(Some(&large), true, 0).sentence
        };
        assert!(held(0).ends_with("No device that has it can be reached right now."));
        assert!(held(1).ends_with("A device that has it is there."));
        assert!(held(2).ends_with("2 devices that have it are there."));
    }

    #[test]
    fn every_phase_is_a_state_of_the_page() {
        let cases = [
            (Phase::Connecting, "connecting", "offline"),
            (Phase::Searching, "searching", "offline"),
            (Phase::Waiting, "waiting", "offline"),
            (Phase::Downloading, "downloading", "downloading"),
            (Phase::Seeding, "done", "done"),
            (Phase::Paused, "waiting", "offline"),
            (Phase::Offline, "offline", "offline"),
            (Phase::Failed, "failed", "failed"),
        ];
        for (phase, online, offline) in cases {
            assert_eq!((state(phase, true), state(phase, false)), (online, offline), "{phase:?}");
        }
        assert_eq!(Ladder::of(None, true, 0).state.as_str(), "reading");
        assert_eq!(Ladder::of(None, false, 0).state.as_str(), "offline");
    }

    #[test]
    fn the_page_never_uses_the_words_of_the_engine() {
        let phases = [Phase::Connecting, Phase::Searching, Phase::Waiting, Phase::Downloading, Phase::Seeding];
        for phase in phases.into_iter().chain([Phase::Paused, Phase::Offline, Phase::Failed]) {
            for online in [true, false] {
                let ladder = Ladder::of(Some(&status(phase)), online, 60_000);
                let said = format!("{ladder:?}").to_lowercase();
                for word in ["torrent", "seed", "magnet", "peer", "tracker"] {
                    assert!(!said.contains(word), "{word}: {said}");
                }
                assert!(ladder.sentence.ends_with('.'), "{}", ladder.sentence);
            }
        }
    }

    #[test]
    fn being_offline_and_an_unreachable_service_are_told_apart() {
        let ladder = |online| Ladder::of(Some(&status(Phase::Offline)), online, 0);
        assert_eq!(ladder(false).sentence, "You are offline. The memo will be fetched when you are back.");
        assert_eq!(ladder(true).sentence, "The service that brings devices together cannot be reached.");
    }

    #[test]
    fn receiving_says_how_fast_and_how_long() {
        let arriving = Status {
            have_bytes: 110_000,
            total_bytes: 420_000,
            down_rate: 310_000,
            peers: 1,
            ..status(Phase::Downloading)
        };
        let ladder = Ladder::of(Some(&arriving), true, 0);
        assert_eq!(ladder.sentence, "Receiving, 310 KB/s, 1 second left.");
        assert_eq!(ladder.percent, 26);
        let texts = ladder.steps.map(|step| (step.text, step.progress));
        assert_eq!(texts[0], ("Found a device that has it".to_owned(), StepProgress::Done));
        assert_eq!(texts[1], ("Connected directly".to_owned(), StepProgress::Done));
        assert_eq!(texts[2], ("Receiving, 310 KB/s, 1 second left".to_owned(), StepProgress::Now));
    }

    #[test]
    fn without_its_card_the_second_step_is_lit() {
        let ladder = Ladder::of(Some(&status(Phase::Downloading)), true, 0);
        assert_eq!(ladder.steps.map(|step| step.progress), [StepProgress::Done, StepProgress::Now, StepProgress::Next]);
        assert_eq!(ladder.sentence, "Connected directly. Reading its card.");
    }

    #[test]
    fn the_second_step_is_lit_while_two_devices_connect() {
        let lit = |stage, ended: Option<Parting>| {
            let encounter = Encounter {
                id: ConnectionId(1),
                ours: true,
                tracker: "wss://voice.example".into(),
                client: None,
                stages: vec![(stage, 0)],
                downloaded: 0,
                uploaded: 0,
                ended: ended.map(|parting| (parting, 0)),
            };
            let searching = Status { encounters: vec![encounter], ..status(Phase::Searching) };
            let ladder = Ladder::of(Some(&searching), true, 0);
            assert_eq!(ladder.state.as_str(), "searching");
            ladder.steps.iter().position(|step| step.progress == StepProgress::Now)
        };
        assert_eq!(lit(Stage::Offer, None), Some(0), "nobody has answered");
        assert_eq!(lit(Stage::Answer, None), Some(1));
        assert_eq!(lit(Stage::Answer, Some(Parting::Remote)), Some(0), "that is over");
    }

    #[test]
    fn waiting_says_for_how_long_and_what_helps() {
        let ladder = |problem: Option<&str>, ms| {
            let waiting = Status { problem: problem.map(str::to_owned), ..status(Phase::Waiting) };
            Ladder::of(Some(&waiting), true, ms)
        };
        assert_eq!(ladder(None, 9_999).sentence, "No device that has this memo can be reached right now.");
        assert!(ladder(None, 25_000).sentence.ends_with("For 20 s now."));
        assert!(ladder(None, 185_000).sentence.ends_with("For 3 min now."));
        assert!(ladder(None, 0).advice.is_some_and(|advice| advice.contains("sent the link")));
    }

    #[test]
    fn a_device_that_cannot_be_reached_is_told_from_one_that_is_away() {
        // The tracker may count the device that has it, or not yet.
        for phase in [Phase::Searching, Phase::Waiting] {
            let status = Status { problem: Some("No network path was found.".into()), ..status(phase) };
            let ladder = Ladder::of(Some(&status), true, 0);
            assert!(ladder.sentence.contains("could not connect directly"), "{phase:?}: {}", ladder.sentence);
            assert!(ladder.advice.is_some_and(|advice| advice.contains("same Wi-Fi")), "{phase:?}");
        }
    }

    #[test]
    fn a_failure_says_why() {
        let failed = Status { problem: Some("Storage is full.".into()), ..status(Phase::Failed) };
        assert_eq!(Ladder::of(Some(&failed), true, 0).sentence, "This memo could not be fetched: Storage is full.");
    }
}
