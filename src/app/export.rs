//! A memo as a file, and its link as one.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use super::{AppState, whole_memo};
use crate::memo::{Memo, MemoId, file_name};
use crate::net::Engine;
use crate::web::{BlobParts, ObjectUrl};

/// Hands the memo's bytes to the browser's downloads, under the name that they are shared under.
pub(crate) async fn save(app: AppState, memo: &Memo) -> Result<(), String> {
    let gone = || "This memo was not exported: some of its sound is not on this device.".to_owned();
    let url = whole_memo::url_of(&app.store(), memo).await.map_err(|error| error.to_string())?.ok_or_else(gone)?;
    download(url, &file_name(memo)).ok_or_else(gone)
}

/// Hands the bytes of several memos to the browser's downloads, one after the other.
pub(crate) async fn save_all(app: AppState, memos: Vec<Memo>) -> Result<(), String> {
    for memo in &memos {
        save(app, memo).await?;
    }
    Ok(())
}

/// Hands what the memo's link stands for to the browser's downloads, as a torrent file.
pub(crate) async fn save_torrent(engine: &Engine, id: &MemoId) -> Result<(), String> {
    let (name, bytes) = engine.torrent_file(id).await.map_err(|error| error.to_string())?;
    let refused = || "The browser does not save the file.".to_owned();
    let parts = BlobParts::default();
    parts.push(&bytes).map_err(|_| refused())?;
    let url = ObjectUrl::new(&parts, "application/x-bittorrent").map_err(|_| refused())?;
    download(url, &name).ok_or_else(refused)
}

fn download(url: ObjectUrl, name: &str) -> Option<()> {
    let link = document().create_element("a").ok()?.dyn_into::<HtmlAnchorElement>().ok()?;
    link.set_href(url.as_str());
    link.set_download(name);
    link.click();
    // The download reads the URL after the click: it stays for as long as any download may take to begin.
    leptos::prelude::set_timeout(move || drop(url), std::time::Duration::from_secs(60));
    Some(())
}
