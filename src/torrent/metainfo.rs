//! Torrent files: an info dictionary with what is said around it (BEP 3, 12 and 19).

use super::Info;
use super::bencode::{self, BencodeError, DictEncoder, Value, encode_bytes, encode_list};

/// The most trackers, and the most web seeds, that are read from a file.
const MAX_URLS: usize = 64;

/// The longest URL that is read.
const MAX_URL_LEN: usize = 2048;

/// Who wrote a torrent file, for people who look.
const CREATED_BY: &str = concat!("Voice Memos ", env!("CARGO_PKG_VERSION"));

/// A torrent file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metainfo {
    /// What it is made of.
    pub info: Info,
    /// URLs of trackers, in order, each once. Tiers (BEP 12) are not told apart.
    pub trackers: Vec<String>,
    /// URLs of web seeds (BEP 19).
    pub web_seeds: Vec<String>,
}

/// Why an info dictionary or a torrent file cannot be used. The torrent's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetainfoError {
    /// It is longer than is accepted.
    #[error("the torrent's metadata is too large")]
    TooLarge,
    /// It is not bencode.
    #[error("the torrent's metadata cannot be read: {0}")]
    Bencode(#[from] BencodeError),
    /// It is not a dictionary.
    #[error("the torrent's metadata is not a dictionary")]
    NotADictionary,
    /// A key is not there, or has not the type that it should have.
    #[error("the torrent's metadata has no usable \"{0}\"")]
    Missing(&'static str),
    /// The piece length is missing, zero, negative, or more than fits in memory.
    #[error("the torrent's piece length cannot be used")]
    PieceLength,
    /// The hashes are not 20 bytes each.
    #[error("the torrent's piece hashes are cut off")]
    Hashes,
    /// There are more or fewer pieces than the length asks for.
    #[error("the torrent's number of pieces does not match its length")]
    PieceCount,
    /// A length is negative or too large, or is not the length of the bytes.
    #[error("the torrent's length is wrong")]
    Length,
    /// It has no hashes of the first version of BitTorrent (BEP 52).
    #[error("the torrent is for BitTorrent v2 alone, which browsers do not speak")]
    SecondVersion,
    /// The list of files is empty, or a file has no path.
    #[error("the torrent's list of files cannot be read")]
    Files,
}

impl Metainfo {
    /// Reads a torrent file.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetainfoError> {
        let value = bencode::decode_lenient(bytes)?;
        let info = value.get("info").ok_or(MetainfoError::Missing("info"))?;
        let tiers = value.get("announce-list").and_then(Value::as_list).unwrap_or_default();
        let listed = tiers.iter().filter_map(Value::as_list).flatten();
        Ok(Self {
            info: Info::parse(info.raw())?,
            trackers: urls(value.get("announce").into_iter().chain(listed)),
            web_seeds: match value.get("url-list") {
                Some(list) if list.as_list().is_some() => urls(list.as_list().into_iter().flatten()),
                single => urls(single),
            },
        })
    }

    /// The bytes of a torrent file.
    pub fn encode(&self) -> Vec<u8> {
        let mut dict = DictEncoder::new().bytes("created by", CREATED_BY).raw("info", self.info.raw());
        if let Some(first) = self.trackers.first() {
            let tiers = self.trackers.iter().map(|url| encode_list([encode_bytes(url)]));
            dict = dict.bytes("announce", first).list("announce-list", tiers);
        }
        if !self.web_seeds.is_empty() {
            dict = dict.list("url-list", self.web_seeds.iter().map(encode_bytes));
        }
        dict.encode()
    }
}

fn urls<'v, 'a: 'v>(values: impl IntoIterator<Item = &'v Value<'a>>) -> Vec<String> {
    let mut urls: Vec<String> = Vec::new();
    for url in values.into_iter().filter_map(Value::as_str) {
        let usable = !url.is_empty() && url.len() <= MAX_URL_LEN && urls.len() < MAX_URLS;
        if usable && !urls.iter().any(|known| known == url) {
            urls.push(url.to_owned());
        }
    }
    urls
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::InfoBuilder;

    fn info() -> Info {
        InfoBuilder::new("empty.webm", 0).finish().expect("an empty torrent")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let metainfo = Metainfo {
            info: info(),
            trackers: vec!["wss://a.example/".into(), "wss://b.example/".into()],
            web_seeds: vec!["https://c.example/memo.webm".into()],
        };
        assert_eq!(Metainfo::parse(&metainfo.encode()), Ok(metainfo));
    }

    #[test]
    fn the_infohash_is_that_of_the_slice() {
        let sloppy = b"d4:infod6:lengthi00e4:name1:x12:piece lengthi16384e6:pieces0:ee";
        let metainfo = Metainfo::parse(sloppy).expect("leniently");
        assert_eq!(metainfo.info.raw(), &sloppy[7..sloppy.len() - 1]);
    }

    #[test]
    fn web_seeds_come_as_a_list_a_text_or_nothing() {
        let web_seeds = |dict: DictEncoder| {
            Metainfo::parse(&dict.raw("info", info().raw()).encode()).expect("a torrent file").web_seeds
        };
        assert_eq!(web_seeds(DictEncoder::new().bytes("url-list", "https://a")), ["https://a"]);
        assert_eq!(web_seeds(DictEncoder::new().bytes("url-list", "")), [""; 0]);
        assert_eq!(web_seeds(DictEncoder::new().list("url-list", [])), [""; 0]);
        assert_eq!(
            web_seeds(DictEncoder::new().list("url-list", ["https://a", "https://b"].map(encode_bytes))).len(),
            2
        );
    }

    #[test]
    fn trackers_are_bounded_and_each_is_named_once() {
        let tier = |url: String| encode_list([encode_bytes(&url), encode_bytes("wss://first")]);
        let tiers = (0..1000).map(|number| tier(format!("wss://{number}")));
        let dict =
            DictEncoder::new().raw("info", info().raw()).bytes("announce", "wss://first").list("announce-list", tiers);
        let trackers = Metainfo::parse(&dict.encode()).expect("a torrent file").trackers;
        assert_eq!((trackers.len(), trackers[0].as_str(), trackers[1].as_str()), (MAX_URLS, "wss://first", "wss://0"));
    }

    #[test]
    fn a_file_without_an_info_dictionary_is_refused() {
        assert_eq!(Metainfo::parse(b"de"), Err(MetainfoError::Missing("info")));
        assert_eq!(Metainfo::parse(b"d4:infoi1ee"), Err(MetainfoError::NotADictionary));
    }
}
