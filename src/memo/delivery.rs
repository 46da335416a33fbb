//! What the share panel says: whether somebody can fetch the memo now, and how many have.

use crate::torrent::{Phase, Status, TrackerState, TrackerStatus};
use crate::words::{format_rate, words};

/// Where a share stands: the `data-state` of the share panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShareState {
    /// The link is being made, or cannot be found by others yet.
    Preparing,
    /// Ready, and nobody has opened it yet.
    Waiting,
    /// Somebody is fetching it.
    Sending,
    /// Somebody has all of it.
    Delivered,
    /// Nobody can find this device now.
    Offline,
    /// It cannot be shared.
    Failed,
}

impl ShareState {
    /// The value of `data-state`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Preparing => "preparing",
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Offline => "offline",
            Self::Failed => "failed",
        }
    }
}

/// What the share panel says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// As a word.
    pub state: ShareState,
    /// In short: "Sending to 2".
    pub headline: String,
    /// What goes with it: "Delivered to 1 · 212 KB/s", or what to do.
    pub detail: String,
}

impl Delivery {
    /// What to say, given the engine's status (`None` while the link is being made) and what the browser says about the
    /// network.
    pub fn of(status: Option<&Status>, online: bool) -> Self {
        let texts = &words().delivery;
        let state = share_state(status, online);
        let say =
            |headline: &str, detail: &str| Self { state, headline: headline.to_owned(), detail: detail.to_owned() };
        let Some(status) = status else {
            return if online {
                say(texts.making_link, texts.making_link_detail)
            } else {
                say(texts.offline, texts.offline_detail)
            };
        };
        match state {
            ShareState::Preparing => say(texts.getting_ready, texts.getting_ready_detail),
            ShareState::Waiting => say(texts.waiting, texts.waiting_detail),
            ShareState::Sending => Self {
                state,
                headline: texts.sending_to.of(status.listeners as usize),
                detail: [delivered(status), rate(status)].into_iter().flatten().collect::<Vec<_>>().join(" · "),
            },
            ShareState::Delivered => say(&delivered(status).unwrap_or_default(), texts.delivered_detail),
            ShareState::Offline if status.phase == Phase::Paused => say(texts.not_shared, texts.not_shared_detail),
            ShareState::Offline if online => match status.trackers.iter().find_map(refusal) {
                Some(reason) => say(texts.not_found, &texts.service_refuses.with([&reason])),
                None => say(texts.not_found, texts.service_unreachable),
            },
            ShareState::Offline => say(texts.offline, texts.offline_detail),
            ShareState::Failed => say(texts.failed, status.problem.as_deref().unwrap_or(texts.failed_detail)),
        }
    }
}

fn share_state(status: Option<&Status>, online: bool) -> ShareState {
    let Some(status) = status else {
        return if online { ShareState::Preparing } else { ShareState::Offline };
    };
    let can_be_found = status.trackers.iter().any(knows_us);
    let may_be_found = status.trackers.iter().any(|it| it.state != TrackerState::Unreachable && refusal(it).is_none());
    match status.phase {
        Phase::Failed => ShareState::Failed,
        Phase::Paused => ShareState::Offline,
        // Devices that are connected already need nobody's help.
        _ if status.listeners > 0 => ShareState::Sending,
        Phase::Offline => ShareState::Offline,
        _ if !online || !may_be_found => ShareState::Offline,
        _ if status.delivered > 0 => ShareState::Delivered,
        _ if !can_be_found => ShareState::Preparing,
        _ => ShareState::Waiting,
    }
}

/// It answered when it was told that this device has the memo, so that it leads others here.
fn knows_us(tracker: &TrackerStatus) -> bool {
    tracker.state == TrackerState::Connected && tracker.complete.is_some()
}

/// Why it does not lead others here, though it can be reached.
fn refusal(tracker: &TrackerStatus) -> Option<&str> {
    tracker.message.as_deref().filter(|_| tracker.state == TrackerState::Connected && tracker.complete.is_none())
}

fn delivered(status: &Status) -> Option<String> {
    (status.delivered > 0).then(|| words().delivery.delivered_to.of(status.delivered as usize))
}

fn rate(status: &Status) -> Option<String> {
    (status.up_rate > 0).then(|| format_rate(status.up_rate))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::ladder::tests::status;

    fn tracker(state: TrackerState) -> TrackerStatus {
        TrackerStatus { url: "wss://t".into(), state, complete: None, incomplete: None, message: None }
    }

    /// With trackers in these states, of which those that are connected have answered.
    fn seeding(trackers: &[TrackerState]) -> Status {
        let answered = |&state| {
            let counts = (state == TrackerState::Connected).then_some(1);
            TrackerStatus { complete: counts, incomplete: counts, ..tracker(state) }
        };
        Status { trackers: trackers.iter().map(answered).collect(), ..status(Phase::Seeding) }
    }

    fn state(status: &Status, online: bool) -> &'static str {
        Delivery::of(Some(status), online).state.as_str()
    }

    #[test]
    fn the_panel_follows_a_delivery() {
        use TrackerState::{Connected, Connecting, Unreachable};
        assert_eq!(Delivery::of(None, true).state.as_str(), "preparing");
        assert_eq!(state(&seeding(&[Connecting, Unreachable]), true), "preparing");
        let ready = seeding(&[Unreachable, Connected]);
        assert_eq!(state(&ready, true), "waiting");
        let sending = Status { listeners: 2, delivered: 1, up_rate: 212_000, ..ready.clone() };
        let said = Delivery::of(Some(&sending), true);
        assert_eq!((said.state.as_str(), said.headline.as_str()), ("sending", "Sending to 2"));
        assert_eq!(said.detail, "Delivered to 1 · 212 KB/s");
        let delivered = Status { delivered: 3, ..ready };
        let said = Delivery::of(Some(&delivered), true);
        assert_eq!((said.state.as_str(), said.headline.as_str()), ("delivered", "Delivered to 3"));
    }

    #[test]
    fn others_find_this_device_through_a_service_that_answered() {
        let unanswered = tracker(TrackerState::Connected);
        let asked = Status { trackers: vec![unanswered.clone()], ..seeding(&[]) };
        assert_eq!(state(&asked, true), "preparing");
        let refused = TrackerStatus { message: Some("Not one of ours.".into()), ..unanswered };
        let refused = Status { trackers: vec![refused, tracker(TrackerState::Unreachable)], ..seeding(&[]) };
        let said = Delivery::of(Some(&refused), true);
        assert_eq!(said.state.as_str(), "offline");
        assert!(said.detail.ends_with("refuses: Not one of ours."), "{}", said.detail);
        let found =
            Status { trackers: [refused.trackers, seeding(&[TrackerState::Connected]).trackers].concat(), ..asked };
        assert_eq!(state(&found, true), "waiting");
    }

    #[test]
    fn nobody_is_told_to_wait_for_what_cannot_come() {
        use TrackerState::{Connected, Unreachable};
        assert_eq!(state(&seeding(&[Unreachable, Unreachable]), true), "offline");
        assert_eq!(state(&seeding(&[]), true), "offline", "no service to be found through");
        assert_eq!(state(&seeding(&[Connected]), false), "offline");
        assert_eq!(state(&Status { listeners: 1, ..seeding(&[Unreachable]) }, false), "sending", "already connected");
        assert_eq!(state(&Status { phase: Phase::Paused, ..seeding(&[Connected]) }, true), "offline");
        let failed = Status { phase: Phase::Failed, problem: Some("Storage is full.".into()), ..seeding(&[Connected]) };
        assert_eq!(Delivery::of(Some(&failed), true).detail, "Storage is full.");
        assert_eq!(state(&failed, true), "failed");
    }

    #[test]
    fn the_panel_never_uses_the_words_of_the_engine() {
        let ready = seeding(&[TrackerState::Connected]);
        for status in [
            None,
            Some(seeding(&[])),
            Some(ready.clone()),
            Some(Status { listeners: 1, ..ready.clone() }),
            Some(Status { delivered: 1, ..ready.clone() }),
            Some(Status { phase: Phase::Paused, ..ready.clone() }),
            Some(Status { phase: Phase::Failed, ..ready }),
        ] {
            for online in [true, false] {
                let said = format!("{:?}", Delivery::of(status.as_ref(), online)).to_lowercase();
                for word in ["torrent", "seed", "magnet", "peer", "tracker"] {
                    assert!(!said.contains(word), "{word}: {said}");
                }
            }
        }
    }
}
