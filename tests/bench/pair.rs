//! Two engines in one thread, everything between them moved through memory: no network, no storage, no clock.

use std::collections::VecDeque;

use voice_memos::torrent::tracker::{ClientMessage, Relayed, TrackerMessage};
use voice_memos::torrent::wire::BLOCK_LEN;
use voice_memos::torrent::{
    AddTorrent, Bitfield, Command, Config, ConnectionId, Event, Info, InfoBuilder, InfoHash, Input, Instant, Output,
    PieceIndex, Session, SocketId,
};

pub(crate) const MIB: usize = 1024 * 1024;

/// What is moved, in MiB, and its pieces, in KiB: the first and the third as the app cuts them, the others as torrents of others are.
pub(crate) const MEMOS: [(usize, u32); 4] = [(1, 32), (8, 128), (32, 256), (8, 16)];

const TRACKER: &str = "wss://tracker";

/// Inputs that come within one millisecond of the engine's clock: a fast channel.
const STEPS_PER_MS: u64 = 64;

/// Something to move: its description and its bytes.
pub(crate) struct Content {
    pub(crate) info: Info,
    pub(crate) bytes: Vec<u8>,
}

impl Content {
    /// Bytes of this length that do not repeat soon, cut into pieces of that length.
    pub(crate) fn of(length: usize, piece_length: u32) -> Self {
        let bytes: Vec<u8> = (0..length).map(|at| (at ^ (at >> 8) ^ (at >> 15)) as u8).collect();
        let mut builder = InfoBuilder::new("memo.webm", length as u64).piece_length(piece_length);
        builder.push(&bytes);
        Self { info: builder.finish().expect("all bytes are in"), bytes }
    }

    /// How many blocks it takes.
    pub(crate) fn blocks(&self) -> u64 {
        (self.bytes.len() as u64).div_ceil(u64::from(BLOCK_LEN))
    }

    fn hash(&self) -> InfoHash {
        self.info.info_hash()
    }

    fn piece(&self, piece: PieceIndex) -> Vec<u8> {
        let range = self.info.piece_range(piece);
        self.bytes[range.start as usize..range.end as usize].to_vec()
    }
}

/// A sender and a listener, introduced to each other, with not a byte of content moved yet.
pub(crate) struct Pair<'c> {
    content: &'c Content,
    sessions: [Session; 2],
    sockets: [Option<SocketId>; 2],
    connections: [Option<ConnectionId>; 2],
    /// What is to be fed, in order, and to whom.
    inputs: VecDeque<(usize, Input)>,
    /// What the sender's storage answers. Made beforehand, so that it is not counted as the engine's.
    pieces: Vec<Option<Vec<u8>>>,
    complete: bool,
    /// Inputs fed so far.
    pub(crate) steps: u64,
    /// Pieces that the sender read more than once.
    pub(crate) read_again: u64,
}

const SENDER: usize = 0;
const LISTENER: usize = 1;

impl<'c> Pair<'c> {
    /// Both have met; the listener knows the metadata and is about to ask.
    pub(crate) fn meet(content: &'c Content) -> Self {
        let mut pair = Self {
            content,
            sessions: [1, 2].map(|seed| Session::new(Config::default(), seed)),
            sockets: [None; 2],
            connections: [None; 2],
            inputs: VecDeque::with_capacity(1024),
            pieces: content.info.pieces().map(|piece| Some(content.piece(piece))).collect(),
            complete: false,
            steps: 0,
            read_again: 0,
        };
        for device in [SENDER, LISTENER] {
            let all = Bitfield::full(content.info.piece_count());
            let add = AddTorrent {
                trackers: vec![TRACKER.to_owned()],
                info: Some(content.info.raw().to_vec()),
                have: (device == SENDER).then_some(all),
                ..AddTorrent::new(content.hash())
            };
            pair.inputs.push_back((device, Input::Command(Command::Add(add))));
        }
        while pair.connections.contains(&None) {
            pair.step();
        }
        pair
    }

    /// Moves everything.
    pub(crate) fn run(&mut self) {
        while !self.complete {
            self.step();
        }
    }

    /// Feeds one input and performs what comes out.
    fn step(&mut self) {
        let (device, input) = self.inputs.pop_front().expect("there is always something on its way until all is done");
        let now = Instant::from_millis(1_000 + self.steps / STEPS_PER_MS);
        self.sessions[device].handle_input(now, input).expect("no mistake of the caller");
        self.steps += 1;
        let mut sent = None;
        while let Some(output) = self.sessions[device].poll_output() {
            if let Output::Send(id, _) = &output {
                sent = Some(*id);
            }
            self.perform(device, output);
        }
        // The channel takes whatever it is given at once.
        if let Some(id) = sent {
            self.inputs.push_back((device, Input::ChannelBuffered(id, 0)));
        }
    }

    fn perform(&mut self, device: usize, output: Output) {
        let other = 1 - device;
        match output {
            Output::OpenSocket(socket, _) => {
                self.sockets[device] = Some(socket);
                self.inputs.push_back((device, Input::SocketOpened(socket)));
            }
            Output::SendSocket(_, text) => self.relay(other, &text),
            Output::MakeOffer(id) => self.inputs.push_back((device, Input::OfferReady(id, "v=0".to_owned()))),
            Output::AcceptOffer(id, _) => {
                self.connections[device] = Some(id);
                self.inputs.push_back((device, Input::AnswerReady(id, "v=0".to_owned())));
            }
            Output::AcceptAnswer(id, _) => {
                self.connections[device] = Some(id);
                for end in [SENDER, LISTENER] {
                    if let Some(id) = self.connections[end] {
                        self.inputs.push_back((end, Input::ChannelOpened(id)));
                    }
                }
            }
            Output::Send(id, bytes) if self.connections[device] == Some(id) => {
                if let Some(id) = self.connections[other] {
                    self.inputs.push_back((other, Input::ChannelBytes(id, bytes)));
                }
            }
            Output::ReadPiece(torrent, piece) => {
                let bytes = self.read(piece);
                self.inputs.push_back((device, Input::PieceRead(torrent, piece, bytes)));
            }
            Output::WritePiece(torrent, piece, _) => {
                self.inputs.push_back((device, Input::PieceWritten(torrent, piece, Ok(()))));
            }
            Output::Event(Event::Complete(_)) => self.complete = true,
            _ => {}
        }
    }

    /// What storage answers. A second read of a piece costs memory, as it does in a browser.
    fn read(&mut self, piece: PieceIndex) -> Option<Vec<u8>> {
        let prepared = self.pieces[piece.get() as usize].take();
        if prepared.is_none() {
            self.read_again += 1;
        }
        prepared.or_else(|| Some(self.content.piece(piece)))
    }

    /// The tracker: an offer of the listener goes to the sender, the first one only, and its answer back.
    fn relay(&mut self, to: usize, text: &str) {
        let message = match ClientMessage::parse(text).expect("the engine keeps to the protocol") {
            ClientMessage::Announce(announce) if to == SENDER && self.connections[SENDER].is_none() => {
                let Some(offer) = announce.offers.into_iter().next() else { return };
                TrackerMessage::Offer(Relayed {
                    info_hash: self.content.hash(),
                    peer_id: announce.peer_id,
                    offer_id: offer.offer_id,
                    sdp: offer.sdp,
                })
            }
            ClientMessage::Answer(answer) => TrackerMessage::Answer(Relayed {
                info_hash: self.content.hash(),
                peer_id: answer.peer_id,
                offer_id: answer.offer_id,
                sdp: answer.sdp,
            }),
            _ => return,
        };
        let socket = self.sockets[to].expect("both are at the tracker");
        self.inputs.push_back((to, Input::SocketMessage(socket, message.to_json())));
    }
}
