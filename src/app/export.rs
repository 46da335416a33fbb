//! A memo as a file.

use leptos::prelude::document;
use wasm_bindgen::JsCast;
use web_sys::HtmlAnchorElement;

use super::{AppState, whole_memo};
use crate::memo::{Memo, file_name};

/// Hands the memo's bytes to the browser's downloads, under the name that they are shared under.
pub(crate) async fn save(app: AppState, memo: &Memo) -> Result<(), String> {
    let gone = || "This memo was not exported: some of its sound is not on this device.".to_owned();
    let url = whole_memo::url_of(&app.store(), memo).await.map_err(|error| error.to_string())?.ok_or_else(gone)?;
    let Some(link) = document().create_element("a").ok().and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok())
    else {
        return Err(gone());
    };
    link.set_href(url.as_str());
    link.set_download(&file_name(memo));
    link.click();
    // The download reads the URL after the click: it stays for as long as any download may take to begin.
    leptos::prelude::set_timeout(move || drop(url), std::time::Duration::from_secs(60));
    Ok(())
}
