//! What a tracker sends: replies, and what other clients offered and answered.

use serde_json::{Map, Value, json};

use super::fields::{Fields, binary, bytes_of, clamp, put, sdp, whole};
use super::{MAX_SCRAPE, OfferId, Problem};
use crate::torrent::{InfoHash, PeerId};

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

impl AnnounceReply {
    /// How long to wait before the next announce, if the tracker said anything usable.
    pub fn reannounce_after_s(&self) -> Option<u32> {
        [self.interval_s, self.min_interval_s].into_iter().flatten().find(|interval| *interval > 0)
    }

    pub(super) fn read(fields: &Fields) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            complete: fields.count("complete"),
            incomplete: fields.count("incomplete"),
            interval_s: fields.count("interval"),
            min_interval_s: fields.count("min interval"),
            warning: fields.text("warning message"),
            tracker_id: fields.token("tracker id"),
        })
    }

    pub(super) fn write(&self) -> Value {
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
    pub(super) fn read(fields: &Fields, key: &'static str) -> Result<Self, Problem> {
        Ok(Self {
            info_hash: fields.info_hash()?,
            peer_id: fields.peer_id("peer_id")?,
            offer_id: fields.offer_id()?,
            sdp: sdp(&fields.0, key)?,
        })
    }

    pub(super) fn write(&self, key: &str) -> Value {
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
    pub(super) fn read(fields: &Fields) -> Result<Self, Problem> {
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

    pub(super) fn write(&self) -> Value {
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
