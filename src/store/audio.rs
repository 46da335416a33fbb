//! Audio bytes, in records of bounded size, so that reading one stretch costs one stretch whatever the memo's length.

use std::ops::Range;

use rexie::KeyRange;

use super::connection::Durability;
use super::schema::AUDIO;
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId, Records};

/// Bytes of an audio record of a memo made here: a minute at 32 kbit/s. Chromium keeps a value of 64 KiB and more in a file of its
/// own, and files of this size are read and written at 100 MB/s and more where those of 64 KiB made 50.
pub const RECORD_LEN: u32 = 256 * 1024;

impl Store {
    /// Writes neighbouring records of a memo's audio, beginning at `first_record`, in one transaction. All but the memo's last
    /// have to have its `record_len`.
    ///
    /// # Errors
    /// Nothing was stored.
    pub async fn write_audio(&self, id: &MemoId, first_record: u32, records: Vec<Vec<u8>>) -> Result<(), StoreError> {
        let change = self.change(&[AUDIO], Durability::Relaxed)?;
        for (n, bytes) in (first_record..).zip(&records) {
            change.put_at(AUDIO, &row::numbered_key(id.as_str(), n), &row::bytes_to_js(bytes))?;
        }
        change.done().await
    }

    /// Reads a stretch of a memo's bytes, clipped to its size, in one request. `None` when some of them are not there.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub async fn read_audio(&self, memo: &Memo, bytes: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        self.read_records(&memo.records(), memo.in_records(bytes)).await
    }

    /// Reads a stretch of what lies in some records, in one request. `None` when some of it is not there.
    ///
    /// # Errors
    /// The store cannot be read, or a record is damaged.
    pub async fn read_records(&self, records: &Records, bytes: Range<u64>) -> Result<Option<Vec<u8>>, StoreError> {
        let (start, end) = (bytes.start, bytes.end.min(records.len));
        if start >= end {
            return Ok(Some(Vec::new()));
        }
        let record_len = u64::from(records.record_len);
        if record_len == 0 {
            return Ok(None);
        }
        let (first, last) = (start / record_len, (end - 1) / record_len);
        let (Ok(first_n), Ok(last_n)) = (u32::try_from(first), u32::try_from(last)) else { return Ok(None) };

        let id = records.id.as_str();
        let range = KeyRange::bound(&row::numbered_key(id, first_n), &row::numbered_key(id, last_n), None, None)
            .map_err(|error| StoreError::Other(error.to_string()))?;
        let stored = self.read(&[AUDIO])?.store(AUDIO)?.get_all(Some(range), None).await?;
        // The keys between two whole numbers are whole numbers: as many records as keys are all of them.
        if stored.len() as u64 != last - first + 1 {
            return Ok(None);
        }

        let Ok(capacity) = usize::try_from(end - start) else { return Ok(None) };
        let mut read = Vec::with_capacity(capacity);
        for (n, value) in (first..).zip(stored) {
            let record = row::bytes_from_js("piece of audio", value)?;
            let expected = record_len.min(records.len - n * record_len);
            if u64::from(record.length()) != expected {
                let why = format!("{} bytes in place of {expected}", record.length());
                return Err(StoreError::unreadable("piece of audio", why));
            }
            // Both fit, since a record's length does.
            let from = start.saturating_sub(n * record_len) as u32;
            let to = (end - n * record_len).min(expected) as u32;
            read.extend(record.subarray(from, to).to_vec());
        }
        Ok(Some(read))
    }
}
