//! Memos as files, and a memo's link as one.

use js_sys::{Array, Reflect};
use leptos::prelude::{document, untrack, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, DomException, File, FilePropertyBag, HtmlAnchorElement, ShareData};

use super::archive::{self, Outcome, ZIP};
use super::{AppState, clock, wav_file, whole_memo};
use crate::memo::{Memo, MemoId, file_name};
use crate::net::Engine;
use crate::web::{BlobParts, ObjectUrl, SaveFile};
use crate::words::words;

/// The setting that holds when everything was exported last, in Unix milliseconds.
const LAST_EXPORT: &str = "lastExport";

/// Hands what is heard of the memo to the browser's downloads, under the name that it is shared under.
pub(crate) async fn save(app: AppState, memo: &Memo) -> Result<(), String> {
    let gone = || words().exporting.incomplete.to_owned();
    let blob = whole_memo::heard_blob_of(&app.store(), memo).await?.ok_or_else(gone)?;
    let url = ObjectUrl::of(&blob).map_err(|_| words().exporting.not_saved)?;
    download(url, &file_name(memo)).ok_or_else(gone)
}

/// Decodes the memo and hands it to the browser's downloads as a WAV file.
pub(crate) async fn save_wav(app: AppState, memo: &Memo) -> Result<(), String> {
    let url = wav_file::wav_of(&app.store(), memo).await?;
    let name = file_name(&Memo { mime: "audio/wav".to_owned(), ..memo.clone() });
    download(url, &name).ok_or_else(|| words().exporting.not_saved.to_owned())
}

/// Whether this device can hand a file like the memo's to another app.
pub(crate) fn can_send(memo: &Memo) -> bool {
    let navigator = window().navigator();
    let is_there = Reflect::has(&navigator, &"canShare".into()).unwrap_or(false);
    // It looks at names and types alone.
    let data = is_there.then(|| Blob::new().and_then(|nothing| share_data(&nothing, memo))).and_then(Result::ok);
    data.is_some_and(|data| navigator.can_share_with_data(&data))
}

/// Hands what is heard of the memo to another app, which the person chooses.
pub(crate) async fn send(app: AppState, memo: &Memo) -> Result<(), String> {
    let gone = || words().exporting.incomplete_to_send.to_owned();
    let blob = whole_memo::heard_blob_of(&app.store(), memo).await?.ok_or_else(gone)?;
    let refused = || words().exporting.not_sent.to_owned();
    let data = share_data(&blob, memo).map_err(|_| refused())?;
    match JsFuture::from(window().navigator().share_with_data(&data)).await {
        Ok(_) => Ok(()),
        // Nobody was chosen.
        Err(thrown) if thrown.dyn_ref::<DomException>().is_some_and(|error| error.name() == "AbortError") => Ok(()),
        Err(_) => Err(refused()),
    }
}

fn share_data(blob: &Blob, memo: &Memo) -> Result<ShareData, JsValue> {
    let options = FilePropertyBag::new();
    // Without parameters: the lists of types that may be sent have none.
    options.set_type(memo.mime.split(';').next().unwrap_or_default());
    let file = File::new_with_blob_sequence_and_options(&Array::of1(blob), &file_name(memo), &options)?;
    let data = ShareData::new();
    data.set_files(&Array::of1(&file));
    Ok(data)
}

/// Writes all memos but those in the bin into one zip file. Call it at a tap or a key: the browser asks where the file goes.
pub(crate) async fn save_everything(app: AppState) -> Result<(), String> {
    save_all(app, untrack(|| app.memos.all())).await
}

/// When everything was exported last, in Unix milliseconds.
pub(crate) async fn last_export(app: AppState) -> Option<u64> {
    app.store().setting(LAST_EXPORT).await.ok().flatten()
}

/// Writes these memos into one zip file, from which Import brings them back as they are. What is in the bin or still arriving is
/// left out. Call it at a tap or a key: the browser asks where the file goes.
pub(crate) async fn save_all(app: AppState, memos: Vec<Memo>) -> Result<(), String> {
    let say = &words().exporting;
    let is_whole = |memo: &Memo| memo.complete && !memo.is_deleted();
    let mut memos: Vec<Memo> = memos.into_iter().filter(is_whole).collect();
    if memos.is_empty() {
        return Err(say.nothing_yet.to_owned());
    }
    let is_everything = memos.len() == untrack(|| app.memos.all()).iter().filter(|memo| is_whole(memo)).count();
    // The oldest first, as they came.
    memos.sort_by(|one, other| (one.begins_at_ms(), &one.id).cmp(&(other.begins_at_ms(), &other.id)));
    let Some(running) = app.work.begin(app, words().common.export) else { return Ok(()) };
    let today = clock::today();
    let name = format!("Voice Memos {}-{:02}-{:02}.zip", today.year, today.month, today.day);
    let refused = |_| say.place_refused.to_owned();
    let Some(file) = SaveFile::begin(&name, ZIP, ".zip").await.map_err(refused)? else { return Ok(()) };
    let (count, unreadable, url) = match archive::write(app, &running, file, &memos).await? {
        Outcome::Cancelled => {
            app.toasts.say(say.cancelled);
            return Ok(());
        }
        Outcome::Done { count, unreadable, url } => (count, unreadable, url),
    };
    if let Some(url) = url {
        download(url, &name).ok_or(say.all_not_saved)?;
    }
    app.toasts.say(say.exported.of(count));
    let titles = unreadable.iter().map(|title| say.quoted_title.with([title]));
    if let Some(titles) = titles.reduce(|titles, title| say.titles.with([&titles, &title])) {
        return Err(say.some_incomplete.with([&titles]));
    }
    if is_everything {
        app.store().put_setting(LAST_EXPORT, &clock::now_ms()).await.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Hands what the memo's link stands for to the browser's downloads, as a torrent file.
pub(crate) async fn save_torrent(engine: &Engine, id: &MemoId) -> Result<(), String> {
    let (name, bytes) = engine.torrent_file(id).await.map_err(|error| error.to_string())?;
    let refused = || words().exporting.not_saved.to_owned();
    let parts = BlobParts::default();
    parts.push(&bytes).map_err(|_| refused())?;
    let url = ObjectUrl::new(&parts, "application/x-bittorrent").map_err(|_| refused())?;
    download(url, &name).ok_or_else(refused)
}

pub(super) fn download(url: ObjectUrl, name: &str) -> Option<()> {
    let link = document().create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(url.as_str());
    link.set_download(name);
    link.click();
    // The download reads the URL after the click: it stays for as long as any download may take to begin.
    leptos::prelude::set_timeout(move || drop(url), std::time::Duration::from_secs(60));
    Some(())
}
