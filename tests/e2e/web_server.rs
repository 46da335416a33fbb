//! A web server of somebody else that has a file: a web seed.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::watch;

/// A server with one file, whatever path is asked for, until the journey ends.
pub(crate) struct WebServer {
    address: String,
    inner: Arc<Inner>,
}

struct Inner {
    file: Bytes,
    manners: Manners,
    asked: Mutex<Vec<Asked>>,
    /// Bytes that it still sends before it stops in the middle.
    allowance: watch::Sender<u64>,
    sent: AtomicU64,
}

/// What it does besides sending what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manners {
    /// Parts are sent, and pages of all sites may read them.
    Good,
    /// It sends the whole file, whatever part is asked for.
    NoParts,
    /// Only its own pages may read what it sends.
    NoOthers,
}

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Range<usize>,
}

impl WebServer {
    /// Starts on a free port.
    pub(crate) async fn start(file: Vec<u8>, manners: Manners) -> WebServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = format!("http://localhost:{}", listener.local_addr().expect("an address").port());
        let inner = Arc::new(Inner {
            file: file.into(),
            manners,
            asked: Mutex::default(),
            allowance: watch::Sender::new(u64::MAX),
            sent: AtomicU64::new(0),
        });
        let router = Router::new().fallback(answer).with_state(Arc::clone(&inner));
        tokio::spawn(async move { axum::serve(listener, router).await });
        WebServer { address, inner }
    }

    /// In front of every path.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// From now on it stops in the middle of what it sends when it has sent so many bytes in all.
    pub(crate) fn allow(&self, bytes: u64) {
        self.inner.allowance.send_replace(bytes);
    }

    /// Every request since the last time.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.inner.asked.lock().expect("no other user has panicked"))
    }
}

async fn answer(State(inner): State<Arc<Inner>>, method: Method, headers: HeaderMap) -> Response {
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).and_then(range);
    let length = inner.file.len();
    let part = range.filter(|_| inner.manners != Manners::NoParts);
    let bytes = part.clone().unwrap_or(0..length);
    inner.asked.lock().expect("no other user has panicked").push(Asked { method, headers, bytes: bytes.clone() });

    let status = if part.is_some() { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK };
    let fields = [
        (header::CONTENT_RANGE, part.map(|part| format!("bytes {}-{}/{length}", part.start, part.end - 1))),
        (header::CONTENT_LENGTH, Some(bytes.len().to_string())),
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, (inner.manners != Manners::NoOthers).then(|| "*".to_owned())),
    ];
    let mut response = (status, Body::from_stream(body(inner, bytes))).into_response();
    for (name, value) in fields {
        if let Some(value) = value {
            response.headers_mut().insert(name, value.parse().expect("visible ASCII"));
        }
    }
    response
}

/// The bytes, ten thousand at a time, as long as they are allowed.
fn body(inner: Arc<Inner>, bytes: Range<usize>) -> impl stream::Stream<Item = Result<Bytes, std::io::Error>> {
    stream::unfold((inner, bytes), async |(inner, bytes)| {
        let next = bytes.start..bytes.end.min(bytes.start + 10_000);
        if next.is_empty() {
            return None;
        }
        let mut allowance = inner.allowance.subscribe();
        let sent = inner.sent.load(Ordering::Relaxed);
        // Ends with the request, or when somebody allows more.
        allowance.wait_for(|allowed| sent < *allowed).await.ok()?;
        inner.sent.fetch_add(next.len() as u64, Ordering::Relaxed);
        let part = inner.file.slice(next.clone());
        Some((Ok(part), (inner, next.end..bytes.end)))
    })
}

/// `bytes=a-b`, the only form that the app may use.
fn range(header: &str) -> Option<Range<usize>> {
    let (first, last) = header.strip_prefix("bytes=")?.split_once('-')?;
    Some(first.parse().ok()?..last.parse::<usize>().ok()? + 1)
}
