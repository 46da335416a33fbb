//! The info dictionary, asked for, pushed, served, and not believed.

use super::super::super::extension::{ExtendedHandshake, MetadataMessage};
use super::super::super::wire::{Handshake, Message};
use super::super::super::{Event, Input, Output, PeerId};
use super::{LIBTORRENT, OURS, Remote, Rig, Role, WEBTORRENT, requests};

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
fn large_metadata_waits_until_it_is_asked_for() {
    for (card, pushed) in [(3 * PIECE, 4), (4 * PIECE, 0)] {
        let mut rig = Rig::with_card(&Role::Seeder, 16 * 1024, 16 * 1024, card);
        let mut remote = rig.meet(WEBTORRENT);
        rig.hear(&mut remote);
        rig.say(&remote, &rig.extended(None));
        assert_eq!(rig.hear(&mut remote).len(), pushed);
    }
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

const PIECE: usize = 16 * 1024;

/// A magnet whose metadata has so many bytes, some of which look like the end of a dictionary.
fn magnet(size: usize) -> Rig {
    let bare = Rig::with_card(&Role::Magnet, 16 * 1024, 16 * 1024, 1).info.raw().len();
    let card = (1..=size).rev().find(|card| bare - 1 + card + card.to_string().len() - 1 <= size).unwrap_or(1);
    let rig = Rig::with_card(&Role::Magnet, 16 * 1024, 16 * 1024, card);
    assert_eq!(rig.info.raw().len(), size, "a size that the card cannot have");
    rig
}

fn data(rig: &Rig, piece: usize) -> Message {
    let raw = rig.info.raw();
    let part = raw[piece * PIECE..raw.len().min((piece + 1) * PIECE)].to_vec();
    let message = MetadataMessage::Data { piece: piece as u32, total_size: Some(raw.len() as u32), data: part };
    Message::Extended(1, message.encode())
}

fn asked(messages: &[Message]) -> Vec<u32> {
    let pieces = messages.iter().filter_map(|message| match message {
        Message::Extended(9, payload) => match MetadataMessage::parse(payload) {
            Ok(MetadataMessage::Request { piece }) => Some(piece),
            _ => None,
        },
        _ => None,
    });
    pieces.collect()
}

/// A peer that says that it has so much metadata.
fn teller(rig: &mut Rig, number: u8, size: usize) -> Remote {
    let mut peer_id = *LIBTORRENT;
    peer_id[19] = number;
    let remote = rig.meet(&peer_id);
    rig.say(&remote, &rig.extended(Some(size as u32)));
    remote
}

fn has_metadata(rig: &Rig) -> bool {
    rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Metadata(..))))
}

#[test]
fn metadata_of_any_size_is_fetched_in_pieces() {
    for (size, pieces) in [(PIECE, 1), (PIECE + 1, 2), (40 * PIECE, 40)] {
        let mut rig = magnet(size);
        let mut remote = teller(&mut rig, 1, size);
        let mut waiting = asked(&rig.hear(&mut remote));
        assert_eq!(waiting.len(), pieces.min(32));
        let mut count = 0;
        while let Some(piece) = waiting.pop() {
            rig.say(&remote, &data(&rig, piece as usize));
            waiting.extend(asked(&rig.hear(&mut remote)));
            count += 1;
        }
        assert!(count == pieces && has_metadata(&rig), "{size}");
    }
}

#[test]
fn the_smallest_and_the_largest_metadata_are_asked_for_and_nothing_larger() {
    for (size, pieces) in [(0, 0), (1, 1), (10_000_000, 32), (10_000_001, 0)] {
        let mut rig = Rig::new(&Role::Magnet);
        let mut remote = teller(&mut rig, 1, size);
        assert_eq!(asked(&rig.hear(&mut remote)).len(), pieces, "{size} bytes");
    }
}

#[test]
fn after_false_metadata_of_one_peer_that_of_another_is_taken() {
    let bytes = Rig::new(&Role::Magnet).info.raw().len();
    for (size, meets_later) in [(1, true), (1, false), (bytes, true), (bytes, false)] {
        let mut rig = Rig::new(&Role::Magnet);
        let mut liar = teller(&mut rig, 1, size);
        let honest = (!meets_later).then(|| teller(&mut rig, 2, bytes));
        assert_eq!(asked(&rig.hear(&mut liar)), [0]);
        let lie = MetadataMessage::Data { piece: 0, total_size: Some(size as u32), data: vec![7; size] };
        rig.say(&liar, &Message::Extended(1, lie.encode()));
        assert!(rig.hung_up(&liar), "a lie of {size} bytes");
        let mut honest = honest.unwrap_or_else(|| teller(&mut rig, 2, bytes));
        assert_eq!(asked(&rig.hear(&mut honest)), [0]);
        rig.say(&honest, &data(&rig, 0));
        assert!(has_metadata(&rig) && !rig.hung_up(&honest));
    }
}

/// A peer that said this before it sent the metadata, and what it is asked for then.
fn after_early_words(words: &[Message]) -> (Rig, Remote, Vec<u32>) {
    let mut rig = Rig::new(&Role::Magnet);
    let size = rig.info.raw().len();
    let mut remote = teller(&mut rig, 1, size);
    words.iter().for_each(|word| rig.say(&remote, word));
    rig.say(&remote, &Message::Unchoke);
    rig.hear(&mut remote);
    rig.say(&remote, &data(&rig, 0));
    assert!(has_metadata(&rig));
    let mut pieces: Vec<u32> = requests(&rig.hear(&mut remote)).iter().map(|request| request.piece).collect();
    pieces.sort_unstable();
    (rig, remote, pieces)
}

#[test]
fn what_was_said_before_the_metadata_is_understood_when_it_is_here() {
    let bits = || Message::Bitfield(vec![0b1010_0000]);
    let lost = |piece: u8| Message::Extended(2, vec![0, 0, 0, piece]);
    for (words, pieces) in [
        (vec![], vec![]),
        (vec![Message::HaveAll], (0..7).collect()),
        (vec![Message::HaveNone], vec![]),
        (vec![Message::HaveNone, Message::Have(3)], vec![3]),
        (vec![bits(), Message::Have(3)], vec![0, 2, 3]),
        (vec![Message::Have(3), bits()], vec![0, 2]),
        (vec![bits(), lost(2), lost(200)], vec![0]),
        (vec![Message::HaveAll, lost(4)], vec![0, 1, 2, 3, 5, 6]),
        (vec![Message::HaveAll, lost(4), Message::Have(4)], (0..7).collect()),
        (vec![bits(), lost(2), bits()], vec![0, 2]),
    ] {
        let (rig, remote, asked) = after_early_words(&words);
        assert_eq!(asked, pieces, "{words:?}");
        assert!(!rig.hung_up(&remote), "{words:?}");
    }
    for word in [Message::Have(7), Message::Bitfield(vec![1]), Message::Bitfield(vec![0; 2])] {
        let (rig, remote, _) = after_early_words(std::slice::from_ref(&word));
        assert!(rig.hung_up(&remote), "{word:?} names pieces that do not exist");
    }
}

#[test]
fn pieces_of_metadata_of_several_peers_make_up_one() {
    let size = 50 * PIECE;
    let mut rig = magnet(size);
    let (mut one, mut two) = (teller(&mut rig, 1, size), teller(&mut rig, 2, size));
    let (of_one, of_two) = (asked(&rig.hear(&mut one)), asked(&rig.hear(&mut two)));
    assert_eq!(of_one, (0..32).collect::<Vec<_>>());
    assert_eq!(of_two[..18], (32..50).collect::<Vec<_>>(), "first what nobody was asked for");
    of_one.iter().for_each(|piece| rig.say(&one, &data(&rig, *piece as usize)));
    of_two[..18].iter().for_each(|piece| rig.say(&two, &data(&rig, *piece as usize)));
    assert!(has_metadata(&rig));
    assert!(!rig.hung_up(&one) && !rig.hung_up(&two));
}

#[test]
fn of_several_who_told_false_metadata_the_liar_is_found_and_the_others_stay() {
    let size = 2 * PIECE;
    let mut rig = magnet(size);
    let (mut liar, mut honest) = (teller(&mut rig, 1, size), teller(&mut rig, 2, size));
    rig.hear(&mut liar);
    rig.hear(&mut honest);
    let message = MetadataMessage::Data { piece: 0, total_size: Some(size as u32), data: vec![7; PIECE] };
    let lie = Message::Extended(1, message.encode());
    rig.say(&liar, &lie);
    rig.say(&honest, &data(&rig, 1));
    assert!(!rig.hung_up(&liar) && !rig.hung_up(&honest), "nobody knows who it was");
    rig.say(&honest, &data(&rig, 0));
    assert!(has_metadata(&rig), "all of it from one");
    let mut rig = magnet(size);
    let (mut liar, mut honest) = (teller(&mut rig, 1, size), teller(&mut rig, 2, size));
    rig.hear(&mut liar);
    rig.hear(&mut honest);
    rig.say(&honest, &data(&rig, 1));
    rig.say(&liar, &lie);
    rig.say(&liar, &data(&rig, 1));
    assert!(rig.hung_up(&liar) && !rig.hung_up(&honest));
    rig.say(&honest, &data(&rig, 0));
    assert!(has_metadata(&rig));
}

#[test]
fn after_false_metadata_of_several_each_is_asked_for_all_of_it() {
    let size = 50 * PIECE;
    let mut rig = magnet(size);
    let (mut liar, mut honest) = (teller(&mut rig, 1, size), teller(&mut rig, 2, size));
    let (of_liar, of_honest) = (asked(&rig.hear(&mut liar)), asked(&rig.hear(&mut honest)));
    let message = MetadataMessage::Data { piece: 0, total_size: Some(size as u32), data: vec![7; PIECE] };
    rig.say(&liar, &Message::Extended(1, message.encode()));
    of_liar[1..].iter().for_each(|piece| rig.say(&liar, &data(&rig, *piece as usize)));
    let (new, copies): (Vec<u32>, Vec<u32>) = of_honest.into_iter().partition(|piece| *piece >= 32);
    new.into_iter().for_each(|piece| rig.say(&honest, &data(&rig, piece as usize)));
    assert!(!has_metadata(&rig), "all of it is here, and some of it is false");
    let mut rest = [copies, asked(&rig.hear(&mut honest))].concat();
    rest.sort_unstable();
    assert_eq!(rest, (0..32).collect::<Vec<_>>(), "what only the other one has told");
    rest.into_iter().for_each(|piece| rig.say(&honest, &data(&rig, piece as usize)));
    assert!(has_metadata(&rig) && !rig.hung_up(&honest));
}

#[test]
fn metadata_of_a_wrong_size_or_out_of_range_ends_the_connection() {
    let size = 2 * PIECE;
    let wrong = |piece, total: usize, len: usize| {
        let message = MetadataMessage::Data { piece, total_size: Some(total as u32), data: vec![0; len] };
        Message::Extended(1, message.encode())
    };
    for lie in [wrong(0, size + 1, PIECE), wrong(2, size, PIECE), wrong(0, size, PIECE - 1), wrong(u32::MAX, size, 0)] {
        let mut rig = magnet(size);
        let remote = teller(&mut rig, 1, size);
        rig.say(&remote, &lie);
        assert!(rig.hung_up(&remote));
    }
}

#[test]
fn who_rejects_or_says_nothing_is_not_asked_for_ever_and_others_are() {
    let size = 2 * PIECE;
    let mut rig = magnet(size);
    let mut rejecter = teller(&mut rig, 1, size);
    let mut rounds = 0;
    loop {
        let pieces = asked(&rig.hear(&mut rejecter));
        if pieces.is_empty() {
            break;
        }
        rounds += 1;
        for piece in pieces {
            rig.say(&rejecter, &Message::Extended(1, MetadataMessage::Reject { piece }.encode()));
        }
        rig.wait(1_000);
    }
    assert!((1..=3).contains(&rounds), "{rounds}");
    let mut silent = [teller(&mut rig, 2, size), teller(&mut rig, 3, size)];
    let mut good = teller(&mut rig, 4, size);
    silent.iter_mut().for_each(|silent| assert_eq!(asked(&rig.hear(silent)).len(), 2));
    assert_eq!(asked(&rig.hear(&mut good)), [0; 0], "two are asked at a time");
    rig.wait(11_000);
    for piece in asked(&rig.hear(&mut good)) {
        rig.say(&good, &data(&rig, piece as usize));
    }
    assert!(has_metadata(&rig));
}

#[test]
fn small_metadata_that_comes_unasked_is_taken_and_large_one_is_not() {
    for (size, is_taken) in [(2 * PIECE, true), (6 * PIECE, false)] {
        let mut rig = magnet(size);
        let mut others: Vec<Remote> = (1..3).map(|number| teller(&mut rig, number, size)).collect();
        let pusher = teller(&mut rig, 9, size);
        (0..size / PIECE).for_each(|piece| rig.say(&pusher, &data(&rig, piece)));
        assert_eq!(has_metadata(&rig), is_taken, "two others are asked, this one is not");
        others.clear();
    }
}

#[test]
fn two_who_have_only_the_link_help_each_other() {
    let size = 2 * PIECE;
    let mut rig = magnet(size);
    let mut other = rig.meet(WEBTORRENT);
    rig.say(&other, &rig.extended(None));
    assert!(asked(&rig.hear(&mut other)).is_empty(), "it has none either");
    let mut seeder = teller(&mut rig, 1, size);
    for piece in asked(&rig.hear(&mut seeder)) {
        rig.say(&seeder, &data(&rig, piece as usize));
    }
    let told = rig.hear(&mut other);
    assert!(matches!(told.first(), Some(Message::Extended(0, _))), "that there is metadata now: {told:?}");
    let request = MetadataMessage::Request { piece: 1 };
    rig.say(&other, &Message::Extended(1, request.encode()));
    let served = rig.hear(&mut other);
    assert!(
        served.iter().any(|message| matches!(message, Message::Extended(9, payload)
            if matches!(MetadataMessage::parse(payload), Ok(MetadataMessage::Data { piece: 1, .. })))),
        "and it is served: {served:?}"
    );
    // The other way round: it is the other one who gets it first.
    let mut rig = magnet(size);
    let mut other = rig.meet(WEBTORRENT);
    rig.say(&other, &rig.extended(None));
    rig.hear(&mut other);
    rig.say(&other, &rig.extended(Some(size as u32)));
    assert_eq!(asked(&rig.hear(&mut other)), [0, 1]);
}

#[test]
fn a_request_for_metadata_that_is_not_there_is_rejected() {
    for (mut rig, piece) in [(Rig::new(&Role::Seeder), 1), (Rig::new(&Role::Magnet), 0)] {
        let mut remote = rig.meet(LIBTORRENT);
        rig.say(&remote, &rig.extended(Some(5)));
        rig.hear(&mut remote);
        rig.say(&remote, &Message::Extended(1, MetadataMessage::Request { piece }.encode()));
        let reject = Message::Extended(9, MetadataMessage::Reject { piece }.encode());
        assert_eq!(rig.hear(&mut remote), [reject]);
    }
}

#[test]
fn our_own_kind_gets_the_metadata_with_the_first_words_and_asks_for_none_of_it() {
    let mut seeder = Rig::new(&Role::Seeder);
    let mut leecher = Rig::new(&Role::Magnet);
    let mut one = seeder.meet(OURS);
    let two = leecher.meet(OURS);
    let words = seeder.hear(&mut one);
    let mut bytes = Vec::new();
    words.iter().for_each(|word| word.encode(&mut bytes));
    let before = leecher.outputs.len();
    leecher.feed(Input::ChannelBytes(two.id, bytes));
    assert!(has_metadata(&leecher));
    let mut two = two;
    leecher.outputs.drain(..before).for_each(drop);
    let mut handshake = Vec::new();
    Handshake::new(leecher.hash(), PeerId::new(*OURS)).encode(&mut handshake);
    two.decoder.push(&handshake);
    let said = leecher.hear(&mut two);
    assert!(asked(&said).is_empty());
    assert_eq!(requests(&said).len(), 7, "the first requests leave in the same step: {said:?}");
}
