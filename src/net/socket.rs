//! One `WebSocket` to one tracker.

use crate::web::Listener;
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, Event, MessageEvent, WebSocket};

/// What a socket tells its owner.
#[derive(Debug)]
pub(super) enum SocketEvent {
    /// It is open.
    Opened,
    /// A message. Trackers that answer in binary frames mean text as well.
    Message(String),
    /// It closed, or never opened.
    Closed,
}

/// A socket to a tracker. Dropping it closes it and removes its listeners; no event comes after that.
pub(super) struct Socket {
    socket: WebSocket,
    _listeners: [Listener; 3],
}

impl Socket {
    /// Opens a socket.
    ///
    /// # Errors
    /// The browser refuses the URL, or there is no use in trying: without a network every try puts an error into the
    /// console, and an https page may not open `ws:`.
    pub(super) fn open(url: &str, on_event: impl Fn(SocketEvent) + Clone + 'static) -> Result<Self, JsValue> {
        let window = web_sys::window().ok_or("there is no window")?;
        if !window.navigator().on_line() {
            return Err("the device is offline".into());
        }
        if url.starts_with("ws:") && window.location().protocol()? == "https:" {
            return Err("an https page may not open an unencrypted socket".into());
        }
        let socket = WebSocket::new(url)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let (opened, message, closed) = (on_event.clone(), on_event.clone(), on_event);
        let listeners = [
            Listener::new(&socket, "open", move |_: Event| opened(SocketEvent::Opened)),
            Listener::new(&socket, "message", move |event: MessageEvent| {
                message(SocketEvent::Message(text_of(&event.data())));
            }),
            Listener::new(&socket, "close", move |_: Event| closed(SocketEvent::Closed)),
        ];
        Ok(Self { socket, _listeners: listeners })
    }

    /// Sends one text message. A socket that is not open drops it; [`SocketEvent::Closed`] is on its way then.
    pub(super) fn send(&self, text: &str) {
        if self.is_open() {
            let _ = self.socket.send_with_str(text);
        }
    }

    /// Closing a socket that is still opening puts an error into Chromium's console; such a one is better kept until it
    /// opened or failed.
    pub(super) fn is_opening(&self) -> bool {
        self.socket.ready_state() == WebSocket::CONNECTING
    }

    fn is_open(&self) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        // Sends what is waiting, then closes; a closed socket stays closed.
        let _ = self.socket.close();
    }
}

fn text_of(data: &JsValue) -> String {
    match data.dyn_ref::<ArrayBuffer>() {
        Some(buffer) => String::from_utf8_lossy(&Uint8Array::new(buffer).to_vec()).into_owned(),
        None => data.as_string().unwrap_or_default(),
    }
}
