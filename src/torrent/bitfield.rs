//! Which pieces somebody has.

use std::fmt;

/// Which pieces somebody has, one bit each, in the layout of BEP 3: piece 0 is the highest bit of the first byte.
#[derive(Clone, PartialEq, Eq)]
pub struct Bitfield {
    bytes: Vec<u8>,
    len: u32,
    /// How many bits are set, so that "has everything" costs nothing to ask after each piece.
    ones: u32,
}

/// Why bytes are not the bitfield of a torrent. The sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BitfieldError {
    /// Not one bit per piece, rounded up to bytes.
    #[error("a bitfield of {actual} bytes where {expected} were due")]
    Length {
        /// Bytes that the piece count asks for.
        expected: usize,
        /// Bytes that there were.
        actual: usize,
    },
    /// Bits behind the last piece are set.
    #[error("a bitfield names pieces that do not exist")]
    SpareBits,
}

impl Bitfield {
    /// None of `len` pieces.
    pub fn new(len: u32) -> Self {
        Self { bytes: vec![0; byte_len(len)], len, ones: 0 }
    }

    /// All of `len` pieces.
    pub fn full(len: u32) -> Self {
        let mut bytes = vec![0xff; byte_len(len)];
        if let Some(last) = bytes.last_mut() {
            *last &= !spare_bits(len);
        }
        Self { bytes, len, ones: len }
    }

    /// Reads the payload of a `bitfield` message, or what [`as_bytes`](Self::as_bytes) gave, for a torrent of `len` pieces.
    pub fn from_bytes(bytes: impl Into<Vec<u8>>, len: u32) -> Result<Self, BitfieldError> {
        let bytes = bytes.into();
        if bytes.len() != byte_len(len) {
            return Err(BitfieldError::Length { expected: byte_len(len), actual: bytes.len() });
        }
        if bytes.last().is_some_and(|last| last & spare_bits(len) != 0) {
            return Err(BitfieldError::SpareBits);
        }
        let ones = bytes.iter().map(|byte| byte.count_ones()).sum();
        Ok(Self { bytes, len, ones })
    }

    /// How many pieces there are, had or not.
    pub fn len(&self) -> u32 {
        self.len
    }

    /// Whether the torrent has no pieces at all.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether this piece is had. A piece that does not exist is not.
    pub fn get(&self, index: u32) -> bool {
        index < self.len && self.bytes[index as usize / 8] & bit(index) != 0
    }

    /// Notes that this piece is had; `true` if that is news. A piece that does not exist is never news.
    pub fn set(&mut self, index: u32) -> bool {
        let news = index < self.len && !self.get(index);
        if news {
            self.bytes[index as usize / 8] |= bit(index);
            self.ones += 1;
        }
        news
    }

    /// Notes that this piece is not had any more; `true` if that is news.
    pub fn clear(&mut self, index: u32) -> bool {
        let news = self.get(index);
        if news {
            self.bytes[index as usize / 8] &= !bit(index);
            self.ones -= 1;
        }
        news
    }

    /// How many pieces are had.
    pub fn count_ones(&self) -> u32 {
        self.ones
    }

    /// Whether every piece is had. A torrent without pieces is complete.
    pub fn is_full(&self) -> bool {
        self.ones == self.len
    }

    /// The payload of a `bitfield` message.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The pieces that are had, in order.
    pub fn iter_ones(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len).filter(|&index| self.get(index))
    }

    /// The pieces that are not had, in order.
    pub fn iter_zeros(&self) -> impl Iterator<Item = u32> + '_ {
        (0..self.len).filter(|&index| !self.get(index))
    }
}

impl fmt::Debug for Bitfield {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bitfield({} of {})", self.ones, self.len)
    }
}

fn byte_len(len: u32) -> usize {
    len.div_ceil(8) as usize
}

fn bit(index: u32) -> u8 {
    0x80 >> (index % 8)
}

/// The bits of the last byte that stand for no piece.
fn spare_bits(len: u32) -> u8 {
    match len % 8 {
        0 => 0,
        used => 0xff >> used,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_piece_is_the_highest_bit() {
        let mut have = Bitfield::new(10);
        assert!(have.set(0) && have.set(9));
        assert_eq!(have.as_bytes(), [0b1000_0000, 0b0100_0000]);
        assert_eq!(have.iter_ones().collect::<Vec<_>>(), [0, 9]);
        assert_eq!(have.iter_zeros().count(), 8);
    }

    #[test]
    fn only_news_is_counted() {
        let mut have = Bitfield::new(3);
        assert!(have.set(1));
        assert!(!have.set(1), "the same piece twice is no news");
        assert!(!have.set(3), "a piece that does not exist is no news");
        assert_eq!((have.count_ones(), have.get(1), have.get(3)), (1, true, false));
        assert!(have.clear(1) && !have.clear(1));
        assert_eq!(have, Bitfield::new(3));
    }

    #[test]
    fn full_sets_no_spare_bits() {
        for len in 0..40 {
            let full = Bitfield::full(len);
            assert!(full.is_full());
            assert_eq!(full.iter_ones().count(), len as usize);
            assert_eq!(Bitfield::from_bytes(full.as_bytes(), len), Ok(full));
        }
    }

    #[test]
    fn spare_bits_and_wrong_lengths_are_refused() {
        assert_eq!(Bitfield::from_bytes([0b1110_0001], 3), Err(BitfieldError::SpareBits));
        assert_eq!(Bitfield::from_bytes([0, 0], 8), Err(BitfieldError::Length { expected: 1, actual: 2 }));
        assert_eq!(Bitfield::from_bytes([], 1), Err(BitfieldError::Length { expected: 1, actual: 0 }));
    }
}
