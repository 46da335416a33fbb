//! The WebSocket tracker protocol: one JSON object per message (bittorrent-tracker's dialect, BEP 48 for scrape).
//!
//! Both directions are read and written here, because the engine is a client and the server is a tracker. Twenty-byte names
//! travel as "binary strings": each byte is the code point of the same number.

mod client;
mod fields;
mod reply;
#[cfg(test)]
mod tests;

use serde_json::json;

pub use self::client::{Announce, AnnounceEvent, Answer, MAX_OFFERS, MAX_OFFERS_LEN, Offer, UNKNOWN_LEFT};
use self::fields::{Fields, binary, put};
pub use self::reply::{AnnounceReply, Relayed, ScrapeCounts, ScrapeReply};
use super::InfoHash;

/// The longest message that is read: ten offers with many candidates each. aquatic and wt-tracker stop at 64 KiB.
pub const MAX_MESSAGE_LEN: usize = 128 * 1024;

/// The most torrents of one scrape; the rest is dropped. aquatic has the same limit.
const MAX_SCRAPE: usize = 255;

/// The most bytes of infohashes in one scrape: with the rest it stays under 12 KiB, like everything that is sent.
const MAX_SCRAPE_LEN: usize = 11 * 1024;

/// How many of these torrents fit into one scrape.
pub(super) fn scraped_together(torrents: &[InfoHash]) -> usize {
    let mut room = MAX_SCRAPE_LEN;
    let fits = |torrent: &&InfoHash| {
        let length = serde_json::Value::from(binary(torrent.as_bytes())).to_string().len() + 1;
        let fits = length <= room;
        room -= length.min(room);
        fits
    };
    torrents.iter().take(MAX_SCRAPE).take_while(fits).count().max(1)
}

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
            "announce" if fields.has("answer") => Ok(Self::Answer(Answer::read(fields)?)),
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
                let hashes: Vec<_> = hashes.iter().take(MAX_SCRAPE).map(|hash| binary(hash.as_bytes())).collect();
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
                "announce" if fields.has("offer") => Ok(Self::Offer(Relayed::read(fields, "offer")?)),
                "announce" if fields.has("answer") => Ok(Self::Answer(Relayed::read(fields, "answer")?)),
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
