//! The data channels between devices: each way has a latency, a rate and a send buffer, may stall, and ends in either of two
//! manners. A channel is a byte stream: what is sent together may arrive apart, and the other way round.

use std::collections::BTreeMap;

use voice_memos::torrent::ConnectionId;
use voice_memos::torrent::wire::Handshake;

use crate::chance::Chance;
use crate::content::Content;
use crate::conversation::Conversation;
use crate::wiretap::{Wiretap, Words};

/// What a browser's send buffer holds before `send` throws.
const CHANNEL_BUFFER_BYTES: usize = 16 * 1024 * 1024;

/// How well packets travel.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paths {
    pub(crate) latency_ms: (u64, u64),
    /// How much later than that a packet may be.
    pub(crate) jitter_ms: u64,
    pub(crate) bytes_per_ms: u64,
    /// By how much a way may be slower than that, in percent.
    pub(crate) uneven: u64,
    /// Connections that find no path, in percent.
    pub(crate) ice_fails: u64,
    /// Sends after which nothing moves for some seconds, in a million.
    pub(crate) stalls: u64,
    /// Connections of which the other side learns only much later that they ended, in percent.
    pub(crate) silent_ends: u64,
    /// Whether packets are split and joined.
    pub(crate) cuts: bool,
}

/// One end of a connection. Numbers begin anew in each life of a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct End {
    pub(crate) device: usize,
    pub(crate) life: u32,
    pub(crate) id: ConnectionId,
}

/// One direction of one link.
pub(crate) type WayId = (u64, usize);

/// All connections that were ever more than descriptions.
#[derive(Debug, Default)]
pub(crate) struct Network {
    links: BTreeMap<u64, Link>,
    ends: BTreeMap<End, WayId>,
    next: u64,
}

#[derive(Debug)]
struct Link {
    /// `None` once that side is gone.
    ends: [Option<End>; 2],
    were: [End; 2],
    /// The way at the place of an end leads away from it.
    ways: [Way; 2],
}

#[derive(Debug)]
pub(crate) struct Way {
    latency_ms: u64,
    jitter_ms: u64,
    bytes_per_ms: u64,
    /// The other side hears nothing before its channel is open.
    opens_at: u64,
    busy_until: u64,
    last_arrival: u64,
    /// Bytes in the send buffer.
    buffered: usize,
    /// Packets that have not arrived yet.
    on_their_way: usize,
    /// What arrived and was not handed over yet.
    inbox: Vec<u8>,
    words: Words,
    tap: Wiretap,
    /// How the end at the start of this way sees it all.
    conversation: Conversation,
}

/// Bytes that are handed over at once, with the words that end in them.
pub(crate) type Portion = (Vec<u8>, Words);

/// What becomes of bytes that were sent.
pub(crate) struct Sent {
    pub(crate) way: WayId,
    pub(crate) to: End,
    pub(crate) departs_at: u64,
    pub(crate) arrives_at: u64,
    pub(crate) words: Words,
}

impl Network {
    /// Two ends have found each other. Returns when each of the two channels opens.
    pub(crate) fn connect(&mut self, ends: [End; 2], now: u64, paths: &Paths, chance: &mut Chance) -> [u64; 2] {
        self.next += 1;
        let (low, high) = paths.latency_ms;
        let latency_ms = chance.between(low, high);
        let opens_at = [0, 1].map(|_| now + latency_ms * 2 + chance.between(0, 3));
        let ways = [0, 1].map(|side| Way {
            latency_ms,
            jitter_ms: paths.jitter_ms,
            bytes_per_ms: (paths.bytes_per_ms * chance.between(100 - paths.uneven, 100) / 100).max(1),
            opens_at: opens_at[1 - side],
            busy_until: 0,
            last_arrival: 0,
            buffered: 0,
            on_their_way: 0,
            inbox: Vec::new(),
            words: Words::new(),
            tap: Wiretap::default(),
            conversation: Conversation::new(),
        });
        self.links.insert(self.next, Link { ends: ends.map(Some), were: ends, ways });
        self.ends.insert(ends[0], (self.next, 0));
        self.ends.insert(ends[1], (self.next, 1));
        opens_at
    }

    /// Puts bytes into the send buffer; `None` when the connection is gone, or the buffer full, which is judged elsewhere.
    pub(crate) fn send(
        &mut self,
        from: End,
        bytes: &[u8],
        now: u64,
        stalls: bool,
        content: impl Fn(&Handshake) -> Option<Content>,
        chance: &mut Chance,
    ) -> Option<Sent> {
        let id = *self.ends.get(&from)?;
        let to = self.links.get(&id.0)?.were[1 - id.1];
        let way = self.way_mut(id)?;
        if way.buffered + bytes.len() > CHANNEL_BUFFER_BYTES {
            return None;
        }
        way.buffered += bytes.len();
        let stall = if stalls { chance.between(1_000, 30_000) } else { 0 };
        let departs_at = way.busy_until.max(now) + stall + bytes.len() as u64 / way.bytes_per_ms;
        let late = chance.between(0, way.jitter_ms);
        let arrives_at = (departs_at + way.latency_ms + late).max(way.last_arrival).max(way.opens_at + 1);
        (way.busy_until, way.last_arrival) = (departs_at, arrives_at);
        way.on_their_way += 1;
        Some(Sent { way: id, to, departs_at, arrives_at, words: way.tap.listen(bytes, content) })
    }

    /// Bytes have left the send buffer. Returns whose it is, and how full it was and is.
    pub(crate) fn departed(&mut self, id: WayId, length: usize) -> Option<(End, usize, usize)> {
        let end = self.start(id)?;
        let way = self.way_mut(id)?;
        let before = way.buffered;
        way.buffered -= length;
        Some((end, before, way.buffered))
    }

    /// Bytes are at the other side. Returns whom to hand them to, and in which portions.
    pub(crate) fn arrived(
        &mut self,
        id: WayId,
        bytes: &[u8],
        words: Words,
        cuts: bool,
        chance: &mut Chance,
    ) -> Option<(End, Vec<Portion>)> {
        let end = self.finish(id)?;
        let way = self.way_mut(id)?;
        way.on_their_way -= 1;
        let before = way.inbox.len();
        way.words.extend(words.into_iter().map(|(at, word)| (before + at, word)));
        way.inbox.extend_from_slice(bytes);
        if cuts && way.on_their_way > 0 && chance.percent(20) {
            return Some((end, Vec::new()));
        }
        let mut portions = Vec::new();
        if cuts && way.inbox.len() > 1 && chance.percent(30) {
            let at = 1 + chance.below(way.inbox.len() - 1);
            let rest = way.inbox.split_off(at);
            let late = way.words.iter().filter(|(end, _)| *end > at).map(|(end, word)| (end - at, word.clone()));
            let late = late.collect();
            way.words.retain(|(end, _)| *end <= at);
            portions.push((std::mem::replace(&mut way.inbox, rest), std::mem::replace(&mut way.words, late)));
        }
        portions.push((std::mem::take(&mut way.inbox), std::mem::take(&mut way.words)));
        Some((end, portions))
    }

    /// This side says and hears no more. Returns the other side, and when what was sent to it has arrived.
    pub(crate) fn leave(&mut self, end: End, now: u64) -> Option<(End, u64)> {
        let (number, side) = self.ends.remove(&end)?;
        let link = self.links.get_mut(&number)?;
        link.ends[side] = None;
        let way = &link.ways[side];
        let known_at = way.last_arrival.max(now + way.latency_ms);
        let other = link.ends[1 - side];
        if other.is_none() {
            self.links.remove(&number);
        }
        other.map(|other| (other, known_at))
    }

    pub(crate) fn is_open(&self, end: End) -> bool {
        self.ends.contains_key(&end)
    }

    /// The device that is, or was, at the other side.
    pub(crate) fn other_device(&self, end: End) -> Option<usize> {
        let (number, side) = self.ends.get(&end)?;
        Some(self.links.get(number)?.were[1 - side].device)
    }

    pub(crate) fn buffered(&self, end: End) -> Option<usize> {
        let (number, side) = self.ends.get(&end)?;
        Some(self.links.get(number)?.ways[*side].buffered)
    }

    pub(crate) fn conversation(&mut self, end: End) -> Option<&mut Conversation> {
        let id = *self.ends.get(&end)?;
        Some(&mut self.way_mut(id)?.conversation)
    }

    /// All ends of a device, or of all devices.
    pub(crate) fn ends_of(&self, device: Option<usize>) -> Vec<End> {
        self.ends.keys().filter(|end| device.is_none_or(|device| end.device == device)).copied().collect()
    }

    fn start(&self, (number, side): WayId) -> Option<End> {
        self.links.get(&number)?.ends[side]
    }

    fn finish(&self, (number, side): WayId) -> Option<End> {
        self.links.get(&number)?.ends[1 - side]
    }

    fn way_mut(&mut self, (number, side): WayId) -> Option<&mut Way> {
        Some(&mut self.links.get_mut(&number)?.ways[side])
    }
}
