//! One open connection: what was said on it in either direction, and what waits.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::encounter::Record;
use super::extension::Extensions;
use super::limits::{
    DEFAULT_REQQ, FIRST_LONG_REQUEST, GRANTED_FAST, HIGH_WATER_BYTES, KEEP_ALIVE, LONG_REQUEST, LONG_REQUEST_TIME,
    LOW_WATER_BYTES, MAX_NUISANCES, MAX_WINDOW, MIN_WINDOW, SILENCE, STALLED_BYTES, TAIL_PROBE, TAIL_PROBES,
    WINDOW_TIME,
};
use super::outbox::Outbox;
use super::rate::Rate;
use super::session::CLIENT_CODE;
use super::swarm::Ending;
use super::swarm::metadata::MetadataPull;
use super::timers::Timers;
use super::tracker::OfferId;
use super::window::RequestWindow;
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
    /// What was asked for is answered: something has to follow the last block.
    Tail,
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
    /// Pieces that they lost again before the number of pieces was known (BEP 54).
    pub(super) lost_early: BTreeSet<u32>,
    /// We do not serve them.
    pub(super) am_choking: bool,
    /// We told them that they have something we want.
    pub(super) am_interested: bool,
    /// They do not serve us.
    pub(super) choking: bool,
    /// They told us that we have something they want.
    pub(super) interested: bool,
    /// Requests to them that are not answered, oldest first.
    pub(super) asked: VecDeque<Asked>,
    /// Blocks that these requests are for.
    pub(super) asked_blocks: usize,
    pub(super) window: RequestWindow,
    /// When the channel opened, which is when our handshake left.
    greeted_at: Instant,
    /// They rejected a long request: they are asked for single blocks.
    pub(super) refuses_long: bool,
    /// They had a part in a false piece: what they send is not mixed with what others send until a piece of theirs is true.
    pub(super) on_parole: bool,
    /// There was nothing (more) to ask them for when the table of pieces had changed so often.
    pub(super) exhausted: Option<u64>,
    /// Requests to them that were cancelled or given to others; the blocks may still come.
    pub(super) late: VecDeque<BlockRequest>,
    /// Pieces that may be asked for while choked (BEP 6).
    pub(super) allowed_fast: BTreeSet<u32>,
    /// Pieces that they would rather send than others (BEP 6).
    pub(super) suggested: Vec<u32>,
    /// No block came for a while: one request at a time.
    pub(super) snubbed: bool,
    pub(super) first_ask: Option<Instant>,
    /// How often `interested` was repeated in vain.
    pub(super) ignored: u32,
    /// Their requests that wait for an answer.
    pub(super) queue: VecDeque<BlockRequest>,
    /// When the last block of the queue left, and how many keep-alives have followed it.
    tail: Option<(Instant, u32)>,
    pub(super) down: Rate,
    pub(super) up: Rate,
    pub(super) pull: Option<MetadataPull>,
    /// How often they failed to send the metadata.
    pub(super) metadata_failures: u32,
    pub(super) metadata_served: usize,
    /// Pieces that they may have while we choke them (BEP 6), and the bytes of those that they had.
    pub(super) granted: Vec<u32>,
    pub(super) granted_bytes: u64,
    /// Pieces that were lost before it was known how to say so to them.
    pub(super) untold: Vec<u32>,
    /// Bytes that they got since their queue was looked at for what to read ahead.
    pub(super) served_unread: usize,
    pub(super) unasked_blocks: u32,
    pub(super) excess_requests: u32,
    pub(super) rejects: u32,
    /// Words that were of no use, lately.
    nuisances: u32,
    pub(super) last_heard: Instant,
    /// How far it came, for people.
    pub(super) record: Record,
    pub(super) timers: Timers<PeerTimer>,
    /// Messages of this step; they leave together.
    pub(super) outbox: Outbox,
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

/// A request that is not answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) request: BlockRequest,
    pub(super) at: Instant,
}

impl Remote {
    /// webtorrent answers any length up to 128 KiB, and so do we. Others are not asked to: libtorrent rejects it.
    fn answers_long_requests(&self) -> bool {
        self.is_webtorrent() || self.is_ours()
    }

    /// Whether it is one of us, with our numbers for extensions.
    pub(super) fn is_ours(&self) -> bool {
        self.peer_id.as_bytes().starts_with(&CLIENT_CODE[..3])
    }

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

    /// Whether so little is here that allowed-fast pieces are a help (BEP 6).
    pub(super) fn is_poor(&self) -> bool {
        match self {
            Self::Silent => true,
            Self::All => false,
            Self::Early { bits, haves } => bits.is_none() && haves.len() < GRANTED_FAST,
            Self::Known(bits) => (bits.count_ones() as usize) < GRANTED_FAST && !bits.is_full(),
        }
    }

    /// Whether anything is here, as far as was said.
    pub(super) fn is_something(&self) -> bool {
        match self {
            Self::Silent => false,
            Self::All => true,
            Self::Early { bits, haves } => {
                !haves.is_empty() || bits.as_ref().is_some_and(|bits| bits.iter().any(|byte| *byte != 0))
            }
            Self::Known(bits) => bits.count_ones() > 0,
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
            lost_early: BTreeSet::new(),
            am_choking: true,
            am_interested: false,
            choking: true,
            interested: false,
            asked: VecDeque::new(),
            asked_blocks: 0,
            window: RequestWindow::default(),
            greeted_at: now,
            refuses_long: false,
            on_parole: false,
            exhausted: None,
            late: VecDeque::new(),
            allowed_fast: BTreeSet::new(),
            suggested: Vec::new(),
            snubbed: false,
            first_ask: None,
            ignored: 0,
            queue: VecDeque::new(),
            tail: None,
            down: Rate::default(),
            up: Rate::default(),
            pull: None,
            metadata_failures: 0,
            metadata_served: 0,
            granted: Vec::new(),
            granted_bytes: 0,
            untold: Vec::new(),
            served_unread: 0,
            unasked_blocks: 0,
            excess_requests: 0,
            rejects: 0,
            nuisances: 0,
            last_heard: now,
            record,
            timers,
            outbox: Outbox::default(),
            buffered: 0,
            corked: false,
        }
    }

    /// Puts a message into this step's bytes.
    pub(super) fn say(&mut self, message: &Message) {
        self.outbox.say(message);
    }

    /// Hands this step's bytes to the channel.
    pub(super) fn flush(&mut self, now: Instant, out: &mut VecDeque<Output>) {
        if self.outbox.is_empty() {
            return;
        }
        self.timers.set(PeerTimer::KeepAlive, now + KEEP_ALIVE);
        self.buffered += self.outbox.len();
        out.extend(self.outbox.take().into_iter().map(|bytes| Output::Send(self.id, bytes)));
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

    /// A whole message came. Parts of one, however many, are silence.
    pub(super) fn heard(&mut self, now: Instant) {
        self.timers.set(PeerTimer::Silence, now + SILENCE);
    }

    /// The shell says how much waits in the channel.
    pub(super) fn set_buffered(&mut self, bytes: usize, now: Instant) {
        self.buffered = bytes;
        if bytes <= LOW_WATER_BYTES {
            self.corked = false;
            self.follow_tail(now);
        }
    }

    /// Notes that a block has left for them, the last one if nothing is queued any more. See [`TAIL_PROBE`].
    pub(super) fn has_answered(&mut self, now: Instant) {
        self.tail = self.queue.is_empty().then_some((now, 0));
        self.follow_tail(now);
    }

    /// They want nothing more of us: whatever we sent has arrived.
    pub(super) fn has_enough(&mut self) {
        self.tail = None;
        self.timers.stop(PeerTimer::Tail);
    }

    /// Says something behind the last block if it is time for it.
    pub(super) fn probe_tail(&mut self, now: Instant) {
        if let Some((since, said)) = &mut self.tail
            && *since + TAIL_PROBE <= now
            && self.buffered <= LOW_WATER_BYTES
        {
            (*since, *said) = (now, *said + 1);
            let is_last = *said >= TAIL_PROBES;
            self.say(&Message::KeepAlive);
            if is_last {
                self.tail = None;
            }
        }
        self.follow_tail(now);
    }

    /// Sets the timer of the tail, which is not moved with each block. What waits in the channel is no tail yet.
    fn follow_tail(&mut self, now: Instant) {
        if let Some((since, _)) = self.tail
            && self.buffered <= LOW_WATER_BYTES
            && !self.timers.is_set(PeerTimer::Tail)
        {
            self.timers.set(PeerTimer::Tail, now.max(since + TAIL_PROBE));
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

    /// How many blocks may be asked for at once: at first enough for a short memo, then what fills the path. Never more than comes
    /// in [`WINDOW_TIME`], so that little is stuck at a slow peer.
    fn allowance(&self, now: Instant) -> usize {
        if self.snubbed {
            return 1;
        }
        let rate = self.down.per_second(now);
        let measured = self.first_ask.is_some_and(|first| now.saturating_since(first) >= WINDOW_TIME);
        let soon = u128::from(rate) * WINDOW_TIME.as_millis() / 1000 / u128::from(BLOCK_LEN);
        let most = if measured { usize::try_from(soon).unwrap_or(MAX_WINDOW).max(MIN_WINDOW) } else { MAX_WINDOW };
        self.window.blocks(rate).min(most)
    }

    /// How many more blocks they may be asked for. A window that is nearly full is left alone, so that requests leave together.
    pub(super) fn room(&self, now: Instant) -> usize {
        let reqq = self.remote.as_ref().map_or(DEFAULT_REQQ, |remote| remote.reqq).max(1);
        let window = self.allowance(now);
        let room = window.saturating_sub(self.asked_blocks).min(reqq.saturating_sub(self.asked.len()));
        let few = window.min(reqq) / 16;
        if room <= few && !self.asked.is_empty() { 0 } else { room }
    }

    /// The longest request that they answer and that is not long under way: several blocks at once are fewer messages.
    pub(super) fn longest_request(&self, now: Instant) -> u32 {
        let able = self.remote.as_ref().is_some_and(Remote::answers_long_requests) && !self.refuses_long;
        if !able {
            return BLOCK_LEN;
        }
        if self.down.total() == 0 {
            return if self.window.is_nearby() { FIRST_LONG_REQUEST } else { BLOCK_LEN };
        }
        let quick = u128::from(self.down.per_second(now)) * LONG_REQUEST_TIME.as_millis() / 1000;
        let quick = u32::try_from(quick).unwrap_or(LONG_REQUEST).min(LONG_REQUEST);
        (quick / BLOCK_LEN).max(1) * BLOCK_LEN
    }

    /// How long until they have sent so many bytes behind all that they were asked for; `None` when that cannot be known.
    pub(super) fn time_for(&self, bytes: u64, now: Instant) -> Option<Duration> {
        let rate = self.down.per_second(now);
        (rate > 0).then(|| Duration::from_millis(bytes.saturating_mul(1000) / rate) + self.window.round_trip())
    }

    /// Notes a request that leaves now.
    pub(super) fn ask(&mut self, request: BlockRequest, now: Instant) {
        self.say(&Message::Request(request));
        self.asked.push_back(Asked { request, at: now });
        self.asked_blocks += request.blocks();
        self.first_ask.get_or_insert(now);
    }

    /// Takes a request off the list of those in flight, with the moment it was made; `None` when it was not there.
    pub(super) fn answered(&mut self, request: BlockRequest) -> Option<Instant> {
        let at = self.asked.iter().position(|asked| asked.request == request)?;
        self.asked_blocks -= request.blocks();
        self.asked.remove(at).map(|asked| asked.at)
    }

    /// Their handshake came. It left when the channel opened there, or later: for whoever made the offer that is when ours arrives.
    pub(super) fn is_greeted(&mut self, now: Instant) {
        if self.offered {
            self.window.note_greeting(now.saturating_since(self.greeted_at));
        }
    }

    /// A block came for a request that was made at this moment.
    pub(super) fn measure(&mut self, request: BlockRequest, asked_at: Instant, now: Instant) {
        let in_flight = (self.asked_blocks + request.blocks()) * BLOCK_LEN as usize;
        self.window.note_block(request.length as usize, now.saturating_since(asked_at), in_flight);
    }

    /// Takes all requests in flight off the list.
    pub(super) fn take_asked(&mut self) -> VecDeque<Asked> {
        self.asked_blocks = 0;
        std::mem::take(&mut self.asked)
    }

    /// Counts words that were of no use: nobody means well who says so much for nothing.
    pub(super) fn bother(&mut self, nuisances: u32) -> Result<(), Ending> {
        self.nuisances = self.nuisances.saturating_add(nuisances);
        if self.nuisances > MAX_NUISANCES {
            return Err(Ending::Misbehaved("The peer says too much that is of no use.".to_owned()));
        }
        Ok(())
    }

    /// Whether a request of a choked peer is to be answered: it has next to nothing, and had little from us in this way.
    pub(super) fn may_have(&mut self, request: BlockRequest, piece_len: u32) -> bool {
        let most = self.granted.len() as u64 * u64::from(piece_len) * 2;
        let bytes = self.granted_bytes + u64::from(request.length);
        let may = self.granted.contains(&request.piece) && self.availability.is_poor() && bytes <= most;
        if may {
            self.granted_bytes = bytes;
        }
        may
    }

    /// Some of what was of no use is forgotten with time.
    pub(super) fn forgive(&mut self, nuisances: u32) {
        self.nuisances = self.nuisances.saturating_sub(nuisances);
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
