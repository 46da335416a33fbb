//! What is asked for, of whom, and when again.

use std::collections::VecDeque;

use super::super::super::extension::ExtendedHandshake;
use super::super::super::wire::{BlockRequest, Message};
use super::super::super::{Bitfield, Command, Event, Input, Output};
use super::{LENGTH, LIBTORRENT, OURS, Rig, Role, WEBTORRENT, requests};

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
fn a_peer_that_goes_silent_keeps_one_block_and_others_are_asked_for_all() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut silent = rig.meet_sender(LIBTORRENT);
    let asked = requests(&rig.hear(&mut silent));
    rig.wait(9_900);
    assert_eq!(requests(&rig.hear(&mut silent)), []);
    rig.wait(200);
    assert_eq!(requests(&rig.hear(&mut silent)).len(), 1, "it may come back");
    assert!(!rig.hung_up(&silent));
    let mut other = rig.meet_sender(WEBTORRENT);
    assert!(requests(&rig.hear(&mut other)).len() >= asked.len() - 1);
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

#[test]
fn what_was_asked_of_a_peer_that_rejects_everything_is_asked_of_the_next() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    while !rig.hung_up(&remote) {
        for request in requests(&rig.hear(&mut remote)) {
            rig.say(&remote, &Message::Reject(request));
        }
        rig.wait(1_500);
    }
    let honest = rig.meet_sender(LIBTORRENT);
    rig.serve(&mut [honest]);
    assert!(rig.is_complete(), "no block is lost with the peer that would not send it");
}

#[test]
fn several_blocks_at_once_are_asked_of_those_who_answer_them() {
    for (peer_id, long) in [(WEBTORRENT, true), (OURS, true), (LIBTORRENT, false)] {
        let mut rig = Rig::large(&Role::Leecher);
        let mut remote = rig.meet_nearby(peer_id);
        let first = requests(&rig.hear(&mut remote));
        let longest = first.iter().map(|request| request.length).max();
        assert_eq!(longest, Some(if long { 32 * 1024 } else { 16 * 1024 }), "nobody knows yet how fast it is");
        // All of them within 50 ms: megabytes per second.
        for (number, request) in first.into_iter().enumerate() {
            rig.wait(u64::from(number % 2 == 0));
            rig.say(&remote, &rig.block(request));
        }
        let later = requests(&rig.hear(&mut remote));
        let longest = later.iter().map(|request| request.length).max();
        assert_eq!(longest, Some(if long { 48 * 1024 } else { 16 * 1024 }), "{later:?}");
        later.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
        rig.serve(&mut [remote]);
        assert!(rig.is_complete());
    }
}

#[test]
fn whoever_rejects_a_long_request_is_asked_for_single_blocks_at_once() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut remote = rig.meet_nearby(WEBTORRENT);
    for (number, request) in requests(&rig.hear(&mut remote)).into_iter().enumerate() {
        rig.wait(u64::from(number % 2 == 0));
        rig.say(&remote, &rig.block(request));
    }
    for request in requests(&rig.hear(&mut remote)) {
        let is_long = request.length > 16 * 1024;
        rig.say(&remote, &if is_long { Message::Reject(request) } else { rig.block(request) });
    }
    let again = requests(&rig.hear(&mut remote));
    assert!(again.iter().all(|request| request.length == 16 * 1024), "{again:?}");
    again.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    rig.wait(1_500);
    rig.serve(&mut [remote]);
    assert!(rig.is_complete());
}

#[test]
fn the_window_of_a_slow_peer_shrinks_to_what_it_sends_in_two_seconds() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut remote = rig.meet_nearby(LIBTORRENT);
    let mut waiting = requests(&rig.hear(&mut remote));
    assert_eq!(waiting.len(), 64, "in the same room a megabyte is asked for at once");
    // Five blocks a second.
    for _ in 0..50 {
        rig.wait(200);
        let block = rig.block(waiting.remove(0));
        rig.say(&remote, &block);
        waiting.extend(requests(&rig.hear(&mut remote)));
    }
    assert!((8..=20).contains(&waiting.len()), "{}", waiting.len());
}

#[test]
fn the_window_grows_to_what_is_on_its_way_between_far_and_fast_devices() {
    let mut rig = Rig::of(&Role::Leecher, 16 << 20, 256 * 1024);
    let mut remote = rig.meet_sender(LIBTORRENT);
    let mut on_its_way: VecDeque<(u64, BlockRequest)> = VecDeque::new();
    let mut most = 0;
    // 200 ms there and back, one block per millisecond: 200 blocks are on their way.
    for _ in 0..2_000 {
        let now = rig.now;
        on_its_way.extend(requests(&rig.hear(&mut remote)).into_iter().map(|request| (now + 200, request)));
        most = most.max(on_its_way.len());
        if on_its_way.front().is_some_and(|(at, _)| *at <= now) {
            let (_, request) = on_its_way.pop_front().expect("it is there");
            let block = rig.block(request);
            rig.say(&remote, &block);
        }
        rig.wait(1);
    }
    assert!(most >= 200, "{most}");
}

#[test]
fn a_block_that_is_stuck_at_a_slow_peer_is_asked_of_a_faster_one_before_the_end() {
    let mut rig = Rig::of(&Role::Leecher, 16 << 20, 256 * 1024);
    let (mut slow, mut fast) = (rig.meet_sender(LIBTORRENT), rig.meet_sender(WEBTORRENT));
    let stuck = requests(&rig.hear(&mut slow));
    let mut waiting = requests(&rig.hear(&mut fast));
    let mut rescued = Vec::new();
    // The slow one sends a block every two seconds, the fast one ten in each.
    let mut queue = stuck.clone();
    for tenth in 0..80 {
        rig.wait(100);
        let block = rig.block(waiting.remove(0));
        rig.say(&fast, &block);
        if tenth % 20 == 0 {
            let block = rig.block(queue.remove(0));
            rig.say(&slow, &block);
        }
        let new = requests(&rig.hear(&mut fast));
        rescued.extend(new.iter().filter(|request| stuck.contains(request)).copied());
        waiting.extend(new);
    }
    assert!(!rescued.is_empty(), "all of the content is far from asked for");
    for request in waiting.iter().filter(|request| rescued.contains(request)) {
        rig.say(&fast, &rig.block(*request));
    }
    let heard = rig.hear(&mut slow);
    assert!(heard.iter().any(|message| matches!(message, Message::Cancel(_))), "it need not send them any more");
}

#[test]
fn at_the_end_a_fast_peer_takes_over_what_a_slow_one_would_send_later() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut slow = rig.meet_nearby(LIBTORRENT);
    let queue = requests(&rig.hear(&mut slow));
    let mut fast = rig.meet_sender(WEBTORRENT);
    let block = rig.block(queue[0]);
    rig.wait(1_000);
    rig.say(&slow, &block);
    // Sixteen blocks a second of one, hundreds of the other.
    let mut waiting: VecDeque<BlockRequest> = requests(&rig.hear(&mut fast)).into();
    for _ in 0..3_000 {
        rig.wait(5);
        if let Some(request) = waiting.pop_front() {
            let block = rig.block(request);
            rig.say(&fast, &block);
        }
        waiting.extend(requests(&rig.hear(&mut fast)));
        if rig.is_complete() {
            break;
        }
    }
    assert!(rig.is_complete(), "although the slow one still owes most of its window");
    assert!(rig.hear(&mut slow).iter().filter(|message| matches!(message, Message::Cancel(_))).count() > 50);
}

#[test]
fn what_is_listened_to_comes_first_and_what_is_suggested_next() {
    let mut rig = Rig::large(&Role::Leecher);
    rig.feed(Input::Command(Command::WantSoon(rig.hash(), 3_000_000..3_100_000)));
    let mut remote = rig.meet(OURS);
    [7, 9].into_iter().for_each(|piece| rig.say(&remote, &Message::Suggest(piece)));
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let mut order: Vec<u32> = Vec::new();
    while order.len() < 5 {
        let asked = requests(&rig.hear(&mut remote));
        order.extend(asked.iter().map(|request| request.piece));
        order.dedup();
        asked.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    }
    assert_eq!(order[..5], [45, 46, 47, 7, 9]);
    rig.feed(Input::Command(Command::WantSoon(rig.hash(), 0..10)));
    rig.serve(&mut [remote]);
    assert!(rig.is_complete());
}

#[test]
fn allowed_pieces_are_asked_for_while_choked_and_kept_by_a_choke() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::AllowedFast(2));
    rig.say(&remote, &Message::AllowedFast(900));
    rig.say(&remote, &Message::HaveAll);
    let asked = requests(&rig.hear(&mut remote));
    assert_eq!(asked.iter().map(|request| request.piece).collect::<Vec<_>>(), [2]);
    rig.say(&remote, &Message::Unchoke);
    let others = requests(&rig.hear(&mut remote));
    assert_eq!(others.len(), 6);
    rig.say(&remote, &Message::Choke);
    others.iter().for_each(|request| rig.say(&remote, &Message::Reject(*request)));
    assert_eq!(requests(&rig.hear(&mut remote)), [], "the allowed one is still on its way");
    rig.say(&remote, &rig.block(asked[0]));
    assert!(!rig.hung_up(&remote));
    assert_eq!(rig.session.status(&rig.hash()).map(|status| status.have_bytes), Some(16 * 1024));
}

#[test]
fn blocks_that_cross_with_a_choke_are_nobodys_fault_however_many() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet_sender(WEBTORRENT);
    let asked = requests(&rig.hear(&mut remote));
    for _ in 0..20 {
        rig.say(&remote, &Message::Choke);
        asked.iter().for_each(|request| rig.say(&remote, &rig.block(*request)));
        assert!(!rig.hung_up(&remote));
        assert_eq!(rig.session.status(&rig.hash()).map(|status| status.have_bytes), Some(0), "they are for others now");
        rig.say(&remote, &Message::Unchoke);
        assert_eq!(requests(&rig.hear(&mut remote)).len(), asked.len());
    }
    rig.say(&remote, &Message::Choke);
    let mut other = rig.meet_sender(LIBTORRENT);
    assert_eq!(requests(&rig.hear(&mut other)).len(), asked.len());
}

#[test]
fn requests_leave_together_and_news_of_pieces_with_them() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut remote = rig.meet_nearby(LIBTORRENT);
    let asked = requests(&rig.hear(&mut remote));
    let before = rig.outputs.len();
    for request in &asked[..8] {
        let block = rig.block(*request);
        rig.say(&remote, &block);
    }
    let sends = rig.outputs[before..].iter().filter(|output| matches!(output, Output::Send(..))).count();
    assert!(sends <= 2, "{sends} sends for eight blocks and two pieces");
    let heard = rig.hear(&mut remote);
    assert!(
        requests(&heard).len() >= 4 && heard.iter().any(|message| matches!(message, Message::Have(_))),
        "{heard:?}"
    );
}
