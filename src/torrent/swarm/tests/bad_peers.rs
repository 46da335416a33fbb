//! Peers that break the protocol, lie, flood or stay silent.

use super::super::super::extension::MetadataMessage;
use super::super::super::tracker::{OfferId, Relayed, TrackerMessage};
use super::super::super::wire::{BlockRequest, Handshake, Message};
use super::super::super::{Event, Input, Output, PeerId};
use super::{LIBTORRENT, Rig, Role, WEBTORRENT, first_block, requests};

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

/// A false block of the right shape.
fn false_block(rig: &Rig, request: BlockRequest) -> Message {
    let Message::Piece { piece, begin, mut data } = rig.block(request) else {
        unreachable!("a block is a piece message")
    };
    data[0] ^= 1;
    Message::Piece { piece, begin, data }
}

fn banned(rig: &Rig) -> usize {
    let false_bytes =
        |output: &&Output| matches!(output, Output::Event(Event::Misbehaved(_, how)) if how.contains("false"));
    rig.outputs.iter().filter(false_bytes).count()
}

#[test]
fn a_false_piece_of_one_peer_ends_it_at_once_and_it_is_not_let_in_again() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut liar = rig.meet_sender(WEBTORRENT);
    for request in &requests(&rig.hear(&mut liar))[..4] {
        rig.say(&liar, &false_block(&rig, *request));
    }
    assert!(rig.hung_up(&liar));
    for _ in 0..3 {
        let again = rig.meet(WEBTORRENT);
        assert!(rig.hung_up(&again), "under the same name");
    }
    // The tracker's name for it is enough: no connection is even begun.
    rig.gather();
    let ours = rig.announces().iter().flat_map(|announce| &announce.offers).map(|offer| offer.offer_id).next();
    let liar = |offer_id| Relayed { info_hash: rig.hash(), peer_id: PeerId::new([1; 20]), offer_id, sdp: "v=0".into() };
    let offer = TrackerMessage::Offer(liar(OfferId::new([99; 20])));
    let answer = TrackerMessage::Answer(liar(ours.expect("a leecher makes offers")));
    rig.outputs.clear();
    [offer, answer].iter().for_each(|word| rig.feed(Input::SocketMessage(rig.socket, word.to_json())));
    let begun = |output: &Output| matches!(output, Output::AcceptOffer(..) | Output::AcceptAnswer(..));
    assert!(!rig.outputs.iter().any(begun), "{:?}", rig.outputs);
    let honest = rig.meet_sender(LIBTORRENT);
    rig.serve(&mut [honest]);
    assert!(rig.is_complete());
}

#[test]
fn of_two_who_made_a_false_piece_the_liar_is_found_within_two_more_and_the_honest_one_stays() {
    // One piece of 64 KiB and nothing else, so that both have a part in it.
    let mut rig = Rig::of(&Role::Leecher, 64 * 1024, 64 * 1024);
    let mut liar = rig.meet_sender(WEBTORRENT);
    let of_liar = requests(&rig.hear(&mut liar));
    let mut honest = rig.meet_sender(LIBTORRENT);
    let of_honest = requests(&rig.hear(&mut honest));
    assert!(!of_honest.is_empty(), "copies, at the end");
    of_honest.iter().for_each(|request| rig.say(&honest, &rig.block(*request)));
    for request in of_liar.iter().filter(|request| !of_honest.contains(request)) {
        rig.say(&liar, &false_block(&rig, *request));
    }
    let mut pieces = 0;
    while !rig.is_complete() && pieces < 10 {
        let (of_liar, of_honest) = (requests(&rig.hear(&mut liar)), requests(&rig.hear(&mut honest)));
        assert!(of_liar.is_empty() || of_honest.is_empty(), "all of it comes from one now");
        of_liar.iter().for_each(|request| rig.say(&liar, &false_block(&rig, *request)));
        of_honest.iter().for_each(|request| rig.say(&honest, &rig.block(*request)));
        pieces += 1;
        rig.wait(100);
    }
    assert!(rig.is_complete() && pieces <= 2, "{pieces}");
    assert!(!rig.hung_up(&honest));
    assert!(banned(&rig) <= 1);
}

#[test]
fn blocks_of_a_wrong_length_end_the_connection() {
    for length in [|_| 1, |asked| asked - 1, |asked| asked + 1, |asked| 2 * asked, |asked: usize| asked / 2] {
        let mut rig = Rig::large(&Role::Leecher);
        let mut remote = rig.meet_sender(WEBTORRENT);
        let request = requests(&rig.hear(&mut remote))[0];
        let length = length(request.length as usize);
        rig.say(&remote, &Message::Piece { piece: request.piece, begin: request.begin, data: vec![0; length] });
        assert!(rig.hung_up(&remote), "{length}");
    }
}

/// One step of an attack.
type Attack = fn(&Rig, u32) -> Vec<Message>;

#[test]
fn whatever_one_peer_does_memory_stays_small_it_is_cut_off_and_the_memo_completes_from_another() {
    let attacks: [(&str, Attack); 15] = [
        ("requests", |_, at| vec![Message::Request(BlockRequest { piece: at % 64, begin: 0, length: 16 * 1024 })]),
        ("haves", |_, _| vec![Message::Have(1)]),
        ("haves of nothing", |_, at| vec![Message::Have(at + 64)]),
        ("chokes and unchokes", |_, at| vec![if at % 2 == 0 { Message::Choke } else { Message::Unchoke }]),
        ("interest", |_, at| vec![if at % 2 == 0 { Message::Interested } else { Message::NotInterested }]),
        ("bitfields", |_, _| vec![Message::Bitfield(vec![0xff; 8])]),
        ("have-all and have-none", |_, at| vec![if at % 2 == 0 { Message::HaveAll } else { Message::HaveNone }]),
        ("extended handshakes", |rig, at| vec![rig.extended(Some(at))]),
        ("lost pieces", |_, at| vec![Message::Have(at % 64), Message::Extended(2, (at % 64).to_be_bytes().to_vec())]),
        ("rejects", |_, at| vec![Message::Reject(BlockRequest { piece: at % 64, begin: 0, length: 16 * 1024 })]),
        ("cancels", |_, at| vec![Message::Cancel(BlockRequest { piece: at, begin: 0, length: 1 })]),
        ("suggestions and allowances", |_, at| vec![Message::Suggest(at), Message::AllowedFast(at)]),
        ("words of no known kind", |_, _| vec![Message::Unknown(200), Message::Extended(99, vec![0; 100])]),
        ("rejects of metadata", |_, at| vec![Message::Extended(1, MetadataMessage::Reject { piece: at }.encode())]),
        ("metadata nobody asked for", |_, at| {
            let data = MetadataMessage::Data { piece: at, total_size: None, data: vec![0; 16 * 1024] };
            vec![Message::Extended(1, data.encode())]
        }),
    ];
    for (name, attack) in attacks {
        let mut rig = Rig::large(&Role::Leecher);
        let hostile = rig.meet(WEBTORRENT);
        let honest = rig.meet_sender(LIBTORRENT);
        for at in 0..25_000 {
            if rig.hung_up(&hostile) {
                break;
            }
            attack(&rig, at).iter().for_each(|message| rig.say(&hostile, message));
            let footprint = rig.session.footprint();
            assert!(footprint.queued_requests <= 512 && footprint.held_bytes <= 8 << 20, "{name}: {footprint:?}");
            // Only what the engine says to the hostile peer would grow here, and it is not under test.
            rig.outputs.retain(|output| !matches!(output, Output::Send(id, _) if *id == hostile.id));
            rig.feed(Input::ChannelBuffered(hostile.id, 0));
        }
        assert!(rig.hung_up(&hostile), "{name}");
        rig.serve(&mut [honest]);
        assert!(rig.is_complete(), "{name}");
    }
}

#[test]
fn a_message_that_trickles_in_is_silence() {
    let mut rig = Rig::new(&Role::Seeder);
    let remote = rig.meet(LIBTORRENT);
    rig.feed(Input::ChannelBytes(remote.id, vec![0, 0x0f, 0, 0, 20, 0]));
    for _ in 0..20 {
        rig.wait(10_000);
        rig.feed(Input::ChannelBytes(remote.id, vec![0]));
    }
    assert!(rig.hung_up(&remote), "200 s, a byte each ten");
}

#[test]
fn a_handshake_that_trickles_in_is_none() {
    let mut rig = Rig::new(&Role::Seeder);
    let id = rig.accept();
    rig.feed(Input::ChannelOpened(id));
    let mut handshake = Vec::new();
    Handshake::new(rig.hash(), PeerId::new(*LIBTORRENT)).encode(&mut handshake);
    for byte in &handshake[..26] {
        rig.feed(Input::ChannelBytes(id, vec![*byte]));
        rig.wait(1_000);
    }
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::CloseConnection(it) if *it == id)));
}

#[test]
fn blocks_that_trickle_in_hold_nobody_up() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut trickle = rig.meet_sender(WEBTORRENT);
    let mut owed = requests(&rig.hear(&mut trickle));
    // A block each nine seconds, so that it never counts as silent.
    for _ in 0..5 {
        rig.wait(9_000);
        let block = rig.block(owed.remove(0));
        rig.say(&trickle, &block);
        owed.extend(requests(&rig.hear(&mut trickle)));
    }
    assert!(!rig.hung_up(&trickle));
    let mut honest = rig.meet_sender(LIBTORRENT);
    for _ in 0..3_000 {
        for request in requests(&rig.hear(&mut honest)) {
            rig.say(&honest, &rig.block(request));
        }
        rig.wait(5);
    }
    assert!(rig.is_complete(), "fifteen seconds later");
}

#[test]
fn rejects_of_everything_end_the_connection_in_the_end() {
    let mut rig = Rig::large(&Role::Leecher);
    let mut remote = rig.meet_sender(LIBTORRENT);
    for _ in 0..200 {
        for request in requests(&rig.hear(&mut remote)) {
            rig.say(&remote, &Message::Reject(request));
        }
        rig.wait(1_100);
    }
    assert!(rig.hung_up(&remote));
}
