//! CRC-32 as zip files use it (APPNOTE 4.4.7): the reflected polynomial 0xEDB88320.

/// The checksum of bytes that come in any split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc32(u32);

/// What each byte does to the checksum.
const TABLE: [u32; 256] = table();

const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let mut value = byte as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { value >> 1 ^ 0xEDB8_8320 } else { value >> 1 };
            bit += 1;
        }
        table[byte] = value;
        byte += 1;
    }
    table
}

impl Crc32 {
    /// The checksum of bytes that are all here.
    pub fn of(bytes: &[u8]) -> u32 {
        let mut crc = Self::default();
        crc.push(bytes);
        crc.value()
    }

    /// Takes the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |crc, &byte| TABLE[usize::from(crc as u8 ^ byte)] ^ crc >> 8);
    }

    /// The checksum of all bytes so far.
    pub fn value(self) -> u32 {
        !self.0
    }
}

impl Default for Crc32 {
    fn default() -> Self {
        Self(u32::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_everybody_computes() {
        assert_eq!(Crc32::of(b"123456789"), 0xCBF4_3926, "the check value of the catalogue of CRCs");
        assert_eq!(Crc32::of(b""), 0);
        assert_eq!(Crc32::of(b"The quick brown fox jumps over the lazy dog"), 0x414F_A339);
    }

    #[test]
    fn the_split_makes_no_difference() {
        let bytes: Vec<u8> = (0..=255).collect();
        for cut in [0, 1, 7, 255, 256] {
            let mut crc = Crc32::default();
            crc.push(&bytes[..cut]);
            crc.push(&bytes[cut..]);
            assert_eq!(crc.value(), Crc32::of(&bytes), "cut at {cut}");
        }
    }
}
