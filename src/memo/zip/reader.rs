//! Finds the directory of an archive, and in it the entries.
//!
//! Whoever made the file, no more of it is read than the directory, nothing is believed that lies outside of it, and all entries
//! together have no more bytes than the file: a small file cannot become a large library.

use std::ops::Range;

use super::fields::Fields;
use super::{
    CENTRAL_HEADER_LEN, END, END_LEN, Entry, SEE_ZIP64, SEE_ZIP64_SHORT, ZIP64_END, ZIP64_END_LEN, ZIP64_LOCATOR,
    ZIP64_LOCATOR_LEN, ZipError,
};

/// More memos than anybody has recorded.
pub const MAX_ENTRIES: usize = 1 << 17;

/// Largest directory: as many entries, with long names.
const MAX_DIRECTORY_LEN: u64 = 40 << 20;

/// The end, with the longest comment, and the signpost to the ZIP64 end in front of it.
const MAX_TAIL_LEN: u64 = (ZIP64_LOCATOR_LEN + END_LEN + u16::MAX as usize) as u64;

/// The opening of an archive: read what it [`wants`](Self::wants) until it wants nothing more, then take the
/// [`entries`](Self::entries).
#[derive(Debug)]
pub struct Opening {
    len: u64,
    step: Step,
}

#[derive(Debug)]
enum Step {
    /// The last bytes say where the directory is.
    Tail,
    /// They said where the ZIP64 end is, which says it.
    Zip64End(u64),
    Directory(Directory),
    Done(Vec<Entry>),
    Failed(ZipError),
}

#[derive(Clone, Copy, Debug)]
struct Directory {
    start: u64,
    len: u64,
    count: u64,
}

impl Opening {
    /// An archive of so many bytes.
    pub fn of(len: u64) -> Self {
        Self { len, step: Step::Tail }
    }

    /// Which bytes to read next; `None` when it is open, or cannot be opened.
    pub fn wants(&self) -> Option<Range<u64>> {
        match &self.step {
            Step::Tail => Some(self.len.saturating_sub(MAX_TAIL_LEN)..self.len),
            Step::Zip64End(at) => Some(*at..*at + ZIP64_END_LEN),
            Step::Directory(directory) => Some(directory.start..directory.start + directory.len),
            Step::Done(_) | Step::Failed(_) => None,
        }
    }

    /// Takes the bytes that it [`wants`](Self::wants).
    ///
    /// # Errors
    /// They are no zip file, or not one that can be read.
    pub fn read(&mut self, bytes: &[u8]) -> Result<(), ZipError> {
        let next = match &self.step {
            Step::Tail => self.read_tail(bytes),
            Step::Zip64End(at) => self.read_zip64_end(*at, bytes),
            Step::Directory(directory) => read_directory(*directory, bytes).map(Step::Done),
            Step::Done(_) | Step::Failed(_) => return Ok(()),
        };
        let (step, result) = match next {
            Ok(step) => (step, Ok(())),
            Err(error) => (Step::Failed(error), Err(error)),
        };
        self.step = step;
        result
    }

    /// What is in it, in the order of the directory.
    ///
    /// # Errors
    /// It could not be opened, or not all was read that it wants.
    pub fn entries(self) -> Result<Vec<Entry>, ZipError> {
        match self.step {
            Step::Done(entries) => Ok(entries),
            Step::Failed(error) => Err(error),
            Step::Tail | Step::Zip64End(_) | Step::Directory(_) => Err(ZipError::NotZip),
        }
    }

    fn read_tail(&self, tail: &[u8]) -> Result<Step, ZipError> {
        let at = find_end(tail).ok_or(ZipError::NotZip)?;
        let end_at = self.len - (tail.len() - at) as u64;
        let mut fields = Fields::of(&tail[at + 4..]);
        let (disk, directory_disk) = (fields.u16()?, fields.u16()?);
        let (count_here, count) = (fields.u16()?, fields.u16()?);
        let (len, start) = (fields.u32()?, fields.u32()?);
        let needs_more = [count_here, count].contains(&SEE_ZIP64_SHORT) || [len, start].contains(&SEE_ZIP64);
        if needs_more && let Some(place) = at.checked_sub(ZIP64_LOCATOR_LEN) {
            let mut fields = Fields::of(&tail[place..at]);
            if fields.u32()? == ZIP64_LOCATOR {
                fields.skip(4)?;
                let zip64_at = fields.u64()?;
                let fits = zip64_at.checked_add(ZIP64_END_LEN).is_some_and(|end| end <= end_at);
                return if fits { Ok(Step::Zip64End(zip64_at)) } else { Err(ZipError::Damaged) };
            }
        }
        if disk != 0 || directory_disk != 0 || count_here != count {
            return Err(ZipError::Split);
        }
        Directory { start: start.into(), len: len.into(), count: count.into() }.before(end_at)
    }

    fn read_zip64_end(&self, at: u64, bytes: &[u8]) -> Result<Step, ZipError> {
        let mut fields = Fields::of(bytes);
        if fields.u32()? != ZIP64_END {
            return Err(ZipError::Damaged);
        }
        fields.skip(8 + 2 + 2)?;
        let (disk, directory_disk) = (fields.u32()?, fields.u32()?);
        let (count_here, count) = (fields.u64()?, fields.u64()?);
        let (len, start) = (fields.u64()?, fields.u64()?);
        if disk != 0 || directory_disk != 0 || count_here != count {
            return Err(ZipError::Split);
        }
        Directory { start, len, count }.before(at)
    }
}

impl Directory {
    /// It ends before the record that tells of it, and is of a size that is read at once.
    fn before(self, end_at: u64) -> Result<Step, ZipError> {
        if self.count > MAX_ENTRIES as u64 || self.len > MAX_DIRECTORY_LEN {
            return Err(ZipError::TooMany);
        }
        let fits = self.start.checked_add(self.len).is_some_and(|end| end <= end_at);
        if fits && self.count * CENTRAL_HEADER_LEN as u64 <= self.len {
            Ok(Step::Directory(self))
        } else {
            Err(ZipError::Damaged)
        }
    }
}

/// The last end record whose comment reaches to the end of the file.
fn find_end(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LEN)?;
    (0..=last).rev().find(|&at| {
        let comment_len = usize::from(u16::from_le_bytes([tail[at + END_LEN - 2], tail[at + END_LEN - 1]]));
        tail[at..].starts_with(&END.to_le_bytes()) && at + END_LEN + comment_len == tail.len()
    })
}

fn read_directory(directory: Directory, bytes: &[u8]) -> Result<Vec<Entry>, ZipError> {
    if bytes.len() as u64 != directory.len {
        return Err(ZipError::Damaged);
    }
    let mut fields = Fields::of(bytes);
    let mut entries = Vec::new();
    let mut taken: u64 = 0;
    for _ in 0..directory.count {
        let entry = Entry::read(&mut fields, directory.start)?;
        // Entries may lie over each other, and a short file would unpack without an end.
        taken = taken.saturating_add(entry.len());
        if taken > directory.start {
            return Err(ZipError::Damaged);
        }
        entries.push(entry);
    }
    if fields.is_empty() { Ok(entries) } else { Err(ZipError::Damaged) }
}
