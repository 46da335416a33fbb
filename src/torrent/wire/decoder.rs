//! From bytes to frames.

use std::collections::VecDeque;

use super::{BlockRequest, Handshake, MAX_BLOCK_LEN, Message, PROTOCOL, array, id};

/// The longest bitfield: one bit for each piece that an info dictionary of 10 MB can name, and then some.
const MAX_BITFIELD_LEN: u32 = 128 * 1024;

/// The longest message of any other kind. Extended messages carry a 16 KiB piece of metadata or a handshake.
const MAX_MESSAGE_LEN: u32 = 1024 * 1024;

/// Memory that the mere claim of a length can make us reserve: the longest block. Longer messages grow as their bytes come.
const MAX_RESERVED: u32 = MAX_BLOCK_LEN;

/// What a [`Decoder`] gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// Always the first, and only the first.
    Handshake(Handshake),
    /// All others.
    Message(Message),
}

/// How a peer broke the framing. The connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// The first bytes are not those of the BitTorrent protocol.
    #[error("the other side does not speak BitTorrent")]
    Protocol,
    /// A message is longer than messages of its kind may be.
    #[error("message {id} is {length} bytes long, which is too long")]
    TooLong {
        /// Its kind.
        id: u8,
        /// Its claimed length, with the byte for its kind.
        length: u32,
    },
    /// A message has not the length that messages of its kind have.
    #[error("message {id} is {length} bytes long, which cannot be")]
    Length {
        /// Its kind.
        id: u8,
        /// Its claimed length, with the byte for its kind.
        length: u32,
    },
}

/// Cuts a byte stream into frames: [`push`](Self::push) bytes in any portions, then ask [`next`](Self::next) until there is
/// nothing more. Each byte is copied once, into the message that it belongs to.
#[derive(Debug)]
pub struct Decoder {
    stage: Stage,
    /// What has come of the current stage, unless that is [`Stage::Data`].
    head: [u8; Handshake::LEN],
    head_len: usize,
    /// What has come of [`Stage::Data`]: it becomes the message's own.
    data: Vec<u8>,
    frames: VecDeque<Frame>,
    error: Option<WireError>,
}

/// What the next bytes are.
#[derive(Debug, Default, Clone, Copy)]
enum Stage {
    #[default]
    Handshake,
    Length,
    Id {
        length: u32,
    },
    /// The numbers before a block.
    PieceHead {
        data_len: u32,
    },
    /// The number of the extension before its payload.
    ExtensionId {
        data_len: u32,
    },
    /// The bytes that become the message's own.
    Data {
        head: DataOf,
        data_len: u32,
    },
    /// The numbers of a message that has nothing else.
    Numbers {
        id: u8,
        count: u32,
    },
    /// The payload of an unknown message.
    Skip {
        id: u8,
        left: u32,
    },
}

#[derive(Debug, Clone, Copy)]
enum DataOf {
    Bitfield,
    Piece { piece: u32, begin: u32 },
    Extended(u8),
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    /// A decoder at the start of a stream.
    pub fn new() -> Self {
        Self {
            stage: Stage::default(),
            head: [0; Handshake::LEN],
            head_len: 0,
            data: Vec::new(),
            frames: VecDeque::new(),
            error: None,
        }
    }

    /// Takes the next bytes of the stream. After an error they are dropped.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while self.error.is_none() {
            let wanted = self.stage.wanted();
            let taken = (wanted - self.here()).min(bytes.len());
            let (now, later) = bytes.split_at(taken);
            bytes = later;
            match &mut self.stage {
                Stage::Skip { left, .. } => *left -= taken as u32,
                Stage::Data { .. } => self.data.extend_from_slice(now),
                _ => {
                    self.head[self.head_len..][..taken].copy_from_slice(now);
                    self.head_len += taken;
                }
            }
            if self.here() < self.stage.wanted() {
                self.check_protocol();
                return;
            }
            match self.advance() {
                Ok(frame) => self.frames.extend(frame),
                Err(error) => self.error = Some(error),
            }
        }
    }

    /// How much of what the current stage wants has come.
    fn here(&self) -> usize {
        match self.stage {
            Stage::Data { .. } => self.data.len(),
            Stage::Skip { .. } => 0,
            _ => self.head_len,
        }
    }

    /// The next whole frame. `None` asks for more bytes. Frames before a fault come first; the fault, once reached, stays.
    #[expect(clippy::should_implement_trait, reason = "it can go on after None")]
    pub fn next(&mut self) -> Result<Option<Frame>, WireError> {
        match (self.frames.pop_front(), self.error) {
            (None, Some(error)) => Err(error),
            (frame, _) => Ok(frame),
        }
    }

    /// Refuses a stranger at the first wrong byte, not after 68.
    fn check_protocol(&mut self) {
        let known = self.head_len.min(PROTOCOL.len());
        if matches!(self.stage, Stage::Handshake) && self.head[..known] != PROTOCOL[..known] {
            self.error = Some(WireError::Protocol);
        }
    }

    /// The bytes of the current stage are all there: goes to the next.
    fn advance(&mut self) -> Result<Option<Frame>, WireError> {
        let message = match self.stage {
            Stage::Handshake => {
                if !self.head.starts_with(PROTOCOL) {
                    return Err(WireError::Protocol);
                }
                self.enter(Stage::Length);
                return Ok(Some(Frame::Handshake(Handshake::parse(&self.head))));
            }
            Stage::Length => match self.number(0) {
                0 => Message::KeepAlive,
                length => {
                    self.enter(Stage::Id { length });
                    return Ok(None);
                }
            },
            Stage::Id { length } => {
                let stage = Stage::after_id(self.head[0], length)?;
                self.enter(stage);
                return Ok(None);
            }
            Stage::PieceHead { data_len } => {
                let head = DataOf::Piece { piece: self.number(0), begin: self.number(1) };
                self.enter(Stage::Data { head, data_len });
                return Ok(None);
            }
            Stage::ExtensionId { data_len } => {
                self.enter(Stage::Data { head: DataOf::Extended(self.head[0]), data_len });
                return Ok(None);
            }
            Stage::Data { head, .. } => {
                let data = std::mem::take(&mut self.data);
                match head {
                    DataOf::Bitfield => Message::Bitfield(data),
                    DataOf::Piece { piece, begin } => Message::Piece { piece, begin, data },
                    DataOf::Extended(extension) => Message::Extended(extension, data),
                }
            }
            Stage::Numbers { id, .. } => self.numbers_message(id),
            Stage::Skip { id, .. } => Message::Unknown(id),
        };
        self.enter(Stage::Length);
        Ok(Some(Frame::Message(message)))
    }

    fn enter(&mut self, stage: Stage) {
        self.stage = stage;
        self.head_len = 0;
        if let Stage::Data { data_len, .. } = stage {
            self.data.reserve(data_len.min(MAX_RESERVED) as usize);
        }
    }

    fn numbers_message(&self, id: u8) -> Message {
        let block = || BlockRequest { piece: self.number(0), begin: self.number(1), length: self.number(2) };
        match id {
            id::CHOKE => Message::Choke,
            id::UNCHOKE => Message::Unchoke,
            id::INTERESTED => Message::Interested,
            id::NOT_INTERESTED => Message::NotInterested,
            id::HAVE_ALL => Message::HaveAll,
            id::HAVE_NONE => Message::HaveNone,
            id::HAVE => Message::Have(self.number(0)),
            id::SUGGEST => Message::Suggest(self.number(0)),
            id::ALLOWED_FAST => Message::AllowedFast(self.number(0)),
            id::REQUEST => Message::Request(block()),
            id::CANCEL => Message::Cancel(block()),
            id::REJECT => Message::Reject(block()),
            unknown => Message::Unknown(unknown),
        }
    }

    fn number(&self, index: usize) -> u32 {
        u32::from_be_bytes(array(&self.head, index * 4))
    }
}

impl Stage {
    /// How many bytes this stage needs before the next.
    fn wanted(&self) -> usize {
        match *self {
            Self::Handshake => Handshake::LEN,
            Self::Length => 4,
            Self::Id { .. } | Self::ExtensionId { .. } => 1,
            Self::PieceHead { .. } => 8,
            Self::Numbers { count, .. } => 4 * count as usize,
            Self::Data { data_len, .. } => data_len as usize,
            Self::Skip { left, .. } => left as usize,
        }
    }

    /// The stage after the kind of a message, if its length (which counts the byte for the kind) is one that it can have.
    fn after_id(id: u8, length: u32) -> Result<Self, WireError> {
        let payload_len = length - 1;
        let (min, max, stage) = match id {
            id::CHOKE | id::UNCHOKE | id::INTERESTED | id::NOT_INTERESTED | id::HAVE_ALL | id::HAVE_NONE => {
                (0, 0, Self::Numbers { id, count: 0 })
            }
            id::HAVE | id::SUGGEST | id::ALLOWED_FAST => (4, 4, Self::Numbers { id, count: 1 }),
            id::REQUEST | id::CANCEL | id::REJECT => (12, 12, Self::Numbers { id, count: 3 }),
            id::BITFIELD => (0, MAX_BITFIELD_LEN, Self::Data { head: DataOf::Bitfield, data_len: payload_len }),
            id::PIECE => (8, 8 + MAX_BLOCK_LEN, Self::PieceHead { data_len: payload_len.saturating_sub(8) }),
            id::EXTENDED => (1, MAX_MESSAGE_LEN, Self::ExtensionId { data_len: payload_len.saturating_sub(1) }),
            _ => (0, MAX_MESSAGE_LEN, Self::Skip { id, left: payload_len }),
        };
        match payload_len {
            _ if min == max && payload_len != min => Err(WireError::Length { id, length }),
            _ if payload_len < min => Err(WireError::Length { id, length }),
            _ if payload_len > max => Err(WireError::TooLong { id, length }),
            _ => Ok(stage),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::{InfoHash, PeerId};

    /// A decoder behind a handshake that was taken.
    fn greeted() -> Decoder {
        let mut bytes = Vec::new();
        Handshake::new(InfoHash::new([1; 20]), PeerId::new([2; 20])).encode(&mut bytes);
        let mut decoder = Decoder::new();
        decoder.push(&bytes);
        assert!(matches!(decoder.next(), Ok(Some(Frame::Handshake(_)))));
        decoder
    }

    /// What comes first of these bytes.
    fn first(bytes: &[u8]) -> Result<Option<Message>, WireError> {
        let mut decoder = greeted();
        decoder.push(bytes);
        decoder.next().map(|frame| match frame {
            Some(Frame::Message(message)) => Some(message),
            _ => None,
        })
    }

    #[test]
    fn strangers_are_refused_at_the_first_wrong_byte() {
        let mut decoder = Decoder::new();
        decoder.push(b"\x13Bit");
        assert_eq!(decoder.next(), Ok(None));
        decoder.push(b"x");
        assert_eq!(decoder.next(), Err(WireError::Protocol));
        for stranger in [b"\x12BitTorrent protoco".as_slice(), b"GET / HTTP/1.1\r\n", &[0; 100]] {
            let mut decoder = Decoder::new();
            decoder.push(stranger);
            assert_eq!(decoder.next(), Err(WireError::Protocol));
        }
    }

    #[test]
    fn unknown_messages_are_passed_over() {
        let mut decoder = greeted();
        decoder.push(b"\0\0\0\x05\x63abcd\0\0\0\x01\x01");
        assert_eq!(decoder.next(), Ok(Some(Frame::Message(Message::Unknown(0x63)))));
        assert_eq!(decoder.next(), Ok(Some(Frame::Message(Message::Unchoke))));
        assert_eq!(decoder.next(), Ok(None));
    }

    #[test]
    fn messages_before_a_fault_are_given_and_none_after() {
        let mut decoder = greeted();
        decoder.push(b"\0\0\0\x01\x01\0\0\0\x02\x01x\0\0\0\x01\x01");
        assert_eq!(decoder.next(), Ok(Some(Frame::Message(Message::Unchoke))));
        let fault = WireError::Length { id: 1, length: 2 };
        assert_eq!(decoder.next(), Err(fault));
        decoder.push(b"\0\0\0\x01\x01");
        assert_eq!(decoder.next(), Err(fault), "a fault stays");
    }

    #[test]
    fn lengths_that_cannot_be_are_refused_before_their_bytes_come() {
        for (id, length) in [(0, 2), (4, 4), (4, 6), (6, 12), (7, 8), (13, 1), (14, 5), (16, 14), (20, 1)] {
            let head = [&u32::to_be_bytes(length)[..], &[id]].concat();
            assert_eq!(first(&head), Err(WireError::Length { id, length }), "message {id}");
        }
    }

    #[test]
    fn long_messages_are_refused_and_the_longest_is_not() {
        for (id, longest) in
            [(5, MAX_BITFIELD_LEN + 1), (7, MAX_BLOCK_LEN + 9), (20, MAX_MESSAGE_LEN + 1), (99, MAX_MESSAGE_LEN + 1)]
        {
            let message = |length: u32| [&length.to_be_bytes()[..], &[id], &vec![0; length as usize - 1]].concat();
            assert!(matches!(first(&message(longest)), Ok(Some(_))), "message {id}");
            assert_eq!(first(&message(longest + 1)), Err(WireError::TooLong { id, length: longest + 1 }));
        }
        assert_eq!(first(b"\xff\xff\xff\xff\x07"), Err(WireError::TooLong { id: 7, length: u32::MAX }));
    }

    #[test]
    fn the_claim_of_a_length_reserves_little() {
        let mut decoder = greeted();
        decoder.push(&[&MAX_MESSAGE_LEN.to_be_bytes()[..], b"\x14\x01"].concat());
        assert!(decoder.data.capacity() <= 2 * MAX_RESERVED as usize);
    }

    #[test]
    fn empty_payloads_are_messages_too() {
        assert_eq!(first(b"\0\0\0\x01\x05"), Ok(Some(Message::Bitfield(vec![]))));
        assert_eq!(first(b"\0\0\0\x02\x14\x03"), Ok(Some(Message::Extended(3, vec![]))));
        let empty = Message::Piece { piece: 1, begin: 2, data: vec![] };
        assert_eq!(first(b"\0\0\0\x09\x07\0\0\0\x01\0\0\0\x02"), Ok(Some(empty)));
    }
}
