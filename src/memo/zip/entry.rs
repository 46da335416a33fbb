//! One entry that was found, and where its bytes lie.

use std::ops::Range;

use super::fields::Fields;
use super::{CENTRAL_HEADER, LOCAL_HEADER, LOCAL_HEADER_LEN, SEE_ZIP64, ZIP64_EXTRA, ZipError};

/// One file in an archive, as the directory tells of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name, with the folders that it lies in. Whoever uses it as a name of anything cleans it first.
    pub name: String,
    /// Its bytes, unpacked.
    pub size: u64,
    /// Their checksum.
    pub crc: u32,
    /// Bytes in the archive.
    packed_size: u64,
    is_packed: bool,
    /// Where its front begins, and where the directory does, before which all of it must end.
    front_at: u64,
    limit: u64,
}

/// Bits of the flags that say that the bytes need a password (APPNOTE 4.4.4).
const LOCKED: u16 = 1 | 1 << 6;

impl Entry {
    /// Reads the next entry of the directory, which begins at `limit`.
    pub(super) fn read(fields: &mut Fields<'_>, limit: u64) -> Result<Self, ZipError> {
        if fields.u32()? != CENTRAL_HEADER {
            return Err(ZipError::Damaged);
        }
        fields.skip(4)?;
        let (flags, method) = (fields.u16()?, fields.u16()?);
        fields.skip(4)?;
        let crc = fields.u32()?;
        let (mut packed_size, mut size) = (u64::from(fields.u32()?), u64::from(fields.u32()?));
        let (name_len, extra_len, comment_len) = (fields.u16()?, fields.u16()?, fields.u16()?);
        let disk = fields.u16()?;
        fields.skip(6)?;
        let mut front_at = u64::from(fields.u32()?);
        let name = String::from_utf8_lossy(fields.bytes(name_len.into())?).into_owned();
        let extra = fields.bytes(extra_len.into())?;
        fields.skip(comment_len.into())?;
        if !matches!(disk, 0 | u16::MAX) {
            return Err(ZipError::Split);
        }

        // In this order, and only those for which there was no room (APPNOTE 4.5.3).
        let mut large = zip64_of(extra);
        for value in [&mut size, &mut packed_size, &mut front_at] {
            if *value == u64::from(SEE_ZIP64)
                && let Some(large) = &mut large
            {
                *value = large.u64()?;
            }
        }
        let is_packed = method != 0 || flags & LOCKED != 0 || size != packed_size;
        let entry = Self { name, size, crc, packed_size, is_packed, front_at, limit };
        entry.within(LOCAL_HEADER_LEN)?;
        Ok(entry)
    }

    /// Whether it is a folder.
    pub fn is_folder(&self) -> bool {
        self.name.ends_with('/')
    }

    /// Bytes of the archive that it takes at least.
    pub(super) fn len(&self) -> u64 {
        // Both are below the length of a file.
        LOCAL_HEADER_LEN + self.packed_size
    }

    /// The fixed part of its front, which says how long the rest of it is.
    pub fn front(&self) -> Range<u64> {
        self.front_at..self.front_at + LOCAL_HEADER_LEN
    }

    /// Where its bytes lie, given its [`front`](Self::front).
    ///
    /// # Errors
    /// They are compressed or locked, or the front is not one.
    pub fn content(&self, front: &[u8]) -> Result<Range<u64>, ZipError> {
        if self.is_packed {
            return Err(ZipError::Packed);
        }
        let mut fields = Fields::of(front);
        if fields.u32()? != LOCAL_HEADER {
            return Err(ZipError::Damaged);
        }
        fields.skip(22)?;
        let (name_len, extra_len) = (fields.u16()?, fields.u16()?);
        let front_len = LOCAL_HEADER_LEN + u64::from(name_len) + u64::from(extra_len);
        let end = self.within(front_len)?;
        Ok(end - self.size..end)
    }

    /// Where it ends when its front is so long. Nothing reaches into the directory.
    fn within(&self, front_len: u64) -> Result<u64, ZipError> {
        let end = self.front_at.checked_add(front_len).and_then(|at| at.checked_add(self.packed_size));
        end.filter(|end| *end <= self.limit).ok_or(ZipError::Damaged)
    }
}

/// The ZIP64 field among the extra ones. What is damaged there is of no use, and ends the search.
fn zip64_of(extra: &[u8]) -> Option<Fields<'_>> {
    let mut fields = Fields::of(extra);
    loop {
        let (id, len) = (fields.u16().ok()?, fields.u16().ok()?);
        let field = fields.bytes(len.into()).ok()?;
        if id == ZIP64_EXTRA {
            return Some(Fields::of(field));
        }
    }
}
