//! An event listener that ends with its owner.

use wasm_bindgen::prelude::*;
use web_sys::EventTarget;

/// One listener on one target. Dropping it removes the listener and frees its closure, even from within a call of it.
pub(crate) struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(JsValue)>,
}

impl Listener {
    /// Calls `on_event` with every event `name` of `target`, as the type that the caller knows it to be.
    pub(crate) fn new<E: JsCast>(target: &EventTarget, name: &'static str, on_event: impl Fn(E) + 'static) -> Self {
        let closure = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| on_event(event.unchecked_into()));
        // Fails only for a missing callback.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target: target.clone(), name, closure }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref());
    }
}
