//! Sounds on their way into the library.
//!
//! A [`Batch`] is what somebody brought at once. Each sound is stored in steps, whatever its size, and its memo is there as soon as
//! that is done; how it looks is found out behind it. What is here already is not stored again.
//!
//! | file | what it does |
//! | --- | --- |
//! | `sound` | stores one sound, unless the same bytes are here |
//! | `archive` | the memos of a zip file |
//! | `listening` | length and shape, after the memo is there |

mod archive;
mod listening;
mod sound;

use std::ops::Range;

use js_sys::Uint8Array;
use leptos::prelude::Set;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use self::listening::Listening;
use super::AppState;
use super::work::Running;
use crate::memo::{ImportReport, MemoId};
use crate::words::{number, words};

/// Batches that are larger than this, or of several files, show how far they are.
const QUICK_BYTES: u64 = 32 << 20;

/// What somebody brought at once.
pub(super) struct Batch {
    pub(super) app: AppState,
    pub(super) report: ImportReport,
    running: Running,
    listening: Listening,
    is_quick: bool,
    /// How many sounds were begun, of how many.
    begun: usize,
    of: usize,
    done_bytes: u64,
    total_bytes: u64,
    /// The memo of the last sound, new or known.
    last: Option<MemoId>,
}

/// Why a sound did not become a memo.
pub(super) enum Stop {
    /// Nobody wants it any more.
    Cancelled,
    /// The end of a sentence that names it.
    Failed(String),
}

impl From<String> for Stop {
    fn from(reason: String) -> Self {
        Self::Failed(reason)
    }
}

impl From<&str> for Stop {
    fn from(reason: &str) -> Self {
        Self::Failed(reason.to_owned())
    }
}

impl Batch {
    pub(super) fn new(app: AppState, running: Running, files: &[File]) -> Self {
        let total_bytes = files.iter().map(|file| size_of(file)).sum();
        Self {
            app,
            report: ImportReport::default(),
            running,
            listening: Listening::start(app),
            is_quick: files.len() < 2 && total_bytes < QUICK_BYTES,
            begun: 0,
            of: files.len(),
            done_bytes: 0,
            total_bytes,
            last: None,
        }
    }

    /// Says what became of it, and opens the one sound that there was.
    pub(super) fn finish(self, is_one_sound: bool) {
        let (app, report, say) = (self.app, &self.report, &words().importing);
        let success = report.success();
        if self.running.is_cancelled() {
            match success {
                Some(so_far) => app.toasts.say(say.cancelled_after.with([&so_far])),
                None => app.toasts.say(say.cancelled),
            }
        } else if let Some(success) = success {
            match self.last.as_ref().filter(|_| is_one_sound) {
                Some(id) => {
                    if report.known > 0 {
                        app.toasts.say(say.known);
                    }
                    app.go(&format!("/memo/{id}"));
                }
                None => app.toasts.say(success),
            }
        }
        if let Some(failure) = report.failure() {
            app.problem.set(Some(failure));
        }
        if report.imported + report.brought_back > 0 {
            app.ask_for_persistence();
        }
    }

    /// So many bytes more are done.
    fn advance(&mut self, bytes: u64) -> Result<(), Stop> {
        self.done_bytes += bytes;
        if !self.is_quick {
            let at = self.begun.clamp(1, self.of.max(1));
            let progress = words().importing.sound_of.with([&number(at), &number(self.of)]);
            self.running.show(progress, self.done_bytes, self.total_bytes);
        }
        if self.running.is_cancelled() { Err(Stop::Cancelled) } else { Ok(()) }
    }
}

/// A stretch of a file, clipped to its size.
pub(super) async fn read(file: &Blob, range: Range<u64>) -> Result<Vec<u8>, String> {
    let unreadable = |_| words().importing.unreadable.to_owned();
    // Making a part takes a millisecond in Chromium, and most files are read as a whole.
    let is_all = range.start == 0 && range.end >= size_of(file);
    let part = if is_all { file.clone() } else { part_of(file, range).map_err(unreadable)? };
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// A stretch of a file that is not read yet. Sizes of files are far below 2^53, so they are exact in floating point.
fn part_of(file: &Blob, range: Range<u64>) -> Result<Blob, wasm_bindgen::JsValue> {
    file.slice_with_f64_and_f64(range.start as f64, range.end as f64)
}

fn size_of(file: &Blob) -> u64 {
    file.size() as u64
}
