//! Numbers out of bytes that a stranger wrote, in the order of the file. All of a zip file is little-endian.

use super::ZipError;

/// Reads from the front of what is left.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn of(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn bytes(&mut self, len: usize) -> Result<&'a [u8], ZipError> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(ZipError::Damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn skip(&mut self, len: usize) -> Result<(), ZipError> {
        self.bytes(len).map(drop)
    }

    pub(super) fn u16(&mut self) -> Result<u16, ZipError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, ZipError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn u64(&mut self) -> Result<u64, ZipError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn array<const LEN: usize>(&mut self) -> Result<[u8; LEN], ZipError> {
        self.bytes(LEN)?.try_into().map_err(|_| ZipError::Damaged)
    }
}
