//! Limits on how fast bytes move.

use super::super::super::wire::{BLOCK_LEN, BlockRequest, Message};
use super::super::super::{Bitfield, Command, Input, RateLimits};
use super::{LENGTH, LIBTORRENT, Remote, Rig, Role, blocks, requests};

const SECOND: u64 = 1_000;

/// Ten blocks a second in either direction.
const TEN_BLOCKS: RateLimits = RateLimits { down: Some(10 * BLOCK_LEN as u64), up: Some(10 * BLOCK_LEN as u64) };

/// A peer that was promised everything and asks for all of it, again and again.
fn greedy(rig: &mut Rig, number: u8) -> Remote {
    let mut peer_id = *LIBTORRENT;
    peer_id[19] = number;
    let mut remote = rig.meet(&peer_id);
    rig.say(&remote, &Message::Interested);
    rig.hear(&mut remote);
    ask_for_all(rig, &remote);
    remote
}

fn ask_for_all(rig: &mut Rig, remote: &Remote) {
    for piece in rig.info.pieces().collect::<Vec<_>>() {
        let length = rig.info.piece_len(piece);
        rig.say(remote, &Message::Request(BlockRequest { piece: piece.get(), begin: 0, length }));
    }
}

/// How many blocks each of these gets in this time, asking for all again whenever it got one.
fn served(rig: &mut Rig, remotes: &mut [Remote], ms: u64) -> Vec<usize> {
    let mut counts = vec![0; remotes.len()];
    for _ in 0..ms / 10 {
        rig.wait(10);
        for (remote, count) in remotes.iter_mut().zip(&mut counts) {
            let got = blocks(&rig.hear(remote)).len();
            *count += got;
            if got > 0 {
                ask_for_all(rig, remote);
            }
        }
    }
    counts
}

#[test]
fn a_limit_on_sending_is_kept_and_shared_evenly_among_peers() {
    for of_torrent in [true, false] {
        let mut rig = Rig::new(&Role::Seeder);
        let torrent = of_torrent.then(|| rig.hash());
        rig.feed(Input::Command(Command::Limit(torrent, TEN_BLOCKS)));
        let mut remotes = [greedy(&mut rig, 1), greedy(&mut rig, 2), greedy(&mut rig, 3)];
        let counts = served(&mut rig, &mut remotes, 12 * SECOND);
        assert!((130..=140).contains(&counts.iter().sum::<usize>()), "{counts:?}");
        assert!(counts.iter().all(|count| (42..=48).contains(count)), "{counts:?}");
    }
}

#[test]
fn the_tighter_of_two_limits_holds_and_lifting_both_lets_everything_go() {
    let mut rig = Rig::new(&Role::Seeder);
    let tight = RateLimits { up: Some(u64::from(BLOCK_LEN)), ..TEN_BLOCKS };
    let torrent = Some(rig.hash());
    rig.feed(Input::Command(Command::Limit(None, TEN_BLOCKS)));
    rig.feed(Input::Command(Command::Limit(torrent, tight)));
    let mut remotes = [greedy(&mut rig, 1)];
    let counts = served(&mut rig, &mut remotes, 10 * SECOND);
    assert!((9..=11).contains(&counts[0]), "{counts:?}");
    rig.feed(Input::Command(Command::Limit(None, RateLimits::default())));
    rig.feed(Input::Command(Command::Limit(torrent, RateLimits::default())));
    rig.wait(1);
    assert!(!blocks(&rig.hear(&mut remotes[0])).is_empty(), "nobody is forgotten in the line");
    ask_for_all(&mut rig, &remotes[0]);
    assert_eq!(blocks(&rig.hear(&mut remotes[0])).len(), LENGTH.div_ceil(BLOCK_LEN as usize), "at once");
}

#[test]
fn a_limit_on_fetching_paces_the_requests_and_shares_them_evenly() {
    let mut rig = Rig::large(&Role::Leecher);
    rig.feed(Input::Command(Command::Limit(None, TEN_BLOCKS)));
    let mut remotes = Vec::new();
    for number in 1..4 {
        let mut peer_id = *LIBTORRENT;
        peer_id[19] = number;
        let remote = rig.meet(&peer_id);
        rig.say(&remote, &Message::Bitfield(Bitfield::full(rig.info.piece_count()).as_bytes().to_vec()));
        rig.say(&remote, &Message::Unchoke);
        remotes.push(remote);
    }
    let mut counts = [0; 3];
    for _ in 0..60 {
        rig.wait(100);
        for (remote, count) in remotes.iter_mut().zip(&mut counts) {
            for request in requests(&rig.hear(remote)) {
                *count += 1;
                rig.say(remote, &rig.block(request));
            }
        }
    }
    assert!((58..=70).contains(&counts.iter().sum::<usize>()), "{counts:?}");
    assert!(counts.iter().all(|count| (18..=24).contains(count)), "{counts:?}");
    rig.feed(Input::Command(Command::Limit(None, RateLimits::default())));
    rig.wait(1);
    assert!(requests(&rig.hear(&mut remotes[0])).len() > 1, "lifted while running");
}

#[test]
fn a_limit_that_feeds_few_serves_few_at_a_time() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.feed(Input::Command(Command::Limit(None, RateLimits { up: Some(5_000), down: None })));
    let unchoked = |rig: &mut Rig, number| {
        let mut peer_id = *LIBTORRENT;
        peer_id[19] = number;
        let mut remote = rig.meet(&peer_id);
        rig.say(&remote, &Message::Interested);
        rig.hear(&mut remote).contains(&Message::Unchoke)
    };
    let served: Vec<bool> = (0..5).map(|number| unchoked(&mut rig, number)).collect();
    assert_eq!(served, [true, true, false, false, false], "two kilobytes a second each");
}
