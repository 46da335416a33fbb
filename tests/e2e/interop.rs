//! Peers and trackers that others wrote: every browser exchanges memos with webtorrent 3 and with libtorrent 2.1, through our
//! own tracker, through that of bittorrent-tracker, and through aquatic_ws.

use crate::browser::Browser::{self, Chromium, Firefox};
use crate::device::Setup;
use crate::peer::Kind::{self, LibTorrent, WebTorrent};
use crate::peer::Peer;
use crate::speech::{probe, speak_for, speak_webm};
use crate::stage::journey;
use crate::tracker::Tracker::{self, Aquatic, Ours, Reference};
use std::path::Path;

#[test]
fn chromium_and_webtorrent_exchange_memos() {
    memos_are_exchanged(Chromium, WebTorrent, Ours);
}

#[test]
fn chromium_and_libtorrent_exchange_memos() {
    memos_are_exchanged(Chromium, LibTorrent, Ours);
}

#[test]
fn firefox_and_webtorrent_exchange_memos() {
    memos_are_exchanged(Firefox, WebTorrent, Ours);
}

#[test]
fn firefox_and_libtorrent_exchange_memos() {
    memos_are_exchanged(Firefox, LibTorrent, Ours);
}

#[test]
fn chromium_and_webtorrent_exchange_memos_through_the_reference_tracker() {
    memos_are_exchanged(Chromium, WebTorrent, Reference);
}

#[test]
fn firefox_and_libtorrent_exchange_memos_through_the_reference_tracker() {
    memos_are_exchanged(Firefox, LibTorrent, Reference);
}

#[test]
fn chromium_and_libtorrent_exchange_memos_through_aquatic() {
    memos_are_exchanged(Chromium, LibTorrent, Aquatic);
}

#[test]
fn firefox_and_webtorrent_exchange_memos_through_aquatic() {
    memos_are_exchanged(Firefox, WebTorrent, Aquatic);
}

/// A memo goes from the app to the peer, and another one from the peer to the app.
fn memos_are_exchanged(browser: Browser, kind: Kind, tracker: Tracker) {
    journey(async |stage| {
        let meeting = stage.meeting(tracker);
        let device = stage.device_with(Setup::new(browser).at(meeting.origin())).await;
        let peer = Peer::start(kind, stage).await;

        device.records("For everybody", 2.0).await;
        let sent = device.hears_memo().await;
        let magnet = magnet_of(&device.shares().await);
        let received = peer.downloads(&magnet).await;
        assert_eq!(received.name, "For everybody.webm");
        assert_eq!(received.info_hash, info_hash_of(&magnet));
        assert!(received.bytes == sent.bytes, "the peer received other bytes than were sent");
        assert_eq!(probe(&received.bytes).codec, "opus");

        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = speak_webm(folder.path());
        let magnet = peer.seeds("A voice from 2016.webm", &bytes, &[meeting.tracker()]).await;
        let path = device.receives(&format!("/share?seeds={}", percent_encoded(&magnet))).await;
        assert_eq!(path, format!("/memo/{}", info_hash_of(&magnet)));
        device.reads_as("textbox", "Title", "A voice from 2016").await;
        assert!(device.hears_file().await == bytes, "other bytes arrived than the peer seeds");
    });
}

#[test]
fn devices_meet_through_the_reference_tracker() {
    devices_meet(Reference);
}

#[test]
fn devices_meet_through_aquatic() {
    devices_meet(Aquatic);
}

/// A memo goes from Chromium to Firefox, and another one back.
fn devices_meet(tracker: Tracker) {
    journey(async |stage| {
        let meeting = stage.meeting(tracker);
        let one = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        let other = stage.device_with(Setup::new(Firefox).at(meeting.origin())).await;
        for (sender, listener, title) in [(&one, &other, "There"), (&other, &one, "And back")] {
            sender.records(title, 2.0).await;
            let sent = sender.hears_memo().await;
            let link = sender.shares().await;
            let port = meeting.tracker().rsplit(':').next().expect("a port");
            assert!(magnet_of(&link).contains(port), "the link names another tracker: {link}");
            listener.receives(&link).await;
            listener.reads_as("textbox", "Title", title).await;
            assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        }
    });
}

in_each_browser!(memos_of_some_mib_are_exchanged);
/// libtorrent wants blocks of exactly 16 KiB and hangs up on whoever asks for more, or asks on after a choke.
fn memos_of_some_mib_are_exchanged(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (mine, theirs) = (speak_for(100, folder.path(), "Mine.wav"), speak_for(90, folder.path(), "Theirs.wav"));
        let device = stage.device(browser).await;
        let libtorrent = Peer::start(LibTorrent, stage).await;

        device.imports_file(&mine).await;
        let magnet = magnet_of(&device.shares().await);
        let received = libtorrent.downloads(&magnet).await;
        assert_eq!(received.info_hash, info_hash_of(&magnet));
        assert!(received.bytes == read(&mine), "libtorrent received other bytes than were sent");
        assert_eq!(probe(&received.bytes).codec, "pcm_s16le");

        let magnet = libtorrent.seeds("Theirs.wav", &read(&theirs), &[&stage.server().tracker()]).await;
        device.receives(&format!("/share?seeds={}", percent_encoded(&magnet))).await;
        device.reads_as("textbox", "Title", "Theirs").await;
        assert!(device.hears_file().await == read(&theirs), "other bytes arrived than libtorrent seeds");
    });
}

#[test]
fn peers_of_three_kinds_share_a_memo_and_hand_it_on() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = speak_for(30, folder.path(), "For all of you.wav");
        let sender = stage.device(Chromium).await;
        let listener = stage.device(Firefox).await;
        let webtorrent = Peer::start(WebTorrent, stage).await;
        let libtorrent = Peer::start(LibTorrent, stage).await;

        sender.imports_file(&file).await;
        let link = sender.shares().await;
        let magnet = magnet_of(&link);
        let (_, by_webtorrent, by_libtorrent) =
            tokio::join!(listener.receives(&link), webtorrent.downloads(&magnet), libtorrent.downloads(&magnet));
        assert!(listener.hears_file().await == read(&file), "other bytes arrived than were sent");
        assert!(by_webtorrent.bytes == read(&file), "webtorrent received other bytes than were sent");
        assert!(by_libtorrent.bytes == read(&file), "libtorrent received other bytes than were sent");

        sender.close().await;
        let late = stage.device(Chromium).await;
        late.receives(&link).await;
        late.reads_as("textbox", "Title", "For all of you").await;
        assert!(late.hears_file().await == read(&file), "other bytes were handed on");
    });
}

fn read(file: &Path) -> Vec<u8> {
    std::fs::read(file).expect("the file is there")
}

/// The magnet in a link.
pub(crate) fn magnet_of(link: &str) -> String {
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

/// The infohash in a magnet.
pub(crate) fn info_hash_of(magnet: &str) -> &str {
    magnet.split("btih:").nth(1).and_then(|rest| rest.get(..40)).expect("a magnet names its infohash")
}

pub(crate) fn percent_encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
