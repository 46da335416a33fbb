//! Magnet links (BEP 9 and 53): liberal in what is read, careful in what is written.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use super::InfoHash;

/// The longest link that is looked at. A link with every known tracker and web seed has about 2 KB.
pub const MAX_MAGNET_LEN: usize = 16 * 1024;

/// The most trackers, and the most web seeds, that are taken from one link.
const MAX_URLS: usize = 64;

/// The longest URL in a link.
const MAX_URL_LEN: usize = 2048;

/// The longest name in a link, in bytes: what file systems take.
const MAX_NAME_LEN: usize = 255;

/// A link to a torrent. Its [`Display`](fmt::Display) form holds nothing that a JavaScript client would misread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Magnet {
    /// The torrent.
    pub info_hash: InfoHash,
    /// What to call it until its metadata is here (`dn`).
    pub name: Option<String>,
    /// URLs of trackers (`tr`), each once, of any scheme.
    pub trackers: Vec<String>,
    /// URLs of web seeds (`ws`).
    pub web_seeds: Vec<String>,
}

/// Why a text is not a magnet link that can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMagnet {
    /// It does not begin with `magnet:?`.
    #[error("this is not a magnet link")]
    Scheme,
    /// It names no torrent by its BitTorrent v1 infohash.
    #[error("the link names no torrent: it has no valid infohash")]
    NoInfoHash,
    /// It is longer than [`MAX_MAGNET_LEN`].
    #[error("the link is too long")]
    TooLong,
}

impl Magnet {
    /// A link with nothing but the infohash.
    pub fn new(info_hash: InfoHash) -> Self {
        Self { info_hash, name: None, trackers: Vec::new(), web_seeds: Vec::new() }
    }
}

impl FromStr for Magnet {
    type Err = InvalidMagnet;

    fn from_str(text: &str) -> Result<Self, InvalidMagnet> {
        let text = text.trim();
        if text.len() > MAX_MAGNET_LEN {
            return Err(InvalidMagnet::TooLong);
        }
        let query = strip_scheme(text).ok_or(InvalidMagnet::Scheme)?;
        let mut info_hash = None;
        let mut name = None;
        let (mut trackers, mut web_seeds) = (Vec::new(), Vec::new());
        for pair in query.split('&') {
            let Some((key, value)) = pair.split_once('=') else { continue };
            // The first of `xt`, `xt.1`, ... that is a v1 infohash; JavaScript reads `xt` only.
            match key.split('.').next().unwrap_or(key) {
                "xt" if info_hash.is_none() => info_hash = exact_topic(&percent_decode(value)),
                "dn" if name.is_none() => name = display_name(value),
                "tr" => add_url(&mut trackers, value),
                "ws" => add_url(&mut web_seeds, value),
                _ => {}
            }
        }
        Ok(Self { info_hash: info_hash.ok_or(InvalidMagnet::NoInfoHash)?, name, trackers, web_seeds })
    }
}

impl fmt::Display for Magnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "magnet:?xt=urn:btih:{}", self.info_hash)?;
        if let Some(name) = &self.name {
            write!(f, "&dn={}", percent_encode(name).replace("%20", "+"))?;
        }
        self.trackers.iter().try_for_each(|url| write!(f, "&tr={}", percent_encode(url)))?;
        self.web_seeds.iter().try_for_each(|url| write!(f, "&ws={}", percent_encode(url)))
    }
}

/// What follows `magnet:?`, in any case, also after the `stream-` of web+stream players.
fn strip_scheme(text: &str) -> Option<&str> {
    ["magnet:?", "stream-magnet:?"].into_iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// The infohash of `urn:btih:...`.
fn exact_topic(value: &str) -> Option<InfoHash> {
    let (urn, hash) = value.split_at_checked("urn:btih:".len())?;
    if !urn.eq_ignore_ascii_case("urn:btih:") {
        return None;
    }
    hash.trim().parse().ok()
}

/// A `+` is a space only if it was not written as `%2B`. (JavaScript loses both.)
fn display_name(value: &str) -> Option<String> {
    let mut name = percent_decode(&value.replace('+', " "));
    let end = (0..=name.len().min(MAX_NAME_LEN)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    name.truncate(end);
    (!name.is_empty()).then_some(name)
}

fn add_url(urls: &mut Vec<String>, value: &str) {
    let url = percent_decode(value);
    let usable = !url.is_empty() && url.len() <= MAX_URL_LEN && urls.len() < MAX_URLS;
    if usable && !urls.contains(&url) {
        urls.push(url);
    }
}

/// Undoes percent-encoding. What is not a valid escape stays as it is; what is not UTF-8 becomes U+FFFD.
pub(crate) fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let escaped = match bytes.get(at + 1..at + 3) {
            Some(&[high, low]) if byte == b'%' => hex_digit(high).zip(hex_digit(low)),
            _ => None,
        };
        decoded.push(escaped.map_or(byte, |(high, low)| high << 4 | low));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Does what `encodeURIComponent` does.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')' => encoded.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => encoded.push(char::from(byte)),
            // Writing to a String cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
    }
    encoded
}

fn hex_digit(character: u8) -> Option<u8> {
    char::from(character).to_digit(16).map(|digit| digit as u8)
}
