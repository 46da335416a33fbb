//! The two 20-byte names of BitTorrent: what is shared, and who shares it.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// SHA-1 of the raw bencoded info dictionary (BEP 3). Printed as 40 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InfoHash([u8; 20]);

/// Why a text is not an infohash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an infohash is 40 hex digits or 32 base32 characters")]
pub struct InvalidInfoHash;

impl InfoHash {
    /// Wraps the raw hash.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The raw hash.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for InfoHash {
    type Err = InvalidInfoHash;

    /// Reads 40 hex digits or 32 base32 characters (RFC 4648, no padding), in either case.
    fn from_str(text: &str) -> Result<Self, InvalidInfoHash> {
        let bits_per_char = match text.len() {
            40 => 4,
            32 => 5,
            _ => return Err(InvalidInfoHash),
        };
        let mut bytes = [0; 20];
        for (index, character) in text.chars().enumerate() {
            let digit = match (bits_per_char, character) {
                (5, '2'..='7') => character as u32 - '2' as u32 + 26,
                (5, _) if character.is_ascii_alphabetic() => character.to_ascii_lowercase() as u32 - 'a' as u32,
                (4, _) => character.to_digit(16).ok_or(InvalidInfoHash)?,
                _ => return Err(InvalidInfoHash),
            };
            for bit in 0..bits_per_char {
                let position = index * bits_per_char + bit;
                let set = digit >> (bits_per_char - 1 - bit) & 1 == 1;
                bytes[position / 8] |= u8::from(set) << (7 - position % 8);
            }
        }
        Ok(Self(bytes))
    }
}

impl TryFrom<String> for InfoHash {
    type Error = InvalidInfoHash;

    fn try_from(text: String) -> Result<Self, InvalidInfoHash> {
        text.parse()
    }
}

impl From<InfoHash> for String {
    fn from(hash: InfoHash) -> Self {
        hash.to_string()
    }
}

impl fmt::Display for InfoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for InfoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InfoHash({self})")
    }
}

/// A peer's name: in the wire handshake it is stable for a session, towards a tracker it is fresh for each socket.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId([u8; 20]);

impl PeerId {
    /// Wraps the raw id.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The raw id.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeerId({})", self.0.escape_ascii())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hex_and_base32_name_the_same_hash() {
        let hex: InfoHash = "F7079C66CCA02AB45934B9868572060010DFC97E".parse().expect("hex in upper case");
        let base32: InfoHash = "64dzyzwmuavliwjuxgdik4qgaain7sl6".parse().expect("base32 in lower case");
        assert_eq!(hex, base32);
        assert_eq!(hex.to_string(), "f7079c66cca02ab45934b9868572060010dfc97e");
    }

    #[test]
    fn wrong_lengths_and_characters_are_refused() {
        for text in ["", "===", "f7079c66cca02ab45934b9868572060010dfc97", "g7079c66cca02ab45934b9868572060010dfc97e"] {
            assert_eq!(text.parse::<InfoHash>(), Err(InvalidInfoHash), "{text:?}");
        }
        assert_eq!("é".repeat(20).parse::<InfoHash>(), Err(InvalidInfoHash));
        assert_eq!("1".repeat(32).parse::<InfoHash>(), Err(InvalidInfoHash));
    }
}
