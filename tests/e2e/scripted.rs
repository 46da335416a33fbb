//! A peer that a test wrote: it follows a script and does what no good peer does. Its parts are in `scripted_peer.js`.

use crate::browser::Browser::Chromium;
use crate::device::Device;
use crate::interop::{info_hash_of, magnet_of};
use crate::stage::Stage;
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::Html;
use axum::routing::get;
use serde_json::{Value, json};
use std::sync::Arc;

/// A page in a browser of its own that plays parts in the swarm of one memo.
pub(crate) struct Scripted {
    page: Arc<Device>,
    tracker: String,
    info_hash: String,
}

impl Scripted {
    /// Opens the page, for the memo that this link leads to. It takes no part yet.
    pub(crate) async fn start(stage: &Stage, link: &str) -> Scripted {
        let script = get(async || ([(CONTENT_TYPE, "text/javascript")], include_str!("scripted_peer.js")));
        let page = Router::new()
            .route("/", get(async || Html(include_str!("scripted_peer.html"))))
            .route("/scripted_peer.js", script);
        let device = stage.page(Chromium, page).await;
        let info_hash = info_hash_of(&magnet_of(link)).to_owned();
        Scripted { page: device, tracker: stage.server().tracker(), info_hash }
    }

    /// Plays a part to its end, and returns what came of it.
    pub(crate) async fn plays(&self, part: &str, arguments: &[Value]) -> Value {
        let arguments = [&[json!(self.tracker), json!(self.info_hash)], arguments].concat();
        self.page.eval_async(&format!("return await window.parts.{part}(...arguments)"), arguments).await
    }
}
