//! The tracker's shell: one task for each WebSocket, one tracker for all of them.
//!
//! A message is handled under the lock that guards the tracker and the outboxes, so that what follows from it is queued in
//! order; parsing and queueing take microseconds, and nothing is awaited there. Each task then empties its own outbox.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::http::StatusCode;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};
use indexmap::IndexMap;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval_at, sleep, timeout};

use crate::torrent;

use super::outbox::Outbox;
use super::tracker::{ClientId, Limits, Output, SWEEP, Tracker};

/// The longest message. Five offers take 5 KiB, ten of libtorrent's 20; other trackers stop here too.
const MAX_MESSAGE_BYTES: usize = 64 * 1024;
/// A read buffer of this size holds an announce, and ten thousand of them 40 MB.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Proxies close connections that carried nothing for a minute; this also finds those that broke without a word.
const PING: Duration = Duration::from_secs(30);
/// Without any sign of life for so long (two pings unanswered) the other end is gone.
const DEAD: Duration = Duration::from_secs(75);
/// How long one message may take to be written.
const SEND_PATIENCE: Duration = Duration::from_secs(20);
/// Messages that a socket may send at once: somebody with a thousand shared memos announces each of them.
const BURST: f64 = 2_000.0;
/// Messages a second that a socket may send for long. Above it, it is read more slowly; nothing is lost.
const RATE_PER_S: f64 = 50.0;

/// The tracker and its sockets.
#[derive(Debug)]
pub(super) struct Announcer {
    started: Instant,
    room: Mutex<Room>,
    stop: watch::Receiver<bool>,
    /// Each socket holds a receiver, so that the last one's end can be waited for.
    sockets: watch::Sender<()>,
}

#[derive(Debug)]
struct Room {
    tracker: Tracker,
    outboxes: IndexMap<ClientId, Arc<Outbox>>,
}

impl Announcer {
    /// A tracker that closes its sockets when `stop` becomes true.
    pub(super) fn start(limits: Limits, stop: watch::Receiver<bool>) -> Arc<Self> {
        let room = Room { tracker: Tracker::new(limits, rand::random()), outboxes: IndexMap::new() };
        let sockets = watch::Sender::new(());
        let announcer = Arc::new(Self { started: Instant::now(), room: Mutex::new(room), stop, sockets });
        let weak = Arc::downgrade(&announcer);
        tokio::spawn(async move {
            let mut sweep = interval_at(Instant::now() + SWEEP, SWEEP);
            loop {
                sweep.tick().await;
                let Some(announcer) = weak.upgrade() else { return };
                announcer.with(|tracker, now| tracker.handle_timeout(now));
            }
        });
        announcer
    }

    /// Waits until no socket is left.
    pub(super) async fn empty(&self) {
        self.sockets.closed().await;
    }

    /// Answers a request for `/announce` that came from `address`.
    pub(super) fn answer(
        self: &Arc<Self>,
        upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
        address: IpAddr,
    ) -> Response {
        let Ok(upgrade) = upgrade else {
            let headers = [(header::UPGRADE, HeaderValue::from_static("websocket"))];
            let text = "This is a WebTorrent tracker. It speaks over WebSockets.\n";
            return (StatusCode::UPGRADE_REQUIRED, headers, text).into_response();
        };
        let membership = match self.enter(address) {
            Ok(membership) => membership,
            Err(busy) => {
                let headers = [(header::RETRY_AFTER, HeaderValue::from_static("60"))];
                return (StatusCode::SERVICE_UNAVAILABLE, headers, format!("{busy}\n")).into_response();
            }
        };
        upgrade
            .read_buffer_size(READ_BUFFER_BYTES)
            .write_buffer_size(0)
            .max_message_size(MAX_MESSAGE_BYTES)
            .max_frame_size(MAX_MESSAGE_BYTES)
            .on_upgrade(|socket| converse(socket, membership))
    }

    fn enter(self: &Arc<Self>, address: IpAddr) -> Result<Membership, super::tracker::Busy> {
        let id = self.with(|tracker, now| tracker.handle_connect(now, address))?;
        let outbox = Arc::new(Outbox::default());
        self.lock().outboxes.insert(id, Arc::clone(&outbox));
        Ok(Membership { announcer: Arc::clone(self), id, outbox, _open: self.sockets.subscribe() })
    }

    /// Lets the tracker do something and queues what follows from it.
    fn with<T>(&self, work: impl FnOnce(&mut Tracker, torrent::Instant) -> T) -> T {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let mut room = self.lock();
        let done = work(&mut room.tracker, torrent::Instant::from_millis(millis));
        while let Some(output) = room.tracker.poll_output() {
            match output {
                Output::Send(id, message) => {
                    if let Some(outbox) = room.outboxes.get(&id) {
                        outbox.push(message.to_json());
                    }
                }
                Output::Close(id) => {
                    if let Some(outbox) = room.outboxes.get(&id) {
                        outbox.close();
                    }
                }
            }
        }
        done
    }

    fn lock(&self) -> MutexGuard<'_, Room> {
        self.room.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A socket's place in the tracker; dropping it leaves.
struct Membership {
    announcer: Arc<Announcer>,
    id: ClientId,
    outbox: Arc<Outbox>,
    _open: watch::Receiver<()>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.announcer.with(|tracker, _| tracker.handle_disconnect(self.id));
        self.announcer.lock().outboxes.swap_remove(&self.id);
    }
}

/// The life of one socket.
async fn converse(mut socket: WebSocket, membership: Membership) {
    let mut stop = membership.announcer.stop.clone();
    let mut budget = Budget::new(Instant::now());
    let mut heard = Instant::now();
    let mut ping = interval_at(heard + PING, PING);
    ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        let pause = budget.pause(Instant::now());
        // Writing comes first, so that a client that asks a lot has its replies before it is read again.
        let outgoing = tokio::select! {
            biased;
            message = membership.outbox.next() => match message {
                Some(text) => Message::Text(text.into()),
                None => return close(socket, close_code::POLICY, "too slow, idle or unreadable").await,
            },
            () = async { drop(stop.wait_for(|stop| *stop).await) } => return close(socket, close_code::AWAY, "the server stops").await,
            _ = ping.tick() => {
                if heard.elapsed() > DEAD {
                    return;
                }
                Message::Ping(Default::default())
            }
            received = receive(&mut socket, pause) => {
                // The end, or a frame that is none: the library has said so to the other end.
                let Some(Ok(message)) = received else { return };
                heard = Instant::now();
                let text = match &message {
                    Message::Text(text) => text.as_str(),
                    // The reference tracker reads both kinds; what is not UTF-8 is as unreadable as an empty message.
                    Message::Binary(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
                    Message::Ping(_) | Message::Pong(_) | Message::Close(_) => continue,
                };
                budget.spend();
                membership.announcer.with(|tracker, now| tracker.handle_message(now, membership.id, text));
                continue;
            }
        };
        if !matches!(timeout(SEND_PATIENCE, socket.send(outgoing)).await, Ok(Ok(()))) {
            return;
        }
    }
}

async fn receive(socket: &mut WebSocket, pause: Option<Duration>) -> Option<Result<Message, axum::Error>> {
    if let Some(pause) = pause {
        sleep(pause).await;
    }
    socket.recv().await
}

async fn close(mut socket: WebSocket, code: u16, reason: &'static str) {
    let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
    let _too_late_to_matter = timeout(SEND_PATIENCE, socket.send(frame)).await;
}

/// A bucket of messages that a socket may send, refilled as time passes.
#[derive(Debug)]
struct Budget {
    left: f64,
    at: Instant,
}

impl Budget {
    fn new(now: Instant) -> Self {
        Self { left: BURST, at: now }
    }

    /// How long to wait before the next message is read.
    fn pause(&mut self, now: Instant) -> Option<Duration> {
        let refill = now.saturating_duration_since(self.at).as_secs_f64() * RATE_PER_S;
        self.left = (self.left + refill).min(BURST);
        self.at = now;
        (self.left < 1.0).then(|| Duration::from_secs_f64((1.0 - self.left) / RATE_PER_S))
    }

    fn spend(&mut self) {
        self.left -= 1.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_read_at_once_and_a_flood_at_a_steady_rate() {
        let start = Instant::now();
        let mut budget = Budget::new(start);
        let mut now = start;
        for _ in 0..BURST as u32 {
            assert_eq!(budget.pause(now), None, "a burst has no delay");
            budget.spend();
        }
        for _ in 0..500 {
            now += budget.pause(now).unwrap_or_default();
            budget.spend();
        }
        let seconds = (now - start).as_secs_f64();
        assert!((seconds - 500.0 / RATE_PER_S).abs() < 0.1, "{seconds} s for 500 messages");
    }
}
