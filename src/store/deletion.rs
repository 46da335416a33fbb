//! What goes for good, and what has to stay because another memo reads it.
//!
//! Rows say which records they read: their own, the pieces of their torrent, or those of the memo that they were split off. Whether
//! anybody else reads records is asked in the change that would remove them, so that nothing can come in between.

use js_sys::Reflect;
use rexie::KeyRange;
use wasm_bindgen::JsValue;

use super::connection::{Change, Durability};
use super::schema::{AUDIO, BY_INFO_HASH, BY_SOUND, MEMOS, TORRENTS};
use super::torrents::{have_of, mark, set_have};
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId};
use crate::torrent::InfoHash;

impl Store {
    /// Removes a memo for good: row, what its link gives, torrent and audio, but nothing that another memo needs. A missing memo is
    /// removed already. Returns the torrent.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn delete_memo(&self, id: &MemoId) -> Result<Option<InfoHash>, StoreError> {
        let change = self.change(&[MEMOS, AUDIO, TORRENTS], Durability::Relaxed)?;
        let stored = change.get(MEMOS, &id.as_str().into()).await?;
        change.delete_memo(id)?;
        change.delete_numbered(AUDIO, id.of_clip().as_str())?;
        let said = Said::by(stored.as_ref());
        if let Some(info_hash) = &said.info_hash
            && change.all_by(MEMOS, BY_INFO_HASH, &info_hash.as_str().into()).await?.length() == 0
        {
            change.delete(TORRENTS, &info_hash.as_str().into())?;
        }
        let records = said.records.as_deref().unwrap_or(id.as_str());
        let memo = stored.and_then(|value| row::from_js::<Memo>("memo", value).ok());
        delete_unread(&change, records, memo).await?;
        change.done().await?;
        Ok(said.info_hash.and_then(|hash| hash.parse().ok()))
    }

    /// Removes all bytes of this name, which belong to no memo or to one that is about to go: it never appeared, it has not arrived,
    /// or they are what its link gives. Rows stay, and so do bytes that a memo reads which was split off.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn delete_audio(&self, id: &MemoId) -> Result<(), StoreError> {
        let change = self.change(&[AUDIO, MEMOS], Durability::Relaxed)?;
        if !is_borrowed(&change, id.as_str()).await? {
            change.delete_numbered(AUDIO, id.as_str())?;
        }
        change.done().await
    }

    /// Whether a memo that was split off another one reads the records of this name. Then nothing else may be written there.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn is_borrowed(&self, id: &MemoId) -> Result<bool, StoreError> {
        let key = JsValue::from(id.as_str());
        let range = KeyRange::only(&key).map_err(|error| StoreError::Other(error.to_string()))?;
        let found = self.read(&[MEMOS])?.store(MEMOS)?.index(BY_SOUND)?.get_all(Some(range), Some(1)).await?;
        Ok(!found.is_empty())
    }
}

/// See [`Store::is_borrowed`].
pub(super) async fn is_borrowed(change: &Change, records: &str) -> Result<bool, StoreError> {
    Ok(change.all_by(MEMOS, BY_SOUND, &records.into()).await?.length() > 0)
}

/// What a row says, field by field, so that a damaged one can be removed too.
struct Said {
    info_hash: Option<String>,
    /// The records that it reads, if they are not named as itself.
    records: Option<String>,
}

impl Said {
    fn by(row: Option<&JsValue>) -> Self {
        let field = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok();
        let own = |name: &str| row.and_then(|row| field(row, name));
        let info_hash = own("infoHash").and_then(|hash| hash.as_string());
        let is_part = own("part").is_some_and(|part| part.is_object());
        let sound = own("sound").filter(JsValue::is_object);
        let borrowed = sound.and_then(|sound| field(&sound, "records")?.as_string());
        let records = borrowed.or_else(|| info_hash.clone().filter(|_| is_part));
        Self { info_hash, records }
    }
}

/// Removes what a memo that is gone had of these records, and nobody else reads: all of them with the last reader. `None` is a memo
/// whose row was damaged: nobody knows which part was its own.
async fn delete_unread(change: &Change, records: &str, gone: Option<Memo>) -> Result<(), StoreError> {
    let Some(readers) = readers_of(change, records).await? else { return Ok(()) };
    if readers.is_empty() {
        return change.delete_numbered(AUDIO, records);
    }
    let Some(gone) = gone else { return Ok(()) };
    let is_unread = |record: &u32| readers.iter().all(|reader| !reader.own_records().contains(record));
    let unread: Vec<u32> = gone.own_records().filter(is_unread).collect();
    for record in &unread {
        change.delete(AUDIO, &row::numbered_key(records, *record))?;
    }
    // Where a torrent has several memos, its pieces are the records, and it has to know which are gone.
    if !unread.is_empty()
        && let Some(torrent) = change.get(TORRENTS, &records.into()).await?
    {
        let mut have = have_of(&torrent)?;
        unread.iter().for_each(|record| mark(&mut have, *record, false));
        set_have(&torrent, &have)?;
        change.put(TORRENTS, &torrent)?;
    }
    Ok(())
}

/// The memos that read these records: those that were split off, the one that made them, and those that came together in a torrent of
/// this name. `None` when one of them is damaged: then it may read any of them.
async fn readers_of(change: &Change, records: &str) -> Result<Option<Vec<Memo>>, StoreError> {
    let mut rows: Vec<JsValue> = change.all_by(MEMOS, BY_SOUND, &records.into()).await?.iter().collect();
    rows.extend(change.all_by(MEMOS, BY_INFO_HASH, &records.into()).await?.iter());
    rows.extend(change.get(MEMOS, &records.into()).await?);
    let memos: Result<Vec<Memo>, _> = rows.into_iter().map(|value| row::from_js("memo", value)).collect();
    let reads_them = |memo: &Memo| memo.records().id.as_str() == records;
    Ok(memos.ok().map(|memos| memos.into_iter().filter(reads_them).collect()))
}
