//! Stores one sound, unless the same bytes are here.

use web_sys::Blob;

use super::{Batch, Stop, read, size_of};
use crate::app::ids;
use crate::memo::zip::{Crc32, ZipError};
use crate::memo::{AudioDigest, DigestBuilder, Memo, view_of};
use crate::store::{AudioWriter, RECORD_LEN, Store};
use crate::words::words;

/// Bytes read in one step, so that memory stays flat.
const STEP_BYTES: u64 = 4 << 20;

/// Sounds up to this size are stored in one transaction with their row: for most memos, waiting for the disk takes longer than writing.
const SMALL_BYTES: u64 = 1 << 20;

/// What is the same memo as the one that is brought.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Same {
    /// Whichever has these bytes: a file says nothing about a part of it.
    Bytes,
    /// One of which the same part is heard, too: an archive may bring two views of one sound.
    BytesAndPart,
}

/// What became of a sound.
pub(super) enum Kept {
    /// It is a memo now.
    New,
    /// It was here, and is as it was.
    Known,
    /// It was here, in the bin, and is out of it.
    Restored,
}

/// What is worked out of a sound's bytes on their way.
struct Sums {
    digest: DigestBuilder,
    /// What an archive says the checksum is, and what it comes to.
    crc: Option<(u32, Crc32)>,
}

impl Sums {
    fn new(crc: Option<u32>) -> Self {
        Self { digest: DigestBuilder::default(), crc: crc.map(|said| (said, Crc32::default())) }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.digest.push(bytes);
        if let Some((_, found)) = &mut self.crc {
            found.push(bytes);
        }
    }

    /// The digest, if these are the bytes that an archive speaks of.
    fn finish(self) -> Result<AudioDigest, Stop> {
        match self.crc {
            Some((said, found)) if said != found.value() => Err(ZipError::WrongChecksum.to_string().into()),
            _ => Ok(self.digest.finish()),
        }
    }
}

impl Batch {
    /// Makes a memo of a file.
    pub(in crate::app) async fn import_sound(&mut self, sound: &Blob, memo: Memo) -> Result<(), Stop> {
        match self.keep(sound, memo, None, Same::Bytes).await? {
            Kept::New => self.report.imported += 1,
            Kept::Known | Kept::Restored => self.report.known += 1,
        }
        Ok(())
    }

    /// Stores the bytes of a memo, then its row. `crc` is what an archive says of them. Bytes that are here already are not stored
    /// again: what is new is one more view of them.
    pub(super) async fn keep(&mut self, sound: &Blob, memo: Memo, crc: Option<u32>, same: Same) -> Result<Kept, Stop> {
        self.begun += 1;
        self.advance(0)?;
        let size = size_of(sound);
        if size == 0 {
            return Err(words().importing.empty.into());
        }
        let alike = self.find_alike(sound, size).await?;
        if let Some(known) = alike.iter().find(|known| same == Same::Bytes || known.span() == memo.span()) {
            self.advance(size)?;
            return Ok(self.welcome(known));
        }
        let store = self.app.store();
        for here in &alike {
            let viewed = store.derive_memos(&here.id, |here| Some([view_of(here, memo.clone())?])).await;
            if let Some([view]) = viewed.map_err(|error| error.to_string())? {
                self.advance(size)?;
                return Ok(self.enter(&view, sound));
            }
        }
        let mut memo = Memo { size, record_len: RECORD_LEN, complete: true, ..memo };
        // The memo of this name may be gone while another one still reads its bytes: those are not written over.
        if store.is_borrowed(&memo.id).await.map_err(|error| error.to_string())? {
            memo.id = ids::new_memo_id().ok_or(words().importing.no_identifiers)?;
        }
        let written = self.write(&store, &mut memo, sound, crc).await;
        if let Err(stop) = written {
            // What was written belongs to no memo.
            let _ = store.delete_audio(&memo.id).await;
            return Err(stop);
        }
        Ok(self.enter(&memo, sound))
    }

    /// A memo is stored, and belongs to the library now.
    fn enter(&mut self, memo: &Memo, sound: &Blob) -> Kept {
        self.last = Some(memo.id.clone());
        self.listening.examine(memo, sound);
        Kept::New
    }

    /// A memo that is here is not stored again: what was changed about it since stays.
    pub(super) fn welcome(&mut self, known: &Memo) -> Kept {
        self.last = Some(known.id.clone());
        if known.is_deleted() {
            self.app.restore(&known.id);
            Kept::Restored
        } else {
            Kept::Known
        }
    }

    async fn write(&mut self, store: &Store, memo: &mut Memo, sound: &Blob, crc: Option<u32>) -> Result<(), Stop> {
        if memo.size <= SMALL_BYTES {
            return self.write_small(store, memo, sound, crc).await;
        }
        let mut sums = Sums::new(crc);
        let id = memo.id.clone();
        let mut writer = AudioWriter::new(store, &id);
        let mut at = 0;
        while at < memo.size {
            let bytes = read(sound, at..memo.size.min(at + STEP_BYTES)).await?;
            if bytes.is_empty() {
                return Err(words().importing.became_shorter.into());
            }
            sums.push(&bytes);
            writer.push(&bytes).await.map_err(|error| error.to_string())?;
            at += bytes.len() as u64;
            self.advance(bytes.len() as u64)?;
        }
        writer.finish().await.map_err(|error| error.to_string())?;
        memo.digest = Some(sums.finish()?);
        store.put_memo(memo).await.map_err(|error| error.to_string().into())
    }

    async fn write_small(
        &mut self,
        store: &Store,
        memo: &mut Memo,
        sound: &Blob,
        crc: Option<u32>,
    ) -> Result<(), Stop> {
        let bytes = read(sound, 0..memo.size).await?;
        if bytes.len() as u64 != memo.size {
            return Err(words().importing.became_shorter.into());
        }
        let mut sums = Sums::new(crc);
        sums.push(&bytes);
        memo.digest = Some(sums.finish()?);
        // Nobody can want it any more once it is stored.
        self.advance(memo.size)?;
        store.put_small_memo(memo, &bytes).await.map_err(|error| error.to_string().into())
    }

    /// The memos that have the same bytes. Only those of the same size are looked at more closely.
    async fn find_alike(&self, sound: &Blob, size: u64) -> Result<Vec<Memo>, Stop> {
        let maybe = self.app.memos.find_where_untracked(|memo| memo.complete && memo.size == size);
        let mut alike = Vec::new();
        if maybe.is_empty() {
            return Ok(alike);
        }
        let wanted = digest_of(sound).await?;
        for memo in maybe {
            if self.stored_digest(&memo).await == Some(wanted) {
                alike.push(memo);
            }
        }
        Ok(alike)
    }

    /// The digest of a memo's bytes: as its row has it, or from the bytes themselves, which is kept for the next time.
    async fn stored_digest(&self, memo: &Memo) -> Option<AudioDigest> {
        if memo.digest.is_some() {
            return memo.digest;
        }
        let store = self.app.store();
        let mut digest = DigestBuilder::default();
        let mut at = 0;
        while at < memo.size {
            let bytes = store.read_audio(memo, at..at + STEP_BYTES).await.ok()??;
            digest.push(&bytes);
            at += bytes.len() as u64;
        }
        let digest = digest.finish();
        self.app.edit(&memo.id, move |memo| memo.digest = Some(digest));
        Some(digest)
    }
}

async fn digest_of(sound: &Blob) -> Result<AudioDigest, String> {
    let mut digest = DigestBuilder::default();
    let (mut at, size) = (0, size_of(sound));
    while at < size {
        let bytes = read(sound, at..size.min(at + STEP_BYTES)).await?;
        if bytes.is_empty() {
            return Err(words().importing.became_shorter.to_owned());
        }
        digest.push(&bytes);
        at += bytes.len() as u64;
    }
    Ok(digest.finish())
}
