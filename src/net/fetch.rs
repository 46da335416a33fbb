//! One `fetch` of a range of bytes from a web seed.
//!
//! A plain GET with `Range: bytes=a-b` and nothing else is the one request for parts that a page may make to another site
//! without asking first (Fetch Standard, "CORS-safelisted request-header"); many servers do not answer that question.

use std::ops::Range;

use futures::channel::oneshot;
use js_sys::{Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, Headers, ReadableStreamDefaultReader, ReferrerPolicy, Request, RequestCache, RequestCredentials,
    RequestInit, RequestMode, Response, Url,
};

use crate::torrent::{FetchAnswer, FetchFailure};

/// What a fetch tells its owner.
#[derive(Debug)]
pub(super) enum FetchEvent {
    /// The head of the answer.
    Answered(FetchAnswer),
    /// The next bytes of the body, as the browser hands them out.
    Bytes(Vec<u8>),
    /// The end of it, good or bad.
    Ended(Result<(), FetchFailure>),
}

/// A request on its way. Dropping it aborts it; no event comes after that.
pub(super) struct Fetch {
    abort: AbortController,
    /// Dropped with the fetch, so that what waits for the browser goes at once.
    _alive: oneshot::Sender<()>,
}

impl Fetch {
    /// Asks for these bytes.
    ///
    /// # Errors
    /// There is no use in trying: each try would put an error into the console.
    pub(super) fn start(
        url: &str,
        bytes: &Range<u64>,
        on_event: impl Fn(FetchEvent) + 'static,
    ) -> Result<Self, FetchFailure> {
        let window = web_sys::window().ok_or(FetchFailure::Network)?;
        if is_mixed_content(url, &window.location().protocol().unwrap_or_default())? {
            return Err(FetchFailure::MixedContent);
        }
        if !window.navigator().on_line() && !is_this_device(url) {
            return Err(FetchFailure::Network);
        }
        let abort = AbortController::new().map_err(|_| FetchFailure::Network)?;
        let request = request(url, bytes, &abort).map_err(|_| FetchFailure::Url)?;
        let (alive, gone) = oneshot::channel();
        spawn_local(async move {
            let reading = async {
                let ended = read(window.fetch_with_request(&request), &on_event).await;
                on_event(FetchEvent::Ended(ended.map_err(|_| FetchFailure::Network)));
            };
            // The one that says that nobody listens any more is looked at first.
            futures::future::select(gone, std::pin::pin!(reading)).await;
        });
        Ok(Self { abort, _alive: alive })
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// No cookies, no address of this page, and no copy in the browser's cache: Chromium lets only one request at a time write to
/// the entry of a URL, and the bytes are kept in the store anyway.
fn request(url: &str, bytes: &Range<u64>, abort: &AbortController) -> Result<Request, JsValue> {
    let headers = Headers::new()?;
    headers.set("Range", &format!("bytes={}-{}", bytes.start, bytes.end.saturating_sub(1)))?;
    let init = RequestInit::new();
    init.set_headers(&headers);
    init.set_mode(RequestMode::Cors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    init.set_referrer_policy(ReferrerPolicy::NoReferrer);
    init.set_signal(Some(&abort.signal()));
    Request::new_with_str_and_init(url, &init)
}

async fn read(response: js_sys::Promise, on_event: &impl Fn(FetchEvent)) -> Result<(), JsValue> {
    let response: Response = JsFuture::from(response).await?.unchecked_into();
    let length = response.headers().get("Content-Length")?.and_then(|length| length.parse().ok());
    on_event(FetchEvent::Answered(FetchAnswer { status: response.status(), length }));
    let Some(body) = response.body() else { return Ok(()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    loop {
        let next = JsFuture::from(reader.read()).await?;
        if Reflect::get(&next, &"done".into())?.is_truthy() {
            return Ok(());
        }
        let bytes: Uint8Array = Reflect::get(&next, &"value".into())?.dyn_into()?;
        on_event(FetchEvent::Bytes(bytes.to_vec()));
    }
}

/// Whether the browser would block it: a page that came safely may not mix in what does not, except from its own device.
fn is_mixed_content(url: &str, page: &str) -> Result<bool, FetchFailure> {
    let parsed = Url::new(url).map_err(|_| FetchFailure::Url)?;
    Ok(page == "https:" && parsed.protocol() == "http:" && !is_this_device(url))
}

fn is_this_device(url: &str) -> bool {
    let host = Url::new(url).map(|url| url.hostname()).unwrap_or_default();
    host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures::StreamExt;
    use futures::channel::mpsc;
    use gloo_timers::future::TimeoutFuture;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;
    use crate::web::{BlobParts, ObjectUrl};

    /// Everything that a fetch tells, to its end.
    async fn fetched(url: &str, bytes: Range<u64>) -> (Option<FetchAnswer>, Vec<u8>, Result<(), FetchFailure>) {
        let (events, mut received) = mpsc::unbounded();
        let _fetch = Fetch::start(url, &bytes, move |event| drop(events.unbounded_send(event))).expect("it is tried");
        let (mut answer, mut body) = (None, Vec::new());
        loop {
            match received.next().await.expect("an end") {
                FetchEvent::Answered(head) => assert_eq!(answer.replace(head), None, "one head"),
                FetchEvent::Bytes(bytes) => body.extend(bytes),
                FetchEvent::Ended(how) => return (answer, body, how),
            }
        }
    }

    /// Browsers answer for blobs as servers should for files.
    fn file(length: usize) -> (ObjectUrl, Vec<u8>) {
        let bytes: Vec<u8> = (0..length).map(|at| (at / 7) as u8).collect();
        let parts = BlobParts::default();
        parts.push(&bytes).expect("a blob");
        (ObjectUrl::new(&parts, "").expect("its address"), bytes)
    }

    #[wasm_bindgen_test]
    async fn a_range_comes_with_its_status_and_exactly_its_bytes() {
        let (file, bytes) = file(1_000_000);
        let (answer, body, how) = fetched(file.as_str(), 12_345..987_654).await;
        assert_eq!(answer, Some(FetchAnswer { status: 206, length: Some(975_309) }));
        assert!(body == bytes[12_345..987_654] && how.is_ok());
    }

    #[wasm_bindgen_test]
    async fn what_is_not_there_has_a_status_and_what_cannot_be_reached_has_none() {
        let origin = web_sys::window().expect("a window").location().origin().expect("an origin");
        let (answer, _, how) = fetched(&format!("{origin}/there-is-no-such-file"), 0..10).await;
        assert_eq!((answer.map(|answer| answer.status), how), (Some(404), Ok(())));
        let (answer, body, how) = fetched("http://localhost:1/memo.webm", 0..10).await;
        assert_eq!((answer, body, how), (None, Vec::new(), Err(FetchFailure::Network)));
    }

    #[wasm_bindgen_test]
    async fn a_dropped_fetch_is_silent() {
        let (file, _) = file(1_000_000);
        let heard = Rc::new(RefCell::new(Vec::new()));
        let told = Rc::clone(&heard);
        drop(Fetch::start(file.as_str(), &(0..1_000_000), move |event| told.borrow_mut().push(event)));
        let (_, body, _) = fetched(file.as_str(), 0..1_000_000).await;
        assert_eq!(body.len(), 1_000_000, "a later one came to its end");
        TimeoutFuture::new(0).await;
        assert!(heard.borrow().is_empty(), "{:?}", heard.borrow());
    }

    #[wasm_bindgen_test]
    fn a_page_that_came_safely_does_not_try_what_the_browser_would_block() {
        let mixed = |url: &str, page: &str| is_mixed_content(url, page);
        assert_eq!(mixed("http://web.example/memo.webm", "https:"), Ok(true));
        assert_eq!(mixed("HTTP://web.example/memo.webm", "https:"), Ok(true));
        assert_eq!(mixed("https://web.example/memo.webm", "https:"), Ok(false));
        assert_eq!(mixed("http://web.example/memo.webm", "http:"), Ok(false));
        for own in ["http://localhost:8000/a", "http://127.0.0.1/a", "http://[::1]:80/a"] {
            assert_eq!(mixed(own, "https:"), Ok(false), "{own}");
        }
        assert_eq!(mixed("http://", "https:"), Err(FetchFailure::Url));
        let started = Fetch::start("https://", &(0..1), |_| {});
        assert_eq!(started.err(), Some(FetchFailure::Url));
    }
}
