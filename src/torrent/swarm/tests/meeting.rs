//! Announces, offers and answers.

use super::super::super::tracker::{AnnounceEvent, ClientMessage, OfferId, Relayed, TrackerMessage};
use super::super::super::wire::{BlockRequest, Handshake, Message};
use super::super::super::{
    AddTorrent, Bitfield, ClosedBy, Command, Config, ConnectionId, Encounter, Error, InfoHash, Input, Instant,
    NoPathReason, Output, Parting, PeerId, Phase, Session, SocketId, Stage,
};
use super::{LIBTORRENT, Rig, Role, WEBTORRENT, requests};

#[test]
fn the_first_announce_waits_for_its_offers_and_reports_what_is_left() {
    let mut rig = Rig::new(&Role::Magnet);
    assert!(rig.announces().is_empty(), "offers are being made");
    rig.gather();
    let sent = rig.announces();
    assert_eq!((sent.len(), sent[0].offers.len(), sent[0].left), (1, 2, 16_384));
    assert_eq!(sent[0].numwant, 2, "wt-tracker passes on no offers of who wants nobody");
    let mut rig = Rig::new(&Role::Magnet);
    rig.wait(2_000);
    assert_eq!(rig.announces().len(), 1, "offers that are never ready hold nothing up");
}

#[test]
fn who_finds_nobody_makes_as_many_offers_as_there_are_others() {
    for (others, more) in [(1, 1), (3, 3), (30, 5)] {
        let mut rig = Rig::new(&Role::Magnet);
        rig.gather();
        assert_eq!(rig.announces().len(), 1);
        rig.reply(0, others + 1);
        rig.wait(6_000);
        rig.gather();
        let carried: Vec<usize> = rig.announces().iter().map(|announce| announce.offers.len()).collect();
        assert_eq!(carried, [more], "{others} others");
    }
}

#[test]
fn a_push_that_a_seeder_is_there_is_answered_with_offers_at_once() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    rig.reply(0, 1);
    rig.wait(60_000);
    rig.gather();
    rig.announces();
    rig.reply(0, 1);
    rig.reply(1, 1);
    rig.gather();
    rig.wait(1_000);
    rig.gather();
    let sent = rig.announces();
    assert!(sent.iter().any(|announce| !announce.offers.is_empty() && announce.event.is_none()), "{sent:?}");
}

#[test]
fn a_seeder_that_nobody_reaches_makes_offers_to_the_listeners_it_hears_of() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.reply(1, 2);
    rig.wait(1_000);
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::MakeOffer(_))), "they may come by themselves");
    rig.wait(4_000);
    assert_eq!(rig.outputs.iter().filter(|output| matches!(output, Output::MakeOffer(_))).count(), 2);
    rig.gather();
    assert_eq!(rig.announces().last().map(|announce| announce.offers.len()), Some(2));
}

#[test]
fn a_new_socket_has_a_new_name_and_says_started_again() {
    let mut rig = Rig::new(&Role::Seeder);
    let first = rig.announces();
    rig.feed(Input::SocketClosed(rig.socket));
    rig.wait(1_500);
    let reopened = rig.outputs.iter().rev().find_map(|output| match output {
        Output::OpenSocket(socket, _) => Some(*socket),
        _ => None,
    });
    rig.feed(Input::SocketOpened(reopened.expect("it is tried again after a second")));
    let second = rig.announces();
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].event, second[0].event);
    assert_ne!(first[0].peer_id, second[0].peer_id);
}

#[test]
fn a_tracker_that_says_nothing_is_given_up() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.reply(1, 0);
    rig.wait(310_000);
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::CloseSocket(socket) if *socket == rig.socket)));
}

#[test]
fn our_own_offer_is_not_accepted() {
    let mut rig = Rig::new(&Role::Seeder);
    let me = rig.announces()[0].peer_id;
    let offer = Relayed { info_hash: rig.hash(), peer_id: me, offer_id: OfferId::new([1; 20]), sdp: "v=0".to_owned() };
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    assert_eq!(answered(&rig), []);
    // A tracker with two addresses hands it to us under the name that we have at the other one.
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let ours = rig.announces()[0].offers[0].offer_id;
    let back = relayed(&rig, 1, ours, "v=0");
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(back).to_json()));
    assert_eq!(answered(&rig), []);
}

#[test]
fn of_two_connections_to_one_peer_one_stays() {
    let mut rig = Rig::new(&Role::Leecher);
    let (one, two) = (rig.meet(LIBTORRENT), rig.meet(LIBTORRENT));
    assert_ne!(rig.hung_up(&one), rig.hung_up(&two));
}

#[test]
fn a_seed_that_never_unchokes_does_not_end_the_search() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    rig.reply(1, 1);
    let idle = rig.meet(LIBTORRENT);
    rig.say(&idle, &Message::HaveAll);
    rig.announces();
    for _ in 0..6 {
        rig.wait(10_000);
        rig.gather();
    }
    assert!(rig.announces().iter().any(|announce| !announce.offers.is_empty()), "others may be better");
}

/// Found by the simulation: it kept a listener from looking for others for as long as it liked.
#[test]
fn a_seed_that_cannot_tell_what_it_has_does_not_end_the_search() {
    let mut rig = Rig::new(&Role::Magnet);
    rig.gather();
    rig.reply(1, 1);
    let bomb = rig.meet(LIBTORRENT);
    for word in [rig.extended(Some(u32::MAX)), Message::HaveAll, Message::Unchoke] {
        rig.say(&bomb, &word);
    }
    rig.announces();
    for _ in 0..6 {
        rig.wait(10_000);
        rig.say(&bomb, &Message::KeepAlive);
        rig.gather();
    }
    assert!(rig.announces().iter().any(|announce| !announce.offers.is_empty()), "others may know");
}

#[test]
fn a_torrent_that_is_added_again_opens_no_second_socket() {
    let mut rig = Rig::new(&Role::Seeder);
    let again = AddTorrent {
        trackers: vec!["wss://tracker".to_owned(), "wss://tracker/".to_owned()],
        ..AddTorrent::new(rig.hash())
    };
    let before = rig.outputs.len();
    rig.feed(Input::Command(Command::Add(again)));
    let opened = rig.outputs[before..].iter().filter(|output| matches!(output, Output::OpenSocket(..)));
    assert_eq!(opened.count(), 0);
}

#[test]
fn a_tracker_that_counts_more_peers_than_there_are_people_is_put_up_with() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.reply(u32::MAX, u32::MAX);
    rig.wait(60_000);
}

/// What somebody relays or answers, under these names.
fn relayed(rig: &Rig, peer: u8, offer_id: OfferId, sdp: &str) -> Relayed {
    Relayed { info_hash: rig.hash(), peer_id: PeerId::new([peer; 20]), offer_id, sdp: sdp.to_owned() }
}

fn accepted(rig: &Rig) -> Vec<ConnectionId> {
    let accepted = |output: &Output| if let Output::AcceptAnswer(id, _) = output { Some(*id) } else { None };
    rig.outputs.iter().filter_map(accepted).collect()
}

fn answered(rig: &Rig) -> Vec<ConnectionId> {
    let answered = |output: &Output| if let Output::AcceptOffer(id, _) = output { Some(*id) } else { None };
    rig.outputs.iter().filter_map(answered).collect()
}

fn encounters(rig: &Rig) -> Vec<Encounter> {
    rig.session.status(&rig.hash()).expect("the torrent").encounters
}

#[test]
fn an_answer_counts_once_and_only_while_its_offer_stands() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let sent = rig.announces();
    let me = sent[0].peer_id;
    let offers: Vec<OfferId> = sent[0].offers.iter().map(|offer| offer.offer_id).collect();
    let answer =
        |rig: &mut Rig, answer| rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Answer(answer).to_json()));
    let unknown = relayed(&rig, 1, OfferId::new([0xcc; 20]), "v=0");
    answer(&mut rig, unknown);
    let own = Relayed { peer_id: me, ..relayed(&rig, 1, offers[0], "v=0") };
    answer(&mut rig, own);
    assert_eq!(accepted(&rig), [], "an offer that was never made, and an echo of our own name");
    let good = relayed(&rig, 1, offers[0], "v=0");
    answer(&mut rig, good.clone());
    assert_eq!(accepted(&rig).len(), 1);
    answer(&mut rig, good);
    let other = relayed(&rig, 2, offers[0], "v=0");
    answer(&mut rig, other);
    assert_eq!(accepted(&rig).len(), 1, "the offer is taken");
    // The tracker found somebody for each of them, and nobody answered.
    rig.reply(0, 3);
    rig.wait(51_000);
    let late = relayed(&rig, 3, offers[1], "v=0");
    answer(&mut rig, late);
    assert_eq!(accepted(&rig).len(), 1, "the connection of the offer is gone");
    let unanswered = encounters(&rig).into_iter().filter(|it| matches!(it.ended, Some((Parting::NoAnswer, _)))).count();
    assert_eq!(unanswered, 1, "and that is told");
}

#[test]
fn who_made_no_offers_answers_those_of_others_with_what_is_left() {
    let mut rig = Rig::new(&Role::Seeder);
    assert!(rig.announces().iter().all(|announce| announce.offers.is_empty() && announce.left == 0));
    let offer = relayed(&rig, 1, OfferId::new([9; 20]), "v=0");
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    let id = answered(&rig)[0];
    rig.feed(Input::AnswerReady(id, "v=0 answer".to_owned()));
    let answer = rig.outputs.iter().find_map(|output| match output {
        Output::SendSocket(_, text) => ClientMessage::parse(text).ok(),
        _ => None,
    });
    let Some(ClientMessage::Answer(answer)) = answer else { panic!("{answer:?}") };
    assert_eq!((answer.to_peer_id, answer.offer_id, answer.left), (PeerId::new([1; 20]), OfferId::new([9; 20]), 0));
}

#[test]
fn an_offer_that_comes_twice_is_answered_once_and_a_stranger_twice_at_most() {
    let mut rig = Rig::new(&Role::Seeder);
    let offers = [(1, 1), (1, 1), (2, 1), (1, 2), (1, 3), (1, 4)];
    for (peer, offer) in offers {
        let offer = relayed(&rig, peer, OfferId::new([offer; 20]), "v=0");
        rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    }
    assert_eq!(
        answered(&rig).len(),
        2,
        "the same through two trackers is the same; a second try may find a path, a third is a flood"
    );
}

#[test]
fn offers_of_many_strangers_leave_room_for_our_own() {
    let mut rig = Rig::new(&Role::Leecher);
    for stranger in 1..=100 {
        let offer = relayed(&rig, stranger, OfferId::new([stranger; 20]), "v=0");
        rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    }
    assert!(answered(&rig).len() <= 40, "{}", answered(&rig).len());
    assert!(rig.session.footprint().connections <= 60);
    rig.wait(30_000);
    assert!(rig.session.footprint().connections <= 10, "those that came to nothing are let go");
}

#[test]
fn when_two_offers_cross_both_sides_keep_the_same_connection() {
    for (seed, swap) in [(1, false), (1, true), (2, false), (3, true), (4, false)] {
        let mut sides = [Rig::new(&Role::Leecher), Rig::new(&Role::Leecher)];
        for (side, rig) in sides.iter_mut().enumerate() {
            // Names of their own.
            rig.session = Session::new(Config::default(), seed * 10 + side as u64);
            rig.outputs.clear();
            let add = AddTorrent {
                trackers: vec!["wss://tracker".to_owned()],
                info: Some(rig.info.raw().to_vec()),
                ..AddTorrent::new(rig.hash())
            };
            rig.feed(Input::Command(Command::Add(add)));
            rig.feed(Input::SocketOpened(SocketId(1)));
            rig.socket = SocketId(1);
            rig.gather();
        }
        let sent = [sides[0].announces(), sides[1].announces()].map(|sent| sent[0].clone());
        // pairs[0] is the offer of the first side, pairs[1] that of the second: the ids of the connection on either side.
        let mut pairs = Vec::new();
        for (from, to) in [(0, 1), (1, 0)] {
            let offer_id = sent[from].offers[0].offer_id;
            let offer = Relayed { peer_id: sent[from].peer_id, ..relayed(&sides[to], 0, offer_id, "v=0") };
            let socket = sides[to].socket;
            sides[to].feed(Input::SocketMessage(socket, TrackerMessage::Offer(offer).to_json()));
            let at_to = *answered(&sides[to]).last().expect("it is accepted");
            sides[to].feed(Input::AnswerReady(at_to, "v=0".to_owned()));
            let answer = Relayed { peer_id: sent[to].peer_id, ..relayed(&sides[from], 0, offer_id, "v=0") };
            let socket = sides[from].socket;
            sides[from].feed(Input::SocketMessage(socket, TrackerMessage::Answer(answer).to_json()));
            let at_from = *accepted(&sides[from]).last().expect("it is taken");
            pairs.push(if from == 0 { [at_from, at_to] } else { [at_to, at_from] });
        }
        if swap {
            pairs.reverse();
        }
        for pair in &pairs {
            sides[0].feed(Input::ChannelOpened(pair[0]));
            sides[1].feed(Input::ChannelOpened(pair[1]));
        }
        // All that is said crosses, until nothing more is.
        let mut closed = [Vec::new(), Vec::new()];
        for _ in 0..20 {
            for from in [0, 1] {
                let outputs = std::mem::take(&mut sides[from].outputs);
                for output in outputs {
                    let other =
                        |id: ConnectionId| pairs.iter().find(|pair| pair[from] == id).map(|pair| pair[1 - from]);
                    match output {
                        Output::Send(id, bytes) => {
                            let Some(other) = other(id) else { continue };
                            sides[1 - from].feed(Input::ChannelBytes(other, bytes));
                        }
                        Output::CloseConnection(id) => {
                            let Some(other) = other(id) else { continue };
                            closed[from].push(id);
                            sides[1 - from].feed(Input::ConnectionClosed(other, ClosedBy::Remote));
                        }
                        _ => {}
                    }
                }
            }
        }
        let open = |rig: &Rig| rig.session.status(&rig.hash()).expect("the torrent").peers;
        assert_eq!(
            sides.each_ref().map(open),
            [1, 1],
            "seed {seed}, swapped {swap}: one connection is left, the same on both sides"
        );
        let duplicate = |rig: &Rig| {
            encounters(rig).iter().any(|it| matches!(it.ended, Some((Parting::Duplicate | Parting::Remote, _))))
        };
        assert!(sides.iter().all(duplicate), "and the other one is told of");
    }
}

#[test]
fn the_stages_of_a_connection_are_told_with_their_moments() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.now = 5_000;
    let mut remote = rig.meet(WEBTORRENT);
    rig.now = 6_000;
    rig.say(&remote, &Message::Bitfield(Bitfield::full(rig.info.piece_count()).as_bytes().to_vec()));
    rig.say(&remote, &Message::Unchoke);
    rig.now = 7_000;
    let asked = requests(&rig.hear(&mut remote));
    rig.say(&remote, &rig.block(asked[0]));
    let [encounter] = &encounters(&rig)[..] else { panic!("one encounter") };
    let told: Vec<_> = encounter.stages.iter().filter(|(stage, _)| *stage != Stage::Path).copied().collect();
    let expected = [
        (Stage::Offer, 5_000),
        (Stage::Answer, 5_000),
        (Stage::Channel, 5_000),
        (Stage::Handshake, 5_000),
        (Stage::Unchoked, 6_000),
        (Stage::Bytes, 7_000),
    ];
    assert_eq!(told, expected);
    assert_eq!((encounter.client.as_deref(), encounter.ours), (Some("WebTorrent 3.0"), false));
    assert_eq!((encounter.downloaded, encounter.tracker.as_str()), (16_384, "wss://tracker"));
    rig.now = 8_000;
    rig.feed(Input::ConnectionClosed(remote.id, ClosedBy::Remote));
    let [encounter] = &encounters(&rig)[..] else { panic!("it is remembered") };
    assert_eq!((&encounter.ended, encounter.downloaded), (&Some((Parting::Remote, 8_000)), 16_384));
}

#[test]
fn a_failed_path_is_told_with_what_the_descriptions_give_away() {
    let host = "v=0\r\na=candidate:1 1 udp 1 192.168.1.2 9 typ host\r\n";
    for (by, waits) in [(Some(ClosedBy::IceFailed), 0), (None, 26_000)] {
        let mut rig = Rig::new(&Role::Seeder);
        let offer = relayed(&rig, 1, OfferId::new([1; 20]), host);
        rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
        let id = answered(&rig)[0];
        rig.feed(Input::IceServerFailed(id, "stun:stun.example: no answer (701)".to_owned()));
        rig.feed(Input::AnswerReady(id, host.to_owned()));
        if let Some(by) = by {
            rig.feed(Input::ConnectionClosed(id, by));
        }
        rig.wait(waits);
        let status = rig.session.status(&rig.hash()).expect("the torrent");
        let problem = status.problem.as_ref().expect("a person is told");
        assert!(problem.starts_with("No network path was found"), "{problem}");
        let Some((Parting::NoPath(Some(no_path)), _)) = &status.encounters[0].ended else { panic!("{status:?}") };
        assert_eq!(no_path.reason, NoPathReason::PublicAddressUnknown);
        assert!(no_path.server_said.as_ref().is_some_and(|said| said.contains("stun.example")), "{no_path:?}");
    }
}

#[test]
fn what_ended_a_connection_is_told_apart() {
    let ended = |rig: &Rig| encounters(rig).last().and_then(|it| it.ended.clone()).map(|(parting, _)| parting);
    let handshake = |hash: InfoHash, name: [u8; 20]| {
        let mut bytes = Vec::new();
        Handshake::new(hash, PeerId::new(name)).encode(&mut bytes);
        bytes
    };
    let connect = || {
        let mut rig = Rig::new(&Role::Leecher);
        let offer = relayed(&rig, 1, OfferId::new([1; 20]), "v=0");
        rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
        let id = answered(&rig)[0];
        rig.feed(Input::AnswerReady(id, "v=0".to_owned()));
        rig.feed(Input::ChannelOpened(id));
        (rig, id)
    };
    let (mut rig, _) = connect();
    rig.wait(26_000);
    assert_eq!(ended(&rig), Some(Parting::NoHandshake));
    let (mut rig, id) = connect();
    rig.feed(Input::ChannelBytes(id, handshake(InfoHash::new([3; 20]), *LIBTORRENT)));
    assert!(matches!(ended(&rig), Some(Parting::Misbehaved(how)) if how.contains("another torrent")));
    let (mut rig, id) = connect();
    let ours = rig.outputs.iter().find_map(|output| match output {
        Output::Send(_, bytes) => bytes[48..68].try_into().ok(),
        _ => None,
    });
    rig.feed(Input::ChannelBytes(id, handshake(rig.hash(), ours.expect("our handshake"))));
    assert_eq!(ended(&rig), Some(Parting::Itself));
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    assert_eq!(ended(&rig), Some(Parting::BothComplete), "a seeder keeps no connection to another one");
    assert!(rig.hung_up(&remote));
    let mut rig = Rig::new(&Role::Leecher);
    rig.meet(LIBTORRENT);
    rig.feed(Input::Command(Command::Pause(rig.hash())));
    assert_eq!(ended(&rig), Some(Parting::Left));
}

#[test]
fn only_the_last_encounters_are_kept_and_unanswered_offers_make_room_first() {
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.feed(Input::ConnectionClosed(remote.id, ClosedBy::IceFailed));
    for stranger in 0..30 {
        let offer = relayed(&rig, 100 + stranger, OfferId::new([100 + stranger; 20]), "v=0");
        rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
        let id = *answered(&rig).last().expect("it is accepted");
        rig.feed(Input::ConnectionClosed(id, ClosedBy::Setup));
    }
    assert_eq!(encounters(&rig).len(), 12);
}

#[test]
fn a_pause_ends_everything_until_the_resume_begins_anew() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    rig.announces();
    rig.feed(Input::Command(Command::Pause(rig.hash())));
    assert!(rig.hung_up(&remote), "transfers stop");
    let stopped = rig.announces();
    assert_eq!(stopped.iter().map(|it| it.event).collect::<Vec<_>>(), [Some(AnnounceEvent::Stopped)]);
    assert_eq!(rig.session.footprint().connections, 0, "offers that are out are withdrawn too");
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::CloseSocket(_))), "nobody else needs the tracker");
    rig.outputs.clear();
    // What was on its way changes nothing.
    rig.say(&remote, &rig.block(asked[0]));
    let offer = relayed(&rig, 1, OfferId::new([1; 20]), "v=0");
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    rig.feed(Input::Command(Command::NetworkChanged));
    rig.feed(Input::Command(Command::WantSoon(rig.hash(), 0..10)));
    rig.wait(1_000_000);
    assert!(rig.outputs.is_empty(), "{:?}", rig.outputs);
    assert_eq!(rig.session.status(&rig.hash()).map(|status| status.phase), Some(Phase::Paused));
    assert_eq!(rig.session.poll_timeout(), None);

    rig.feed(Input::Command(Command::Resume(rig.hash())));
    let opened = rig.outputs.iter().find_map(|output| match output {
        Output::OpenSocket(socket, _) => Some(*socket),
        _ => None,
    });
    rig.socket = opened.expect("the tracker is asked again");
    rig.feed(Input::SocketOpened(rig.socket));
    rig.gather();
    assert_eq!(rig.announces()[0].event, Some(AnnounceEvent::Started));
    let mut again = rig.meet(LIBTORRENT);
    rig.say(&again, &Message::HaveAll);
    rig.say(&again, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut again)).len(), asked.len());
}

#[test]
fn a_removed_torrent_is_gone_and_its_pieces_only_when_that_is_wanted() {
    for erase in [false, true] {
        let mut rig = Rig::new(&Role::Leecher);
        let remote = rig.meet(LIBTORRENT);
        let hash = rig.hash();
        rig.feed(Input::Command(if erase { Command::Erase(hash) } else { Command::Remove(hash) }));
        assert!(rig.hung_up(&remote));
        assert_eq!(rig.outputs.iter().any(|it| matches!(it, Output::ErasePieces(of) if *of == hash)), erase);
        assert!(rig.session.status(&hash).is_none());
        assert_eq!((rig.session.poll_timeout(), rig.session.footprint().connections), (None, 0));
        rig.outputs.clear();
        rig.say(&remote, &Message::HaveAll);
        assert!(rig.outputs.is_empty(), "nobody listens any more");
        let again = rig.session.handle_input(Instant::from_millis(rig.now), Input::Command(Command::Remove(hash)));
        assert_eq!(again, Err(Error::UnknownTorrent(hash)));
    }
}

#[test]
fn completed_is_said_once_and_a_piece_that_comes_back_is_no_news_to_trackers() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    rig.reply(1, 1);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    asked.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    rig.reply(2, 0);
    rig.wait(290_000);
    let events: Vec<_> = rig.announces().into_iter().map(|it| (it.event, it.left)).collect();
    let completed = events.iter().filter(|(event, _)| *event == Some(AnnounceEvent::Completed)).count();
    assert_eq!(completed, 1, "{events:?}");
    assert!(
        events.iter().skip_while(|(event, _)| *event != Some(AnnounceEvent::Completed)).all(|(_, left)| *left == 0)
    );

    // Who had everything from the beginning never says so, not even when a stored piece was lost and fetched again.
    let mut rig = Rig::new(&Role::Seeder);
    rig.bytes[0] ^= 1;
    let mut listener = rig.meet(WEBTORRENT);
    rig.say(&listener, &Message::Interested);
    rig.say(&listener, &Message::Request(BlockRequest { piece: 0, begin: 0, length: 16_384 }));
    rig.bytes[0] ^= 1;
    rig.hear(&mut listener);
    assert_eq!(
        rig.session.status(&rig.hash()).map(|status| status.phase != Phase::Seeding),
        Some(true),
        "it is missed"
    );
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    asked.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    assert_eq!(rig.session.status(&rig.hash()).map(|status| status.phase), Some(Phase::Seeding));
    assert!(rig.announces().iter().all(|announce| announce.event != Some(AnnounceEvent::Completed)));
}

#[test]
fn who_completes_while_a_tracker_is_away_starts_there_as_a_seeder() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let remote = rig.meet_sender(LIBTORRENT);
    rig.announces();
    rig.feed(Input::SocketClosed(rig.socket));
    rig.serve(&mut [remote]);
    assert!(rig.is_complete());
    rig.wait(1_200);
    let reopened = rig.outputs.iter().rev().find_map(|output| match output {
        Output::OpenSocket(socket, _) => Some(*socket),
        _ => None,
    });
    rig.feed(Input::SocketOpened(reopened.expect("it is tried again")));
    rig.wait(2_000);
    let said: Vec<_> = rig.announces().into_iter().map(|it| (it.event, it.left, it.offers.len())).collect();
    assert_eq!(said, [(Some(AnnounceEvent::Started), 0, 0)], "nothing is said before started");
}

#[test]
fn announces_stay_under_twelve_kibibytes_however_long_the_descriptions() {
    // Line ends and quotes grow in JSON; one description is too long for any tracker.
    let long = "a=candidate:1 1 udp 2122 203.0.113.9 5000 typ host \"x\"\r\n".repeat(70);
    for sdps in [vec![long.as_str(); 5], vec!["v=0"; 5], vec![&"x".repeat(60_000), &long, "v=0", "v=1", "v=2"]] {
        let mut rig = Rig::new(&Role::Leecher);
        let ids: Vec<ConnectionId> = rig
            .outputs
            .iter()
            .filter_map(|output| match output {
                Output::MakeOffer(id) => Some(*id),
                _ => None,
            })
            .collect();
        ids.iter().zip(&sdps).for_each(|(id, sdp)| rig.feed(Input::OfferReady(*id, (*sdp).to_owned())));
        let texts: Vec<String> = rig
            .outputs
            .iter()
            .filter_map(|output| match output {
                Output::SendSocket(_, text) => Some(text.clone()),
                _ => None,
            })
            .collect();
        assert!(
            texts.iter().all(|text| text.len() < 12 * 1024),
            "{:?}",
            texts.iter().map(String::len).collect::<Vec<_>>()
        );
        let sent = rig.announces();
        let fit = sdps.iter().filter(|sdp| sdp.len() < 10_000).count();
        assert!(!sent[0].offers.is_empty() && sent[0].offers.len() <= fit, "{}", sent[0].offers.len());
        // What did not go out still stands: an answer to it is none.
        let told = encounters(&rig).len();
        assert_eq!(told, sent[0].offers.len(), "only what went out counts as offered");
    }
}

#[test]
fn an_offer_that_is_late_for_the_announce_follows_soon() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.wait(1_600);
    assert_eq!(rig.announces()[0].offers.len(), 0, "the device is slow");
    rig.reply(1, 1);
    rig.wait(300);
    rig.gather();
    rig.wait(1_000);
    let sent = rig.announces();
    assert!(sent.iter().any(|announce| !announce.offers.is_empty()), "{sent:?}");
}

#[test]
fn a_holder_that_does_not_answer_gets_another_offer_soon() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let first = rig.announces()[0].offers[0].offer_id;
    rig.reply(1, 1);
    rig.wait(2_500);
    let sent = rig.announces();
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert!(sent[0].offers.iter().all(|offer| offer.offer_id != first), "the first one may have been lost on the way");
    // But not while an answer is being followed up.
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    let first = rig.announces()[0].offers[0].offer_id;
    rig.reply(1, 1);
    let answer = relayed(&rig, 1, first, "v=0");
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Answer(answer).to_json()));
    rig.wait(2_500);
    assert_eq!(rig.announces().len(), 0);
}
