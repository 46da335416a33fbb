//! The tracker over real WebSockets: what clients send, what they hear.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use voice_memos::torrent::tracker::{
    Announce, AnnounceEvent, Answer, ClientMessage, Offer, OfferId, Relayed, TrackerMessage,
};
use voice_memos::torrent::{InfoHash, PeerId};

use crate::running::Serve;

/// So long that only a lost message takes it.
const PATIENCE: Duration = Duration::from_secs(20);
const HASH: InfoHash = InfoHash::new([0xff; 20]);

struct Client(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Client {
    async fn connect(serve: &Serve) -> Self {
        let (socket, _) = connect_async(format!("ws://127.0.0.1:{}/announce", serve.port)).await.expect("a socket");
        Self(socket)
    }

    async fn send(&mut self, message: ClientMessage) {
        self.send_raw(Message::text(message.to_json())).await;
    }

    async fn send_raw(&mut self, message: Message) {
        self.0.send(message).await.expect("the socket is open");
    }

    /// The next frame that is not a ping; `None` at the end.
    async fn next(&mut self) -> Option<Message> {
        loop {
            let next = tokio::time::timeout(PATIENCE, self.0.next()).await.expect("a message in time");
            match next {
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(message)) => return Some(message),
                Some(Err(_)) | None => return None,
            }
        }
    }

    async fn hear(&mut self) -> TrackerMessage {
        let message = self.next().await.expect("the socket is open");
        TrackerMessage::parse(message.to_text().expect("text")).expect("a tracker's message")
    }

    /// Complete and incomplete, from the reply that must come next.
    async fn hear_counts(&mut self) -> (Option<u32>, Option<u32>) {
        match self.hear().await {
            TrackerMessage::Announce(reply) => {
                assert_eq!((reply.info_hash, reply.interval_s), (HASH, Some(120)));
                (reply.complete, reply.incomplete)
            }
            other => panic!("{other:?} is no reply to an announce"),
        }
    }
}

fn announce(from: u8, left: u64) -> Announce {
    Announce {
        info_hash: HASH,
        peer_id: PeerId::new([from; 20]),
        event: Some(AnnounceEvent::Started),
        uploaded: 0,
        downloaded: 0,
        left,
        numwant: 5,
        offers: Vec::new(),
        tracker_id: None,
    }
}

#[tokio::test]
async fn two_peers_meet() {
    let serve = Serve::start(&[]);
    let (mut sender, mut listener) = (Client::connect(&serve).await, Client::connect(&serve).await);
    sender.send(ClientMessage::Announce(announce(1, 0))).await;
    assert_eq!(sender.hear_counts().await, (Some(1), Some(0)));

    let offer_id = OfferId::new([0x80; 20]);
    let offers = vec![Offer { offer_id, sdp: "v=0\r\no=offer".into() }];
    listener.send(ClientMessage::Announce(Announce { offers, ..announce(2, 16384) })).await;
    assert_eq!(listener.hear_counts().await, (Some(1), Some(1)));
    let offered = Relayed { info_hash: HASH, peer_id: PeerId::new([2; 20]), offer_id, sdp: "v=0\r\no=offer".into() };
    assert_eq!(sender.hear().await, TrackerMessage::Offer(offered));

    let answer = Answer {
        info_hash: HASH,
        peer_id: PeerId::new([1; 20]),
        to_peer_id: PeerId::new([2; 20]),
        offer_id,
        sdp: "v=0\r\no=answer".into(),
        left: 0,
        tracker_id: None,
    };
    sender.send(ClientMessage::Answer(answer)).await;
    let answered = Relayed { info_hash: HASH, peer_id: PeerId::new([1; 20]), offer_id, sdp: "v=0\r\no=answer".into() };
    assert_eq!(listener.hear().await, TrackerMessage::Answer(answered));

    listener.send(ClientMessage::Announce(Announce { event: Some(AnnounceEvent::Stopped), ..announce(2, 9) })).await;
    assert_eq!(listener.hear_counts().await, (Some(1), Some(0)));
}

#[tokio::test]
async fn a_waiting_listener_hears_of_the_sender_and_a_broken_socket_is_forgotten() {
    let serve = Serve::start(&[]);
    let mut listener = Client::connect(&serve).await;
    listener.send(ClientMessage::Announce(announce(2, 16384))).await;
    assert_eq!(listener.hear_counts().await, (Some(0), Some(1)));
    let mut sender = Client::connect(&serve).await;
    sender.send(ClientMessage::Announce(announce(1, 0))).await;
    assert_eq!(listener.hear_counts().await, (Some(1), Some(1)), "without having asked again");
    drop(sender);
    let gone = async {
        loop {
            listener.send(ClientMessage::Announce(announce(2, 16384))).await;
            if listener.hear_counts().await == (Some(0), Some(1)) {
                return;
            }
        }
    };
    tokio::time::timeout(PATIENCE, gone).await.expect("the server notices");
}

#[tokio::test]
async fn a_scrape_counts_without_joining() {
    let serve = Serve::start(&[]);
    let (mut peer, mut observer) = (Client::connect(&serve).await, Client::connect(&serve).await);
    peer.send(ClientMessage::Announce(announce(1, 5))).await;
    peer.hear_counts().await;
    peer.send(ClientMessage::Announce(Announce { event: Some(AnnounceEvent::Completed), ..announce(1, 0) })).await;
    peer.hear_counts().await;
    let unknown = InfoHash::new([3; 20]);
    observer.send(ClientMessage::Scrape(vec![HASH, unknown])).await;
    let TrackerMessage::Scrape(reply) = observer.hear().await else { panic!("a reply to the scrape") };
    assert_eq!(reply.min_request_interval_s, Some(600));
    let counts = |hash| {
        let (_, counts) = reply.files.iter().find(|(found, _)| *found == hash).expect("both are listed");
        (counts.complete, counts.incomplete, counts.downloaded)
    };
    assert_eq!((counts(HASH), counts(unknown)), ((1, 0, 1), (0, 0, 0)));
    let one = serde_json::json!({ "action": "scrape", "info_hash": "\u{ff}".repeat(20) }).to_string();
    observer.send_raw(Message::text(one)).await;
    assert!(matches!(observer.hear().await, TrackerMessage::Scrape(reply) if reply.files.len() == 1));
}

#[tokio::test]
async fn what_cannot_be_read_gets_a_reason_and_the_socket_stays() {
    let serve = Serve::start(&[]);
    let mut client = Client::connect(&serve).await;
    for junk in [
        Message::text("junk"),
        Message::text(r#"{"action":"announce"}"#),
        Message::text(r#"{"action":"announce","info_hash":"\u0100","peer_id":7}"#),
        Message::binary(vec![0xff, 0xfe]),
    ] {
        client.send_raw(junk).await;
        assert!(matches!(client.hear().await, TrackerMessage::Failure { reason, .. } if !reason.is_empty()));
    }
    client.send_raw(Message::binary(ClientMessage::Announce(announce(1, 0)).to_json())).await;
    assert_eq!(client.hear_counts().await, (Some(1), Some(0)), "binary frames are read as well");

    client.send_raw(Message::text("x".repeat(100_000))).await;
    while client.next().await.is_some_and(|message| !message.is_close()) {}
    let mut other = Client::connect(&serve).await;
    other.send(ClientMessage::Announce(announce(2, 0))).await;
    other.hear_counts().await;
}

#[tokio::test]
async fn endless_junk_ends_the_conversation() {
    let serve = Serve::start(&[]);
    let mut client = Client::connect(&serve).await;
    for _ in 0..16 {
        client.send_raw(Message::text("junk")).await;
    }
    let mut reasons = 0;
    loop {
        match client.next().await.expect("a close frame comes before the end") {
            Message::Close(_) => break,
            _ => reasons += 1,
        }
    }
    assert_eq!(reasons, 16, "each was answered");
}

#[tokio::test]
async fn a_server_that_stops_says_goodbye() {
    let serve = Serve::start(&[]);
    let mut client = Client::connect(&serve).await;
    client.send(ClientMessage::Announce(announce(1, 0))).await;
    client.hear_counts().await;
    serve.terminate();
    assert!(client.next().await.is_some_and(|message| message.is_close()), "a close frame");
    assert!(serve.wait().success());
}

#[test]
fn a_plain_request_is_told_what_speaks_here() {
    let serve = Serve::start(&[]);
    for path in ["/announce", "/announce?x=y"] {
        let answer = serve.get(path);
        assert_eq!((answer.status, answer.header("upgrade")), (426, "websocket"), "{path}");
    }
}
