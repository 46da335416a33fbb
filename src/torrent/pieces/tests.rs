//! The table of pieces, asked and fed by hand.

use super::super::InfoBuilder;
use super::*;

const HERE: ConnectionId = ConnectionId(1);
const THERE: ConnectionId = ConnectionId(2);

/// What `from` is asked for, block by block.
fn ask(pieces: &mut Pieces, from: ConnectionId, blocks: usize, offers: impl Fn(u32) -> bool) -> Vec<BlockRequest> {
    pieces.ask(&mut Wish { peer: from, blocks, longest: BLOCK_LEN, alone: false }, &[], offers)
}

fn peer(name: u8) -> PeerId {
    PeerId::new([name; 20])
}

/// Four pieces of four blocks, and all their bytes.
fn table() -> (Pieces, Vec<u8>) {
    let bytes: Vec<u8> = (0..16 * BLOCK_LEN).map(|at| (at / 7) as u8).collect();
    let mut builder = InfoBuilder::new("memo", bytes.len() as u64).piece_length(4 * BLOCK_LEN);
    builder.push(&bytes);
    (Pieces::new(builder.finish().expect("all is in"), None, None, &mut Rng::new(1)), bytes)
}

fn block(bytes: &[u8], request: BlockRequest) -> Vec<u8> {
    let start = (request.piece * 4 * BLOCK_LEN + request.begin) as usize;
    bytes[start..start + request.length as usize].to_vec()
}

#[test]
fn who_began_a_piece_finishes_it_and_no_block_is_asked_for_twice() {
    let (mut pieces, _) = table();
    let first = ask(&mut pieces, HERE, 2, |_| true);
    let second = ask(&mut pieces, THERE, 2, |_| true);
    assert_ne!(first[0].piece, second[0].piece, "each begins its own, so that a lie has one liar");
    assert_eq!(ask(&mut pieces, HERE, 2, |_| true)[0].piece, first[0].piece, "and goes on with it");
    let rest = ask(&mut pieces, HERE, 100, |_| true);
    assert_eq!(rest.last().map(|request| request.piece), Some(second[0].piece), "in the end it helps with others");
    assert_eq!(first.len() + second.len() + 2 + rest.len(), 16);
    assert_eq!(ask(&mut pieces, THERE, 100, |_| true), []);
}

#[test]
fn the_rarest_piece_is_begun_first_unless_somebody_listens_elsewhere() {
    let (mut pieces, _) = table();
    for index in [0, 1, 3] {
        pieces.count(index, true);
    }
    assert_eq!(ask(&mut pieces, HERE, 1, |_| true)[0].piece, 2);
    pieces.want_soon(u64::from(13 * BLOCK_LEN)..u64::from(14 * BLOCK_LEN));
    assert_eq!(ask(&mut pieces, HERE, 1, |_| true)[0].piece, 3);
    assert_eq!(ask(&mut pieces, HERE, 1, |index| index == 1)[0].piece, 1, "only what the peer offers");
}

#[test]
fn a_whole_piece_is_true_or_names_its_liar() {
    let (mut pieces, bytes) = table();
    let requests = ask(&mut pieces, HERE, 4, |_| true);
    for request in &requests[..3] {
        let arrival = pieces.receive(HERE, peer(1), request.piece, request.begin, block(&bytes, *request));
        assert!(matches!(arrival, Arrival::Block { .. }), "{arrival:?}");
    }
    let last = requests[3];
    let mut false_block = block(&bytes, last);
    false_block[0] ^= 1;
    let arrival = pieces.receive(HERE, peer(1), last.piece, last.begin, false_block);
    assert!(matches!(arrival, Arrival::Corrupt { liar: Some(liar), .. } if liar == peer(1)), "{arrival:?}");
    assert!(pieces.wants(last.piece));
}

#[test]
fn a_piece_of_two_senders_that_is_false_comes_from_one_next_and_the_liar_is_found() {
    let (mut pieces, bytes) = table();
    let requests = ask(&mut pieces, HERE, 4, |index| index == 0);
    for (number, request) in requests.iter().enumerate() {
        let mut data = block(&bytes, *request);
        data[9] ^= u8::from(number == 2);
        let (from, sender) = if number == 2 { (THERE, peer(2)) } else { (HERE, peer(1)) };
        pieces.receive(from, sender, request.piece, request.begin, data);
    }
    let again = ask(&mut pieces, HERE, 2, |index| index == 0);
    assert_eq!(again.len(), 2);
    assert_eq!(ask(&mut pieces, THERE, 4, |index| index == 0), [], "it is not mixed again");
    let rest = ask(&mut pieces, HERE, 4, |index| index == 0);
    let arrivals: Vec<Arrival> = again
        .iter()
        .chain(&rest)
        .map(|request| pieces.receive(HERE, peer(1), 0, request.begin, block(&bytes, *request)))
        .collect();
    let Some(Arrival::Verified { liars, .. }) = arrivals.last() else { panic!("{arrivals:?}") };
    assert_eq!(*liars, BTreeSet::from([peer(2)]));
}

#[test]
fn what_the_only_sender_leaves_half_done_is_for_the_next_one() {
    let (mut pieces, bytes) = table();
    for (number, request) in ask(&mut pieces, HERE, 4, |index| index == 0).into_iter().enumerate() {
        let mut data = block(&bytes, request);
        data[0] ^= u8::from(number == 0);
        pieces.receive(if number < 2 { HERE } else { THERE }, peer(number as u8 / 2), 0, request.begin, data);
    }
    let half = ask(&mut pieces, HERE, 2, |index| index == 0);
    half.iter().for_each(|request| {
        pieces.receive(HERE, peer(0), 0, request.begin, block(&bytes, *request));
    });
    pieces.release(HERE);
    assert_eq!(ask(&mut pieces, THERE, 4, |index| index == 0).len(), 4, "all of it, from one");
}

#[test]
fn blocks_of_a_wrong_shape_are_not_taken() {
    let (mut pieces, bytes) = table();
    let request = ask(&mut pieces, HERE, 1, |index| index == 0)[0];
    let good = block(&bytes, request);
    for (index, begin, data) in [(0, 1, &good[..]), (0, 0, &good[1..]), (9, 0, &good[..]), (1, 0, &good[..])] {
        let arrival = pieces.receive(HERE, peer(1), index, begin, data.to_vec());
        assert!(matches!(arrival, Arrival::Unwanted), "{index} {begin} {}", data.len());
    }
    assert!(matches!(pieces.receive(HERE, peer(1), 0, 0, good.clone()), Arrival::Block { .. }));
    assert!(matches!(pieces.receive(HERE, peer(1), 0, 0, good.clone()), Arrival::Unwanted), "twice");
}

#[test]
fn storage_decides_what_is_had_and_lost_pieces_are_missing_again() {
    let (mut pieces, bytes) = table();
    let mut verified = None;
    for request in ask(&mut pieces, HERE, 4, |index| index == 3) {
        if let Arrival::Verified { piece, .. } = pieces.receive(HERE, peer(1), 3, request.begin, block(&bytes, request))
        {
            verified = Some(piece);
        }
    }
    let piece = verified.expect("all four blocks are true");
    assert!(!pieces.wants(3) && !pieces.have().get(3), "it is being written");
    assert!(pieces.written(piece, true) && !pieces.written(piece, true));
    assert_eq!((pieces.have_bytes(), pieces.held_bytes()), (u64::from(4 * BLOCK_LEN), 0));
    assert!(pieces.lost(piece) && pieces.wants(3));
    assert_eq!(pieces.have_bytes(), 0);
}

#[test]
fn a_request_is_as_long_as_the_peer_answers_and_ends_with_its_piece() {
    let (mut pieces, bytes) = table();
    let mut wish = Wish { peer: HERE, blocks: 7, longest: 3 * BLOCK_LEN, alone: false };
    let asked = pieces.ask(&mut wish, &[2, 0], |_| true);
    let shape: Vec<_> = asked.iter().map(|it| (it.piece, it.begin / BLOCK_LEN, it.blocks())).collect();
    assert_eq!(shape, [(2, 0, 3), (2, 3, 1), (0, 0, 3)], "what is suggested comes first");
    let arrival = pieces.receive(HERE, peer(1), 2, 0, block(&bytes, asked[0]));
    assert!(matches!(arrival, Arrival::Block { .. }), "{arrival:?}");
    let arrival = pieces.receive(HERE, peer(1), 2, asked[1].begin, block(&bytes, asked[1]));
    assert!(matches!(arrival, Arrival::Verified { honest: Some(honest), .. } if honest == peer(1)), "{arrival:?}");
    pieces.give_back(HERE, asked[2]);
    assert_eq!(ask(&mut pieces, THERE, 3, |index| index == 0).len(), 3, "all three blocks are for others");
}

#[test]
fn whoever_is_on_parole_gets_whole_pieces_that_nobody_else_has_a_part_in() {
    let (mut pieces, _) = table();
    ask(&mut pieces, HERE, 2, |index| index < 2);
    let mut wish = Wish { peer: THERE, blocks: 100, longest: BLOCK_LEN, alone: true };
    let alone = pieces.ask(&mut wish, &[], |index| index < 2);
    assert_eq!(alone.len(), 4);
    assert_eq!(ask(&mut pieces, HERE, 100, |index| index < 2).len(), 2, "nothing of the other's piece");
    let mut wish = Wish { peer: HERE, blocks: 100, longest: BLOCK_LEN, alone: false };
    assert_eq!(pieces.ask_copies(&mut wish, alone[0]), [], "not even at the end");
}

#[test]
fn a_block_that_others_were_asked_for_is_copied_once() {
    let (mut pieces, bytes) = table();
    let asked = ask(&mut pieces, HERE, 4, |index| index == 0);
    let copy = |pieces: &mut Pieces, peer: u64| {
        let mut wish = Wish { peer: ConnectionId(peer), blocks: 1, longest: BLOCK_LEN, alone: false };
        pieces.ask_copies(&mut wish, asked[0])
    };
    assert_eq!(copy(&mut pieces, 2), [asked[0]]);
    assert_eq!((copy(&mut pieces, 2), copy(&mut pieces, 3)), (vec![], vec![]), "two are enough");
    let arrival = pieces.receive(THERE, peer(2), 0, 0, block(&bytes, asked[0]));
    assert!(matches!(&arrival, Arrival::Block { others } if *others == [HERE]), "{arrival:?}");
    assert!(pieces.is_here(asked[0]) && !pieces.is_here(asked[1]));
}

#[test]
fn equally_rare_pieces_of_one_record_are_asked_for_together() {
    let length = 64 * 64 * 1024;
    let mut builder = InfoBuilder::new("memo", length).piece_length(64 * 1024);
    builder.push(&vec![1; length as usize]);
    let mut pieces = Pieces::new(builder.finish().expect("all is in"), None, None, &mut Rng::new(3));
    let order: Vec<u32> = ask(&mut pieces, HERE, 64 * 4, |_| true).iter().map(|it| it.piece).step_by(4).collect();
    assert!(order.chunks(4).all(|run| run[0] % 4 == 0 && run.windows(2).all(|pair| pair[1] == pair[0] + 1)));
    assert_ne!(order[0], 0, "but not from the beginning: others do that, too");
}
