//! The share link: made carefully, read generously.
//!
//! People paste what their messenger left of a link: encoded once more, cut out of a sentence, without its front, with several
//! in one. What counts is found by what it looks like, not by where it stands.

use crate::torrent::{InfoHash, Magnet, percent_decode, percent_encode};
use crate::words::{number, words};

/// The longest text that is looked at. A link with every known tracker has about 2 KB.
pub const MAX_LINK_LEN: usize = 16 * 1024;

/// The most memos that one text may bring.
pub const MAX_MEMOS: usize = 64;

/// How often a magnet may have been percent-encoded.
const MAX_ENCODINGS: usize = 2;

/// How deep a link may be wrapped in another: by a protocol handler, and by the share sheet around it.
const MAX_WRAPPINGS: usize = 3;

/// The most trackers that stay when one memo is named several times.
const MAX_TRACKERS: usize = 64;

/// Why a text is not a memo link: the sentence that the page shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// There is nothing in it.
    #[error("{}", words().links.empty)]
    Empty,
    /// It does not look like a link at all.
    #[error("{}", words().links.no_link)]
    NoLink,
    /// It looks like one, and the part that says which memo is missing or damaged.
    #[error("{}", words().links.damaged)]
    Damaged,
    /// More than [`MAX_LINK_LEN`].
    #[error("{}", words().links.too_long)]
    TooLong,
    /// More than [`MAX_MEMOS`].
    #[error("{}", words().links.too_many.with([&number(MAX_MEMOS)]))]
    TooMany,
}

/// The link to hand out: `<origin>/share?seeds=<magnet, percent-encoded>`.
pub fn share_link(origin: &str, magnet: &Magnet) -> String {
    let mut seeds = percent_encode(&magnet.to_string());
    // A full stop or a bracket at the end would be taken for the sentence's, here and by every messenger.
    if let Some(last) = seeds.chars().last().filter(|last| !last.is_ascii_alphanumeric()) {
        seeds.pop();
        seeds.push_str(&format!("%{:02X}", u32::from(last)));
    }
    format!("{}/share?seeds={seeds}", origin.trim_end_matches('/'))
}

/// Every memo that a text names, each once, in its order.
///
/// Reads whole links, their query or fragment alone, magnets (encoded up to twice, or not at all inside of a link), bare
/// infohashes, `web+voicememo:` and instant.io links, and any of these among other words.
pub fn parse_link(text: &str) -> Result<Vec<Magnet>, LinkError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(LinkError::Empty);
    }
    if text.len() > MAX_LINK_LEN {
        return Err(LinkError::TooLong);
    }
    let mut found = Found::default();
    found.read_text(text, MAX_WRAPPINGS);
    match found {
        Found { too_many: true, .. } => Err(LinkError::TooMany),
        Found { magnets, .. } if !magnets.is_empty() => Ok(magnets),
        Found { looked_like_one: true, .. } => Err(LinkError::Damaged),
        _ => Err(LinkError::NoLink),
    }
}

/// What was found so far.
#[derive(Debug, Default)]
struct Found {
    magnets: Vec<Magnet>,
    /// Something was meant to be a memo link and could not be used.
    looked_like_one: bool,
    too_many: bool,
}

impl Found {
    /// Any text.
    fn read_text(&mut self, text: &str, wrappings: usize) {
        // A magnet that was never encoded may have spaces in its name.
        if is_magnet(text) && text.to_ascii_lowercase().matches("magnet:").count() == 1 {
            return self.read_magnet(text);
        }
        for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '|')) {
            self.read_word(word.trim_matches(['<', '>', '(', ')', '[', ']', '"', '\'', '.', '!']), wrappings);
        }
    }

    /// Text without spaces.
    fn read_word(&mut self, word: &str, wrappings: usize) {
        if let Ok(info_hash) = word.parse::<InfoHash>() {
            self.add(Magnet::new(info_hash));
        } else if let Some(magnet) = decoded_magnet(word) {
            self.read_magnet(&magnet);
        } else if let Some(wrapped) = strip_own_scheme(word) {
            self.looked_like_one = true;
            self.unwrap(wrapped, wrappings);
        } else {
            let (front, fragment) = word.split_once('#').unwrap_or((word, ""));
            // A query that was pasted alone may lack its question mark.
            let query = front.split_once('?').map_or(front, |(_, query)| query);
            self.read_parameters(query, wrappings);
            self.read_parameters(fragment.trim_start_matches(['/', '?', '!']), wrappings);
        }
    }

    /// The part of a link behind `?` or `#`.
    fn read_parameters(&mut self, parameters: &str, wrappings: usize) {
        if parameters.is_empty() {
            return;
        }
        if let Ok(info_hash) = parameters.parse::<InfoHash>() {
            return self.add(Magnet::new(info_hash));
        }
        if let Some(magnet) = decoded_magnet(parameters) {
            return self.read_magnet(&magnet);
        }
        let mut pairs = parameters.split('&').peekable();
        while let Some(pair) = pairs.next() {
            let Some((key, value)) = pair.split_once('=') else { continue };
            let is_seeds = percent_decode(key).eq_ignore_ascii_case("seeds");
            self.looked_like_one |= is_seeds;
            if is_magnet(value) {
                // Not encoded: the link's own separators cut it into pieces, which belong together up to the next memo.
                let mut magnet = value.to_owned();
                while let Some(part) = pairs.next_if(|pair| is_magnet_parameter(pair)) {
                    magnet.push('&');
                    magnet.push_str(part);
                }
                self.read_magnet(&magnet);
            } else if is_seeds {
                self.unwrap(value, wrappings);
            } else if let Some(magnet) = decoded_magnet(value) {
                self.read_magnet(&magnet);
            }
        }
    }

    /// A value that may hold anything that a text may, encoded.
    fn unwrap(&mut self, value: &str, wrappings: usize) {
        if wrappings == 0 {
            return;
        }
        if let Some(magnet) = decoded_magnet(value) {
            return self.read_magnet(&magnet);
        }
        let before = self.magnets.len();
        for part in value.split('+') {
            let mut part = part.to_owned();
            for _ in 0..=MAX_ENCODINGS {
                self.read_text(part.trim_start_matches('/'), wrappings - 1);
                let decoded = percent_decode(&part);
                if self.magnets.len() > before || decoded == part {
                    break;
                }
                part = decoded;
            }
        }
    }

    /// One or several magnets, one behind the other, as they should be.
    fn read_magnet(&mut self, text: &str) {
        self.looked_like_one = true;
        for magnet in split_magnets(text) {
            // A link may end in a fragment; a magnet has none.
            let magnet = magnet.split('#').next().unwrap_or(magnet);
            if let Ok(magnet) = magnet.parse() {
                self.add(magnet);
            }
        }
    }

    fn add(&mut self, magnet: Magnet) {
        if let Some(known) = self.magnets.iter_mut().find(|known| known.info_hash == magnet.info_hash) {
            let merge = |known: &mut Vec<String>, urls: Vec<String>| {
                let new: Vec<String> = urls.into_iter().filter(|url| !known.contains(url)).collect();
                known.extend(new);
                known.truncate(MAX_TRACKERS);
            };
            merge(&mut known.trackers, magnet.trackers);
            merge(&mut known.web_seeds, magnet.web_seeds);
            known.name = known.name.take().or(magnet.name);
            // Whoever names it without a choice means all of it.
            known.files = known.files.take().zip(magnet.files).map(|(one, other)| one.union(&other));
        } else if self.magnets.len() == MAX_MEMOS {
            self.too_many = true;
        } else {
            self.magnets.push(magnet);
        }
    }
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|front| front.eq_ignore_ascii_case(start))
}

fn is_magnet(text: &str) -> bool {
    starts_with(text, "magnet:") || starts_with(text, "stream-magnet:")
}

/// The magnet that a text is, once it is decoded as often as needed and no more: what is encoded inside of it must stay so.
fn decoded_magnet(text: &str) -> Option<String> {
    let mut text = text.to_owned();
    for _ in 0..MAX_ENCODINGS {
        if is_magnet(&text) {
            break;
        }
        // A form turns the spaces that a share sheet put in front into `+`.
        text = percent_decode(&text).trim_start_matches(|c: char| c.is_whitespace() || c == '+').to_owned();
    }
    is_magnet(&text).then_some(text)
}

/// What follows `web+voicememo:` or the name that the browser's form made of it.
fn strip_own_scheme(text: &str) -> Option<&str> {
    ["web+voicememo:", "web%2Bvoicememo:", "web%2Bvoicememo%3A", "web+voicememo%3A"]
        .into_iter()
        .find(|scheme| starts_with(text, scheme))
        .map(|scheme| text[scheme.len()..].trim_start_matches('/'))
}

/// Whether a `key=value` in a link is a part of the magnet in front of it.
fn is_magnet_parameter(pair: &str) -> bool {
    const KEYS: [&str; 11] = ["xt", "dn", "tr", "ws", "xs", "as", "xl", "so", "kt", "x", "ix"];
    let key = pair.split(['=', '.']).next().unwrap_or("");
    KEYS.iter().any(|known| key.eq_ignore_ascii_case(known))
}

/// Cuts where the next magnet begins.
fn split_magnets(text: &str) -> impl Iterator<Item = &str> {
    let lower = text.to_ascii_lowercase();
    let is_start = |&at: &usize| !lower[..at].ends_with("stream-");
    let mut starts: Vec<usize> = lower.match_indices("magnet:?").map(|(at, _)| at).filter(is_start).collect();
    starts.extend(lower.match_indices("stream-magnet:?").map(|(at, _)| at));
    starts.sort_unstable();
    starts.push(text.len());
    let cuts: Vec<(usize, usize)> = starts.windows(2).map(|pair| (pair[0], pair[1])).collect();
    cuts.into_iter().map(|(from, to)| text[from..to].trim_end_matches([' ', '\n', '\r', '\t', ',', ';', '|', '+', '&']))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "f7079c66cca02ab45934b9868572060010dfc97e";
    const BASE32: &str = "64dzyzwmuavliwjuxgdik4qgaain7sl6";
    const OTHER: &str = "aad050ee1bb22e196939547b134535824dabf0ce";
    const TRACKER: &str = "wss://tracker.example/announce?a=b&c=d";

    fn magnet() -> Magnet {
        Magnet {
            info_hash: HEX.parse().expect("a hash"),
            name: Some("Tuesday morning, 07.31.webm".into()),
            trackers: vec![TRACKER.into(), "wss://second.example/".into()],
            web_seeds: vec![],
            files: None,
        }
    }

    fn check(text: &str, expected: &[Magnet]) {
        assert_eq!(parse_link(text).as_deref(), Ok(expected), "{text}");
    }

    fn hashes(text: &str) -> Vec<String> {
        let magnets = parse_link(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        magnets.iter().map(|magnet| magnet.info_hash.to_string()).collect()
    }

    #[test]
    fn a_link_ends_with_nothing_that_a_sentence_could_claim() {
        for end in ["a.", "a!", "a)", "a'", "a~", "a%", "a"] {
            let shared = Magnet { trackers: vec![format!("wss://{end}")], ..magnet() };
            let link = share_link("https://memos.example", &shared);
            assert!(link.ends_with(|last: char| last.is_ascii_alphanumeric()), "{link}");
            assert_eq!(parse_link(&format!("Listen: {link}.")), Ok(vec![shared]));
        }
    }

    #[test]
    fn a_shared_link_is_read_as_it_was_made() {
        let link = share_link("https://memos.example/", &magnet());
        assert!(link.starts_with("https://memos.example/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3Af7079c"), "{link}");
        assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "one word, so that messengers keep it whole: {link}");
        check(&link, &[magnet()]);
    }

    #[test]
    fn whatever_happened_to_a_link_it_names_the_same_memo() {
        let plain = magnet().to_string();
        let (once, twice) = (percent_encode(&plain), percent_encode(&percent_encode(&plain)));
        for text in [
            plain.clone(),
            once.clone(),
            twice.clone(),
            format!("\n  {plain} \n"),
            format!("https://memos.example/share?seeds={once}"),
            format!("https://memos.example/share?seeds={twice}"),
            format!("https://memos.example/share?seeds={plain}"),
            format!("https://memos.example/share?SEEDS={}", once.replace("%3A", "%3a")),
            format!("https://memos.example/share#seeds={once}"),
            format!("https://memos.example/share#seeds={plain}"),
            format!("https://memos.example/share?seeds=#seeds={once}"),
            format!("https://memos.example/share#{plain}"),
            format!("https://memos.example/share?{plain}"),
            format!("https://memos.example/share?x=1&seeds={once}&utm_source=chat#k=AAAA"),
            format!("https://memos.example/share?seeds={plain}&utm_source=chat"),
            format!("?seeds={once}#k=AAAA"),
            format!("seeds={once}"),
            format!("#seeds={once}"),
            format!("/share?seeds={once}"),
            format!("web+voicememo:{once}"),
            format!("web+voicememo:{plain}"),
            format!("web+voicememo://share?seeds={once}"),
            format!("web+voicememo:https://memos.example/share?seeds={once}"),
            format!("https://memos.example/share?seeds=web%2Bvoicememo%3A{once}"),
            format!("https://memos.example/share?seeds=web%2Bvoicememo%3A{twice}"),
            format!(
                "https://memos.example/share?seeds={}",
                percent_encode(&share_link("https://memos.example", &magnet()))
            ),
            format!("Listen to this: <https://memos.example/share?seeds={once}>!"),
            format!("\"https://memos.example/share?seeds={once}\", he said"),
            format!("stream-{plain}"),
            plain.replace("magnet:", "MAGNET:"),
            plain.replace(HEX, BASE32),
            plain.replace(HEX, &HEX.to_uppercase()),
            plain.replace('+', " "),
            format!("https://memos.example/share?seeds={}", once.replace("%2B", "+")),
            format!("https://memos.example/share?seeds=+{once}"),
        ] {
            check(&text, &[magnet()]);
        }
    }

    #[test]
    fn a_bare_infohash_is_a_memo_without_trackers() {
        let bare = [Magnet::new(HEX.parse().expect("a hash"))];
        for text in [
            HEX.to_owned(),
            HEX.to_uppercase(),
            BASE32.to_owned(),
            format!("https://instant.io/#{HEX}"),
            format!("https://memos.example/share?seeds={HEX}"),
            format!("https://memos.example/share#{HEX}"),
            format!("https://memos.example/share#seeds={BASE32}"),
            format!("web+voicememo:{HEX}"),
            format!("web+voicememo://{HEX}"),
            format!("instant.io/#{HEX}"),
        ] {
            check(&text, &bare);
        }
    }

    #[test]
    fn one_text_can_name_several_memos() {
        let plain = magnet().to_string();
        let second = format!("magnet:?xt=urn:btih:{OTHER}&tr=wss%3A%2F%2Fthird.example");
        let third = "0".repeat(40);
        let expected = [HEX.to_owned(), OTHER.to_owned(), third.clone()];
        for text in [
            format!(
                "https://m.example/share?seeds={}&seeds={}&seeds={third}",
                percent_encode(&plain),
                percent_encode(&second)
            ),
            format!("https://m.example/share?seeds={plain}&seeds={second}&seeds={third}"),
            format!("https://m.example/share?seeds={plain}&seeds={}#seeds={third}", percent_encode(&second)),
            format!("{plain}\n{second}\n{third}"),
            format!("{HEX} {OTHER},{third}"),
            format!("?seeds={HEX}+{OTHER}+{third}"),
            format!("?seeds={HEX}%20{OTHER}%2C{third}"),
            format!(
                "first https://m.example/share?seeds={HEX} then https://m.example/share?seeds={OTHER} and {third}."
            ),
        ] {
            assert_eq!(hashes(&text), expected, "{text}");
        }
        let read = parse_link(&format!("?seeds={plain}&seeds={second}")).expect("two memos");
        assert_eq!(read[0], magnet(), "each keeps its own trackers");
        assert_eq!(read[1].trackers, ["wss://third.example"]);
    }

    #[test]
    fn a_memo_that_is_named_twice_comes_once_with_all_its_trackers() {
        let text = format!("{HEX} magnet:?xt=urn:btih:{BASE32}&tr={} {}", percent_encode("wss://x.example"), magnet());
        let read = parse_link(&text).expect("a memo");
        assert_eq!(read.len(), 1);
        assert_eq!(read[0].trackers, ["wss://x.example", TRACKER, "wss://second.example/"]);
        assert_eq!(read[0].name, magnet().name);
    }

    #[test]
    fn what_is_no_memo_link_says_why() {
        let cases = [
            (String::new(), LinkError::Empty),
            (" \n ".into(), LinkError::Empty),
            ("hello there".into(), LinkError::NoLink),
            ("https://example.com/?q=cats#top".into(), LinkError::NoLink),
            ("%%%%%&&&===###???".into(), LinkError::NoLink),
            ("https://memos.example/".into(), LinkError::NoLink),
            ("https://memos.example/share".into(), LinkError::NoLink),
            ("https://memos.example/share?seeds=".into(), LinkError::Damaged),
            ("https://memos.example/share?seeds=hello".into(), LinkError::Damaged),
            ("magnet:?xt=urn:btih:f7079c66cca02ab459".into(), LinkError::Damaged),
            ("https://memos.example/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3Af7079c66".into(), LinkError::Damaged),
            ("magnet%3A%3Fxt%3".into(), LinkError::Damaged),
            ("magnet:?dn=x".into(), LinkError::Damaged),
            ("web+voicememo:nothing".into(), LinkError::Damaged),
            (format!("https://memos.example/share?seeds={HEX}0"), LinkError::Damaged),
            ("x".repeat(10_000), LinkError::NoLink),
            ("? ".repeat(5_000), LinkError::NoLink),
            ("x".repeat(MAX_LINK_LEN + 1), LinkError::TooLong),
            ((0..65).map(|n| format!("{n:040x} ")).collect(), LinkError::TooMany),
        ];
        for (text, error) in cases {
            assert_eq!(parse_link(&text), Err(error), "{}", &text[..text.len().min(80)]);
        }
    }

    #[test]
    fn sixty_four_memos_are_not_too_many() {
        let text: String = (0..64).map(|n| format!("{n:040x} ")).collect();
        assert_eq!(hashes(&text).len(), 64);
    }

    #[test]
    fn links_wrapped_in_links_end() {
        let mut text = HEX.to_owned();
        for _ in 0..20 {
            text = format!("web+voicememo:{text}");
        }
        assert_eq!(parse_link(&text), Err(LinkError::Damaged));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,300}", pieces in proptest::collection::vec(0..12_usize, 0..20)) {
            let _ = parse_link(&text);
            let words = ["magnet:?", "xt=urn:btih:", HEX, "&", "seeds=", "%", "%25", "#", "?", "stream-", "web+voicememo:", "é"];
            let _ = parse_link(&pieces.into_iter().map(|piece| words[piece]).collect::<String>());
        }

        /// Of a clean name: what misleads, and what file systems would mistake, does not survive being read.
        #[test]
        fn every_magnet_survives_its_link(hash in any::<[u8; 20]>(), name in "[^\\p{C}\\p{Zl}\\p{Zp}/\\\\.]{1,40}", path in "[a-z&=?#%+ é]{0,20}") {
            let name = name.trim();
            let magnet = Magnet {
                info_hash: InfoHash::new(hash),
                name: (!name.is_empty()).then(|| name.to_owned()),
                trackers: vec![format!("wss://tracker.example/{path}")],
                web_seeds: vec![],
            files: None,
            };
            let link = share_link("http://localhost:8080", &magnet);
            prop_assert_eq!(parse_link(&link), Ok(vec![magnet.clone()]));
            prop_assert_eq!(parse_link(&percent_encode(&magnet.to_string())), Ok(vec![magnet]));
        }
    }
}
