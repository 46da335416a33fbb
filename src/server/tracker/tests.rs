use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::torrent::tracker::{OfferId, UNKNOWN_LEFT};

use super::*;

const LOOPBACK: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

fn hash(number: u8) -> InfoHash {
    InfoHash::new([number; 20])
}

fn peer(number: u8) -> PeerId {
    PeerId::new([number; 20])
}

fn offer(number: u8) -> Offer {
    Offer { offer_id: OfferId::new([number; 20]), sdp: format!("offer {number}") }
}

fn announce(torrent: u8, from: u8, left: u64) -> Announce {
    Announce {
        info_hash: hash(torrent),
        peer_id: peer(from),
        event: None,
        uploaded: 0,
        downloaded: 0,
        left,
        numwant: 5,
        offers: Vec::new(),
        tracker_id: None,
    }
}

/// A tracker and the sockets of a test, with a clock that the test moves.
struct Room {
    tracker: Tracker,
    now: Instant,
}

impl Room {
    fn new(limits: Limits) -> Self {
        Self { tracker: Tracker::new(limits, 7), now: Instant::from_millis(1_000_000) }
    }

    fn enter(&mut self) -> ClientId {
        self.tracker.handle_connect(self.now, LOOPBACK).expect("room for one more")
    }

    /// Says it and hears everything that follows from it.
    fn say(&mut self, client: ClientId, message: impl Into<ClientMessage>) -> Vec<Output> {
        self.say_text(client, &message.into().to_json())
    }

    fn say_text(&mut self, client: ClientId, text: &str) -> Vec<Output> {
        self.tracker.handle_message(self.now, client, text);
        self.outputs()
    }

    fn outputs(&mut self) -> Vec<Output> {
        let outputs = std::iter::from_fn(|| self.tracker.poll_output()).collect();
        self.check();
        outputs
    }

    /// Lets time pass as the server does, in sweeps.
    fn wait(&mut self, time: Duration) -> Vec<Output> {
        let end = self.now + time;
        while self.now < end {
            self.now = (self.now + SWEEP).min(end);
            self.tracker.handle_timeout(self.now);
        }
        self.outputs()
    }

    /// Complete and incomplete, as a scrape tells them.
    fn counts(&mut self, torrent: u8) -> (u32, u32, u32) {
        let observer = self.enter();
        let outputs = self.say(observer, ClientMessage::Scrape(vec![hash(torrent)]));
        self.tracker.handle_disconnect(observer);
        let [Output::Send(_, TrackerMessage::Scrape(reply))] = outputs.as_slice() else { panic!("{outputs:?}") };
        let counts = reply.files[0].1;
        (counts.complete, counts.incomplete, counts.downloaded)
    }

    /// The two sides of the books agree: every peer of a swarm stands under its socket, and the other way round.
    fn check(&self) {
        let mut of_clients = BTreeMap::new();
        for (id, client) in &self.tracker.clients {
            for entry in &client.peers {
                assert_eq!(of_clients.insert(*entry, *id), None, "one peer, one socket");
            }
        }
        for ((info_hash, peer_id), client) in &of_clients {
            let listed = self.tracker.swarms.get(info_hash).and_then(|swarm| swarm.peer(peer_id));
            assert_eq!(listed.map(|(_, peer)| peer.client), Some(*client));
        }
        let in_swarms: u32 = self.tracker.swarms.values().map(|swarm| swarm.seeders() + swarm.leechers()).sum();
        assert_eq!(in_swarms as usize, of_clients.len());
        assert_eq!(self.tracker.peers, of_clients.len());
        assert!(self.tracker.swarms.values().all(|swarm| !swarm.is_empty()), "nobody is in an empty swarm");
        let addresses: usize = self.tracker.clients_of_address.values().sum();
        assert_eq!(addresses, self.tracker.clients.values().filter(|client| client.address.is_some()).count());
    }
}

impl From<Announce> for ClientMessage {
    fn from(announce: Announce) -> Self {
        Self::Announce(announce)
    }
}

/// The counts in a reply to `client`, if there is one.
fn reply_to(outputs: &[Output], client: ClientId) -> Option<(u32, u32)> {
    outputs.iter().find_map(|output| match output {
        Output::Send(to, TrackerMessage::Announce(reply)) if *to == client => {
            assert_eq!(reply.interval_s, Some(120));
            Some((reply.complete?, reply.incomplete?))
        }
        _ => None,
    })
}

fn failure(outputs: &[Output]) -> Option<(&str, Option<InfoHash>)> {
    outputs.iter().find_map(|output| match output {
        Output::Send(_, TrackerMessage::Failure { reason, info_hash }) => Some((reason.as_str(), *info_hash)),
        _ => None,
    })
}

#[test]
fn a_leecher_and_a_seeder_are_introduced() {
    let mut room = Room::new(Limits::default());
    let (sender, listener) = (room.enter(), room.enter());
    assert_eq!(reply_to(&room.say(sender, announce(1, 10, 0)), sender), Some((1, 0)));

    let offers = vec![offer(1), offer(2)];
    let outputs = room.say(listener, Announce { offers, ..announce(1, 20, UNKNOWN_LEFT) });
    assert_eq!(reply_to(&outputs, listener), Some((1, 1)));
    let relayed =
        Relayed { info_hash: hash(1), peer_id: peer(20), offer_id: OfferId::new([1; 20]), sdp: "offer 1".into() };
    assert!(outputs.contains(&Output::Send(sender, TrackerMessage::Offer(relayed))), "{outputs:?}");
    assert_eq!(outputs.len(), 2, "the second offer has nobody to go to");

    let answer = Answer {
        info_hash: hash(1),
        peer_id: peer(10),
        to_peer_id: peer(20),
        offer_id: OfferId::new([1; 20]),
        sdp: "answer".into(),
        left: 0,
        tracker_id: None,
    };
    let relayed =
        Relayed { info_hash: hash(1), peer_id: peer(10), offer_id: OfferId::new([1; 20]), sdp: "answer".into() };
    assert_eq!(
        room.say(sender, ClientMessage::Answer(answer.clone())),
        [Output::Send(listener, TrackerMessage::Answer(relayed))],
        "an answer has no reply"
    );
    assert_eq!(room.say(listener, ClientMessage::Answer(answer)), [], "nobody answers in another's name");
}

#[test]
fn each_offer_goes_to_another_peer_and_none_to_its_maker() {
    let mut room = Room::new(Limits::default());
    let others: Vec<ClientId> = (0..4).map(|_| room.enter()).collect();
    for (number, client) in others.iter().enumerate() {
        room.say(*client, announce(1, number as u8, if number < 2 { 0 } else { 5 }));
    }
    let me = room.enter();
    let outputs = room.say(me, Announce { offers: (0..20).map(offer).collect(), ..announce(1, 99, 5) });
    let mut targets: Vec<ClientId> = outputs
        .iter()
        .filter_map(|output| match output {
            Output::Send(to, TrackerMessage::Offer(_)) => Some(*to),
            _ => None,
        })
        .collect();
    targets.sort();
    assert_eq!(targets, others);
}

#[test]
fn a_waiting_leecher_hears_of_a_new_seeder_at_once() {
    let mut room = Room::new(Limits::default());
    let (waiting, other, sender) = (room.enter(), room.enter(), room.enter());
    room.say(waiting, announce(1, 10, UNKNOWN_LEFT));
    room.say(other, announce(2, 11, UNKNOWN_LEFT));
    let outputs = room.say(sender, announce(1, 20, 0));
    assert_eq!(reply_to(&outputs, waiting), Some((1, 1)));
    assert_eq!(reply_to(&outputs, other), None, "it waits for something else");
    let again = room.say(sender, announce(1, 20, 0));
    assert_eq!(reply_to(&again, waiting), None, "that is no news");

    let late = room.enter();
    room.say(late, announce(1, 30, 9));
    let event = Some(AnnounceEvent::Completed);
    let outputs = room.say(late, Announce { event, ..announce(1, 30, 0) });
    assert_eq!(reply_to(&outputs, waiting), Some((2, 1)), "who completes is a new seeder too");
    assert_eq!(room.counts(1), (2, 1, 1));
}

#[test]
fn a_bounded_number_of_leechers_is_told() {
    let mut room = Room::new(Limits::default());
    for number in 0..100 {
        let client = room.enter();
        room.say(client, announce(1, number, 5));
    }
    let sender = room.enter();
    assert_eq!(room.say(sender, announce(1, 200, 0)).len(), 1 + MAX_TOLD);
}

#[test]
fn who_stops_or_hangs_up_is_gone() {
    let mut room = Room::new(Limits::default());
    let (a, b) = (room.enter(), room.enter());
    room.say(a, announce(1, 10, 0));
    room.say(a, announce(2, 10, 0));
    room.say(b, announce(1, 20, 5));
    assert_eq!(room.counts(1), (1, 1, 0));
    let stopped = Announce { event: Some(AnnounceEvent::Stopped), ..announce(1, 20, 5) };
    assert_eq!(reply_to(&room.say(a, stopped.clone()), a), Some((1, 1)), "nobody stops another");
    assert_eq!(reply_to(&room.say(b, stopped), b), Some((1, 0)));
    room.tracker.handle_disconnect(a);
    assert_eq!((room.counts(1), room.counts(2)), ((0, 0, 0), (0, 0, 0)));
}

#[test]
fn a_peer_that_reconnects_is_reached_by_its_new_socket() {
    let mut room = Room::new(Limits::default());
    let (old, new, other) = (room.enter(), room.enter(), room.enter());
    room.say(old, announce(1, 10, 0));
    room.say(new, announce(1, 10, 0));
    room.tracker.handle_disconnect(old);
    let outputs = room.say(other, Announce { offers: vec![offer(1)], ..announce(1, 20, 5) });
    assert!(outputs.iter().any(|output| matches!(output, Output::Send(to, TrackerMessage::Offer(_)) if *to == new)));
}

#[test]
fn silent_peers_expire_and_announcing_ones_stay() {
    let mut room = Room::new(Limits::default());
    let (silent, lively) = (room.enter(), room.enter());
    room.say(silent, announce(1, 10, 0));
    room.say(lively, announce(1, 20, 5));
    room.say(lively, announce(2, 20, 5));
    for _ in 0..3 {
        room.wait(INTERVAL);
        room.say(lively, announce(1, 20, 5));
    }
    assert_eq!(room.counts(1), (0, 1, 0));
    assert_eq!(room.counts(2), (0, 0, 0), "one torrent of a socket can fall silent by itself");
    assert!(room.wait(SWEEP).contains(&Output::Close(silent)), "a socket that carries nothing is closed");
}

#[test]
fn unreadable_messages_get_a_reason_and_in_the_end_a_closed_socket() {
    let mut room = Room::new(Limits::default());
    let client = room.enter();
    for text in ["", "{", "[]", "{}", r#"{"action":"dance"}"#, r#"{"action":"announce","info_hash":"short"}"#] {
        let outputs = room.say_text(client, text);
        assert!(failure(&outputs).is_some_and(|(reason, _)| !reason.is_empty()), "{text:?}: {outputs:?}");
    }
    assert_eq!(reply_to(&room.say(client, announce(1, 1, 0)), client), Some((1, 0)), "the socket is still of use");
    let closed = (0..MAX_STRIKES).any(|_| room.say_text(client, "junk").contains(&Output::Close(client)));
    assert!(closed, "patience ends");
}

#[test]
fn limits_are_refused_with_a_reason_and_hurt_nobody_else() {
    let limits = Limits { peers_per_client: 2, peers: 3, swarms: 2, ..Limits::default() };
    let mut room = Room::new(limits);
    let (a, b) = (room.enter(), room.enter());
    room.say(a, announce(1, 10, 0));
    room.say(a, announce(2, 10, 0));
    let refused = room.say(a, announce(3, 10, 0));
    assert_eq!(failure(&refused), Some(("too many torrents on one connection", Some(hash(3)))));
    assert_eq!(failure(&room.say(b, announce(3, 20, 0))), Some(("the tracker is full", Some(hash(3)))), "swarms");
    assert_eq!(reply_to(&room.say(b, announce(1, 20, 0)), b), Some((2, 0)));
    assert_eq!(failure(&room.say(b, announce(2, 20, 0))), Some(("the tracker is full", Some(hash(2)))), "peers");
    assert_eq!(reply_to(&room.say(a, announce(1, 10, 0)), a), Some((2, 0)), "who is in may announce again");
}

#[test]
fn connections_are_limited_in_all_and_for_each_address() {
    let now = Instant::default();
    let limits = Limits { clients: 4, clients_per_address: 2, ..Limits::default() };
    let mut tracker = Tracker::new(limits, 1);
    let home = |last: u16| IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, last]);
    let first = tracker.handle_connect(now, home(1)).expect("the first");
    tracker.handle_connect(now, home(2)).expect("the second");
    assert_eq!(tracker.handle_connect(now, home(3)), Err(Busy::Address), "a household has one network");
    tracker.handle_disconnect(first);
    tracker.handle_connect(now, home(3)).expect("there is room again");
    for _ in 0..2 {
        tracker.handle_connect(now, LOOPBACK).expect("a proxy on this machine stands for many");
    }
    assert_eq!(tracker.handle_connect(now, LOOPBACK), Err(Busy::Tracker));
}

#[derive(Debug, Clone)]
enum Step {
    Enter,
    Leave(usize),
    Say(usize, String),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let message = (0..3u8, 0..6u8, prop_oneof![Just(0), Just(9)], 0..4usize, 0..4u8).prop_map(
        |(torrent, from, left, offers, event)| {
            let event = match event {
                0 => Some(AnnounceEvent::Started),
                1 => Some(AnnounceEvent::Completed),
                2 => Some(AnnounceEvent::Stopped),
                _ => None,
            };
            let offers = (0..offers as u8).map(offer).collect();
            ClientMessage::Announce(Announce { event, offers, ..announce(torrent, from, left) }).to_json()
        },
    );
    prop_oneof![
        2 => Just(Step::Enter),
        1 => any::<prop::sample::Index>().prop_map(|client| Step::Leave(client.index(8))),
        8 => (0..8usize, message).prop_map(|(client, text)| Step::Say(client, text)),
        1 => (0..8usize, ".{0,40}").prop_map(|(client, text)| Step::Say(client, text)),
        1 => (0..400_000u64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// `Room::check` runs after each step.
    #[test]
    fn the_books_agree_after_any_sequence(steps in prop::collection::vec(step(), 1..80)) {
        let mut room = Room::new(Limits { peers_per_client: 3, peers: 8, ..Limits::default() });
        let mut clients = Vec::new();
        for step in steps {
            let outputs = match step {
                Step::Enter => {
                    clients.push(room.enter());
                    Vec::new()
                }
                Step::Leave(index) if index < clients.len() => {
                    room.tracker.handle_disconnect(clients.swap_remove(index));
                    room.outputs()
                }
                Step::Say(index, text) if index < clients.len() => room.say_text(clients[index], &text),
                Step::Wait(millis) => room.wait(Duration::from_millis(millis)),
                _ => Vec::new(),
            };
            for output in outputs {
                let (Output::Send(to, _) | Output::Close(to)) = output;
                prop_assert!(clients.contains(&to), "messages go to open sockets only");
            }
        }
    }
}
