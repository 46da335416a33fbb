//! What is said first, and in which order.

use super::super::super::Bitfield;
use super::super::super::extension::ExtendedHandshake;
use super::super::super::wire::Message;
use super::{LIBTORRENT, Rig, Role, WEBTORRENT};

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
