//! What tells whether two files are the same sound, byte for byte.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

/// SHA-1 of all bytes of a memo, printed as 40 hex digits. It tells apart what people have, and protects nothing: two files that
/// somebody made to have the same one would only count as one memo.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AudioDigest([u8; 20]);

/// Why a text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a digest is 40 hex digits")]
pub struct InvalidAudioDigest;

/// Makes the digest of bytes that come in any split.
#[derive(Clone, Debug, Default)]
pub struct DigestBuilder(Sha1);

impl DigestBuilder {
    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all of them.
    pub fn finish(self) -> AudioDigest {
        AudioDigest(self.0.finalize().into())
    }
}

impl TryFrom<String> for AudioDigest {
    type Error = InvalidAudioDigest;

    fn try_from(text: String) -> Result<Self, InvalidAudioDigest> {
        let mut bytes = [0; 20];
        if text.len() != 2 * bytes.len() {
            return Err(InvalidAudioDigest);
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let value = |digit: u8| char::from(digit).to_digit(16).ok_or(InvalidAudioDigest);
            *byte = (value(digits[0])? << 4 | value(digits[1])?) as u8;
        }
        Ok(Self(bytes))
    }
}

impl From<AudioDigest> for String {
    fn from(digest: AudioDigest) -> Self {
        digest.to_string()
    }
}

impl fmt::Display for AudioDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for AudioDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AudioDigest({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_digest_in_any_split() {
        let digest = |parts: &[&[u8]]| {
            let mut builder = DigestBuilder::default();
            parts.iter().for_each(|part| builder.push(part));
            builder.finish()
        };
        assert_eq!(digest(&[b"abc"]).to_string(), "a9993e364706816aba3e25717850c26c9cd0d89d", "FIPS 180-2, A.1");
        assert_eq!(digest(&[b"a", b"", b"bc"]), digest(&[b"abc"]));
        assert_ne!(digest(&[b"abd"]), digest(&[b"abc"]));
    }

    #[test]
    fn a_digest_is_stored_as_text() {
        let text = "\"a9993e364706816aba3e25717850c26c9cd0d89d\"";
        let digest: AudioDigest = serde_json::from_str(text).expect("reads");
        assert_eq!(serde_json::to_string(&digest).expect("writes"), text);
        for bad in ["", "a9", &"g".repeat(40), &"é".repeat(20), &"0".repeat(41)] {
            assert_eq!(AudioDigest::try_from(bad.to_owned()), Err(InvalidAudioDigest), "{bad:?}");
        }
    }
}
