//! IndexedDB: where memos live.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `schema` | the object stores, and how an older database becomes a current one |
//! | `connection` | opening, making room for a newer version, one transaction for a change |
//! | `row` | values on their way in and out |
//! | `news` | what became of memo rows, told in all tabs |
//! | `audio_writer` | bytes in any portions become records |
//! | `part_reader` | a part of a memo becomes a file |
//! | `deletion` | what goes for good, and what another memo still needs |
//! | `memos`, `audio`, `takes`, `torrents`, `settings` | what the app asks, one file for each object store |
//! | `room` | how much of the disk is used, and whether the browser may evict it |
//! | `error` | what can go wrong, as sentences for people |
//!
//! Rows are plain objects with the names of their fields in camelCase, audio is bytes in records of bounded size, and lists
//! never touch it. Every change is one transaction: it is there as a whole or not at all.
//!
//! Reading goes through rexie. Writing has a connection of its own, because rexie cannot ask for `durability: "strict"` (a
//! second of speech must survive a power cut) and drops the reason of an aborted transaction (a full disk).

mod audio;
mod audio_writer;
mod connection;
mod deletion;
mod error;
mod memos;
mod news;
mod part_reader;
mod room;
mod row;
mod schema;
mod settings;
mod takes;
mod torrents;

pub use audio::RECORD_LEN;
pub use audio_writer::AudioWriter;
pub use connection::{Hold, Store};
pub use error::StoreError;
pub use news::News;
pub use part_reader::{CutError, PartReader};
pub use room::Usage;
pub use takes::{Chunk, Take, TakeId};
pub use torrents::TorrentRow;
