//! Making an info dictionary from bytes as they come.

use sha1::{Digest, Sha1};

use super::bencode::{self, DictEncoder};
use super::info::MAX_PIECE_LENGTH;
use super::{Info, MetainfoError};

/// The smallest piece that is chosen by itself.
const MIN_PIECE_LENGTH_LOG2: u32 = 14;

/// The largest: 4 MiB.
const MAX_PIECE_LENGTH_LOG2: u32 = 22;

/// Makes the info dictionary of a single file, byte for byte as create-torrent does, so that the same name and bytes give the
/// same infohash everywhere.
#[derive(Debug)]
pub struct InfoBuilder {
    dict: DictEncoder,
    length: u64,
    piece_length: u32,
    hashes: Vec<u8>,
    /// The piece that is being filled, and how many of its bytes have come.
    hasher: Sha1,
    filled: u32,
    pushed: u64,
}

impl InfoBuilder {
    /// A file of this name and of this many bytes, which are then pushed.
    pub fn new(name: impl AsRef<str>, length: u64) -> Self {
        Self {
            dict: DictEncoder::new().bytes("name", name.as_ref()),
            length,
            piece_length: default_piece_length(length),
            hashes: Vec::new(),
            hasher: Sha1::new(),
            filled: 0,
            pushed: 0,
        }
    }

    /// Another piece length than the default. To be called before the first byte is pushed; kept within what [`Info`] takes.
    pub fn piece_length(mut self, piece_length: u32) -> Self {
        self.piece_length = piece_length.clamp(1, MAX_PIECE_LENGTH);
        self
    }

    /// Whether only its own trackers may be used (BEP 27). Not saying it and saying no are two different torrents.
    pub fn private(mut self, private: bool) -> Self {
        self.dict = self.dict.integer("private", i64::from(private));
        self
    }

    /// One more key with its value, bencoded already.
    pub fn extra(mut self, key: impl AsRef<[u8]>, value: impl Into<Vec<u8>>) -> Self {
        self.dict = self.dict.raw(key, value);
        self
    }

    /// The next bytes of the file, in portions of any size.
    pub fn push(&mut self, mut bytes: &[u8]) {
        self.pushed += bytes.len() as u64;
        while !bytes.is_empty() {
            let taken = bytes.len().min((self.piece_length - self.filled) as usize);
            self.hasher.update(&bytes[..taken]);
            self.filled += taken as u32;
            bytes = &bytes[taken..];
            if self.filled == self.piece_length {
                self.finish_piece();
            }
        }
    }

    /// The dictionary. Fails if not exactly the announced bytes were pushed, or if an extra value is not
    /// canonical bencode: other clients would hash another dictionary then.
    pub fn finish(mut self) -> Result<Info, MetainfoError> {
        if self.pushed != self.length {
            return Err(MetainfoError::Length);
        }
        if self.filled > 0 {
            self.finish_piece();
        }
        let length = i64::try_from(self.length).map_err(|_| MetainfoError::Length)?;
        let dict = self.dict.integer("length", length).integer("piece length", i64::from(self.piece_length));
        let raw = dict.bytes("pieces", &self.hashes).encode();
        bencode::decode(&raw)?;
        Info::parse(&raw)
    }

    fn finish_piece(&mut self) {
        self.hashes.extend_from_slice(&self.hasher.finalize_reset());
        self.filled = 0;
    }
}

/// The piece length that create-torrent chooses: the power of two nearest to a 1024th of the content (nearest as ratios go),
/// from 16 KiB to 4 MiB. Other clients that share the same bytes then land in the same swarm.
pub fn default_piece_length(length: u64) -> u32 {
    // length / 1024 >= 2^(log2 - 1/2), without fractions.
    let reaches = |log2: &u32| u128::from(length).pow(2) >= 1u128 << (2 * log2 - 1 + 20);
    1 << (MIN_PIECE_LENGTH_LOG2..=MAX_PIECE_LENGTH_LOG2).rev().find(reaches).unwrap_or(MIN_PIECE_LENGTH_LOG2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::bencode::{BencodeError, encode_bytes};

    #[test]
    fn an_extra_key_takes_its_sorted_place() {
        let mut builder = InfoBuilder::new("a", 1).extra("memo", b"d5:title1:Te".as_slice());
        builder.push(b"x");
        let raw = builder.finish().expect("a torrent with a card").raw().to_vec();
        assert!(raw.starts_with(b"d6:lengthi1e4:memod5:title1:Te4:name1:a12:piece lengthi16384e6:pieces20:"));
    }

    #[test]
    fn an_extra_value_must_be_canonical() {
        let finish = |value: &[u8]| InfoBuilder::new("a", 0).extra("memo", value).finish();
        assert_eq!(finish(b"i01e"), Err(MetainfoError::Bencode(BencodeError::Integer(19))));
        assert!(finish(b"d1:b0:1:a0:e").is_err(), "unsorted");
        assert!(finish(b"").is_err(), "nothing");
        assert!(finish(&encode_bytes("fine")).is_ok());
    }

    #[test]
    fn other_bytes_than_announced_are_refused() {
        for pushed in [0, 1, 3] {
            let mut builder = InfoBuilder::new("a", 2);
            builder.push(&vec![0; pushed]);
            assert_eq!(builder.finish(), Err(MetainfoError::Length), "{pushed} bytes");
        }
    }

    #[test]
    fn every_piece_verifies_with_any_piece_length() {
        let content: Vec<u8> = (0..100).collect();
        for piece_length in [1, 7, 50, 99, 100, 101] {
            let mut builder = InfoBuilder::new("a", 100).piece_length(piece_length);
            content.chunks(13).for_each(|portion| builder.push(portion));
            let info = builder.finish().expect("a torrent");
            assert_eq!(info.piece_count(), 100u32.div_ceil(piece_length));
            for piece in info.pieces() {
                let range = info.piece_range(piece);
                assert!(info.verify(piece, &content[range.start as usize..range.end as usize]));
            }
        }
    }

    #[test]
    fn piece_lengths_stay_within_bounds() {
        assert_eq!(default_piece_length(0), 16 * 1024);
        assert_eq!(default_piece_length(100 << 20), 128 * 1024);
        assert_eq!(default_piece_length(u64::MAX), 4 * 1024 * 1024);
        // The borders, where (length / 1024)² = 2^29.
        assert_eq!(default_piece_length(23_726_566), 16 * 1024);
        assert_eq!(default_piece_length(23_726_567), 32 * 1024);
    }
}
