//! The memos of a zip file: those of its list as they were, or its sounds as files where there is no list.

use std::collections::BTreeMap;

use web_sys::{Blob, File};

use super::sound::{Kept, Same};
use super::{Batch, Stop, part_of, read, size_of};
use crate::app::{files, ids};
use crate::memo::zip::{Crc32, Entry, Opening, ZipError};
use crate::memo::{LIST_NAME, MAX_LIST_BYTES, Memo, memo_of_file, read_list};
use crate::words::words;

impl Batch {
    /// Brings back what is in an archive. A memo that fails is named, and does not stop the others.
    pub(in crate::app) async fn import_archive(&mut self, file: &File) -> Result<(), Stop> {
        self.is_quick = false;
        self.advance(0)?;
        let entries = open(file).await?;
        let list = match entries.iter().find(|entry| entry.name == LIST_NAME) {
            Some(entry) => read_memos(file, entry).await,
            None => Ok(Vec::new()),
        };
        match list {
            Ok(memos) if !memos.is_empty() => self.bring_back(file, &entries, memos).await,
            Ok(_) => self.import_entries(file, &entries).await,
            Err(reason) => {
                self.report.fail(file.name(), reason);
                self.import_entries(file, &entries).await
            }
        }
    }

    async fn bring_back(&mut self, file: &File, entries: &[Entry], memos: Vec<(String, Memo)>) -> Result<(), Stop> {
        let by_name: BTreeMap<&str, &Entry> = entries.iter().map(|entry| (entry.name.as_str(), entry)).collect();
        self.of = (self.of + memos.len()).saturating_sub(1);
        for (name, memo) in memos {
            let title = memo.display_title();
            let kept = match by_name.get(name.as_str()) {
                Some(entry) => self.bring_back_one(file, entry, memo).await,
                None => Err(words().importing.sound_not_in_archive.into()),
            };
            match kept {
                Ok(Kept::New | Kept::Restored) => self.report.brought_back += 1,
                Ok(Kept::Known) => self.report.known += 1,
                Err(Stop::Failed(reason)) => self.report.fail(title, reason),
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            }
        }
        Ok(())
    }

    async fn bring_back_one(&mut self, file: &File, entry: &Entry, mut memo: Memo) -> Result<Kept, Stop> {
        let here = self.app.memos.find_untracked(&memo.id);
        if let Some(known) = here.as_ref().filter(|known| known.complete) {
            self.begun += 1;
            self.advance(entry.size)?;
            return Ok(self.welcome(known));
        }
        // A name that stands for a link belongs to what comes by it, and so do the records under it.
        if here.is_some() || !memo.id.is_uuid() {
            memo.id = ids::new_memo_id().ok_or(words().importing.no_identifiers)?;
        }
        let sound = content(file, entry).await?;
        self.keep(&sound, memo, Some(entry.crc), Same::BytesAndPart).await
    }

    /// The sounds in an archive that somebody else made.
    async fn import_entries(&mut self, file: &File, entries: &[Entry]) -> Result<(), Stop> {
        let mut sounds = Vec::new();
        for entry in entries {
            let name = entry.name.rsplit(['/', '\\']).next().unwrap_or_default();
            // What begins with a dot is about a file, and not one that anybody put there.
            if entry.is_folder() || name.starts_with('.') {
                continue;
            }
            let id = ids::new_memo_id().ok_or(words().importing.no_identifiers)?;
            let memo = memo_of_file(id, name).map(|memo| Memo { recorded_at_ms: files::changed_at(file), ..memo });
            sounds.extend(memo.map(|memo| (entry, memo)));
        }
        if sounds.is_empty() {
            return Err(words().importing.no_sound_in_archive.into());
        }
        self.of = (self.of + sounds.len()).saturating_sub(1);
        for (entry, memo) in sounds {
            let imported = async {
                let sound = content(file, entry).await?;
                self.keep(&sound, memo, Some(entry.crc), Same::Bytes).await
            };
            match imported.await {
                Ok(Kept::New) => self.report.imported += 1,
                Ok(Kept::Known | Kept::Restored) => self.report.known += 1,
                Err(Stop::Failed(reason)) => self.report.fail(entry.name.clone(), reason),
                Err(Stop::Cancelled) => return Err(Stop::Cancelled),
            }
        }
        Ok(())
    }
}

async fn open(file: &Blob) -> Result<Vec<Entry>, String> {
    let mut opening = Opening::of(size_of(file));
    while let Some(range) = opening.wants() {
        let bytes = read(file, range).await?;
        opening.read(&bytes).map_err(|error| error.to_string())?;
    }
    opening.entries().map_err(|error| error.to_string())
}

/// The bytes of an entry, not read yet.
async fn content(file: &Blob, entry: &Entry) -> Result<Blob, String> {
    let front = read(file, entry.front()).await?;
    let range = entry.content(&front).map_err(|error| error.to_string())?;
    part_of(file, range).map_err(|_| words().importing.unreadable.to_owned())
}

async fn read_memos(file: &Blob, entry: &Entry) -> Result<Vec<(String, Memo)>, String> {
    if entry.size > MAX_LIST_BYTES {
        return Err(ZipError::TooMany.to_string());
    }
    let list = content(file, entry).await?;
    let bytes = read(&list, 0..entry.size).await?;
    if Crc32::of(&bytes) != entry.crc {
        return Err(ZipError::WrongChecksum.to_string());
    }
    read_list(&bytes).map_err(|error| error.to_string())
}
