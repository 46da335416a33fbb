//! Links that name a web server besides the trackers (`ws=`, BEP 19), as webtorrent makes them.

use crate::browser::Browser::{self, Chromium, Firefox};
use crate::device::Device;
use crate::interop::percent_encoded;
use crate::page::FAR_LIMIT;
use crate::peer::Kind::WebTorrent;
use crate::peer::Peer;
use crate::speech::{hum_webm, speak_webm};
use crate::stage::{Stage, journey};
use crate::web_server::{Manners, WebServer};
use axum::http::{Method, header};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::sync::Arc;

const NAME: &str = "From a web server.webm";

#[test]
fn chromium_gets_the_sound_from_a_web_server_while_the_only_peer_serves_nothing() {
    the_sound_comes_from_a_web_server(Chromium, Manners::Good);
}

#[test]
fn firefox_gets_the_sound_from_a_web_server_while_the_only_peer_serves_nothing() {
    the_sound_comes_from_a_web_server(Firefox, Manners::Good);
}

#[test]
fn chromium_takes_a_whole_file_from_a_server_that_sends_no_parts() {
    the_sound_comes_from_a_web_server(Chromium, Manners::NoParts);
}

fn the_sound_comes_from_a_web_server(browser: Browser, manners: Manners) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = speak_webm(folder.path());
        let server = WebServer::start(bytes.clone(), manners).await;
        let (_peer, link) = seeds_metadata(stage, &bytes, &server).await;

        let device = stage.device(browser).await;
        device.receives(&link).await;
        device.reads_as("textbox", "Title", "From a web server").await;
        assert!(device.hears_file().await == bytes, "other bytes arrived than the server has");

        let asked = server.asked();
        assert!(!asked.is_empty());
        for request in asked {
            assert_eq!(request.method, Method::GET, "the server was asked for permission: {request:?}");
            assert!(request.headers.contains_key(header::RANGE), "{request:?}");
            for private in [header::COOKIE, header::REFERER, header::AUTHORIZATION] {
                assert!(!request.headers.contains_key(private), "{request:?}");
            }
        }
    });
}

#[test]
fn an_import_from_a_web_server_goes_on_after_a_reload_without_its_only_peer() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = hum_webm(folder.path(), 100);
        assert!(bytes.len() > 300_000, "{} bytes", bytes.len());
        let server = WebServer::start(bytes.clone(), Manners::Good).await;
        server.allow(150_000);
        let (peer, link) = seeds_metadata(stage, &bytes, &server).await;

        let device = stage.device(Chromium).await;
        device.open(&link).await;
        let stored = async || {
            let lengths = device.stored("audio", "length").await;
            let stored: u64 = lengths.iter().filter_map(serde_json::Value::as_u64).sum();
            (stored > 100_000).then_some(stored)
        };
        let stored = device.wait_for("some of it is stored", FAR_LIMIT, stored).await;
        peer.close().await;
        server.asked();
        device.reload().await;
        server.allow(u64::MAX);
        device.arrives_at("/memo/", FAR_LIMIT).await;
        assert!(device.hears_file().await == bytes, "other bytes arrived than the server has");
        for request in server.asked() {
            assert!(request.bytes.start as u64 >= stored, "{stored} bytes were there already: {request:?}");
        }
    });
}

#[test]
fn a_web_server_that_other_sites_may_not_read_keeps_nobody_from_the_peers() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = speak_webm(folder.path());
        let server = WebServer::start(bytes.clone(), Manners::NoOthers).await;
        let Peer::WebTorrent(peer) = Peer::start(WebTorrent, stage).await else { unreachable!("it is a page") };
        let link = seeds(&peer, stage, &bytes, &server, true).await;

        let device = stage.device(Chromium).await;
        device.expect_unreachable(server.address());
        device.receives(&link).await;
        device.reads_as("textbox", "Title", "From a web server").await;
        assert!(device.hears_file().await == bytes, "other bytes arrived than the peer seeds");
    });
}

/// webtorrent makes a link with a web seed, and gives the metadata to whoever opens it, but no byte of the sound.
async fn seeds_metadata(stage: &Stage, bytes: &[u8], server: &WebServer) -> (Arc<Device>, String) {
    let Peer::WebTorrent(peer) = Peer::start(WebTorrent, stage).await else { unreachable!("it is a page") };
    let link = seeds(&peer, stage, bytes, server, false).await;
    (peer, link)
}

async fn seeds(peer: &Device, stage: &Stage, bytes: &[u8], server: &WebServer, serves: bool) -> String {
    let url = format!("{}/memos/{}", server.address(), percent_encoded(NAME));
    let tracker = stage.server().tracker();
    let arguments = vec![json!(NAME), json!(STANDARD.encode(bytes)), json!([tracker]), json!([url]), json!(serves)];
    let magnet = peer.eval_async("return await seed(...arguments)", arguments).await;
    let magnet = magnet.as_str().expect("a magnet");
    assert!(magnet.contains("&ws=http"), "{magnet}");
    format!("/share?seeds={}", percent_encoded(magnet))
}
