//! A tracker that a test wrote: it makes those who look for each other find each other twice at the same moment, which real ones
//! do only now and then.

use axum::extract::ConnectInfo;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::{Extension, Router};
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

type Party = Arc<Mutex<State>>;

/// Everybody is taken to be in one swarm.
#[derive(Default)]
struct State {
    /// Who is there, by address.
    guests: BTreeMap<SocketAddr, Guest>,
    /// Two made offers, and theirs have crossed.
    crossed: bool,
}

struct Guest {
    say: UnboundedSender<String>,
    peer_id: Value,
    left: Value,
    /// The offers it made last, until there is somebody to hand them to.
    offers: Vec<Value>,
}

/// Starts one and returns its address. It runs until the tests end.
pub(crate) async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    let routes = Router::new().route("/", any(welcome)).layer(Extension(Party::default()));
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    format!("ws://{address}/")
}

async fn welcome(
    upgrade: WebSocketUpgrade,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    Extension(party): Extension<Party>,
) -> Response {
    upgrade.on_upgrade(move |socket| attend(socket, address, party))
}

async fn attend(socket: WebSocket, address: SocketAddr, party: Party) {
    let (mut sink, mut stream) = socket.split();
    let (say, mut said) = unbounded_channel::<String>();
    tokio::spawn(async move {
        while let Some(text) = said.recv().await {
            if sink.send(Message::text(text)).await.is_err() {
                break;
            }
        }
    });
    while let Some(Ok(message)) = stream.next().await {
        if let Ok(text) = message.to_text()
            && let Ok(message) = serde_json::from_str(text)
        {
            party.lock().expect("nobody has panicked").take(&message, address, &say);
        }
    }
    party.lock().expect("nobody has panicked").guests.remove(&address);
}

impl State {
    fn take(&mut self, message: &Value, from: SocketAddr, say: &UnboundedSender<String>) {
        let (info_hash, peer_id) = (&message["info_hash"], &message["peer_id"]);
        if !message["answer"].is_null() {
            let relayed = json!({
                "action": "announce", "info_hash": info_hash, "peer_id": peer_id,
                "answer": message["answer"], "offer_id": message["offer_id"],
            });
            if let Some(to) = self.guests.values().find(|guest| guest.peer_id == message["to_peer_id"]) {
                to.say.send(relayed.to_string()).ok();
            }
            return;
        }
        let guest = Guest {
            say: say.clone(),
            peer_id: peer_id.clone(),
            left: message["left"].clone(),
            offers: message["offers"].as_array().cloned().unwrap_or_default(),
        };
        self.guests.insert(from, guest);
        let complete = self.guests.values().filter(|guest| guest.left == 0).count();
        let reply = json!({
            "action": "announce", "info_hash": info_hash, "interval": 120,
            "complete": complete, "incomplete": self.guests.len() - complete,
        });
        say.send(reply.to_string()).ok();

        // Nobody's offer leaves before two have made some: so theirs cross.
        self.crossed |= self.guests.values().filter(|guest| !guest.offers.is_empty()).count() > 1;
        if self.crossed {
            self.hand_out_offers(info_hash);
        }
    }

    /// One offer of each guest for each other guest.
    fn hand_out_offers(&mut self, info_hash: &Value) {
        let made: Vec<_> = self
            .guests
            .iter_mut()
            .map(|(address, guest)| (*address, guest.peer_id.clone(), std::mem::take(&mut guest.offers)))
            .collect();
        for (maker, peer_id, offers) in made {
            let others = self.guests.iter().filter(|(address, _)| **address != maker);
            for ((_, other), offer) in others.zip(offers) {
                let relayed = json!({
                    "action": "announce", "info_hash": info_hash, "peer_id": peer_id,
                    "offer": offer["offer"], "offer_id": offer["offer_id"],
                });
                other.say.send(relayed.to_string()).ok();
            }
        }
    }
}
