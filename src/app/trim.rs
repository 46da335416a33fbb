//! A part of a memo as a memo of its own. The original stays as it is.

use std::ops::Range;

use super::work::Running;
use super::{AppState, ids};
use crate::memo::webm::{Layout, Scan, WebmError};
use crate::memo::{Cut, Memo, WAV_HEAD_BYTES, Wav, WavError, part_of};
use crate::store::{AudioWriter, RECORD_LEN};
use crate::words::words;

/// Bytes read from the store at a time, so that memory stays flat.
const STEP_BYTES: u64 = 4 << 20;

/// Stores the part of a memo between two moments as a new memo, and returns it. `None` when somebody changed their mind.
pub(crate) async fn save_part(app: AppState, memo: &Memo, range_ms: Range<u64>) -> Result<Option<Memo>, String> {
    let Some(running) = app.work.begin(app, words().common.trim) else { return Ok(None) };
    let id = ids::new_memo_id().ok_or(words().trimming.no_identifiers)?;
    let cut = Cut::of(memo).ok_or(words().trimming.uncuttable)?;
    let mut part = part_of(memo, range_ms.clone(), id);
    let trim = Trim { app, running: &running, memo };
    let written = match cut {
        Cut::Webm => trim.cut_webm(&mut part, range_ms).await,
        Cut::Wav => trim.cut_wav(&mut part, range_ms).await,
    };
    let stored = match written {
        Ok(size) => {
            (part.size, part.record_len, part.complete) = (size, RECORD_LEN, true);
            app.store().put_memo(&part).await.map_err(|error| error.to_string())
        }
        Err(reason) => Err(reason),
    };
    if stored.is_err() {
        // What was written belongs to no memo.
        let _ = app.store().delete_audio(&part.id).await;
    }
    if running.is_cancelled() {
        return Ok(None);
    }
    stored?;
    app.memos.show(part.clone());
    Ok(Some(part))
}

struct Trim<'a> {
    app: AppState,
    running: &'a Running,
    memo: &'a Memo,
}

impl Trim<'_> {
    /// Both passes over the stored bytes. Returns how many bytes the part has.
    async fn cut_webm(&self, part: &mut Memo, range_ms: Range<u64>) -> Result<u64, String> {
        let sentence = |error: WebmError| words().trimming.failed.with([&error]);
        let mut scan = Scan::of_part(range_ms);
        let mut at = 0;
        while at < self.memo.size {
            let bytes = self.read(at, at).await?;
            scan.push(&bytes);
            at += bytes.len() as u64;
        }
        let layout: Layout = scan.finish().map_err(sentence)?;
        part.duration_ms = layout.duration_ms();

        let store = self.app.store();
        let (mut writer, mut out) = (layout.writer(), Vec::new());
        let mut stored = AudioWriter::new(&store, &part.id);
        let mut at = 0;
        while at < self.memo.size {
            let bytes = self.read(at, self.memo.size + at).await?;
            writer.push(&bytes, &mut out);
            stored.push(&out).await.map_err(|error| error.to_string())?;
            out.clear();
            at += bytes.len() as u64;
        }
        writer.finish().map_err(sentence)?;
        stored.finish().await.map_err(|error| error.to_string())
    }

    async fn cut_wav(&self, part: &mut Memo, range_ms: Range<u64>) -> Result<u64, String> {
        let sentence = |error: WavError| words().trimming.failed.with([&error]);
        let mut head = self.read(0, 0).await?;
        head.truncate(WAV_HEAD_BYTES as usize);
        let (front, data) = Wav::parse(&head, self.memo.size).and_then(|wav| wav.cut(range_ms)).map_err(sentence)?;
        let store = self.app.store();
        let mut stored = AudioWriter::new(&store, &part.id);
        stored.push(&front).await.map_err(|error| error.to_string())?;
        let mut at = data.start;
        while at < data.end {
            let mut bytes = self.read(at, at).await?;
            bytes.truncate(usize::try_from(data.end - at).unwrap_or(usize::MAX));
            stored.push(&bytes).await.map_err(|error| error.to_string())?;
            at += bytes.len() as u64;
        }
        if (data.end - data.start) % 2 == 1 {
            stored.push(&[0]).await.map_err(|error| error.to_string())?;
        }
        stored.finish().await.map_err(|error| error.to_string())
    }

    /// The next stretch of the memo. `done` of twice its bytes are done.
    async fn read(&self, at: u64, done: u64) -> Result<Vec<u8>, String> {
        if self.running.is_cancelled() {
            // Nobody reads it: what was cancelled says nothing.
            return Err("Cancelled.".to_owned());
        }
        // What is short is over before anybody could read about it.
        if self.memo.size > 2 * STEP_BYTES {
            self.running.show(words().trimming.cutting, done, 2 * self.memo.size);
        }
        let missing = words().trimming.incomplete;
        let read = self.app.store().read_audio(self.memo, at..at + STEP_BYTES).await;
        let bytes = read.map_err(|error| error.to_string())?.ok_or(missing)?;
        if bytes.is_empty() { Err(missing.to_owned()) } else { Ok(bytes) }
    }
}
