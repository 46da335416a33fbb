//! Memo rows.

use js_sys::Reflect;
use rexie::KeyRange;
use wasm_bindgen::JsValue;

use super::connection::Durability;
use super::schema::{AUDIO, BY_INFO_HASH, MEMOS, TORRENTS};
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

    /// The memo that is shared, or was received, under this infohash.
    ///
    /// # Errors
    /// The store cannot be read, or the row is damaged.
    pub async fn memo_by_info_hash(&self, info_hash: InfoHash) -> Result<Option<Memo>, StoreError> {
        let transaction = self.read(&[MEMOS])?;
        let key = JsValue::from(info_hash.to_string());
        let range = KeyRange::only(&key).map_err(|error| StoreError::Other(error.to_string()))?;
        let found = transaction.store(MEMOS)?.index(BY_INFO_HASH)?.get_all(Some(range), Some(1)).await?;
        found.into_iter().next().map(|value| row::from_js("memo", value)).transpose()
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

    /// Removes a memo for good: row, audio and torrent. A missing one is removed already.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn delete_memo(&self, id: &MemoId) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, AUDIO, TORRENTS], Durability::Relaxed)?;
        // Only this field is read, so that a damaged row can be removed too.
        let stored = change.get(MEMOS, &id.as_str().into()).await?;
        let info_hash = stored.and_then(|value| Reflect::get(&value, &"infoHash".into()).ok());
        if let Some(info_hash) = info_hash.filter(JsValue::is_string) {
            change.delete(TORRENTS, &info_hash)?;
        }
        change.delete(MEMOS, &id.as_str().into())?;
        change.delete_numbered(AUDIO, id.as_str())?;
        change.done().await
    }
}
