//! Peers of the bench, each with a socket of its own.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, interval_at};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use voice_memos::torrent::tracker::{
    Announce, AnnounceEvent, Answer, ClientMessage, MAX_OFFERS, Offer, OfferId, TrackerMessage, UNKNOWN_LEFT,
};
use voice_memos::torrent::{InfoHash, PeerId};

/// How often each announces.
const INTERVAL: Duration = Duration::from_secs(60);
/// Sockets from one loopback address: a system gives one address about 28,000 ports.
const PER_ADDRESS: usize = 5_000;
/// Characters of a description: Chromium's, data only, with four candidates.
const SDP_LEN: usize = 850;

/// How long things took since they were last asked for.
#[derive(Default)]
pub(crate) struct Latencies {
    /// From an announce to its reply.
    pub(crate) replies: Vec<Duration>,
    /// From an offer to its answer: twice through the tracker.
    pub(crate) meetings: Vec<Duration>,
}

/// All peers.
pub(crate) struct Crowd {
    port: u16,
    swarm: usize,
    begun: Instant,
    latencies: Mutex<Latencies>,
    lost: AtomicUsize,
}

impl Crowd {
    /// A crowd for the tracker at this port, in swarms of this size.
    pub(crate) fn new(port: u16, swarm: usize) -> Self {
        Self { port, swarm, begun: Instant::now(), latencies: Mutex::default(), lost: AtomicUsize::new(0) }
    }

    /// Lets this many peers in, so many at a time; returns when the last one has its first reply.
    pub(crate) async fn gather(self: &Arc<Self>, peers: usize, at_a_time: usize) {
        let door = Arc::new(Semaphore::new(at_a_time));
        let mut waiting = Vec::with_capacity(peers);
        for number in 0..peers {
            let pass = Arc::clone(&door).acquire_owned().await.expect("the door stays open");
            let (answered, first) = oneshot::channel();
            let crowd = Arc::clone(self);
            tokio::spawn(async move {
                let peer = Peer::connect(&crowd, number).await;
                drop(pass);
                peer.live(&crowd, answered).await;
                crowd.lost.fetch_add(1, Ordering::Relaxed);
            });
            waiting.push(first);
        }
        for first in waiting {
            first.await.expect("every peer is answered");
        }
    }

    /// What was measured since the last call.
    pub(crate) fn latencies(&self) -> Latencies {
        std::mem::take(&mut *self.latencies.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Peers that lost their socket.
    pub(crate) fn lost(&self) -> usize {
        self.lost.load(Ordering::Relaxed)
    }

    fn note(&self, note: impl FnOnce(&mut Latencies)) {
        note(&mut self.latencies.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

struct Peer {
    number: usize,
    socket: WebSocketStream<TcpStream>,
    /// When the announces left that have no reply yet.
    asked: VecDeque<Instant>,
}

impl Peer {
    async fn connect(crowd: &Crowd, number: usize) -> Self {
        let socket = TcpSocket::new_v4().expect("the limit of open files was checked");
        let address = Ipv4Addr::new(127, 0, 0, 2 + (number / PER_ADDRESS) as u8);
        socket.bind((address, 0).into()).expect("a loopback address");
        let stream = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, crowd.port))).await;
        let stream = stream.expect("the server takes connections");
        stream.set_nodelay(true).expect("an open socket");
        // Ten thousand of the usual buffers would be gigabytes.
        let config = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let url = format!("ws://127.0.0.1:{}/announce", crowd.port);
        let (socket, _) = client_async_with_config(url, stream, Some(config)).await.expect("the server lets it in");
        Self { number, socket, asked: VecDeque::new() }
    }

    /// Announces for as long as the socket lives.
    async fn live(mut self, crowd: &Crowd, answered: oneshot::Sender<()>) {
        let mut answered = Some(answered);
        // The first announce is at once; the later ones are spread over the minute, as people come.
        let phase = INTERVAL.mul_f64((self.number * 7919 % 10_007) as f64 / 10_007.0);
        let mut minute = interval_at(Instant::now() + phase, INTERVAL);
        let mut event = Some(AnnounceEvent::Started);
        let mut due = true;
        loop {
            if std::mem::take(&mut due) {
                let announce = self.announce(crowd, event.take());
                self.asked.push_back(Instant::now());
                if !say(&mut self.socket, ClientMessage::Announce(announce)).await {
                    return;
                }
            }
            let message = tokio::select! {
                _ = minute.tick() => { due = true; continue }
                message = self.socket.next() => message,
            };
            let Some(Ok(message)) = message else { return };
            let Message::Text(text) = message else { continue };
            match TrackerMessage::parse(&text).expect("the tracker keeps to the protocol") {
                TrackerMessage::Announce(_) => {
                    if let Some(at) = self.asked.pop_front() {
                        crowd.note(|latencies| latencies.replies.push(at.elapsed()));
                    }
                    answered.take().map(|answered| answered.send(()));
                }
                TrackerMessage::Offer(offer) => {
                    let answer = Answer {
                        info_hash: offer.info_hash,
                        peer_id: self.id(),
                        to_peer_id: offer.peer_id,
                        offer_id: offer.offer_id,
                        sdp: sdp(),
                        left: self.left(crowd),
                        tracker_id: None,
                    };
                    if !say(&mut self.socket, ClientMessage::Answer(answer)).await {
                        return;
                    }
                }
                TrackerMessage::Answer(answer) => {
                    let took = crowd.begun.elapsed().saturating_sub(made_at(answer.offer_id));
                    crowd.note(|latencies| latencies.meetings.push(took));
                }
                other => panic!("the tracker is not content: {other:?}"),
            }
        }
    }

    fn announce(&self, crowd: &Crowd, event: Option<AnnounceEvent>) -> Announce {
        let left = self.left(crowd);
        let offer = |_| Offer { offer_id: named_by_time(crowd.begun.elapsed()), sdp: sdp() };
        let offers: Vec<Offer> = if left == 0 { Vec::new() } else { (0..MAX_OFFERS).map(offer).collect() };
        Announce {
            info_hash: InfoHash::new(name(self.number / crowd.swarm)),
            peer_id: self.id(),
            event,
            uploaded: 0,
            downloaded: 0,
            left,
            numwant: offers.len() as u32,
            offers,
            tracker_id: None,
        }
    }

    fn id(&self) -> PeerId {
        PeerId::new(name(self.number))
    }

    /// Two of each swarm have everything.
    fn left(&self, crowd: &Crowd) -> u64 {
        if self.number % crowd.swarm < 2 { 0 } else { UNKNOWN_LEFT }
    }
}

async fn say(socket: &mut WebSocketStream<TcpStream>, message: ClientMessage) -> bool {
    socket.send(Message::text(message.to_json())).await.is_ok()
}

/// Twenty bytes of every kind, as hashes are.
fn name(number: usize) -> [u8; 20] {
    let mut state = number as u64;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}

fn named_by_time(at: Duration) -> OfferId {
    let mut id = [0xff; 20];
    id[..8].copy_from_slice(&(at.as_micros() as u64).to_be_bytes());
    OfferId::new(id)
}

fn made_at(id: OfferId) -> Duration {
    let [a, b, c, d, e, f, g, h, ..] = *id.as_bytes();
    Duration::from_micros(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

fn sdp() -> String {
    let line = "a=candidate:1 1 udp 2113937151 192.168.1.23 54321 typ host generation 0\r\n";
    line.repeat(SDP_LEN.div_ceil(line.len()))
}
