//! Bytes that come in any portions, stored as the records of a memo.

use super::{RECORD_LEN, Store, StoreError};
use crate::memo::MemoId;
use crate::words::words;

/// Records stored in one transaction: four megabytes.
const BATCH_RECORDS: usize = 16;

const BATCH_BYTES: usize = RECORD_LEN as usize * BATCH_RECORDS;

/// Stores a memo's audio as it comes, in flat memory: [`push`](Self::push) it, then [`finish`](Self::finish). The row comes after
/// that, so that the memo appears as a whole.
pub struct AudioWriter<'a> {
    store: &'a Store,
    id: &'a MemoId,
    pending: Vec<u8>,
    stored: u32,
    size: u64,
}

impl<'a> AudioWriter<'a> {
    /// For a memo that has no audio yet.
    pub fn new(store: &'a Store, id: &'a MemoId) -> Self {
        Self { store, id, pending: Vec::new(), stored: 0, size: 0 }
    }

    /// Takes the next bytes, and stores what is enough for a transaction.
    ///
    /// # Errors
    /// They could not be stored.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        self.pending.extend_from_slice(bytes);
        while self.pending.len() >= BATCH_BYTES {
            let rest = self.pending.split_off(BATCH_BYTES);
            self.store_pending().await?;
            self.pending = rest;
        }
        Ok(())
    }

    /// Stores what is left. Returns how many bytes there are in all.
    ///
    /// # Errors
    /// They could not be stored.
    pub async fn finish(mut self) -> Result<u64, StoreError> {
        self.store_pending().await?;
        Ok(self.size)
    }

    async fn store_pending(&mut self) -> Result<(), StoreError> {
        let bytes = std::mem::take(&mut self.pending);
        if bytes.is_empty() {
            return Ok(());
        }
        let records: Vec<Vec<u8>> = bytes.chunks(RECORD_LEN as usize).map(<[u8]>::to_vec).collect();
        let too_long = || StoreError::Other(words().storage.too_long.to_owned());
        let count = u32::try_from(records.len()).map_err(|_| too_long())?;
        let first = self.stored;
        self.stored = first.checked_add(count).ok_or_else(too_long)?;
        self.size += bytes.len() as u64;
        self.store.write_audio(self.id, first, records).await
    }
}
