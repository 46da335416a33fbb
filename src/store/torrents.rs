//! Torrents: what is being shared or received, so that it goes on after a reload.

use js_sys::Reflect;
use serde::{Deserialize, Serialize};

use super::connection::Durability;
use super::schema::{AUDIO, MEMOS, TORRENTS};
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId};
use crate::torrent::InfoHash;

/// One torrent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TorrentRow {
    /// Which one.
    pub info_hash: InfoHash,
    /// The memo whose bytes it carries.
    pub memo_id: MemoId,
    /// Where others find it.
    #[serde(default)]
    pub trackers: Vec<String>,
    /// Web servers that have the files (BEP 19).
    #[serde(default)]
    pub web_seeds: Vec<String>,
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

    /// The metadata arrived: the memo appears with its card, and the torrent knows its pieces, in one transaction.
    ///
    /// # Errors
    /// Nothing was stored.
    pub async fn begin_import(&self, memo: &Memo, torrent: &TorrentRow) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, TORRENTS], Durability::Relaxed)?;
        change.put(MEMOS, &row::to_js("memo", memo)?)?;
        change.put(TORRENTS, &row::to_js("torrent", torrent)?)?;
        change.done().await
    }

    /// Stores verified pieces together with the bitfield that says so. A received memo's records are its pieces.
    ///
    /// # Errors
    /// Nothing was stored: there is no room, or the torrent was removed meanwhile.
    pub async fn write_pieces(
        &self,
        id: &MemoId,
        info_hash: InfoHash,
        pieces: Vec<(u32, Vec<u8>)>,
        have: Vec<u8>,
    ) -> Result<(), StoreError> {
        let change = self.change(&[AUDIO, TORRENTS], Durability::Relaxed)?;
        let Some(torrent) = change.get(TORRENTS, &info_hash.to_string().into()).await? else {
            return Err(StoreError::Other("this memo was removed while it was arriving.".to_owned()));
        };
        Reflect::set(&torrent, &"have".into(), &row::bytes_to_js(&have))
            .map_err(|thrown| StoreError::from_js(&thrown))?;
        change.put(TORRENTS, &torrent)?;
        for (piece, bytes) in &pieces {
            change.put_at(AUDIO, &row::numbered_key(id.as_str(), *piece), &row::bytes_to_js(bytes))?;
        }
        change.done().await
    }
}
