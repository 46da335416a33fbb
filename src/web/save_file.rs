//! A file that is written piece by piece and is never whole in memory.
//!
//! Three ways, the first that a browser has:
//! 1. The person chooses a file, and its bytes go straight to the disk (Chromium on computers).
//! 2. The bytes go into a file of the page's own on the disk, and that file is handed to the browser's downloads when it is whole
//!    (Firefox, WebKit, Chromium on phones). It takes room twice for a moment, and no memory. A service worker could stream into a
//!    download too, but browsers end one that has been idle for half a minute, and the file would end with it.
//! 3. A Blob of Blobs, where neither is allowed (private windows). Its parts lie outside of the app's memory, in the browser's.

use js_sys::{Array, Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetFileOptions,
    FileSystemWritableFileStream,
};

use super::{BlobParts, ObjectUrl};

/// The page's own file: one is enough, and the next export writes over it.
const PARKED: &str = "export";

/// How long a download may take to copy the page's own file before it may be removed.
const PARKED_FOR_MS: f64 = 60.0 * 60.0 * 1000.0;

/// A file on its way to the disk. Dropped before [`finish`](Self::finish), nothing is left of it.
pub(crate) struct SaveFile {
    sink: Sink,
    mime: &'static str,
}

enum Sink {
    Chosen(FileSystemWritableFileStream),
    Parked(FileSystemFileHandle, FileSystemWritableFileStream),
    Parts(BlobParts),
}

impl SaveFile {
    /// Begins a file. `None` when the person was asked where to, and wants none. The first thing in it needs the tap or the key
    /// that led here, so nothing may be waited for before.
    ///
    /// # Errors
    /// The place that was chosen cannot be written to.
    pub(crate) async fn begin(name: &str, mime: &'static str, extension: &str) -> Result<Option<Self>, JsValue> {
        match ask_for_file(name, mime, extension).await {
            Asked::Chosen(handle) => {
                let stream = writable(&handle).await?;
                return Ok(Some(Self { sink: Sink::Chosen(stream), mime }));
            }
            Asked::Refused => return Ok(None),
            Asked::CannotAsk => {}
        }
        let sink = match park().await {
            Ok((handle, stream)) => Sink::Parked(handle, stream),
            Err(_) => Sink::Parts(BlobParts::default()),
        };
        Ok(Some(Self { sink, mime }))
    }

    /// Appends bytes.
    ///
    /// # Errors
    /// The disk is full, or the browser refuses.
    pub(crate) async fn write(&self, bytes: &[u8]) -> Result<(), JsValue> {
        match &self.sink {
            // With a buffer of their own: the app's memory may move while the browser writes.
            Sink::Chosen(stream) | Sink::Parked(_, stream) => {
                JsFuture::from(stream.write_with_js_u8_array(&Uint8Array::from(bytes))?).await.map(drop)
            }
            Sink::Parts(parts) => parts.push(bytes),
        }
    }

    /// Ends the file. Returns the address of what is to be downloaded, unless it is in its place already.
    ///
    /// # Errors
    /// It could not be put into its place.
    pub(crate) async fn finish(self) -> Result<Option<ObjectUrl>, JsValue> {
        match &self.sink {
            Sink::Chosen(stream) => {
                JsFuture::from(stream.close()).await?;
                Ok(None)
            }
            Sink::Parked(handle, stream) => {
                JsFuture::from(stream.close()).await?;
                let file: File = JsFuture::from(handle.get_file()).await?.dyn_into()?;
                // A slice is a Blob of the same bytes on the disk, with the type that names it.
                ObjectUrl::of(&file.slice_with_f64_and_f64_and_content_type(0.0, file.size(), self.mime)?).map(Some)
            }
            Sink::Parts(parts) => ObjectUrl::new(parts, self.mime).map(Some),
        }
    }

    /// Throws away what was written.
    pub(crate) async fn abandon(self) {
        if let Sink::Chosen(stream) | Sink::Parked(_, stream) = &self.sink {
            // What cannot be given up was never there.
            let _ = JsFuture::from(stream.abort()).await;
        }
    }
}

enum Asked {
    Chosen(FileSystemFileHandle),
    Refused,
    CannotAsk,
}

/// `showSaveFilePicker({ suggestedName, types })`, which web-sys has only among its unstable APIs.
async fn ask_for_file(name: &str, mime: &str, extension: &str) -> Asked {
    let asked = || -> Result<js_sys::Promise, JsValue> {
        let global = js_sys::global();
        let ask: Function = Reflect::get(&global, &"showSaveFilePicker".into())?.dyn_into()?;
        let accept = Object::new();
        Reflect::set(&accept, &mime.into(), &Array::of1(&extension.into()))?;
        let kind = Object::new();
        Reflect::set(&kind, &"accept".into(), &accept)?;
        let options = Object::new();
        Reflect::set(&options, &"suggestedName".into(), &name.into())?;
        Reflect::set(&options, &"types".into(), &Array::of1(&kind))?;
        ask.call1(&global, &options)?.dyn_into()
    };
    let Ok(asked) = asked() else { return Asked::CannotAsk };
    match JsFuture::from(asked).await {
        Ok(handle) => Asked::Chosen(handle.unchecked_into()),
        Err(thrown) => match thrown.dyn_ref::<DomException>().map(DomException::name).as_deref() {
            Some("AbortError") => Asked::Refused,
            _ => Asked::CannotAsk,
        },
    }
}

async fn park() -> Result<(FileSystemFileHandle, FileSystemWritableFileStream), JsValue> {
    let folder = own_folder().await?;
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    let handle = JsFuture::from(folder.get_file_handle_with_options(PARKED, &options)).await?;
    let handle: FileSystemFileHandle = handle.dyn_into()?;
    let stream = writable(&handle).await?;
    Ok((handle, stream))
}

async fn writable(handle: &FileSystemFileHandle) -> Result<FileSystemWritableFileStream, JsValue> {
    // Missing in WebKit before version 26, where calling it would be an error of ours.
    if !Reflect::has(handle, &"createWritable".into())? {
        return Err(JsValue::NULL);
    }
    JsFuture::from(handle.create_writable()).await?.dyn_into()
}

/// The page's own folder on the disk, where there is one.
async fn own_folder() -> Result<FileSystemDirectoryHandle, JsValue> {
    let storage = web_sys::window().ok_or(JsValue::NULL)?.navigator().storage();
    if storage.is_undefined() || !Reflect::has(&storage, &"getDirectory".into())? {
        return Err(JsValue::NULL);
    }
    JsFuture::from(storage.get_directory()).await?.dyn_into()
}

/// Removes the file that an earlier export handed to the downloads, once they have had time for it.
pub(crate) async fn remove_parked_file() {
    let removed = async {
        let folder = own_folder().await?;
        let handle: FileSystemFileHandle = JsFuture::from(folder.get_file_handle(PARKED)).await?.dyn_into()?;
        let file: File = JsFuture::from(handle.get_file()).await?.dyn_into()?;
        if js_sys::Date::now() - file.last_modified() > PARKED_FOR_MS {
            JsFuture::from(folder.remove_entry(PARKED)).await?;
        }
        Ok::<(), JsValue>(())
    };
    // Mostly there is none.
    let _ = removed.await;
}
