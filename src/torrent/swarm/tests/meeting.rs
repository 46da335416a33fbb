//! Announces, offers and answers.

use super::super::super::tracker::{OfferId, Relayed, TrackerMessage};
use super::super::super::wire::Message;
use super::super::super::{AddTorrent, Command, Input, Output};
use super::{LIBTORRENT, Rig, Role};

#[test]
fn the_first_announce_waits_for_its_offers_and_reports_what_is_left() {
    let mut rig = Rig::new(&Role::Magnet);
    assert!(rig.announces().is_empty(), "offers are being made");
    rig.gather();
    let sent = rig.announces();
    assert_eq!((sent.len(), sent[0].offers.len(), sent[0].left), (1, 5, 16_384));
    let mut rig = Rig::new(&Role::Magnet);
    rig.wait(2_000);
    assert_eq!(rig.announces().len(), 1, "offers that are never ready hold nothing up");
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
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::AcceptOffer(..))));
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
