//! The WebSocket tracker protocol: one JSON object per message (bittorrent-tracker's dialect, BEP 48 for scrape).
//!
//! Both directions are read and written here, because the engine is a client and the server is a tracker. Twenty-byte names
//! travel as "binary strings": each byte is the code point of the same number.

use serde_json::{Map, Value, json};

use super::{InfoHash, PeerId};

/// The longest message that is read: ten offers with many candidates each. aquatic and wt-tracker stop at 64 KiB.
pub const MAX_MESSAGE_LEN: usize = 128 * 1024;

/// The longest session description that is read. libtorrent has the same limit.
const MAX_SDP_LEN: usize = 64 * 1024;

/// The most offers that are sent with one announce, as WebTorrent does.
pub const MAX_OFFERS: usize = 5;

/// The most bytes of offers that are sent with one announce: aquatic takes no frame above 16 KiB.
const MAX_OFFERS_LEN: usize = 11 * 1024;

/// The most offers of one announce that are read; the rest is dropped. libtorrent sends ten.
const MAX_OFFERS_READ: usize = 20;

/// The most torrents of one scrape; the rest is dropped. aquatic has the same limit.
const MAX_SCRAPE: usize = 255;

/// What is announced as `left` while the size is not known. It must not be zero, which means a seeder, and `null` is taken for
/// zero by the reference tracker. libtorrent sends the same.
pub const UNKNOWN_LEFT: u64 = 16 * 1024;

/// The largest number that survives JavaScript.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// The longest text from a tracker that is kept for people to read.
const MAX_TEXT_LEN: usize = 200;

/// The name of an offer, chosen by who makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OfferId([u8; 20]);

/// What a client says to a tracker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientMessage {
    /// I am here, and these are offers for others.
    Announce(Announce),
    /// The answer to an offer that the tracker relayed.
    Answer(Answer),
    /// How many have these torrents?
    Scrape(Vec<InfoHash>),
}

/// A client's announce.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announce {
    /// The swarm.
    pub info_hash: InfoHash,
    /// The client, as this tracker is to know it.
    pub peer_id: PeerId,
    /// Why it announces now; `None` on periodic announces.
    pub event: Option<AnnounceEvent>,
    /// Bytes sent to others.
    pub uploaded: u64,
    /// Bytes got from others.
    pub downloaded: u64,
    /// Bytes missing; zero is a seeder. [`UNKNOWN_LEFT`] while the size is not known.
    pub left: u64,
    /// How many peers may be sent relayed offers from, or to.
    pub numwant: u32,
    /// Offers, each for one other peer that the tracker picks. At most [`MAX_OFFERS`] are sent.
    pub offers: Vec<Offer>,
    /// What this tracker sent as `tracker id`, if it did.
    pub tracker_id: Option<String>,
}

/// The reason of an announce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnnounceEvent {
    /// The first on a socket.
    Started,
    /// Once, when the download is complete.
    Completed,
    /// The client leaves.
    Stopped,
}

/// An offer of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub offer_id: OfferId,
    /// The session description.
    pub sdp: String,
}

/// A client's answer to a relayed offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The swarm.
    pub info_hash: InfoHash,
    /// Who answers.
    pub peer_id: PeerId,
    /// Who offered.
    pub to_peer_id: PeerId,
    /// Which offer.
    pub offer_id: OfferId,
    /// The session description.
    pub sdp: String,
    /// Bytes missing. aquatic counts who answers without it as a leecher.
    pub left: u64,
    /// What this tracker sent as `tracker id`, if it did.
    pub tracker_id: Option<String>,
}

/// What a tracker says to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TrackerMessage {
    /// The reply to an announce.
    Announce(AnnounceReply),
    /// Another peer's offer.
    Offer(Relayed),
    /// Another peer's answer to our offer.
    Answer(Relayed),
    /// The reply to a scrape.
    Scrape(ScrapeReply),
    /// Something could not be done. The socket stays usable.
    Failure {
        /// What the tracker says.
        reason: String,
        /// The swarm that it is about, if it says so.
        info_hash: Option<InfoHash>,
    },
}

/// A tracker's reply to an announce. Real trackers leave out any of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnnounceReply {
    /// The swarm.
    pub info_hash: InfoHash,
    /// Peers that have everything.
    pub complete: Option<u32>,
    /// Peers that have not.
    pub incomplete: Option<u32>,
    /// Seconds until the next announce. Not checked: it may be zero, or years.
    pub interval_s: Option<u32>,
    /// Seconds that at least should pass.
    pub min_interval_s: Option<u32>,
    /// Something that people should know.
    pub warning: Option<String>,
    /// To be sent back with every later announce.
    pub tracker_id: Option<String>,
}

/// An offer or an answer, as a tracker hands it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relayed {
    /// The swarm.
    pub info_hash: InfoHash,
    /// Who made it.
    pub peer_id: PeerId,
    /// The name of the offer.
    pub offer_id: OfferId,
    /// The session description.
    pub sdp: String,
}

/// A tracker's reply to a scrape.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ScrapeReply {
    /// The torrents that were asked for, each with its counts.
    pub files: Vec<(InfoHash, ScrapeCounts)>,
    /// Seconds that should pass before the next scrape.
    pub min_request_interval_s: Option<u32>,
}

/// How many have a torrent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ScrapeCounts {
    /// Peers that have everything.
    pub complete: u32,
    /// Peers that have not.
    pub incomplete: u32,
    /// How many times it was downloaded.
    pub downloaded: u32,
}

/// Why a message cannot be read, and which swarm it was about, so that a tracker can say so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct MessageError {
    /// The swarm, if that could be read.
    pub info_hash: Option<InfoHash>,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a message. The sender's fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It is longer than [`MAX_MESSAGE_LEN`].
    #[error("message too long")]
    TooLong,
    /// It is not a JSON object.
    #[error("invalid message")]
    NotAnObject,
    /// It does not say what it is.
    #[error("missing action")]
    MissingAction,
    /// It is something else than an announce or a scrape.
    #[error("unknown action")]
    UnknownAction,
    /// A key is not there, or has a value that it cannot have.
    #[error("invalid {0}")]
    Invalid(&'static str),
}

impl OfferId {
    /// Wraps the raw id.
    pub const fn new(bytes: [u8; 20]) -> Self {
        Self(bytes)
    }

    /// The raw id.
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl ClientMessage {
    /// Reads what a client sent.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        Fields::parse(text, |fields| match fields.action()? {
            "announce" if fields.0.contains_key("answer") => Ok(Self::Answer(Answer::read(fields)?)),
            "announce" => Ok(Self::Announce(Announce::read(fields)?)),
            "scrape" => Ok(Self::Scrape(fields.info_hashes()?)),
            _ => Err(Problem::UnknownAction),
        })
    }

    /// The message, as it is sent to a tracker.
    pub fn to_json(&self) -> String {
        match self {
            Self::Announce(announce) => announce.write(),
            Self::Answer(answer) => answer.write(),
            Self::Scrape(hashes) => {
                let hashes: Vec<_> = hashes.iter().map(|hash| binary(hash.as_bytes())).collect();
                json!({ "action": "scrape", "info_hash": hashes })
            }
        }
        .to_string()
    }
}

impl TrackerMessage {
    /// Reads what a tracker sent.
    pub fn parse(text: &str) -> Result<Self, MessageError> {
        Fields::parse(text, |fields| {
            if let Some(reason) = fields.text("failure reason") {
                return Ok(Self::Failure { reason, info_hash: fields.info_hash().ok() });
            }
            match fields.action()? {
                "announce" if fields.0.contains_key("offer") => Ok(Self::Offer(Relayed::read(fields, "offer")?)),
                "announce" if fields.0.contains_key("answer") => Ok(Self::Answer(Relayed::read(fields, "answer")?)),
                "announce" => Ok(Self::Announce(AnnounceReply::read(fields)?)),
                "scrape" => Ok(Self::Scrape(ScrapeReply::read(fields)?)),
                _ => Err(Problem::UnknownAction),
            }
        })
    }

    /// The message, as it is sent to a client.
    pub fn to_json(&self) -> String {
        match self {
            Self::Announce(reply) => reply.write(),
            Self::Offer(relayed) => relayed.write("offer"),
            Self::Answer(relayed) => relayed.write("answer"),
            Self::Scrape(reply) => reply.write(),
            Self::Failure { reason, info_hash } => {
                let mut message = json!({ "failure reason": reason });
                put(&mut message, "info_hash", info_hash.map(|hash| binary(hash.as_bytes())));
                message
            }
        }
        .to_string()
    }
}

impl From<MessageError> for TrackerMessage {
    /// What a tracker replies to a message that it cannot read.
    fn from(error: MessageError) -> Self {
        Self::Failure { reason: error.to_string(), info_hash: error.info_hash }
    }
}

impl Announce {
    fn read(fields: &Fields) -> Result<Self, Problem> {
        let offers = match fields.0.get("offers") {
            Some(Value::Array(offers)) => {
                offers.iter().take(MAX_OFFERS_READ).map(Offer::read).collect::<Result<_, _>>()?
            }
            None | Some(Value::Null) => Vec::new(),
            Some(_) => return Err(Problem::Invalid("offers")),
        };
        Ok(Self {
            info_hash: fields.info_hash()?,
            peer_id: fields.peer_id("peer_id")?,
            event: AnnounceEvent::read(fields),
            uploaded: fields.number("uploaded").unwrap_or(0),
            downloaded: fields.number("downloaded").unwrap_or(0),
            left: fields.left(),
            numwant: fields.count("numwant").unwrap_or(offers.len() as u32),
            offers,
            tracker_id: fields.text("trackerid"),
        })
    }

    fn write(&self) -> Value {
        let mut message = json!({
            "action": "announce",
            "info_hash": binary(self.info_hash.as_bytes()),
            "peer_id": binary(self.peer_id.as_bytes()),
            "numwant": self.numwant,
            "uploaded": self.uploaded.min(MAX_NUMBER),
            "downloaded": self.downloaded.min(MAX_NUMBER),
            "left": self.left.min(MAX_NUMBER),
        });
        put(&mut message, "event", self.event.map(AnnounceEvent::name));
        put(&mut message, "trackerid", self.tracker_id.as_deref());
        // Who is complete or leaves asks for nobody; everybody else has the key, if only an empty list.
        if !matches!(self.event, Some(AnnounceEvent::Completed | AnnounceEvent::Stopped)) {
            put(&mut message, "offers", Some(self.written_offers()));
        }
        message
    }

    fn written_offers(&self) -> Value {
        let mut room = MAX_OFFERS_LEN;
        let fitting = self.offers.iter().take(MAX_OFFERS).map(Offer::write).take_while(|offer| {
            let length = offer.to_string().len();
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        });
        Value::Array(fitting.collect())
    }
}

impl AnnounceEvent {
    /// Other events exist ("", "update", "paused"). They are no news.
    fn read(fields: &Fields) -> Option<Self> {
        let name = fields.0.get("event").and_then(Value::as_str)?;
        [Self::Started, Self::Completed, Self::Stopped].into_iter().find(|event| event.name() == name)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
        }
    }
}

impl Offer {
    fn read(value: &Value) -> Result<Self, Problem> {
        let fields = value.as_object().ok_or(Problem::Invalid("offers"))?;
        let offer_id = fields.get("offer_id").and_then(bytes).ok_or(Problem::Invalid("offer_id"))?;
        Ok(Self { offer_id: OfferId(offer_id), sdp: sdp(fields, "offer")? })
    }

    fn write(&self) -> Value {
        json!({ "offer_id": binary(self.offer_id.as_bytes()), "offer": { "type": "offer", "sdp": self.sdp } })
    }
}

impl Answer {
    fn read(fields: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            peer_id: fields.peer_id("peer_id")?,
            to_peer_id: fields.peer_id("to_peer_id")?,
            offer_id: fields.offer_id()?,
            sdp: sdp(&fields.0, "answer")?,
            left: fields.left(),
            tracker_id: fields.text("trackerid"),
        })
    }

    fn write(&self) -> Value {
        let mut message = json!({
            "action": "announce",
            "info_hash": binary(self.info_hash.as_bytes()),
            "peer_id": binary(self.peer_id.as_bytes()),
            "to_peer_id": binary(self.to_peer_id.as_bytes()),
            "offer_id": binary(self.offer_id.as_bytes()),
            "answer": { "type": "answer", "sdp": self.sdp },
            "left": self.left.min(MAX_NUMBER),
        });
        put(&mut message, "trackerid", self.tracker_id.as_deref());
        message
    }
}

impl AnnounceReply {
    /// How long to wait before the next announce, if the tracker said anything usable.
    pub fn reannounce_after_s(&self) -> Option<u32> {
        [self.interval_s, self.min_interval_s].into_iter().flatten().find(|interval| *interval > 0)
    }

    fn read(fields: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            complete: fields.count("complete"),
            incomplete: fields.count("incomplete"),
            interval_s: fields.count("interval"),
            min_interval_s: fields.count("min interval"),
            warning: fields.text("warning message"),
            tracker_id: fields.text("tracker id"),
        })
    }

    fn write(&self) -> Value {
        let mut message = json!({ "action": "announce", "info_hash": binary(self.info_hash.as_bytes()) });
        put(&mut message, "complete", self.complete);
        put(&mut message, "incomplete", self.incomplete);
        put(&mut message, "interval", self.interval_s);
        put(&mut message, "min interval", self.min_interval_s);
        put(&mut message, "warning message", self.warning.as_deref());
        put(&mut message, "tracker id", self.tracker_id.as_deref());
        message
    }
}

impl Relayed {
    fn read(fields: &Fields, key: &'static str) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            peer_id: fields.peer_id("peer_id")?,
            offer_id: fields.offer_id()?,
            sdp: sdp(&fields.0, key)?,
        })
    }

    fn write(&self, key: &str) -> Value {
        json!({
            "action": "announce",
            "info_hash": binary(self.info_hash.as_bytes()),
            "peer_id": binary(self.peer_id.as_bytes()),
            "offer_id": binary(self.offer_id.as_bytes()),
            key: { "type": key, "sdp": self.sdp },
        })
    }
}

impl ScrapeReply {
    fn read(fields: &Fields) -> Result<Self, Problem> {
        let files = fields.0.get("files").and_then(Value::as_object).ok_or(Problem::Invalid("files"))?;
        let counts = |(hash, counts): (&String, &Value)| {
            let count = |key| counts.get(key).and_then(whole).map_or(0, clamp);
            let counts = ScrapeCounts {
                complete: count("complete"),
                incomplete: count("incomplete"),
                downloaded: count("downloaded"),
            };
            Some((InfoHash::new(bytes_of(hash)?), counts))
        };
        let flags = fields.0.get("flags");
        Ok(Self {
            files: files.iter().take(MAX_SCRAPE).filter_map(counts).collect(),
            min_request_interval_s: flags
                .and_then(|flags| flags.get("min_request_interval"))
                .and_then(whole)
                .map(clamp),
        })
    }

    fn write(&self) -> Value {
        let files: Map<_, _> = self
            .files
            .iter()
            .map(|(hash, counts)| {
                let ScrapeCounts { complete, incomplete, downloaded } = counts;
                let counts = json!({ "complete": complete, "incomplete": incomplete, "downloaded": downloaded });
                (binary(hash.as_bytes()), counts)
            })
            .collect();
        let mut message = json!({ "action": "scrape", "files": files });
        put(
            &mut message,
            "flags",
            self.min_request_interval_s.map(|interval| json!({ "min_request_interval": interval })),
        );
        message
    }
}

/// The keys of a message that is being read.
struct Fields(Map<String, Value>);

impl Fields {
    fn parse<T>(text: &str, read: impl FnOnce(&Self) -> Result<T, Problem>) -> Result<T, MessageError> {
        if text.len() > MAX_MESSAGE_LEN {
            return Err(MessageError { info_hash: None, problem: Problem::TooLong });
        }
        let Ok(Value::Object(fields)) = serde_json::from_str(text) else {
            return Err(MessageError { info_hash: None, problem: Problem::NotAnObject });
        };
        let fields = Self(fields);
        read(&fields).map_err(|problem| MessageError { info_hash: fields.info_hash().ok(), problem })
    }

    fn action(&self) -> Result<&str, Problem> {
        self.0.get("action").and_then(Value::as_str).ok_or(Problem::MissingAction)
    }

    fn id(&self, key: &'static str) -> Result<[u8; 20], Problem> {
        self.0.get(key).and_then(bytes).ok_or(Problem::Invalid(key))
    }

    fn info_hash(&self) -> Result<InfoHash, Problem> {
        self.id("info_hash").map(InfoHash::new)
    }

    fn peer_id(&self, key: &'static str) -> Result<PeerId, Problem> {
        self.id(key).map(PeerId::new)
    }

    fn offer_id(&self) -> Result<OfferId, Problem> {
        self.id("offer_id").map(OfferId)
    }

    /// One infohash or a list of them.
    fn info_hashes(&self) -> Result<Vec<InfoHash>, Problem> {
        match self.0.get("info_hash") {
            Some(Value::Array(hashes)) => {
                let hashes = hashes.iter().take(MAX_SCRAPE).map(|hash| bytes(hash).map(InfoHash::new));
                hashes.collect::<Option<_>>().ok_or(Problem::Invalid("info_hash"))
            }
            _ => self.info_hash().map(|hash| vec![hash]),
        }
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.0.get(key).and_then(whole)
    }

    fn count(&self, key: &str) -> Option<u32> {
        self.number(key).map(clamp)
    }

    /// WebTorrent sends `null` before it knows the size. Only a real zero is a seeder.
    fn left(&self) -> u64 {
        self.number("left").unwrap_or(UNKNOWN_LEFT)
    }

    fn text(&self, key: &str) -> Option<String> {
        let text = self.0.get(key)?.as_str()?;
        Some(text.chars().filter(|character| !character.is_control()).take(MAX_TEXT_LEN).collect())
    }
}

/// A number that is not negative, rounded up, so that a fraction of a byte is not nothing.
fn whole(value: &Value) -> Option<u64> {
    let float = || value.as_f64().filter(|number| *number >= 0.0).map(|number| number.ceil() as u64);
    value.as_u64().or_else(float)
}

fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn sdp(fields: &Map<String, Value>, key: &'static str) -> Result<String, Problem> {
    let description = fields.get(key).and_then(|description| description.get("sdp")).and_then(Value::as_str);
    let description = description.filter(|sdp| sdp.len() <= MAX_SDP_LEN);
    description.map(str::to_owned).ok_or(Problem::Invalid(key))
}

/// A binary string from twenty bytes.
fn binary(bytes: &[u8; 20]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

fn bytes(value: &Value) -> Option<[u8; 20]> {
    bytes_of(value.as_str()?)
}

/// Twenty bytes from a binary string.
fn bytes_of(text: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    let mut characters = text.chars();
    for byte in &mut bytes {
        *byte = u8::try_from(u32::from(characters.next()?)).ok()?;
    }
    characters.next().is_none().then_some(bytes)
}

fn put(message: &mut Value, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        message[key] = value.into();
    }
}
