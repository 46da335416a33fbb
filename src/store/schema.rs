//! The object stores, and how an older database becomes a current one.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbObjectStoreParameters, IdbTransaction};

use super::StoreError;

/// The name of the database.
pub(super) const NAME: &str = "voice-memos";

/// The version that this code writes. A newer one is refused.
pub(super) const VERSION: u32 = 2;

/// Memo rows by id.
pub(super) const MEMOS: &str = "memos";
/// Audio bytes by `[memo id, n]`.
pub(super) const AUDIO: &str = "audio";
/// Torrent rows by infohash.
pub(super) const TORRENTS: &str = "torrents";
/// Recordings under way by id.
pub(super) const TAKES: &str = "takes";
/// Their slices by `[take, n]`.
pub(super) const CHUNKS: &str = "chunks";
/// Values by name.
pub(super) const SETTINGS: &str = "settings";

/// The index of [`MEMOS`] over the infohash. Memos that were never shared are not in it.
pub(super) const BY_INFO_HASH: &str = "infoHash";

/// The index of [`MEMOS`] over the records that a memo reads which was split off another one. Other memos are not in it. Since
/// version 2.
pub(super) const BY_SOUND: &str = "sound";

/// Brings a database of version `from` (0: it does not exist yet) to [`VERSION`], one step per version.
pub(super) fn upgrade(database: &IdbDatabase, upgrading: &IdbTransaction, from: u32) -> Result<(), StoreError> {
    let steps = || {
        if from < 1 {
            first_version(database)?;
        }
        if from < 2 {
            upgrading.object_store(MEMOS)?.create_index_with_str(BY_SOUND, "sound.records")?;
        }
        Ok(())
    };
    steps().map_err(|thrown: JsValue| StoreError::from_js(&thrown))
}

fn first_version(database: &IdbDatabase) -> Result<(), JsValue> {
    let memos = create(database, MEMOS, Some(&"id".into()))?;
    memos.create_index_with_str(BY_INFO_HASH, "infoHash")?;
    create(database, AUDIO, None)?;
    create(database, TORRENTS, Some(&"infoHash".into()))?;
    create(database, TAKES, Some(&"id".into()))?;
    create(database, CHUNKS, Some(&Array::of2(&"take".into(), &"n".into())))?;
    create(database, SETTINGS, None)?;
    Ok(())
}

fn create(database: &IdbDatabase, name: &str, key_path: Option<&JsValue>) -> Result<web_sys::IdbObjectStore, JsValue> {
    let parameters = IdbObjectStoreParameters::new();
    if let Some(key_path) = key_path {
        parameters.set_key_path(key_path);
    }
    database.create_object_store_with_optional_parameters(name, &parameters)
}
