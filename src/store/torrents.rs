//! Torrents: what is being shared or received, so that it goes on after a reload.

use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

use super::connection::{Change, Durability};
use super::schema::{AUDIO, MEMOS, TORRENTS};
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId, Records};
use crate::torrent::{FileSelection, InfoHash};
use crate::words::words;

/// One torrent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TorrentRow {
    /// Which one.
    pub info_hash: InfoHash,
    /// The name of the records that hold its pieces.
    pub memo_id: MemoId,
    /// Where others find it.
    #[serde(default)]
    pub trackers: Vec<String>,
    /// Web servers that have the files (BEP 19).
    #[serde(default)]
    pub web_seeds: Vec<String>,
    /// Which of several files the link names, until their memos are there.
    #[serde(default)]
    pub files: Option<FileSelection>,
    /// The raw info dictionary, once it is known.
    #[serde(default, with = "serde_bytes", skip_serializing_if = "Option::is_none")]
    pub info: Option<Vec<u8>>,
    /// The bitfield of the pieces that are stored.
    #[serde(default, with = "serde_bytes")]
    pub have: Vec<u8>,
    /// Whether it is offered to others.
    #[serde(default)]
    pub shared: bool,
    /// When it was added, in Unix milliseconds.
    #[serde(default)]
    pub added_ms: u64,
    /// The name that the link gave it, until the card is here.
    #[serde(default)]
    pub name: Option<String>,
    /// How many devices got all of it from here.
    #[serde(default)]
    pub delivered: u32,
}

impl Store {
    /// Every torrent.
    ///
    /// # Errors
    /// The store cannot be read, or a row is damaged.
    pub async fn torrents(&self) -> Result<Vec<TorrentRow>, StoreError> {
        let rows = self.read(&[TORRENTS])?.store(TORRENTS)?.get_all(None, None).await?;
        rows.into_iter().map(|value| row::from_js("torrent", value)).collect()
    }

    /// One torrent.
    ///
    /// # Errors
    /// The store cannot be read, or the row is damaged.
    pub async fn torrent(&self, info_hash: InfoHash) -> Result<Option<TorrentRow>, StoreError> {
        let value = self.read(&[TORRENTS])?.store(TORRENTS)?.get(info_hash.to_string().into()).await?;
        value.map(|value| row::from_js("torrent", value)).transpose()
    }

    /// Writes a torrent's row.
    ///
    /// # Errors
    /// The row could not be stored.
    pub async fn put_torrent(&self, torrent: &TorrentRow) -> Result<(), StoreError> {
        let change = self.change(&[TORRENTS], Durability::Relaxed)?;
        change.put(TORRENTS, &row::to_js("torrent", torrent)?)?;
        change.done().await
    }

    /// Reads, changes and writes a row with nothing in between. Returns the row as it is now, or `None` when there is none.
    ///
    /// # Errors
    /// The row is damaged or could not be stored; then nothing has changed.
    pub async fn update_torrent(
        &self,
        info_hash: InfoHash,
        edit: impl FnOnce(&mut TorrentRow),
    ) -> Result<Option<TorrentRow>, StoreError> {
        let change = self.change(&[TORRENTS], Durability::Relaxed)?;
        let Some(value) = change.get(TORRENTS, &info_hash.to_string().into()).await? else { return Ok(None) };
        let mut torrent: TorrentRow = row::from_js("torrent", value)?;
        edit(&mut torrent);
        change.put(TORRENTS, &row::to_js("torrent", &torrent)?)?;
        change.done().await?;
        Ok(Some(torrent))
    }

    /// Removes a torrent's row; the memo and its audio stay.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn delete_torrent(&self, info_hash: InfoHash) -> Result<(), StoreError> {
        let change = self.change(&[TORRENTS], Durability::Relaxed)?;
        change.delete(TORRENTS, &info_hash.to_string().into())?;
        change.done().await
    }

    /// The metadata arrived: the memos appear with what is known of them, and the torrent knows its pieces, in one transaction.
    ///
    /// # Errors
    /// Nothing was stored.
    pub async fn begin_import(&self, memos: &[Memo], torrent: &TorrentRow) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, TORRENTS], Durability::Relaxed)?;
        for memo in memos {
            change.put_memo(memo)?;
        }
        change.put(TORRENTS, &row::to_js("torrent", torrent)?)?;
        change.done().await
    }

    /// Stores verified pieces together with the bitfield that says so, and returns it. `pieces` are numbers, and where they
    /// begin in the records. The rows of the memos that have `arrived` with them say so in the same transaction; they are returned,
    /// too, but those of memos that were deleted meanwhile.
    ///
    /// # Errors
    /// Nothing was stored: there is no room, or the torrent was removed meanwhile.
    pub async fn write_pieces(
        &self,
        records: &Records,
        info_hash: InfoHash,
        pieces: Vec<(u32, u64, Vec<u8>)>,
        arrived: &[MemoId],
    ) -> Result<(Vec<u8>, Vec<Memo>), StoreError> {
        let stores: &[&str] = if arrived.is_empty() { &[AUDIO, TORRENTS] } else { &[AUDIO, TORRENTS, MEMOS] };
        let change = self.change(stores, Durability::Relaxed)?;
        let Some(torrent) = change.get(TORRENTS, &info_hash.to_string().into()).await? else {
            return Err(StoreError::Other(words().storage.removed_meanwhile.to_owned()));
        };
        let mut have = have_of(&torrent)?;
        for (piece, start, bytes) in &pieces {
            mark(&mut have, *piece, true);
            write_at(&change, records, *start, bytes).await?;
        }
        set_have(&torrent, &have)?;
        if !arrived.is_empty() {
            Reflect::set(&torrent, &"shared".into(), &true.into()).map_err(|thrown| StoreError::from_js(&thrown))?;
        }
        change.put(TORRENTS, &torrent)?;
        let mut memos = Vec::new();
        for id in arrived {
            let Some(memo) = change.get_memo(id).await? else { continue };
            let memo = Memo { complete: true, shared: true, ..memo };
            change.put_memo(&memo)?;
            memos.push(memo);
        }
        change.done().await?;
        Ok((have, memos))
    }

    /// Notes that a piece is not there any more. A torrent that is not there has none.
    ///
    /// # Errors
    /// Nothing has changed.
    pub async fn lose_piece(&self, info_hash: InfoHash, piece: u32) -> Result<(), StoreError> {
        let change = self.change(&[TORRENTS], Durability::Relaxed)?;
        let Some(torrent) = change.get(TORRENTS, &info_hash.to_string().into()).await? else { return Ok(()) };
        let mut have = have_of(&torrent)?;
        mark(&mut have, piece, false);
        set_have(&torrent, &have)?;
        change.put(TORRENTS, &torrent)?;
        change.done().await
    }
}

/// Writes a stretch of some records. What was received is stored in records that are pieces; the records of what was made here
/// are longer, and only a part of one is mended when a piece of it comes back.
async fn write_at(change: &Change, records: &Records, start: u64, bytes: &[u8]) -> Result<(), StoreError> {
    let (record_len, end) = (u64::from(records.record_len.max(1)), start + bytes.len() as u64);
    for n in start / record_len..end.div_ceil(record_len) {
        let whole = n * record_len..(n * record_len + record_len).min(records.len);
        let part = start.max(whole.start)..end.min(whole.end);
        let new = part.start.saturating_sub(start)..part.end.saturating_sub(start);
        // All of these fit: they are lengths within `bytes`, or within a record.
        let new = bytes.get(new.start as usize..new.end as usize).unwrap_or_default();
        let key = row::numbered_key(records.id.as_str(), u32::try_from(n).unwrap_or(u32::MAX));
        if part == whole {
            change.put_at(AUDIO, &key, &row::bytes_to_js(new))?;
            continue;
        }
        let stored = change.get(AUDIO, &key).await?.and_then(|value| row::bytes_from_js("piece of audio", value).ok());
        let mut record = stored.map(|stored| stored.to_vec()).unwrap_or_default();
        record.resize((whole.end - whole.start) as usize, 0);
        let at = (part.start - whole.start) as usize;
        record[at..at + new.len()].copy_from_slice(new);
        change.put_at(AUDIO, &key, &row::bytes_to_js(&record))?;
    }
    Ok(())
}

pub(super) fn have_of(torrent: &JsValue) -> Result<Vec<u8>, StoreError> {
    let have = Reflect::get(torrent, &"have".into()).map_err(|thrown| StoreError::from_js(&thrown))?;
    Ok(row::bytes_from_js("torrent", have)?.to_vec())
}

pub(super) fn set_have(torrent: &JsValue, have: &[u8]) -> Result<(), StoreError> {
    let set = Reflect::set(torrent, &"have".into(), &row::bytes_to_js(have));
    set.map(drop).map_err(|thrown| StoreError::from_js(&thrown))
}

/// Sets or clears a bit, in the layout of BEP 3. A piece that the bitfield has no room for has none.
pub(super) fn mark(have: &mut [u8], piece: u32, is_there: bool) {
    let Some(byte) = have.get_mut(piece as usize / 8) else { return };
    let bit = 0x80 >> (piece % 8);
    *byte = if is_there { *byte | bit } else { *byte & !bit };
}
