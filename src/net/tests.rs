//! Sharing and importing as the app asks for it, with a real store. Devices that meet are the end-to-end tests' part.

use futures::StreamExt;
use futures::channel::mpsc;
use sha1::{Digest, Sha1};
use wasm_bindgen_test::wasm_bindgen_test;

use super::disk::{Disk, DiskEvent};
use super::{Change, Config, Engine, Held, ShareError, freeze};
use crate::memo::{Card, LinkGives, Memo, MemoId, Origin, Span, Waveform, split};
use crate::store::{News, Store, TorrentRow};
use crate::torrent::bencode::{DictEncoder, encode_bytes};
use crate::torrent::{FileSelection, Info, InfoHash, Magnet, Metainfo, Phase};

/// A recording of a browser, without a card.
const RECORDING: &[u8] = include_bytes!("../../tests/fixtures/chromium-whole.webm");

const RECORD_LEN: u32 = 1000;

async fn store() -> Store {
    Store::open_named(&format!("net-{}", js_sys::Math::random()), || {}).await.expect("a store")
}

async fn recorded(store: &Store, title: &str) -> Memo {
    let id: MemoId = "own-1".parse().expect("an id");
    let memo = Memo {
        title: title.to_owned(),
        mime: "audio/webm".to_owned(),
        duration_ms: 1500,
        size: RECORDING.len() as u64,
        record_len: RECORD_LEN,
        waveform: Waveform::from_peaks(&[1, 200, 3]),
        complete: true,
        ..Memo::new(id.clone(), Origin::Recorded)
    };
    let records = RECORDING.chunks(RECORD_LEN as usize).map(<[u8]>::to_vec).collect();
    store.write_audio(&id, 0, records).await.expect("the audio");
    store.put_memo(&memo).await.expect("the row");
    memo
}

fn config() -> Config {
    Config { trackers: Vec::new(), known_trackers: Vec::new(), ice_servers: Vec::new(), ask_above_bytes: u64::MAX }
}

fn engine(store: &Store) -> (Engine, mpsc::UnboundedReceiver<Change>) {
    let (sender, changes) = mpsc::unbounded();
    let on_change = move |change| {
        let _ = sender.unbounded_send(change);
    };
    (Engine::start(store.clone(), Some(config()), on_change), changes)
}

async fn memo(store: &Store, id: &MemoId) -> Memo {
    store.memo(id).await.expect("the store").expect("the memo")
}

/// What becomes of rows from now on.
fn news(store: &Store) -> mpsc::UnboundedReceiver<News> {
    let (sender, news) = mpsc::unbounded();
    store.watch(move |told| {
        let _ = sender.unbounded_send(told);
    });
    news
}

/// Waits until a row is told of that has its length and its shape.
async fn until_heard(news: &mut mpsc::UnboundedReceiver<News>, id: &MemoId) {
    let is_heard = |news: News| match news {
        News::Written(memo) => memo.id == *id && memo.duration_ms > 0 && !memo.waveform.is_empty(),
        News::Removed(_) | News::Elsewhere(_) => false,
    };
    while !is_heard(news.next().await.expect("rows are told of")) {}
}

/// Waits until the statuses fulfil something.
async fn until_statuses(changes: &mut mpsc::UnboundedReceiver<Change>, fulfil: impl Fn(&[(InfoHash, Phase)]) -> bool) {
    let mut phases: Vec<(InfoHash, Phase)> = Vec::new();
    while let Some(change) = changes.next().await {
        let statuses = match change {
            Change::Statuses(statuses) => {
                phases.clear();
                statuses
            }
            Change::Moved(statuses) => statuses,
            _ => continue,
        };
        for status in statuses {
            phases.retain(|(info_hash, _)| *info_hash != status.info_hash);
            phases.push((status.info_hash, status.phase));
        }
        if fulfil(&phases) {
            return;
        }
    }
    panic!("the engine stopped before that happened");
}

#[wasm_bindgen_test]
async fn what_is_shared_is_frozen_whatever_it_is_called_later() {
    let store = store().await;
    let own = recorded(&store, "First title").await;
    let (engine, mut changes) = engine(&store);
    // Two taps at once are one share.
    let (first, second) = futures::join!(engine.share(&own.id), engine.share(&own.id));
    let magnet = first.expect("shared");
    assert_eq!(second.expect("shared"), magnet);
    assert_eq!(magnet.name.as_deref(), Some("First title.webm"));
    until_statuses(&mut changes, |phases| phases.iter().any(|(hash, _)| *hash == magnet.info_hash)).await;

    store.update_memo(&own.id, |memo| memo.title = "Second title".to_owned()).await.expect("renamed");
    engine.stop_sharing(&own.id).await.expect("stopped");
    until_statuses(&mut changes, <[_]>::is_empty).await;
    assert!(!memo(&store, &own.id).await.shared);

    assert_eq!(engine.share(&own.id).await.expect("shared again"), magnet, "the old link works");
    let row = store.torrent(magnet.info_hash).await.expect("the store").expect("the row");
    let info = Info::parse(&row.info.expect("metadata")).expect("valid metadata");
    assert_eq!(Card::of_info(&info).map(|card| card.title).as_deref(), Some("First title"));
    assert!(memo(&store, &own.id).await.shared && row.shared);
}

#[wasm_bindgen_test]
async fn the_link_of_a_trimmed_memo_gives_its_part_and_the_memo_stays_whole() {
    let store = store().await;
    let own = recorded(&store, "Trimmed").await;
    let trim = |start_ms, end_ms| {
        store.update_memo(&own.id, move |memo| (memo.duration_ms, memo.trim) = (3000, Some(Span { start_ms, end_ms })))
    };
    trim(1000, 2000).await.expect("trimmed");
    let (engine, _changes) = engine(&store);
    let magnet = engine.share(&own.id).await.expect("shared");
    let shared = memo(&store, &own.id).await;
    let row = store.torrent(magnet.info_hash).await.expect("the store").expect("the row");
    let info = Info::parse(row.info.as_deref().expect("metadata")).expect("valid metadata");
    assert!(info.total_length() < own.size * 2 / 3, "{} of {} bytes are given", info.total_length(), own.size);
    assert_eq!(Card::of_info(&info).map(|card| card.duration_ms), Some(1000));
    let records = Held::of(&row, vec![shared.clone()]).and_then(|held| held.records()).expect("a torrent");
    for piece in info.pieces() {
        let bytes = store.read_records(&records, info.piece_range(piece)).await.expect("the store").expect("a piece");
        assert!(info.verify(piece, &bytes), "{piece:?} is not what the link stands for");
    }
    let whole = store.read_audio(&shared, 0..shared.size).await.expect("the store");
    assert_eq!(whole.as_deref(), Some(RECORDING));

    assert_eq!(shared.link_gives(), LinkGives::WhatIsHeard);
    trim(0, 500).await.expect("trimmed again");
    assert_eq!(engine.share(&own.id).await.expect("shared again"), magnet, "the old link works");
    let given = LinkGives::Part(Span { start_ms: 1000, end_ms: 2000 });
    assert_eq!(memo(&store, &own.id).await.link_gives(), given);

    engine.delete(&own.id).await.expect("deleted");
    assert_eq!(store.read_records(&records, 0..1).await.expect("the store"), None, "the part is left behind");
}

#[wasm_bindgen_test]
async fn what_cannot_be_shared_says_why() {
    let store = store().await;
    let own = recorded(&store, "Half of it").await;
    let (engine, _changes) = engine(&store);
    let song = Memo { mime: "audio/mpeg".into(), trim: Some(Span { start_ms: 0, end_ms: 500 }), ..own.clone() };
    store.put_memo(&song).await.expect("the row");
    let refusal = engine.share(&own.id).await.map(drop).map_err(|error| error.to_string());
    assert!(refusal.as_ref().is_err_and(|text| text.starts_with("“Half of it” is trimmed")), "{refusal:?}");
    store.put_memo(&own).await.expect("the row");
    let nobody: MemoId = "nobody".parse().expect("an id");
    assert!(matches!(engine.share(&nobody).await, Err(ShareError::NoMemo)));
    store.update_memo(&own.id, |memo| memo.complete = false).await.expect("edited");
    assert!(matches!(engine.share(&own.id).await, Err(ShareError::NotComplete)));
    store.update_memo(&own.id, |memo| (memo.complete, memo.size) = (true, memo.size + 5000)).await.expect("edited");
    assert!(matches!(engine.share(&own.id).await, Err(ShareError::Unreadable)));
    assert_eq!(store.torrents().await.expect("the store"), [], "and leaves nothing behind");
}

#[wasm_bindgen_test]
async fn ones_own_link_leads_to_the_memo_that_is_here() {
    let store = store().await;
    let own = recorded(&store, "Mine").await;
    let (engine, mut changes) = engine(&store);
    let magnet = engine.share(&own.id).await.expect("shared");
    store.update_memo(&own.id, |memo| memo.deleted_at_ms = Some(1)).await.expect("deleted");
    engine.import(vec![magnet]).await.expect("imported");
    let imported = Change::Imported(own.id.clone());
    while changes.next().await.expect("the engine runs") != imported {}
    assert!(!memo(&store, &own.id).await.is_deleted(), "opening the link takes it out of the bin");
    assert_eq!(store.memos().await.expect("the store").len(), 1, "one link is one memo");
}

#[wasm_bindgen_test]
async fn an_import_goes_on_after_a_reload_and_can_be_given_up() {
    let store = store().await;
    let link = Magnet { trackers: vec!["udp://a.example".into()], ..Magnet::new(InfoHash::new([7; 20])) };
    let (first_tab, mut changes) = engine(&store);
    for _ in 0..2 {
        first_tab.import(vec![link.clone()]).await.expect("imported");
    }
    until_statuses(&mut changes, |phases| phases.len() == 1).await;
    assert_eq!(store.torrents().await.expect("the store").len(), 1);
    drop(first_tab);

    let (second_tab, mut changes) = engine(&store);
    until_statuses(&mut changes, |phases| phases.len() == 1).await;
    second_tab.remove(link.info_hash).await.expect("removed");
    until_statuses(&mut changes, <[_]>::is_empty).await;
    assert_eq!(store.torrents().await.expect("the store"), []);
}

#[wasm_bindgen_test]
async fn a_second_tab_gives_orders_and_takes_over() {
    let store = store().await;
    let own = recorded(&store, "From the second tab").await;
    let (first_tab, mut first_changes) = engine(&store);
    // The lock is asked for in order, so the first tab leads.
    let (second_tab, mut second_changes) = engine(&store);
    let magnet = second_tab.share(&own.id).await.expect("shared");
    let is_it = |phases: &[(InfoHash, Phase)]| phases.iter().any(|(hash, _)| *hash == magnet.info_hash);
    until_statuses(&mut first_changes, is_it).await;
    until_statuses(&mut second_changes, is_it).await;

    drop(first_tab);
    second_tab.stop_sharing(&own.id).await.expect("stopped");
    second_tab.share(&own.id).await.expect("shared again");
    until_statuses(&mut second_changes, is_it).await;
}

/// The line of storage, with everything it says.
fn disk(store: &Store) -> (Disk, mpsc::UnboundedReceiver<DiskEvent>) {
    let (sender, events) = mpsc::unbounded();
    let on_event = move |event| {
        let _ = sender.unbounded_send(event);
    };
    (Disk::new(store.clone(), on_event), events)
}

async fn expected(store: &Store, info_hash: InfoHash) {
    let row = TorrentRow {
        info_hash,
        memo_id: MemoId::from(info_hash),
        trackers: Vec::new(),
        web_seeds: Vec::new(),
        files: None,
        info: None,
        have: Vec::new(),
        shared: true,
        added_ms: 1,
        name: None,
        delivered: 0,
    };
    store.put_torrent(&row).await.expect("the row");
}

#[wasm_bindgen_test]
async fn pieces_become_a_memo_that_is_passed_on_and_heard() {
    let (sender, receiver) = (store().await, store().await);
    let own = recorded(&sender, "").await;
    // As the links of 2016: nothing but a file.
    let mut builder = crate::torrent::InfoBuilder::new("An old one.webm", own.size);
    builder.push(RECORDING);
    let info = builder.finish().expect("metadata");
    let info_hash = info.info_hash();
    expected(&receiver, info_hash).await;

    let mut news = news(&receiver);
    let (disk, mut events) = disk(&receiver);
    // All at once: what comes later waits for what comes first.
    disk.begin(info_hash, info.raw().to_vec());
    for piece in info.pieces() {
        let range = info.piece_range(piece);
        let bytes = RECORDING[range.start as usize..range.end as usize].to_vec();
        disk.write(info_hash, piece, bytes);
    }
    disk.complete(info_hash);

    let (mut written, mut imported) = (0, None);
    while written < info.piece_count() || imported.is_none() {
        match events.next().await.expect("the line goes on") {
            DiskEvent::Begun(_, held) => assert_eq!((held.size(), held.wanted()), (own.size, None)),
            DiskEvent::PieceWritten(_, _, result) => {
                result.expect("written");
                written += 1;
            }
            DiskEvent::Imported(id) => imported = Some(id),
            other => panic!("unexpected: {other:?}"),
        }
    }
    let id = imported.expect("a memo");
    let received = memo(&receiver, &id).await;
    assert_eq!((received.title.as_str(), received.origin), ("An old one", Origin::Received));
    assert!(received.complete && received.shared, "a listener becomes a sender");
    let bytes = receiver.read_audio(&received, 0..received.size).await.expect("the store");
    assert_eq!(bytes.as_deref(), Some(RECORDING));
    let row = receiver.torrent(info_hash).await.expect("the store").expect("the row");
    assert!(Held::of(&row, vec![received]).expect("a torrent").have.is_full(), "nothing is fetched again");

    until_heard(&mut news, &id).await;
    let heard = memo(&receiver, &id).await;
    assert!(heard.duration_ms > 0 && !heard.waveform.is_empty(), "its length and shape come from its sound");
}

#[wasm_bindgen_test]
async fn what_was_left_while_it_was_examined_is_examined_when_somebody_looks() {
    let store = store().await;
    let own = Memo { duration_ms: 0, waveform: Waveform::default(), ..recorded(&store, "").await };
    store.put_memo(&own).await.expect("the row");
    let (engine, _changes) = engine(&store);
    let mut news = news(&store);
    engine.examine(own.clone());
    until_heard(&mut news, &own.id).await;
    let heard = memo(&store, &own.id).await;
    assert!(heard.duration_ms > 0 && !heard.waveform.is_empty(), "its length and shape come from its sound");
}

/// Two sounds with a text in between, and what they are made of. Each piece border lies inside of a file.
fn album() -> (Info, Vec<u8>) {
    let text = b"What was said, and by whom.";
    let content = [RECORDING, text, RECORDING].concat();
    let file = |name: &str, length: usize| {
        DictEncoder::new().integer("length", length as i64).list("path", [encode_bytes(name)]).encode()
    };
    let files = [file("One.webm", RECORDING.len()), file("words.txt", text.len()), file("Two.webm", RECORDING.len())];
    let hashes: Vec<u8> = content.chunks(1000).flat_map(|piece| Sha1::digest(piece).to_vec()).collect();
    let dict = DictEncoder::new().bytes("name", "Album").integer("piece length", 1000);
    let dict = dict.list("files", files).bytes("pieces", hashes);
    (Info::parse(&dict.encode()).expect("metadata"), content)
}

fn write(disk: &Disk, info: &Info, content: &[u8], bytes: std::ops::Range<u64>) {
    for piece in info.pieces_in(bytes) {
        let range = info.piece_range(piece);
        disk.write(info.info_hash(), piece, content[range.start as usize..range.end as usize].to_vec());
    }
}

#[wasm_bindgen_test]
async fn each_sound_of_a_torrent_becomes_a_memo_once_it_is_here() {
    let store = store().await;
    let (info, content) = album();
    let info_hash = info.info_hash();
    expected(&store, info_hash).await;
    let (disk, mut events) = disk(&store);
    disk.begin(info_hash, info.raw().to_vec());
    let files = info.files();
    write(&disk, &info, &content, files[2].range());
    let held = match events.next().await {
        Some(DiskEvent::Begun(_, held)) => held,
        other => panic!("unexpected: {other:?}"),
    };
    assert_eq!(held.wanted(), Some(vec![files[0].range(), files[2].range()]), "the text is not fetched");
    let ids: Vec<MemoId> = held.memos.iter().map(|memo| memo.id.clone()).collect();
    let imported = async |events: &mut mpsc::UnboundedReceiver<DiskEvent>| loop {
        match events.next().await.expect("the line goes on") {
            DiskEvent::PieceWritten(_, _, result) => result.expect("written"),
            DiskEvent::Imported(id) => break id,
            other => panic!("unexpected: {other:?}"),
        }
    };
    assert_eq!(imported(&mut events).await, ids[1], "whichever comes first is there first");
    assert!(!memo(&store, &ids[0]).await.complete);
    write(&disk, &info, &content, files[0].range());
    assert_eq!(imported(&mut events).await, ids[0]);
    for id in &ids {
        let memo = memo(&store, id).await;
        assert!(memo.complete && memo.shared);
        assert_eq!(store.read_audio(&memo, 0..memo.size).await.expect("read").as_deref(), Some(RECORDING));
    }
    let memos = store.memos_by_info_hash(info_hash).await.expect("the store");
    let row = store.torrent(info_hash).await.expect("the store").expect("the row");
    let again = Held::of(&row, memos).expect("a torrent");
    let there = |range| info.pieces_in(range).all(|piece| again.have.get(piece.get()));
    assert!(there(files[0].range()) && there(files[2].range()), "nothing is fetched again");
}

#[wasm_bindgen_test]
async fn pieces_asked_for_at_once_are_read_apart_where_some_are_missing() {
    let store = store().await;
    let (info, content) = album();
    let info_hash = info.info_hash();
    expected(&store, info_hash).await;
    let (disk, mut events) = disk(&store);
    disk.begin(info_hash, info.raw().to_vec());
    // The last piece is shorter than the others.
    let (end, missing) = (info.total_length(), info.piece(3).expect("a piece"));
    write(&disk, &info, &content, 0..info.piece_range(missing).start);
    write(&disk, &info, &content, info.piece_range(missing).end..end);
    let mut unwritten = info.piece_count() - 1;
    while unwritten > 0 {
        if let Some(DiskEvent::PieceWritten(_, _, result)) = events.next().await {
            result.expect("written");
            unwritten -= 1;
        }
    }
    info.pieces().for_each(|piece| disk.read(info_hash, piece));
    let mut unread = info.piece_count();
    while unread > 0 {
        if let Some(DiskEvent::PieceRead(_, piece, bytes)) = events.next().await {
            let range = info.piece_range(piece);
            let expected = (piece != missing).then(|| content[range.start as usize..range.end as usize].to_vec());
            assert_eq!(bytes, expected, "{piece:?}");
            unread -= 1;
        }
    }
}

#[wasm_bindgen_test]
async fn what_holds_no_sound_is_refused_in_words() {
    let store = store().await;
    let raw = b"d5:filesld6:lengthi1e4:pathl1:aeed6:lengthi1e4:pathl1:beee4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaae";
    let info_hash = Info::parse(raw).expect("valid metadata").info_hash();
    expected(&store, info_hash).await;
    let (disk, mut events) = disk(&store);
    disk.begin(info_hash, raw.to_vec());
    match events.next().await {
        Some(DiskEvent::Refused(refused, reason)) => {
            assert_eq!(refused, info_hash);
            assert!(reason.contains("no sound"), "{reason}");
        }
        other => panic!("unexpected: {other:?}"),
    }
    assert_eq!(store.torrents().await.expect("the store"), [], "it does not come back");
    assert_eq!(store.memos().await.expect("the store"), []);
}

#[wasm_bindgen_test]
async fn a_torrent_file_brings_its_memos_and_a_memo_leaves_as_one() {
    let store = store().await;
    let (info, content) = album();
    let (engine, mut changes) = engine(&store);
    let trackers: Vec<String> = vec!["udp://a.example".into(), "wss://b.example".into()];
    let file = Metainfo { info: info.clone(), trackers: trackers.clone(), web_seeds: vec![] };
    let read = Metainfo::parse(&file.encode()).expect("a torrent file");
    let link = engine.import_file(read).await.expect("imported");
    assert_eq!((link.info_hash, link.trackers[0].as_str()), (info.info_hash(), "wss://b.example"));
    assert_eq!(engine.import(vec![link.clone()]).await.expect("known").len(), 2, "its link is the same");
    until_statuses(&mut changes, |phases| phases.len() == 1).await;

    let ids: Vec<MemoId> = [0, 2].map(|file| MemoId::of_file(link.info_hash, file)).into();
    let two = memo(&store, &ids[1]).await;
    let pieces = info.pieces().map(|piece| {
        let range = info.piece_range(piece);
        (piece.get(), range.start, content[range.start as usize..range.end as usize].to_vec())
    });
    store.write_pieces(&two.records(), link.info_hash, pieces.collect(), &[]).await.expect("written");
    store.update_memo(&two.id, |memo| memo.complete = true).await.expect("written");
    let shared = engine.share(&two.id).await.expect("shared");
    assert_eq!(shared.files, Some(FileSelection::one(2)), "its link names it alone");
    assert_eq!(shared.name.as_deref(), Some("Two.webm"));
    let (name, bytes) = engine.torrent_file(&two.id).await.expect("a file");
    let exported = Metainfo::parse(&bytes).expect("a torrent file");
    assert_eq!((name.as_str(), exported.info.raw()), ("Album.torrent", info.raw()));
    assert!(trackers.iter().all(|url| exported.trackers.contains(url)), "{:?}", exported.trackers);

    engine.delete(&ids[0]).await.expect("deleted");
    assert_eq!(store.memos().await.expect("the store").len(), 1);
    assert_eq!(store.read_audio(&two, 0..two.size).await.expect("read").as_deref(), Some(RECORDING));
    engine.import(vec![link.clone()]).await.expect("imported");
    assert!(!memo(&store, &ids[0]).await.complete, "the link brings it again");
    for id in &ids {
        engine.delete(id).await.expect("deleted");
    }
    assert_eq!(store.torrents().await.expect("the store"), []);
    until_statuses(&mut changes, <[_]>::is_empty).await;
}

#[wasm_bindgen_test]
async fn what_was_split_off_one_of_several_memos_is_shared_by_itself_and_outlives_them() {
    let store = store().await;
    let (info, content) = album();
    let (engine, mut changes) = engine(&store);
    let album = engine.import_file(Metainfo { info: info.clone(), trackers: vec![], web_seeds: vec![] }).await;
    let album = album.expect("imported");
    let ids: Vec<MemoId> = [0, 2].map(|file| MemoId::of_file(album.info_hash, file)).into();
    let pieces = info.pieces().map(|piece| {
        let range = info.piece_range(piece);
        (piece.get(), range.start, content[range.start as usize..range.end as usize].to_vec())
    });
    let two = memo(&store, &ids[1]).await;
    store.write_pieces(&two.records(), album.info_hash, pieces.collect(), &[]).await.expect("written");
    store.update_memo(&two.id, |memo| (memo.complete, memo.duration_ms) = (true, 1500)).await.expect("written");
    let part: MemoId = "part".parse().expect("an id");
    let parts = store.derive_memos(&two.id, |memo| split(memo, 500, part.clone()).map(<[Memo; 2]>::from)).await;
    assert!(parts.expect("the store").is_some(), "it is not split");

    // All of it is shown again, and shared.
    store.update_memo(&part, |memo| memo.trim = None).await.expect("written");
    let link = engine.share(&part).await.expect("shared");
    let shared = memo(&store, &part).await;
    assert_eq!((shared.link_gives(), shared.info_hash), (LinkGives::WhatIsHeard, Some(link.info_hash)));
    let row = store.torrent(link.info_hash).await.expect("the store").expect("the row");
    let given = Info::parse(row.info.as_deref().expect("metadata")).expect("valid metadata");
    assert_eq!(given.total_length(), RECORDING.len() as u64);
    let records = Held::of(&row, vec![shared.clone()]).and_then(|held| held.records()).expect("a torrent");
    for piece in given.pieces() {
        let bytes = store.read_records(&records, given.piece_range(piece)).await.expect("the store").expect("a piece");
        assert!(given.verify(piece, &bytes), "{piece:?} is not what the link stands for");
    }

    // The others are deleted, fetched again, and given up while they arrive.
    let is_whole = async || {
        let read = store.read_audio(&shared, 0..shared.size).await.expect("the store");
        assert_eq!(read.as_deref(), Some(RECORDING));
    };
    for _ in 0..2 {
        for id in &ids {
            engine.delete(id).await.expect("deleted");
        }
        until_statuses(&mut changes, |phases| phases.iter().all(|(hash, _)| *hash != album.info_hash)).await;
        is_whole().await;
        let file = Metainfo { info: info.clone(), trackers: vec![], web_seeds: vec![] };
        engine.import_file(file).await.expect("imported again");
        until_statuses(&mut changes, |phases| phases.iter().any(|(hash, _)| *hash == album.info_hash)).await;
        assert!(!memo(&store, &ids[1]).await.complete);
    }
    is_whole().await;
}

#[wasm_bindgen_test]
async fn two_views_that_give_the_same_have_one_link() {
    let store = store().await;
    let own = recorded(&store, "Twice").await;
    let part: MemoId = "part".parse().expect("an id");
    let parts = store.derive_memos(&own.id, |memo| split(memo, 500, part.clone()).map(<[Memo; 2]>::from)).await;
    parts.expect("the store").expect("it is split");
    let (engine, _changes) = engine(&store);
    for id in [&own.id, &part] {
        store.update_memo(id, |memo| (memo.trim, memo.title) = (None, "Twice".to_owned())).await.expect("written");
    }
    let link = engine.share(&own.id).await.expect("shared");
    store.update_torrent(link.info_hash, |row| row.delivered = 3).await.expect("written");
    assert_eq!(engine.share(&part).await.expect("shared"), link);
    let row = store.torrent(link.info_hash).await.expect("the store").expect("the row");
    assert_eq!(row.delivered, 3, "what is known of the link stays");
    engine.delete(&own.id).await.expect("deleted");
    assert_eq!(engine.share(&part).await.expect("shared again"), link, "the link goes on");
    let read = store.read_audio(&memo(&store, &part).await, 0..own.size).await.expect("the store");
    assert_eq!(read.as_deref(), Some(RECORDING));
}

#[wasm_bindgen_test]
async fn a_link_that_names_one_of_several_files_brings_that_one() {
    let store = store().await;
    let (info, _) = album();
    let (engine, _changes) = engine(&store);
    let all = engine.import_file(Metainfo { info, trackers: vec![], web_seeds: vec![] }).await.expect("imported");
    let first = MemoId::of_file(all.info_hash, 0);
    engine.delete(&first).await.expect("deleted");
    let one = Magnet { files: Some(FileSelection::one(2)), ..all.clone() };
    assert_eq!(engine.import(vec![one]).await.expect("imported"), [MemoId::of_file(all.info_hash, 2)]);
    assert_eq!(store.memos().await.expect("the store").len(), 1);
    let other = Magnet { files: FileSelection::parse("0-1"), ..all };
    assert_eq!(engine.import(vec![other]).await.expect("imported"), [first]);
}

#[wasm_bindgen_test]
async fn a_piece_that_is_gone_is_not_claimed_after_a_reload() {
    let store = store().await;
    let own = recorded(&store, "Mine").await;
    let (engine, _changes) = engine(&store);
    let magnet = engine.share(&own.id).await.expect("shared");
    drop(engine);
    let (disk, _events) = disk(&store);
    let read = async || {
        let row = store.torrent(magnet.info_hash).await.expect("the store").expect("the row");
        Held::of(&row, vec![memo(&store, &own.id).await]).expect("a torrent")
    };
    let held = read().await;
    assert!(held.have.is_full(), "what is shared is announced without being hashed again");
    let piece = held.info.piece(0).expect("a piece");
    disk.hold(magnet.info_hash, held);
    disk.lose(magnet.info_hash, piece);
    while read().await.have.get(0) {}
}

#[wasm_bindgen_test]
async fn a_card_says_what_the_memo_said_when_it_was_shared() {
    let store = store().await;
    let own = recorded(&store, "With a card").await;
    let info = freeze::info_of(&store, &own).await.expect("frozen");
    assert_eq!(Card::of_info(&info), Some(Card::of(&own)));
    assert!(info.pieces().all(|piece| {
        let range = info.piece_range(piece);
        info.verify(piece, &RECORDING[range.start as usize..range.end as usize])
    }));
}
