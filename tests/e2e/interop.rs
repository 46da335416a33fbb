//! Peers that others wrote: webtorrent 3 in a page of its own, and the tracker of bittorrent-tracker.

use crate::browser::Browser::Chromium;
use crate::device::{Device, Setup};
use crate::page::FAR_LIMIT;
use crate::process::{Process, program};
use crate::server::{Server, built_with_config};
use crate::speech::{probe, speak_webm};
use crate::stage::{Stage, journey};
use axum::Router;
use axum::response::Html;
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::process::Command;
use std::sync::Arc;
use tokio::net::TcpListener;
use tower_http::services::ServeFile;

const MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/node_modules");

#[test]
fn webtorrent_downloads_what_the_app_shares() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("For everybody", 3.0).await;
        let sent = sender.hears_memo().await;
        let magnet = magnet_of(&sender.shares().await);

        let webtorrent = webtorrent(stage).await;
        let received = webtorrent.eval_async("return await download(arguments[0])", vec![json!(magnet)]).await;
        assert_eq!(received["name"], "For everybody.webm");
        let bytes = STANDARD.decode(received["base64"].as_str().expect("bytes")).expect("base64");
        assert!(bytes == sent.bytes, "webtorrent received other bytes than were sent");
        let probe = probe(&bytes);
        assert_eq!(probe.codec, "opus");
        assert!(probe.decoded_s >= 2.5, "{probe:?}");
    });
}

#[test]
fn the_app_imports_what_webtorrent_seeds() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = speak_webm(folder.path());
        let webtorrent = webtorrent(stage).await;
        let arguments =
            vec![json!(STANDARD.encode(&bytes)), json!("A voice from 2016.webm"), json!(stage.server().tracker())];
        let magnet = webtorrent.eval_async("return await seed(...arguments)", arguments).await;
        let magnet = magnet.as_str().expect("a magnet").to_owned();

        let listener = stage.device(Chromium).await;
        listener.receives(&format!("/share?seeds={}", percent_encoded(&magnet))).await;
        listener.reads_as("textbox", "Title", "A voice from 2016").await;
        listener.press("Play").await;
        listener.plays().await;
        assert_eq!(listener.library().await, ["A voice from 2016"]);
        assert_eq!(listener.stored("memos", "size").await, [json!(bytes.len())]);
    });
}

#[test]
fn devices_meet_through_a_tracker_of_others() {
    journey(async |stage| {
        let mut node = Command::new(program(&["node"]));
        let node = Process::start(node.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/tracker.mjs")));
        let tracker = node.wait_for_line(|line| line.starts_with("ws://").then(|| line.to_owned()));

        // What a deployer changes is one file, and needs no rebuild.
        let folder = tempfile::tempdir().expect("a temporary folder");
        let config = json!({ "trackers": [tracker], "iceServers": [] }).to_string();
        let server = Server::start_in(built_with_config(folder.path(), &config), &["--no-tracker"]);
        let sender = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        sender.records("By another way", 2.0).await;
        let link = sender.shares().await;
        let port = tracker.rsplit(':').next().expect("a port");
        assert!(magnet_of(&link).contains(port), "the link names another tracker: {link}");
        let listener = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "By another way").await;
        listener.hears_memo().await;
    });
}

/// A page with webtorrent 3 in a browser of its own. The app knows nothing of it.
async fn webtorrent(stage: &Stage) -> Arc<Device> {
    let script = format!("{MODULES}/webtorrent/dist/webtorrent.min.js");
    assert!(std::path::Path::new(&script).exists(), "webtorrent is missing: run `make test`");
    let page = Router::new()
        .route("/", get(async || Html(include_str!("webtorrent.html"))))
        .route_service("/webtorrent.min.js", ServeFile::new(script));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, page).await });

    let origin = format!("http://localhost:{}", address.port());
    let device = stage.device_with(Setup::new(Chromium).at(origin)).await;
    device.open("/").await;
    let ready = async || device.eval("return window.ready === true", vec![]).await.as_bool().filter(|ready| *ready);
    device.wait_for("webtorrent is loaded", FAR_LIMIT, ready).await;
    device
}

/// The magnet in a link.
fn magnet_of(link: &str) -> String {
    let encoded = link.split_once("seeds=").expect("the link has seeds").1;
    let mut bytes = Vec::new();
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digits = [rest.next().expect("a digit"), rest.next().expect("a digit")];
            let digits = std::str::from_utf8(&digits).expect("digits");
            bytes.push(u8::from_str_radix(digits, 16).expect("hexadecimal digits"));
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).expect("a magnet is text")
}

fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
