//! Archives: all memos of a device in one file that every computer opens (PKWARE APPNOTE 6.3.10).
//!
//! Both ways in flat memory, whatever is in the archive. Writing, each entry says its size and checksum in front, so that what is
//! read from front to back is whole, too; the sound is read twice for that, once to be summed up and once to be written:
//!
//! ```
//! # use voice_memos::memo::zip::{Crc32, NewEntry, ZipError, ZipWriter};
//! # use voice_memos::words::LocalTime;
//! # fn write(sound: &[u8]) -> Result<Vec<u8>, ZipError> {
//! # let modified = LocalTime { year: 2026, month: 11, day: 17, hour: 8, minute: 12 };
//! let (mut writer, mut file) = (ZipWriter::default(), Vec::new());
//! let entry = NewEntry { name: "Idea.webm", size: sound.len() as u64, crc: Crc32::of(sound), modified };
//! file.extend(writer.begin(&entry)?);
//! for part in sound.chunks(1 << 20) {
//!     writer.content(part)?;
//!     file.extend(part);
//! }
//! file.extend(writer.finish()?);
//! # Ok(file)
//! # }
//! ```
//!
//! Reading, the caller hands over the stretches that are asked for:
//!
//! ```
//! # use voice_memos::memo::zip::{Entry, Opening, ZipError};
//! # fn entries(file: &[u8]) -> Result<Vec<Entry>, ZipError> {
//! let mut opening = Opening::of(file.len() as u64);
//! while let Some(range) = opening.wants() {
//!     opening.read(&file[range.start as usize..range.end as usize])?;
//! }
//! opening.entries()
//! # }
//! ```
//!
//! | file | what it does |
//! | --- | --- |
//! | `crc` | the checksum |
//! | `writer` | fronts of entries, and the directory behind them |
//! | `reader` | finds the directory, and in it the entries |
//! | `entry` | one entry that was found, and where its bytes lie |
//! | `fields` | numbers out of bytes that a stranger wrote |
//! | `names` | a name of its own for each memo |
//!
//! Entries are stored as they are: sound that was compressed once does not shrink again.

mod crc;
mod entry;
mod fields;
mod names;
mod reader;
mod writer;

pub use crc::Crc32;
pub use entry::Entry;
pub use names::Names;
pub use reader::{MAX_ENTRIES, Opening};
pub use writer::{NewEntry, ZipWriter};

use crate::words::words;

const LOCAL_HEADER: u32 = 0x0403_4b50;
const CENTRAL_HEADER: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const ZIP64_END: u32 = 0x0606_4b50;
const ZIP64_LOCATOR: u32 = 0x0706_4b50;
/// The extra field that holds what 32 bits cannot (APPNOTE 4.5.3).
const ZIP64_EXTRA: u16 = 1;
/// "Look into the ZIP64 field", where a size or a place stands (APPNOTE 4.4.1.4).
const SEE_ZIP64: u32 = u32::MAX;
/// The same, where a number of entries stands.
const SEE_ZIP64_SHORT: u16 = u16::MAX;

const LOCAL_HEADER_LEN: u64 = 30;
const CENTRAL_HEADER_LEN: usize = 46;
const END_LEN: usize = 22;
const ZIP64_END_LEN: u64 = 56;
const ZIP64_LOCATOR_LEN: usize = 20;

/// Why an archive cannot be read or written. Each is the end of a sentence that names the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ZipError {
    /// Nothing in it says that it is one, or its end is missing.
    #[error("{}", words().files.no_zip)]
    NotZip,
    /// What it says about itself cannot be.
    #[error("{}", words().files.zip_damaged)]
    Damaged,
    /// It is spread over several files.
    #[error("{}", words().files.zip_split)]
    Split,
    /// More entries than any library has memos.
    #[error("{}", words().files.zip_too_many)]
    TooMany,
    /// An entry that is compressed or needs a password.
    #[error("{}", words().files.zip_packed)]
    Packed,
    /// The bytes of an entry are not those that its front promised.
    #[error("{}", words().files.zip_changed)]
    Changed,
    /// The checksum of an entry is another one.
    #[error("{}", words().files.zip_wrong_checksum)]
    WrongChecksum,
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
