//! What is served, and how much at a time.

use super::super::super::wire::{BlockRequest, Handshake, Message};
use super::super::super::{Input, Output, PeerId};
use super::{LIBTORRENT, OURS, Remote, Rig, Role, WEBTORRENT, blocks, first_block};

#[test]
fn requests_are_answered_and_webtorrent_never_sees_a_reject() {
    for (peer_id, rejects) in [(LIBTORRENT, 1), (WEBTORRENT, 0)] {
        let mut rig = Rig::new(&Role::Seeder);
        let mut remote = rig.meet(peer_id);
        rig.say(&remote, &Message::Interested);
        rig.hear(&mut remote);
        rig.say(&remote, &Message::Request(first_block()));
        rig.say(&remote, &Message::Request(BlockRequest { piece: 99, ..first_block() }));
        let heard = rig.hear(&mut remote);
        assert!(heard.contains(&rig.block(first_block())), "{heard:?}");
        assert_eq!(heard.iter().filter(|message| matches!(message, Message::Reject(_))).count(), rejects);
    }
}

#[test]
fn a_full_channel_holds_blocks_back_until_it_drains() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(LIBTORRENT);
    rig.hear(&mut remote);
    rig.feed(Input::ChannelBuffered(remote.id, 300 * 1024));
    rig.say(&remote, &Message::Request(first_block()));
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::Send(..))), "the channel is full");
    rig.feed(Input::ChannelBuffered(remote.id, 100 * 1024));
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::Send(..))), "and not low yet");
    rig.feed(Input::ChannelBuffered(remote.id, 60 * 1024));
    assert!(rig.hear(&mut remote).contains(&rig.block(first_block())));
}

#[test]
fn keep_alives_follow_the_last_block_until_it_must_have_arrived() {
    // How many there are in the second after the last block.
    let follow = |end: fn(&mut Rig, &Remote)| {
        let mut rig = Rig::new(&Role::Seeder);
        let mut remote = rig.meet(LIBTORRENT);
        rig.say(&remote, &Message::Interested);
        rig.hear(&mut remote);
        for piece in 0..2 {
            rig.say(&remote, &Message::Request(BlockRequest { piece, ..first_block() }));
            assert_eq!(rig.hear(&mut remote).len(), 1, "nothing follows at once");
        }
        end(&mut rig, &remote);
        let mut gaps: Vec<u32> = Vec::new();
        for at_ms in 1..1_000 {
            rig.wait(1);
            if rig.hear(&mut remote).contains(&Message::KeepAlive) {
                gaps.push(at_ms);
            }
        }
        gaps
    };
    let gaps = follow(|_, _| {});
    assert_eq!(gaps, (1..=12).map(|n| n * 20).collect::<Vec<_>>());
    assert!(follow(|rig, remote| rig.say(remote, &Message::NotInterested)).is_empty(), "they have it");
    let gaps = follow(|rig, remote| {
        rig.feed(Input::ChannelBuffered(remote.id, 300 * 1024));
        rig.wait(500);
        rig.feed(Input::ChannelBuffered(remote.id, 10));
    });
    assert_eq!(gaps.len(), 12, "they wait for the channel: {gaps:?}");
}

#[test]
fn only_requests_for_bytes_that_are_here_are_answered() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::Interested);
    rig.hear(&mut remote);
    for (begin, length) in [(0, 0), (1, 16 * 1024), (16 * 1024, 1), (u32::MAX, 2)] {
        let request = BlockRequest { piece: 0, begin, length };
        rig.say(&remote, &Message::Request(request));
        assert_eq!(rig.hear(&mut remote), [Message::Reject(request)], "{request:?}");
    }
    let part = BlockRequest { piece: 1, begin: 3, length: 5 };
    rig.say(&remote, &Message::Request(part));
    assert_eq!(rig.hear(&mut remote), [rig.block(part)], "any part of a piece is a request");
}

#[test]
fn a_request_is_answered_once_and_not_at_all_when_it_is_cancelled() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(LIBTORRENT);
    rig.hear(&mut remote);
    rig.feed(Input::ChannelBuffered(remote.id, 300 * 1024));
    let second = BlockRequest { piece: 1, ..first_block() };
    for request in [first_block(), first_block(), second] {
        rig.say(&remote, &Message::Request(request));
    }
    rig.say(&remote, &Message::Cancel(second));
    rig.hear(&mut remote);
    let heard = rig.hear(&mut remote);
    assert_eq!(blocks(&heard), [&rig.block(first_block())], "{heard:?}");
}

#[test]
fn requests_of_several_blocks_are_answered_in_one() {
    let mut rig = Rig::of(&Role::Seeder, 1 << 20, 256 * 1024);
    let mut remote = rig.meet(OURS);
    rig.hear(&mut remote);
    let long = BlockRequest { piece: 1, begin: 16 * 1024, length: 128 * 1024 };
    rig.say(&remote, &Message::Request(long));
    assert_eq!(rig.hear(&mut remote), [rig.block(long)]);
}

/// Eight peers that take all slots, and one more.
fn crowded(rig: &mut Rig, newcomer: &[u8; 20]) -> (Vec<Remote>, Remote) {
    let mut crowd = Vec::new();
    for number in 0..8 {
        let mut peer_id = *LIBTORRENT;
        peer_id[19] = number;
        let remote = rig.meet(&peer_id);
        rig.say(&remote, &Message::Interested);
        crowd.push(remote);
    }
    let newcomer = rig.meet(newcomer);
    (crowd, newcomer)
}

#[test]
fn a_newcomer_who_has_to_wait_may_have_a_few_pieces_and_no_more() {
    let mut rig = Rig::of(&Role::Seeder, 100 * 16 * 1024, 16 * 1024);
    let (_crowd, mut poor) = crowded(&mut rig, b"-LT2110-newcomer0000");
    rig.say(&poor, &Message::HaveNone);
    rig.say(&poor, &Message::Interested);
    let heard = rig.hear(&mut poor);
    assert!(!heard.contains(&Message::Unchoke));
    let allowed: Vec<u32> = heard
        .iter()
        .filter_map(|message| if let Message::AllowedFast(piece) = message { Some(*piece) } else { None })
        .collect();
    assert_eq!(allowed.len(), 10);
    let at = |piece| BlockRequest { piece, ..first_block() };
    rig.say(&poor, &Message::Request(at(allowed[0])));
    assert_eq!(rig.hear(&mut poor), [rig.block(at(allowed[0]))], "BEP 6");
    let other = (0..).find(|piece| !allowed.contains(piece)).expect("ten of a hundred");
    rig.say(&poor, &Message::Request(at(other)));
    assert_eq!(rig.hear(&mut poor), [Message::Reject(at(other))]);
    let mut served = 1;
    for _ in 0..10 {
        for piece in &allowed {
            rig.say(&poor, &Message::Request(at(*piece)));
            served += blocks(&rig.hear(&mut poor)).len();
        }
    }
    assert_eq!(served, 20, "each twice, not again and again");
    (0..10).for_each(|piece| rig.say(&poor, &Message::Have(piece)));
    rig.say(&poor, &Message::Request(at(allowed[0])));
    assert_eq!(rig.hear(&mut poor), [Message::Reject(at(allowed[0]))], "it has something to trade now");
}

#[test]
fn whoever_wants_nothing_makes_room_for_who_does() {
    let mut rig = Rig::new(&Role::Seeder);
    let idle: Vec<Remote> = (0..8u8)
        .map(|number| {
            let mut peer_id = *LIBTORRENT;
            peer_id[19] = number;
            rig.meet(&peer_id)
        })
        .collect();
    let mut keen = rig.meet(WEBTORRENT);
    rig.hear(&mut keen);
    rig.say(&keen, &Message::Interested);
    assert!(rig.hear(&mut keen).contains(&Message::Unchoke));
    drop(idle);
}

#[test]
fn a_choke_answers_every_request_that_waits_where_fast_is_spoken() {
    for fast in [true, false] {
        let mut rig = Rig::new(&Role::Seeder);
        rig.holds_reads = true;
        let mut handshake = Handshake::new(rig.hash(), PeerId::new(*b"-LT2110-early0000000"));
        if !fast {
            handshake.reserved[7] = 0;
        }
        let mut early = rig.meet_with(handshake);
        rig.say(&early, &Message::Interested);
        let waiting = [0, 1, 2].map(|piece| BlockRequest { piece, ..first_block() });
        waiting.iter().for_each(|request| rig.say(&early, &Message::Request(*request)));
        let _crowd = crowded(&mut rig, WEBTORRENT);
        rig.hear(&mut early);
        rig.say(&early, &Message::NotInterested);
        let heard = rig.hear(&mut early);
        assert!(heard.contains(&Message::Choke), "somebody else wants the place");
        let rejected: Vec<&Message> = heard.iter().filter(|message| matches!(message, Message::Reject(_))).collect();
        let expected = waiting.map(Message::Reject);
        assert_eq!(rejected, expected.iter().take(if fast { 3 } else { 0 }).collect::<Vec<_>>(), "fast: {fast}");
        rig.holds_reads = false;
        for piece in std::mem::take(&mut rig.reads) {
            let range = rig.info.piece_range(piece);
            let bytes = rig.bytes[range.start as usize..range.end as usize].to_vec();
            rig.feed(Input::PieceRead(rig.hash(), piece, Some(bytes)));
        }
        assert!(blocks(&rig.hear(&mut early)).is_empty(), "what was refused is not sent all the same");
        rig.say(&early, &Message::Request(BlockRequest { piece: 99, ..first_block() }));
        assert_eq!(rig.hear(&mut early).len(), usize::from(fast), "a refusal, where it is understood");
    }
}

#[test]
fn while_seeding_all_are_served_in_turn() {
    let mut rig = Rig::of(&Role::Seeder, 100 * 16 * 1024, 16 * 1024);
    let (mut crowd, late) = crowded(&mut rig, WEBTORRENT);
    crowd.push(late);
    let mut more = b"-WW0300-bbbbbbbbbbbb".to_owned();
    for number in 0..6 {
        more[19] = number;
        crowd.push(rig.meet(&more));
    }
    let mut got = vec![0; crowd.len()];
    for _ in 0..12 {
        for (remote, got) in crowd.iter_mut().zip(&mut got) {
            rig.say(remote, &Message::Interested);
            rig.say(remote, &Message::Request(BlockRequest { piece: *got as u32, ..first_block() }));
            *got += blocks(&rig.hear(remote)).len();
        }
        rig.wait(10_000);
    }
    assert!(got.iter().all(|got| *got >= 3), "{got:?}");
}

#[test]
fn a_seeder_reads_ahead_for_who_comes_and_suggests_it_to_ours() {
    let mut rig = Rig::large(&Role::Seeder);
    let mut ours = rig.meet(OURS);
    let suggested: Vec<u32> = rig
        .hear(&mut ours)
        .iter()
        .filter_map(|message| if let Message::Suggest(piece) = message { Some(*piece) } else { None })
        .collect();
    assert_eq!(suggested.len(), 4, "a record of 256 KiB");
    let cached = rig.session.footprint().cached_bytes;
    assert_eq!(cached, 256 * 1024);
    let mut webtorrent = rig.meet(WEBTORRENT);
    assert!(!rig.hear(&mut webtorrent).iter().any(|message| matches!(message, Message::Suggest(_))));
}

#[test]
fn storage_is_read_in_the_order_of_the_requests_and_not_far_ahead() {
    let mut rig = Rig::of(&Role::Seeder, 8 << 20, 64 * 1024);
    rig.holds_reads = true;
    let remote = rig.meet(LIBTORRENT);
    rig.reads.clear();
    for piece in (0..128).rev() {
        rig.say(&remote, &Message::Request(BlockRequest { piece, begin: 0, length: 64 * 1024 }));
    }
    let read: Vec<u32> = rig.reads.iter().map(|piece| piece.get()).collect();
    assert!(read.len() <= 16, "a megabyte: {read:?}");
    assert!(read.windows(2).all(|pair| pair[0] > pair[1]), "as they were asked for: {read:?}");
}
