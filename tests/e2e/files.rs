//! Torrents of several files, torrent files, and what is stored of them.

use crate::browser::Browser::{Chromium, Firefox};
use crate::device::{Device, Setup};
use crate::interop::percent_encoded;
use crate::page::FAR_LIMIT;
use crate::peer::Kind::{LibTorrent, WebTorrent};
use crate::peer::Peer;
use crate::speech::{speak, speak_for, speak_webm};
use crate::stage::journey;
use crate::tracker::Tracker::Ours;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::path::Path;

/// Two sounds of two kinds.
fn sounds(folder: &Path) -> (Vec<u8>, Vec<u8>) {
    let wav = std::fs::read(speak(folder)).expect("a sound");
    (speak_webm(folder), wav)
}

impl Device {
    /// Opens a link to these two sounds, waits until they are here, and hears both.
    async fn receives_album(&self, magnet: &str, one: &[u8], two: &[u8]) {
        self.open(&format!("/share?seeds={}", percent_encoded(magnet))).await;
        self.has_album(one, two).await;
    }

    async fn has_album(&self, one: &[u8], two: &[u8]) {
        self.is_at(&["done"], FAR_LIMIT).await;
        self.says("2 memos", FAR_LIMIT).await;
        self.sees("list", "Memos in this link").await;
        for (title, bytes) in [("One", one), ("Two", two)] {
            self.hears_album_memo(title, bytes).await;
        }
        assert_eq!(self.library().await, ["One", "Two"], "in the order of the torrent, and nothing else");
    }

    async fn hears_album_memo(&self, title: &str, bytes: &[u8]) {
        self.open("/").await;
        self.follow(title).await;
        self.reads_as("textbox", "Title", title).await;
        assert!(self.hears_file().await == bytes, "{}: other bytes arrived of {title}", self.name);
    }

    /// The pieces that are stored of the first torrent.
    pub(crate) async fn stored_pieces(&self) -> Vec<u64> {
        let have = self.stored("torrents", "have").await;
        // What browsers' drivers make of an array of bytes.
        let bytes: Vec<u64> = match have.first() {
            Some(Value::Array(bytes)) => bytes.iter().filter_map(Value::as_u64).collect(),
            Some(Value::Object(bytes)) => (0..bytes.len()).filter_map(|at| bytes[&at.to_string()].as_u64()).collect(),
            _ => Vec::new(),
        };
        let has = |piece: &u64| bytes[*piece as usize / 8] & (0x80 >> (piece % 8)) != 0;
        (0..8 * bytes.len() as u64).filter(has).collect()
    }

    /// What the page gives the browser to save: its name and its bytes.
    pub(crate) async fn saves(&self, press: &str) -> (String, Vec<u8>) {
        let watch = "
            const make = URL.createObjectURL;
            URL.createObjectURL = (blob) => { window.saved = { blob }; return make.call(URL, blob) };
            HTMLAnchorElement.prototype.click = function () { window.saved.name = this.download };";
        self.eval(watch, vec![]).await;
        self.press(press).await;
        let saved = async || {
            let name = self.eval("return window.saved?.name", vec![]).await;
            name.as_str().map(str::to_owned)
        };
        let name = self.wait_for("the page saves a file", FAR_LIMIT, saved).await;
        let bytes = "return new Uint8Array(await window.saved.blob.arrayBuffer()).toBase64()";
        let bytes = self.eval_async(bytes, vec![]).await;
        (name, STANDARD.decode(bytes.as_str().expect("bytes")).expect("base64"))
    }
}

#[test]
fn several_files_become_memos_that_are_passed_on() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = sounds(folder.path());
        let text = vec![b'a'; 100_000];
        let meeting = stage.meeting(Ours);
        let peer = Peer::start(WebTorrent, stage).await;
        let files = [("One.webm", &one[..]), ("Said by whom.txt", &text[..]), ("Two.wav", &two[..])];
        let shared = peer.seeds_folder("Album", &files, &[meeting.tracker()], None).await;

        let listener = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        listener.receives_album(&shared.magnet, &one, &two).await;
        let only_text =
            (one.len() as u64).div_ceil(shared.piece_length)..((one.len() + text.len()) as u64) / shared.piece_length;
        assert!(!only_text.is_empty());
        let asked = peer.was_asked().await;
        assert!(asked.iter().all(|(_, piece)| !only_text.contains(piece)), "text was fetched: {asked:?}");

        // Everything is still there after a reload, and can be passed on from what is stored.
        listener.reload().await;
        peer.page().close().await;
        listener.hears_album_memo("One", &one).await;
        let other = stage.device_with(Setup::new(Firefox).at(meeting.origin())).await;
        other.receives_album(&shared.magnet, &one, &two).await;

        // A link that a memo of several is shared by names it alone.
        listener.hears_album_memo("Two", &two).await;
        let link = listener.shares().await;
        let third = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        third.receives(&link).await;
        third.reads_as("textbox", "Title", "Two").await;
        assert!(third.hears_file().await == two, "other bytes were handed on");
        assert_eq!(third.library().await, ["Two"]);
    });
}

#[test]
fn an_album_with_padding_comes_from_libtorrent_to_firefox() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = sounds(folder.path());
        let meeting = stage.meeting(Ours);
        let peer = Peer::start(LibTorrent, stage).await;
        let files = [("One.webm", &one[..]), ("Two.wav", &two[..]), ("words.txt", b"What was said.")];
        let magnet = peer.seeds_album("Album", &files, &[meeting.tracker()]).await;
        let listener = stage.device_with(Setup::new(Firefox).at(meeting.origin())).await;
        listener.receives_album(&magnet, &one, &two).await;
    });
}

#[test]
fn torrent_files_are_opened_and_saved() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (one, two) = sounds(folder.path());
        let meeting = stage.meeting(Ours);
        let peer = Peer::start(WebTorrent, stage).await;
        let files = [("One.webm", &one[..]), ("Two.wav", &two[..])];
        let shared = peer.seeds_folder("Album", &files, &[meeting.tracker()], None).await;

        // Chosen under Import.
        let file = folder.path().join("Album.torrent");
        std::fs::write(&file, &shared.file).expect("a torrent file");
        let listener = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        listener.open("/").await;
        listener.press("Import").await;
        listener.choose_file("Audio files", &file).await;
        listener.arrives_at("/share", FAR_LIMIT).await;
        listener.has_album(&one, &two).await;

        // Dropped onto the library.
        let other = stage.device_with(Setup::new(Firefox).at(meeting.origin())).await;
        other.open("/").await;
        other.sees("button", "Import").await;
        let drop = "
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.fromBase64(arguments[0])], 'Album.torrent'));
            const library = document.querySelector('[aria-label=Library]');
            library.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));";
        other.eval(drop, vec![json!(STANDARD.encode(&shared.file))]).await;
        other.arrives_at("/share", FAR_LIMIT).await;
        other.has_album(&one, &two).await;
        other.close().await;
        peer.page().close().await;

        // What is saved of a memo is what others open: a recording, which no other client has ever seen.
        listener.records("To be kept", 2.0).await;
        let sent = listener.hears_memo().await;
        listener.shares().await;
        let (name, bytes) = listener.saves("Torrent file").await;
        assert_eq!(name, "To be kept.webm.torrent");
        let peer = Peer::start(WebTorrent, stage).await;
        let (info_hash, trackers, files) = peer.opens(&bytes).await;
        assert!(trackers.contains(&meeting.tracker().to_owned()), "{trackers:?}");
        assert_eq!(files, [("To be kept.webm".to_owned(), sent.bytes)]);
        let hashes = listener.stored("torrents", "infoHash").await;
        assert!(hashes.contains(&json!(info_hash)), "{hashes:?}");

        // So is what came from others.
        listener.hears_album_memo("One", &one).await;
        listener.shares().await;
        let (name, bytes) = listener.saves("Torrent file").await;
        assert_eq!(name, "Album.torrent");
        let (info_hash, _, files) = peer.opens(&bytes).await;
        assert_eq!(info_hash, shared.info_hash);
        assert_eq!(files, [("One.webm".to_owned(), one), ("Two.wav".to_owned(), two)]);
    });
}

#[test]
fn an_interrupted_download_fetches_no_piece_twice() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let bytes = std::fs::read(speak_for(60, folder.path(), "long.wav")).expect("a sound");
        let meeting = stage.meeting(Ours);
        let peer = Peer::start(WebTorrent, stage).await;
        let files = [("One.wav", &bytes[..])];
        let shared = peer.seeds_folder("Album", &files, &[meeting.tracker()], Some(400_000)).await;
        let listener = stage.device_with(Setup::new(Chromium).at(meeting.origin())).await;
        listener.open(&format!("/share?seeds={}", percent_encoded(&shared.magnet))).await;
        let stored = async || Some(listener.stored_pieces().await).filter(|pieces| pieces.len() >= 20);
        let before = listener.wait_for("some of it is stored", FAR_LIMIT, stored).await;
        let pieces = (bytes.len() as u64).div_ceil(shared.piece_length);
        assert!((before.len() as u64) < pieces, "it was not interrupted");
        let connections = peer.was_asked().await.into_iter().map(|(connection, _)| connection).max().expect("asked");
        listener.reload().await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        assert!(listener.hears_file().await == bytes, "other bytes arrived");
        let asked = peer.was_asked().await;
        let again: Vec<u64> =
            asked.iter().filter(|(connection, _)| *connection > connections).map(|(_, piece)| *piece).collect();
        assert!(!again.is_empty(), "nothing was left to be fetched");
        let twice: Vec<&u64> = again.iter().filter(|piece| before.contains(piece)).collect();
        assert!(twice.is_empty(), "{} of {} stored pieces were fetched again: {twice:?}", twice.len(), before.len());
    });
}

#[test]
fn altered_bytes_are_noticed_not_served_and_fetched_again() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Kept by two", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;
        let second = stage.device(Chromium).await;
        second.receives(&link).await;
        second.close().await;

        let alter = "
            const database = await new Promise((resolve, reject) => {
                const request = indexedDB.open('voice-memos');
                request.onsuccess = () => resolve(request.result);
                request.onerror = () => reject(request.error);
            });
            const change = database.transaction('audio', 'readwrite');
            const cursor = change.objectStore('audio').openCursor();
            cursor.onsuccess = () => {
                const bytes = cursor.result.value;
                bytes[bytes.length >> 1] ^= 1;
                cursor.result.update(bytes);
            };
            await new Promise((resolve) => { change.oncomplete = resolve });
            database.close();";
        sender.eval_async(alter, vec![]).await;
        // Begun anew, so that it is the disk that is read; announced without being read at all.
        sender.reload().await;
        let altered = sender.hears_file().await;
        assert!(altered != sent.bytes, "nothing was altered");

        let third = stage.device(Chromium).await;
        third.open(&link).await;
        let noticed = async || sender.stored_pieces().await.is_empty().then_some(());
        sender.wait_for("the sender notices", FAR_LIMIT, noticed).await;
        second.start_again().await;
        second.open("/").await;
        third.arrives_at("/memo/", FAR_LIMIT).await;
        assert!(third.hears_memo().await.bytes == sent.bytes, "altered bytes were served");
        second.close().await;
        third.close().await;
        let healed = async || (sender.stored_pieces().await == [0]).then_some(());
        sender.wait_for("the sender has it again", FAR_LIMIT, healed).await;
        assert!(sender.hears_file().await == sent.bytes, "the altered bytes are still there");
    });
}
