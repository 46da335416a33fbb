//! What a memo is. Pure: no clock, no storage, no browser.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `memo` | the row that lists show and the library keeps |
//! | `waveform` | the shape of a sound in at most 256 bytes: the identity of a memo |
//! | `text` | the one way in which text from outside becomes harmless |
//! | `title` | the title that a memo has before it is given one |
//! | `file_name`, `mime` | the name that the shared bytes keep, and the types of audio |
//! | `card` | what a shared memo says about itself before its audio is there |
//! | `audio_digest`, `archive`, `zip` | whether two sounds are the same; many memos in one file |
//! | `import_report` | what became of files that were brought, in a sentence |
//! | `trim` | a memo of which a part is heard, and what its link gives then |
//! | `split` | one memo that becomes two views of one sound |
//! | `part`, `wav` | a part of a memo as one of its own; sound without compression, written and cut |
//! | `records`, `album` | where a memo's bytes lie, and the memos of a torrent with several files |
//! | `link` | the share link, made and read |
//! | `tags`, `search`, `sort` | what memos are put under, found by and sorted by |
//! | `catalogue`, `library`, `listing` | what the library shows, in which order, under which headings |
//! | `layout`, `selection` | where the rows of a long list stand, and which of them are selected |
//! | `listening`, `markers`, `shortcuts` | what a listener may ask for, moments that were marked, what keys do |
//! | `room`, `gaps` | how long a recording may still get, and what is missing in it |
//! | `ladder`, `delivery`, `tries` | an import, a share, and what was tried for either, in plain words |
//! | `drawing`, `kind` | a waveform as strokes, what kind of sound it is |
//! | `webm` | mends and cuts the recordings of browsers: length, cues, sizes |
//!
//! What the browser knows (the time zone, whether the network is there) is handed in as plain values, so that every decision in
//! here is held by a native test.

mod album;
mod archive;
mod audio_digest;
mod card;
mod catalogue;
mod delivery;
mod drawing;
mod file_name;
mod gaps;
mod import_report;
mod kind;
mod ladder;
mod layout;
mod library;
mod link;
mod listening;
mod listing;
mod markers;
#[allow(clippy::module_inception)]
mod memo;
mod mime;
mod part;
mod records;
mod room;
mod search;
mod selection;
mod shortcuts;
mod sort;
mod split;
mod tags;
mod text;
mod title;
mod tries;
mod trim;
mod wav;
mod waveform;
pub mod webm;
pub mod zip;

pub use album::memos_of;
pub use archive::{LIST_NAME, ListBuilder, MAX_LIST_BYTES, memo_of_file, read_list};
pub use audio_digest::{AudioDigest, DigestBuilder};
pub use card::{CARD_KEY, Card};
use card::{MAX_DATE_MS, MAX_DURATION_MS};
pub use catalogue::{Catalogue, Touched, View};
pub use delivery::{Delivery, ShareState};
pub use drawing::{BAR_PITCH, arrived, draw_bars, is_heard};
pub use file_name::{file_name, title_of_file};
pub use gaps::{Gap, Heard, MAX_GAPS, gaps, place_in_memo};
pub use import_report::ImportReport;
pub use kind::type_in_words;
pub use ladder::{ImportState, Ladder, Step, StepProgress};
pub use layout::{Layout, Sizes, drawn, follow, walk};
pub use library::{Filter, Mark, heading, percent, percent_of};
pub use link::{LinkError, MAX_LINK_LEN, MAX_MEMOS, parse_link, share_link};
pub use listening::{Pauses, Repeat, neighbours, speed_in_pause};
pub use listing::{Listing, heir};
pub use markers::{MAX_MARKERS, add_marker};
pub use memo::{BIN_DAYS, InvalidMemoId, Memo, MemoId, Origin};
pub use mime::{clean_mime, has_no_sound, mime_of_file};
pub use part::{Cut, part_of};
pub use records::{Part, Records, Sound};
pub use room::{room_in_words, room_ms};
pub use search::Query;
pub use selection::Selection;
pub use shortcuts::{Focus, LEAP_MS, STEP_MS, Shortcut, shortcuts};
pub use sort::Sort;
pub use split::{keeper_of_sound, place_to_split, split, view_of};
pub use tags::{TAG_MAX_CHARS, TAGS_MAX, Tags, clean_tag, typed_tags};
pub use text::{NOTES_MAX_CHARS, TITLE_MAX_CHARS, clean_notes, clean_title};
pub use title::default_title;
pub use tries::{Try, tries};
pub use trim::{Clip, LinkGives, Span};
pub use wav::{WAV_HEAD_BYTES, Wav, WavError, sample_16, wav_front};
pub use waveform::{Waveform, WaveformBuilder, peak_of};
