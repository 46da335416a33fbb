//! Where rounds take place.

use crate::browser::Browser;
use crate::device::Device;
use crate::side::Ground;
use crate::stage::Stage;
use axum::Router;
use axum::extract::Path;
use axum::response::Html;
use axum::routing::get;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::net::TcpListener;
use tower_http::services::ServeFile;

const WEBTORRENT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/node_modules/webtorrent/dist/webtorrent.min.js");

/// How long a transfer may take before it counts as failed. The driver's own connection waits for two minutes.
const ROUND_LIMIT: Duration = Duration::from_secs(100);

/// The servers of a run.
pub(crate) struct Field {
    app_port: u16,
    pages_port: u16,
    next: AtomicU64,
}

impl Field {
    /// The app's server has that port; the pages of the other sides have a server of their own.
    pub(crate) async fn new(app_port: u16, pages: std::net::TcpListener) -> Field {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        // Another one for each run, so that no two rounds ever carry the same noise.
        Field { app_port, pages_port: serve_pages(pages).await, next: AtomicU64::new(seconds << 20) }
    }

    /// The field of a stage.
    pub(crate) async fn on(stage: &Stage) -> Field {
        let origin = stage.server().origin();
        let port = origin.rsplit(':').next().and_then(|port| port.parse().ok());
        let pages = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        pages.set_nonblocking(true).expect("a socket");
        Field::new(port.expect("the server has a port"), pages).await
    }

    /// Where the next round takes place.
    pub(crate) fn ground(&self) -> Ground {
        let seed = self.next.fetch_add(1, Ordering::Relaxed);
        let host = format!("round{}.localhost", seed % (1 << 20));
        Ground {
            app: format!("http://{host}:{}", self.app_port),
            pages: format!("http://{host}:{}", self.pages_port),
            tracker: format!("ws://{host}:{}/announce", self.app_port),
            seed,
        }
    }
}

/// A browser for the bench.
pub(crate) async fn browser(stage: &Stage, browser: Browser) -> Arc<Device> {
    be_patient(stage.device(browser).await).await
}

/// Lets scripts wait for as long as a transfer may take.
pub(crate) async fn be_patient(device: Arc<Device>) -> Arc<Device> {
    device.session().await.driver.set_script_timeout(ROUND_LIMIT).await.expect("the driver waits");
    device
}

async fn serve_pages(listener: std::net::TcpListener) -> u16 {
    assert!(std::path::Path::new(WEBTORRENT).exists(), "webtorrent is missing: run `make bench`");
    let pages = Router::new()
        .route("/webtorrent", get(async || Html(include_str!("webtorrent.html"))))
        .route("/bare", get(async || Html(include_str!("bare.html"))))
        .route("/noise/{bytes}/{seed}", get(async |Path((bytes, seed)): Path<(usize, u64)>| noise(bytes, seed)))
        .route_service("/webtorrent.min.js", ServeFile::new(WEBTORRENT));
    let listener = TcpListener::from_std(listener).expect("a socket");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move { axum::serve(listener, pages).await });
    port
}

/// A WAV file of exactly so many bytes: noise that nothing can compress, another for each seed.
pub(crate) fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    const HEADER_BYTES: usize = 44;
    const RATE_HZ: u32 = 48_000;
    let samples = u32::try_from(bytes - HEADER_BYTES).expect("a WAV file has less than 4 GB");
    let mut wav = Vec::with_capacity(bytes);
    wav.extend_from_slice(b"RIFF");
    wav.extend_from_slice(&(samples + 36).to_le_bytes());
    wav.extend_from_slice(b"WAVEfmt ");
    wav.extend_from_slice(&16u32.to_le_bytes());
    // Whole numbers, one channel.
    wav.extend_from_slice(&[1, 0, 1, 0]);
    wav.extend_from_slice(&RATE_HZ.to_le_bytes());
    wav.extend_from_slice(&(2 * RATE_HZ).to_le_bytes());
    // Two bytes for each sample.
    wav.extend_from_slice(&[2, 0, 16, 0]);
    wav.extend_from_slice(b"data");
    wav.extend_from_slice(&samples.to_le_bytes());
    // Xorshift, by Marsaglia, which must not begin with zero.
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    while wav.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let rest = (bytes - wav.len()).min(8);
        wav.extend_from_slice(&state.to_le_bytes()[..rest]);
    }
    wav
}
