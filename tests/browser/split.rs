//! Memos that are views of the same bytes: whichever goes, and in whatever order, the others keep their sound. And the database from
//! before there were any.

use futures::channel::oneshot;
use js_sys::{Function, Promise};
use rexie::{Rexie, TransactionMode};
use serde::Serialize;
use voice_memos::memo::{Memo, MemoId, Origin, Part, split};
use voice_memos::store::{Store, Take, TakeId, TorrentRow};
use voice_memos::torrent::InfoHash;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::store::fresh_name;

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

fn id(text: &str) -> MemoId {
    text.parse().expect("an id")
}

/// Ten bytes that sound for ten seconds.
fn memo(text: &str) -> Memo {
    Memo { duration_ms: 10_000, size: 10, record_len: 4, complete: true, ..Memo::new(id(text), Origin::Recorded) }
}

fn torrent(memo: &Memo, info_hash: InfoHash, have: u8) -> TorrentRow {
    TorrentRow {
        info_hash,
        memo_id: memo.shared_records().id,
        trackers: Vec::new(),
        web_seeds: Vec::new(),
        files: None,
        info: Some(b"d4:name1:xe".to_vec()),
        have: vec![have],
        shared: true,
        added_ms: 5,
        name: None,
        delivered: 0,
    }
}

struct Library {
    name: String,
    store: Store,
}

impl Library {
    async fn new() -> Self {
        let name = fresh_name();
        let store = Store::open_named(&name, || {}).await.expect("a store");
        Self { name, store }
    }

    /// Stores a memo whose bytes are 0 to 9.
    async fn has(&self, memo: &Memo) {
        let bytes: Vec<u8> = (0..10).collect();
        let records = bytes.chunks(4).map(<[u8]>::to_vec).collect();
        self.store.write_audio(&memo.records().id, 0, records).await.expect("the sound");
        self.store.put_memo(memo).await.expect("the row");
    }

    async fn splits(&self, memo: &MemoId, second: &str) -> Memo {
        let parts = self.store.derive_memos(memo, |memo| split(memo, 2_000, id(second)).map(<[Memo; 2]>::from));
        let [_, second] = parts.await.expect("stored").expect("it is split");
        second
    }

    async fn deletes(&self, memo: &MemoId) {
        self.store.delete_memo(memo).await.expect("removed");
        assert_eq!(self.store.memo(memo).await, Ok(None));
    }

    /// Every memo that is here has all of its sound, which goes on from its first byte.
    async fn is_whole(&self, after: &str) {
        for memo in self.store.memos().await.expect("read") {
            let first = memo.in_records(0..0).start as u8;
            let expected: Vec<u8> = (first..first + memo.size as u8).collect();
            assert_eq!(self.store.read_audio(&memo, 0..memo.size).await, Ok(Some(expected)), "{} {after}", memo.id);
        }
    }

    /// How many records of sound there are, whoever reads them.
    async fn records(&self) -> u32 {
        let raw = Rexie::builder(&self.name).version(2).build().await.expect("the same database");
        let transaction = raw.transaction(&["audio"], TransactionMode::ReadOnly).expect("a transaction");
        let count = transaction.store("audio").expect("audio").count(None).await.expect("counted");
        raw.close();
        count
    }
}

#[wasm_bindgen_test]
async fn the_sound_goes_with_the_last_of_its_views_in_any_order() {
    for order in ORDERS {
        let library = Library::new().await;
        library.has(&memo("a")).await;
        library.splits(&id("a"), "b").await;
        library.splits(&id("b"), "c").await;
        let bin = |memo: &mut Memo| memo.deleted_at_ms = Some(1);
        library.store.update_memo(&id("b"), bin).await.expect("stored");
        for (done, at) in order.into_iter().enumerate() {
            assert_eq!(library.records().await, 3, "{done} of {order:?} are deleted");
            library.deletes(&id(["a", "b", "c"][at])).await;
            library.is_whole(&format!("after {done} of {order:?}")).await;
        }
        assert_eq!(library.records().await, 0, "something is left after {order:?}");
    }
}

#[wasm_bindgen_test]
async fn each_link_goes_with_its_memo_and_the_sound_stays_with_the_other() {
    let hashes = [InfoHash::new([1; 20]), InfoHash::new([2; 20])];
    for first in [0, 1] {
        let library = Library::new().await;
        library.has(&memo("a")).await;
        library.splits(&id("a"), "b").await;
        for (memo, info_hash) in ["a", "b"].into_iter().zip(hashes) {
            let shared = library.store.update_memo(&id(memo), |memo| memo.info_hash = Some(info_hash)).await;
            let shared = shared.expect("stored").expect("there");
            library.store.put_torrent(&torrent(&shared, info_hash, 0b1110_0000)).await.expect("stored");
        }
        let ids = [id("a"), id("b")];
        assert_eq!(library.store.delete_memo(&ids[first]).await, Ok(Some(hashes[first])));
        library.is_whole("after the other one").await;
        assert_eq!(library.store.torrent(hashes[first]).await, Ok(None));
        let other = library.store.torrent(hashes[1 - first]).await.expect("read").expect("its link stays");
        assert_eq!(other.have, [0b1110_0000], "all of it is still there to give");
        library.deletes(&ids[1 - first]).await;
        assert_eq!((library.records().await, library.store.torrents().await), (0, Ok(Vec::new())));
    }
}

#[wasm_bindgen_test]
async fn views_with_one_link_keep_it_until_the_last_one_goes() {
    let library = Library::new().await;
    library.has(&memo("a")).await;
    library.splits(&id("a"), "b").await;
    let info_hash = InfoHash::new([1; 20]);
    let share = |memo: &mut Memo| (memo.info_hash, memo.trim) = (Some(info_hash), None);
    library.store.update_memos(&[id("a"), id("b")], share).await.expect("stored");
    library.store.put_torrent(&torrent(&memo("a"), info_hash, 0b1110_0000)).await.expect("stored");
    library.deletes(&id("a")).await;
    assert!(library.store.torrent(info_hash).await.expect("read").is_some(), "the other one's link is gone");
    library.is_whole("after the first").await;
    library.deletes(&id("b")).await;
    assert_eq!((library.records().await, library.store.torrents().await), (0, Ok(Vec::new())));
}

#[wasm_bindgen_test]
async fn what_was_split_off_a_received_memo_outlives_its_link() {
    let library = Library::new().await;
    let info_hash = InfoHash::new([7; 20]);
    let received = Memo { info_hash: Some(info_hash), ..memo(MemoId::from(info_hash).as_str()) };
    library.has(&received).await;
    library.store.put_torrent(&torrent(&received, info_hash, 0b1110_0000)).await.expect("stored");
    library.splits(&received.id, "b").await;
    library.deletes(&received.id).await;
    assert_eq!(library.store.torrents().await, Ok(Vec::new()));
    library.is_whole("after the received one").await;

    // The link is opened again, and what arrives by it is given up again.
    let arriving = Memo { complete: false, ..received.clone() };
    let row = torrent(&arriving, info_hash, 0);
    library.store.begin_import(std::slice::from_ref(&arriving), &row).await.expect("stored");
    let piece = vec![(1, 4, vec![4, 5, 6, 7])];
    library.store.write_pieces(&arriving.records(), info_hash, piece, &[]).await.expect("stored");
    library.store.delete_audio(&arriving.records().id).await.expect("nothing of it is only its own");
    library.deletes(&arriving.id).await;
    library.store.delete_audio(&arriving.records().id).await.expect("nothing of it is only its own");
    library.is_whole("after an import that nobody wanted").await;
    assert_eq!(library.store.is_borrowed(&received.id).await, Ok(true));

    library.deletes(&id("b")).await;
    assert_eq!((library.records().await, library.store.is_borrowed(&received.id).await), (0, Ok(false)));
}

#[wasm_bindgen_test]
async fn views_among_the_pieces_of_several_memos_keep_theirs_in_any_order() {
    let info_hash = InfoHash::new([6; 20]);
    for order in ORDERS {
        let library = Library::new().await;
        // Two memos in 20 bytes, in pieces of four: the third piece belongs to both.
        let memos = [(0, 0, 10), (1, 10, 10)].map(|(file, offset, size)| Memo {
            size,
            info_hash: Some(info_hash),
            part: Some(Part { file, offset, content_len: 20 }),
            ..memo(MemoId::of_file(info_hash, file).as_str())
        });
        library.store.begin_import(&memos, &torrent(&memos[0], info_hash, 0)).await.expect("stored");
        let pieces = (0..5_u8).map(|piece| {
            let start = piece * 4;
            (u32::from(piece), u64::from(start), (start..start + 4).collect())
        });
        library.store.write_pieces(&memos[0].records(), info_hash, pieces.collect(), &[]).await.expect("stored");
        library.splits(&memos[1].id, "b").await;
        library.is_whole("before anything goes").await;

        let ids = [memos[0].id.clone(), memos[1].id.clone(), id("b")];
        for at in order {
            library.deletes(&ids[at]).await;
            library.is_whole(&format!("after {at} of {order:?}")).await;
            if let Some(row) = library.store.torrent(info_hash).await.expect("read") {
                let there = row.have.iter().map(|byte| byte.count_ones()).sum::<u32>();
                assert_eq!(there, library.records().await, "only what is there is claimed: {at} of {order:?}");
            }
        }
        assert_eq!((library.records().await, library.store.torrents().await), (0, Ok(Vec::new())), "{order:?}");
    }
}

#[wasm_bindgen_test]
async fn a_damaged_view_keeps_the_sound_until_it_is_removed_itself() {
    let library = Library::new().await;
    library.has(&memo("a")).await;
    let raw = Rexie::builder(&library.name).version(2).build().await.expect("the same database");
    let transaction = raw.transaction(&["memos"], TransactionMode::ReadWrite).expect("a transaction");
    let row = js_sys::JSON::parse(r#"{ "id": "b", "size": "big", "sound": { "records": "a" } }"#).expect("a row");
    transaction.store("memos").expect("memos").put(&row, None).await.expect("put");
    transaction.done().await.expect("stored");
    raw.close();
    library.deletes(&id("a")).await;
    assert_eq!(library.records().await, 3);
    library.store.delete_memo(&id("b")).await.expect("removed");
    assert_eq!(library.records().await, 0);
}

#[wasm_bindgen_test]
async fn a_late_discard_of_the_take_leaves_what_was_split_off() {
    let library = Library::new().await;
    library.has(&memo("a")).await;
    library.splits(&id("a"), "b").await;
    library.deletes(&id("a")).await;
    let take = TakeId::new(id("a"));
    library.store.discard_take(&take).await.expect("discarded");
    library.is_whole("after its take was discarded").await;
    assert_eq!(library.store.memos().await.expect("read").len(), 1);
}

#[wasm_bindgen_test]
async fn what_is_gone_is_not_split() {
    let library = Library::new().await;
    library.has(&memo("a")).await;
    let part = |at_ms| move |memo: &Memo| split(memo, at_ms, id("b")).map(<[Memo; 2]>::from);
    assert_eq!(library.store.derive_memos(&id("a"), part(10_000)).await, Ok(None));
    library.deletes(&id("a")).await;
    assert_eq!(library.store.derive_memos(&id("a"), part(2_000)).await, Ok(None));
    assert_eq!(library.store.memos().await, Ok(Vec::new()));
}

/// Makes a database as version 1 of the app had it, whose connection stays open.
async fn older_database(name: &str) {
    let script = format!("return (async function () {{ {} }})(...arguments)", include_str!("database_1.js"));
    let made = Function::new_no_args(&script).call1(&JsValue::NULL, &name.into()).expect("valid JavaScript");
    JsFuture::from(made.unchecked_into::<Promise>()).await.expect("a database");
}

fn to_js(row: &impl Serialize) -> JsValue {
    serde_wasm_bindgen::to_value(row).expect("a row")
}

fn close_older_database() {
    js_sys::eval("olderDatabase.close()").expect("it is open");
}

#[wasm_bindgen_test]
async fn everything_in_a_database_of_version_1_is_found_again() {
    let name = fresh_name();
    older_database(&name).await;
    let info_hash = InfoHash::new([7; 20]);
    let memo = Memo { info_hash: Some(info_hash), title: "From before".to_owned(), ..memo("a") };
    let take = Take {
        id: TakeId::new(id("t")),
        title: "Unfinished".to_owned(),
        mime: "audio/webm".to_owned(),
        started_at_ms: 1,
        markers_ms: Vec::new(),
    };
    let row = torrent(&memo, info_hash, 0b1110_0000);
    let raw = Rexie::builder(&name).version(1).build().await.expect("the same database");
    let stores = ["memos", "audio", "torrents", "takes", "settings"];
    let transaction = raw.transaction(&stores, TransactionMode::ReadWrite).expect("a transaction");
    let put = async |store: &str, value: &JsValue, key: Option<&JsValue>| {
        transaction.store(store).expect("a store").put(value, key).await.expect("put");
    };
    put("memos", &to_js(&memo), None).await;
    put("torrents", &to_js(&row), None).await;
    put("takes", &to_js(&take), None).await;
    put("settings", &"dark".into(), Some(&"theme".into())).await;
    for n in 0..3_u8 {
        let bytes: Vec<u8> = (n * 4..(n * 4 + 4).min(10)).collect();
        let key = js_sys::Array::of2(&"a".into(), &n.into());
        put("audio", &js_sys::Uint8Array::from(bytes.as_slice()), Some(&key)).await;
    }
    transaction.done().await.expect("stored");
    raw.close();
    close_older_database();

    let store = Store::open_named(&name, || panic!("nothing is in the way")).await.expect("a newer database");
    let library = Library { name, store };
    assert_eq!(library.store.memos().await, Ok(vec![memo.clone()]));
    assert_eq!(library.store.memos_by_info_hash(info_hash).await, Ok(vec![memo]));
    assert_eq!(library.store.torrents().await, Ok(vec![row]));
    assert_eq!(library.store.takes().await, Ok(vec![take]));
    assert_eq!(library.store.setting::<String>("theme").await, Ok(Some("dark".to_owned())));
    library.is_whole("in the newer database").await;
    library.splits(&id("a"), "b").await;
    library.deletes(&id("a")).await;
    library.is_whole("after the one from before").await;
}

#[wasm_bindgen_test]
async fn an_older_version_in_another_tab_is_waited_for() {
    let name = fresh_name();
    older_database(&name).await;
    let (told, blocked) = oneshot::channel();
    let mut told = Some(told);
    let tell = move || told.take().expect("told once").send(()).expect("somebody waits");
    let opening = Store::open_named(&name, tell);
    let closing = async {
        blocked.await.expect("somebody is told");
        close_older_database();
    };
    let (store, ()) = futures::join!(opening, closing);
    assert_eq!(store.expect("it goes on by itself").memos().await, Ok(Vec::new()));
}
