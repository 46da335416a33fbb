//! What is said first, and in which order.

use super::super::super::extension::{ExtendedHandshake, Extensions, MetadataMessage};
use super::super::super::wire::{Decoder, Handshake, Message};
use super::super::super::{Bitfield, InfoHash, Input, Output, PeerId};
use super::{LIBTORRENT, Remote, Rig, Role, WEBTORRENT, first_block, requests};

#[test]
fn a_seeder_greets_with_metadata_size_availability_and_unchoke() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut libtorrent = rig.meet(LIBTORRENT);
    let heard = rig.hear(&mut libtorrent);
    let [Message::Extended(0, payload), Message::HaveAll, Message::Unchoke] = &heard[..] else { panic!("{heard:?}") };
    let said = ExtendedHandshake::parse(payload).expect("ours can be read");
    assert_eq!(said.metadata_size, Some(rig.info.raw().len() as u32));
    assert_eq!((said.upload_only, said.reqq), (Some(true), Some(512)));
    let mut webtorrent = rig.meet(WEBTORRENT);
    let heard = rig.hear(&mut webtorrent);
    assert!(matches!(&heard[..], [Message::Extended(..), Message::Bitfield(_), Message::Unchoke]), "{heard:?}");
}

#[test]
fn webtorrent_never_hears_have_none_which_it_takes_for_the_word_of_a_seed() {
    for (role, in_place_of_it) in [(Role::Leecher, vec![Message::Bitfield(vec![0])]), (Role::Magnet, vec![])] {
        let mut rig = Rig::new(&role);
        let (mut libtorrent, mut webtorrent) = (rig.meet(LIBTORRENT), rig.meet(WEBTORRENT));
        assert_eq!(rig.hear(&mut libtorrent)[1..], [Message::HaveNone]);
        assert_eq!(rig.hear(&mut webtorrent)[1..], in_place_of_it);
    }
}

#[test]
fn interest_is_said_after_availability_and_again_while_choked() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(WEBTORRENT);
    rig.say(&remote, &Message::Interested);
    rig.say(&remote, &Message::Unchoke);
    assert!(!rig.hear(&mut remote).contains(&Message::Interested));
    rig.say(&remote, &Message::Choke);
    rig.say(&remote, &Message::Bitfield(Bitfield::full(rig.info.piece_count()).as_bytes().to_vec()));
    assert_eq!(rig.hear(&mut remote), [Message::Interested]);
    rig.wait(12_000);
    assert_eq!(rig.hear(&mut remote), [Message::Interested], "webtorrent may have missed the first");
}

#[test]
fn bytes_may_come_one_by_one_or_all_at_once() {
    let script = |rig: &Rig| {
        let full = Bitfield::full(rig.info.piece_count()).as_bytes().to_vec();
        let mut bytes = Vec::new();
        Handshake::new(rig.hash(), PeerId::new(*LIBTORRENT)).encode(&mut bytes);
        for message in [Message::KeepAlive, Message::Unknown(99), Message::Bitfield(full), Message::Unchoke] {
            message.encode(&mut bytes);
        }
        bytes
    };
    let heard: Vec<Vec<Message>> = [1, 7, 1000]
        .into_iter()
        .map(|portion| {
            let mut rig = Rig::new(&Role::Leecher);
            let id = rig.accept();
            rig.feed(Input::ChannelOpened(id));
            let mut remote = Remote { id, decoder: Decoder::new(), peer_id: *LIBTORRENT };
            for part in script(&rig).chunks(portion) {
                rig.feed(Input::ChannelBytes(remote.id, part.to_vec()));
            }
            rig.hear(&mut remote)
        })
        .collect();
    assert_eq!(requests(&heard[0]).len(), 7);
    assert!(heard.iter().all(|same| *same == heard[0]), "{heard:?}");
}

#[test]
fn keep_alives_hold_an_idle_connection_open() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(LIBTORRENT);
    rig.hear(&mut remote);
    for _ in 0..20 {
        rig.wait(55_000);
        assert_eq!(rig.hear(&mut remote), [Message::KeepAlive], "others give up who is silent for two minutes");
        rig.say(&remote, &Message::KeepAlive);
    }
    assert!(!rig.hung_up(&remote));
}

#[test]
fn nothing_but_the_handshake_is_said_before_theirs_is_in() {
    let mut rig = Rig::new(&Role::Seeder);
    let before = rig.outputs.len();
    rig.meet(LIBTORRENT);
    let first = rig.outputs[before..].iter().find_map(|output| match output {
        Output::Send(_, bytes) => Some(bytes.len()),
        _ => None,
    });
    assert_eq!(first, Some(Handshake::LEN));
}

#[test]
fn another_torrent_and_ourselves_are_not_talked_to() {
    let mut rig = Rig::new(&Role::Seeder);
    let stranger = rig.meet_with(Handshake::new(InfoHash::new([9; 20]), PeerId::new(*LIBTORRENT)));
    assert!(rig.hung_up(&stranger));
    let said = rig.outputs.iter().find_map(|output| match output {
        Output::Send(id, bytes) if *id == stranger.id => Some(bytes[48..68].to_vec()),
        _ => None,
    });
    let ours: [u8; 20] = said.and_then(|id| id.try_into().ok()).expect("our handshake went out");
    let us = rig.meet_with(Handshake::new(rig.hash(), PeerId::new(ours)));
    assert!(rig.hung_up(&us));
}

#[test]
fn fast_words_without_the_fast_extension_end_the_connection_and_none_are_said() {
    let words = [Message::HaveAll, Message::HaveNone, Message::AllowedFast(1), Message::Suggest(1)];
    for word in words.into_iter().chain([Message::Reject(first_block())]) {
        let mut rig = Rig::new(&Role::Leecher);
        let slow = Handshake { reserved: [0; 8], ..Handshake::new(rig.hash(), PeerId::new(*LIBTORRENT)) };
        let mut remote = rig.meet_with(slow);
        assert_eq!(rig.hear(&mut remote), [], "no extensions, no have-none");
        rig.say(&remote, &word);
        assert!(rig.hung_up(&remote), "{word:?}");
    }
}

#[test]
fn availability_may_come_late_twice_and_out_of_order() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::Unchoke);
    rig.say(&remote, &Message::Have(3));
    let pieces = |messages: &[Message]| requests(messages).iter().map(|it| it.piece).collect::<Vec<_>>();
    assert_eq!(pieces(&rig.hear(&mut remote)), [3]);
    rig.say(&remote, &Message::Bitfield(vec![0b1010_0000]));
    let mut more = pieces(&rig.hear(&mut remote));
    more.sort_unstable();
    assert_eq!(more, [0, 2], "a bitfield after a have says all anew");
    rig.say(&remote, &Message::Bitfield(vec![0b0100_0000]));
    assert_eq!(pieces(&rig.hear(&mut remote)), [1], "and so does a second one");
    rig.say(&remote, &Message::HaveAll);
    assert_eq!(pieces(&rig.hear(&mut remote)).len(), 3);
    assert!(!rig.hung_up(&remote));
}

#[test]
fn a_later_extended_handshake_changes_what_it_names_and_zero_turns_off() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &rig.extended(Some(5)));
    rig.hear(&mut remote);
    let numbered = |number| {
        let extensions = Extensions { ut_metadata: Some(number), ..Extensions::default() };
        Message::Extended(0, ExtendedHandshake { extensions, ..ExtendedHandshake::default() }.encode())
    };
    let request = Message::Extended(1, MetadataMessage::Request { piece: 0 }.encode());
    rig.say(&remote, &numbered(33));
    rig.hear(&mut remote);
    rig.say(&remote, &request);
    assert!(matches!(&rig.hear(&mut remote)[..], [Message::Extended(33, _)]), "under the receiver's number");
    rig.say(&remote, &numbered(0));
    rig.say(&remote, &request);
    assert_eq!(rig.hear(&mut remote), [], "they do not understand it any more");
    rig.say(&remote, &Message::Extended(77, b"whatever".to_vec()));
    assert!(!rig.hung_up(&remote), "unknown extensions are passed over");
}

#[test]
fn a_piece_that_is_lost_is_said_and_one_that_they_lost_is_not_asked_for() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.bytes[0] ^= 1;
    let mut remote = rig.meet(LIBTORRENT);
    rig.hear(&mut remote);
    rig.say(&remote, &rig.extended(None));
    let lost = Message::Extended(8, vec![0, 0, 0, 0]);
    assert!(rig.hear(&mut remote).contains(&lost), "BEP 54, as soon as their number for it is known");
    rig.say(&remote, &Message::Request(first_block()));
    assert_eq!(rig.hear(&mut remote), [Message::Reject(first_block())]);

    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Extended(2, vec![0, 0, 0, 4]));
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    assert!(asked.len() == 6 && asked.iter().all(|request| request.piece != 4), "{asked:?}");
}
