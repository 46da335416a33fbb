//! One engine and a few hand-driven peers: what is said on the wire, and what is not.

mod bad_peers;
mod download;
mod limiter;
mod meeting;
mod metadata;
mod select;
mod trackers;
mod upload;
mod web_seeds;
mod wire;

use super::super::extension::{ExtendedHandshake, Extensions};
use super::super::tracker::{AnnounceReply, ClientMessage, OfferId, Relayed, TrackerMessage};
use super::super::wire::{BlockRequest, Decoder, Frame, Handshake, Message};
use super::super::{
    AddTorrent, Bitfield, Command, Config, ConnectionId, Info, InfoBuilder, InfoHash, Input, Instant, Output, PeerId,
    PieceIndex, Session, SocketId,
};

const LENGTH: usize = 100_000;
const WEBTORRENT: &[u8; 20] = b"-WW0300-abcdefghijkl";
const OURS: &[u8; 20] = b"-VM0100-abcdefghijkl";
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
    /// Reads are noted and not answered.
    holds_reads: bool,
    reads: Vec<PieceIndex>,
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
    /// A memo of seven pieces of one block each.
    fn new(role: &Role) -> Self {
        Self::of(role, LENGTH, 16 * 1024)
    }

    /// A memo of 64 pieces of 64 KiB.
    fn large(role: &Role) -> Self {
        Self::of(role, 4 << 20, 64 * 1024)
    }

    fn of(role: &Role, length: usize, piece_length: u32) -> Self {
        Self::with_card(role, length, piece_length, 0)
    }

    /// A memo whose metadata carries so many bytes more, all of them "ee".
    fn with_card(role: &Role, length: usize, piece_length: u32, card: usize) -> Self {
        let bytes: Vec<u8> = (0..length).map(|at| (at * 7 / 3) as u8 ^ (at >> 16) as u8).collect();
        let mut builder = InfoBuilder::new("memo.webm", length as u64).piece_length(piece_length);
        if card > 0 {
            builder = builder.extra("card", [format!("{card}:").into_bytes(), vec![b'e'; card]].concat());
        }
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
            holds_reads: false,
            reads: Vec::new(),
        };
        let add = AddTorrent {
            trackers: vec!["wss://tracker/".to_owned()],
            info: (!matches!(role, Role::Magnet)).then(|| rig.info.raw().to_vec()),
            have: matches!(role, Role::Seeder).then(|| Bitfield::full(rig.info.piece_count())),
            ..AddTorrent::new(rig.hash())
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
                self.reads.push(piece);
                if self.holds_reads {
                    continue;
                }
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
        let handshake = Handshake::new(self.hash(), PeerId::new(*peer_id));
        self.meet_with(handshake)
    }

    /// A seed that serves us.
    fn meet_sender(&mut self, peer_id: &[u8; 20]) -> Remote {
        let remote = self.meet(peer_id);
        self.let_serve(&remote);
        remote
    }

    /// A seed in the same room, which serves us: it takes up an offer of ours and answers at once.
    fn meet_nearby(&mut self, peer_id: &[u8; 20]) -> Remote {
        self.gather();
        let offers = self.announces().into_iter().flat_map(|announce| announce.offers);
        let offer_id = offers.map(|offer| offer.offer_id).next().expect("a leecher makes offers");
        self.strangers += 1;
        let answer = Relayed {
            info_hash: self.hash(),
            peer_id: PeerId::new([self.strangers; 20]),
            offer_id,
            sdp: "v=0".to_owned(),
        };
        self.feed(Input::SocketMessage(self.socket, TrackerMessage::Answer(answer).to_json()));
        let accepted = self.outputs.iter().rev().find_map(|output| match output {
            Output::AcceptAnswer(id, _) => Some(*id),
            _ => None,
        });
        let handshake = Handshake::new(self.hash(), PeerId::new(*peer_id));
        let remote = self.open(accepted.expect("the answer is accepted"), &handshake);
        self.let_serve(&remote);
        remote
    }

    /// It has everything and serves us.
    fn let_serve(&mut self, remote: &Remote) {
        self.say(remote, &Message::Bitfield(Bitfield::full(self.info.piece_count()).as_bytes().to_vec()));
        self.say(remote, &Message::Unchoke);
    }

    fn meet_with(&mut self, handshake: Handshake) -> Remote {
        let id = self.accept();
        self.open(id, &handshake)
    }

    /// Somebody offers a connection through the tracker, and is answered.
    fn accept(&mut self) -> ConnectionId {
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
        id
    }

    /// The channel opens, and both shake hands.
    fn open(&mut self, id: ConnectionId, handshake: &Handshake) -> Remote {
        self.feed(Input::ChannelOpened(id));
        let mut bytes = Vec::new();
        handshake.encode(&mut bytes);
        self.feed(Input::ChannelBytes(id, bytes));
        Remote { id, decoder: Decoder::new(), peer_id: *handshake.peer_id.as_bytes() }
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

    /// Answers everything that is asked of these peers until nothing more is.
    fn serve(&mut self, remotes: &mut [Remote]) {
        loop {
            let mut any = false;
            for remote in remotes.iter_mut() {
                for request in requests(&self.hear(remote)) {
                    any = true;
                    self.say(remote, &self.block(request));
                }
            }
            if !any {
                return;
            }
        }
    }

    fn is_complete(&self) -> bool {
        self.session.status(&self.hash()).is_some_and(|status| status.have_bytes == self.bytes.len() as u64)
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

fn blocks(messages: &[Message]) -> Vec<&Message> {
    messages.iter().filter(|message| matches!(message, Message::Piece { .. })).collect()
}

fn first_block() -> BlockRequest {
    BlockRequest { piece: 0, begin: 0, length: 16 * 1024 }
}
