//! Memo rows.

use js_sys::Reflect;
use rexie::KeyRange;
use wasm_bindgen::JsValue;

use super::connection::{Change, Durability};
use super::schema::{AUDIO, BY_INFO_HASH, MEMOS, TORRENTS};
use super::torrents::{have_of, mark, set_have};
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId};
use crate::torrent::InfoHash;

impl Store {
    /// Every memo, those in the bin too, in no particular order: one request, however many there are.
    ///
    /// # Errors
    /// The store cannot be read, or a row is damaged.
    pub async fn memos(&self) -> Result<Vec<Memo>, StoreError> {
        let rows = self.read(&[MEMOS])?.store(MEMOS)?.get_all(None, None).await?;
        rows.into_iter().map(|value| row::from_js("memo", value)).collect()
    }

    /// One memo.
    ///
    /// # Errors
    /// The store cannot be read, or the row is damaged.
    pub async fn memo(&self, id: &MemoId) -> Result<Option<Memo>, StoreError> {
        let value = self.read(&[MEMOS])?.store(MEMOS)?.get(id.as_str().into()).await?;
        value.map(|value| row::from_js("memo", value)).transpose()
    }

    /// The memos that are shared, or were received, under this infohash: several when their torrent has several files.
    ///
    /// # Errors
    /// The store cannot be read, or a row is damaged.
    pub async fn memos_by_info_hash(&self, info_hash: InfoHash) -> Result<Vec<Memo>, StoreError> {
        let transaction = self.read(&[MEMOS])?;
        let key = JsValue::from(info_hash.to_string());
        let range = KeyRange::only(&key).map_err(|error| StoreError::Other(error.to_string()))?;
        let found = transaction.store(MEMOS)?.index(BY_INFO_HASH)?.get_all(Some(range), None).await?;
        found.into_iter().map(|value| row::from_js("memo", value)).collect()
    }

    /// Writes a memo's row. Its audio should be there before, so that a memo appears as a whole.
    ///
    /// # Errors
    /// The row could not be stored.
    pub async fn put_memo(&self, memo: &Memo) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS], Durability::Relaxed)?;
        change.put(MEMOS, &row::to_js("memo", memo)?)?;
        change.done().await
    }

    /// Writes a memo's row and all of its audio, for one that is small: both are there, or none of it is.
    ///
    /// # Errors
    /// Nothing was stored.
    pub async fn put_small_memo(&self, memo: &Memo, audio: &[u8]) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, AUDIO], Durability::Relaxed)?;
        for (n, record) in (0..).zip(audio.chunks(memo.record_len.max(1) as usize)) {
            change.put_at(AUDIO, &row::numbered_key(memo.id.as_str(), n), &row::bytes_to_js(record))?;
        }
        change.put(MEMOS, &row::to_js("memo", memo)?)?;
        change.done().await
    }

    /// Reads, changes and writes a row with nothing in between. Returns the row as it is now, or `None` when there is none.
    ///
    /// # Errors
    /// The row is damaged or could not be stored; then nothing has changed.
    pub async fn update_memo(&self, id: &MemoId, edit: impl FnOnce(&mut Memo)) -> Result<Option<Memo>, StoreError> {
        let change = self.change(&[MEMOS], Durability::Relaxed)?;
        let Some(value) = change.get(MEMOS, &id.as_str().into()).await? else { return Ok(None) };
        let mut memo: Memo = row::from_js("memo", value)?;
        edit(&mut memo);
        change.put(MEMOS, &row::to_js("memo", &memo)?)?;
        change.done().await?;
        Ok(Some(memo))
    }

    /// As [`update_memo`](Self::update_memo), for several rows alike: all of them change, or none. Those that are not there are
    /// left out.
    ///
    /// # Errors
    /// A row is damaged or could not be stored; then nothing has changed.
    pub async fn update_memos(&self, ids: &[MemoId], edit: impl Fn(&mut Memo)) -> Result<Vec<Memo>, StoreError> {
        let change = self.change(&[MEMOS], Durability::Relaxed)?;
        let mut memos = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(value) = change.get(MEMOS, &id.as_str().into()).await? else { continue };
            let mut memo: Memo = row::from_js("memo", value)?;
            edit(&mut memo);
            change.put(MEMOS, &row::to_js("memo", &memo)?)?;
            memos.push(memo);
        }
        if !memos.is_empty() {
            change.done().await?;
        }
        Ok(memos)
    }

    /// Removes a memo for good: row, audio, what its link gives and torrent. Of a torrent with several memos goes what no other one needs. A missing
    /// memo is removed already. Returns the torrent.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn delete_memo(&self, id: &MemoId) -> Result<Option<InfoHash>, StoreError> {
        let change = self.change(&[MEMOS, AUDIO, TORRENTS], Durability::Relaxed)?;
        // Only these fields are read, so that a damaged row can be removed too.
        let stored = change.get(MEMOS, &id.as_str().into()).await?;
        let field = |name: &str| stored.as_ref().and_then(|value| Reflect::get(value, &name.into()).ok());
        let info_hash = field("infoHash").filter(JsValue::is_string);
        change.delete(MEMOS, &id.as_str().into())?;
        if let Some(info_hash) = &info_hash {
            if field("part").is_some_and(|part| part.is_object()) {
                let memo = stored.clone().and_then(|value| row::from_js("memo", value).ok());
                delete_part(&change, info_hash, memo).await?;
            } else {
                change.delete(TORRENTS, info_hash)?;
            }
        }
        change.delete_numbered(AUDIO, id.as_str())?;
        change.delete_numbered(AUDIO, id.of_clip().as_str())?;
        change.done().await?;
        Ok(info_hash.and_then(|hash| hash.as_string()?.parse().ok()))
    }
}

/// Removes the pieces that no other memo of a torrent needs; with the last memo, the torrent.
async fn delete_part(change: &Change, info_hash: &JsValue, memo: Option<Memo>) -> Result<(), StoreError> {
    let others = change.all_by(MEMOS, BY_INFO_HASH, info_hash).await?;
    if others.length() == 0 {
        change.delete(TORRENTS, info_hash)?;
        return change.delete_numbered(AUDIO, &info_hash.as_string().unwrap_or_default());
    }
    let (Some(memo), Some(torrent)) = (memo, change.get(TORRENTS, info_hash).await?) else { return Ok(()) };
    let others: Vec<Memo> = others.iter().map(|value| row::from_js("memo", value)).collect::<Result<_, _>>()?;
    let mut have = have_of(&torrent)?;
    for piece in memo.own_records().filter(|piece| others.iter().all(|other| !other.own_records().contains(piece))) {
        mark(&mut have, piece, false);
        change.delete(AUDIO, &row::numbered_key(memo.records().id.as_str(), piece))?;
    }
    set_have(&torrent, &have)?;
    change.put(TORRENTS, &torrent)
}
