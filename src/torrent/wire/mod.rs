//! The peer wire protocol: one handshake, then messages with a length in front (BEP 3, 6 and 10).
//!
//! A data channel is used as a byte stream. [`Decoder`] takes its bytes in whatever portions they come, and gives whole frames.

mod decoder;

pub use self::decoder::{Decoder, Frame, WireError};
use super::{InfoHash, PeerId};

/// The size of every block but a piece's last. Most clients refuse to serve more.
pub const BLOCK_LEN: u32 = 16 * 1024;

/// The longest block that is accepted, or served. WebTorrent disconnects above it.
pub const MAX_BLOCK_LEN: u32 = 128 * 1024;

const PROTOCOL: &[u8; 20] = b"\x13BitTorrent protocol";

/// The first 68 bytes in either direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handshake {
    /// Sixty-four flags, most of them never used.
    pub reserved: [u8; 8],
    /// The torrent that the connection is for.
    pub info_hash: InfoHash,
    /// Who is speaking. It need not be the id that a tracker knows them by.
    pub peer_id: PeerId,
}

/// A part of a piece, as `request`, `cancel` and `reject` name it. Nothing about it is checked: a peer may name anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlockRequest {
    /// The piece.
    pub piece: u32,
    /// The first byte within the piece.
    pub begin: u32,
    /// How many bytes.
    pub length: u32,
}

/// One message after the handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// Nothing; it only shows that somebody is there.
    KeepAlive,
    /// Requests will not be served.
    Choke,
    /// Requests will be served.
    Unchoke,
    /// The other side has something that is wanted.
    Interested,
    /// It has not.
    NotInterested,
    /// One more piece is had.
    Have(u32),
    /// The pieces that are had; read it with [`Bitfield::from_bytes`](super::Bitfield::from_bytes) once their number is known.
    Bitfield(Vec<u8>),
    /// A block is wanted.
    Request(BlockRequest),
    /// A block.
    Piece {
        /// The piece it is a part of.
        piece: u32,
        /// Its first byte within the piece.
        begin: u32,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// A requested block is not wanted any more.
    Cancel(BlockRequest),
    /// This piece would be cheap to serve (BEP 6).
    Suggest(u32),
    /// Every piece is had (BEP 6).
    HaveAll,
    /// No piece is had (BEP 6).
    HaveNone,
    /// A request that will not be served (BEP 6).
    Reject(BlockRequest),
    /// This piece may be requested while choked (BEP 6).
    AllowedFast(u32),
    /// An extended message (BEP 10): the receiver's number of the extension, zero for the extended handshake, and its payload.
    Extended(u8, Vec<u8>),
    /// A message of a kind that is not known here, to be ignored. Its payload is dropped.
    Unknown(u8),
}

impl Handshake {
    /// Bytes of a handshake.
    pub const LEN: usize = 68;

    /// Our handshake: the extension protocol (BEP 10) and the fast extension (BEP 6) are offered.
    pub fn new(info_hash: InfoHash, peer_id: PeerId) -> Self {
        Self { reserved: [0, 0, 0, 0, 0, 0x10, 0, 0x04], info_hash, peer_id }
    }

    /// Whether extended messages may be sent to whoever sent this (BEP 10).
    pub fn extension_protocol(&self) -> bool {
        self.reserved[5] & 0x10 != 0
    }

    /// Whether the messages of BEP 6 may be sent to whoever sent this.
    pub fn fast(&self) -> bool {
        self.reserved[7] & 0x04 != 0
    }

    /// Appends the 68 bytes.
    pub fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(PROTOCOL);
        out.extend_from_slice(&self.reserved);
        out.extend_from_slice(self.info_hash.as_bytes());
        out.extend_from_slice(self.peer_id.as_bytes());
    }

    pub(super) fn parse(bytes: &[u8; Self::LEN]) -> Self {
        Self {
            reserved: array(bytes, 20),
            info_hash: InfoHash::new(array(bytes, 28)),
            peer_id: PeerId::new(array(bytes, 48)),
        }
    }
}

impl Message {
    /// Appends the message with its length in front.
    pub fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::KeepAlive => out.extend_from_slice(&[0; 4]),
            Self::Bitfield(bits) => frame(out, id::BITFIELD, &[], bits),
            Self::Piece { piece, begin, data } => encode_piece(*piece, *begin, data, out),
            Self::Extended(extension, payload) => {
                head(out, id::EXTENDED, 1 + payload.len());
                out.push(*extension);
                out.extend_from_slice(payload);
            }
            Self::Choke => frame(out, id::CHOKE, &[], &[]),
            Self::Unchoke => frame(out, id::UNCHOKE, &[], &[]),
            Self::Interested => frame(out, id::INTERESTED, &[], &[]),
            Self::NotInterested => frame(out, id::NOT_INTERESTED, &[], &[]),
            Self::HaveAll => frame(out, id::HAVE_ALL, &[], &[]),
            Self::HaveNone => frame(out, id::HAVE_NONE, &[], &[]),
            Self::Unknown(kind) => frame(out, *kind, &[], &[]),
            Self::Have(piece) => frame(out, id::HAVE, &[*piece], &[]),
            Self::Suggest(piece) => frame(out, id::SUGGEST, &[*piece], &[]),
            Self::AllowedFast(piece) => frame(out, id::ALLOWED_FAST, &[*piece], &[]),
            Self::Request(block) => frame(out, id::REQUEST, &block.numbers(), &[]),
            Self::Cancel(block) => frame(out, id::CANCEL, &block.numbers(), &[]),
            Self::Reject(block) => frame(out, id::REJECT, &block.numbers(), &[]),
        }
    }
}

/// Appends a `piece` message, straight from the bytes of the piece.
pub fn encode_piece(piece: u32, begin: u32, block: &[u8], out: &mut Vec<u8>) {
    out.reserve(13 + block.len());
    encode_piece_head(piece, begin, block.len(), out);
    out.extend_from_slice(block);
}

/// Appends what stands before the bytes of a block in a `piece` message.
pub fn encode_piece_head(piece: u32, begin: u32, block_len: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(&(9 + block_len as u32).to_be_bytes());
    out.push(id::PIECE);
    out.extend_from_slice(&piece.to_be_bytes());
    out.extend_from_slice(&begin.to_be_bytes());
}

impl BlockRequest {
    /// How many blocks it is for.
    pub fn blocks(&self) -> usize {
        self.length.div_ceil(BLOCK_LEN) as usize
    }

    fn numbers(&self) -> [u32; 3] {
        [self.piece, self.begin, self.length]
    }
}

mod id {
    pub(super) const CHOKE: u8 = 0;
    pub(super) const UNCHOKE: u8 = 1;
    pub(super) const INTERESTED: u8 = 2;
    pub(super) const NOT_INTERESTED: u8 = 3;
    pub(super) const HAVE: u8 = 4;
    pub(super) const BITFIELD: u8 = 5;
    pub(super) const REQUEST: u8 = 6;
    pub(super) const PIECE: u8 = 7;
    pub(super) const CANCEL: u8 = 8;
    pub(super) const SUGGEST: u8 = 13;
    pub(super) const HAVE_ALL: u8 = 14;
    pub(super) const HAVE_NONE: u8 = 15;
    pub(super) const REJECT: u8 = 16;
    pub(super) const ALLOWED_FAST: u8 = 17;
    pub(super) const EXTENDED: u8 = 20;
}

fn frame(out: &mut Vec<u8>, id: u8, numbers: &[u32], payload: &[u8]) {
    head(out, id, numbers.len() * 4 + payload.len());
    numbers.iter().for_each(|number| out.extend_from_slice(&number.to_be_bytes()));
    out.extend_from_slice(payload);
}

fn head(out: &mut Vec<u8>, id: u8, payload_len: usize) {
    out.reserve(5 + payload_len);
    out.extend_from_slice(&(1 + payload_len as u32).to_be_bytes());
    out.push(id);
}

/// The `N` bytes at `start`. The caller knows that they are there.
fn array<const N: usize>(bytes: &[u8], start: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[start..start + N]);
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(message: Message) -> String {
        let mut bytes = Vec::new();
        message.encode(&mut bytes);
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn messages_have_the_bytes_of_the_beps() {
        let block = BlockRequest { piece: 1, begin: 0x4000, length: 0x4000 };
        for (message, bytes) in [
            (Message::KeepAlive, "00000000"),
            (Message::Choke, "0000000100"),
            (Message::Unchoke, "0000000101"),
            (Message::Interested, "0000000102"),
            (Message::NotInterested, "0000000103"),
            (Message::Have(258), "000000050400000102"),
            (Message::Bitfield(vec![0xa0, 0]), "0000000305a000"),
            (Message::Request(block), "0000000d06000000010000400000004000"),
            (Message::Piece { piece: 1, begin: 2, data: vec![0xff] }, "0000000a070000000100000002ff"),
            (Message::Cancel(block), "0000000d08000000010000400000004000"),
            (Message::Suggest(3), "000000050d00000003"),
            (Message::HaveAll, "000000010e"),
            (Message::HaveNone, "000000010f"),
            (Message::Reject(block), "0000000d10000000010000400000004000"),
            (Message::AllowedFast(4), "000000051100000004"),
            (Message::Extended(0, b"de".to_vec()), "0000000414006465"),
            (Message::Unknown(99), "0000000163"),
        ] {
            assert_eq!(hex(message.clone()), bytes, "{message:?}");
        }
    }

    #[test]
    fn our_handshake_offers_extensions_and_fast() {
        let handshake = Handshake::new(InfoHash::new([0xaa; 20]), PeerId::new([0xbb; 20]));
        assert!(handshake.extension_protocol() && handshake.fast());
        let mut bytes = Vec::new();
        handshake.encode(&mut bytes);
        let expected = [b"\x13BitTorrent protocol\0\0\0\0\0\x10\0\x04".as_slice(), &[0xaa; 20], &[0xbb; 20]].concat();
        assert_eq!(bytes, expected);
        let plain = Handshake { reserved: [0; 8], ..handshake };
        assert!(!plain.extension_protocol() && !plain.fast());
    }
}
