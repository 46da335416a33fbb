//! Keeps the screen awake while recording: phones suspend what is not on the screen.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Document, Event, VisibilityState};

use crate::web::Listener;

/// The screen stays awake while it lives. Browsers let go of the lock when the page is hidden, so it is taken again when the
/// page is back.
pub(super) struct WakeLock {
    held: Rc<Held>,
    _listener: Option<Listener>,
}

#[derive(Default)]
struct Held {
    sentinel: RefCell<Option<JsValue>>,
    dropped: Cell<bool>,
}

impl WakeLock {
    /// Asks for it. Where there is none, the screen goes dark as usual.
    pub(super) fn hold() -> Self {
        let held = Rc::new(Held::default());
        let document = web_sys::window().and_then(|window| window.document());
        let listener = document.map(|document| {
            acquire(held.clone());
            let held = held.clone();
            Listener::new(&document.clone(), "visibilitychange", move |_: Event| {
                if is_visible(&document) {
                    acquire(held.clone());
                }
            })
        });
        Self { held, _listener: listener }
    }
}

impl Drop for WakeLock {
    fn drop(&mut self) {
        self.held.dropped.set(true);
        self.held.release();
    }
}

impl Held {
    fn release(&self) {
        if let Some(sentinel) = self.sentinel.take() {
            // It may be released already, which is as good.
            let _ = call(&sentinel, "release", &[]);
        }
    }
}

fn is_visible(document: &Document) -> bool {
    document.visibility_state() == VisibilityState::Visible
}

fn acquire(held: Rc<Held>) {
    spawn_local(async move {
        // Refused while the battery is low or the page is hidden: recording goes on all the same.
        let Some(sentinel) = request().await else { return };
        held.release();
        held.sentinel.replace(Some(sentinel));
        if held.dropped.get() {
            held.release();
        }
    });
}

/// `navigator.wakeLock.request("screen")`, which web-sys has only among its unstable APIs.
async fn request() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    let wake_lock = Reflect::get(&navigator, &"wakeLock".into()).ok().filter(JsValue::is_object)?;
    let promise: Promise = call(&wake_lock, "request", &["screen".into()]).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

fn call(target: &JsValue, method: &str, arguments: &[JsValue]) -> Result<JsValue, JsValue> {
    let function: Function = Reflect::get(target, &method.into())?.dyn_into()?;
    function.apply(target, &arguments.iter().cloned().collect())
}
