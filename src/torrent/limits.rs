//! A limit on everything that others can make grow, each with its reason.

use std::time::Duration;

// Buffers of a data channel.

/// Bytes in a channel's send buffer above which no further block is handed to it. Deep enough to keep a 25 MB/s channel busy
/// while the page does something else for 10 ms; deeper buffers overrun SCTP on slow paths.
pub const HIGH_WATER_BYTES: usize = 256 * 1024;

/// Bytes in a channel's send buffer below which blocks are handed to it again: what `bufferedAmountLowThreshold` is set to.
pub const LOW_WATER_BYTES: usize = 64 * 1024;

/// A peer that lets this much pile up takes nothing in any more: control messages alone never come near it.
pub(super) const STALLED_BYTES: usize = 4 * 1024 * 1024;

/// What every channel accepts in one message when its description names no `max-message-size`.
pub(super) const MAX_SEND_BYTES: usize = 64 * 1024;

// Torrents, trackers, connections.

/// Torrents of one session: ten times what the largest library in the requirements shares.
pub(super) const MAX_TORRENTS: usize = 10_000;

/// Trackers of one torrent. A link with more is a link that makes us flood somebody.
pub(super) const MAX_TRACKERS_PER_TORRENT: usize = 10;

/// Different trackers of one session: each costs a socket, and links come from strangers.
pub(super) const MAX_TRACKERS: usize = 50;

/// Characters of a tracker URL.
pub(super) const MAX_TRACKER_URL: usize = 1024;

/// Connections of all torrents, half-open ones included. Chromium refuses to make more than about 500 per process.
pub(super) const MAX_CONNECTIONS: usize = 200;

/// Connections that are not open yet, of all torrents: each gathers candidates and sends connectivity checks.
pub(super) const MAX_HALF_OPEN: usize = 60;

/// Half-open connections that come from offers of others, so that a flood of them leaves room for our own.
pub(super) const MAX_INCOMING_HALF_OPEN: usize = 40;

/// Open connections of one torrent.
pub(super) const MAX_PEERS_PER_TORRENT: usize = 60;

/// Peers a leecher is content with: it stops making offers.
pub(super) const ENOUGH_PEERS: usize = 8;

/// A leecher that needs longer than this for the rest looks for more peers, whoever it has.
pub(super) const SLOW: Duration = Duration::from_secs(20);

/// Peers that are remembered as banned, delivered to, or served, per torrent.
pub(super) const MAX_REMEMBERED_PEERS: usize = 1024;

/// Connections that are over and told of, per torrent: enough to see what goes wrong again and again.
pub(super) const MAX_ENDED: usize = 12;

// Trackers.

/// Offers of one torrent to one tracker that wait for answers; older ones make room.
pub(super) const MAX_UNANSWERED: usize = 10;

/// An offer that no peer was there for can be made again this much later; then its candidates may be stale.
pub(super) const PREPARED_OFFER: Duration = Duration::from_secs(180);

/// A socket that is not open by then never will be.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(8);

/// Longest pause between two tries of a tracker.
pub(super) const MAX_RECONNECT: Duration = Duration::from_secs(60);

/// Between two announces that wait in line at one tracker: 200 in a second, so that a thousand shared memos are announced within
/// five seconds of a reconnect, and no tracker takes it for an attack.
pub(super) const ANNOUNCE_PACE: Duration = Duration::from_millis(5);

/// Announces that may leave together when the line was empty before.
pub(super) const MAX_ANNOUNCE_BURST: u64 = 100;

/// Announces that leave together from a long line: a tenth of a second's worth.
pub(super) const TURNS_AT_ONCE: usize = 20;

/// A scrape that is not answered by then is not going to be.
pub(super) const SCRAPE_TIMEOUT: Duration = Duration::from_secs(8);

/// Scrapes that wait at one tracker. Each carries about 200 torrents, so that all torrents of a session fit.
pub(super) const MAX_SCRAPES: usize = 100;

/// How often to announce until the tracker says.
pub(super) const DEFAULT_INTERVAL: Duration = Duration::from_secs(120);

/// The shortest interval that a tracker can make us keep.
pub(super) const MIN_INTERVAL: Duration = Duration::from_secs(15);

/// The longest: trackers forget a peer after 3 to 20 minutes.
pub(super) const MAX_INTERVAL: Duration = Duration::from_secs(600);

/// Announces that nobody waits for leave together, at most this much later than they could. A thousand shared memos announce eight
/// times a second otherwise, and keep the processor awake.
pub(super) const IDLE_BEAT: Duration = Duration::from_secs(5);

/// Between two announces of one torrent to one tracker, whatever the tracker says: it cannot make us loop.
pub(super) const MIN_ANNOUNCE_GAP: Duration = Duration::from_secs(1);

/// Offers of an announce to a tracker that has not said yet how many others there are. Most memos have a holder or two, and each
/// offer costs milliseconds of the processor before anything can leave. Whoever finds nobody by them makes more.
pub(super) const FIRST_OFFERS: usize = 2;

/// First pause of a leecher that found nobody; doubled up to the tracker's interval.
pub(super) const FIRST_RETRY: Duration = Duration::from_secs(5);

/// A holder of what is looked for was handed an offer: if it does not answer by then, it gets another one. Its answer takes two round
/// trips and the gathering of candidates.
pub(super) const SECOND_TRY: Duration = Duration::from_secs(2);

/// An announce goes out with the offers that are ready by then. The shell gathers for at most a second.
pub(super) const GATHER_TIMEOUT: Duration = Duration::from_millis(1500);

/// How long a seeder waits for the listeners that a tracker counts to come by themselves.
pub(super) const SEEDER_PATIENCE: Duration = Duration::from_secs(4);

/// An offer that nobody answered by then is withdrawn (webtorrent waits as long).
pub(super) const OFFER_TIMEOUT: Duration = Duration::from_secs(50);

/// From the answer to the handshake (webtorrent waits as long).
pub(super) const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(25);

// The wire.

/// Requests that a peer may have waiting here: our `reqq`. 512 blocks are 8 MiB.
pub(super) const MAX_QUEUED_REQUESTS: usize = 512;

/// Requests that may be dropped beyond [`MAX_QUEUED_REQUESTS`] before it is a flood.
pub(super) const MAX_EXCESS_REQUESTS: u32 = 4096;

/// Our window at first, and at least however late blocks come, in blocks: what a link of 10 Mbit/s and its queue hold.
pub(super) const FIRST_WINDOW: usize = 14;

/// Our window at first in the same room, in blocks: a megabyte, so that a short memo is one round trip.
pub(super) const FIRST_WINDOW_NEARBY: usize = 64;

/// A peer that answers so soon is in the same room: nothing on the way overflows.
pub(super) const NEARBY: Duration = Duration::from_millis(8);

/// Our window at most: 8 MiB in flight carry 80 MB/s at 100 ms.
pub(super) const MAX_WINDOW: usize = 512;

/// Our window at a peer from which next to nothing comes, so that it is not idle for a round trip.
pub(super) const MIN_WINDOW: usize = 4;

/// How long blocks may wait on their way: shorter than the queues of routers, longer than a page is busy with something else.
pub(super) const QUEUE_TIME: Duration = Duration::from_millis(60);

/// The window is no more than what comes in this time, once that is known: a peer that slows down keeps no more to itself.
pub(super) const WINDOW_TIME: Duration = Duration::from_secs(2);

/// The longest request to peers that answer more than a block at once: fewer, larger messages. Its answer still is one portion of
/// [`MAX_SEND_BYTES`], header included.
pub(super) const LONG_REQUEST: u32 = 48 * 1024;

/// The longest request to such a peer in the same room of which no rate is known yet.
pub(super) const FIRST_LONG_REQUEST: u32 = 32 * 1024;

/// A long request has to be answered within this time, at the rate of the peer: otherwise it is for fewer blocks.
pub(super) const LONG_REQUEST_TIME: Duration = Duration::from_millis(100);

/// A block that was asked for this long ago is asked of somebody faster, too.
pub(super) const STUCK: Duration = Duration::from_secs(3);

/// A block is taken over at the end by whoever has it this much sooner: for less it is not worth sending twice.
pub(super) const TAKE_OVER_GAIN: Duration = Duration::from_millis(100);

/// After a `reject` nothing is asked of that peer for this long, or it would be asked and reject in a tight loop.
pub(super) const REJECT_PAUSE: Duration = Duration::from_secs(1);

/// Rejects without a block in between before a peer is taken for one that plays: as many as a full window.
pub(super) const MAX_REJECTS: u32 = 512;

/// What a peer serves that names no `reqq`: the 250 that libtorrent assumes.
pub(super) const DEFAULT_REQQ: usize = 250;

/// No block for this long while some are requested: they go to others, the window shrinks.
pub(super) const SNUB_TIMEOUT: Duration = Duration::from_secs(10);

/// No block for this long while some are requested: the peer is of no use.
pub(super) const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Interested and still choked: webtorrent may have missed it (its handlers come up a microtask late).
pub(super) const INTERESTED_AGAIN: Duration = Duration::from_secs(12);

/// A keep-alive goes out after this long without a word (webtorrent: 55 s).
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(55);

/// After the last block that a peer asked for, a keep-alive follows each time this long has passed. SCTP notices that a packet was
/// lost when three later ones arrive; behind the last block there are none, and it would wait half a second (RFC 9260, 6.3.1).
pub(super) const TAIL_PROBE: Duration = Duration::from_millis(20);

/// As many keep-alives follow: by then SCTP has noticed by itself.
pub(super) const TAIL_PROBES: u32 = 12;

/// A peer that says nothing for this long is gone: more than twice everybody's keep-alive.
pub(super) const SILENCE: Duration = Duration::from_secs(150);

/// A new complete peer is kept this long, so that its last `have`s leave before the channel closes.
pub(super) const LINGER: Duration = Duration::from_secs(3);

/// A second connection from a tracker's peer is refused while the first spoke this recently.
pub(super) const ALIVE: Duration = Duration::from_secs(15);

/// Blocks nobody asked for, beyond those that crossed with a cancel or a timeout, before it is an attack.
pub(super) const MAX_UNASKED_BLOCKS: u32 = 64;

/// Words of no use that a peer may say beyond those that are [forgiven](NUISANCES_PER_ROUND): `have`s of pieces that it had
/// already, chokes and unchokes in turn, rejects of what nobody asked for. A few cross with others, ten thousands are an attack.
pub(super) const MAX_NUISANCES: u32 = 10_000;

/// How many of them are forgiven with each round of choking.
pub(super) const NUISANCES_PER_ROUND: u32 = 1000;

/// A word that says everything anew, and costs as much to take in: a bitfield, an extended handshake. Ten at a time are borne.
pub(super) const LONG_NUISANCE: u32 = 1000;

/// Allowed-fast pieces remembered of a peer: the specification speaks of ten.
pub(super) const MAX_ALLOWED_FAST: usize = 64;

/// Suggested pieces remembered of a peer: a run of small ones.
pub(super) const MAX_SUGGESTED: usize = 64;

/// Lost pieces that a peer is told of later: they are found as they are read, which is few at a time.
pub(super) const MAX_UNTOLD: usize = 64;

/// Allowed-fast pieces that we grant.
pub(super) const GRANTED_FAST: usize = 10;

/// Bytes of pieces that are being put together, over one torrent. A window of every peer fits.
pub(super) const MAX_PARTIAL_BYTES: usize = 32 * 1024 * 1024;

/// Pieces given to storage and not yet confirmed, in bytes, beyond which no more are asked for.
pub(super) const MAX_WRITING_BYTES: usize = 32 * 1024 * 1024;

/// Corrupt pieces whose blocks are remembered to find out who sent them.
pub(super) const MAX_SUSPECTS: usize = 16;

/// Blocks that an idle peer is asked for at the end although others were asked too.
pub(super) const ENDGAME_BLOCKS: usize = 4;

/// Copies of one block asked for at the end.
pub(super) const MAX_COPIES: usize = 2;

/// Bytes of pieces kept for serving, over all torrents.
pub(super) const CACHE_BYTES: usize = 8 * 1024 * 1024;

/// Bytes being read from storage at once, per torrent: enough to hide its latency, few enough for the cache to keep.
pub(super) const READ_AHEAD_BYTES: usize = 1024 * 1024;

// Rate limits.

/// How much of an unused limit gathers: a page in the background is woken once a second, and is to move as much then.
pub(super) const LIMITER_BURST: Duration = Duration::from_secs(1);

/// What a limit on sending leaves every served peer at least, in bytes per second: fewer are served at a time then. webtorrent
/// leaves whoever sends no block for 30 seconds.
pub(super) const LEAST_SHARE: u64 = 2 * 1024;

/// Bytes that lie together and are asked for together: a record of our storage, which is read as a whole.
pub(super) const RUN_BYTES: u64 = 256 * 1024;

// Choking.

/// Peers served at once. webtorrent serves ten; a phone's uplink is shared better among few.
pub(super) const UPLOAD_SLOTS: usize = 8;

/// Time between two rounds of choking, as everywhere.
pub(super) const CHOKE_ROUND: Duration = Duration::from_secs(10);

/// Rounds that an optimistic unchoke lasts.
pub(super) const OPTIMISTIC_ROUNDS: u32 = 3;

// Metadata (BEP 9).

/// Peers asked for the metadata at once: the second one is there in case the first is slow.
pub(super) const METADATA_PEERS: usize = 2;

/// Requests for metadata in flight with one peer.
pub(super) const METADATA_WINDOW: usize = 32;

/// A peer that sends no piece of metadata for this long makes room for another one.
pub(super) const METADATA_TIMEOUT: Duration = Duration::from_secs(10);

/// Metadata up to this many pieces is pushed unasked: 883 ms became 666 for 300 kB at 50 ms one way.
pub(super) const PUSHED_METADATA_PIECES: usize = 4;

/// How many times over one peer may fetch the metadata: a request of 50 bytes costs 16 KiB.
pub(super) const METADATA_ROUNDS: usize = 4;

/// Ranges that are listened to at once: a player fetches the tail of a file while it begins to play the head.
pub(super) const MAX_SOON_RANGES: usize = 4;

// Web seeds (BEP 19).

/// Web seeds of one torrent. A link with more is a link that makes us flood somebody.
pub(super) const MAX_WEB_SEEDS: usize = 8;

/// Characters of a web seed's URL; the same as of any URL in a link.
pub(super) const MAX_WEB_SEED_URL: usize = 2048;

/// Requests to web seeds over all torrents. Browsers keep more than six to one host waiting, and then they seem to stall.
pub(super) const MAX_FETCHES: usize = 12;

/// Requests to one web seed: while one is being answered, the next is on its way.
pub(super) const MAX_FETCHES_PER_WEB_SEED: usize = 2;

/// What a web seed is asked for at first: a megabyte, so that a short memo is one request.
pub(super) const FIRST_RUN_BYTES: u64 = 1024 * 1024;

/// The least to ask a web seed for, so that a slow one is not all heads and no bodies.
pub(super) const MIN_RUN_BYTES: u64 = 64 * 1024;

/// The most: what does not come is lost time for everybody.
pub(super) const MAX_RUN_BYTES: u64 = 4 * 1024 * 1024;

/// A run of a web seed is so long at the rate of the last seconds. Longer ones save requests, shorter ones leave more to peers.
pub(super) const RUN_TIME: Duration = Duration::from_secs(4);

/// A file up to this size is read from its beginning when the server does not send parts.
pub(super) const MAX_WHOLE_FILE: u64 = 32 * 1024 * 1024;

/// A request that brings nothing for this long is given up: cold storage may think for seconds before it speaks.
pub(super) const FETCH_TIMEOUT: Duration = Duration::from_secs(15);

/// First pause after a web seed failed; doubled each time.
pub(super) const WEB_SEED_RETRY: Duration = Duration::from_secs(5);

/// Longest pause after a web seed failed.
pub(super) const MAX_WEB_SEED_RETRY: Duration = Duration::from_secs(300);

/// Web seeds rest when peers bring the rest within this time: their owner pays for every byte.
pub(super) const PEERS_SUFFICE: Duration = Duration::from_secs(10);

/// How often it is looked at who is slow and who is idle, while web seeds may be asked.
pub(super) const WEB_SEED_TICK: Duration = Duration::from_secs(1);

/// Files that a web seed may lack before it is taken for one of another torrent.
pub(super) const MAX_LACKING_FILES: usize = 32;
