//! The tracker: who wants to meet whom, and nothing else. Pure: messages and time come in, messages go out.
//!
//! Drive it like this: [`Tracker::handle_connect`] for each socket, [`Tracker::handle_message`] for each message on it,
//! [`Tracker::handle_disconnect`] when it is gone, [`Tracker::handle_timeout`] every [`SWEEP`]; after each, drain
//! [`Tracker::poll_output`].
//!
//! It speaks the dialect of bittorrent-tracker, with one addition: when a swarm gets a new seeder, leechers that wait there are
//! sent another reply to their last announce, so that they can make offers at once and not at their next interval. To clients
//! that know nothing of this it is an ordinary reply with new counts.

use std::collections::{BTreeSet, VecDeque};
use std::net::IpAddr;
use std::time::Duration;

use indexmap::IndexMap;
use rand::SeedableRng;
use rand::rngs::StdRng;

use crate::torrent::tracker::{
    Announce, AnnounceEvent, AnnounceReply, Answer, ClientMessage, Offer, Relayed, ScrapeCounts, ScrapeReply,
    TrackerMessage,
};
use crate::torrent::{InfoHash, Instant, PeerId};

use super::swarm::{Peer, Role, Swarm};

/// Between two announces of a peer. Every WebSocket tracker asks for two minutes.
const INTERVAL: Duration = Duration::from_secs(120);
/// A peer that missed two announces, and half an interval more, is gone. A socket that carried nothing for so long is closed.
const IDLE: Duration = Duration::from_secs(300);
/// How often the idle are looked for.
pub const SWEEP: Duration = Duration::from_secs(15);
/// What scrapers are asked to keep to, as the reference tracker does.
const SCRAPE_INTERVAL_S: u32 = 600;
/// Offers of one announce that are relayed. Clients make five to ten.
const MAX_RELAYED_OFFERS: usize = 10;
/// Leechers that are told of a new seeder; the others learn of it at their next announce.
const MAX_TOLD: usize = 50;
/// Unreadable messages before a socket is closed. A client that speaks a newer dialect must not lose its socket at once.
const MAX_STRIKES: u8 = 16;

/// How much the tracker takes on.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Sockets. Each costs about 15 kB.
    pub clients: usize,
    /// Sockets from one address (one /64 of IPv6): an office or a school fits. Loopback is not counted, a proxy may stand there.
    pub clients_per_address: usize,
    /// Torrents that somebody is registered for.
    pub swarms: usize,
    /// Peers over all swarms.
    pub peers: usize,
    /// Peers of one socket: somebody who shares a thousand memos, and as many again.
    pub peers_per_client: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { clients: 20_000, clients_per_address: 500, swarms: 200_000, peers: 400_000, peers_per_client: 2_000 }
    }
}

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(u64);

impl ClientId {
    pub(super) const fn new(number: u64) -> Self {
        Self(number)
    }

    #[cfg(test)]
    pub(super) const fn get(self) -> u64 {
        self.0
    }
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
pub enum Output {
    /// Send this to the client.
    Send(ClientId, TrackerMessage),
    /// Close its socket.
    Close(ClientId),
}

/// Why a socket is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Busy {
    /// The whole tracker is full.
    #[error("the tracker has as many connections as it can hold")]
    Tracker,
    /// This address has more than its share.
    #[error("there are too many connections from this address")]
    Address,
}

/// All swarms, all sockets.
#[derive(Debug)]
pub struct Tracker {
    limits: Limits,
    rng: StdRng,
    swarms: IndexMap<InfoHash, Swarm>,
    clients: IndexMap<ClientId, Client>,
    clients_of_address: IndexMap<IpAddr, usize>,
    next_client: u64,
    /// Peers over all swarms.
    peers: usize,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
struct Client {
    /// What it counts for; `None` for loopback.
    address: Option<IpAddr>,
    /// What it is registered as. Two clients in one page share a socket, so there may be two peers in one swarm.
    peers: BTreeSet<(InfoHash, PeerId)>,
    last_message: Instant,
    strikes: u8,
}

impl Tracker {
    /// An empty tracker. Who meets whom is drawn from `seed`.
    pub fn new(limits: Limits, seed: u64) -> Self {
        Self {
            limits,
            rng: StdRng::seed_from_u64(seed),
            swarms: IndexMap::new(),
            clients: IndexMap::new(),
            clients_of_address: IndexMap::new(),
            next_client: 0,
            peers: 0,
            outputs: VecDeque::new(),
        }
    }

    /// A socket asks to be let in.
    pub fn handle_connect(&mut self, now: Instant, address: IpAddr) -> Result<ClientId, Busy> {
        if self.clients.len() >= self.limits.clients {
            return Err(Busy::Tracker);
        }
        let address = counted(address);
        if let Some(address) = address {
            let count = self.clients_of_address.entry(address).or_insert(0);
            if *count >= self.limits.clients_per_address {
                return Err(Busy::Address);
            }
            *count += 1;
        }
        let id = ClientId::new(self.next_client);
        self.next_client += 1;
        self.clients.insert(id, Client { address, peers: BTreeSet::new(), last_message: now, strikes: 0 });
        Ok(id)
    }

    /// The socket is gone, and all its peers with it.
    pub fn handle_disconnect(&mut self, id: ClientId) {
        let Some(client) = self.clients.swap_remove(&id) else { return };
        for (info_hash, peer_id) in client.peers {
            self.leave_swarm(info_hash, &peer_id);
        }
        if let Some(address) = client.address
            && let Some(count) = self.clients_of_address.get_mut(&address)
        {
            *count -= 1;
            if *count == 0 {
                self.clients_of_address.swap_remove(&address);
            }
        }
    }

    /// A text message on a socket.
    pub fn handle_message(&mut self, now: Instant, id: ClientId, text: &str) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        client.last_message = now;
        match ClientMessage::parse(text) {
            Ok(ClientMessage::Announce(announce)) => self.announce(now, id, announce),
            Ok(ClientMessage::Answer(answer)) => self.answer(now, id, answer),
            Ok(ClientMessage::Scrape(hashes)) => self.scrape(id, hashes),
            Err(error) => {
                client.strikes += 1;
                let out_of_patience = client.strikes >= MAX_STRIKES;
                self.send(id, error.into());
                if out_of_patience {
                    self.outputs.push_back(Output::Close(id));
                }
            }
        }
    }

    /// Removes the peers that fell silent, and asks to close sockets that carried nothing. To be called every [`SWEEP`].
    pub fn handle_timeout(&mut self, now: Instant) {
        if now.as_millis() < IDLE.as_millis() as u64 {
            return;
        }
        let deadline = Instant::from_millis(now.as_millis() - IDLE.as_millis() as u64);
        let (clients, peers) = (&mut self.clients, &mut self.peers);
        self.swarms.retain(|info_hash, swarm| {
            for (peer_id, client) in swarm.expire(deadline) {
                *peers -= 1;
                if let Some(client) = clients.get_mut(&client) {
                    client.peers.remove(&(*info_hash, peer_id));
                }
            }
            !swarm.is_empty()
        });
        let idle = self.clients.iter().filter(|(_, client)| client.last_message <= deadline);
        self.outputs.extend(idle.map(|(id, _)| Output::Close(*id)));
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn announce(&mut self, now: Instant, id: ClientId, announce: Announce) {
        let Announce { info_hash, peer_id, .. } = announce;
        if announce.event == Some(AnnounceEvent::Stopped) {
            self.unregister(id, info_hash, peer_id);
            return self.reply(id, info_hash);
        }
        let role = if announce.left == 0 { Role::Seeder } else { Role::Leecher };
        let known = match self.register(now, id, info_hash, peer_id, role) {
            Ok(known) => known,
            Err(reason) => {
                let failure = TrackerMessage::Failure { reason: reason.to_owned(), info_hash: Some(info_hash) };
                return self.send(id, failure);
            }
        };
        let Some(swarm) = self.swarms.get_mut(&info_hash) else { return };
        if announce.event == Some(AnnounceEvent::Completed) && known != Some(Role::Seeder) {
            swarm.downloaded = swarm.downloaded.saturating_add(1);
        }
        self.reply(id, info_hash);
        self.relay_offers(info_hash, peer_id, role, announce.offers);
        if role == Role::Seeder && known != Some(Role::Seeder) {
            self.tell_the_waiting(info_hash, peer_id);
        }
    }

    /// Puts the peer into its swarm and under its socket; what it was there before.
    fn register(
        &mut self,
        now: Instant,
        id: ClientId,
        info_hash: InfoHash,
        peer_id: PeerId,
        role: Role,
    ) -> Result<Option<Role>, &'static str> {
        let known = self.swarms.get(&info_hash).and_then(|swarm| swarm.peer(&peer_id));
        let Some(client) = self.clients.get_mut(&id) else { return Err("not connected") };
        let is_own = known.is_some_and(|(_, peer)| peer.client == id);
        if !is_own && client.peers.len() >= self.limits.peers_per_client {
            return Err("too many torrents on one connection");
        }
        if known.is_none() && self.peers >= self.limits.peers {
            return Err("the tracker is full");
        }
        if !self.swarms.contains_key(&info_hash) && self.swarms.len() >= self.limits.swarms {
            return Err("the tracker is full");
        }
        client.peers.insert((info_hash, peer_id));
        self.swarms.entry(info_hash).or_default().insert(peer_id, role, Peer { client: id, seen: now });
        match known {
            None => self.peers += 1,
            // It reconnected, and its old socket has not been missed yet.
            Some((_, peer)) if !is_own => {
                if let Some(client) = self.clients.get_mut(&peer.client) {
                    client.peers.remove(&(info_hash, peer_id));
                }
            }
            Some(_) => {}
        }
        Ok(known.map(|(role, _)| role))
    }

    /// Removes a peer that is registered by this socket; nobody can remove another's.
    fn unregister(&mut self, id: ClientId, info_hash: InfoHash, peer_id: PeerId) {
        let Some(client) = self.clients.get_mut(&id) else { return };
        if client.peers.remove(&(info_hash, peer_id)) {
            self.leave_swarm(info_hash, &peer_id);
        }
    }

    fn leave_swarm(&mut self, info_hash: InfoHash, peer_id: &PeerId) {
        let Some(swarm) = self.swarms.get_mut(&info_hash) else { return };
        if swarm.remove(peer_id).is_some() {
            self.peers -= 1;
        }
        if swarm.is_empty() {
            self.swarms.swap_remove(&info_hash);
        }
    }

    /// One offer for each of as many others. The rest is dropped: an offer that waits here grows stale.
    fn relay_offers(&mut self, info_hash: InfoHash, peer_id: PeerId, role: Role, offers: Vec<Offer>) {
        let Some(swarm) = self.swarms.get(&info_hash) else { return };
        let count = offers.len().min(MAX_RELAYED_OFFERS);
        let targets = swarm.targets(&mut self.rng, &peer_id, role, count);
        for (target, offer) in targets.into_iter().zip(offers) {
            let relayed = Relayed { info_hash, peer_id, offer_id: offer.offer_id, sdp: offer.sdp };
            self.outputs.push_back(Output::Send(target.client, TrackerMessage::Offer(relayed)));
        }
    }

    fn tell_the_waiting(&mut self, info_hash: InfoHash, seeder: PeerId) {
        let Some(swarm) = self.swarms.get(&info_hash) else { return };
        for peer in swarm.waiting(&mut self.rng, &seeder, MAX_TOLD) {
            self.reply(peer.client, info_hash);
        }
    }

    /// Answers are not replied to; one for a peer that has left is dropped.
    fn answer(&mut self, now: Instant, id: ClientId, answer: Answer) {
        let Answer { info_hash, peer_id, to_peer_id, offer_id, sdp, .. } = answer;
        let Some(swarm) = self.swarms.get_mut(&info_hash) else { return };
        let is_own = swarm.peer(&peer_id).is_some_and(|(_, peer)| peer.client == id);
        let Some((_, offerer)) = swarm.peer(&to_peer_id) else { return };
        // Nobody answers in another's name.
        if !is_own || to_peer_id == peer_id {
            return;
        }
        swarm.touch(&peer_id, now);
        self.send(offerer.client, TrackerMessage::Answer(Relayed { info_hash, peer_id, offer_id, sdp }));
    }

    fn scrape(&mut self, id: ClientId, hashes: Vec<InfoHash>) {
        let counts = |hash: &InfoHash| {
            self.swarms.get(hash).map_or_else(ScrapeCounts::default, |swarm| ScrapeCounts {
                complete: swarm.seeders(),
                incomplete: swarm.leechers(),
                downloaded: swarm.downloaded,
            })
        };
        let files = hashes.into_iter().map(|hash| (hash, counts(&hash))).collect();
        let reply = ScrapeReply { files, min_request_interval_s: Some(SCRAPE_INTERVAL_S) };
        self.send(id, TrackerMessage::Scrape(reply));
    }

    fn reply(&mut self, id: ClientId, info_hash: InfoHash) {
        let (complete, incomplete) =
            self.swarms.get(&info_hash).map_or((0, 0), |swarm| (swarm.seeders(), swarm.leechers()));
        let reply = AnnounceReply {
            info_hash,
            complete: Some(complete),
            incomplete: Some(incomplete),
            interval_s: Some(INTERVAL.as_secs() as u32),
            min_interval_s: None,
            warning: None,
            tracker_id: None,
        };
        self.send(id, TrackerMessage::Announce(reply));
    }

    fn send(&mut self, id: ClientId, message: TrackerMessage) {
        self.outputs.push_back(Output::Send(id, message));
    }
}

/// What an address counts as: nothing for loopback, one network for IPv6, where each household has a /64.
fn counted(address: IpAddr) -> Option<IpAddr> {
    let address = address.to_canonical();
    match address {
        _ if address.is_loopback() => None,
        IpAddr::V4(_) => Some(address),
        IpAddr::V6(address) => Some(IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into())),
    }
}

#[cfg(test)]
mod tests;
