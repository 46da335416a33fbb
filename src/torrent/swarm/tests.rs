//! One engine and one hand-driven peer: what is said on the wire, and what is not.

use super::super::extension::{ExtendedHandshake, Extensions, MetadataMessage};
use super::super::tracker::{AnnounceReply, ClientMessage, OfferId, Relayed, TrackerMessage};
use super::super::wire::{BlockRequest, Decoder, Frame, Handshake, Message};
use super::super::{
    AddTorrent, Bitfield, Command, Config, ConnectionId, Event, Info, InfoBuilder, InfoHash, Input, Instant, Output,
    PeerId, Session, SocketId,
};

const LENGTH: usize = 100_000;
const WEBTORRENT: &[u8; 20] = b"-WW0300-abcdefghijkl";
const LIBTORRENT: &[u8; 20] = b"-LT2110-abcdefghijkl";

/// An engine with one torrent and an open tracker socket.
struct Rig {
    session: Session,
    now: u64,
    socket: SocketId,
    info: Info,
    bytes: Vec<u8>,
    outputs: Vec<Output>,
    strangers: u8,
}

/// The other end of one connection.
struct Remote {
    id: ConnectionId,
    decoder: Decoder,
    peer_id: [u8; 20],
}

enum Role {
    Seeder,
    Leecher,
    /// A leecher that knows nothing but the infohash.
    Magnet,
}

impl Rig {
    fn new(role: &Role) -> Self {
        let bytes: Vec<u8> = (0..LENGTH).map(|at| (at * 7 / 3) as u8).collect();
        let mut builder = InfoBuilder::new("memo.webm", LENGTH as u64);
        builder.push(&bytes);
        let info = builder.finish().expect("all bytes are in");
        let mut rig = Self {
            session: Session::new(Config::default(), 1),
            now: 0,
            socket: SocketId(0),
            info,
            bytes,
            outputs: Vec::new(),
            strangers: 0,
        };
        let add = AddTorrent {
            info_hash: rig.hash(),
            trackers: vec!["wss://tracker/".to_owned()],
            info: (!matches!(role, Role::Magnet)).then(|| rig.info.raw().to_vec()),
            have: matches!(role, Role::Seeder).then(|| Bitfield::full(rig.info.piece_count())),
            web_seeds: vec![],
        };
        rig.feed(Input::Command(Command::Add(add)));
        let opened = rig.outputs.iter().find_map(|output| match output {
            Output::OpenSocket(socket, url) if url == "wss://tracker" => Some(*socket),
            _ => None,
        });
        rig.socket = opened.expect("the tracker's socket is opened, without the last slash");
        rig.feed(Input::SocketOpened(rig.socket));
        rig
    }

    fn hash(&self) -> InfoHash {
        self.info.info_hash()
    }

    fn feed(&mut self, input: Input) {
        self.session.handle_input(Instant::from_millis(self.now), input).expect("no mistake of the caller");
        while let Some(output) = self.session.poll_output() {
            if let Output::ReadPiece(hash, piece) = output {
                let range = self.info.piece_range(piece);
                let bytes = self.bytes[range.start as usize..range.end as usize].to_vec();
                self.feed(Input::PieceRead(hash, piece, Some(bytes)));
            } else if let Output::WritePiece(hash, piece, bytes) = output {
                assert!(self.info.verify(piece, &bytes));
                self.feed(Input::PieceWritten(hash, piece, Ok(())));
            } else {
                self.outputs.push(output);
            }
        }
    }

    /// Jumps from wake-up to wake-up.
    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(at) = self.session.poll_timeout().filter(|at| at.as_millis() <= end) {
            self.now = self.now.max(at.as_millis());
            self.feed(Input::Timeout);
        }
        self.now = end;
    }

    /// Somebody offers a connection through the tracker, it opens, and both shake hands.
    fn meet(&mut self, peer_id: &[u8; 20]) -> Remote {
        self.strangers += 1;
        let offer = Relayed {
            info_hash: self.hash(),
            peer_id: PeerId::new([self.strangers; 20]),
            offer_id: OfferId::new([self.strangers; 20]),
            sdp: "v=0".to_owned(),
        };
        self.feed(Input::SocketMessage(self.socket, TrackerMessage::Offer(offer).to_json()));
        let accepted = self.outputs.iter().rev().find_map(|output| match output {
            Output::AcceptOffer(id, _) => Some(*id),
            _ => None,
        });
        let id = accepted.expect("the offer is accepted");
        self.feed(Input::AnswerReady(id, "v=0".to_owned()));
        self.feed(Input::ChannelOpened(id));
        let mut bytes = Vec::new();
        Handshake::new(self.hash(), PeerId::new(*peer_id)).encode(&mut bytes);
        self.feed(Input::ChannelBytes(id, bytes));
        Remote { id, decoder: Decoder::new(), peer_id: *peer_id }
    }

    fn say(&mut self, remote: &Remote, message: &Message) {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        self.feed(Input::ChannelBytes(remote.id, bytes));
    }

    /// What the engine said since the last time. Reports that everything left.
    fn hear(&mut self, remote: &mut Remote) -> Vec<Message> {
        let mut heard = Vec::new();
        self.outputs.retain(|output| match output {
            Output::Send(id, bytes) if *id == remote.id => {
                remote.decoder.push(bytes);
                false
            }
            _ => true,
        });
        while let Some(frame) = remote.decoder.next().expect("the engine keeps to the protocol") {
            heard.extend(match frame {
                Frame::Message(message) => Some(message),
                Frame::Handshake(_) => None,
            });
        }
        self.feed(Input::ChannelBuffered(remote.id, 0));
        heard
    }

    fn hung_up(&self, remote: &Remote) -> bool {
        self.outputs.iter().any(|output| matches!(output, Output::CloseConnection(id) if *id == remote.id))
    }

    fn extended(&self, metadata_size: Option<u32>) -> Message {
        let handshake = ExtendedHandshake {
            extensions: Extensions { ut_metadata: Some(9), lt_donthave: Some(8), upload_only: None },
            metadata_size,
            ..ExtendedHandshake::default()
        };
        Message::Extended(0, handshake.encode())
    }

    fn block(&self, request: BlockRequest) -> Message {
        let start = request.piece as usize * self.info.piece_length() as usize + request.begin as usize;
        let data = self.bytes[start..start + request.length as usize].to_vec();
        Message::Piece { piece: request.piece, begin: request.begin, data }
    }

    fn announces(&mut self) -> Vec<super::super::tracker::Announce> {
        let mut found = Vec::new();
        self.outputs.retain(|output| match output {
            Output::SendSocket(_, text) => {
                if let Ok(ClientMessage::Announce(announce)) = ClientMessage::parse(text) {
                    found.push(announce);
                }
                false
            }
            _ => true,
        });
        found
    }

    fn reply(&mut self, complete: u32, incomplete: u32) {
        let reply = AnnounceReply {
            info_hash: self.hash(),
            complete: Some(complete),
            incomplete: Some(incomplete),
            interval_s: Some(120),
            min_interval_s: None,
            warning: None,
            tracker_id: None,
        };
        self.feed(Input::SocketMessage(self.socket, TrackerMessage::Announce(reply).to_json()));
    }

    /// Every offer asked for is made.
    fn gather(&mut self) {
        let asked = |output: &Output| match output {
            Output::MakeOffer(id) => Some(*id),
            _ => None,
        };
        let ids: Vec<ConnectionId> = self.outputs.iter().filter_map(asked).collect();
        self.outputs.retain(|output| !matches!(output, Output::MakeOffer(_)));
        ids.into_iter().for_each(|id| self.feed(Input::OfferReady(id, "v=0".to_owned())));
    }
}

fn requests(messages: &[Message]) -> Vec<BlockRequest> {
    messages
        .iter()
        .filter_map(|message| if let Message::Request(request) = message { Some(*request) } else { None })
        .collect()
}

fn first_block() -> BlockRequest {
    BlockRequest { piece: 0, begin: 0, length: 16 * 1024 }
}

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
    assert!(!heard.contains(&Message::Interested), "nobody knows yet what there is to want");
    rig.hear(&mut two);
    let total_size = Some(rig.info.raw().len() as u32);
    let data = MetadataMessage::Data { piece: 0, total_size, data: rig.info.raw().to_vec() };
    rig.say(&one, &Message::Extended(1, data.encode()));
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Metadata(..)))));
    assert!(rig.hear(&mut one).contains(&Message::Interested), "what it said before is understood now");
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
fn the_window_is_filled_at_once_and_the_memo_completes() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    assert_eq!(asked.len(), LENGTH.div_ceil(16 * 1024), "a short memo is one window");
    asked.into_iter().for_each(|request| rig.say(&remote, &rig.block(request)));
    let done = |output: &Output| matches!(output, Output::Event(Event::Complete(_)));
    assert_eq!(rig.outputs.iter().filter(|output| done(output)).count(), 1);
    rig.wait(5_000);
    assert!(rig.hung_up(&remote), "both have everything");
}

#[test]
fn a_full_window_respects_the_reqq_of_the_peer() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    let handshake = ExtendedHandshake { reqq: Some(2), ..ExtendedHandshake::default() };
    rig.say(&remote, &Message::Extended(0, handshake.encode()));
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut remote)).len(), 2);
}

#[test]
fn at_the_end_a_second_peer_is_asked_and_the_first_one_cancelled() {
    let mut rig = Rig::new(&Role::Leecher);
    let (mut slow, mut fast) = (rig.meet(LIBTORRENT), rig.meet(WEBTORRENT));
    for remote in [&slow, &fast] {
        rig.say(remote, &Message::Unchoke);
        rig.say(remote, &Message::Bitfield(Bitfield::full(rig.info.piece_count()).as_bytes().to_vec()));
    }
    let (of_slow, of_fast) = (requests(&rig.hear(&mut slow)), requests(&rig.hear(&mut fast)));
    assert_eq!(of_slow.len(), LENGTH.div_ceil(16 * 1024), "all blocks are on their way");
    assert!(!of_fast.is_empty() && of_fast.iter().all(|request| of_slow.contains(request)), "{of_fast:?}");
    assert!(of_fast.len() < of_slow.len(), "not everything comes twice");
    rig.say(&fast, &rig.block(of_fast[0]));
    assert!(rig.hear(&mut slow).contains(&Message::Cancel(of_fast[0])));
}

#[test]
fn blocks_of_a_silent_peer_are_asked_of_others() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut silent = rig.meet(LIBTORRENT);
    rig.say(&silent, &Message::HaveAll);
    rig.say(&silent, &Message::Unchoke);
    assert!(!requests(&rig.hear(&mut silent)).is_empty());
    rig.wait(70_000);
    assert!(rig.hung_up(&silent));
    let mut other = rig.meet(WEBTORRENT);
    rig.say(&other, &Message::HaveAll);
    rig.say(&other, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut other)).len(), LENGTH.div_ceil(16 * 1024));
}

#[test]
fn a_choke_takes_all_requests_back_and_an_unchoke_asks_again() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let before = requests(&rig.hear(&mut remote));
    rig.say(&remote, &Message::Choke);
    before.iter().for_each(|request| rig.say(&remote, &Message::Reject(*request)));
    assert_eq!(requests(&rig.hear(&mut remote)), []);
    rig.say(&remote, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut remote)).len(), before.len());
}

#[test]
fn rejects_do_not_make_a_loop() {
    let mut rig = Rig::new(&Role::Leecher);
    let mut remote = rig.meet(LIBTORRENT);
    rig.say(&remote, &Message::HaveAll);
    rig.say(&remote, &Message::Unchoke);
    let asked = requests(&rig.hear(&mut remote));
    asked.iter().for_each(|request| rig.say(&remote, &Message::Reject(*request)));
    assert_eq!(requests(&rig.hear(&mut remote)), [], "not at once");
    rig.wait(1_500);
    assert!(!requests(&rig.hear(&mut remote)).is_empty(), "but a little later");
}

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
        let mut rng = super::super::rng::Rng::new(seed);
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

#[test]
fn the_first_announce_waits_for_its_offers_and_reports_what_is_left() {
    let mut rig = Rig::new(&Role::Magnet);
    assert!(rig.announces().is_empty(), "offers are being made");
    rig.gather();
    let sent = rig.announces();
    assert_eq!((sent.len(), sent[0].offers.len(), sent[0].left), (1, 5, 16_384));
    let mut rig = Rig::new(&Role::Magnet);
    rig.wait(2_000);
    assert_eq!(rig.announces().len(), 1, "offers that are never ready hold nothing up");
}

#[test]
fn a_push_that_a_seeder_is_there_is_answered_with_offers_at_once() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    rig.reply(0, 1);
    rig.wait(60_000);
    rig.gather();
    rig.announces();
    rig.reply(0, 1);
    rig.reply(1, 1);
    rig.gather();
    rig.wait(1_000);
    rig.gather();
    let sent = rig.announces();
    assert!(sent.iter().any(|announce| !announce.offers.is_empty() && announce.event.is_none()), "{sent:?}");
}

#[test]
fn a_seeder_that_nobody_reaches_makes_offers_to_the_listeners_it_hears_of() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.reply(1, 2);
    rig.wait(1_000);
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::MakeOffer(_))), "they may come by themselves");
    rig.wait(4_000);
    assert_eq!(rig.outputs.iter().filter(|output| matches!(output, Output::MakeOffer(_))).count(), 2);
    rig.gather();
    assert_eq!(rig.announces().last().map(|announce| announce.offers.len()), Some(2));
}

#[test]
fn a_new_socket_has_a_new_name_and_says_started_again() {
    let mut rig = Rig::new(&Role::Seeder);
    let first = rig.announces();
    rig.feed(Input::SocketClosed(rig.socket));
    rig.wait(1_500);
    let reopened = rig.outputs.iter().rev().find_map(|output| match output {
        Output::OpenSocket(socket, _) => Some(*socket),
        _ => None,
    });
    rig.feed(Input::SocketOpened(reopened.expect("it is tried again after a second")));
    let second = rig.announces();
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_eq!(first[0].event, second[0].event);
    assert_ne!(first[0].peer_id, second[0].peer_id);
}

#[test]
fn a_tracker_that_says_nothing_is_given_up() {
    let mut rig = Rig::new(&Role::Seeder);
    rig.reply(1, 0);
    rig.wait(310_000);
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::CloseSocket(socket) if *socket == rig.socket)));
}

#[test]
fn our_own_offer_is_not_accepted() {
    let mut rig = Rig::new(&Role::Seeder);
    let me = rig.announces()[0].peer_id;
    let offer = Relayed { info_hash: rig.hash(), peer_id: me, offer_id: OfferId::new([1; 20]), sdp: "v=0".to_owned() };
    rig.feed(Input::SocketMessage(rig.socket, TrackerMessage::Offer(offer).to_json()));
    assert!(!rig.outputs.iter().any(|output| matches!(output, Output::AcceptOffer(..))));
}

#[test]
fn of_two_connections_to_one_peer_one_stays() {
    let mut rig = Rig::new(&Role::Leecher);
    let (one, two) = (rig.meet(LIBTORRENT), rig.meet(LIBTORRENT));
    assert_ne!(rig.hung_up(&one), rig.hung_up(&two));
}

#[test]
fn a_seed_that_never_unchokes_does_not_end_the_search() {
    let mut rig = Rig::new(&Role::Leecher);
    rig.gather();
    rig.reply(1, 1);
    let idle = rig.meet(LIBTORRENT);
    rig.say(&idle, &Message::HaveAll);
    rig.announces();
    for _ in 0..6 {
        rig.wait(10_000);
        rig.gather();
    }
    assert!(rig.announces().iter().any(|announce| !announce.offers.is_empty()), "others may be better");
}
