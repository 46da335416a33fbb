//! One open connection: what was said on it in either direction, and what waits.

use std::collections::{BTreeSet, VecDeque};

use super::encounter::Record;
use super::extension::Extensions;
use super::limits::{
    DEFAULT_REQQ, FIRST_WINDOW, HIGH_WATER_BYTES, KEEP_ALIVE, LOW_WATER_BYTES, MAX_SEND_BYTES, MAX_WINDOW, MIN_WINDOW,
    SILENCE, STALLED_BYTES, WINDOW_TIME,
};
use super::rate::Rate;
use super::swarm::metadata::MetadataPull;
use super::timers::Timers;
use super::tracker::OfferId;
use super::wire::{BLOCK_LEN, BlockRequest, Decoder, Message};
use super::{Bitfield, ConnectionId, Instant, Output, PeerId, Stage};

/// So many times `interested` is said in vain before others are looked for.
const PATIENCE: u32 = 2;

/// Deadlines of one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PeerTimer {
    /// Their handshake has to be in.
    Handshake,
    /// Something has to be said, or they think that we are gone.
    KeepAlive,
    /// They said nothing for too long.
    Silence,
    /// We are interested and still choked: say so again.
    Interested,
    /// No block came for a while: others are asked.
    Snub,
    /// No block came for too long.
    Request,
    /// After a `reject`: asking may go on.
    Ask,
    /// No metadata came for a while: others are asked.
    Metadata,
    /// Both are complete, and the last words have left.
    Linger,
}

/// A peer with an open channel.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) id: ConnectionId,
    /// Whether the offer was ours; with its name it decides which of two connections stays.
    pub(super) offered: bool,
    pub(super) offer_id: OfferId,
    /// How the tracker calls them.
    pub(super) tracker_peer: Option<PeerId>,
    pub(super) decoder: Decoder,
    /// What their handshake said, once it is in.
    pub(super) remote: Option<Remote>,
    pub(super) availability: Availability,
    /// We do not serve them.
    pub(super) am_choking: bool,
    /// We told them that they have something we want.
    pub(super) am_interested: bool,
    /// They do not serve us.
    pub(super) choking: bool,
    /// They told us that we have something they want.
    pub(super) interested: bool,
    /// Requests to them that are not answered, oldest first.
    pub(super) asked: VecDeque<BlockRequest>,
    /// Requests to them that were cancelled or given to others; the blocks may still come.
    pub(super) late: VecDeque<BlockRequest>,
    /// Pieces that may be asked for while choked (BEP 6).
    pub(super) allowed_fast: BTreeSet<u32>,
    /// No block came for a while: one request at a time.
    pub(super) snubbed: bool,
    pub(super) first_ask: Option<Instant>,
    /// How often `interested` was repeated in vain.
    pub(super) ignored: u32,
    /// Their requests that wait for an answer.
    pub(super) queue: VecDeque<BlockRequest>,
    pub(super) down: Rate,
    pub(super) up: Rate,
    pub(super) pull: Option<MetadataPull>,
    /// How often they failed to send the metadata.
    pub(super) metadata_failures: u32,
    pub(super) metadata_served: usize,
    pub(super) unasked_blocks: u32,
    pub(super) excess_requests: u32,
    pub(super) useless_haves: u32,
    pub(super) rejects: u32,
    pub(super) last_heard: Instant,
    /// How far it came, for people.
    pub(super) record: Record,
    pub(super) timers: Timers<PeerTimer>,
    /// Messages of this step; they leave together.
    outbox: Vec<u8>,
    /// Bytes in the channel's send buffer, as far as we know.
    buffered: usize,
    /// The buffer was full and is not low yet.
    corked: bool,
}

/// What a peer's handshake and extended handshakes said.
#[derive(Debug, Clone)]
pub(super) struct Remote {
    pub(super) peer_id: PeerId,
    /// BEP 6 is spoken.
    pub(super) fast: bool,
    /// BEP 10 is spoken.
    pub(super) extended: bool,
    pub(super) extensions: Extensions,
    pub(super) metadata_size: Option<u32>,
    pub(super) reqq: usize,
    /// They want nothing more (BEP 21).
    pub(super) upload_only: bool,
}

impl Remote {
    /// webtorrent takes neither have-none nor rejects well.
    pub(super) fn is_webtorrent(&self) -> bool {
        self.peer_id.as_bytes().starts_with(b"-WW")
    }
}

/// Which pieces a peer has, as far as it said.
#[derive(Debug, Clone)]
pub(super) enum Availability {
    /// Nothing was said yet.
    Silent,
    /// It has everything.
    All,
    /// Said before the number of pieces was known; checked later.
    Early {
        bits: Option<Vec<u8>>,
        haves: BTreeSet<u32>,
    },
    Known(Bitfield),
}

impl Availability {
    pub(super) fn has(&self, index: u32) -> bool {
        match self {
            Self::Silent | Self::Early { .. } => false,
            Self::All => true,
            Self::Known(bits) => bits.get(index),
        }
    }

    pub(super) fn is_seed(&self) -> bool {
        match self {
            Self::All => true,
            Self::Known(bits) => bits.is_full(),
            Self::Silent | Self::Early { .. } => false,
        }
    }
}

impl Peer {
    pub(super) fn new(
        id: ConnectionId,
        offered: bool,
        offer_id: OfferId,
        tracker_peer: Option<PeerId>,
        record: Record,
        now: Instant,
    ) -> Self {
        let mut timers = Timers::new();
        timers.set(PeerTimer::Silence, now + SILENCE);
        Self {
            id,
            offered,
            offer_id,
            tracker_peer,
            decoder: Decoder::new(),
            remote: None,
            availability: Availability::Silent,
            am_choking: true,
            am_interested: false,
            choking: true,
            interested: false,
            asked: VecDeque::new(),
            late: VecDeque::new(),
            allowed_fast: BTreeSet::new(),
            snubbed: false,
            first_ask: None,
            ignored: 0,
            queue: VecDeque::new(),
            down: Rate::default(),
            up: Rate::default(),
            pull: None,
            metadata_failures: 0,
            metadata_served: 0,
            unasked_blocks: 0,
            excess_requests: 0,
            useless_haves: 0,
            rejects: 0,
            last_heard: now,
            record,
            timers,
            outbox: Vec::new(),
            buffered: 0,
            corked: false,
        }
    }

    /// Puts a message into this step's bytes.
    pub(super) fn say(&mut self, message: &Message) {
        message.encode(&mut self.outbox);
    }

    /// This step's bytes, to be appended to.
    pub(super) fn outbox(&mut self) -> &mut Vec<u8> {
        &mut self.outbox
    }

    /// Hands this step's bytes to the channel.
    pub(super) fn flush(&mut self, now: Instant, out: &mut VecDeque<Output>) {
        if self.outbox.is_empty() {
            return;
        }
        self.timers.set(PeerTimer::KeepAlive, now + KEEP_ALIVE);
        self.buffered += self.outbox.len();
        let mut bytes = std::mem::take(&mut self.outbox);
        while bytes.len() > MAX_SEND_BYTES {
            let rest = bytes.split_off(MAX_SEND_BYTES);
            out.push_back(Output::Send(self.id, std::mem::replace(&mut bytes, rest)));
        }
        out.push_back(Output::Send(self.id, bytes));
    }

    /// Bytes of content that came and went.
    pub(super) fn moved(&self) -> (u64, u64) {
        (self.down.total(), self.up.total())
    }

    /// Notes which stage was reached in this step.
    pub(super) fn note_progress(&mut self, we_are_complete: bool, now: Instant) {
        if !self.is_ready() || self.record.has_reached(Stage::Bytes) {
            return;
        }
        self.record.reached(Stage::Handshake, now);
        if if we_are_complete { !self.am_choking } else { !self.choking } {
            self.record.reached(Stage::Unchoked, now);
        }
        if self.moved() != (0, 0) {
            self.record.reached(Stage::Bytes, now);
        }
    }

    pub(super) fn heard(&mut self, now: Instant) {
        self.last_heard = now;
        self.timers.set(PeerTimer::Silence, now + SILENCE);
    }

    /// The shell says how much waits in the channel.
    pub(super) fn set_buffered(&mut self, bytes: usize) {
        self.buffered = bytes;
        if bytes <= LOW_WATER_BYTES {
            self.corked = false;
        }
    }

    /// Whether one more block may be put into the channel.
    pub(super) fn takes_more(&mut self) -> bool {
        if self.waiting_bytes() >= HIGH_WATER_BYTES {
            self.corked = true;
        }
        !self.corked
    }

    /// Whether they let everything pile up.
    pub(super) fn is_stalled(&self) -> bool {
        self.waiting_bytes() > STALLED_BYTES
    }

    pub(super) fn waiting_bytes(&self) -> usize {
        self.buffered + self.outbox.len()
    }

    /// How many requests may be in flight: at first enough for a short memo, then what two seconds bring.
    pub(super) fn window(&self, now: Instant) -> usize {
        let cap = self.remote.as_ref().map_or(DEFAULT_REQQ, |remote| remote.reqq).clamp(1, MAX_WINDOW);
        if self.snubbed {
            return 1;
        }
        let measured = self.first_ask.is_some_and(|first| now.saturating_since(first) >= WINDOW_TIME);
        let ahead = self.down.per_second(now) * WINDOW_TIME.as_secs() / u64::from(BLOCK_LEN);
        let ahead = usize::try_from(ahead).unwrap_or(MAX_WINDOW);
        let least = if measured { MIN_WINDOW } else { FIRST_WINDOW };
        ahead.max(least).min(cap)
    }

    /// Takes a request off the list of those in flight; `false` when it was not there.
    pub(super) fn answered(&mut self, request: BlockRequest) -> bool {
        let at = self.asked.iter().position(|asked| *asked == request);
        at.is_some_and(|at| self.asked.remove(at).is_some())
    }

    /// Remembers that this block is not waited for any more, but may come.
    pub(super) fn expect_late(&mut self, request: BlockRequest) {
        if self.late.len() >= MAX_WINDOW * 2 {
            self.late.pop_front();
        }
        self.late.push_back(request);
    }

    /// Whether they have all that they want.
    pub(super) fn wants_nothing(&self) -> bool {
        self.availability.is_seed() || self.remote.as_ref().is_some_and(|remote| remote.upload_only)
    }

    /// Whether their handshake is in.
    pub(super) fn is_ready(&self) -> bool {
        self.remote.is_some()
    }

    /// Whether they serve us, or may be about to: not those who go silent or never unchoke.
    pub(super) fn is_willing(&self) -> bool {
        self.is_ready() && !self.snubbed && self.ignored < PATIENCE
    }
}
