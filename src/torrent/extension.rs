//! The extension protocol (BEP 10) and the extensions that are spoken here: metadata from peers (BEP 9) and `lt_donthave`
//! (BEP 54).
//!
//! Everything in this file is the payload of a [`Message::Extended`](super::wire::Message::Extended). The handshake has number
//! zero. All others are sent under the number that the *receiver* gave the extension in its handshake.

use super::bencode::{self, BencodeError, DictEncoder, Value};

/// Bytes of every piece of metadata but the last (BEP 9).
pub const METADATA_PIECE_LEN: u32 = 16 * 1024;

/// The longest text that is taken from a handshake.
const MAX_CLIENT_LEN: usize = 64;

/// The extended handshake: number 0. It may come again; what it then does not mention stays as it was.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtendedHandshake {
    /// The sender's numbers for the extensions that are known here.
    pub extensions: Extensions,
    /// Bytes of the info dictionary, if the sender has it.
    pub metadata_size: Option<u32>,
    /// How many requests the sender will keep in its queue.
    pub reqq: Option<u32>,
    /// Whether the sender wants nothing (BEP 21).
    pub upload_only: Option<bool>,
    /// The sender's client and version.
    pub v: Option<String>,
}

/// The `m` dictionary: under which number each extension is to be sent to the one who says this. `Some(0)` turns one off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extensions {
    /// Metadata from peers (BEP 9).
    pub ut_metadata: Option<u8>,
    /// "I have this piece no more" (BEP 54).
    pub lt_donthave: Option<u8>,
    /// A later change of `upload_only` (BEP 21, as libtorrent does it).
    pub upload_only: Option<u8>,
}

/// A message of `ut_metadata` (BEP 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MetadataMessage {
    /// A piece of the metadata is wanted.
    Request {
        /// Which one.
        piece: u32,
    },
    /// A piece of the metadata.
    Data {
        /// Which one.
        piece: u32,
        /// Bytes of the whole metadata. Some clients leave it out.
        total_size: Option<u32>,
        /// Its bytes.
        data: Vec<u8>,
    },
    /// A request that will not be answered.
    Reject {
        /// Which one.
        piece: u32,
    },
}

/// Why the payload of an extended message cannot be read. The sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ExtensionError {
    /// It is not bencode.
    #[error("an extended message cannot be read: {0}")]
    Bencode(#[from] BencodeError),
    /// A key is not there, or has a value that it cannot have.
    #[error("an extended message has no usable {0}")]
    Missing(&'static str),
    /// A metadata message of a kind that is not known here, to be ignored (BEP 9).
    #[error("a metadata message of unknown kind {0}")]
    UnknownKind(i64),
    /// More bytes than a piece of metadata has.
    #[error("a piece of metadata is too long")]
    TooLong,
    /// The payload has not the length that it should have.
    #[error("an extended message is {0} bytes long, which cannot be")]
    Length(usize),
}

impl ExtendedHandshake {
    /// Reads the payload. Values that cannot be used are taken as not there.
    pub fn parse(payload: &[u8]) -> Result<Self, ExtensionError> {
        let (value, _) = bencode::decode_prefix(payload)?;
        if value.as_dict().is_none() {
            return Err(ExtensionError::Missing("dictionary"));
        }
        let number = |key| value.get(key).and_then(Value::as_integer);
        let client = value.get("v").and_then(Value::as_bytes).map(String::from_utf8_lossy);
        Ok(Self {
            extensions: value.get("m").map(Extensions::of).unwrap_or_default(),
            metadata_size: number("metadata_size").and_then(|size| u32::try_from(size).ok()).filter(|size| *size > 0),
            reqq: number("reqq").and_then(|count| u32::try_from(count).ok()),
            upload_only: number("upload_only").map(|flag| flag != 0),
            v: client.map(|text| text.chars().filter(|char| !char.is_control()).take(MAX_CLIENT_LEN).collect()),
        })
    }

    /// The payload.
    pub fn encode(&self) -> Vec<u8> {
        let mut dict = DictEncoder::new().raw("m", self.extensions.encode());
        let numbers = [
            ("metadata_size", self.metadata_size.map(i64::from)),
            ("reqq", self.reqq.map(i64::from)),
            ("upload_only", self.upload_only.map(i64::from)),
        ];
        for (key, number) in numbers {
            if let Some(number) = number {
                dict = dict.integer(key, number);
            }
        }
        if let Some(client) = &self.v {
            dict = dict.bytes("v", client);
        }
        dict.encode()
    }
}

impl Extensions {
    /// Takes over what a later handshake says: numbers change, zero turns off, what is not mentioned stays.
    pub fn update(&mut self, later: Self) {
        self.ut_metadata = later.ut_metadata.or(self.ut_metadata);
        self.lt_donthave = later.lt_donthave.or(self.lt_donthave);
        self.upload_only = later.upload_only.or(self.upload_only);
    }

    fn of(m: &Value<'_>) -> Self {
        let number = |key| m.get(key).and_then(Value::as_integer).and_then(|number| u8::try_from(number).ok());
        Self {
            ut_metadata: number("ut_metadata"),
            lt_donthave: number("lt_donthave"),
            upload_only: number("upload_only"),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let numbers =
            [("ut_metadata", self.ut_metadata), ("lt_donthave", self.lt_donthave), ("upload_only", self.upload_only)];
        let known = numbers.into_iter().filter_map(|(name, number)| Some((name, number?)));
        known.fold(DictEncoder::new(), |dict, (name, number)| dict.integer(name, i64::from(number))).encode()
    }
}

impl MetadataMessage {
    /// Reads the payload.
    pub fn parse(payload: &[u8]) -> Result<Self, ExtensionError> {
        let (value, rest) = bencode::decode_prefix(payload)?;
        let number = |key| value.get(key).and_then(Value::as_integer);
        let piece = number("piece").and_then(|piece| u32::try_from(piece).ok());
        let piece = piece.ok_or(ExtensionError::Missing("piece"))?;
        match number("msg_type").ok_or(ExtensionError::Missing("msg_type"))? {
            0 => Ok(Self::Request { piece }),
            1 if rest.len() > METADATA_PIECE_LEN as usize => Err(ExtensionError::TooLong),
            1 => {
                let total_size = number("total_size").and_then(|size| u32::try_from(size).ok());
                Ok(Self::Data { piece, total_size, data: rest.to_vec() })
            }
            2 => Ok(Self::Reject { piece }),
            kind => Err(ExtensionError::UnknownKind(kind)),
        }
    }

    /// The payload. WebTorrent takes the first "ee" for the end of the dictionary: `total_size` has to be last, and nothing
    /// else may be in it.
    pub fn encode(&self) -> Vec<u8> {
        let dict = |kind, piece: &u32| DictEncoder::new().integer("msg_type", kind).integer("piece", i64::from(*piece));
        match self {
            Self::Request { piece } => dict(0, piece).encode(),
            Self::Reject { piece } => dict(2, piece).encode(),
            Self::Data { piece, total_size, data } => {
                let mut dict = dict(1, piece);
                if let Some(total_size) = total_size {
                    dict = dict.integer("total_size", i64::from(*total_size));
                }
                let mut payload = dict.encode();
                payload.extend_from_slice(data);
                payload
            }
        }
    }
}

/// Reads the payload of `lt_donthave`: the piece that is had no more.
pub fn parse_dont_have(payload: &[u8]) -> Result<u32, ExtensionError> {
    payload.try_into().map(u32::from_be_bytes).map_err(|_| ExtensionError::Length(payload.len()))
}

/// The payload of `lt_donthave`.
pub fn encode_dont_have(piece: u32) -> Vec<u8> {
    piece.to_be_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webtorrent_seeder_is_understood() {
        let handshake =
            ExtendedHandshake::parse(b"d1:md11:lt_donthavei3e11:ut_metadatai1e6:ut_pexi2ee13:metadata_sizei152ee");
        let extensions = Extensions { ut_metadata: Some(1), lt_donthave: Some(3), upload_only: None };
        let expected = ExtendedHandshake { extensions, metadata_size: Some(152), ..ExtendedHandshake::default() };
        assert_eq!(handshake, Ok(expected));
    }

    #[test]
    fn our_handshake_is_canonical_and_read_again() {
        let handshake = ExtendedHandshake {
            extensions: Extensions { ut_metadata: Some(1), lt_donthave: Some(2), upload_only: Some(0) },
            metadata_size: Some(9),
            reqq: Some(512),
            upload_only: Some(true),
            v: Some("Voice Memos".into()),
        };
        let payload = handshake.encode();
        let expected = b"d1:md11:lt_donthavei2e11:upload_onlyi0e11:ut_metadatai1ee\
            13:metadata_sizei9e4:reqqi512e11:upload_onlyi1e1:v11:Voice Memose";
        assert_eq!(payload, expected);
        assert_eq!(ExtendedHandshake::parse(&payload), Ok(handshake));
    }

    #[test]
    fn values_that_cannot_be_used_are_taken_as_not_there() {
        let sloppy =
            b"d1:md11:ut_metadatai256e11:lt_donthave1:xe13:metadata_sizei-1e4:reqqi99999999999e1:v4:a\x1bb\neignored";
        let expected = ExtendedHandshake { v: Some("ab".into()), ..ExtendedHandshake::default() };
        assert_eq!(ExtendedHandshake::parse(sloppy), Ok(expected));
        assert_eq!(ExtendedHandshake::parse(b"de"), Ok(ExtendedHandshake::default()));
        assert_eq!(ExtendedHandshake::parse(b"d13:metadata_sizei0ee"), Ok(ExtendedHandshake::default()));
        assert_eq!(ExtendedHandshake::parse(b"le"), Err(ExtensionError::Missing("dictionary")));
    }

    #[test]
    fn a_later_handshake_changes_what_it_names() {
        let mut extensions = Extensions { ut_metadata: Some(1), lt_donthave: Some(2), upload_only: None };
        extensions.update(Extensions { ut_metadata: Some(0), lt_donthave: None, upload_only: Some(5) });
        assert_eq!(extensions, Extensions { ut_metadata: Some(0), lt_donthave: Some(2), upload_only: Some(5) });
    }

    #[test]
    fn metadata_messages_have_the_bytes_that_webtorrent_reads() {
        for (message, payload) in [
            (MetadataMessage::Request { piece: 5 }, b"d8:msg_typei0e5:piecei5ee".as_slice()),
            (MetadataMessage::Reject { piece: 5 }, b"d8:msg_typei2e5:piecei5ee"),
            (
                MetadataMessage::Data { piece: 5, total_size: Some(152), data: b"d2:eei1ee".to_vec() },
                b"d8:msg_typei1e5:piecei5e10:total_sizei152eed2:eei1ee",
            ),
        ] {
            assert_eq!(message.encode(), payload);
            assert_eq!(MetadataMessage::parse(payload), Ok(message));
        }
    }

    #[test]
    fn the_data_begins_where_the_dictionary_ends() {
        let payload = b"d2:eed2:eei1ee8:msg_typei1e5:piecei0eeeedata";
        let expected = MetadataMessage::Data { piece: 0, total_size: None, data: b"eedata".to_vec() };
        assert_eq!(MetadataMessage::parse(payload), Ok(expected));
    }

    #[test]
    fn metadata_messages_that_cannot_be_are_refused() {
        for (payload, error) in [
            (b"d8:msg_typei9e5:piecei0ee".as_slice(), ExtensionError::UnknownKind(9)),
            (b"d8:msg_typei0ee", ExtensionError::Missing("piece")),
            (b"d8:msg_typei0e5:piecei-1ee", ExtensionError::Missing("piece")),
            (b"d5:piecei0ee", ExtensionError::Missing("msg_type")),
            (b"d8:msg_typ", ExtensionError::Bencode(BencodeError::Truncated)),
        ] {
            assert_eq!(MetadataMessage::parse(payload), Err(error));
        }
        let data = MetadataMessage::Data { piece: 0, total_size: Some(1), data: vec![0; METADATA_PIECE_LEN as usize] };
        let mut payload = data.encode();
        assert_eq!(MetadataMessage::parse(&payload), Ok(data));
        payload.push(0);
        assert_eq!(MetadataMessage::parse(&payload), Err(ExtensionError::TooLong));
    }

    #[test]
    fn dont_have_is_one_number() {
        assert_eq!(parse_dont_have(&encode_dont_have(258)), Ok(258));
        assert_eq!(encode_dont_have(258), [0, 0, 1, 2]);
        assert_eq!(parse_dont_have(&[0; 5]), Err(ExtensionError::Length(5)));
    }
}
