//! Peers that break the protocol, lie, flood or stay silent.

use super::super::super::extension::MetadataMessage;
use super::super::super::wire::{BlockRequest, Message};
use super::super::super::{Event, Input, Output};
use super::{LIBTORRENT, Rig, Role, first_block};

#[test]
fn whoever_breaks_the_protocol_is_cut_off() {
    let request = |length| Message::Request(BlockRequest { length, ..first_block() });
    let block = Message::Piece { piece: 0, begin: 0, data: vec![0; 16_384] };
    let faults: Vec<(&str, Vec<Message>)> = vec![
        ("a piece that does not exist", vec![Message::Have(7)]),
        ("a bitfield of a wrong length", vec![Message::Bitfield(vec![0; 9])]),
        ("a bitfield with spare bits", vec![Message::Bitfield(vec![0xff])]),
        ("a huge request", vec![request(128 * 1024 + 1)]),
        ("a flood of requests", vec![request(0); 5000]),
        ("blocks nobody asked for", vec![block; 65]),
        ("the same haves over and over", vec![Message::Have(1); 10_002]),
    ];
    for (fault, messages) in faults {
        let mut rig = Rig::new(&Role::Leecher);
        let remote = rig.meet(LIBTORRENT);
        messages.iter().for_each(|message| rig.say(&remote, message));
        assert!(rig.hung_up(&remote), "{fault}");
        assert!(rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Misbehaved(..)))), "{fault}");
    }
}

#[test]
fn the_metadata_is_not_asked_for_without_end() {
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &rig.extended(None));
    let request = Message::Extended(1, MetadataMessage::Request { piece: 0 }.encode());
    (0..5000).for_each(|_| rig.say(&remote, &request));
    assert!(rig.hung_up(&remote), "each of them is answered with as many bytes");
}

#[test]
fn a_stranger_to_the_protocol_and_a_silent_one_are_let_go() {
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.wait(160_000);
    assert!(rig.hung_up(&remote), "silence");
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.feed(Input::ChannelBytes(remote.id, vec![0xff; 100]));
    assert!(rig.hung_up(&remote), "garbage");
}

#[test]
fn any_bytes_on_a_channel_or_a_socket_end_in_order() {
    for seed in 0..300 {
        let mut rng = super::super::super::rng::Rng::new(seed);
        let mut rig = Rig::new([&Role::Seeder, &Role::Leecher, &Role::Magnet][seed as usize % 3]);
        let remote = rig.meet(LIBTORRENT);
        for _ in 0..30 {
            let kind = [0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 14, 15, 16, 17, 20, 21][rng.below(16) as usize];
            let length = [0, 4, 8, 12, 13, 40][rng.below(6) as usize];
            let mut bytes = (length as u32 + 1).to_be_bytes().to_vec();
            bytes.push(kind);
            bytes.extend((0..length).map(|_| rng.below(8).min(rng.below(255)) as u8));
            rig.feed(Input::ChannelBytes(remote.id, bytes));
            rig.wait(rng.below(3_000));
        }
        let text: String = (0..50).map(|_| char::from(rng.below(128) as u8)).collect();
        rig.feed(Input::SocketMessage(rig.socket, text));
    }
}
