//! Mends the WebM of a recorder: MediaRecorder with a timeslice writes neither length nor cues, so players show no length and
//! cannot seek.
//!
//! Two passes over the same bytes, so that memory stays flat for six hours:
//!
//! ```
//! # use voice_memos::memo::webm::{Scan, WebmError};
//! # fn mend(slices: &[Vec<u8>]) -> Result<Vec<u8>, WebmError> {
//! let mut scan = Scan::default();
//! slices.iter().for_each(|slice| scan.push(slice));
//! let layout = scan.finish()?;
//!
//! let mut mended = Vec::new();
//! let mut writer = layout.writer();
//! slices.iter().for_each(|slice| writer.push(slice, &mut mended));
//! writer.finish()?;
//! # Ok(mended)
//! # }
//! ```
//!
//! | file | what it does |
//! | --- | --- |
//! | `ebml` | the container's container: ids, sizes, numbers |
//! | `elements` | cuts slices into whole elements, past damage |
//! | `head` | what the head says of time and sound |
//! | `block` | when a block is heard |
//! | `timeline` | one recording out of all that was recorded, for both passes |
//! | `scan` | first pass: measures clusters and time |
//! | `layout` | where everything goes in the mended file: its head, with length and cues |
//! | `writer` | second pass: the mended file |
//! | `cut` | lets only a part of the recording through, for both passes: [`Scan::of_part`] |
//! | `opus` | how long a packet sounds |
//!
//! A take that was interrupted and continued is one recording behind the other. It becomes one file: what was recorded later
//! begins where the sound before it ends.
//!
//! Tracks and blocks are kept as they are, with one exception: audio blocks are marked as the key frames that they are.
//! Firefox does not, and players take that for damage.

mod block;
mod cut;
mod ebml;
mod elements;
mod head;
mod layout;
mod opus;
mod scan;
mod timeline;
mod writer;

use std::ops::Range;

pub use layout::Layout;
pub use scan::Scan;
pub use writer::Writer;

use crate::words::words;

/// Why a recording cannot be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WebmError {
    /// The bytes are something else.
    #[error("{}", words().files.no_webm)]
    NotWebm,
    /// The head does not say what the sound is.
    #[error("{}", words().files.webm_without_beginning)]
    NoTracks,
    /// A head and nothing behind it, or not even that.
    #[error("{}", words().files.webm_without_sound)]
    NoSound,
    /// A range of time in which nothing sounds.
    #[error("{}", words().files.silent_part)]
    EmptyPart,
    /// More clusters than any recording has.
    #[error("{}", words().files.webm_too_long)]
    TooLong,
    /// The second pass got other bytes than the first.
    #[error("{}", words().files.webm_changed)]
    Changed,
}

/// Whether these are the first bytes of a WebM file. In a take, that is where a recorder began.
pub fn begins_file(bytes: &[u8]) -> bool {
    bytes.starts_with(&ebml::EBML.to_be_bytes())
}

/// Both passes over bytes in memory: the mended file and its length in milliseconds.
pub fn remux(bytes: &[u8]) -> Result<(Vec<u8>, u64), WebmError> {
    both_passes(Scan::default(), bytes)
}

/// Both passes over bytes in memory, for the part of them that begins in this range of milliseconds.
pub fn cut(bytes: &[u8], range_ms: Range<u64>) -> Result<(Vec<u8>, u64), WebmError> {
    both_passes(Scan::of_part(range_ms), bytes)
}

fn both_passes(mut scan: Scan, bytes: &[u8]) -> Result<(Vec<u8>, u64), WebmError> {
    scan.push(bytes);
    let layout = scan.finish()?;
    let mut writer = layout.writer();
    let mut mended = Vec::new();
    writer.push(bytes, &mut mended);
    writer.finish()?;
    Ok((mended, layout.duration_ms()))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests;
