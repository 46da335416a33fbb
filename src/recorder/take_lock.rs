//! Says to the other tabs that a take is alive here, so that none of them offers to recover it. The browser itself takes the
//! lock away when the tab dies, however it dies.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::store::TakeId;

/// Held while it lives.
pub(super) struct TakeLock {
    /// Ends the promise that holds the lock; `None` in browsers without Web Locks.
    release: Option<Function>,
}

impl TakeLock {
    /// Takes the lock of a take; `None` when another tab has it.
    pub(super) async fn try_hold(take: &TakeId) -> Option<Self> {
        let Some(locks) = lock_manager() else { return Some(Self { release: None }) };
        let mut release = None;
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let (answer, granted) = oneshot::channel();
        let answer = Rc::new(Cell::new(Some(answer)));
        let callback = Closure::<dyn FnMut(JsValue) -> JsValue>::new({
            let answer = answer.clone();
            move |lock: JsValue| {
                if let Some(answer) = answer.take() {
                    let _ = answer.send(!lock.is_null());
                }
                // The lock is held until this promise ends; without a lock that changes nothing.
                held.clone().into()
            }
        });
        let lock = Self { release };
        let requested = request(&locks, take, callback.as_ref());
        spawn_local(async move {
            let outcome = match requested {
                Ok(promise) => JsFuture::from(promise).await,
                Err(thrown) => Err(thrown),
            };
            // A page that may not use locks (an opaque origin) has no other tabs to fear.
            if let (Err(_), Some(answer)) = (outcome, answer.take()) {
                let _ = answer.send(true);
            }
        });
        (granted.await == Ok(true)).then_some(lock)
    }

    /// The names of all locks that are held in this origin, to be asked with [`is_held`].
    pub(super) async fn held_names() -> Vec<String> {
        async fn query() -> Option<Array> {
            let locks = lock_manager()?;
            let query: Function = Reflect::get(&locks, &"query".into()).ok()?.dyn_into().ok()?;
            let promise: Promise = query.call0(&locks).ok()?.dyn_into().ok()?;
            let snapshot = JsFuture::from(promise).await.ok()?;
            Reflect::get(&snapshot, &"held".into()).ok()?.dyn_into().ok()
        }
        let held = query().await.unwrap_or_default();
        held.iter().filter_map(|lock| Reflect::get(&lock, &"name".into()).ok()?.as_string()).collect()
    }
}

impl Drop for TakeLock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// Whether a take is alive in some tab, given [`TakeLock::held_names`].
pub(super) fn is_held(take: &TakeId, held_names: &[String]) -> bool {
    let name = name_of(take);
    held_names.contains(&name)
}

/// `navigator.locks.request(name, { ifAvailable: true }, callback)`, which web-sys has only among its unstable APIs.
fn request(locks: &JsValue, take: &TakeId, callback: &JsValue) -> Result<Promise, JsValue> {
    let request: Function = Reflect::get(locks, &"request".into())?.dyn_into()?;
    let options = Object::new();
    Reflect::set(&options, &"ifAvailable".into(), &true.into())?;
    request.call3(locks, &name_of(take).into(), &options, callback)?.dyn_into()
}

fn name_of(take: &TakeId) -> String {
    format!("take-{take}")
}

fn lock_manager() -> Option<JsValue> {
    let navigator = web_sys::window()?.navigator();
    Reflect::get(&navigator, &"locks".into()).ok().filter(JsValue::is_object)
}
