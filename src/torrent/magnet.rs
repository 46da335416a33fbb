//! Magnet links (BEP 9 and 53): liberal in what is read, careful in what is written.

use std::fmt;
use std::fmt::Write as _;
use std::str::FromStr;

use super::name::clean_name;
use super::{FileSelection, InfoHash};

/// The longest link that is looked at. A link with every known tracker and web seed has about 2 KB.
pub const MAX_MAGNET_LEN: usize = 16 * 1024;

/// The most trackers, and the most web seeds, that are taken from one link.
const MAX_URLS: usize = 64;

/// The longest URL in a link.
const MAX_URL_LEN: usize = 2048;

/// A link to a torrent. Its [`Display`](fmt::Display) form holds nothing that a JavaScript client would misread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Magnet {
    /// The torrent.
    pub info_hash: InfoHash,
    /// What to call it until its metadata is here (`dn`), cleaned for display.
    pub name: Option<String>,
    /// URLs of trackers (`tr`), each once, of any scheme.
    pub trackers: Vec<String>,
    /// URLs of web seeds (`ws`, or `as`).
    pub web_seeds: Vec<String>,
    /// Which of several files are meant (`so`, BEP 53); all of them when it does not say.
    pub files: Option<FileSelection>,
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
        Self { info_hash, name: None, trackers: Vec::new(), web_seeds: Vec::new(), files: None }
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
        let (mut info_hash, mut numbered_info_hash) = (None, None);
        let mut name = None;
        let (mut trackers, mut web_seeds, mut files) = (Vec::new(), Vec::new(), None);
        for pair in query.split('&') {
            // Links copied out of a page's source have `&amp;` between their pairs.
            let Some((key, value)) = pair.trim_start_matches("amp;").split_once('=') else { continue };
            match key.split('.').next().unwrap_or(key) {
                // Of several the last counts, as in JavaScript, which does not read `xt.1` at all.
                "xt" if key == "xt" => info_hash = exact_topic(value).or(info_hash),
                "xt" => numbered_info_hash = numbered_info_hash.or_else(|| exact_topic(value)),
                "dn" if name.is_none() => name = display_name(value),
                "tr" => add_url(&mut trackers, value),
                "so" => files = FileSelection::parse(&percent_decode(value)).or(files),
                "ws" | "as" => add_url(&mut web_seeds, value),
                _ => {}
            }
        }
        let info_hash = info_hash.or(numbered_info_hash).ok_or(InvalidMagnet::NoInfoHash)?;
        Ok(Self { info_hash, name, trackers, web_seeds, files })
    }
}

impl fmt::Display for Magnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "magnet:?xt=urn:btih:{}", self.info_hash)?;
        if let Some(name) = &self.name {
            write!(f, "&dn={}", percent_encode(name).replace("%20", "+"))?;
        }
        self.trackers.iter().try_for_each(|url| write!(f, "&tr={}", percent_encode(url)))?;
        self.web_seeds.iter().try_for_each(|url| write!(f, "&ws={}", percent_encode(url)))?;
        self.files.iter().try_for_each(|files| write!(f, "&so={files}"))
    }
}

/// What follows `magnet:?`, in any case, also after the `stream-` of web+stream players.
fn strip_scheme(text: &str) -> Option<&str> {
    ["magnet:?", "stream-magnet:?"].into_iter().find_map(|scheme| {
        let (head, rest) = text.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}

/// The infohash of `urn:btih:...`, which some encode as a whole.
fn exact_topic(value: &str) -> Option<InfoHash> {
    let value = percent_decode(value);
    let (urn, hash) = value.split_at_checked("urn:btih:".len())?;
    if !urn.eq_ignore_ascii_case("urn:btih:") {
        return None;
    }
    hash.trim().parse().ok()
}

/// A `+` is a space only if it was not written as `%2B`. (JavaScript makes spaces of both.)
fn display_name(value: &str) -> Option<String> {
    clean_name(percent_decode(&value.replace('+', " ")).as_bytes())
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
    percent_encode_bytes(text.as_bytes())
}

/// Does the same to bytes that need not be text.
pub(super) fn percent_encode_bytes(bytes: &[u8]) -> String {
    let mut encoded = String::with_capacity(bytes.len());
    for &byte in bytes {
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

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "aad050ee1bb22e196939547b134535824dabf0ce";

    fn parse(rest: &str) -> Magnet {
        format!("magnet:?xt=urn:btih:{HEX}{rest}").parse().expect("a link with an infohash")
    }

    #[test]
    fn links_are_written_as_webtorrent_writes_them() {
        let magnet = Magnet {
            name: Some("memo one+two & <é>.webm".into()),
            trackers: vec!["wss://t.example/?a=b".into()],
            web_seeds: vec!["https://w.example/(1)".into()],
            files: FileSelection::parse("0,2-4"),
            ..parse("")
        };
        let text = format!(
            "magnet:?xt=urn:btih:{HEX}&dn=memo+one%2Btwo+%26+%3C%C3%A9%3E.webm\
             &tr=wss%3A%2F%2Ft.example%2F%3Fa%3Db&ws=https%3A%2F%2Fw.example%2F(1)&so=0,2-4"
        );
        assert_eq!(magnet.to_string(), text);
        assert_eq!(text.parse(), Ok(magnet));
    }

    #[test]
    fn infohashes_are_found_in_many_forms() {
        let expected = parse("");
        for text in [
            format!("MAGNET:?xt=URN:BTIH:{}", HEX.to_uppercase()),
            format!(" stream-magnet:?xt=urn:btih:{HEX}\n"),
            format!("magnet:?xt.1=urn:btih:{HEX}&xt.2=urn:btmh:1220{HEX}"),
            format!("magnet:?xt=urn:btmh:1220{}&xt=urn:btih:{HEX}", "0".repeat(64)),
            format!("magnet:?xt=urn:btih:{}&xt=urn:btih:{HEX}", "0".repeat(40)),
            format!("magnet:?xt.1=urn:btih:{}&xt=urn:btih:{HEX}", "0".repeat(40)),
            format!("magnet:?dn=&amp;xt=urn%3Abtih%3A{HEX}&&x&=&xl=5"),
            "magnet:?xt=urn:btih:VLIFB3Q3WIXBS2JZKR5RGRJVQJG2X4GO".to_owned(),
        ] {
            assert_eq!(text.parse(), Ok(expected.clone()), "{text}");
        }
    }

    #[test]
    fn links_without_a_torrent_say_so() {
        for (text, error) in [
            ("", InvalidMagnet::Scheme),
            ("hello", InvalidMagnet::Scheme),
            ("magnet:", InvalidMagnet::Scheme),
            ("ééééééééé", InvalidMagnet::Scheme),
            ("magnet:?", InvalidMagnet::NoInfoHash),
            ("magnet:?xt=urn:btih:===", InvalidMagnet::NoInfoHash),
            ("magnet:?xt=?dn=", InvalidMagnet::NoInfoHash),
            ("magnet:?xt=urn:btih:aad050ee1bb22e196939547b134535824dabf0c", InvalidMagnet::NoInfoHash),
            ("magnet:?xt=urn:btih:aad050ee1bb22e196939547b134535824dabf0cef", InvalidMagnet::NoInfoHash),
            ("magnet:?xt=urn:sha1:aad050ee1bb22e196939547b134535824dabf0ce", InvalidMagnet::NoInfoHash),
            (&"magnet:?".repeat(3000), InvalidMagnet::TooLong),
        ] {
            assert_eq!(text.parse::<Magnet>(), Err(error), "{text:.60}");
        }
    }

    #[test]
    fn names_are_decoded_and_cleaned() {
        for (encoded, name) in [
            ("memo+one", Some("memo one")),
            ("memo%20one%2Btwo", Some("memo one+two")),
            ("%C3%A9t%C3%A9", Some("été")),
            ("été", Some("été")),
            ("100%", Some("100%")),
            ("%zz%4", Some("%zz%4")),
            ("%ff", Some("\u{fffd}")),
            ("a=b", Some("a=b")),
            ("%2e%2e%2fx%0a%e2%80%ae", Some(".._x")),
            ("", None),
        ] {
            assert_eq!(parse(&format!("&dn={encoded}")).name.as_deref(), name, "{encoded}");
        }
    }

    #[test]
    fn trackers_are_kept_in_order_each_once_encoded_or_not() {
        let magnet =
            parse("&tr=wss%3A%2F%2Fa&tr=&tr.1=udp://b:1&tr=wss://a&tr=wss://t.example/?a=b&ws=https://w&as=https://x");
        assert_eq!(magnet.trackers, ["wss://a", "udp://b:1", "wss://t.example/?a=b"]);
        assert_eq!(magnet.web_seeds, ["https://w", "https://x"]);
    }

    #[test]
    fn urls_are_bounded_and_huge_selections_cost_nothing() {
        let many: String = (0..1000).map(|number| format!("&tr=wss://{number}")).collect();
        assert_eq!(parse(&many).trackers.len(), MAX_URLS);
        assert_eq!(parse(&format!("&tr=wss://{}", "a".repeat(MAX_URL_LEN))).trackers, [""; 0]);
        let selected = |rest: &str| parse(rest).files.map(|files| files.to_string());
        assert_eq!(selected("&so=0-4294967295,9-1,5-5,x&x.pe=1.2.3.4:5").as_deref(), Some("0-4294967295"));
        assert_eq!(selected("&so=0%2C2%2C4-6").as_deref(), Some("0,2,4-6"));
        assert_eq!(parse("&so=9-1&so=").files, None, "what selects nothing does not select");
    }
}
