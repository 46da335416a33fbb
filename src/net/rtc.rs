//! One `RTCPeerConnection` with its one data channel.
//!
//! Candidates are not trickled: a tracker carries one offer and one answer, so a description is handed out when its candidates
//! are in, or when waiting longer would cost more than it brings.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use futures::future::{AbortHandle, abortable};
use gloo_timers::callback::Timeout;
use js_sys::{ArrayBuffer, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Event, MessageEvent, RtcConfiguration, RtcDataChannel, RtcDataChannelEvent, RtcDataChannelState,
    RtcDataChannelType, RtcIceConnectionState, RtcIceGatheringState, RtcPeerConnection, RtcPeerConnectionIceEvent,
    RtcPeerConnectionState, RtcSdpType, RtcSessionDescriptionInit,
};

use crate::torrent::{ClosedBy, LOW_WATER_BYTES};
use crate::web::Listener;

/// A description leaves by then, with the candidates that are there. A dead network interface can hold gathering up for 40 s.
const GATHER_LIMIT_MS: u32 = 1000;

/// How long the next local candidate may lag behind the last one when there is no STUN server to wait for. They come in one
/// go, but Chromium says that it was all of them 120 ms later.
const HOST_GRACE_MS: u32 = 4;

/// How long the candidates of a second interface may lag behind the first one that a STUN server showed us.
const REFLEXIVE_GRACE_MS: u32 = 50;

/// The name of our channels. Nobody reads it.
const CHANNEL_LABEL: &str = "webtorrent";

/// What a connection tells its owner.
#[derive(Debug)]
pub(super) enum ConnectionEvent {
    /// The offer or the answer, with its candidates.
    Described(String),
    /// A path to the other device was found.
    PathFound,
    /// A STUN or TURN server was of no help: which one, and why.
    ServerFailed(String),
    /// The channel can carry bytes.
    Opened,
    /// Bytes came.
    Bytes(Vec<u8>),
    /// This many bytes wait to be sent; it became few just now.
    Buffered(usize),
    /// It is over.
    Closed(ClosedBy),
}

/// A connection to one peer. Dropping it closes it and removes everything that listened to it; no event comes after that.
pub(super) struct Connection(Rc<Inner>);

struct Inner {
    pc: RtcPeerConnection,
    channel: RefCell<Option<RtcDataChannel>>,
    on_event: Box<dyn Fn(ConnectionEvent)>,
    listeners: RefCell<Vec<Listener>>,
    /// The steps of the negotiation. A closed `RTCPeerConnection` never settles its promises, so they are ended from here.
    steps: RefCell<Vec<AbortHandle>>,
    /// Asks for the description as it is when it fires.
    gather_timer: RefCell<Option<Timeout>>,
    has_ice_servers: bool,
    /// A TURN server is there: the path over it may be the only one, so its candidate is waited for.
    has_relay: bool,
    path_found: Cell<bool>,
    server_failed: Cell<bool>,
    first_candidate_seen: Cell<bool>,
    described: Cell<bool>,
    opened: Cell<bool>,
    /// Closes as soon as nothing waits to be sent. Chromium loses what still does when a channel is closed.
    finishing: Cell<bool>,
    closed: Cell<bool>,
}

impl Connection {
    /// Makes a connection and its offer.
    ///
    /// # Errors
    /// The browser has no WebRTC, or refuses one more connection (Chromium: about 500 per process).
    pub(super) fn offer(
        config: &RtcConfiguration,
        on_event: impl Fn(ConnectionEvent) + 'static,
    ) -> Result<Self, JsValue> {
        let inner = Inner::new(config, on_event)?;
        inner.adopt(inner.pc.create_data_channel(CHANNEL_LABEL));
        let offering = inner.describe();
        inner.clone().attempt(async move |inner| inner.gather(offering).await);
        Ok(Self(inner))
    }

    /// Makes a connection from somebody's offer, and its answer.
    ///
    /// # Errors
    /// As [`Connection::offer`]. An offer that makes no sense is reported as [`ClosedBy::Setup`].
    pub(super) fn answer(
        config: &RtcConfiguration,
        offer: String,
        on_event: impl Fn(ConnectionEvent) + 'static,
    ) -> Result<Self, JsValue> {
        let inner = Inner::new(config, on_event)?;
        inner.on("datachannel", |inner, event: RtcDataChannelEvent| inner.adopt(event.channel()));
        let offered = inner.set_remote(RtcSdpType::Offer, &offer);
        inner.clone().attempt(async move |inner| {
            offered.await?;
            inner.gather(inner.describe()).await
        });
        Ok(Self(inner))
    }

    /// Takes in the answer to the offer of [`Connection::offer`].
    pub(super) fn accept_answer(&self, answer: String) {
        let answered = self.0.set_remote(RtcSdpType::Answer, &answer);
        self.0.clone().attempt(async |_| answered.await.map(drop));
    }

    /// Sends one message. A channel that cannot take it is reported as closed.
    pub(super) fn send(&self, bytes: &[u8]) {
        let sent = self.0.channel.borrow().as_ref().is_some_and(|channel| channel.send_with_u8_array(bytes).is_ok());
        if !sent {
            self.0.close_with(ClosedBy::Remote);
        }
    }

    /// How many bytes wait to be sent.
    pub(super) fn buffered(&self) -> usize {
        self.0.channel.borrow().as_ref().map_or(0, |channel| channel.buffered_amount() as usize)
    }

    /// Begins to close: what was sent before still goes out, then [`ConnectionEvent::Closed`] comes.
    /// `false` when there is nothing to wait for and the connection can be dropped.
    pub(super) fn finish(&self) -> bool {
        match &*self.0.channel.borrow() {
            Some(channel) if channel.ready_state() == RtcDataChannelState::Open => {
                self.0.finishing.set(true);
                channel.set_buffered_amount_low_threshold(0);
                if channel.buffered_amount() == 0 {
                    channel.close();
                }
                true
            }
            _ => false,
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.0.closed.set(true);
        self.0.release();
    }
}

impl Inner {
    fn new(config: &RtcConfiguration, on_event: impl Fn(ConnectionEvent) + 'static) -> Result<Rc<Self>, JsValue> {
        let servers = config.get_ice_servers();
        let has_ice_servers = servers.as_ref().is_some_and(|servers| servers.length() > 0);
        let servers = servers.and_then(|servers| js_sys::JSON::stringify(&servers).ok());
        let has_relay = servers.is_some_and(|text| text.includes("\"turn", 0));
        let inner = Rc::new(Self {
            pc: RtcPeerConnection::new_with_configuration(config)?,
            channel: RefCell::default(),
            on_event: Box::new(on_event),
            listeners: RefCell::default(),
            steps: RefCell::default(),
            gather_timer: RefCell::default(),
            has_ice_servers,
            has_relay,
            path_found: Cell::new(false),
            server_failed: Cell::new(false),
            first_candidate_seen: Cell::new(false),
            described: Cell::new(false),
            opened: Cell::new(false),
            finishing: Cell::new(false),
            closed: Cell::new(false),
        });
        inner.on("icecandidate", |inner, event: RtcPeerConnectionIceEvent| {
            match event.candidate().map(|candidate| candidate.candidate()) {
                Some(candidate) => inner.handle_candidate(&candidate),
                None => inner.handle_gathering(),
            }
        });
        inner.on("icecandidateerror", |inner, event: Event| inner.handle_server_failure(&event));
        inner.on("icegatheringstatechange", |inner, _: Event| inner.handle_gathering());
        inner.on("iceconnectionstatechange", |inner, _: Event| inner.handle_state());
        inner.on("connectionstatechange", |inner, _: Event| inner.handle_state());
        Ok(inner)
    }

    /// Listens to the peer connection for as long as this connection lives.
    fn on<E: JsCast>(self: &Rc<Self>, name: &'static str, handle: impl Fn(&Rc<Self>, E) + 'static) {
        let listener = Listener::new(&self.pc, name, self.handler(handle));
        self.listeners.borrow_mut().push(listener);
    }

    fn handler<E>(self: &Rc<Self>, handle: impl Fn(&Rc<Self>, E) + 'static) -> impl Fn(E) + 'static {
        let weak: Weak<Self> = Rc::downgrade(self);
        move |event| {
            if let Some(inner) = weak.upgrade().filter(|inner| !inner.closed.get()) {
                handle(&inner, event);
            }
        }
    }

    /// Runs a step of the negotiation. A step that fails ends the connection; one that would outlive it ends silently.
    fn attempt<F>(self: Rc<Self>, step: F)
    where
        F: AsyncFnOnce(&Rc<Self>) -> Result<(), JsValue> + 'static,
    {
        let inner = self.clone();
        let (step, handle) = abortable(async move {
            if step(&inner).await.is_err() {
                inner.close_with(ClosedBy::Setup);
            }
        });
        self.steps.borrow_mut().push(handle);
        spawn_local(async move {
            // Aborted: the connection was dropped.
            let _ = step.await;
        });
    }

    // What the browser is to do is asked for at once, not in a step: while the page is drawn, its own threads get it done.

    fn set_remote(&self, kind: RtcSdpType, sdp: &str) -> JsFuture {
        let description = RtcSessionDescriptionInit::new(kind);
        description.set_sdp(sdp);
        self.pc.set_remote_description(&description).into()
    }

    /// Makes our description and sets it, which starts the gathering of candidates.
    fn describe(&self) -> JsFuture {
        // One that says nothing is the offer or the answer, as it is due (WebRTC 1.0, 4.4.1.5).
        let due: RtcSessionDescriptionInit = Object::new().unchecked_into();
        self.pc.set_local_description(&due).into()
    }

    /// Waits until our description is set. Its candidates are waited for by their events.
    async fn gather(self: &Rc<Self>, description: JsFuture) -> Result<(), JsValue> {
        description.await?;
        if !self.described.get() && !self.first_candidate_seen.get() {
            self.describe_within(GATHER_LIMIT_MS);
        }
        self.handle_gathering();
        Ok(())
    }

    fn handle_candidate(self: &Rc<Self>, candidate: &str) {
        let first = !self.first_candidate_seen.replace(true);
        let public = candidate.contains(" typ srflx") && !self.has_relay;
        if public || candidate.contains(" typ relay") {
            self.describe_within(REFLEXIVE_GRACE_MS);
        } else if !self.has_ice_servers {
            self.describe_within(HOST_GRACE_MS);
        } else if first {
            self.describe_within(GATHER_LIMIT_MS);
        }
    }

    fn handle_gathering(&self) {
        if self.pc.ice_gathering_state() == RtcIceGatheringState::Complete {
            self.emit_description();
        }
    }

    fn describe_within(self: &Rc<Self>, limit_ms: u32) {
        if self.described.get() || self.closed.get() {
            return;
        }
        let emit = self.handler(|inner, ()| inner.emit_description());
        self.gather_timer.replace(Some(Timeout::new(limit_ms, move || emit(()))));
    }

    fn emit_description(&self) {
        let Some(description) = self.pc.local_description() else { return };
        if self.closed.get() || self.described.replace(true) {
            return;
        }
        self.gather_timer.take();
        (self.on_event)(ConnectionEvent::Described(without_trickle(&description.sdp())));
    }

    /// Every network interface may complain of every server; the first complaint says enough.
    fn handle_server_failure(&self, event: &Event) {
        if self.server_failed.replace(true) {
            return;
        }
        let said = |key: &str| Reflect::get(event, &key.into()).unwrap_or(JsValue::UNDEFINED);
        let code = said("errorCode").as_f64().unwrap_or(0.0);
        let text = said("errorText").as_string().unwrap_or_default();
        let url = said("url").as_string().unwrap_or_default();
        (self.on_event)(ConnectionEvent::ServerFailed(format!("{url}: {text} ({code})")));
    }

    fn handle_state(&self) {
        let ice = self.pc.ice_connection_state();
        let found = matches!(ice, RtcIceConnectionState::Connected | RtcIceConnectionState::Completed);
        if found && !self.path_found.replace(true) {
            (self.on_event)(ConnectionEvent::PathFound);
        }
        let failed =
            ice == RtcIceConnectionState::Failed || self.pc.connection_state() == RtcPeerConnectionState::Failed;
        if failed {
            // A path that worked and was lost is the other side's disappearance.
            self.close_with(if self.opened.get() { ClosedBy::Remote } else { ClosedBy::IceFailed });
        }
    }

    fn adopt(self: &Rc<Self>, channel: RtcDataChannel) {
        if self.channel.borrow().is_some() {
            // One channel per connection; a second one carries nothing that we would read.
            channel.close();
            return;
        }
        channel.set_binary_type(RtcDataChannelType::Arraybuffer);
        channel.set_buffered_amount_low_threshold(u32::try_from(LOW_WATER_BYTES).unwrap_or(u32::MAX));
        self.listeners.borrow_mut().extend([
            Listener::new(&channel, "open", self.handler(|inner, _: Event| inner.handle_open())),
            Listener::new(&channel, "message", self.handler(|inner, event: MessageEvent| inner.handle_message(&event))),
            Listener::new(&channel, "bufferedamountlow", self.handler(|inner, _: Event| inner.handle_drained())),
            Listener::new(&channel, "close", self.handler(|inner, _: Event| inner.close_with(ClosedBy::Remote))),
        ]);
        // One that somebody else opened may say that it is open already. Its event comes all the same, and is waited for.
        self.channel.replace(Some(channel));
    }

    fn handle_open(&self) {
        if !self.opened.replace(true) {
            (self.on_event)(ConnectionEvent::Opened);
        }
    }

    fn handle_drained(&self) {
        let channel = self.channel.borrow().clone();
        let Some(channel) = channel else { return };
        if self.finishing.get() {
            channel.close();
        } else {
            (self.on_event)(ConnectionEvent::Buffered(channel.buffered_amount() as usize));
        }
    }

    fn handle_message(&self, event: &MessageEvent) {
        let data = event.data();
        let bytes = match data.dyn_ref::<ArrayBuffer>() {
            Some(buffer) => Uint8Array::new(buffer).to_vec(),
            // BitTorrent is binary, but a text frame is bytes too.
            None => data.as_string().unwrap_or_default().into_bytes(),
        };
        (self.on_event)(ConnectionEvent::Bytes(bytes));
    }

    fn close_with(&self, reason: ClosedBy) {
        if !self.closed.replace(true) {
            (self.on_event)(ConnectionEvent::Closed(reason));
        }
    }

    fn release(&self) {
        self.gather_timer.take();
        self.listeners.take();
        self.steps.take().iter().for_each(AbortHandle::abort);
        self.channel.take();
        self.pc.close();
    }
}

/// The description without the promise of more candidates, which JavaScript peers leave out as well.
fn without_trickle(sdp: &str) -> String {
    sdp.split_inclusive('\n').filter(|line| !line.starts_with("a=ice-options:trickle")).collect()
}

#[cfg(test)]
mod tests {
    use futures::StreamExt;
    use futures::channel::mpsc;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    type Events = mpsc::UnboundedReceiver<ConnectionEvent>;

    fn events() -> (impl Fn(ConnectionEvent) + 'static, Events) {
        let (sender, receiver) = mpsc::unbounded();
        (move |event| drop(sender.unbounded_send(event)), receiver)
    }

    async fn described(events: &mut Events) -> String {
        loop {
            match events.next().await {
                Some(ConnectionEvent::Described(sdp)) => return sdp,
                // The offerer answers the checks of the answerer before it has the answer.
                Some(ConnectionEvent::PathFound) => {}
                other => panic!("a description comes first, not {other:?}"),
            }
        }
    }

    async fn opened(events: &mut Events) {
        loop {
            match events.next().await {
                Some(ConnectionEvent::Opened) => return,
                Some(ConnectionEvent::PathFound) => {}
                other => panic!("the channel opens, not {other:?}"),
            }
        }
    }

    async fn connected() -> ((Connection, Events), (Connection, Events)) {
        let config = RtcConfiguration::new();
        let (on_event, mut offering) = events();
        let offerer = Connection::offer(&config, on_event).expect("an offer");
        let offer = described(&mut offering).await;
        assert!(offer.contains("a=candidate"), "the offer holds its candidates: {offer}");
        assert!(!offer.contains("trickle"), "and promises no more: {offer}");
        let (on_event, mut answering) = events();
        let answerer = Connection::answer(&config, offer, on_event).expect("an answer");
        offerer.accept_answer(described(&mut answering).await);
        opened(&mut offering).await;
        opened(&mut answering).await;
        ((offerer, offering), (answerer, answering))
    }

    async fn received(events: &mut Events, count: usize) -> Vec<u8> {
        let mut received = Vec::new();
        while received.len() < count {
            match events.next().await {
                Some(ConnectionEvent::Bytes(bytes)) => received.extend(bytes),
                Some(ConnectionEvent::Buffered(_)) => {}
                other => panic!("bytes are expected, not {other:?}"),
            }
        }
        received
    }

    #[wasm_bindgen_test]
    async fn two_connections_carry_bytes_both_ways() {
        let ((offerer, mut offering), (answerer, mut answering)) = connected().await;
        offerer.send(b"from the offerer");
        assert_eq!(received(&mut answering, 16).await, b"from the offerer");
        let large: Vec<u8> = (0..64 * 1024).map(|index| index as u8).collect();
        for _ in 0..4 {
            answerer.send(&large);
        }
        assert!(answerer.buffered() > LOW_WATER_BYTES, "the buffer fills");
        assert_eq!(received(&mut offering, 4 * large.len()).await, large.repeat(4));
        assert!(
            matches!(answering.next().await, Some(ConnectionEvent::Buffered(bytes)) if bytes <= LOW_WATER_BYTES),
            "and tells when it has drained"
        );
    }

    #[wasm_bindgen_test]
    async fn both_sides_hear_that_a_path_was_found_before_the_channel_opens() {
        let config = RtcConfiguration::new();
        let (on_event, mut offering) = events();
        let offerer = Connection::offer(&config, on_event).expect("an offer");
        let offer = described(&mut offering).await;
        let (on_event, mut answering) = events();
        let _answerer = Connection::answer(&config, offer, on_event).expect("an answer");
        let mut told = Vec::new();
        while let Some(event) = answering.next().await {
            if let ConnectionEvent::Described(sdp) = &event {
                offerer.accept_answer(sdp.clone());
            }
            told.push(event);
            if let Some(ConnectionEvent::Opened) = told.last() {
                break;
            }
        }
        assert!(told.iter().any(|event| matches!(event, ConnectionEvent::PathFound)), "{told:?}");
        assert!(matches!(offering.next().await, Some(ConnectionEvent::PathFound)));
        assert!(matches!(offering.next().await, Some(ConnectionEvent::Opened)));
    }

    #[wasm_bindgen_test]
    async fn the_last_bytes_before_the_close_arrive() {
        let ((offerer, mut offering), (_answerer, mut answering)) = connected().await;
        offerer.send(&[7; 60_000]);
        assert!(offerer.finish(), "an open channel has something to finish");
        assert_eq!(received(&mut answering, 60_000).await, [7; 60_000]);
        let closed = |event| matches!(event, Some(ConnectionEvent::Closed(ClosedBy::Remote)));
        assert!(closed(answering.next().await), "the other side sees the close");
        while let Some(event) = offering.next().await {
            if let ConnectionEvent::Closed(_) = event {
                return;
            }
        }
        panic!("the closing side hears when it is over");
    }

    #[wasm_bindgen_test]
    async fn a_dropped_connection_is_silent_and_its_peer_hears_of_it() {
        let ((offerer, mut offering), (_answerer, mut answering)) = connected().await;
        drop(offerer);
        assert!(offering.next().await.is_none(), "nothing holds on to the events of a dropped connection");
        assert!(matches!(answering.next().await, Some(ConnectionEvent::Closed(ClosedBy::Remote))));
    }

    #[wasm_bindgen_test]
    async fn an_offer_that_makes_no_sense_is_a_failed_setup() {
        let (on_event, mut answering) = events();
        let _answerer = Connection::answer(&RtcConfiguration::new(), "junk".into(), on_event).expect("a connection");
        assert!(matches!(answering.next().await, Some(ConnectionEvent::Closed(ClosedBy::Setup))));
    }
}
