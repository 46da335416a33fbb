//! Hostile peers: state machines of their own, which speak the wire protocol by hand and share nothing with the engine but its
//! encoder. They are driven as a session is, by inputs and outputs, so the world treats both alike.
//!
//! This file finds victims through the trackers; [`talk`] is what happens on one channel, [`manner`] names what can be wrong.

mod manner;
mod talk;

use std::collections::{BTreeMap, VecDeque};

pub(crate) use manner::Manner;
use talk::Talk;
use voice_memos::torrent::tracker::{
    Announce, AnnounceEvent, Answer, ClientMessage, Offer, OfferId, Relayed, TrackerMessage,
};
use voice_memos::torrent::{ConnectionId, Input, Instant, Output, PeerId, SocketId};

use crate::chance::Chance;
use crate::content::Content;

/// Offers in each announce.
const OFFERS: usize = 3;

/// How often it looks for more victims.
const LOOK_AGAIN_MS: u64 = 10_000;

/// Channels of one hostile peer at a time.
const MOST_TALKS: usize = 20;

/// How hostile peers call themselves at trackers, so that they leave each other alone.
const MARK: &[u8; 8] = b"-HO0000-";

/// As which clients they come.
const CLIENTS: [&[u8; 8]; 4] = [b"-WW0300-", b"-LT2110-", b"-VM0100-", MARK];

/// One hostile peer.
pub(crate) struct Hostile {
    pub(crate) manner: Manner,
    content: Content,
    urls: Vec<String>,
    /// Under which name it comes.
    pub(crate) wire_id: PeerId,
    tracker_id: PeerId,
    /// Takes another name for every connection.
    renames: bool,
    chance: Chance,
    now: u64,
    out: VecDeque<Output>,
    sockets: BTreeMap<SocketId, bool>,
    /// Half-open connections, with what is needed to say how they go on.
    meetings: BTreeMap<ConnectionId, Meeting>,
    talks: BTreeMap<ConnectionId, Talk>,
    look_at: u64,
    next: u64,
    /// What it got away with, summed up over its connections that have ended.
    pub(crate) deeds: Deeds,
}

/// What one hostile peer has done, to be compared with what was done about it.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Deeds {
    /// Channels that opened.
    pub(crate) channels: u32,
    /// Channels on which the victim said anything after the handshake.
    pub(crate) let_in: u32,
    /// False blocks that were asked for and sent.
    pub(crate) false_blocks: u32,
}

enum Meeting {
    Offering { socket: SocketId, offer_id: OfferId },
    Answering { socket: SocketId, offer_id: OfferId, to: PeerId },
    Connecting,
}

impl Hostile {
    pub(crate) fn new(manner: Manner, content: Content, urls: &[String], renames: bool, mut chance: Chance) -> Self {
        let (wire_id, tracker_id) = names(&mut chance);
        Self {
            manner,
            content,
            urls: urls.to_vec(),
            wire_id,
            tracker_id,
            renames,
            chance,
            now: 0,
            out: VecDeque::new(),
            sockets: BTreeMap::new(),
            meetings: BTreeMap::new(),
            talks: BTreeMap::new(),
            look_at: 0,
            next: 0,
            deeds: Deeds::default(),
        }
    }

    pub(crate) fn handle_input(&mut self, now: Instant, input: Input) {
        self.now = now.as_millis();
        match input {
            Input::SocketOpened(socket) => {
                self.sockets.insert(socket, true);
                self.offer(socket);
            }
            Input::SocketClosed(socket) => {
                self.sockets.remove(&socket);
            }
            Input::SocketMessage(socket, text) => self.hear_tracker(socket, &text),
            Input::OfferReady(id, sdp) => self.announce(id, sdp),
            Input::AnswerReady(id, sdp) => self.answer(id, sdp),
            Input::ChannelOpened(id) => self.begin(id),
            Input::ChannelBytes(id, bytes) => {
                if let Some(talk) = self.talks.get_mut(&id) {
                    talk.hear(self.now, &bytes, &mut self.chance);
                }
                self.settle(id);
            }
            Input::ConnectionClosed(id, _) => {
                self.meetings.remove(&id);
                self.forget(id);
            }
            Input::Timeout => self.handle_timeout(),
            _ => {}
        }
    }

    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        self.out.pop_front()
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let talks = self.talks.values().filter_map(|talk| talk.tick_at);
        talks.chain([self.look_at]).min().map(Instant::from_millis)
    }

    /// Whether nothing that is sent to it ever leaves the sender.
    pub(crate) fn never_reads(&self) -> bool {
        self.manner == Manner::NeverReads
    }

    /// All it has done so far, on open channels too.
    pub(crate) fn deeds(&self) -> Deeds {
        self.talks.values().fold(self.deeds, |sum, talk| sum.with(talk))
    }

    fn handle_timeout(&mut self) {
        if self.look_at <= self.now {
            self.look_at = self.now + self.look_pause();
            if self.sockets.is_empty() {
                for url in self.urls.clone() {
                    self.next += 1;
                    self.sockets.insert(SocketId(self.next), false);
                    self.out.push_back(Output::OpenSocket(SocketId(self.next), url));
                }
            }
            let open: Vec<SocketId> =
                self.sockets.iter().filter(|(_, open)| **open).map(|(socket, _)| *socket).collect();
            open.into_iter().for_each(|socket| self.offer(socket));
        }
        for id in self.talks.keys().copied().collect::<Vec<_>>() {
            if let Some(talk) = self.talks.get_mut(&id).filter(|talk| talk.tick_at.is_some_and(|at| at <= self.now)) {
                talk.tick(self.now, &mut self.chance);
            }
            self.settle(id);
        }
    }

    fn look_pause(&self) -> u64 {
        if self.manner == Manner::FloodsOffers { 500 } else { LOOK_AGAIN_MS }
    }

    fn offer(&mut self, socket: SocketId) {
        if self.talks.len() + self.meetings.len() >= MOST_TALKS && self.manner != Manner::FloodsOffers {
            return;
        }
        for _ in 0..OFFERS {
            self.next += 1;
            let id = ConnectionId(self.next);
            let offer_id = OfferId::new(self.chance.id());
            self.meetings.insert(id, Meeting::Offering { socket, offer_id });
            self.out.push_back(Output::MakeOffer(id));
        }
    }

    fn announce(&mut self, id: ConnectionId, sdp: String) {
        let Some(Meeting::Offering { socket, offer_id }) = self.meetings.get(&id) else { return };
        if self.manner == Manner::FloodsOffers {
            (_, self.tracker_id) = names(&mut self.chance);
        }
        let message = ClientMessage::Announce(Announce {
            info_hash: self.content.info_hash(),
            peer_id: self.tracker_id,
            event: Some(AnnounceEvent::Started),
            uploaded: 0,
            downloaded: 0,
            left: self.left(),
            numwant: 1,
            offers: vec![Offer { offer_id: *offer_id, sdp }],
            tracker_id: None,
        });
        self.out.push_back(Output::SendSocket(*socket, message.to_json()));
    }

    fn left(&self) -> u64 {
        if self.manner.leeches() { 16_384 } else { 0 }
    }

    fn hear_tracker(&mut self, socket: SocketId, text: &str) {
        match TrackerMessage::parse(text) {
            Ok(TrackerMessage::Offer(offer))
                if self.talks.len() < MOST_TALKS && !offer.peer_id.as_bytes().starts_with(MARK) =>
            {
                self.accept(socket, offer)
            }
            Ok(TrackerMessage::Answer(answer)) => {
                let ours = |meeting: &Meeting| matches!(meeting, Meeting::Offering { offer_id, .. } if *offer_id == answer.offer_id);
                let found = self.meetings.iter_mut().find(|(_, meeting)| ours(meeting));
                if let Some((id, meeting)) = found {
                    *meeting = Meeting::Connecting;
                    self.out.push_back(Output::AcceptAnswer(*id, answer.sdp));
                }
            }
            _ => {}
        }
    }

    fn accept(&mut self, socket: SocketId, offer: Relayed) {
        self.next += 1;
        let id = ConnectionId(self.next);
        self.meetings.insert(id, Meeting::Answering { socket, offer_id: offer.offer_id, to: offer.peer_id });
        self.out.push_back(Output::AcceptOffer(id, offer.sdp));
    }

    fn answer(&mut self, id: ConnectionId, sdp: String) {
        let Some(meeting) = self.meetings.get_mut(&id) else { return };
        let Meeting::Answering { socket, offer_id, to } = std::mem::replace(meeting, Meeting::Connecting) else {
            return;
        };
        let message = ClientMessage::Answer(Answer {
            info_hash: self.content.info_hash(),
            peer_id: self.tracker_id,
            to_peer_id: to,
            offer_id,
            sdp,
            left: self.left(),
            tracker_id: None,
        });
        self.out.push_back(Output::SendSocket(socket, message.to_json()));
    }

    fn begin(&mut self, id: ConnectionId) {
        if self.meetings.remove(&id).is_none() {
            return;
        }
        if self.renames {
            (self.wire_id, self.tracker_id) = names(&mut self.chance);
        }
        self.talks.insert(id, Talk::open(self.manner, self.content.clone(), self.wire_id, self.now, &mut self.chance));
        self.settle(id);
    }

    /// Sends what one talk has to say, and ends it if it wants to end.
    fn settle(&mut self, id: ConnectionId) {
        let Some(talk) = self.talks.get_mut(&id) else { return };
        let mut said = std::mem::take(&mut talk.said);
        while !said.is_empty() {
            let rest = said.split_off(said.len().min(64 * 1024));
            self.out.push_back(Output::Send(id, std::mem::replace(&mut said, rest)));
        }
        if talk.hangs_up {
            self.out.push_back(Output::CloseConnection(id));
            self.forget(id);
        }
    }

    fn forget(&mut self, id: ConnectionId) {
        if let Some(talk) = self.talks.remove(&id) {
            self.deeds = self.deeds.with(&talk);
        }
    }
}

impl Deeds {
    fn with(self, talk: &Talk) -> Self {
        Self {
            channels: self.channels + 1,
            let_in: self.let_in + u32::from(talk.is_let_in),
            false_blocks: self.false_blocks + talk.false_blocks,
        }
    }
}

/// A name for handshakes, and one for trackers.
fn names(chance: &mut Chance) -> (PeerId, PeerId) {
    let client = chance.pick(&CLIENTS);
    let mut name = |code: &[u8; 8]| {
        let mut id = chance.id();
        id[..8].copy_from_slice(code);
        PeerId::new(id)
    };
    (name(client), name(MARK))
}
