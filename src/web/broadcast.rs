//! A line between all tabs of the app.

use js_sys::Reflect;
use wasm_bindgen::JsValue;
use web_sys::{BroadcastChannel, MessageEvent};

use super::Listener;

/// One `BroadcastChannel`. Dropping it hangs up.
pub(crate) struct Broadcast(Option<(BroadcastChannel, Listener)>);

impl Broadcast {
    /// Opens the line of this name, on which the tab hears all others and not itself; a dead one where the browser has none.
    pub(crate) fn open(name: &str, on_message: impl Fn(JsValue) + 'static) -> Self {
        let exists = Reflect::has(&js_sys::global(), &CHANNEL_CLASS.into()).unwrap_or(false);
        let channel = exists.then(|| BroadcastChannel::new(name).ok()).flatten();
        Self(channel.map(|channel| {
            let listener = Listener::new(&channel, "message", move |event: MessageEvent| on_message(event.data()));
            (channel, listener)
        }))
    }

    /// Tells all other tabs.
    pub(crate) fn say(&self, message: &JsValue) {
        if let Some((channel, _)) = &self.0 {
            // Fails only for what cannot be copied into another tab.
            let _ = channel.post_message(message);
        }
    }
}

const CHANNEL_CLASS: &str = "BroadcastChannel";

impl Drop for Broadcast {
    fn drop(&mut self) {
        if let Some((channel, _)) = &self.0 {
            channel.close();
        }
    }
}
