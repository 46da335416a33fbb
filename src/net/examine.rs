//! How long a sound is and what it looks like, for memos that came without a card.

use std::rc::Rc;

use futures::channel::oneshot;
use web_sys::{Event, HtmlAudioElement};

use crate::memo::Memo;
use crate::store::{Store, StoreError};
use crate::web::{Listener, Sound, decode};

/// Files up to this size are decoded whole: three quarters of an hour of voice, 90 MB when decoded.
const MAX_DECODED_BYTES: u64 = 8 * 1024 * 1024;

/// Fills in what nobody wrote on the card of a complete memo, unless nothing is missing, or the browser cannot play it.
///
/// # Errors
/// The row could not be read or written.
pub(super) async fn fill_in(store: &Store, memo: &Memo) -> Result<(), StoreError> {
    if !memo.complete || (memo.duration_ms > 0 && !memo.waveform.is_empty()) {
        return Ok(());
    }
    let Some(sound) = sound_of(store, memo).await else { return Ok(()) };
    let row = store.update_memo(&memo.id, |memo| {
        if memo.duration_ms == 0 {
            memo.duration_ms = sound.duration_ms;
        }
        if memo.waveform.is_empty() {
            memo.waveform = sound.waveform;
        }
    });
    row.await.map(drop)
}

/// Examines the audio of a complete memo. `None` when the browser cannot play it.
async fn sound_of(store: &Store, memo: &Memo) -> Option<Sound> {
    if memo.size > MAX_DECODED_BYTES {
        return duration_of_stream(memo).await;
    }
    let bytes = store.read_audio(memo, 0..memo.size).await.ok()??;
    decode(&bytes).await.ok()
}

/// What the player says about a long file, which it reads in parts through the service worker.
async fn duration_of_stream(memo: &Memo) -> Option<Sound> {
    web_sys::window()?.navigator().service_worker().controller()?;
    let player = HtmlAudioElement::new().ok()?;
    player.set_preload("metadata");
    let (done, loaded) = oneshot::channel();
    let done = Rc::new(std::cell::Cell::new(Some(done)));
    let finish = {
        let done = done.clone();
        move |_: Event| {
            if let Some(done) = done.take() {
                let _ = done.send(());
            }
        }
    };
    let _listeners =
        [Listener::new(&player, "loadedmetadata", finish.clone()), Listener::new(&player, "error", finish)];
    player.set_src(&format!("/audio/{}", memo.id));
    loaded.await.ok()?;
    let seconds = player.duration();
    player.set_src("");
    seconds.is_finite().then(|| Sound { duration_ms: (seconds * 1000.0).round() as u64, ..Sound::default() })
}
