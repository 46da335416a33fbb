//! Audio files become memos: their bytes as they are, their shape and length as the browser decodes them. Torrent files are
//! opened as links are.

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{AppState, clock};
use crate::memo::{Memo, Origin, clean_mime, mime_of_file, share_link, title_of_file};
use crate::store::{RECORD_LEN, Store};
use crate::torrent::{MAX_INFO_LEN, Metainfo};
use crate::web::{Sound, decode};

/// Files above this size are stored without being decoded: decoding holds all samples at once.
const DECODE_MAX_BYTES: u64 = 100 << 20;

/// The largest torrent file that is read: the largest metadata, and what is said around it.
#[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^53")]
const TORRENT_MAX_BYTES: f64 = (MAX_INFO_LEN + (1 << 20)) as f64;

/// Bytes stored in one step, so that memory stays flat: a few records.
const STEP_RECORDS: u64 = 16;

/// Imports these files, one after the other, and opens the memo when there is one.
pub(crate) fn import(app: AppState, files: Vec<File>) {
    spawn_local(async move {
        let mut imported = Vec::new();
        for file in files {
            if is_torrent(&file) {
                if let Err(reason) = open_torrent(app, &file).await {
                    app.problem.set(Some(format!("“{}” was not opened: {reason}", file.name())));
                }
                continue;
            }
            match import_file(app, &file).await {
                Ok(memo) => {
                    imported.push(memo.id.clone());
                    app.memos.show(memo);
                }
                Err(reason) => app.problem.set(Some(format!("“{}” was not imported: {reason}", file.name()))),
            }
        }
        match imported.as_slice() {
            [] => return,
            [id] => app.go(&format!("/memo/{id}")),
            several => app.toasts.say(format!("{} files imported", several.len())),
        }
        app.ask_for_persistence();
    });
}

fn is_torrent(file: &File) -> bool {
    file.name().to_ascii_lowercase().ends_with(".torrent") || file.type_() == "application/x-bittorrent"
}

/// A torrent file is as good as a link: what it stands for is fetched.
async fn open_torrent(app: AppState, file: &File) -> Result<(), String> {
    if file.size() > TORRENT_MAX_BYTES {
        return Err("it is too large.".to_owned());
    }
    let bytes = read(file, 0, TORRENT_MAX_BYTES as u64).await?;
    let metainfo = Metainfo::parse(&bytes).map_err(|error| format!("{error}."))?;
    let Some(engine) = app.engine_now() else { return Err("the app is still starting.".to_owned()) };
    let link = engine.import_file(metainfo).await.map_err(|error| error.to_string())?;
    if let Some((_, seeds)) = share_link("", &link).split_once('?') {
        app.go(&format!("/share?{seeds}"));
    }
    Ok(())
}

async fn import_file(app: AppState, file: &File) -> Result<Memo, String> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a file's size is a whole number")]
    let size = file.size() as u64;
    if size == 0 {
        return Err("the file is empty.".to_owned());
    }
    let Some(mime) = mime_of_file(&file.name()).map(str::to_owned).or_else(|| clean_mime(&file.type_())) else {
        return Err("it is not an audio file.".to_owned());
    };
    let sound = if size <= DECODE_MAX_BYTES { listen(file).await } else { None };
    let Some(id) = super::ids::new_memo_id() else { return Err("the browser gives no identifiers.".to_owned()) };
    let mut memo = Memo::new(id, Origin::File);
    memo.title = title_of_file(&file.name());
    memo.recorded_at_ms = recorded_at(file);
    memo.mime = mime;
    memo.size = size;
    memo.record_len = RECORD_LEN;
    memo.complete = true;
    if let Some(sound) = sound {
        memo.duration_ms = sound.duration_ms;
        memo.waveform = sound.waveform;
    }
    let store = app.store();
    if let Err(reason) = write(&store, &memo, file).await {
        // What was written belongs to no memo.
        let _ = store.delete_memo(&memo.id).await;
        return Err(reason);
    }
    Ok(memo)
}

async fn write(store: &Store, memo: &Memo, file: &File) -> Result<(), String> {
    let step = u64::from(RECORD_LEN) * STEP_RECORDS;
    for start in (0..memo.size).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
        let bytes = read(file, start, memo.size.min(start + step)).await?;
        let records = bytes.chunks(RECORD_LEN as usize).map(<[u8]>::to_vec).collect();
        let first = u32::try_from(start / u64::from(RECORD_LEN)).map_err(|_| "it is too large.".to_owned())?;
        store.write_audio(&memo.id, first, records).await.map_err(|error| error.to_string())?;
    }
    store.put_memo(memo).await.map_err(|error| error.to_string())
}

#[expect(clippy::cast_precision_loss, reason = "file sizes are far below 2^53")]
async fn read(file: &File, start: u64, end: u64) -> Result<Vec<u8>, String> {
    let unreadable = |_| "it cannot be read. Was it moved or changed?".to_owned();
    let part = file.slice_with_f64_and_f64(start as f64, end as f64).map_err(unreadable)?;
    let buffer = JsFuture::from(part.array_buffer()).await.map_err(unreadable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// How it sounds, when this browser can decode it.
async fn listen(file: &File) -> Option<Sound> {
    let buffer = JsFuture::from(file.array_buffer()).await.ok()?;
    decode(&Uint8Array::new(&buffer).to_vec()).await.ok()
}

/// When the file was last changed, which for a recording is when it ended.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates")]
fn recorded_at(file: &File) -> u64 {
    let changed = file.last_modified();
    if changed > 0.0 { (changed as u64).min(clock::now_ms()) } else { clock::now_ms() }
}
