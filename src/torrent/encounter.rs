//! What became of one try to meet another device, kept with the connection and for a while after it: so that people can be told
//! how far it came, when, and what ended it.

use super::{ConnectionId, Encounter, Instant, NoPath, NoPathReason, Parting, Stage};

/// Characters of another device's name for itself.
const MAX_CLIENT_LEN: usize = 40;

/// The course of one connection.
#[derive(Debug, Clone)]
pub(super) struct Record {
    ours: bool,
    tracker: String,
    client: Option<String>,
    stages: Vec<(Stage, u64)>,
    /// What each description offers to be reached by.
    our_reach: Reach,
    their_reach: Reach,
    /// A path was found while our answer was still on its way: the other side responds to checks before it has the answer.
    path_is_early: bool,
    /// What a STUN or TURN server had against us.
    server_problem: Option<String>,
}

/// The kinds of addresses in a session description.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Reach {
    /// Addresses in the device's own network.
    host: bool,
    /// Its address as the internet sees it, learnt from a STUN server.
    public: bool,
    /// An address at a TURN server, which passes everything on.
    relay: bool,
}

impl Record {
    pub(super) fn new(ours: bool, tracker: &str) -> Self {
        Self {
            ours,
            tracker: tracker.to_owned(),
            client: None,
            stages: Vec::new(),
            our_reach: Reach::default(),
            their_reach: Reach::default(),
            path_is_early: false,
            server_problem: None,
        }
    }

    /// Notes a stage the first time it is reached. Stages that nobody reported were passed on the way.
    pub(super) fn reached(&mut self, stage: Stage, now: Instant) {
        if self.has_reached(stage) {
            return;
        }
        match stage {
            Stage::Path if !self.has_reached(Stage::Answer) => {
                self.path_is_early = true;
                return;
            }
            Stage::Channel => self.reached(Stage::Path, now),
            _ => {}
        }
        self.stages.push((stage, now.as_millis()));
        if stage == Stage::Answer && self.path_is_early {
            self.reached(Stage::Path, now);
        }
    }

    pub(super) fn has_reached(&self, stage: Stage) -> bool {
        self.stages.last().is_some_and(|(last, _)| *last >= stage)
    }

    pub(super) fn we_said(&mut self, sdp: &str) {
        self.our_reach = Reach::of(sdp);
    }

    pub(super) fn they_said(&mut self, sdp: &str) {
        self.their_reach = Reach::of(sdp);
    }

    pub(super) fn server_failed(&mut self, how: &str) {
        self.server_problem.get_or_insert_with(|| clean(how, 200));
    }

    /// What the other device runs: its own word for it, or what its id gives away.
    pub(super) fn set_client(&mut self, v: Option<&str>, peer_id: &[u8; 20]) {
        let said = v.map(|name| clean(name, MAX_CLIENT_LEN)).filter(|name| !name.is_empty());
        self.client = said.or_else(|| self.client.take()).or_else(|| client_of(peer_id));
    }

    pub(super) fn encounter(
        &self,
        id: ConnectionId,
        (downloaded, uploaded): (u64, u64),
        ended: Option<(Parting, Instant)>,
    ) -> Encounter {
        Encounter {
            id,
            ours: self.ours,
            tracker: self.tracker.clone(),
            client: self.client.clone(),
            stages: self.stages.clone(),
            downloaded,
            uploaded,
            ended: ended.map(|(parting, at)| (parting, at.as_millis())),
        }
    }

    /// Why ICE may have failed, as far as the two descriptions and the servers tell.
    pub(super) fn no_path(&self) -> NoPath {
        let (ours, theirs) = (self.our_reach, self.their_reach);
        let anything = |reach: Reach| reach.host || reach.public || reach.relay;
        let beyond = |reach: Reach| reach.public || reach.relay;
        let reason = if !anything(ours) {
            NoPathReason::NoNetwork
        } else if !anything(theirs) {
            NoPathReason::NothingOffered
        } else if !beyond(ours) && self.server_problem.is_some() {
            NoPathReason::PublicAddressUnknown
        } else if !beyond(ours) {
            NoPathReason::OursAreLocal
        } else if !beyond(theirs) {
            NoPathReason::TheirsAreLocal
        } else if ours.relay || theirs.relay {
            NoPathReason::RelayFailed
        } else {
            NoPathReason::Firewall
        };
        // What a server had against one interface is no news where another one got through.
        NoPath { reason, server_said: self.server_problem.clone().filter(|_| !beyond(ours)) }
    }
}

impl Reach {
    fn of(sdp: &str) -> Self {
        let has = |kind: &str| sdp.lines().any(|line| line.starts_with("a=candidate:") && line.contains(kind));
        Self { host: has(" typ host"), public: has(" typ srflx") || has(" typ prflx"), relay: has(" typ relay") }
    }
}

/// What an Azureus-style id (BEP 20) says about who made it.
fn client_of(peer_id: &[u8; 20]) -> Option<String> {
    let code = peer_id.strip_prefix(b"-").filter(|rest| rest.get(6) == Some(&b'-'))?;
    let (name, version) = (code.get(..2)?, code.get(2..6)?);
    if !name.iter().all(u8::is_ascii_alphanumeric) || !version.iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    let digit = |at: usize| char::from(version[at]).to_digit(36).unwrap_or(0);
    let two_digits = || format!("{}.{}", digit(0) * 10 + digit(1), digit(2) * 10 + digit(3));
    let single_digits = || format!("{}.{}.{}", digit(0), digit(1), digit(2));
    Some(match name {
        b"WW" => format!("WebTorrent {}", two_digits()),
        b"WD" => format!("WebTorrent Desktop {}", two_digits()),
        b"VM" => format!("Voice Memos {}", two_digits()),
        b"LT" | b"lt" => format!("libtorrent {}", single_digits()),
        b"qB" => format!("qBittorrent {}", single_digits()),
        other => String::from_utf8_lossy(other).into_owned(),
    })
}

/// A stranger's words, fit for one line: nothing that moves or hides text, and not too much of it.
fn clean(text: &str, longest: usize) -> String {
    let visible = |character: &char| {
        !character.is_control()
            && !matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().filter(visible).take(longest).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOST: &str = "a=candidate:1 1 udp 2122 192.168.1.7 5000 typ host\r\n";
    const PUBLIC: &str = "a=candidate:2 1 udp 1686 203.0.113.9 5000 typ srflx raddr 0.0.0.0 rport 0\r\n";
    const RELAY: &str = "a=candidate:3 1 udp 41 198.51.100.1 5000 typ relay raddr 0.0.0.0 rport 0\r\n";

    #[test]
    fn what_ice_failed_for_is_told_from_the_two_descriptions() {
        let why = |ours: &str, theirs: &str, server: Option<&str>| {
            let mut record = Record::new(true, "wss://t");
            record.we_said(ours);
            record.they_said(theirs);
            server.into_iter().for_each(|how| record.server_failed(how));
            record.no_path()
        };
        let both = [HOST, PUBLIC].concat();
        for (ours, theirs, server, reason, server_said) in [
            ("", HOST, None, NoPathReason::NoNetwork, None),
            (HOST, "", None, NoPathReason::NothingOffered, None),
            (HOST, both.as_str(), None, NoPathReason::OursAreLocal, None),
            (HOST, both.as_str(), Some("no answer"), NoPathReason::PublicAddressUnknown, Some("no answer")),
            (both.as_str(), HOST, Some("no answer"), NoPathReason::TheirsAreLocal, None),
            (both.as_str(), both.as_str(), None, NoPathReason::Firewall, None),
            (both.as_str(), &[HOST, RELAY].concat(), None, NoPathReason::RelayFailed, None),
        ] {
            assert_eq!(why(ours, theirs, server), NoPath { reason, server_said: server_said.map(str::to_owned) });
        }
    }

    #[test]
    fn an_id_or_its_own_word_tells_what_the_other_device_runs() {
        for (peer_id, v, expected) in [
            (b"-WW0300-abcdefghijkl", None, Some("WebTorrent 3.0")),
            (b"-WW0208-abcdefghijkl", None, Some("WebTorrent 2.8")),
            (b"-LT2110-abcdefghijkl", None, Some("libtorrent 2.1.1")),
            (b"-LT2110-abcdefghijkl", Some("libtorrent/2.1.1"), Some("libtorrent/2.1.1")),
            (b"-ZZ0001-abcdefghijkl", None, Some("ZZ")),
            (b"no azureus style id.", None, None),
            (b"-ZZ0001-abcdefghijkl", Some("evil\u{202e}\u{0}  "), Some("evil")),
        ] {
            let mut record = Record::new(true, "wss://t");
            record.set_client(v, peer_id);
            assert_eq!(record.client.as_deref(), expected);
        }
    }

    #[test]
    fn each_stage_is_noted_once_and_in_order() {
        let mut record = Record::new(false, "wss://t");
        let at = Instant::from_millis;
        record.reached(Stage::Offer, at(1));
        record.reached(Stage::Answer, at(2));
        record.reached(Stage::Channel, at(5));
        record.reached(Stage::Path, at(6));
        record.reached(Stage::Channel, at(7));
        let stages = record.encounter(ConnectionId(1), (0, 0), None).stages;
        assert_eq!(stages, [(Stage::Offer, 1), (Stage::Answer, 2), (Stage::Path, 5), (Stage::Channel, 5)]);
        let mut early = Record::new(false, "wss://t");
        early.reached(Stage::Offer, at(1));
        early.reached(Stage::Path, at(2));
        early.reached(Stage::Answer, at(3));
        let stages = early.encounter(ConnectionId(1), (0, 0), None).stages;
        assert_eq!(
            stages,
            [(Stage::Offer, 1), (Stage::Answer, 3), (Stage::Path, 3)],
            "found before the answer went out"
        );
    }
}
