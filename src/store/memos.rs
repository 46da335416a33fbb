//! Memo rows.

use rexie::KeyRange;
use wasm_bindgen::JsValue;

use super::connection::Durability;
use super::schema::{AUDIO, BY_INFO_HASH, MEMOS};
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
        change.put_memo(memo)?;
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
        change.put_memo(memo)?;
        change.done().await
    }

    /// Reads, changes and writes a row with nothing in between. Returns the row as it is now, or `None` when there is none.
    ///
    /// # Errors
    /// The row is damaged or could not be stored; then nothing has changed.
    pub async fn update_memo(&self, id: &MemoId, edit: impl FnOnce(&mut Memo)) -> Result<Option<Memo>, StoreError> {
        let change = self.change(&[MEMOS], Durability::Relaxed)?;
        let Some(mut memo) = change.get_memo(id).await? else { return Ok(None) };
        edit(&mut memo);
        change.put_memo(&memo)?;
        change.done().await?;
        Ok(Some(memo))
    }

    /// Writes what is made of a row as it is now, with nothing in between: a memo that is to read the bytes of another one begins while
    /// they are there. Returns what was written, or `None` when there is no such row, or nothing to be made of it.
    ///
    /// # Errors
    /// The row is damaged, or nothing could be stored.
    pub async fn derive_memos<const COUNT: usize>(
        &self,
        from: &MemoId,
        derive: impl FnOnce(&Memo) -> Option<[Memo; COUNT]>,
    ) -> Result<Option<[Memo; COUNT]>, StoreError> {
        let change = self.change(&[MEMOS], Durability::Relaxed)?;
        let Some(derived) = change.get_memo(from).await?.as_ref().and_then(derive) else { return Ok(None) };
        for memo in &derived {
            change.put_memo(memo)?;
        }
        change.done().await?;
        Ok(Some(derived))
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
            let Some(mut memo) = change.get_memo(id).await? else { continue };
            edit(&mut memo);
            change.put_memo(&memo)?;
            memos.push(memo);
        }
        if !memos.is_empty() {
            change.done().await?;
        }
        Ok(memos)
    }
}
