//! From slices to a memo, in flat memory: two passes over the stored slices, however long the take is.

use crate::memo::webm::{Layout, Scan, WebmError, Writer, begins_file};
use crate::memo::{Heard, Memo, Origin, WaveformBuilder, gaps, place_in_memo};
use crate::store::{AudioWriter, Chunk, RECORD_LEN, Store, StoreError, Take, TakeId};
use crate::words::words;

/// Slices read at a time: about a minute, half a megabyte.
const BATCH_CHUNKS: u32 = 64;

/// Why a take did not become a memo. Unless it is empty, it is kept and can be finished later.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FinishError {
    /// There is no sound in it.
    #[error("{}", words().takes.nothing_recorded)]
    Empty,
    /// Another tab is recording or finishing it.
    #[error("{}", words().takes.finish_in_other_tab)]
    InUse,
    /// It could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The slices changed between the two passes.
    #[error("{}", words().takes.not_put_together.with([&.0]))]
    Container(#[from] WebmError),
}

/// Makes the memo, writes its audio, and lets it appear in place of the take. `progress` is told how much of it is done, in percent.
pub(super) async fn finish(store: &Store, take: &Take, progress: impl Fn(u8)) -> Result<Memo, FinishError> {
    // Each slice is read twice.
    let slices = store.last_chunk(&take.id).await?.map_or(1, |last| u64::from(last.n) + 1);
    let tell = |passes: u64, slice: u32| {
        let percent = (passes * slices + u64::from(slice)) * 50 / slices;
        progress(u8::try_from(percent.min(100)).unwrap_or(100));
    };
    let survey = survey(store, take, |slice| tell(0, slice)).await?;
    let id = take.id.memo_id();
    let mut stored = AudioWriter::new(store, id);
    let mut writer = survey.layout.as_ref().map(Layout::writer);
    let mut slices_read = Slices::new(store, &take.id);
    while let Some(batch) = slices_read.next().await? {
        let mut mended = Vec::new();
        batch.iter().for_each(|chunk| write(writer.as_mut(), &chunk.bytes, &mut mended));
        stored.push(&mended).await?;
        tell(1, slices_read.next);
    }
    writer.map(Writer::finish).transpose()?;
    let size = stored.finish().await?;

    let memo = Memo {
        title: take.title.clone(),
        recorded_at_ms: take.started_at_ms,
        duration_ms: survey.layout.as_ref().map_or(survey.until_ms, Layout::duration_ms),
        mime: take.mime.clone(),
        size,
        record_len: RECORD_LEN,
        waveform: survey.waveform.finish(),
        markers_ms: take.markers_ms.iter().map(|at_ms| place_in_memo(*at_ms, &survey.heard)).collect(),
        gaps: gaps(&survey.heard),
        complete: true,
        ..Memo::new(id.clone(), Origin::Recorded)
    };
    store.finish_take(&take.id, &memo).await?;
    Ok(memo)
}

/// The second pass over a slice.
pub(super) fn write(writer: Option<&mut Writer>, bytes: &[u8], out: &mut Vec<u8>) {
    let Some(writer) = writer else { return out.extend_from_slice(bytes) };
    if begins_file(bytes) {
        writer.begin_file();
    }
    writer.push(bytes, out);
}

/// What the first pass found.
pub(super) struct Survey {
    /// How to mend it. `None`: it stays as it is, because its container needs no mending (MP4), or because it is damaged in a
    /// way that only a better player can read. Sound is never thrown away.
    pub(super) layout: Option<Layout>,
    waveform: WaveformBuilder,
    until_ms: u64,
    /// What was known with each slice; empty for sound that does not say how long it is.
    heard: Vec<Heard>,
}

/// The first pass. `read` is told how many slices were read.
pub(super) async fn survey(store: &Store, take: &Take, read: impl Fn(u32)) -> Result<Survey, FinishError> {
    let mut scan = take.mime.starts_with("audio/webm").then(Scan::default);
    let mut waveform = WaveformBuilder::default();
    let (mut until_ms, mut is_empty, mut heard) = (0, true, Vec::new());
    let mut slices = Slices::new(store, &take.id);
    while let Some(batch) = slices.next().await? {
        for chunk in batch {
            if let Some(scan) = &mut scan {
                // A take that was interrupted has several files, one behind the other.
                if begins_file(&chunk.bytes) {
                    scan.begin_file();
                }
                scan.push(&chunk.bytes);
                let (sound_until_ms, sounding_ms) = scan.heard_ms();
                if sounding_ms > 0 {
                    heard.push(Heard { elapsed_ms: chunk.until_ms, sounding_ms, until_ms: sound_until_ms });
                }
            }
            chunk.peaks.iter().for_each(|peak| waveform.push(*peak));
            until_ms = chunk.until_ms.max(until_ms);
            is_empty &= chunk.bytes.is_empty();
        }
        read(slices.next);
    }
    let layout = match scan.map(Scan::finish) {
        Some(Err(WebmError::NoSound)) => return Err(FinishError::Empty),
        _ if is_empty => return Err(FinishError::Empty),
        Some(Ok(layout)) => Some(layout),
        Some(Err(_)) | None => None,
    };
    Ok(Survey { layout, waveform, until_ms, heard })
}

/// The stored slices of a take, batch by batch.
pub(super) struct Slices<'a> {
    store: &'a Store,
    take: &'a TakeId,
    next: u32,
}

impl<'a> Slices<'a> {
    pub(super) fn new(store: &'a Store, take: &'a TakeId) -> Self {
        Self { store, take, next: 0 }
    }

    /// The next batch; `None` after the last one.
    pub(super) async fn next(&mut self) -> Result<Option<Vec<Chunk>>, StoreError> {
        let batch = self.store.chunks(self.take, self.next, BATCH_CHUNKS).await?;
        let Some(last) = batch.last() else { return Ok(None) };
        self.next = last.n.saturating_add(1);
        Ok(Some(batch))
    }
}
