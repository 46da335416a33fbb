//! What a client sends: announces with offers, and answers.

use serde_json::{Value, json};

use super::fields::{Fields, MAX_NUMBER, binary, bytes, put, sdp};
use super::{OfferId, Problem};
use crate::torrent::{InfoHash, PeerId};

/// The most offers that are sent with one announce, as WebTorrent does.
pub const MAX_OFFERS: usize = 5;

/// The most bytes of offers that are sent with one announce. With everything else, escapes included, it stays under 12 KiB; aquatic
/// takes no frame above 16 KiB.
pub const MAX_OFFERS_LEN: usize = 10 * 1024;

/// What is between two offers.
const COMMA: usize = 1;

/// The most offers of one announce that are read; the rest is dropped. libtorrent sends ten.
const MAX_OFFERS_READ: usize = 20;

/// What is announced as `left` while the size is not known. It must not be zero, which means a seeder, and `null` is taken for
/// zero by the reference tracker. libtorrent sends the same.
pub const UNKNOWN_LEFT: u64 = 16 * 1024;

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

impl Announce {
    pub(super) fn read(fields: &Fields) -> Result<Self, Problem> {
        let offers = match fields.0.get("offers") {
            Some(Value::Array(offers)) => {
                // One that cannot be read costs nobody the announce; bittorrent-tracker's own tests send such.
                offers.iter().take(MAX_OFFERS_READ).filter_map(Offer::read).collect()
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
            tracker_id: fields.token("trackerid"),
        })
    }

    pub(super) fn write(&self) -> Value {
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
            let length = offer.to_string().len() + COMMA;
            let fits = length <= room;
            room = room.saturating_sub(length);
            fits
        });
        Value::Array(fitting.collect())
    }
}

impl AnnounceEvent {
    /// Other events exist ("", "update", "paused"). They are no news.
    pub(super) fn read(fields: &Fields) -> Option<Self> {
        let name = fields.0.get("event").and_then(Value::as_str)?;
        [Self::Started, Self::Completed, Self::Stopped].into_iter().find(|event| event.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Completed => "completed",
            Self::Stopped => "stopped",
        }
    }
}

impl Offer {
    /// The bytes that it takes in an announce.
    pub fn encoded_len(&self) -> usize {
        self.write().to_string().len() + COMMA
    }

    pub(super) fn read(value: &Value) -> Option<Self> {
        let fields = value.as_object()?;
        let offer_id = fields.get("offer_id").and_then(bytes)?;
        Some(Self { offer_id: OfferId(offer_id), sdp: sdp(fields, "offer").ok()? })
    }

    pub(super) fn write(&self) -> Value {
        json!({ "offer_id": binary(self.offer_id.as_bytes()), "offer": { "type": "offer", "sdp": self.sdp } })
    }
}

impl Answer {
    pub(super) fn read(fields: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            peer_id: fields.peer_id("peer_id")?,
            to_peer_id: fields.peer_id("to_peer_id")?,
            offer_id: fields.offer_id()?,
            sdp: sdp(&fields.0, "answer")?,
            left: fields.left(),
            tracker_id: fields.token("trackerid"),
        })
    }

    pub(super) fn write(&self) -> Value {
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
