//! How long a sound is and what it looks like: found out one after the other, behind the memos that are there already.

use futures::StreamExt;
use futures::channel::mpsc;
use leptos::task::spawn_local;
use web_sys::Blob;

use super::size_of;
use crate::app::AppState;
use crate::memo::{Memo, MemoId};
use crate::web::decode_blob;

/// Sounds above this size are not decoded here: decoding holds all samples at once. Their page finds out how long they are.
const DECODE_MAX_BYTES: u64 = 100 << 20;

/// A queue of sounds. What is in it is still listened to after it is dropped.
pub(super) struct Listening(mpsc::UnboundedSender<(MemoId, Blob)>);

impl Listening {
    pub(super) fn start(app: AppState) -> Self {
        let (sender, mut waiting) = mpsc::unbounded::<(MemoId, Blob)>();
        spawn_local(async move {
            while let Some((id, sound)) = waiting.next().await {
                // What this browser cannot decode stays without a shape.
                let Ok(heard) = decode_blob(&sound).await else { continue };
                app.edit(&id, move |memo| {
                    if memo.duration_ms == 0 {
                        memo.duration_ms = heard.duration_ms;
                    }
                    if memo.waveform.is_empty() {
                        memo.waveform = heard.waveform.clone();
                    }
                });
            }
        });
        Self(sender)
    }

    /// Has it found out what is not known of this memo.
    pub(super) fn examine(&self, memo: &Memo, sound: &Blob) {
        let is_known = memo.duration_ms > 0 && !memo.waveform.is_empty();
        if !is_known && size_of(sound) <= DECODE_MAX_BYTES {
            // Fails only when the page is about to go.
            let _ = self.0.unbounded_send((memo.id.clone(), sound.clone()));
        }
    }
}
