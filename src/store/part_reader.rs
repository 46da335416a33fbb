//! A part of a memo as a file: cut out of the stored bytes without being encoded again, in flat memory.

use super::{Store, StoreError};
use crate::memo::webm::{Scan, WebmError, Writer};
use crate::memo::{Cut, Memo, Span, WAV_HEAD_BYTES, Wav, WavError};
use crate::words::words;

/// Bytes read from the store at a time.
const STEP_BYTES: u64 = 4 << 20;

/// Why there is no such file.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// Sounds of this kind are not cut.
    #[error("{}", words().trimming.uncuttable)]
    Uncuttable,
    /// Some of the memo's bytes are not here.
    #[error("{}", words().trimming.incomplete)]
    Incomplete,
    /// It is no WebM that can be cut.
    #[error("{}", words().trimming.failed.with([&.0]))]
    Webm(#[from] WebmError),
    /// It is no WAV that can be cut.
    #[error("{}", words().trimming.failed.with([&.0]))]
    Wav(#[from] WavError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Gives the file a stretch at a time: call [`next`](Self::next) until there is no more.
pub struct PartReader<'a> {
    store: &'a Store,
    memo: &'a Memo,
    span: Span,
    stage: Stage,
    /// The next byte to read.
    at: u64,
    duration_ms: u64,
}

enum Stage {
    /// WebM is read twice: first to know what the head of the part says.
    Scan(Box<Scan>),
    Write(Box<Writer>),
    /// The head of a WAV file says where its frames are.
    Head,
    /// The frames up to here. A byte more makes an odd length even, as the parts of a WAV file have to be.
    Frames {
        end: u64,
        is_odd: bool,
    },
    Over,
}

impl<'a> PartReader<'a> {
    /// For this stretch of a memo's sound.
    ///
    /// # Errors
    /// [`CutError::Uncuttable`].
    pub fn new(store: &'a Store, memo: &'a Memo, span: Span) -> Result<Self, CutError> {
        let stage = match Cut::of(memo).ok_or(CutError::Uncuttable)? {
            Cut::Webm => Stage::Scan(Box::new(Scan::of_part(span.range_ms()))),
            Cut::Wav => Stage::Head,
        };
        Ok(Self { store, memo, span, stage, at: 0, duration_ms: span.length_ms() })
    }

    /// The next bytes of the file, which may be none yet. `None` at its end.
    ///
    /// # Errors
    /// There is no such file.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, CutError> {
        let size = self.memo.size;
        let mut out = Vec::new();
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Scan(mut scan) => {
                scan.push(&self.read(size).await?);
                self.stage = if self.at < size {
                    Stage::Scan(scan)
                } else {
                    let layout = scan.finish()?;
                    (self.duration_ms, self.at) = (layout.duration_ms(), 0);
                    Stage::Write(Box::new(layout.writer()))
                };
            }
            Stage::Write(mut writer) => {
                writer.push(&self.read(size).await?, &mut out);
                if self.at < size {
                    self.stage = Stage::Write(writer);
                } else {
                    writer.finish()?;
                }
            }
            Stage::Head => {
                let head = self.read(WAV_HEAD_BYTES).await?;
                let (front, data) = Wav::parse(&head, size)?.cut(self.span.range_ms())?;
                self.stage = Stage::Frames { end: data.end, is_odd: (data.end - data.start) % 2 == 1 };
                (self.at, out) = (data.start, front);
            }
            Stage::Frames { end, is_odd } => {
                out = self.read(end).await?;
                if self.at < end {
                    self.stage = Stage::Frames { end, is_odd };
                } else if is_odd {
                    out.push(0);
                }
            }
            Stage::Over => return Ok(None),
        }
        Ok(Some(out))
    }

    /// How far it is: so many bytes of twice as many as the memo has.
    pub fn done(&self) -> u64 {
        match self.stage {
            Stage::Scan(_) => self.at,
            Stage::Write(_) => self.memo.size + self.at,
            Stage::Head => 0,
            Stage::Frames { .. } => 2 * self.at,
            Stage::Over => 2 * self.memo.size,
        }
    }

    /// How long the part is: exactly, once all of it was read.
    pub fn duration_ms(&self) -> u64 {
        self.duration_ms
    }

    /// A step of the memo's bytes, up to `end` at most.
    async fn read(&mut self, end: u64) -> Result<Vec<u8>, CutError> {
        let end = end.min(self.at + STEP_BYTES);
        let bytes = self.store.read_audio(self.memo, self.at..end).await?.ok_or(CutError::Incomplete)?;
        if bytes.is_empty() {
            return Err(CutError::Incomplete);
        }
        self.at += bytes.len() as u64;
        Ok(bytes)
    }
}
