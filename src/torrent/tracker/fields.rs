//! The keys and values of tracker messages, as real clients and trackers write them.

use serde_json::{Map, Value};

use super::{MAX_MESSAGE_LEN, MAX_SCRAPE, MessageError, OfferId, Problem, UNKNOWN_LEFT};
use crate::torrent::{InfoHash, PeerId};

/// The longest session description that is read. libtorrent has the same limit.
const MAX_SDP_LEN: usize = 64 * 1024;

/// The longest text that is kept: what people are to read, and what is only sent back.
const MAX_TEXT_LEN: usize = 200;

/// The largest number that survives JavaScript.
pub(super) const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The keys of a message that is being read.
pub(super) struct Fields(pub(super) Map<String, Value>);

impl Fields {
    pub(super) fn parse<T>(text: &str, read: impl FnOnce(&Self) -> Result<T, Problem>) -> Result<T, MessageError> {
        if text.len() > MAX_MESSAGE_LEN {
            return Err(MessageError { info_hash: None, problem: Problem::TooLong });
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return Err(MessageError { info_hash: None, problem: Problem::NotAnObject });
        };
        let fields = Self(fields);
        read(&fields).map_err(|problem| MessageError { info_hash: fields.info_hash().ok(), problem })
    }

    pub(super) fn action(&self) -> Result<&str, Problem> {
        self.0.get("action").and_then(Value::as_str).ok_or(Problem::MissingAction)
    }

    /// Whether a key is there. Some write `null` for what is not.
    pub(super) fn has(&self, key: &str) -> bool {
        self.0.get(key).is_some_and(|value| !value.is_null())
    }

    pub(super) fn id(&self, key: &'static str) -> Result<[u8; 20], Problem> {
        self.0.get(key).and_then(bytes).ok_or(Problem::Invalid(key))
    }

    pub(super) fn info_hash(&self) -> Result<InfoHash, Problem> {
        self.id("info_hash").map(InfoHash::new)
    }

    pub(super) fn peer_id(&self, key: &'static str) -> Result<PeerId, Problem> {
        self.id(key).map(PeerId::new)
    }

    pub(super) fn offer_id(&self) -> Result<OfferId, Problem> {
        self.id("offer_id").map(OfferId)
    }

    /// One infohash or a list of them.
    pub(super) fn info_hashes(&self) -> Result<Vec<InfoHash>, Problem> {
        match self.0.get("info_hash") {
            Some(Value::Array(hashes)) => {
                let hashes = hashes.iter().take(MAX_SCRAPE).map(|hash| bytes(hash).map(InfoHash::new));
                hashes.collect::<Option<_>>().ok_or(Problem::Invalid("info_hash"))
            }
            _ => self.info_hash().map(|hash| vec![hash]),
        }
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(whole)
    }

    pub(super) fn count(&self, key: &str) -> Option<u32> {
        self.number(key).map(clamp)
    }

    /// WebTorrent sends `null` before it knows the size. Only a real zero is a seeder.
    pub(super) fn left(&self) -> u64 {
        self.number("left").unwrap_or(UNKNOWN_LEFT)
    }

    /// A text that is only sent back.
    pub(super) fn token(&self, key: &str) -> Option<String> {
        self.0.get(key)?.as_str().filter(|token| token.len() <= MAX_TEXT_LEN).map(str::to_owned)
    }

    /// A text for people.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let text = self.0.get(key)?.as_str()?;
        Some(text.chars().filter(|character| !character.is_control()).take(MAX_TEXT_LEN).collect())
    }
}

/// A number that is not negative, rounded up, so that a fraction of a byte is not nothing.
pub(super) fn whole(value: &Value) -> Option<u64> {
    let float = || value.as_f64().filter(|number| *number >= 0.0).map(|number| number.ceil() as u64);
    value.as_u64().or_else(float)
}

pub(super) fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

pub(super) fn sdp(fields: &Map<String, Value>, key: &'static str) -> Result<String, Problem> {
    let description = fields.get(key).and_then(|description| description.get("sdp")).and_then(Value::as_str);
    let description = description.filter(|sdp| sdp.len() <= MAX_SDP_LEN);
    description.map(str::to_owned).ok_or(Problem::Invalid(key))
}

/// A binary string from twenty bytes.
pub(super) fn binary(bytes: &[u8; 20]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

pub(super) fn bytes(value: &Value) -> Option<[u8; 20]> {
    bytes_of(value.as_str()?)
}

/// Twenty bytes from a binary string.
pub(super) fn bytes_of(text: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    let mut characters = text.chars();
    for byte in &mut bytes {
        *byte = u8::try_from(u32::from(characters.next()?)).ok()?;
    }
    characters.next().is_none().then_some(bytes)
}

pub(super) fn put(message: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        message[key] = value.into();
    }
}
