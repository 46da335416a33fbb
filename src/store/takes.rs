//! Recordings under way: on the disk before anything else happens to them.

use rexie::{Direction, KeyRange};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;
use wasm_bindgen::JsValue;

use super::connection::Durability;
use super::deletion::is_borrowed;
use super::schema::{AUDIO, CHUNKS, MEMOS, TAKES};
use super::{Store, StoreError, row};
use crate::memo::{Memo, MemoId, add_marker};

/// The name of a take. The memo made of it gets the same one, so that finishing a take twice makes one memo.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TakeId(MemoId);

impl TakeId {
    /// A take that will become the memo of this id.
    pub fn new(memo: MemoId) -> Self {
        Self(memo)
    }

    /// The memo that it will become.
    pub fn memo_id(&self) -> &MemoId {
        &self.0
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl std::fmt::Display for TakeId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A recording under way, or one that was cut off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Take {
    /// Its name.
    pub id: TakeId,
    /// The title that the memo will have.
    #[serde(default)]
    pub title: String,
    /// What the recorder says that it writes.
    #[serde(default)]
    pub mime: String,
    /// When it began, in Unix milliseconds.
    #[serde(default)]
    pub started_at_ms: u64,
    /// Moments that were marked meanwhile, in milliseconds from the beginning, in order.
    #[serde(default)]
    pub markers_ms: Vec<u64>,
}

/// A slice of a take, as the recorder gave it. Concatenated in order, the slices are the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its place in the take.
    pub n: u32,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The peaks of its sound, about 50 ms each.
    pub peaks: Vec<u8>,
    /// How long the take was when the slice came, in milliseconds without pauses.
    pub until_ms: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ChunkRow {
    take: TakeId,
    n: u32,
    bytes: ByteBuf,
    #[serde(default)]
    peaks: ByteBuf,
    #[serde(default)]
    until_ms: u64,
}

fn slices_from(take: &TakeId, from: u32) -> Result<KeyRange, StoreError> {
    let (first, last) = (row::numbered_key(take.as_str(), from), row::numbered_key(take.as_str(), u32::MAX));
    KeyRange::bound(&first, &last, None, None).map_err(|error| StoreError::Other(error.to_string()))
}

fn chunk(value: JsValue) -> Result<Chunk, StoreError> {
    let stored: ChunkRow = row::from_js("slice of a take", value)?;
    Ok(Chunk { n: stored.n, bytes: stored.bytes.into_vec(), peaks: stored.peaks.into_vec(), until_ms: stored.until_ms })
}

impl Store {
    /// Writes a take's row, to be done before its first chunk.
    ///
    /// # Errors
    /// The take could not be stored.
    pub async fn begin_take(&self, take: &Take) -> Result<(), StoreError> {
        let change = self.change(&[TAKES], Durability::Strict)?;
        change.put(TAKES, &row::to_js("take", take)?)?;
        change.done().await
    }

    /// Marks a moment of a take, in milliseconds from its beginning. `false` when it is marked already.
    ///
    /// # Errors
    /// The mark could not be stored.
    pub async fn mark_take(&self, take: &TakeId, at_ms: u64) -> Result<bool, StoreError> {
        let change = self.change(&[TAKES], Durability::Strict)?;
        let Some(value) = change.get(TAKES, &take.as_str().into()).await? else { return Ok(false) };
        let mut take: Take = row::from_js("take", value)?;
        let is_new = add_marker(&mut take.markers_ms, at_ms);
        change.put(TAKES, &row::to_js("take", &take)?)?;
        change.done().await?;
        Ok(is_new)
    }

    /// A take as it is now.
    ///
    /// # Errors
    /// The store cannot be read, or the row is damaged.
    pub async fn take(&self, id: &TakeId) -> Result<Option<Take>, StoreError> {
        let value = self.read(&[TAKES])?.store(TAKES)?.get(id.as_str().into()).await?;
        value.map(|value| row::from_js("take", value)).transpose()
    }

    /// Writes a slice. When this returns it is on the disk.
    ///
    /// # Errors
    /// The slice could not be stored; [`StoreError::Full`] when there is no room.
    pub async fn append_chunk(&self, take: &TakeId, chunk: Chunk) -> Result<(), StoreError> {
        let change = self.change(&[CHUNKS], Durability::Strict)?;
        let stored = ChunkRow {
            take: take.clone(),
            n: chunk.n,
            bytes: ByteBuf::from(chunk.bytes),
            peaks: ByteBuf::from(chunk.peaks),
            until_ms: chunk.until_ms,
        };
        change.put(CHUNKS, &row::to_js("slice of a take", &stored)?)?;
        change.done().await
    }

    /// Every take, those that are being recorded now too.
    ///
    /// # Errors
    /// The store cannot be read, or a row is damaged.
    pub async fn takes(&self) -> Result<Vec<Take>, StoreError> {
        let rows = self.read(&[TAKES])?.store(TAKES)?.get_all(None, None).await?;
        rows.into_iter().map(|value| row::from_js("take", value)).collect()
    }

    /// At most `count` slices of a take in order, beginning with number `from`.
    ///
    /// # Errors
    /// The store cannot be read, or a row is damaged.
    pub async fn chunks(&self, take: &TakeId, from: u32, count: u32) -> Result<Vec<Chunk>, StoreError> {
        let range = slices_from(take, from)?;
        let rows = self.read(&[CHUNKS])?.store(CHUNKS)?.get_all(Some(range), Some(count)).await?;
        rows.into_iter().map(chunk).collect()
    }

    /// The last slice of a take, behind which it goes on.
    ///
    /// # Errors
    /// The store cannot be read, or the row is damaged.
    pub async fn last_chunk(&self, take: &TakeId) -> Result<Option<Chunk>, StoreError> {
        let chunks = self.read(&[CHUNKS])?.store(CHUNKS)?;
        let last = chunks.scan(Some(slices_from(take, 0)?), Some(1), None, Some(Direction::Prev)).await?;
        last.into_iter().next().map(|(_, value)| chunk(value)).transpose()
    }

    /// Makes a take into a memo in one transaction: the memo's row in, the take and its slices out. The memo's audio has to be
    /// there already.
    ///
    /// # Errors
    /// Nothing has changed: the take can be finished later.
    pub async fn finish_take(&self, take: &TakeId, memo: &Memo) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, TAKES, CHUNKS], Durability::Strict)?;
        change.put_memo(memo)?;
        change.delete(TAKES, &take.as_str().into())?;
        change.delete_numbered(CHUNKS, take.as_str())?;
        change.done().await
    }

    /// Removes a take, its slices, and the audio of a memo that was begun with it but never appeared.
    ///
    /// # Errors
    /// Nothing was removed.
    pub async fn discard_take(&self, take: &TakeId) -> Result<(), StoreError> {
        let change = self.change(&[MEMOS, AUDIO, TAKES, CHUNKS], Durability::Strict)?;
        // A memo that was made of it may be gone, and another one split off it.
        let is_memo = change.get(MEMOS, &take.as_str().into()).await?.is_some();
        if !is_memo && !is_borrowed(&change, take.as_str()).await? {
            change.delete_numbered(AUDIO, take.as_str())?;
        }
        change.delete(TAKES, &take.as_str().into())?;
        change.delete_numbered(CHUNKS, take.as_str())?;
        change.done().await
    }
}
