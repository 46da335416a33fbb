//! What was tried to bring a memo here, or to pass it on: which services were asked, which devices were met, how far that came,
//! and what went wrong. In plain words, for whoever wants to know.

use super::format_size;
use crate::torrent::{Encounter, Parting, Stage, Status, TrackerState, TrackerStatus};

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
    let host = tracker.url.split("://").nth(1).unwrap_or(&tracker.url).split('/').next().unwrap_or_default();
    let said = tracker.message.as_ref().map(|said| format!(" ({})", said.trim_end_matches('.'))).unwrap_or_default();
    match (tracker.state, tracker.complete, &tracker.message) {
        (TrackerState::Connecting, ..) => format!("{host} is being asked who has it."),
        (TrackerState::Unreachable, ..) => format!("{host} cannot be reached now. It is tried again by itself."),
        (TrackerState::Connected, Some(0), _) => format!("{host} knows no device that has all of it{said}."),
        (TrackerState::Connected, Some(1), _) => format!("{host} knows a device that has all of it{said}."),
        (TrackerState::Connected, Some(count), _) => format!("{host} knows {count} devices that have all of it{said}."),
        (TrackerState::Connected, None, Some(_)) => format!("{host} was reached, and refuses{said}."),
        (TrackerState::Connected, None, None) => format!("{host} was reached."),
    }
}

fn about_device(encounter: &Encounter) -> String {
    let who = encounter.client.as_ref().map_or_else(|| "a device".to_owned(), |client| format!("a device ({client})"));
    let sentence = match &encounter.ended {
        None => going_on(encounter, &who),
        Some((parting, _)) => over(encounter, &who, parting),
    };
    let mut characters = sentence.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

fn going_on(encounter: &Encounter, who: &str) -> String {
    match encounter.stages.last().map(|(stage, _)| *stage) {
        None | Some(Stage::Offer) if encounter.ours => "this device asks others to connect.".to_owned(),
        None | Some(Stage::Offer) => format!("{who} asks to connect."),
        Some(Stage::Answer) => format!("{who} answers. A network path between the two is looked for."),
        Some(Stage::Path | Stage::Channel) => format!("there is a network path to {who}. It has said nothing yet."),
        Some(Stage::Handshake) => format!("connected to {who}. It is not ready to send yet."),
        Some(Stage::Unchoked) => format!("connected to {who}."),
        Some(Stage::Bytes) => format!("connected to {who}: {}.", moved(encounter)),
    }
}

fn over(encounter: &Encounter, who: &str, parting: &Parting) -> String {
    match parting {
        Parting::NoAnswer => "a device was asked to connect and did not answer.".to_owned(),
        Parting::Withdrawn => "a device could not be answered in time.".to_owned(),
        Parting::NoPath(why) => format!("{who} was found, but no network path to it. {why}"),
        Parting::Setup => "this browser could not set a connection up.".to_owned(),
        Parting::NoChannel => format!("{who} was found, but no connection came about."),
        Parting::NoHandshake => format!("{who} connected and said nothing."),
        Parting::Itself => "this device met itself.".to_owned(),
        Parting::Duplicate => format!("{who} connected a second time. One connection is enough."),
        Parting::Banned => format!("{who} had sent false data before, and was turned away."),
        Parting::Misbehaved(_) => format!("{who} sent what it should not, and was cut off."),
        Parting::Silent => format!("{who} fell silent."),
        Parting::Unhelpful => format!("{who} was asked for the sound and sent none."),
        Parting::Stalled => format!("{who} took nothing in any more."),
        Parting::Crowded => format!("{who} was turned away: there are too many connections."),
        Parting::BothComplete => format!("{who} and this device both have all of it: {}.", moved(encounter)),
        Parting::Remote if encounter.stages.last().is_none_or(|(stage, _)| *stage < Stage::Channel) => {
            format!("{who} gave up before there was a connection.")
        }
        Parting::Remote => format!("{who} went away: {}.", moved(encounter)),
        Parting::Left => format!("this device ended the connection to {who}: {}.", moved(encounter)),
    }
}

fn moved(encounter: &Encounter) -> String {
    match (encounter.downloaded, encounter.uploaded) {
        (0, 0) => "nothing was sent".to_owned(),
        (down, 0) => format!("{} received", format_size(down)),
        (0, up) => format!("{} sent", format_size(up)),
        (down, up) => format!("{} received, {} sent", format_size(down), format_size(up)),
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
        let no_path = Parting::NoPath("A relay server would help.".into());
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
                (Some(2000), "A device was found, but no network path to it. A relay server would help.".to_owned()),
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
            Parting::NoPath("It is so.".into()),
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
