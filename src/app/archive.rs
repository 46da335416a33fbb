//! Many memos as one zip file, written as it is made: a step of one memo is in memory at a time, however many there are. Memos that
//! are views of one sound have one file.

use std::collections::{BTreeMap, BTreeSet};

use wasm_bindgen::JsValue;

use super::work::Running;
use super::{AppState, clock};
use crate::memo::zip::{Crc32, Names, NewEntry, ZipError, ZipWriter};
use crate::memo::{LIST_NAME, ListBuilder, Memo, MemoId};
use crate::store::Store;
use crate::web::{ObjectUrl, SaveFile};
use crate::words::{number, words};

/// The type of a zip file.
pub(super) const ZIP: &str = "application/zip";

/// Bytes read from the store at a time.
const STEP_BYTES: u64 = 4 << 20;

/// What became of it.
pub(super) enum Outcome {
    /// So many memos are in the file, which may still have to be downloaded; these could not be read.
    Done {
        count: usize,
        unreadable: Vec<String>,
        url: Option<ObjectUrl>,
    },
    Cancelled,
}

/// Why it ended before its end.
enum Stop {
    Cancelled,
    Failed(String),
}

/// Writes these memos and their list into the file.
pub(super) async fn write(app: AppState, running: &Running, file: SaveFile, memos: &[Memo]) -> Result<Outcome, String> {
    let mut archive = Archive::new(app.store(), running, &file, memos);
    match archive.write_all(memos).await {
        Ok(()) => {
            let Archive { count, unreadable, .. } = archive;
            let url = file.finish().await.map_err(|thrown| refused(&thrown))?;
            Ok(Outcome::Done { count, unreadable, url })
        }
        Err(stop) => {
            drop(archive);
            file.abandon().await;
            match stop {
                Stop::Cancelled => Ok(Outcome::Cancelled),
                Stop::Failed(reason) => Err(reason),
            }
        }
    }
}

/// The archive as far as it is written.
struct Archive<'a> {
    store: Store,
    running: &'a Running,
    file: &'a SaveFile,
    writer: ZipWriter,
    list: ListBuilder,
    names: Names,
    /// The file that has these bytes; `None` when they could not be read.
    files: BTreeMap<(MemoId, u64, u64), Option<String>>,
    count: usize,
    unreadable: Vec<String>,
    /// Every byte is read twice: once for the checksum that stands in front of it.
    done: u64,
    total: u64,
    of: usize,
}

impl<'a> Archive<'a> {
    fn new(store: Store, running: &'a Running, file: &'a SaveFile, memos: &[Memo]) -> Self {
        let sounds: BTreeSet<_> = memos.iter().map(Memo::bytes).collect();
        Self {
            store,
            running,
            file,
            writer: ZipWriter::default(),
            list: ListBuilder::default(),
            names: Names::default(),
            files: BTreeMap::new(),
            count: 0,
            unreadable: Vec::new(),
            done: 0,
            total: sounds.iter().map(|(_, start, end)| 2 * (end - start)).sum(),
            of: memos.len(),
        }
    }

    async fn write_all(&mut self, memos: &[Memo]) -> Result<(), Stop> {
        for memo in memos {
            let file = match self.files.get(&memo.bytes()) {
                Some(written) => written.clone(),
                None => self.write_sound(memo).await?,
            };
            match &file {
                Some(name) => {
                    self.list.push(memo, name);
                    self.count += 1;
                }
                // One damaged memo is no reason to keep back the others.
                None => self.unreadable.push(memo.display_title()),
            }
            self.files.insert(memo.bytes(), file);
        }
        let list = std::mem::take(&mut self.list).finish();
        let modified = clock::today();
        let entry = NewEntry { name: LIST_NAME, size: list.len() as u64, crc: Crc32::of(&list), modified };
        self.begin(&entry).await?;
        self.append(&list).await?;
        let directory = std::mem::take(&mut self.writer).finish()?;
        self.file.write(&directory).await.map_err(|thrown| Stop::Failed(refused(&thrown)))
    }

    /// `None` when some of its sound is not here.
    async fn checksum_of(&mut self, memo: &Memo) -> Result<Option<u32>, Stop> {
        let mut crc = Crc32::default();
        let mut at = 0;
        while at < memo.size {
            self.step()?;
            let Ok(Some(bytes)) = self.store.read_audio(memo, at..at + STEP_BYTES).await else { return Ok(None) };
            crc.push(&bytes);
            at += bytes.len() as u64;
            self.done += bytes.len() as u64;
        }
        Ok(Some(crc.value()))
    }

    /// Writes all of a memo's sound, and says what its file is called. `None` when some of it is not here.
    async fn write_sound(&mut self, memo: &Memo) -> Result<Option<String>, Stop> {
        let Some(crc) = self.checksum_of(memo).await? else { return Ok(None) };
        let name = self.names.claim(memo);
        let modified = clock::local(memo.begins_at_ms());
        self.begin(&NewEntry { name: &name, size: memo.size, crc, modified }).await?;
        let mut at = 0;
        while at < memo.size {
            self.step()?;
            let read = self.store.read_audio(memo, at..at + STEP_BYTES).await;
            let bytes = read.map_err(|error| Stop::Failed(error.to_string()))?.ok_or(ZipError::Changed)?;
            self.append(&bytes).await?;
            at += bytes.len() as u64;
            self.done += bytes.len() as u64;
        }
        Ok(Some(name))
    }

    async fn begin(&mut self, entry: &NewEntry<'_>) -> Result<(), Stop> {
        let front = self.writer.begin(entry)?;
        self.file.write(&front).await.map_err(|thrown| Stop::Failed(refused(&thrown)))
    }

    async fn append(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.writer.content(bytes)?;
        self.file.write(bytes).await.map_err(|thrown| Stop::Failed(refused(&thrown)))
    }

    fn step(&self) -> Result<(), Stop> {
        let at = (self.count + self.unreadable.len() + 1).min(self.of);
        let progress = words().exporting.memo_of.with([&number(at), &number(self.of)]);
        self.running.show(progress, self.done, self.total);
        if self.running.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

impl From<ZipError> for Stop {
    fn from(error: ZipError) -> Self {
        Self::Failed(words().exporting.failed.with([&error]))
    }
}

/// The browser does not write.
fn refused(thrown: &JsValue) -> String {
    let name = js_sys::Reflect::get(thrown, &"name".into()).ok().and_then(|name| name.as_string());
    match name.as_deref() {
        Some("QuotaExceededError") => words().exporting.no_room,
        _ => words().exporting.not_written,
    }
    .to_owned()
}
