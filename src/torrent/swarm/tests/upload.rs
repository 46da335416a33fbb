//! What is served, and how much at a time.

use super::super::super::wire::{BlockRequest, Message};
use super::super::super::{Input, Output};
use super::{LIBTORRENT, Rig, Role, WEBTORRENT, first_block};

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
