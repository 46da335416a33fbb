//! A simulated tracker: it knows who is there, and hands on offers and answers.

use std::collections::BTreeMap;

use voice_memos::torrent::tracker::{AnnounceEvent, AnnounceReply, ClientMessage, Relayed, TrackerMessage};
use voice_memos::torrent::{InfoHash, PeerId, SocketId};

use crate::chance::Chance;

/// A socket of a device.
pub(crate) type Client = (usize, SocketId);

#[derive(Debug, Default)]
pub(crate) struct Tracker {
    /// Nothing answers, sockets do not open.
    pub(crate) down: bool,
    /// Tells waiting leechers at once when a seeder comes, as our own server does.
    pub(crate) pushes: bool,
    swarms: BTreeMap<InfoHash, BTreeMap<PeerId, (Client, u64)>>,
    /// All announces, to be judged by tests: who, which event, how many offers, what is left.
    pub(crate) log: Vec<(usize, Option<AnnounceEvent>, usize, u64)>,
}

impl Tracker {
    /// One that behaves as our own server does.
    pub(crate) fn pushing() -> Self {
        Self { pushes: true, ..Self::default() }
    }

    /// Forgets everything, as a restart does.
    pub(crate) fn forget(&mut self) {
        self.swarms.clear();
    }

    pub(crate) fn closed(&mut self, client: Client) {
        self.swarms.values_mut().for_each(|swarm| swarm.retain(|_, (known, _)| *known != client));
    }

    /// Takes one message, returns what is to be sent to whom.
    pub(crate) fn handle(&mut self, client: Client, text: &str, chance: &mut Chance) -> Vec<(Client, String)> {
        let message = ClientMessage::parse(text).expect("the engine sends messages that a tracker can read");
        assert!(text.len() < 12 * 1024, "an announce of {} bytes", text.len());
        match message {
            ClientMessage::Scrape(_) => Vec::new(),
            ClientMessage::Answer(answer) => {
                let swarm = self.swarms.entry(answer.info_hash).or_default();
                let Some((to, _)) = swarm.get(&answer.to_peer_id) else { return Vec::new() };
                let relayed = Relayed {
                    info_hash: answer.info_hash,
                    peer_id: answer.peer_id,
                    offer_id: answer.offer_id,
                    sdp: answer.sdp,
                };
                vec![(*to, TrackerMessage::Answer(relayed).to_json())]
            }
            ClientMessage::Announce(announce) => {
                self.log.push((client.0, announce.event, announce.offers.len(), announce.left));
                let swarm = self.swarms.entry(announce.info_hash).or_default();
                if announce.event == Some(AnnounceEvent::Stopped) {
                    swarm.remove(&announce.peer_id);
                } else {
                    swarm.insert(announce.peer_id, (client, announce.left));
                }
                let mut out = vec![(client, reply(announce.info_hash, swarm))];
                let mut others: Vec<Client> =
                    swarm.iter().filter(|(id, _)| **id != announce.peer_id).map(|(_, (other, _))| *other).collect();
                for offer in announce.offers {
                    if others.is_empty() {
                        break;
                    }
                    let to = others.remove(chance.between(0, others.len() as u64 - 1) as usize);
                    let relayed = Relayed {
                        info_hash: announce.info_hash,
                        peer_id: announce.peer_id,
                        offer_id: offer.offer_id,
                        sdp: offer.sdp,
                    };
                    out.push((to, TrackerMessage::Offer(relayed).to_json()));
                }
                if self.pushes && announce.left == 0 && announce.event == Some(AnnounceEvent::Started) {
                    let waiting = swarm.values().filter(|(other, left)| *left > 0 && *other != client);
                    out.extend(waiting.map(|(other, _)| (*other, reply(announce.info_hash, swarm))));
                }
                out
            }
        }
    }
}

fn reply(info_hash: InfoHash, swarm: &BTreeMap<PeerId, (Client, u64)>) -> String {
    let complete = swarm.values().filter(|(_, left)| *left == 0).count() as u32;
    TrackerMessage::Announce(AnnounceReply {
        info_hash,
        complete: Some(complete),
        incomplete: Some(swarm.len() as u32 - complete),
        interval_s: Some(120),
        min_interval_s: None,
        warning: None,
        tracker_id: None,
    })
    .to_json()
}
