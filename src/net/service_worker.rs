//! The page's side of the service worker: registering it, and changing to a new version when the person says so.

use std::cell::Cell;
use std::rc::Rc;

use crate::web::Listener;
use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Event, ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState};

const SCRIPT: &str = "/sw.js";

/// The registered worker. Dropping it ends only the listening, not the worker.
pub struct ServiceWorker {
    registration: ServiceWorkerRegistration,
    accepted: Rc<Cell<bool>>,
    _listeners: [Listener; 2],
}

impl ServiceWorker {
    /// Registers the worker, which makes the app work offline and lets audio stream. `on_update_ready` is called when a new version
    /// waits for [`ServiceWorker::accept_update`]. `None` where there are no service workers (a page that is neither https nor
    /// localhost, private browsing), or none could be fetched.
    pub async fn register(on_update_ready: impl Fn() + 'static) -> Option<Self> {
        let workers = container()?;
        let registered = JsFuture::from(workers.register(SCRIPT)).await.ok()?;
        let registration: ServiceWorkerRegistration = registered.unchecked_into();
        let on_update_ready = Rc::new(on_update_ready);
        if registration.waiting().is_some() && workers.controller().is_some() {
            on_update_ready();
        }
        let found = watch_for_update(&registration, on_update_ready);
        let accepted = Rc::new(Cell::new(false));
        let changed = Listener::new(&workers, "controllerchange", {
            let accepted = accepted.clone();
            // Once: the first worker of all takes over without an update, and that needs no reload.
            move |_: Event| {
                if accepted.take() {
                    let _ = web_sys::window().map(|window| window.location().reload());
                }
            }
        });
        Some(Self { registration, accepted, _listeners: [found, changed] })
    }

    /// Changes to the version that waits, which reloads the page once.
    pub fn accept_update(&self) {
        if let Some(waiting) = self.registration.waiting() {
            self.accepted.set(true);
            let message = Object::new();
            let _ = Reflect::set(&message, &"type".into(), &"skip-waiting".into());
            let _ = waiting.post_message(&message);
        }
    }
}

/// Whether a worker answers for this page, so that `/audio/<memo id>` can be played.
pub fn service_worker_controls_page() -> bool {
    container().is_some_and(|workers| workers.controller().is_some())
}

/// Where service workers are registered, if there are any.
pub(super) fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let workers = Reflect::get(&navigator, &"serviceWorker".into()).ok()?;
    (!workers.is_undefined()).then(|| workers.unchecked_into())
}

/// Calls `on_ready` when a worker is installed that waits for the present one to go.
fn watch_for_update(registration: &ServiceWorkerRegistration, on_ready: Rc<impl Fn() + 'static>) -> Listener {
    let installing = Rc::new(Cell::new(None));
    let weak_registration = registration.clone();
    Listener::new(registration, "updatefound", move |_: Event| {
        let Some(worker) = weak_registration.installing() else { return };
        let on_ready = on_ready.clone();
        let watched = worker.clone();
        let listener = Listener::new(&worker, "statechange", move |_: Event| {
            let replaces_another = container().is_some_and(|workers| workers.controller().is_some());
            if watched.state() == ServiceWorkerState::Installed && replaces_another {
                on_ready();
            }
        });
        installing.set(Some(listener));
    })
}
