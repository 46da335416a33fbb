//! Several torrents, several trackers, one session: who announces when, and what is made of what trackers say.

use std::collections::BTreeSet;

use super::super::super::tracker::{
    Announce, AnnounceEvent, AnnounceReply, ClientMessage, OfferId, Relayed, ScrapeCounts, ScrapeReply, TrackerMessage,
};
use super::super::super::{
    AddTorrent, Bitfield, Command, Config, Event, InfoBuilder, InfoHash, Input, Instant, Output, PeerId, Phase,
    Session, SocketId, Status, TrackerState,
};

const ONE: &str = "wss://one.example/announce";
const TWO: &str = "wss://two.example/announce";

/// What one tracker said to a scrape.
type Scraped = (String, Result<Vec<(InfoHash, ScrapeCounts)>, String>);

/// A session whose trackers are played by hand.
struct Desk {
    session: Session,
    now: u64,
    outputs: Vec<Output>,
}

impl Desk {
    fn new() -> Self {
        Self { session: Session::new(Config::default(), 7), now: 1_000_000, outputs: Vec::new() }
    }

    fn feed(&mut self, input: Input) {
        self.session.handle_input(Instant::from_millis(self.now), input).expect("no mistake of the caller");
        self.outputs.extend(std::iter::from_fn(|| self.session.poll_output()));
    }

    fn command(&mut self, command: Command) {
        self.feed(Input::Command(command));
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(at) = self.session.poll_timeout().filter(|at| at.as_millis() <= end) {
            self.now = self.now.max(at.as_millis());
            self.feed(Input::Timeout);
        }
        self.now = end;
    }

    /// Adds a memo that is all here.
    fn share(&mut self, n: usize, urls: &[&str]) -> InfoHash {
        let mut builder = InfoBuilder::new(format!("{n}.webm"), 3);
        builder.push(b"abc");
        let info = builder.finish().expect("all bytes are in");
        self.command(Command::Add(AddTorrent {
            trackers: urls.iter().map(|url| (*url).to_owned()).collect(),
            info: Some(info.raw().to_vec()),
            have: Some(Bitfield::full(1)),
            ..AddTorrent::new(info.info_hash())
        }));
        info.info_hash()
    }

    /// Adds a memo of which only the infohash is known.
    fn import(&mut self, n: u8, urls: &[&str]) -> InfoHash {
        let info_hash = InfoHash::new([n; 20]);
        let trackers = urls.iter().map(|url| (*url).to_owned()).collect();
        self.command(Command::Add(AddTorrent { trackers, ..AddTorrent::new(info_hash) }));
        info_hash
    }

    /// The sockets that were opened since the last time, with their URLs.
    fn opening(&mut self) -> Vec<(SocketId, String)> {
        let mut opening = Vec::new();
        self.outputs.retain(|output| match output {
            Output::OpenSocket(socket, url) => {
                opening.push((*socket, url.clone()));
                false
            }
            _ => true,
        });
        opening
    }

    /// Opens the one socket that was asked for.
    fn open(&mut self) -> SocketId {
        let opening = self.opening();
        let [(socket, _)] = &opening[..] else { panic!("one socket is expected: {opening:?}") };
        self.feed(Input::SocketOpened(*socket));
        *socket
    }

    /// What was said to the trackers since the last time.
    fn said(&mut self) -> Vec<(SocketId, ClientMessage)> {
        let mut said = Vec::new();
        self.outputs.retain(|output| match output {
            Output::SendSocket(socket, text) => {
                assert!(text.len() < 12 * 1024, "{} bytes in one message", text.len());
                said.push((*socket, ClientMessage::parse(text).expect("ours can be read")));
                false
            }
            _ => true,
        });
        said
    }

    fn announces(&mut self) -> Vec<(SocketId, Announce)> {
        let announce = |(socket, message)| match message {
            ClientMessage::Announce(announce) => Some((socket, announce)),
            _ => None,
        };
        self.said().into_iter().filter_map(announce).collect()
    }

    fn tell(&mut self, socket: SocketId, message: &TrackerMessage) {
        self.feed(Input::SocketMessage(socket, message.to_json()));
    }

    fn reply(&mut self, socket: SocketId, info_hash: InfoHash, change: impl FnOnce(&mut AnnounceReply)) {
        let mut reply = AnnounceReply {
            info_hash,
            complete: Some(1),
            incomplete: Some(0),
            interval_s: Some(120),
            min_interval_s: None,
            warning: None,
            tracker_id: None,
        };
        change(&mut reply);
        self.tell(socket, &TrackerMessage::Announce(reply));
    }

    fn status(&self, info_hash: InfoHash) -> Status {
        self.session.status(&info_hash).expect("a torrent")
    }

    fn closed(&self, socket: SocketId) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::CloseSocket(it) if *it == socket))
    }

    fn scraped(&mut self) -> Vec<Scraped> {
        let mut scraped = Vec::new();
        self.outputs.retain(|output| match output {
            Output::Event(Event::Scraped(url, result)) => {
                scraped.push((url.clone(), result.clone()));
                false
            }
            _ => true,
        });
        scraped
    }
}

fn counts(complete: u32) -> ScrapeCounts {
    ScrapeCounts { complete, incomplete: 1, downloaded: 2 }
}

#[test]
fn two_torrents_share_one_socket_and_one_torrent_uses_two() {
    let mut desk = Desk::new();
    let first = desk.share(1, &[ONE]);
    let second = desk.share(2, &["WSS://One.Example:443/announce/", TWO]);
    let opening = desk.opening();
    let urls: Vec<&str> = opening.iter().map(|(_, url)| url.as_str()).collect();
    assert_eq!(urls, [ONE, TWO], "one socket per tracker, however it is spelled");
    opening.iter().for_each(|(socket, _)| desk.feed(Input::SocketOpened(*socket)));
    let said: Vec<_> = desk.announces().iter().map(|(socket, announce)| (*socket, announce.info_hash)).collect();
    assert_eq!(said, [(opening[0].0, first), (opening[0].0, second), (opening[1].0, second)]);
    desk.command(Command::Remove(first));
    assert!(!desk.closed(opening[0].0), "the other torrent needs it");
    desk.command(Command::Remove(second));
    assert!(desk.closed(opening[0].0) && desk.closed(opening[1].0), "nobody needs them");
}

#[test]
fn names_at_a_tracker_are_fresh_for_each_socket_and_differ_between_trackers() {
    let mut desk = Desk::new();
    desk.share(1, &[ONE, TWO]);
    for (socket, _) in desk.opening() {
        desk.feed(Input::SocketOpened(socket));
    }
    let before: BTreeSet<PeerId> = desk.announces().iter().map(|(_, announce)| announce.peer_id).collect();
    assert_eq!(before.len(), 2);
    desk.command(Command::NetworkChanged);
    desk.wait(9_500);
    for (socket, _) in desk.opening() {
        desk.feed(Input::SocketOpened(socket));
    }
    let started = desk.announces().into_iter().filter(|(_, announce)| announce.event == Some(AnnounceEvent::Started));
    let after: BTreeSet<PeerId> = started.map(|(_, announce)| announce.peer_id).collect();
    assert_eq!((after.len(), after.intersection(&before).count()), (2, 0), "both were silent and are new");
}

#[test]
fn a_lost_socket_is_tried_again_and_every_torrent_announces_anew() {
    let mut desk = Desk::new();
    let torrents = [desk.share(1, &[ONE]), desk.share(2, &[ONE]), desk.import(3, &[ONE])];
    let socket = desk.open();
    desk.wait(3_000);
    desk.announces();
    desk.feed(Input::SocketClosed(socket));
    assert!(desk.opening().is_empty(), "not in the same breath");
    desk.wait(1_200);
    desk.open();
    desk.wait(3_000);
    let started = desk.announces().into_iter().filter(|(_, announce)| announce.event == Some(AnnounceEvent::Started));
    let started: Vec<InfoHash> = started.map(|(_, announce)| announce.info_hash).collect();
    assert_eq!(started.len(), 3, "each once");
    assert!(torrents.iter().all(|torrent| started.contains(torrent)));
}

#[test]
fn a_thousand_shared_memos_take_turns_and_whoever_waits_goes_first() {
    let mut desk = Desk::new();
    for n in 0..1000 {
        desk.share(n, &[ONE]);
    }
    let wanted = desk.import(9, &[ONE]);
    desk.wait(2_000);
    let socket = desk.open();
    let at_once = desk.announces();
    assert!(at_once.len() <= 101, "{} announces in one step", at_once.len());
    assert_eq!(at_once[0].1.info_hash, wanted, "somebody waits for this one");
    desk.wait(1_000);
    let next = desk.announces();
    assert!((150..=250).contains(&next.len()), "{} announces in the first second", next.len());
    desk.wait(4_000);
    let rest = desk.announces();
    let said = at_once.iter().chain(&next).chain(&rest).filter(|(_, it)| it.event == Some(AnnounceEvent::Started));
    let torrents: BTreeSet<InfoHash> = said.clone().map(|(_, announce)| announce.info_hash).collect();
    assert_eq!((said.count(), torrents.len()), (1001, 1001), "within five seconds each has announced, once");

    let late = desk.import(10, &[ONE]);
    desk.wait(1_500);
    assert!(desk.announces().iter().any(|(_, announce)| announce.info_hash == late), "the line is short again");
    assert!(!desk.closed(socket));
}

#[test]
fn idle_torrents_are_left_alone() {
    let mut desk = Desk::new();
    let torrents: Vec<InfoHash> = (0..1000).map(|n| desk.share(n, &[ONE])).collect();
    let socket = desk.open();
    desk.wait(10_000);
    for torrent in &torrents {
        desk.reply(socket, *torrent, |_| {});
    }
    desk.outputs.clear();
    assert_eq!(desk.session.news().len(), 1000);
    desk.wait(60_000);
    assert_eq!(desk.session.news().len(), 0, "nothing happens between announces");
    assert!(desk.outputs.is_empty());
    desk.reply(socket, torrents[7], |reply| reply.incomplete = Some(1));
    let news = desk.session.news();
    assert_eq!(news.len(), 1, "an input is about one torrent");
    assert_eq!(news[0].0, torrents[7]);
    desk.command(Command::Remove(torrents[8]));
    assert_eq!(desk.session.news(), [(torrents[8], None)]);
    desk.wait(10_000);
    let makes_offers = |output: &Output| matches!(output, Output::MakeOffer(_));
    let offers = desk.outputs.iter().filter(|output| makes_offers(output)).count();
    assert_eq!(offers, 1, "only the listener that the tracker counts is looked for");
    assert_eq!(desk.session.footprint().connections, 1);
}

#[test]
fn what_nobody_waits_for_is_announced_together() {
    let mut desk = Desk::new();
    let torrents: Vec<InfoHash> = (0..1000).map(|n| desk.share(n, &[ONE])).collect();
    let socket = desk.open();
    desk.wait(10_000);
    desk.outputs.clear();
    torrents.iter().for_each(|torrent| desk.reply(socket, *torrent, |_| {}));
    let (begun, mut woken, mut announced) = (desk.now, 0, 0);
    while let Some(at) = desk.session.poll_timeout().filter(|at| at.as_millis() < begun + 600_000) {
        desk.now = at.as_millis();
        desk.feed(Input::Timeout);
        woken += 1;
        for (socket, announce) in desk.announces() {
            announced += 1;
            desk.reply(socket, announce.info_hash, |_| {});
        }
    }
    assert!((4_000..=5_000).contains(&announced), "{announced} announces in ten minutes");
    assert!(woken <= 150, "{woken} times awake in ten minutes");
}

#[test]
fn the_pauses_between_tries_grow_from_a_second_to_a_minute() {
    let mut desk = Desk::new();
    desk.share(1, &[ONE]);
    let mut tried = Vec::new();
    while desk.now < 1_400_000 {
        for (socket, _) in desk.opening() {
            tried.push(desk.now);
            // As an ad blocker does it: refused at once.
            desk.feed(Input::SocketClosed(socket));
        }
        desk.wait(50);
    }
    let pauses: Vec<u64> = tried.windows(2).map(|pair| pair[1] - pair[0]).collect();
    for (pause, expected) in pauses.iter().zip([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]) {
        assert!(pause.abs_diff(expected) <= expected / 10 + 50, "{pauses:?}");
    }
    assert!(pauses.iter().any(|pause| pause % 1_000 > 50), "with a little chance in it: {pauses:?}");
    desk.command(Command::NetworkChanged);
    assert_eq!(desk.opening().len(), 1, "online, visible or shown again: at once");
}

#[test]
fn a_tracker_that_is_blocked_holds_no_other_up() {
    let mut desk = Desk::new();
    let torrent = desk.import(1, &[ONE, TWO]);
    let opening = desk.opening();
    desk.feed(Input::SocketClosed(opening[0].0));
    desk.feed(Input::SocketOpened(opening[1].0));
    desk.wait(2_000);
    assert_eq!(desk.announces().len(), 1);
    let status = desk.status(torrent);
    assert_eq!(status.phase, Phase::Searching);
    assert_eq!(status.trackers[0].state, TrackerState::Unreachable);
    assert!(status.trackers[0].message.as_ref().is_some_and(|why| why.contains("refused")));
    assert_eq!(status.trackers[1].state, TrackerState::Connected);
}

#[test]
fn a_socket_that_does_not_open_is_given_up_after_eight_seconds() {
    let mut desk = Desk::new();
    let torrent = desk.share(1, &[ONE]);
    let (socket, _) = desk.opening()[0].clone();
    desk.wait(7_900);
    assert!(!desk.closed(socket));
    desk.wait(200);
    assert!(desk.closed(socket));
    assert_eq!(desk.status(torrent).trackers[0].message.as_deref(), Some("The tracker does not answer."));
    desk.wait(1_200);
    assert_eq!(desk.opening().len(), 1, "and tried again");
}

#[test]
fn silence_for_two_and_a_half_intervals_is_the_end_of_a_socket() {
    let mut desk = Desk::new();
    let torrent = desk.share(1, &[ONE]);
    let socket = desk.open();
    desk.reply(socket, torrent, |reply| reply.interval_s = Some(60));
    desk.wait(149_000);
    assert!(!desk.closed(socket));
    assert!(desk.announces().len() >= 3, "it was asked");
    desk.wait(2_000);
    assert!(desk.closed(socket), "and said nothing");
    desk.wait(1_200);
    assert_eq!(desk.opening().len(), 1);
}

#[test]
fn a_changed_network_makes_every_open_socket_prove_that_it_lives() {
    let mut desk = Desk::new();
    let torrent = desk.share(1, &[ONE]);
    desk.share(2, &[ONE]);
    let socket = desk.open();
    desk.wait(5_000);
    desk.announces();
    desk.command(Command::NetworkChanged);
    assert_eq!(desk.announces().len(), 1, "one torrent asks for all");
    desk.reply(socket, torrent, |_| {});
    desk.wait(20_000);
    assert!(!desk.closed(socket), "it answered");
    desk.command(Command::NetworkChanged);
    desk.wait(8_100);
    assert!(desk.closed(socket), "it did not");
}

#[test]
fn whoever_leaves_says_stopped_wherever_it_said_started() {
    let mut desk = Desk::new();
    let shared = desk.share(1, &[ONE, TWO]);
    let arriving = desk.import(2, &[ONE]);
    let opening = desk.opening();
    desk.feed(Input::SocketOpened(opening[0].0));
    desk.wait(2_000);
    desk.said();
    desk.command(Command::Shutdown);
    let stopped: Vec<_> = desk.announces().into_iter().map(|(socket, it)| (socket, it.info_hash, it.event)).collect();
    let farewell = Some(AnnounceEvent::Stopped);
    assert_eq!(stopped.len(), 2, "the other tracker was never told anything: {stopped:?}");
    for torrent in [shared, arriving] {
        assert!(stopped.contains(&(opening[0].0, torrent, farewell)), "{stopped:?}");
    }
    let farewells = desk.outputs.iter().filter(|output| matches!(output, Output::CloseSocket(_))).count();
    assert_eq!(farewells, 2);
    assert_eq!((desk.session.poll_timeout(), desk.session.footprint().connections), (None, 0), "nothing is left");
}

#[test]
fn failures_and_warnings_are_shown_and_change_nothing_else() {
    let mut desk = Desk::new();
    let (torrent, other) = (desk.share(1, &[ONE]), desk.share(2, &[ONE]));
    let socket = desk.open();
    desk.said();
    let failure = |info_hash| TrackerMessage::Failure { reason: "not registered".to_owned(), info_hash };
    let message = |desk: &Desk, torrent| desk.status(torrent).trackers[0].message.clone();
    desk.tell(socket, &failure(Some(torrent)));
    assert_eq!((message(&desk, torrent).as_deref(), message(&desk, other)), (Some("not registered"), None));
    desk.tell(socket, &failure(None));
    assert_eq!(message(&desk, other).as_deref(), Some("not registered"), "it concerns nobody in particular");
    assert!(!desk.closed(socket));
    desk.wait(140_000);
    assert_eq!(desk.announces().len(), 2, "both go on");
    desk.reply(socket, torrent, |reply| reply.warning = Some("slow down".to_owned()));
    assert_eq!(message(&desk, torrent).as_deref(), Some("slow down"));
    desk.reply(socket, torrent, |_| {});
    assert_eq!(message(&desk, torrent), None, "all is well again");
}

#[test]
fn what_cannot_be_understood_or_is_about_nobody_is_passed_over() {
    let mut desk = Desk::new();
    let torrent = desk.share(1, &[ONE]);
    let socket = desk.open();
    desk.outputs.clear();
    let stranger = InfoHash::new([0xee; 20]);
    let relayed = Relayed {
        info_hash: stranger,
        peer_id: PeerId::new([1; 20]),
        offer_id: OfferId::new([2; 20]),
        sdp: "v=0".to_owned(),
    };
    desk.reply(socket, stranger, |_| {});
    desk.tell(socket, &TrackerMessage::Offer(relayed.clone()));
    desk.tell(socket, &TrackerMessage::Answer(relayed));
    desk.tell(socket, &TrackerMessage::Failure { reason: "no".to_owned(), info_hash: Some(stranger) });
    let unasked = ScrapeReply { files: vec![(torrent, counts(5))], min_request_interval_s: None };
    desk.tell(socket, &TrackerMessage::Scrape(unasked));
    for text in ["", "[]", "{}", "{\"interval\":1}", "{\"action\":\"dance\"}", "{\"action\":\"announce\"}"] {
        desk.feed(Input::SocketMessage(socket, text.to_owned()));
    }
    assert!(desk.outputs.is_empty(), "{:?}", desk.outputs);
    assert_eq!(desk.status(torrent).trackers[0].state, TrackerState::Connected);
}

#[test]
fn intervals_of_nothing_a_second_and_years_stay_within_bounds() {
    for (interval_s, min_interval_s, expected_s) in [
        (Some(0), None, 120),
        (None, None, 120),
        (Some(0), Some(60), 60),
        (Some(1), None, 15),
        (Some(300), None, 300),
        (Some(u32::MAX), None, 600),
    ] {
        let mut desk = Desk::new();
        let torrent = desk.share(1, &[ONE]);
        let socket = desk.open();
        let reply = move |desk: &mut Desk| {
            desk.reply(socket, torrent, |reply| {
                (reply.interval_s, reply.min_interval_s) = (interval_s, min_interval_s);
            });
        };
        reply(&mut desk);
        desk.said();
        let start = desk.now;
        while desk.announces().is_empty() {
            desk.wait(100);
            assert!(desk.now < start + 2_000_000, "it never announces again");
        }
        let pause = desk.now - start;
        assert!((expected_s * 900..=expected_s * 1_150 + 100).contains(&pause), "{interval_s:?}: {pause} ms");
    }
}

#[test]
fn a_leecher_that_looks_for_somebody_keeps_the_least_interval_that_the_tracker_wants() {
    let mut desk = Desk::new();
    let torrent = desk.import(1, &[ONE]);
    let socket = desk.open();
    desk.wait(2_000);
    desk.reply(socket, torrent, |reply| {
        (reply.complete, reply.incomplete, reply.min_interval_s) = (Some(0), Some(1), Some(30));
    });
    desk.said();
    // The announce that was planned before the tracker said so may still come.
    desk.wait(10_000);
    desk.said();
    desk.wait(120_000);
    let announced = desk.said().len();
    assert!((2..=5).contains(&announced), "{announced} announces in two minutes");
}

#[test]
fn started_is_said_first_and_updates_have_no_event() {
    let mut desk = Desk::new();
    desk.share(1, &[ONE]);
    desk.open();
    desk.wait(270_000);
    let events: Vec<_> = desk.announces().into_iter().map(|(_, announce)| announce.event).collect();
    assert_eq!(events, [Some(AnnounceEvent::Started), None, None]);
}

#[test]
fn a_tracker_id_is_sent_back_with_all_that_follows() {
    let mut desk = Desk::new();
    let torrent = desk.share(1, &[ONE]);
    let socket = desk.open();
    assert_eq!(desk.announces()[0].1.tracker_id, None);
    desk.reply(socket, torrent, |reply| reply.tracker_id = Some("seven".to_owned()));
    desk.reply(socket, torrent, |_| {});
    desk.wait(140_000);
    assert_eq!(desk.announces()[0].1.tracker_id.as_deref(), Some("seven"));
}

#[test]
fn counts_beyond_all_reason_break_nothing() {
    let mut desk = Desk::new();
    let torrent = desk.import(1, &[ONE]);
    let socket = desk.open();
    desk.wait(2_000);
    desk.reply(socket, torrent, |reply| (reply.complete, reply.incomplete) = (Some(u32::MAX), Some(u32::MAX)));
    desk.wait(10_000);
    assert_eq!(desk.status(torrent).holders, Some(u32::MAX));
}

#[test]
fn trackers_of_other_kinds_take_no_place() {
    let mut desk = Desk::new();
    let mut urls = vec!["udp://tracker.example:1337"; 12];
    urls.extend(["https://tracker.example/announce", "wss://", "wss://a b", "nonsense", ONE]);
    desk.share(1, &urls);
    assert_eq!(desk.opening().into_iter().map(|(_, url)| url).collect::<Vec<_>>(), [ONE]);
    let many: Vec<String> = (0..30).map(|n| format!("wss://{n}.example")).collect();
    desk.share(2, &many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(desk.opening().len(), 10, "a link cannot make us flood the world");
}

#[test]
fn somebody_who_only_asks_is_told_without_joining() {
    let mut desk = Desk::new();
    let asked = InfoHash::new([5; 20]);
    desk.command(Command::Scrape(vec![asked], vec![ONE.to_owned(), "udp://no".to_owned()]));
    assert!(matches!(&desk.scraped()[..], [(url, Err(_))] if url == "udp://no"));
    let socket = desk.open();
    assert_eq!(desk.said(), [(socket, ClientMessage::Scrape(vec![asked]))], "nothing is announced");
    let files = vec![(asked, counts(3)), (InfoHash::new([6; 20]), counts(9))];
    desk.tell(socket, &TrackerMessage::Scrape(ScrapeReply { files, min_request_interval_s: Some(600) }));
    assert_eq!(desk.scraped(), [(ONE.to_owned(), Ok(vec![(asked, counts(3))]))], "only what was asked for");
    assert!(desk.closed(socket), "the socket has done its work");
    assert_eq!(desk.session.poll_timeout(), None);
}

#[test]
fn scrapes_of_many_torrents_go_out_in_portions_that_every_tracker_takes() {
    let mut desk = Desk::new();
    let shared = desk.share(1, &[ONE]);
    let socket = desk.open();
    desk.said();
    let asked: Vec<InfoHash> =
        (0..600u32).map(|n| InfoHash::new(std::array::from_fn(|at| (n >> (8 * (at % 4))) as u8))).collect();
    desk.command(Command::Scrape(asked, vec![ONE.to_owned()]));
    let mut portions = Vec::new();
    loop {
        let said = desk.said();
        let [(_, ClientMessage::Scrape(portion))] = &said[..] else { break };
        portions.push(portion.len());
        let files = portion.iter().map(|torrent| (*torrent, counts(1))).collect();
        desk.tell(socket, &TrackerMessage::Scrape(ScrapeReply { files, min_request_interval_s: None }));
    }
    assert_eq!(portions.iter().sum::<usize>(), 600, "one after the other, since answers have no name");
    assert!(portions.iter().all(|portion| *portion <= 255), "{portions:?}");
    assert_eq!(desk.scraped().into_iter().map(|(_, it)| it.map_or(0, |files| files.len())).sum::<usize>(), 600);
    assert!(!desk.closed(socket), "a torrent announces there");
    assert_eq!(desk.status(shared).phase, Phase::Seeding);
}

#[test]
fn a_scrape_that_is_refused_or_not_answered_ends_too() {
    let ask = |desk: &mut Desk| desk.command(Command::Scrape(vec![InfoHash::new([5; 20])], vec![ONE.to_owned()]));
    let mut desk = Desk::new();
    ask(&mut desk);
    let socket = desk.open();
    desk.tell(socket, &TrackerMessage::Failure { reason: "no scrapes here".to_owned(), info_hash: None });
    assert_eq!(desk.scraped(), [(ONE.to_owned(), Err("no scrapes here".to_owned()))]);
    assert!(desk.closed(socket));

    ask(&mut desk);
    let socket = desk.open();
    desk.wait(8_100);
    assert!(matches!(&desk.scraped()[..], [(_, Err(_))]), "nobody answers");
    assert!(desk.closed(socket));

    ask(&mut desk);
    let (socket, _) = desk.opening()[0].clone();
    desk.feed(Input::SocketClosed(socket));
    assert!(matches!(&desk.scraped()[..], [(_, Err(_))]), "nobody is there");
    desk.wait(100_000);
    assert!(desk.opening().is_empty(), "and it is not tried again unasked");
    assert_eq!(desk.session.poll_timeout(), None);
}

#[test]
fn a_paused_torrent_knows_who_has_it_without_taking_part() {
    let mut desk = Desk::new();
    let torrent = desk.import(1, &[ONE]);
    desk.command(Command::Pause(torrent));
    desk.opening();
    desk.command(Command::Scrape(vec![torrent], vec![ONE.to_owned()]));
    assert_eq!(desk.status(torrent).holders, None);
    let socket = desk.open();
    let files = vec![(torrent, counts(2))];
    desk.tell(socket, &TrackerMessage::Scrape(ScrapeReply { files, min_request_interval_s: None }));
    assert_eq!(desk.status(torrent).holders, Some(2));
    assert!(desk.announces().is_empty());
}

#[test]
fn what_is_prepared_is_used_by_the_next_import_or_let_go() {
    let mut desk = Desk::new();
    desk.command(Command::Prepare(vec![ONE.to_owned()]));
    assert!(matches!(desk.outputs.first(), Some(Output::OpenSocket(..))), "the socket opens while offers are made");
    let socket = desk.open();
    let made: Vec<_> = desk
        .outputs
        .drain(..)
        .map(|output| match output {
            Output::MakeOffer(id) => id,
            other => panic!("{other:?}"),
        })
        .collect();
    made.iter().for_each(|id| desk.feed(Input::OfferReady(*id, "v=0".to_owned())));
    assert!(desk.outputs.is_empty(), "nobody is told anything yet");
    desk.import(1, &[ONE]);
    let announces = desk.announces();
    assert_eq!(
        (announces.len(), announces[0].0, announces[0].1.offers.len()),
        (1, socket, made.len()),
        "in the same step"
    );
    assert!(desk.outputs.is_empty(), "no offer is made twice: {:?}", desk.outputs);

    let mut desk = Desk::new();
    desk.command(Command::Prepare(vec![ONE.to_owned()]));
    let socket = desk.open();
    desk.wait(200_000);
    let closed = desk.outputs.iter().filter(|output| matches!(output, Output::CloseConnection(_))).count();
    assert_eq!((closed, desk.closed(socket)), (made.len(), true), "nobody came");
    assert_eq!((desk.session.poll_timeout(), desk.session.footprint().connections), (None, 0));
}
