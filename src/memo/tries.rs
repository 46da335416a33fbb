//! What was tried to bring a memo here, or to pass it on: which services were asked, which devices were met, how far that came,
//! and what went wrong. In plain words, for whoever wants to know.

use crate::torrent::{Encounter, NoPath, NoPathReason, Parting, Stage, Status, TrackerState, TrackerStatus};
use crate::words::{format_size, words};

/// One try: when something was last heard of it, and what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// On the engine's clock; `None` for what goes on all the time.
    pub at_ms: Option<u64>,
    /// A sentence.
    pub text: String,
}

/// Everything that was tried, services first, then devices, the oldest first.
pub fn tries(status: &Status) -> Vec<Try> {
    let services = status.trackers.iter().map(|tracker| Try { at_ms: None, text: about_service(tracker) });
    let devices = status.encounters.iter().map(|encounter| Try {
        at_ms: encounter.ended.as_ref().map(|(_, at)| *at).or(encounter.stages.last().map(|(_, at)| *at)),
        text: about_device(encounter),
    });
    let mut tries: Vec<Try> = services.chain(devices).collect();
    // Five offers that wait side by side are one question.
    tries.dedup_by(|later, earlier| later.text == earlier.text);
    tries
}

fn about_service(tracker: &TrackerStatus) -> String {
    let texts = &words().tries;
    let host = tracker.url.split("://").nth(1).unwrap_or(&tracker.url).split('/').next().unwrap_or_default();
    let said = tracker.message.as_deref().map(|said| said.trim_end_matches('.'));
    match (tracker.state, tracker.complete, said) {
        (TrackerState::Connecting, ..) => texts.service_asked.with([&host]),
        (TrackerState::Unreachable, ..) => texts.service_unreachable.with([&host]),
        (TrackerState::Connected, Some(0), None) => texts.service_knows_nobody.with([&host]),
        (TrackerState::Connected, Some(0), Some(said)) => texts.service_knows_nobody_and_says.with([&host, &said]),
        (TrackerState::Connected, Some(count), None) => texts.service_knows.with(count as usize, [&host]),
        (TrackerState::Connected, Some(count), Some(said)) => {
            texts.service_knows_and_says.with(count as usize, [&host, &said])
        }
        (TrackerState::Connected, None, Some(said)) => texts.service_refuses.with([&host, &said]),
        (TrackerState::Connected, None, None) => texts.service_reached.with([&host]),
    }
}

fn about_device(encounter: &Encounter) -> String {
    match &encounter.ended {
        None => going_on(encounter),
        Some((parting, _)) => over(encounter, parting),
    }
}

fn going_on(encounter: &Encounter) -> String {
    let texts = &words().tries;
    match encounter.stages.last().map(|(stage, _)| *stage) {
        None | Some(Stage::Offer) if encounter.ours => texts.asks_others.to_owned(),
        None | Some(Stage::Offer) => texts.asks.with([&device(encounter)]),
        Some(Stage::Answer) => texts.answers.with([&device(encounter)]),
        Some(Stage::Path | Stage::Channel) => texts.path_found.with([&to_device(encounter)]),
        Some(Stage::Handshake) => texts.not_ready.with([&to_device(encounter)]),
        Some(Stage::Unchoked) => texts.connected.with([&to_device(encounter)]),
        Some(Stage::Bytes) => texts.connected_and_moved.with([&to_device(encounter), &moved(encounter)]),
    }
}

fn over(encounter: &Encounter, parting: &Parting) -> String {
    let texts = &words().tries;
    let who = device(encounter);
    match parting {
        Parting::NoAnswer => texts.no_answer.to_owned(),
        Parting::Withdrawn => texts.withdrawn.to_owned(),
        Parting::NoPath(why) => no_path(&who, why.as_ref()),
        Parting::Setup => texts.no_setup.to_owned(),
        Parting::NoChannel => texts.no_channel.with([&who]),
        Parting::NoHandshake => texts.no_handshake.with([&who]),
        Parting::Itself => texts.itself.to_owned(),
        Parting::Duplicate => texts.duplicate.with([&who]),
        Parting::Banned => texts.banned.with([&who]),
        Parting::Misbehaved(_) => texts.misbehaved.with([&who]),
        Parting::Silent => texts.silent.with([&who]),
        Parting::Unhelpful => texts.unhelpful.with([&who]),
        Parting::Stalled => texts.stalled.with([&who]),
        Parting::Crowded => texts.crowded.with([&who]),
        Parting::BothComplete => texts.both_complete.with([&who, &moved(encounter)]),
        Parting::Remote if encounter.stages.last().is_none_or(|(stage, _)| *stage < Stage::Channel) => {
            texts.gave_up.with([&who])
        }
        Parting::Remote => texts.went_away.with([&who, &moved(encounter)]),
        Parting::Left => texts.left.with([&to_device(encounter), &moved(encounter)]),
    }
}

/// "A device (WebTorrent 3.0)": whoever a sentence begins with.
fn device(encounter: &Encounter) -> String {
    let texts = &words().tries;
    encounter.client.as_ref().map_or_else(|| texts.device.to_owned(), |client| texts.device_with.with([client]))
}

/// "a device (WebTorrent 3.0)": whoever this device is connected to. Not every language says the two alike.
fn to_device(encounter: &Encounter) -> String {
    let texts = &words().tries;
    encounter.client.as_ref().map_or_else(|| texts.to_device.to_owned(), |client| texts.to_device_with.with([client]))
}

/// What ICE failed for, as far as it is known.
fn no_path(who: &str, why: Option<&NoPath>) -> String {
    let texts = &words().tries;
    let Some(NoPath { reason, server_said }) = why else { return texts.no_channel.with([&who]) };
    let reason = match reason {
        NoPathReason::NoNetwork => texts.no_network,
        NoPathReason::NothingOffered => texts.nothing_offered,
        NoPathReason::PublicAddressUnknown => texts.public_address_unknown,
        NoPathReason::OursAreLocal => texts.ours_are_local,
        NoPathReason::TheirsAreLocal => texts.theirs_are_local,
        NoPathReason::RelayFailed => texts.relay_failed,
        NoPathReason::Firewall => texts.firewall,
    };
    match server_said {
        Some(said) => texts.no_path.with([&who, &texts.server_says.with([&reason, said])]),
        None => texts.no_path.with([&who, &reason]),
    }
}

fn moved(encounter: &Encounter) -> String {
    let texts = &words().tries;
    match (encounter.downloaded, encounter.uploaded) {
        (0, 0) => texts.nothing_sent.to_owned(),
        (down, 0) => texts.received.with([&format_size(down)]),
        (0, up) => texts.sent.with([&format_size(up)]),
        (down, up) => texts.received_and_sent.with([&format_size(down), &format_size(up)]),
    }
}

#[cfg(test)]
mod tests {
    use super::super::ladder::tests::status;
    use super::*;
    use crate::torrent::{ConnectionId, Phase};

    fn encounter(stages: &[Stage], ended: Option<Parting>) -> Encounter {
        Encounter {
            id: ConnectionId(1),
            ours: true,
            tracker: "wss://voice.example/announce".into(),
            client: None,
            stages: stages.iter().map(|stage| (*stage, 1000)).collect(),
            downloaded: 0,
            uploaded: 0,
            ended: ended.map(|parting| (parting, 2000)),
        }
    }

    fn tracker(state: TrackerState, counts: Option<(u32, u32)>, message: Option<&str>) -> TrackerStatus {
        TrackerStatus {
            url: "wss://voice.example/announce".into(),
            state,
            complete: counts.map(|counts| counts.0),
            incomplete: counts.map(|counts| counts.1),
            message: message.map(str::to_owned),
        }
    }

    #[test]
    fn what_failed_and_when_is_told_in_order() {
        let no_path =
            Parting::NoPath(Some(NoPath { reason: NoPathReason::OursAreLocal, server_said: Some("no answer".into()) }));
        let status = Status {
            trackers: vec![tracker(TrackerState::Connected, Some((1, 2)), None)],
            encounters: vec![
                encounter(&[Stage::Offer], None),
                encounter(&[Stage::Offer], None),
                encounter(&[Stage::Offer, Stage::Answer], Some(no_path)),
                Encounter {
                    client: Some("WebTorrent 3.0".into()),
                    downloaded: 1_200_000,
                    ..encounter(&[Stage::Offer, Stage::Answer, Stage::Path, Stage::Channel, Stage::Bytes], None)
                },
            ],
            ..status(Phase::Downloading)
        };
        let told: Vec<_> = tries(&status).into_iter().map(|it| (it.at_ms, it.text)).collect();
        assert_eq!(
            told,
            [
                (None, "voice.example knows a device that has all of it.".to_owned()),
                (Some(1000), "This device asks others to connect.".to_owned()),
                (Some(2000), "A device was found, but no network path to it. This device offered addresses of its own network only, where the other one cannot reach it. (no answer)".to_owned()),
                (Some(1000), "Connected to a device (WebTorrent 3.0): 1.2 MB received.".to_owned()),
            ]
        );
    }

    #[test]
    fn a_service_says_why_it_does_not_help() {
        let told = |state, counts, message| about_service(&tracker(state, counts, message));
        let lost = told(TrackerState::Unreachable, None, Some("The tracker does not answer."));
        assert_eq!(lost, "voice.example cannot be reached now. It is tried again by itself.");
        let refused = told(TrackerState::Connected, None, Some("not registered"));
        assert_eq!(refused, "voice.example was reached, and refuses (not registered).");
    }

    #[test]
    fn every_stage_and_every_ending_is_a_sentence() {
        let stages =
            [Stage::Offer, Stage::Answer, Stage::Path, Stage::Channel, Stage::Handshake, Stage::Unchoked, Stage::Bytes];
        let endings = [
            Parting::NoAnswer,
            Parting::Withdrawn,
            Parting::NoPath(None),
            Parting::Setup,
            Parting::NoChannel,
            Parting::NoHandshake,
            Parting::Itself,
            Parting::Duplicate,
            Parting::Banned,
            Parting::Misbehaved("The peer sent garbage.".into()),
            Parting::Silent,
            Parting::Unhelpful,
            Parting::Stalled,
            Parting::Crowded,
            Parting::BothComplete,
            Parting::Remote,
            Parting::Left,
        ];
        let mut told = vec![];
        for count in 0..=stages.len() {
            told.extend(
                [true, false].map(|ours| about_device(&Encounter { ours, ..encounter(&stages[..count], None) })),
            );
        }
        told.extend(endings.map(|ending| about_device(&encounter(&stages[..2], Some(ending)))));
        for text in told {
            assert!(text.ends_with('.') && text.starts_with(char::is_uppercase), "{text}");
            for word in ["peer", "torrent", "seed", "tracker", "ICE"] {
                assert!(!text.contains(word), "{word}: {text}");
            }
        }
    }
}
