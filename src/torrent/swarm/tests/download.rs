//! What is asked for, of whom, and when again.

use super::super::super::extension::ExtendedHandshake;
use super::super::super::wire::Message;
use super::super::super::{Bitfield, Event, Output};
use super::{LENGTH, LIBTORRENT, Rig, Role, WEBTORRENT, requests};

#[test]
fn the_window_is_filled_at_once_and_the_memo_completes() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    assert_eq!(asked.len(), LENGTH.div_ceil(16 * 1024), "a short memo is one window");
    asked.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    let done = |output: &Output| matches!(output, Output::Event(Event::Complete(_)));
    assert_eq!(rig.outputs.iter().filter(|output| done(output)).count(), 1);
    rig.wait(5_000);
    assert!(rig.hung_up(&remote), "both have everything");
}

#[test]
fn a_full_window_respects_the_reqq_of_the_peer() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    let handshake = ExtendedHandshake { reqq: Some(2), ..ExtendedHandshake::default() };
    rig.say(&remote, &Message::Extended(0, handshake.encode()));
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut remote)).len(), 2);
}

#[test]
fn at_the_end_a_second_peer_is_asked_and_the_first_one_cancelled() {
    let mut rig = Rig::new(&Role::Leecher);
    let (mut slow, mut fast) = (rig.meet(LIBTORRENT), rig.meet(WEBTORRENT));
    for remote in [&slow, &fast] {
        rig.say(remote, &Message::Unchoke);
        rig.say(remote, &Message::Bitfield(Bitfield::full(rig.info.piece_count()).as_bytes().to_vec()));
    }
    let (of_slow, of_fast) = (requests(&rig.hear(&mut slow)), requests(&rig.hear(&mut fast)));
    assert_eq!(of_slow.len(), LENGTH.div_ceil(16 * 1024), "all blocks are on their way");
    assert!(!of_fast.is_empty() && of_fast.iter().all(|request| of_slow.contains(request)), "{of_fast:?}");
    assert!(of_fast.len() < of_slow.len(), "not everything comes twice");
    rig.say(&fast, &rig.block(of_fast[0]));
    assert!(rig.hear(&mut slow).contains(&Message::Cancel(of_fast[0])));
}

#[test]
fn blocks_of_a_silent_peer_are_asked_of_others() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut silent = rig.meet(LIBTORRENT);
    rig.say(&silent, &Message::HaveAll);
    rig.say(&silent, &Message::Unchoke);
    assert!(!requests(&rig.hear(&mut silent)).is_empty());
    rig.wait(70_000);
    assert!(rig.hung_up(&silent));
    let mut other = rig.meet(WEBTORRENT);
    rig.say(&other, &Message::HaveAll);
    rig.say(&other, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut other)).len(), LENGTH.div_ceil(16 * 1024));
}

#[test]
fn a_choke_takes_all_requests_back_and_an_unchoke_asks_again() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let before = requests(&rig.hear(&mut remote));
    rig.say(&remote, &Message::Choke);
    before.iter().for_each(|request| rig.say(&remote, &Message::Reject(*request)));
    assert_eq!(requests(&rig.hear(&mut remote)), []);
    rig.say(&remote, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut remote)).len(), before.len());
}

#[test]
fn rejects_do_not_make_a_loop() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    asked.iter().for_each(|request| rig.say(&remote, &Message::Reject(*request)));
    assert_eq!(requests(&rig.hear(&mut remote)), [], "not at once");
    rig.wait(1_500);
    assert!(!requests(&rig.hear(&mut remote)).is_empty(), "but a little later");
}
