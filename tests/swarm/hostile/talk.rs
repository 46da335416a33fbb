//! What a hostile peer says on one channel.

use std::collections::VecDeque;

use voice_memos::torrent::extension::{self, ExtendedHandshake, Extensions, METADATA_PIECE_LEN, MetadataMessage};
use voice_memos::torrent::wire::{BLOCK_LEN, BlockRequest, Decoder, Frame, Handshake, Message};
use voice_memos::torrent::{InfoHash, MAX_INFO_LEN, PeerId};

use super::Manner;
use crate::chance::Chance;
use crate::content::Content;

/// The number under which it wants to be sent `ut_metadata`.
const OUR_UT_METADATA: u8 = 7;

/// Requests, haves and the like that go out in one go.
const BATCH: u32 = 2_000;

/// Batches of one flood; one more changes nothing.
const MOST_BATCHES: u32 = 40;

/// Bytes that are said in one go; what is asked beyond is dropped.
const MOST_SAID: usize = 10 * 1024 * 1024;

/// One channel to one victim.
pub(super) struct Talk {
    manner: Manner,
    content: Content,
    decoder: Decoder,
    /// The victim's numbers for the extensions.
    extensions: Extensions,
    /// Bytes of blocks that went out.
    sent: u64,
    /// Pieces that the victim told of.
    their_pieces: u32,
    /// Requests that wait for their turn, with those that trickle.
    waiting: VecDeque<BlockRequest>,
    trickling: Vec<u8>,
    ticks: u32,
    pub(super) tick_at: Option<u64>,
    pub(super) said: Vec<u8>,
    pub(super) hangs_up: bool,
    pub(super) is_let_in: bool,
    pub(super) false_blocks: u32,
}

impl Talk {
    pub(super) fn open(manner: Manner, content: Content, wire_id: PeerId, now: u64, chance: &mut Chance) -> Self {
        let mut talk = Self {
            manner,
            content,
            decoder: Decoder::new(),
            extensions: Extensions::default(),
            sent: 0,
            their_pieces: 0,
            waiting: VecDeque::new(),
            trickling: Vec::new(),
            ticks: 0,
            tick_at: None,
            said: Vec::new(),
            hangs_up: false,
            is_let_in: false,
            false_blocks: 0,
        };
        match manner {
            Manner::Mute | Manner::Mirrors => {}
            Manner::Garbage => {
                let length = 1 + chance.below(5_000);
                talk.said = chance.bytes(length);
            }
            Manner::OtherTorrent => talk.greet(InfoHash::new(chance.id()), wire_id, true),
            _ => talk.greet(talk.content.info_hash(), wire_id, manner != Manner::FastUnsaid),
        }
        talk.tick_at = talk.pause().map(|pause| now + pause);
        talk
    }

    fn greet(&mut self, torrent: InfoHash, name: PeerId, fast: bool) {
        let mut handshake = Handshake::new(torrent, name);
        if !fast {
            handshake.reserved[7] = 0;
        }
        handshake.encode(&mut self.said);
    }

    pub(super) fn hear(&mut self, now: u64, bytes: &[u8], chance: &mut Chance) {
        self.decoder.push(bytes);
        while let Ok(Some(frame)) = self.decoder.next() {
            match frame {
                Frame::Handshake(handshake) => self.greeted(&handshake, chance),
                Frame::Message(message) => {
                    self.is_let_in = true;
                    self.told(message, chance);
                }
            }
        }
        if self.tick_at.is_none() {
            self.tick_at = self.pause().map(|pause| now + pause);
        }
    }

    /// The victim's handshake is in.
    fn greeted(&mut self, theirs: &Handshake, chance: &mut Chance) {
        match self.manner {
            Manner::Mute | Manner::SilentAfterHandshake | Manner::Garbage | Manner::OtherTorrent => {}
            Manner::Mirrors => self.greet(theirs.info_hash, theirs.peer_id, true),
            Manner::GarbageLater => {
                let length = 1 + chance.below(5_000);
                self.said.extend(chance.bytes(length));
            }
            Manner::HugeMessage => self.said.extend([0xff, 0xff, 0xff, 0xff, 20, 0, 1, 2, 3]),
            Manner::AbsurdPieces => self.say_absurd_pieces(chance),
            manner if manner.leeches() => {
                self.say_extensions(None);
                self.say(&Message::HaveNone);
                self.say(&Message::Interested);
            }
            manner => {
                let size = match manner {
                    Manner::MetadataHuge => u32::MAX,
                    Manner::MetadataZeros => MAX_INFO_LEN as u32,
                    _ => self.content.info.raw().len() as u32,
                };
                self.say_extensions(Some(size));
                self.say(&Message::HaveAll);
                if manner != Manner::NeverUnchokes {
                    self.say(&Message::Unchoke);
                }
                self.say(&Message::Interested);
            }
        }
    }

    fn say(&mut self, message: &Message) {
        message.encode(&mut self.said);
    }

    fn say_extensions(&mut self, metadata_size: Option<u32>) {
        let extensions = Extensions { ut_metadata: Some(OUR_UT_METADATA), lt_donthave: Some(3), upload_only: None };
        let handshake = ExtendedHandshake { extensions, metadata_size, ..ExtendedHandshake::default() };
        self.say(&Message::Extended(0, handshake.encode()));
    }

    fn say_absurd_pieces(&mut self, chance: &mut Chance) {
        let count = self.content.info.piece_count();
        match chance.between(0, 3) {
            0 => self.say(&Message::Have(count + chance.between(0, 1_000) as u32)),
            1 => self.say(&Message::Have(u32::MAX)),
            2 => self.say(&Message::Bitfield(vec![0xff; count as usize / 8 + 2])),
            _ => self.say(&Message::AllowedFast(u32::MAX)),
        }
    }

    fn told(&mut self, message: Message, chance: &mut Chance) {
        match message {
            Message::Extended(0, payload) => {
                if let Ok(said) = ExtendedHandshake::parse(&payload) {
                    self.extensions.update(said.extensions);
                }
            }
            Message::Extended(OUR_UT_METADATA, payload) => {
                if let Ok(MetadataMessage::Request { piece }) = MetadataMessage::parse(&payload) {
                    self.serve_metadata(piece);
                }
            }
            Message::Have(_) => self.their_pieces += 1,
            Message::Bitfield(bits) => self.their_pieces = bits.iter().map(|byte| byte.count_ones()).sum(),
            Message::Request(request) => self.serve(request, chance),
            Message::Cancel(request) => self.waiting.retain(|waiting| *waiting != request),
            Message::Unchoke if self.manner.leeches() => self.flood(chance),
            _ => {}
        }
    }

    fn serve_metadata(&mut self, piece: u32) {
        let Some(number) = self.extensions.ut_metadata else { return };
        let raw = self.content.info.raw();
        let total = raw.len() as u32;
        let truth = raw.chunks(METADATA_PIECE_LEN as usize).nth(piece as usize).unwrap_or_default().to_vec();
        let (total_size, data) = match self.manner {
            Manner::MetadataSilence => return,
            Manner::MetadataRejected => {
                return self.say(&Message::Extended(number, MetadataMessage::Reject { piece }.encode()));
            }
            Manner::MetadataZeros => (Some(MAX_INFO_LEN as u32), vec![0; METADATA_PIECE_LEN as usize]),
            Manner::MetadataWrongTotal => (Some(total + 1), truth),
            Manner::MetadataFalse => (Some(total), truth.iter().map(|byte| byte ^ 1).collect()),
            _ => (Some(total), truth),
        };
        self.say(&Message::Extended(number, MetadataMessage::Data { piece, total_size, data }.encode()));
    }

    fn serve(&mut self, request: BlockRequest, chance: &mut Chance) {
        if self.said.len() > MOST_SAID {
            return;
        }
        match self.manner {
            Manner::SilentAfterUnchoke | Manner::NeverUnchokes => {}
            Manner::Trickles | Manner::TricklesBytes | Manner::FlapsChoke => self.waiting.push_back(request),
            Manner::Rejects => self.say(&Message::Reject(request)),
            Manner::DropsHalf if chance.percent(50) => {}
            Manner::HangsUp => {
                self.send_block(request, false);
                self.hangs_up = true;
            }
            Manner::WrongLengths => self.send_crooked(request, chance),
            Manner::Unsolicited => {
                let piece = chance.below(self.content.info.piece_count() as usize) as u32;
                self.send_block(BlockRequest { piece, begin: 0, length: request.length }, false);
                if chance.percent(50) {
                    self.send_block(request, false);
                }
            }
            _ => {
                // Some do not tell of their pieces; then what was sent from here has to do.
                self.sent += u64::from(request.length);
                let nearly_all = self.their_pieces * 10 >= self.content.info.piece_count() * 8
                    || self.sent * 10 >= self.content.info.total_length() * 4;
                let lies = match self.manner {
                    Manner::Corrupts => true,
                    Manner::CorruptsSometimes => chance.percent(20),
                    Manner::CorruptsAtTheEnd => nearly_all,
                    _ => false,
                };
                self.send_block(request, lies);
            }
        }
    }

    fn send_block(&mut self, request: BlockRequest, lies: bool) {
        let Some(truth) = self.content.block(request) else { return };
        let mut data = truth.to_vec();
        if lies && let Some(byte) = data.last_mut() {
            *byte ^= 0x55;
            self.false_blocks += 1;
        }
        self.say(&Message::Piece { piece: request.piece, begin: request.begin, data });
    }

    /// A block that is not what was asked for, in one way or another.
    fn send_crooked(&mut self, request: BlockRequest, chance: &mut Chance) {
        let BlockRequest { piece, begin, length } = request;
        let mut data = self.content.block(request).unwrap_or_default().to_vec();
        match chance.between(0, 3) {
            0 => data.truncate(length as usize / 2),
            1 => data.push(0),
            2 => return self.say(&Message::Piece { piece, begin: begin.wrapping_add(1), data }),
            _ => data.clear(),
        }
        self.say(&Message::Piece { piece, begin, data });
    }

    /// How long until it does something of its own accord again.
    fn pause(&self) -> Option<u64> {
        let flooding = self.ticks < MOST_BATCHES;
        match self.manner {
            Manner::FloodsRequests
            | Manner::NeverReads
            | Manner::FloodsHaves
            | Manner::FlapsAvailability
            | Manner::FloodsHandshakes
            | Manner::FloodsMetadataRequests
            | Manner::FloodsNothing => flooding.then_some(200),
            Manner::AbsurdRequests => flooding.then_some(100),
            Manner::FlapsChoke => Some(50),
            Manner::Trickles => Some(7_000),
            Manner::TricklesBytes => Some(1_000),
            _ => None,
        }
    }

    pub(super) fn tick(&mut self, now: u64, chance: &mut Chance) {
        self.ticks += 1;
        self.tick_at = self.pause().map(|pause| now + pause);
        if !self.is_let_in {
            return;
        }
        match self.manner {
            Manner::Trickles => {
                if let Some(request) = self.waiting.pop_front() {
                    self.send_block(request, false);
                }
            }
            Manner::TricklesBytes => self.trickle(),
            Manner::FlapsChoke => {
                let waiting = std::mem::take(&mut self.waiting);
                if self.ticks.is_multiple_of(2) {
                    self.say(&Message::Choke);
                    waiting.into_iter().for_each(|request| self.say(&Message::Reject(request)));
                } else {
                    self.say(&Message::Unchoke);
                    waiting.into_iter().take(1).for_each(|request| self.send_block(request, false));
                }
            }
            _ => self.flood(chance),
        }
    }

    fn trickle(&mut self) {
        if self.trickling.is_empty()
            && let Some(request) = self.waiting.pop_front()
        {
            let said = std::mem::take(&mut self.said);
            self.send_block(request, false);
            self.trickling = std::mem::replace(&mut self.said, said);
        }
        if !self.trickling.is_empty() {
            self.said.push(self.trickling.remove(0));
        }
    }

    fn flood(&mut self, chance: &mut Chance) {
        let count = self.content.info.piece_count();
        match self.manner {
            Manner::FloodsRequests | Manner::NeverReads => {
                for _ in 0..BATCH {
                    let piece = chance.below(count.max(1) as usize) as u32;
                    self.say(&Message::Request(BlockRequest { piece, begin: 0, length: BLOCK_LEN }));
                }
            }
            Manner::AbsurdRequests => {
                for _ in 0..BATCH / 10 {
                    let piece = chance.pick(&[0, count, u32::MAX]);
                    let begin = chance.pick(&[0, 1, u32::MAX]);
                    let length = chance.pick(&[0, 1, 17, BLOCK_LEN + 1, 128 * 1024]);
                    self.say(&Message::Request(BlockRequest { piece, begin, length }));
                }
                if self.ticks > 5 {
                    self.say(&Message::Request(BlockRequest { piece: 0, begin: 0, length: u32::MAX }));
                }
            }
            Manner::FloodsHaves => (0..BATCH).for_each(|number| self.say(&Message::Have(number % count.max(1)))),
            Manner::FlapsAvailability => {
                let number = self.extensions.lt_donthave.unwrap_or(2);
                for piece in 0..count.min(BATCH) {
                    self.say(&Message::Extended(number, extension::encode_dont_have(piece)));
                    self.say(&Message::Have(piece));
                }
                self.say(&Message::HaveNone);
                self.say(&Message::HaveAll);
            }
            Manner::FloodsHandshakes => {
                for _ in 0..BATCH / 10 {
                    let size = chance.pick(&[1, 16_385, 1_000_000, u32::MAX]);
                    self.say_extensions(Some(size));
                }
            }
            Manner::FloodsMetadataRequests => {
                let Some(number) = self.extensions.ut_metadata else { return };
                for piece in 0..BATCH {
                    let request = MetadataMessage::Request { piece: piece % 3 };
                    self.say(&Message::Extended(number, request.encode()));
                }
            }
            Manner::FloodsNothing => {
                for _ in 0..BATCH {
                    self.say(&Message::KeepAlive);
                    self.say(&Message::Unknown(99));
                }
            }
            _ => {}
        }
    }
}
