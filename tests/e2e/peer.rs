//! Peers that others wrote: webtorrent 3 in a page of a browser of its own, and libtorrent 2.1 in a process of its own. Neither
//! knows anything of the app.

use crate::browser::Browser::Chromium;
use crate::device::Device;
use crate::page::FAR_LIMIT;
use crate::process::Process;
use crate::stage::Stage;
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use tower_http::services::ServeFile;

const PROJECT: &str = env!("CARGO_MANIFEST_DIR");

/// Who wrote the peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    WebTorrent,
    LibTorrent,
}

/// A peer that seeds and downloads as it is told, until it is dropped or its browser is closed.
pub(crate) enum Peer {
    WebTorrent(Arc<Device>),
    LibTorrent(LibTorrent),
}

/// A file as a peer has it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) name: String,
    pub(crate) info_hash: String,
    pub(crate) bytes: Vec<u8>,
}

impl Peer {
    /// Starts a peer that does nothing yet.
    pub(crate) async fn start(kind: Kind, stage: &Stage) -> Peer {
        match kind {
            Kind::WebTorrent => Peer::WebTorrent(webtorrent(stage).await),
            Kind::LibTorrent => Peer::LibTorrent(LibTorrent::default()),
        }
    }

    /// Downloads what the magnet names, and shares it from then on.
    pub(crate) async fn downloads(&self, magnet: &str) -> Received {
        match self {
            Peer::WebTorrent(page) => {
                let received = page.eval_async("return await download(arguments[0])", vec![json!(magnet)]).await;
                let text = |field: &str| received[field].as_str().expect("text").to_owned();
                let bytes = STANDARD.decode(text("base64")).expect("base64");
                Received { name: text("name"), info_hash: text("infoHash"), bytes }
            }
            Peer::LibTorrent(peer) => peer.downloads(magnet).await,
        }
    }

    /// Shares a file and returns its magnet.
    pub(crate) async fn seeds(&self, name: &str, bytes: &[u8], trackers: &[&str]) -> String {
        match self {
            Peer::WebTorrent(page) => {
                let arguments = vec![json!(name), json!(STANDARD.encode(bytes)), json!(trackers)];
                let magnet = page.eval_async("return await seed(...arguments)", arguments).await;
                magnet.as_str().expect("a magnet").to_owned()
            }
            Peer::LibTorrent(peer) => peer.seeds(name, bytes, trackers).await,
        }
    }
}

/// A folder of files that is being shared.
#[derive(Debug)]
pub(crate) struct Folder {
    pub(crate) magnet: String,
    pub(crate) info_hash: String,
    pub(crate) piece_length: u64,
    /// Its torrent file.
    pub(crate) file: Vec<u8>,
}

impl Peer {
    /// The page of webtorrent.
    pub(crate) fn page(&self) -> &Device {
        match self {
            Peer::WebTorrent(page) => page,
            Peer::LibTorrent(_) => panic!("libtorrent has no page"),
        }
    }

    /// webtorrent shares a folder, with so many bytes per second.
    pub(crate) async fn seeds_folder(
        &self,
        name: &str,
        files: &[(&str, &[u8])],
        trackers: &[&str],
        rate: Option<u64>,
    ) -> Folder {
        let files: Vec<Value> = files.iter().map(|(name, bytes)| json!([name, STANDARD.encode(bytes)])).collect();
        let mut arguments = vec![json!(name), json!(files), json!(trackers)];
        arguments.extend(rate.map(|rate| json!(rate)));
        let seeded = self.page().eval_async("return await seedFolder(...arguments)", arguments).await;
        let text = |field: &str| seeded[field].as_str().expect("text").to_owned();
        Folder {
            magnet: text("magnet"),
            info_hash: text("infoHash"),
            piece_length: seeded["pieceLength"].as_u64().expect("a length"),
            file: STANDARD.decode(text("file")).expect("base64"),
        }
    }

    /// What others asked webtorrent for: the number of their connection, and the piece.
    pub(crate) async fn was_asked(&self) -> Vec<(u64, u64)> {
        serde_json::from_value(self.page().eval("return asked", vec![]).await).expect("pairs")
    }

    /// webtorrent opens a torrent file and fetches all of it. Returns the infohash, the trackers, and the files.
    pub(crate) async fn opens(&self, file: &[u8]) -> (String, Vec<String>, Vec<(String, Vec<u8>)>) {
        let arguments = vec![json!(STANDARD.encode(file))];
        let opened = self.page().eval_async("return await openFile(...arguments)", arguments).await;
        let files: Vec<(String, String)> = serde_json::from_value(opened["files"].clone()).expect("files");
        let files = files.into_iter().map(|(name, bytes)| (name, STANDARD.decode(bytes).expect("base64"))).collect();
        let announce = serde_json::from_value(opened["announce"].clone()).expect("trackers");
        (opened["infoHash"].as_str().expect("text").to_owned(), announce, files)
    }

    /// libtorrent shares a folder as a torrent of both versions, with padding behind every file. Returns its magnet.
    pub(crate) async fn seeds_album(&self, name: &str, files: &[(&str, &[u8])], trackers: &[&str]) -> String {
        let Peer::LibTorrent(peer) = self else { panic!("only libtorrent makes torrents of both versions") };
        let folder = tempfile::tempdir().expect("a temporary folder");
        let album = folder.path().join(name);
        std::fs::create_dir(&album).expect("a folder in it");
        for (name, bytes) in files {
            std::fs::write(album.join(name), bytes).expect("a file in it");
        }
        let album = album.display().to_string();
        let process = peer.run(folder, &[&["album", &album], trackers].concat());
        says(process, "magnet").await.as_str().expect("a magnet").to_owned()
    }
}

/// A page with webtorrent 3 in a browser of its own.
async fn webtorrent(stage: &Stage) -> Arc<Device> {
    let script = format!("{PROJECT}/tests/e2e/node_modules/webtorrent/dist/webtorrent.min.js");
    assert!(Path::new(&script).exists(), "webtorrent is missing: run `make test`");
    let page = Router::new()
        .route("/", get(async || Html(include_str!("webtorrent.html"))))
        .route_service("/webtorrent.min.js", ServeFile::new(script));
    stage.page(Chromium, page).await
}

/// libtorrent: one process for each torrent, and the folder that it keeps its file in.
#[derive(Default)]
pub(crate) struct LibTorrent {
    running: Mutex<Vec<(Arc<Process>, TempDir)>>,
}

impl LibTorrent {
    async fn downloads(&self, magnet: &str) -> Received {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().to_owned();
        let process = self.run(folder, &["leech", &path.display().to_string(), magnet]);
        let done = says(process, "done").await;
        let text = |field: &str| done[field].as_str().expect("text").to_owned();
        let bytes = std::fs::read(path.join(text("name"))).expect("the file is there");
        Received { name: text("name"), info_hash: text("info_hash"), bytes }
    }

    async fn seeds(&self, name: &str, bytes: &[u8], trackers: &[&str]) -> String {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join(name);
        std::fs::write(&file, bytes).expect("a file in it");
        let file = file.display().to_string();
        let process = self.run(folder, &[&["seed", &file], trackers].concat());
        says(process, "magnet").await.as_str().expect("a magnet").to_owned()
    }

    fn run(&self, folder: TempDir, arguments: &[&str]) -> Arc<Process> {
        let python = format!("{PROJECT}/.tools/python/bin/python");
        assert!(Path::new(&python).exists(), "libtorrent is missing: run `make test`");
        let script = format!("{PROJECT}/tests/e2e/libtorrent_peer.py");
        let process = Arc::new(Process::start(Command::new(python).arg(script).args(arguments)));
        self.running.lock().expect("no other user has panicked").push((Arc::clone(&process), folder));
        process
    }
}

/// Waits for the line that says this of a torrent, without standing in the way of others.
async fn says(process: Arc<Process>, what: &'static str) -> Value {
    let heard = tokio::task::spawn_blocking(move || {
        process.wait_for_line_within(FAR_LIMIT, |line| {
            let mut said: Value = serde_json::from_str(line).ok()?;
            said.get_mut(what).map(Value::take)
        })
    });
    heard.await.expect("libtorrent says it in time")
}
