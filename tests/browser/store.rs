//! What the store promises.

use std::cell::Cell;

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use rexie::{ObjectStore, Rexie, TransactionMode};
use serde::Serialize;
use voice_memos::memo::{DigestBuilder, Memo, MemoId, Origin, Part, Waveform};
use voice_memos::store::{AudioWriter, Chunk, News, RECORD_LEN, Store, StoreError, Take, TakeId, TorrentRow};
use voice_memos::torrent::{FileSelection, InfoHash};
use wasm_bindgen_futures::spawn_local;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::tamper::{fail_requests, replace};

/// A name that no other test, and no earlier run, has used.
pub(crate) fn fresh_name() -> String {
    thread_local!(static COUNT: Cell<u32> = const { Cell::new(0) });
    COUNT.set(COUNT.get() + 1);
    format!("test-{}-{}", js_sys::Date::now(), COUNT.get())
}

pub(crate) async fn fresh_store() -> Store {
    Store::open_named(&fresh_name(), || {}).await.expect("a store")
}

fn memo(id: &str) -> Memo {
    let id: MemoId = id.parse().expect("an id");
    Memo { title: "Märzmorgen".to_owned(), record_len: 4, ..Memo::new(id, Origin::Recorded) }
}

/// What becomes of rows from now on.
fn news(store: &Store) -> mpsc::UnboundedReceiver<News> {
    let (sender, news) = mpsc::unbounded();
    store.watch(move |told| {
        let _ = sender.unbounded_send(told);
    });
    news
}

fn take(id: &str) -> Take {
    Take {
        id: TakeId::new(id.parse().expect("an id")),
        title: "Tuesday morning, 07:31".to_owned(),
        mime: "audio/webm;codecs=opus".to_owned(),
        started_at_ms: 1_763_364_720_000,
        markers_ms: vec![1_000],
    }
}

fn chunk(n: u32) -> Chunk {
    Chunk { n, bytes: vec![n as u8; 3], peaks: vec![7, 9], until_ms: u64::from(n + 1) * 1000 }
}

fn torrent(memo_id: &MemoId, info_hash: InfoHash) -> TorrentRow {
    TorrentRow {
        info_hash,
        memo_id: memo_id.clone(),
        trackers: vec!["ws://localhost:1/announce".to_owned()],
        web_seeds: vec!["https://localhost:1/memo.webm".to_owned()],
        info: Some(b"d4:name1:xe".to_vec()),
        have: vec![0b1010_0000],
        shared: true,
        added_ms: 5,
        files: FileSelection::parse("0,2-3"),
        name: Some("x".to_owned()),
        delivered: 2,
    }
}

#[wasm_bindgen_test]
async fn rows_come_back_as_they_went_in_and_are_found_after_a_reload() {
    let name = fresh_name();
    let info_hash = InfoHash::new([0xab; 20]);
    let memo = Memo {
        recorded_at_ms: 1_763_364_720_000,
        waveform: Waveform::from_peaks(&[0, 128, 255]),
        info_hash: Some(info_hash),
        deleted_at_ms: Some(1),
        tags: vec!["work".to_owned()].into(),
        size: 1 << 40,
        digest: Some(DigestBuilder::default().finish()),
        ..memo("m-1")
    };
    let torrent = torrent(&memo.id, info_hash);
    {
        let store = Store::open_named(&name, || {}).await.expect("a store");
        store.put_memo(&memo).await.expect("stored");
        store.put_torrent(&torrent).await.expect("stored");
        store.begin_take(&take("t-1")).await.expect("stored");
        store.put_setting("theme", "dark").await.expect("stored");
    }
    let store = Store::open_named(&name, || {}).await.expect("the same store");
    assert_eq!(store.memos().await, Ok(vec![memo.clone()]));
    assert_eq!(store.memo(&memo.id).await, Ok(Some(memo.clone())));
    assert_eq!(store.memos_by_info_hash(info_hash).await, Ok(vec![memo]));
    assert_eq!(store.torrents().await, Ok(vec![torrent.clone()]));
    assert_eq!(store.torrent(info_hash).await, Ok(Some(torrent)));
    assert_eq!(store.takes().await, Ok(vec![take("t-1")]));
    assert_eq!(store.setting::<String>("theme").await, Ok(Some("dark".to_owned())));
}

#[wasm_bindgen_test]
async fn audio_that_comes_in_any_portions_is_stored_in_whole_records() {
    let store = fresh_store().await;
    let portions = [0, 1, RECORD_LEN as usize, 20 * RECORD_LEN as usize, 7];
    let size: usize = portions.iter().sum();
    let bytes: Vec<u8> = (0..size).map(|place| (place % 251) as u8).collect();
    let memo = Memo { size: size as u64, record_len: RECORD_LEN, ..memo("m-1") };
    let (mut writer, mut at) = (AudioWriter::new(&store, &memo.id), 0);
    for portion in portions {
        writer.push(&bytes[at..at + portion]).await.expect("stored");
        at += portion;
    }
    assert_eq!(writer.finish().await, Ok(memo.size));
    assert!(store.read_audio(&memo, 0..memo.size).await == Ok(Some(bytes)), "other bytes are stored");
}

#[wasm_bindgen_test]
async fn a_small_memo_is_stored_as_a_whole_or_not_at_all() {
    let store = fresh_store().await;
    let bytes: Vec<u8> = (0..10).collect();
    let memo = Memo { size: 10, complete: true, ..memo("m-1") };
    let full = fail_requests("memos", "put", "QuotaExceededError");
    assert_eq!(store.put_small_memo(&memo, &bytes).await, Err(StoreError::Full));
    drop(full);
    assert_eq!(store.memo(&memo.id).await, Ok(None));
    assert_eq!(store.read_audio(&memo, 0..10).await, Ok(None), "sound of no memo is left");
    store.put_small_memo(&memo, &bytes).await.expect("stored");
    assert_eq!(store.memo(&memo.id).await, Ok(Some(memo.clone())));
    assert_eq!(store.read_audio(&memo, 0..10).await, Ok(Some(bytes)));
}

#[wasm_bindgen_test]
async fn what_becomes_of_a_row_is_told_in_every_tab_once_it_is_stored() {
    let name = fresh_name();
    let open = async || Store::open_named(&name, || {}).await.expect("a store");
    let (here, there) = (open().await, open().await);
    let (mut news_here, mut news_there) = (news(&here), news(&there));
    let (first, second) = (memo("m-1"), memo("m-2"));
    let full = fail_requests("memos", "put", "QuotaExceededError");
    assert_eq!(here.put_memo(&first).await, Err(StoreError::Full));
    drop(full);

    here.put_memo(&first).await.expect("stored");
    assert_eq!(
        news_here.next().await,
        Some(News::Written(Box::new(first.clone()))),
        "and not what could not be stored"
    );
    assert_eq!(news_there.next().await, Some(News::Elsewhere(first.id.clone())));
    let ids = [first.id.clone(), second.id.clone()];
    there.put_memo(&second).await.expect("stored");
    assert_eq!(news_here.next().await, Some(News::Elsewhere(second.id.clone())));
    assert_eq!(news_there.next().await, Some(News::Written(Box::new(second))));
    for memo in there.update_memos(&ids, |memo| memo.favourite = true).await.expect("stored") {
        assert_eq!(news_here.next().await, Some(News::Elsewhere(memo.id.clone())));
        assert_eq!(news_there.next().await, Some(News::Written(Box::new(memo))));
    }
    there.delete_memo(&first.id).await.expect("removed");
    assert_eq!(news_here.next().await, Some(News::Elsewhere(first.id.clone())));
    assert_eq!(news_there.next().await, Some(News::Removed(first.id)));
}

#[wasm_bindgen_test]
async fn what_is_not_there_is_none() {
    let store = fresh_store().await;
    let info_hash = InfoHash::new([1; 20]);
    assert_eq!(store.memos().await, Ok(Vec::new()));
    assert_eq!(store.memo(&memo("m-1").id).await, Ok(None));
    assert_eq!(store.memos_by_info_hash(info_hash).await, Ok(vec![]));
    assert_eq!(store.update_memo(&memo("m-1").id, |_| ()).await, Ok(None));
    assert_eq!(store.torrent(info_hash).await, Ok(None));
    assert_eq!(store.setting::<String>("theme").await, Ok(None));
    assert_eq!(store.chunks(&take("t-1").id, 0, 10).await, Ok(Vec::new()));
    assert_eq!(store.delete_memo(&memo("m-1").id).await, Ok(None), "a missing memo is removed already");
}

#[wasm_bindgen_test]
async fn a_damaged_row_is_an_error_and_can_be_removed() {
    #[derive(Serialize)]
    struct Damaged {
        id: &'static str,
        size: &'static str,
    }
    let name = fresh_name();
    let store = Store::open_named(&name, || {}).await.expect("a store");
    let raw = Rexie::builder(&name).version(2).build().await.expect("the same database");
    let transaction = raw.transaction(&["memos"], TransactionMode::ReadWrite).expect("a transaction");
    let row = serde_wasm_bindgen::to_value(&Damaged { id: "m-1", size: "big" }).expect("a row");
    transaction.store("memos").expect("memos").put(&row, None).await.expect("put");
    transaction.done().await.expect("stored");
    raw.close();

    let id = memo("m-1").id;
    assert!(matches!(store.memo(&id).await, Err(StoreError::Other(_))), "a damaged row is an error");
    assert!(matches!(store.memos().await, Err(StoreError::Other(_))), "a damaged row is not hidden");
    store.delete_memo(&id).await.expect("removed");
    assert_eq!(store.memos().await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn an_update_changes_a_row_with_nothing_in_between() {
    let store = fresh_store().await;
    let memo = memo("m-1");
    store.put_memo(&memo).await.expect("stored");
    let add = |n| {
        let (store, id) = (store.clone(), memo.id.clone());
        async move { store.update_memo(&id, |memo| memo.position_ms += n).await }
    };
    let (first, second) = futures::join!(add(1), add(10));
    first.expect("updated");
    second.expect("updated");
    let stored = store.memo(&memo.id).await.expect("read").expect("there");
    assert_eq!(stored.position_ms, 11, "neither update is lost");
}

#[wasm_bindgen_test]
async fn several_rows_change_alike_and_those_that_are_gone_are_left_out() {
    let store = fresh_store().await;
    let memos = ["m-1", "m-2", "m-3"].map(memo);
    for memo in &memos {
        store.put_memo(memo).await.expect("stored");
    }
    let ids = [memos[2].id.clone(), memo("gone").id, memos[0].id.clone()];
    let changed = store.update_memos(&ids, |memo| memo.favourite = true).await.expect("updated");
    assert_eq!(changed.iter().map(|memo| memo.id.as_str()).collect::<Vec<_>>(), ["m-3", "m-1"]);
    let stored = store.memos().await.expect("read");
    assert_eq!(stored.iter().map(|memo| memo.favourite).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(store.update_memos(&[memo("gone").id], |_| ()).await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn ten_thousand_memos_load_at_once() {
    let name = fresh_name();
    let store = Store::open_named(&name, || {}).await.expect("a store");
    let raw = Rexie::builder(&name).version(2).build().await.expect("the same database");
    let transaction = raw.transaction(&["memos"], TransactionMode::ReadWrite).expect("a transaction");
    let rows = (0..10_000).map(|n| {
        let memo = Memo { waveform: Waveform::from_peaks(&[9; 256]), ..memo(&format!("m-{n}")) };
        (serde_wasm_bindgen::to_value(&memo).expect("a row"), None)
    });
    transaction.store("memos").expect("memos").put_all(rows).await.expect("put");
    transaction.done().await.expect("stored");
    raw.close();
    assert_eq!(store.memos().await.map(|memos| memos.len()), Ok(10_000));
}

#[wasm_bindgen_test]
async fn any_stretch_of_audio_is_read_and_a_gap_is_none() {
    let store = fresh_store().await;
    let memo = Memo { size: 10, ..memo("m-1") };
    let bytes: Vec<u8> = (0..10).collect();
    store.write_audio(&memo.id, 1, vec![bytes[4..8].to_vec(), bytes[8..].to_vec()]).await.expect("stored");
    assert_eq!(store.read_audio(&memo, 3..5).await, Ok(None), "the first record is still missing");
    assert_eq!(store.read_audio(&memo, 4..10).await, Ok(Some(bytes[4..].to_vec())));
    store.write_audio(&memo.id, 0, vec![bytes[..4].to_vec()]).await.expect("stored");
    for start in 0..=10 {
        for end in start..=10 {
            let read = store.read_audio(&memo, start as u64..end as u64).await;
            assert_eq!(read, Ok(Some(bytes[start..end].to_vec())), "{start}..{end}");
        }
    }
    assert_eq!(store.read_audio(&memo, 8..1000).await, Ok(Some(vec![8, 9])), "clipped to the memo's size");

    store.write_audio(&memo.id, 1, vec![vec![0; 3]]).await.expect("stored");
    assert!(matches!(store.read_audio(&memo, 4..5).await, Err(StoreError::Other(_))), "a short record is damage");
}

#[wasm_bindgen_test]
async fn slices_of_a_take_come_in_order_and_only_its_own() {
    let store = fresh_store().await;
    for n in [2, 0, 11, 1] {
        store.append_chunk(&take("t-1").id, chunk(n)).await.expect("stored");
    }
    store.append_chunk(&take("t-10").id, chunk(5)).await.expect("stored");
    let id = take("t-1").id;
    assert_eq!(store.chunks(&id, 0, 100).await, Ok(vec![chunk(0), chunk(1), chunk(2), chunk(11)]));
    assert_eq!(store.chunks(&id, 1, 2).await, Ok(vec![chunk(1), chunk(2)]));
}

#[wasm_bindgen_test]
async fn takes_and_slices_survive_a_power_cut() {
    let store = fresh_store().await;
    js_sys::eval("globalThis.durabilities = {}").expect("valid JavaScript");
    let spy = replace(
        "IDBDatabase.prototype",
        "transaction",
        "function (stores, mode, options) {
            for (const store of [stores].flat()) durabilities[store] = options?.durability;
            return original.call(this, stores, mode, options);
        }",
    );
    store.begin_take(&take("t-1")).await.expect("stored");
    store.append_chunk(&take("t-1").id, chunk(0)).await.expect("stored");
    drop(spy);
    let asked = js_sys::eval("`${durabilities.takes} ${durabilities.chunks}`").expect("valid JavaScript");
    assert_eq!(asked.as_string().as_deref(), Some("strict strict"));
}

#[wasm_bindgen_test]
async fn a_take_becomes_a_memo_as_a_whole_or_not_at_all() {
    let store = fresh_store().await;
    let take = take("t-1");
    let memo = memo("t-1");
    store.begin_take(&take).await.expect("stored");
    store.append_chunk(&take.id, chunk(0)).await.expect("stored");

    let broken = fail_requests("chunks", "delete", "UnknownError");
    assert!(store.finish_take(&take.id, &memo).await.is_err(), "the slices could not be removed");
    drop(broken);
    assert_eq!(store.memos().await, Ok(Vec::new()), "no memo appears");
    assert_eq!(store.takes().await, Ok(vec![take.clone()]), "the take is still there");
    assert_eq!(store.chunks(&take.id, 0, 10).await, Ok(vec![chunk(0)]), "and its slices");

    store.finish_take(&take.id, &memo).await.expect("finished");
    assert_eq!(store.memos().await, Ok(vec![memo]));
    assert_eq!(store.takes().await, Ok(Vec::new()));
    assert_eq!(store.chunks(&take.id, 0, 10).await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn a_discarded_take_leaves_nothing_but_a_memo_that_appeared() {
    let store = fresh_store().await;
    let take = take("t-1");
    let memo = Memo { size: 4, ..memo("t-1") };
    for appeared in [false, true] {
        store.begin_take(&take).await.expect("stored");
        store.append_chunk(&take.id, chunk(0)).await.expect("stored");
        store.write_audio(take.id.memo_id(), 0, vec![vec![1; 4]]).await.expect("stored");
        if appeared {
            store.put_memo(&memo).await.expect("stored");
        }
        store.discard_take(&take.id).await.expect("discarded");
        assert_eq!(store.takes().await, Ok(Vec::new()));
        assert_eq!(store.chunks(&take.id, 0, 10).await, Ok(Vec::new()));
        let audio = store.read_audio(&memo, 0..4).await.expect("read");
        assert_eq!(audio.is_some(), appeared, "audio belongs to the memo once it is there");
    }
}

#[wasm_bindgen_test]
async fn an_arriving_memo_keeps_its_pieces_together_with_what_says_so() {
    let store = fresh_store().await;
    let info_hash = InfoHash::new([2; 20]);
    let memo = Memo { size: 10, info_hash: Some(info_hash), ..memo("m-1") };
    let row = TorrentRow { have: vec![0], ..torrent(&memo.id, info_hash) };
    store.begin_import(std::slice::from_ref(&memo), &row).await.expect("stored");
    assert_eq!(store.memos_by_info_hash(info_hash).await, Ok(vec![memo.clone()]));

    let pieces = vec![(2, 8, vec![8, 9]), (0, 0, vec![0, 1, 2, 3])];
    let have = store.write_pieces(&memo.records(), info_hash, pieces, &[]).await.map(|(have, _)| have);
    assert_eq!(have, Ok(vec![0b1010_0000]));
    let expected = TorrentRow { have: vec![0b1010_0000], ..row };
    assert_eq!(store.torrent(info_hash).await, Ok(Some(expected)), "everything else in the row stays");
    assert_eq!(store.read_audio(&memo, 8..10).await, Ok(Some(vec![8, 9])));
    assert_eq!(store.read_audio(&memo, 0..10).await, Ok(None), "piece 1 is still to come");

    let last = vec![(1, 4, vec![4; 4])];
    let (have, arrived) =
        store.write_pieces(&memo.records(), info_hash, last, std::slice::from_ref(&memo.id)).await.expect("stored");
    let complete = Memo { complete: true, shared: true, ..memo.clone() };
    assert_eq!((have, &arrived), (vec![0b1110_0000], &vec![complete.clone()]));
    assert_eq!(
        store.memo(&memo.id).await,
        Ok(Some(complete)),
        "the last piece and what says that it was the last are one change"
    );
    assert!(store.torrent(info_hash).await.expect("read").expect("the row").shared);

    store.delete_memo(&memo.id).await.expect("removed");
    let late = store.write_pieces(&memo.records(), info_hash, vec![(1, 4, vec![4; 4])], &[]).await;
    assert!(late.is_err(), "a removed memo stays removed");
    assert_eq!(store.torrents().await, Ok(Vec::new()));
    assert_eq!(store.read_audio(&memo, 4..8).await, Ok(None));
}

#[wasm_bindgen_test]
async fn deleting_a_memo_removes_everything_of_it_and_nothing_else() {
    let store = fresh_store().await;
    let (gone, kept) = (InfoHash::new([3; 20]), InfoHash::new([4; 20]));
    for (id, info_hash) in [("m-1", gone), ("m-10", kept)] {
        let memo = Memo { size: 4, info_hash: Some(info_hash), ..memo(id) };
        store.begin_import(std::slice::from_ref(&memo), &torrent(&memo.id, info_hash)).await.expect("stored");
        store.write_audio(&memo.id, 0, vec![vec![5; 4]]).await.expect("stored");
    }
    store.delete_memo(&memo("m-1").id).await.expect("removed");
    assert_eq!(store.memo(&memo("m-1").id).await, Ok(None));
    assert_eq!(store.torrent(gone).await, Ok(None));
    let without_row = Memo { size: 4, ..memo("m-1") };
    assert_eq!(store.read_audio(&without_row, 0..4).await, Ok(None));
    let other = store.memos_by_info_hash(kept).await.expect("read").pop().expect("the other memo");
    assert_eq!(store.read_audio(&other, 0..4).await, Ok(Some(vec![5; 4])));
    assert!(store.torrent(kept).await.expect("read").is_some());
}

/// Three memos in one torrent of 30 bytes in pieces of four. The second shares a piece with each neighbour.
async fn album(store: &Store, info_hash: InfoHash) -> [Memo; 3] {
    let memos = [(0, 0, 10), (1, 10, 9), (3, 22, 8)].map(|(file, offset, size)| Memo {
        size,
        record_len: 4,
        info_hash: Some(info_hash),
        part: Some(Part { file, offset, content_len: 30 }),
        ..memo(MemoId::of_file(info_hash, file).as_str())
    });
    let row = TorrentRow { have: vec![0], ..torrent(&MemoId::from(info_hash), info_hash) };
    store.begin_import(&memos, &row).await.expect("stored");
    let pieces = (0..8)
        .map(|piece| (piece, u64::from(piece) * 4, (piece * 4..(piece * 4 + 4).min(30)).map(|at| at as u8).collect()));
    // Nothing was wanted of the sixth piece, which holds text.
    let pieces: Vec<(u32, u64, Vec<u8>)> = pieces.filter(|(piece, ..)| *piece != 5).collect();
    store.write_pieces(&memos[0].records(), info_hash, pieces, &[]).await.expect("stored");
    memos
}

#[wasm_bindgen_test]
async fn memos_that_came_together_share_their_pieces() {
    let store = fresh_store().await;
    let info_hash = InfoHash::new([6; 20]);
    let memos = album(&store, info_hash).await;
    for memo in &memos {
        let bytes = memo.in_records(0..memo.size).map(|at| at as u8).collect::<Vec<_>>();
        if memo.part.is_some_and(|part| part.file != 3) {
            assert_eq!(store.read_audio(memo, 0..memo.size).await, Ok(Some(bytes.clone())), "{}", memo.id);
        }
        assert_eq!(store.read_audio(memo, 2..5).await, Ok(Some(bytes[2..5].to_vec())), "{}", memo.id);
    }
    assert_eq!(store.read_audio(&memos[2], 0..1).await, Ok(None), "in the piece that did not come");
    let all = store.read_records(&memos[0].records(), 0..20).await;
    assert_eq!(all, Ok(Some((0..20).collect())), "what is passed on is what was stored, once");
}

#[wasm_bindgen_test]
async fn deleting_one_of_several_memos_keeps_what_the_others_need() {
    let store = fresh_store().await;
    let info_hash = InfoHash::new([6; 20]);
    let [first, second, third] = album(&store, info_hash).await;
    assert_eq!(store.delete_memo(&second.id).await, Ok(Some(info_hash)));
    assert_eq!(store.read_audio(&first, 0..10).await, Ok(Some((0..10).collect())), "its last piece was shared");
    assert_eq!(store.read_records(&first.records(), 12..16).await, Ok(None), "nobody needs it");
    let row = store.torrent(info_hash).await.expect("read").expect("the torrent stays");
    assert_eq!(row.have, [0b1110_0011], "only what is there is claimed");
    assert_eq!(store.delete_memo(&first.id).await, Ok(Some(info_hash)));
    assert_eq!(store.delete_memo(&third.id).await, Ok(Some(info_hash)));
    assert_eq!(store.torrents().await, Ok(vec![]));
    assert_eq!(store.read_records(&first.records(), 0..4).await, Ok(None), "the last one takes all with it");
}

#[wasm_bindgen_test]
async fn a_piece_that_comes_back_mends_the_record_that_it_lies_in() {
    let store = fresh_store().await;
    let info_hash = InfoHash::new([5; 20]);
    let memo = Memo { size: 19, record_len: 8, info_hash: Some(info_hash), ..memo("m-1") };
    let row = TorrentRow { have: vec![0b1111_1000], ..torrent(&memo.id, info_hash) };
    store.begin_import(std::slice::from_ref(&memo), &row).await.expect("stored");
    let bytes: Vec<u8> = (0..19).collect();
    store.write_audio(&memo.id, 0, vec![vec![9; 8], bytes[8..16].to_vec()]).await.expect("stored");

    store.lose_piece(info_hash, 0).await.expect("noted");
    store.lose_piece(info_hash, 4).await.expect("noted");
    assert_eq!(store.torrent(info_hash).await.expect("read").map(|row| row.have), Some(vec![0b0111_0000]));
    let pieces = vec![(0, 0, bytes[..4].to_vec()), (1, 4, bytes[4..8].to_vec()), (4, 16, bytes[16..].to_vec())];
    let have = store.write_pieces(&memo.records(), info_hash, pieces, &[]).await.map(|(have, _)| have);
    assert_eq!(have, Ok(vec![0b1111_1000]));
    assert_eq!(store.read_audio(&memo, 0..19).await, Ok(Some(bytes)));
}

#[wasm_bindgen_test]
async fn a_full_disk_is_called_full() {
    let store = fresh_store().await;
    let full = fail_requests("audio", "put", "QuotaExceededError");
    assert_eq!(store.write_audio(&memo("m-1").id, 0, vec![vec![1]]).await, Err(StoreError::Full));
    drop(full);
    assert_eq!(store.write_audio(&memo("m-1").id, 0, vec![vec![1]]).await, Ok(()));
}

#[wasm_bindgen_test]
async fn no_indexed_db_is_called_unavailable() {
    let _refused = replace(
        "IDBFactory.prototype",
        "open",
        "function () { throw new DOMException('on purpose', 'SecurityError'); }",
    );
    assert_eq!(Store::open_named(&fresh_name(), || {}).await.err(), Some(StoreError::Unavailable));
}

#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_is_refused() {
    let name = fresh_name();
    newer_version(&name).await;
    assert_eq!(Store::open_named(&name, || {}).await.err(), Some(StoreError::TooNew));
}

#[wasm_bindgen_test]
async fn an_open_store_makes_room_for_a_newer_version() {
    let name = fresh_name();
    let store = Store::open_named(&name, || {}).await.expect("a store");
    newer_version(&name).await;
    assert_eq!(store.memos().await, Err(StoreError::TooNew));
    assert_eq!(store.put_memo(&memo("m-1")).await, Err(StoreError::TooNew));
}

#[wasm_bindgen_test]
async fn a_recording_keeps_a_newer_version_waiting() {
    let name = fresh_name();
    let store = Store::open_named(&name, || {}).await.expect("a store");
    let hold = store.hold();
    let (upgraded, mut upgrade) = oneshot::channel();
    spawn_local({
        let name = name.clone();
        async move {
            newer_version(&name).await;
            upgraded.send(()).expect("somebody waits");
        }
    });
    // Rexie's connection closes when the newer version asks: from then on reading is refused, and writing goes on.
    while store.takes().await.is_ok() {}
    store.append_chunk(&take("t-1").id, chunk(0)).await.expect("a slice is stored all the same");
    assert_eq!(upgrade.try_recv(), Ok(None), "the newer version waits");
    drop(hold);
    upgrade.await.expect("the newer version goes on");
}

/// What another tab with a newer version of the app would do.
async fn newer_version(name: &str) {
    let newer = Rexie::builder(name).version(99).add_object_store(ObjectStore::new("memos")).build();
    newer.await.expect("a newer database").close();
}
