//! Fronts of entries, and the directory behind them.

use super::{
    CENTRAL_HEADER, Crc32, END, LOCAL_HEADER, MAX_ENTRIES, SEE_ZIP64, SEE_ZIP64_SHORT, ZIP64_END, ZIP64_EXTRA,
    ZIP64_LOCATOR, ZipError,
};
use crate::words::LocalTime;

/// Names are UTF-8 (APPNOTE 4.4.4, bit 11).
const FLAGS: u16 = 1 << 11;
/// Stored as it is (APPNOTE 4.4.5).
const STORED: u16 = 0;
/// Which version of the format it takes to read an entry (APPNOTE 4.4.3): 2.0, and 4.5 for ZIP64.
const PLAIN: u16 = 20;
const ZIP64: u16 = 45;
/// Made on Unix, by version 4.5, so that the permissions below count (APPNOTE 4.4.2).
const MADE_BY: u16 = 3 << 8 | ZIP64;
/// A plain file that everybody may read and its owner may write.
const PERMISSIONS: u32 = 0o100_644 << 16;

/// What is about to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// Its name, of its own in this archive.
    pub name: &'a str,
    /// Its bytes.
    pub size: u64,
    /// Their checksum.
    pub crc: u32,
    /// When it was made, by the clock on the wall: zip files know no time zone.
    pub modified: LocalTime,
}

/// Writes an archive: [`begin`](Self::begin) an entry, hand its bytes to [`content`](Self::content) on their way, and
/// [`finish`](Self::finish) after the last one. What is returned belongs into the file, and so do the bytes.
#[derive(Debug, Default)]
pub struct ZipWriter {
    /// The fronts of the entries again, as they stand at the end of the file.
    directory: Vec<u8>,
    count: u64,
    /// Bytes of the file so far.
    at: u64,
    /// What is still to come of the current entry, and what its checksum has to be.
    rest: u64,
    crc: Crc32,
    expected_crc: u32,
}

impl ZipWriter {
    /// Begins an entry. Returns its front.
    ///
    /// # Errors
    /// The last entry is not whole, or there are too many.
    pub fn begin(&mut self, entry: &NewEntry<'_>) -> Result<Vec<u8>, ZipError> {
        self.end_entry()?;
        let name = entry.name.as_bytes();
        let name_len = u16::try_from(name.len()).map_err(|_| ZipError::Damaged)?;
        if self.count == MAX_ENTRIES as u64 {
            return Err(ZipError::TooMany);
        }
        // Both forms of a size stand together: a reader that goes from front to back has nothing else (APPNOTE 4.5.3).
        let extra =
            if entry.size >= u64::from(SEE_ZIP64) { zip64_extra(&[entry.size, entry.size]) } else { Vec::new() };
        let mut front = Vec::new();
        put(&mut front, LOCAL_HEADER.to_le_bytes());
        put(&mut front, if extra.is_empty() { PLAIN } else { ZIP64 }.to_le_bytes());
        self.put_common(entry, &mut front);
        put(&mut front, name_len.to_le_bytes());
        put(&mut front, (extra.len() as u16).to_le_bytes());
        put(&mut front, name);
        put(&mut front, extra);
        self.list(entry, name_len);
        self.count += 1;
        self.at += front.len() as u64;
        (self.rest, self.crc, self.expected_crc) = (entry.size, Crc32::default(), entry.crc);
        Ok(front)
    }

    /// Takes note of the next bytes of the current entry.
    ///
    /// # Errors
    /// They are more than its front promised.
    pub fn content(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        self.rest = self.rest.checked_sub(bytes.len() as u64).ok_or(ZipError::Changed)?;
        self.crc.push(bytes);
        self.at += bytes.len() as u64;
        Ok(())
    }

    /// Ends the archive. Returns the directory.
    ///
    /// # Errors
    /// The last entry is not whole.
    pub fn finish(mut self) -> Result<Vec<u8>, ZipError> {
        self.end_entry()?;
        let (start, len) = (self.at, self.directory.len() as u64);
        let mut out = std::mem::take(&mut self.directory);
        let is_large =
            self.count >= u64::from(SEE_ZIP64_SHORT) || len >= u64::from(SEE_ZIP64) || start >= u64::from(SEE_ZIP64);
        if is_large {
            self.put_zip64_end(start, len, &mut out);
        }
        put(&mut out, END.to_le_bytes());
        // The numbers of this disk and of the one where the directory begins: there are no disks.
        put(&mut out, [0; 4]);
        let count = u16::try_from(self.count).unwrap_or(SEE_ZIP64_SHORT).to_le_bytes();
        put(&mut out, count);
        put(&mut out, count);
        put(&mut out, short(len).to_le_bytes());
        put(&mut out, short(start).to_le_bytes());
        // No comment.
        put(&mut out, [0; 2]);
        Ok(out)
    }

    fn end_entry(&self) -> Result<(), ZipError> {
        let is_whole = self.rest == 0 && (self.count == 0 || self.crc.value() == self.expected_crc);
        if is_whole { Ok(()) } else { Err(ZipError::Changed) }
    }

    /// What stands the same in front of an entry and in the directory: from the flags to the size.
    fn put_common(&self, entry: &NewEntry<'_>, out: &mut Vec<u8>) {
        put(out, FLAGS.to_le_bytes());
        put(out, STORED.to_le_bytes());
        put(out, dos_time(entry.modified).to_le_bytes());
        put(out, dos_date(entry.modified).to_le_bytes());
        put(out, entry.crc.to_le_bytes());
        put(out, short(entry.size).to_le_bytes());
        put(out, short(entry.size).to_le_bytes());
    }

    fn list(&mut self, entry: &NewEntry<'_>, name_len: u16) {
        let mut large = Vec::new();
        if entry.size >= u64::from(SEE_ZIP64) {
            large.extend([entry.size, entry.size]);
        }
        if self.at >= u64::from(SEE_ZIP64) {
            large.push(self.at);
        }
        let extra = if large.is_empty() { Vec::new() } else { zip64_extra(&large) };
        let mut out = std::mem::take(&mut self.directory);
        put(&mut out, CENTRAL_HEADER.to_le_bytes());
        put(&mut out, MADE_BY.to_le_bytes());
        put(&mut out, if extra.is_empty() { PLAIN } else { ZIP64 }.to_le_bytes());
        self.put_common(entry, &mut out);
        put(&mut out, name_len.to_le_bytes());
        put(&mut out, (extra.len() as u16).to_le_bytes());
        // No comment, the first disk, nothing known about its inside.
        put(&mut out, [0; 6]);
        put(&mut out, PERMISSIONS.to_le_bytes());
        put(&mut out, short(self.at).to_le_bytes());
        put(&mut out, entry.name.as_bytes());
        put(&mut out, extra);
        self.directory = out;
    }

    fn put_zip64_end(&self, start: u64, len: u64, out: &mut Vec<u8>) {
        let end_at = start + len;
        put(out, ZIP64_END.to_le_bytes());
        // Bytes of what follows in this record.
        put(out, 44_u64.to_le_bytes());
        put(out, MADE_BY.to_le_bytes());
        put(out, ZIP64.to_le_bytes());
        put(out, [0; 8]);
        put(out, self.count.to_le_bytes());
        put(out, self.count.to_le_bytes());
        put(out, len.to_le_bytes());
        put(out, start.to_le_bytes());
        put(out, ZIP64_LOCATOR.to_le_bytes());
        put(out, [0; 4]);
        put(out, end_at.to_le_bytes());
        // One disk in all.
        put(out, 1_u32.to_le_bytes());
    }

    /// Pretends that all of the current entry was written.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn pretend(&mut self) {
        self.at += self.rest;
        (self.rest, self.expected_crc) = (0, self.crc.value());
    }
}

fn put(out: &mut Vec<u8>, bytes: impl AsRef<[u8]>) {
    out.extend_from_slice(bytes.as_ref());
}

/// What does not fit stands in the ZIP64 field.
fn short(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(SEE_ZIP64)
}

fn zip64_extra(values: &[u64]) -> Vec<u8> {
    let mut extra = Vec::new();
    put(&mut extra, ZIP64_EXTRA.to_le_bytes());
    put(&mut extra, (8 * values.len() as u16).to_le_bytes());
    values.iter().for_each(|value| put(&mut extra, value.to_le_bytes()));
    extra
}

/// The clock of MS-DOS counts in two seconds (APPNOTE 4.4.6).
fn dos_time(at: LocalTime) -> u16 {
    u16::from(at.hour) << 11 | u16::from(at.minute) << 5
}

/// Its calendar has the years from 1980 to 2107.
fn dos_date(at: LocalTime) -> u16 {
    let years = u16::try_from(at.year.clamp(1980, 2107) - 1980).unwrap_or(0);
    years << 9 | u16::from(at.month) << 5 | u16::from(at.day)
}
