//! The info dictionary, asked for, pushed, served, and not believed.

use super::super::super::extension::{ExtendedHandshake, MetadataMessage};
use super::super::super::wire::Message;
use super::super::super::{Event, Output};
use super::{LIBTORRENT, Rig, Role, WEBTORRENT, requests};

#[test]
fn small_metadata_is_pushed_to_who_lacks_it() {
    let mut rig = Rig::new(&Role::Seeder);
    let mut remote = rig.meet(WEBTORRENT);
    rig.hear(&mut remote);
    rig.say(&remote, &rig.extended(None));
    let heard = rig.hear(&mut remote);
    let [Message::Extended(9, payload)] = &heard[..] else { panic!("{heard:?}") };
    let total_size = Some(rig.info.raw().len() as u32);
    let pushed = MetadataMessage::Data { piece: 0, total_size, data: rig.info.raw().to_vec() };
    assert_eq!(MetadataMessage::parse(payload), Ok(pushed));
}

#[test]
fn metadata_is_asked_for_taken_and_told_on() {
    let mut rig = Rig::new(&Role::Magnet);
    let (mut one, mut two) = (rig.meet(LIBTORRENT), rig.meet(WEBTORRENT));
    rig.say(&one, &Message::HaveAll);
    rig.say(&one, &rig.extended(Some(rig.info.raw().len() as u32)));
    let heard = rig.hear(&mut one);
    assert!(heard.contains(&Message::Extended(9, MetadataMessage::Request { piece: 0 }.encode())), "{heard:?}");
    assert!(heard.contains(&Message::Interested), "whatever it is: the unchoke comes while the metadata does");
    rig.hear(&mut two);
    let total_size = Some(rig.info.raw().len() as u32);
    let data = MetadataMessage::Data { piece: 0, total_size, data: rig.info.raw().to_vec() };
    rig.say(&one, &Message::Extended(1, data.encode()));
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Metadata(..)))));
    rig.say(&one, &Message::Unchoke);
    assert!(!requests(&rig.hear(&mut one)).is_empty(), "what it said before is understood now");
    let told = rig.hear(&mut two);
    let Some(Message::Extended(0, payload)) = told.first() else { panic!("{told:?}") };
    assert_eq!(ExtendedHandshake::parse(payload).map(|said| said.metadata_size), Ok(total_size));
}

#[test]
fn false_metadata_is_not_believed_and_its_sender_banned() {
    let mut rig = Rig::new(&Role::Magnet);
    let mut liar = rig.meet(LIBTORRENT);
    rig.say(&liar, &rig.extended(Some(100)));
    rig.hear(&mut liar);
    let data = MetadataMessage::Data { piece: 0, total_size: Some(100), data: vec![1; 100] };
    rig.say(&liar, &Message::Extended(1, data.encode()));
    assert!(rig.hung_up(&liar));
    let again = rig.meet(&liar.peer_id);
    assert!(rig.hung_up(&again), "the handshake id is remembered");
}

#[test]
fn a_metadata_bomb_is_not_asked_for() {
    let mut rig = Rig::new(&Role::Magnet);
    let mut remote = rig.meet(LIBTORRENT);
    rig.hear(&mut remote);
    rig.say(&remote, &rig.extended(Some(2_000_000_000)));
    assert_eq!(rig.hear(&mut remote), []);
}
