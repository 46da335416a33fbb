//! A simulated tracker: it knows who is there, and hands on offers and answers, each in its own mood.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use voice_memos::torrent::tracker::{
    AnnounceEvent, AnnounceReply, ClientMessage, OfferId, Relayed, ScrapeCounts, ScrapeReply, TrackerMessage,
};
use voice_memos::torrent::{InfoHash, PeerId, SocketId};

use crate::chance::Chance;

/// The longest message that every tracker takes.
const LONGEST: usize = 12 * 1024;

/// A socket of a device, in one of its lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Client {
    pub(crate) device: usize,
    pub(crate) life: u32,
    pub(crate) socket: SocketId,
}

/// How a tracker behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mood {
    /// As bittorrent-tracker does.
    Plain,
    /// Tells waiting leechers at once when a seeder comes, as our own server does.
    Pushing,
    /// Forgets peers and offers early, replies to answers too, complains of late ones, as aquatic does.
    Strict,
    /// Sockets open, and nothing ever comes.
    Mute,
    /// Refuses every announce, naming the torrent or not.
    Refusing,
    /// Wants to hear from everybody all the time.
    Hasty,
    /// Wants to hear from nobody for a century, and counts more peers than there are people.
    Boastful,
    /// Hands everybody's offers back to themselves, under another name or their own.
    Echoing,
    /// Says what makes no sense in between.
    Babbling,
}

impl Mood {
    /// Those in which peers find each other.
    pub(crate) const GOOD: [Self; 3] = [Self::Pushing, Self::Plain, Self::Strict];

    pub(crate) const ALL: [Self; 9] = [
        Self::Pushing,
        Self::Plain,
        Self::Strict,
        Self::Mute,
        Self::Refusing,
        Self::Hasty,
        Self::Boastful,
        Self::Echoing,
        Self::Babbling,
    ];
}

/// An announce, to be judged by tests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heard {
    pub(crate) at: u64,
    pub(crate) device: usize,
    pub(crate) event: Option<AnnounceEvent>,
    pub(crate) offers: usize,
    pub(crate) left: u64,
}

#[derive(Debug)]
pub(crate) struct Tracker {
    pub(crate) mood: Mood,
    /// Nothing answers, sockets do not open.
    pub(crate) down: bool,
    swarms: BTreeMap<InfoHash, BTreeMap<PeerId, Member>>,
    /// All announces so far.
    pub(crate) log: Vec<Heard>,
}

#[derive(Debug, Clone, Copy)]
struct Member {
    client: Client,
    left: u64,
    seen_at: u64,
}

type Replies = Vec<(Client, String)>;

impl Tracker {
    pub(crate) fn new(mood: Mood) -> Self {
        Self { mood, down: false, swarms: BTreeMap::new(), log: Vec::new() }
    }

    /// Forgets everything, as a restart does.
    pub(crate) fn forget(&mut self) {
        self.swarms.clear();
    }

    pub(crate) fn closed(&mut self, client: Client) {
        self.swarms.values_mut().for_each(|swarm| swarm.retain(|_, member| member.client != client));
    }

    /// Takes one message, returns what is to be sent to whom.
    pub(crate) fn handle(&mut self, client: Client, text: &str, now: u64, chance: &mut Chance) -> Replies {
        judge(text);
        let message = ClientMessage::parse(text).expect("the engine sends messages that a tracker can read");
        let patience_ms = if self.mood == Mood::Strict { 180_000 } else { 240_000 };
        self.swarms.values_mut().for_each(|swarm| swarm.retain(|_, member| member.seen_at + patience_ms > now));
        let mut out = match message {
            ClientMessage::Scrape(hashes) => self.scraped(client, &hashes),
            ClientMessage::Answer(answer) => {
                let relayed = Relayed {
                    info_hash: answer.info_hash,
                    peer_id: answer.peer_id,
                    offer_id: answer.offer_id,
                    sdp: answer.sdp,
                };
                self.answered(client, answer.to_peer_id, relayed)
            }
            ClientMessage::Announce(announce) => {
                let (event, offers, left) = (announce.event, announce.offers.len(), announce.left);
                self.log.push(Heard { at: now, device: client.device, event, offers, left });
                let swarm = self.swarms.entry(announce.info_hash).or_default();
                if event == Some(AnnounceEvent::Stopped) {
                    swarm.remove(&announce.peer_id);
                } else {
                    swarm.insert(announce.peer_id, Member { client, left, seen_at: now });
                }
                let relayed = announce.offers.into_iter().map(|offer| Relayed {
                    info_hash: announce.info_hash,
                    peer_id: announce.peer_id,
                    offer_id: offer.offer_id,
                    sdp: offer.sdp,
                });
                let offers = relayed.collect();
                self.announced(client, announce.info_hash, event, left, offers, chance)
            }
        };
        match self.mood {
            Mood::Mute => out.clear(),
            Mood::Babbling => out.extend(babble(chance).map(|text| (client, text))),
            _ => {}
        }
        out
    }

    fn announced(
        &self,
        client: Client,
        torrent: InfoHash,
        event: Option<AnnounceEvent>,
        left: u64,
        offers: Vec<Relayed>,
        chance: &mut Chance,
    ) -> Replies {
        if self.mood == Mood::Refusing {
            let info_hash = chance.percent(50).then_some(torrent);
            let refusal = TrackerMessage::Failure { reason: "not here, not today".to_owned(), info_hash };
            return vec![(client, refusal.to_json())];
        }
        let mut out = vec![(client, self.reply(torrent))];
        let Some(swarm) = self.swarms.get(&torrent) else { return out };
        let mut others: Vec<Client> =
            swarm.values().map(|member| member.client).filter(|other| *other != client).collect();
        for mut offer in offers {
            if self.mood == Mood::Echoing {
                if chance.percent(50) {
                    offer.peer_id = PeerId::new(chance.id());
                }
                out.push((client, TrackerMessage::Offer(offer.clone()).to_json()));
            }
            if !others.is_empty() {
                let to = others.remove(chance.below(others.len()));
                out.push((to, TrackerMessage::Offer(offer).to_json()));
            }
        }
        if self.mood == Mood::Pushing && left == 0 && event == Some(AnnounceEvent::Started) {
            let waiting = swarm.values().filter(|member| member.left > 0 && member.client != client);
            out.extend(waiting.map(|member| (member.client, self.reply(torrent))));
        }
        out
    }

    fn answered(&self, client: Client, to: PeerId, answer: Relayed) -> Replies {
        let torrent = answer.info_hash;
        let to = self.swarms.get(&torrent).and_then(|swarm| swarm.get(&to)).map(|member| member.client);
        match (to, self.mood) {
            (Some(to), Mood::Strict) => {
                vec![(client, self.reply(torrent)), (to, TrackerMessage::Answer(answer).to_json())]
            }
            (Some(to), _) => vec![(to, TrackerMessage::Answer(answer).to_json())],
            (None, Mood::Strict) => {
                let reason = "could not find the offer corresponding to your answer".to_owned();
                vec![(client, TrackerMessage::Failure { reason, info_hash: Some(torrent) }.to_json())]
            }
            (None, _) => Vec::new(),
        }
    }

    fn scraped(&self, client: Client, hashes: &[InfoHash]) -> Replies {
        let files = hashes.iter().map(|hash| {
            let (complete, incomplete) = self.count(*hash);
            (*hash, ScrapeCounts { complete, incomplete, downloaded: complete })
        });
        let reply = ScrapeReply { files: files.collect(), min_request_interval_s: None };
        vec![(client, TrackerMessage::Scrape(reply).to_json())]
    }

    fn reply(&self, info_hash: InfoHash) -> String {
        let (complete, incomplete) = self.count(info_hash);
        let (complete, incomplete, interval_s) = match self.mood {
            Mood::Hasty => (complete, incomplete, 0),
            Mood::Boastful => (u32::MAX, u32::MAX, u32::MAX),
            _ => (complete, incomplete, 120),
        };
        TrackerMessage::Announce(AnnounceReply {
            info_hash,
            complete: Some(complete),
            incomplete: Some(incomplete),
            interval_s: Some(interval_s),
            min_interval_s: None,
            warning: None,
            tracker_id: None,
        })
        .to_json()
    }

    fn count(&self, torrent: InfoHash) -> (u32, u32) {
        let swarm = self.swarms.get(&torrent);
        let complete = swarm.map_or(0, |swarm| swarm.values().filter(|member| member.left == 0).count());
        (complete as u32, (swarm.map_or(0, BTreeMap::len) - complete) as u32)
    }
}

/// What the strictest tracker would refuse must never be said to any.
fn judge(text: &str) {
    assert!(text.len() < LONGEST, "an announce of {} bytes", text.len());
    let message: Value = serde_json::from_str(text).expect("JSON");
    if message["action"] != "announce" {
        return;
    }
    let is_id =
        |value: &Value| value.as_str().is_some_and(|id| id.chars().filter(|&char| char <= '\u{ff}').count() == 20);
    assert!(is_id(&message["info_hash"]) && is_id(&message["peer_id"]), "ids are twenty bytes: {message}");
    assert!(message["left"].is_u64(), "aquatic takes whoever names no `left` for a leecher: {message}");
    match &message["event"] {
        Value::Null => {}
        event => assert!(["started", "completed", "stopped"].iter().any(|known| event == known), "wt-tracker: {event}"),
    }
    if message.get("answer").is_some() {
        assert!(is_id(&message["offer_id"]) && is_id(&message["to_peer_id"]), "ids are twenty bytes: {message}");
    } else {
        assert!(message["numwant"].is_u64(), "wt-tracker relays nothing without `numwant`: {message}");
        let offers = message["offers"].as_array().map_or(&[][..], Vec::as_slice);
        assert!(offers.iter().all(|offer| is_id(&offer["offer_id"])), "ids are twenty bytes: {message}");
        assert!(offers.len() <= 10, "libtorrent sends no more than ten");
    }
}

/// One message that means nothing, or not what it should.
fn babble(chance: &mut Chance) -> Option<String> {
    let torrent = InfoHash::new(chance.id());
    let relayed = Relayed {
        info_hash: torrent,
        peer_id: PeerId::new(chance.id()),
        offer_id: OfferId::new(chance.id()),
        sdp: "nonsense".to_owned(),
    };
    Some(match chance.between(0, 9) {
        0 => String::new(),
        1 => "[]".to_owned(),
        2 => json!({ "action": "announce" }).to_string(),
        3 => json!({ "failure reason": "x".repeat(70_000) }).to_string(),
        4 => TrackerMessage::Offer(relayed).to_json(),
        5 => TrackerMessage::Answer(relayed).to_json(),
        6 => TrackerMessage::Scrape(ScrapeReply::default()).to_json(),
        7 => json!({ "action": "announce", "info_hash": "\u{100}", "interval": -1 }).to_string(),
        _ => return None,
    })
}
