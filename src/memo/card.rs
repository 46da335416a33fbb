//! The card: what a shared memo says about itself before any of its audio is there.
//!
//! It is one more key of the info dictionary, so it arrives with the metadata and is covered by the infohash. Whoever made the
//! link wrote it, so everything in it is checked, cut to size and cleaned.

use super::{Memo, MemoId, Origin, Waveform, clean_mime, clean_notes, clean_title, mime_of_file, title_of_file};
use crate::torrent::Info;
use crate::torrent::bencode::{self, DictEncoder};

/// The key of the card in the info dictionary.
pub const CARD_KEY: &[u8] = b"memo";

/// The largest card that is read: notes of four bytes per character, and room for the rest.
const MAX_LEN: usize = 48 * 1024;

/// The last moment that a browser's `Date` can name. Numbers up to it are exact in JavaScript.
pub(super) const MAX_DATE_MS: u64 = 8_640_000_000_000_000;

/// A month. Something that claims to be longer does not know its length.
pub(super) const MAX_DURATION_MS: u64 = 31 * 24 * 60 * 60 * 1000;

/// What travels with a shared memo. Frozen at the first share.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Card {
    /// Its title.
    pub title: String,
    /// Its notes.
    pub notes: String,
    /// When it was recorded, in Unix milliseconds; 0 when nobody knows.
    pub recorded_at_ms: u64,
    /// Its length; 0 when nobody knows.
    pub duration_ms: u64,
    /// Its type; empty when it is not one of audio.
    pub mime: String,
    /// Its shape.
    pub waveform: Waveform,
}

impl Card {
    /// The card of a memo as it is now: of a trimmed one, that of its part.
    pub fn of(memo: &Memo) -> Self {
        let shape = memo.shape();
        // Without a shape, it is listened to where it arrives.
        let is_no_picture = memo.span().is_some() && shape.is_coarse();
        Self {
            title: clean_title(&memo.title),
            notes: clean_notes(&memo.notes),
            recorded_at_ms: memo.begins_at_ms(),
            duration_ms: memo.length_ms(),
            mime: clean_mime(&memo.mime).unwrap_or_default(),
            waveform: if is_no_picture { Waveform::default() } else { shape },
        }
    }

    /// The bencoded dictionary that goes under [`CARD_KEY`].
    pub fn encode(&self) -> Vec<u8> {
        let integer = |number: u64| i64::try_from(number).unwrap_or(0);
        DictEncoder::new()
            .bytes("title", &self.title)
            .bytes("notes", &self.notes)
            .integer("recorded-at", integer(self.recorded_at_ms))
            .integer("duration", integer(self.duration_ms))
            .bytes("type", &self.mime)
            .bytes("waveform", self.waveform.as_bytes())
            .encode()
    }

    /// The card of a torrent. `None` when it has none, as those of 2016, or one that is not a dictionary.
    pub fn of_info(info: &Info) -> Option<Self> {
        Self::parse(info.extra(CARD_KEY)?)
    }

    /// Reads a bencoded card. What is missing or makes no sense is left empty.
    pub fn parse(raw: &[u8]) -> Option<Self> {
        if raw.len() > MAX_LEN {
            return None;
        }
        let card = bencode::decode_lenient(raw).ok()?;
        card.as_dict()?;
        let bytes = |key: &str| card.get(key).and_then(|value| value.as_bytes()).unwrap_or(&[]);
        let text = |key| String::from_utf8_lossy(bytes(key));
        let number = |key: &str, max| {
            let number = card.get(key).and_then(|value| value.as_integer());
            number.and_then(|number| u64::try_from(number).ok()).filter(|&number| number <= max).unwrap_or(0)
        };
        Some(Self {
            title: clean_title(&text("title")),
            notes: clean_notes(&text("notes")),
            recorded_at_ms: number("recorded-at", MAX_DATE_MS),
            duration_ms: number("duration", MAX_DURATION_MS),
            mime: clean_mime(&text("type")).unwrap_or_default(),
            waveform: Waveform::from_peaks(bytes("waveform")),
        })
    }
}

impl Memo {
    /// The row of a memo whose metadata has just arrived, none of its audio yet: from its card, or without one from the name
    /// of its file, as the memos of 2016 have it. `now_ms` stands in for a date that nobody knows.
    ///
    /// Pieces are stored as they are verified, so an audio record is a piece.
    pub fn received(info: &Info, now_ms: u64) -> Self {
        let card = Card::of_info(info).unwrap_or_default();
        // A single file has the torrent's name, unless it lies in a folder of that name.
        let file = info.files().first().and_then(|file| file.path.last()).map_or(info.name(), String::as_str);
        let or = |text: String, other: String| if text.is_empty() { other } else { text };
        Self {
            title: or(card.title, title_of_file(file)),
            notes: card.notes,
            recorded_at_ms: if card.recorded_at_ms == 0 { now_ms } else { card.recorded_at_ms },
            duration_ms: card.duration_ms,
            mime: or(card.mime, mime_of_file(file).unwrap_or("audio/webm").to_owned()),
            size: info.total_length(),
            record_len: info.piece_length(),
            waveform: card.waveform,
            info_hash: Some(info.info_hash()),
            ..Self::new(MemoId::from(info.info_hash()), Origin::Received)
        }
    }
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::memo::Span;
    use crate::torrent::InfoBuilder;

    fn card() -> Card {
        Card {
            title: "Idea for the talk".into(),
            notes: "One\n\ttwo".into(),
            recorded_at_ms: 1_763_364_720_000,
            duration_ms: 84_000,
            mime: "audio/webm;codecs=opus".into(),
            waveform: Waveform::from_peaks(&[0, 128, 255]),
        }
    }

    fn info(name: &str, card: Option<Vec<u8>>) -> Info {
        let builder = InfoBuilder::new(name, 5);
        let mut builder = if let Some(card) = card { builder.extra(CARD_KEY, card) } else { builder };
        builder.push(b"audio");
        builder.finish().expect("an info dictionary")
    }

    #[test]
    fn a_card_travels_in_the_info_dictionary() {
        let info = info("x.webm", Some(card().encode()));
        assert_eq!(Card::of_info(&info), Some(card()));
        let again = Info::parse(info.raw()).expect("parses");
        assert_eq!(Card::of_info(&again), Some(card()), "and through the wire");
    }

    #[test]
    fn a_card_is_the_memo_as_it_was() {
        let memo = Memo { title: " A\u{202e}b ".into(), ..Memo::received(&info("x.webm", Some(card().encode())), 0) };
        assert_eq!(Card::of(&memo), Card { title: "Ab".into(), ..card() });
    }

    #[test]
    fn the_card_of_a_trimmed_memo_is_that_of_its_part() {
        let trim = Some(Span { start_ms: 21_000, end_ms: 63_000 });
        let memo = Memo { trim, ..Memo::received(&info("x.webm", Some(card().encode())), 0) };
        let fine = Memo { waveform: Waveform::from_peaks(&(0..=255).collect::<Vec<u8>>()), ..memo.clone() };
        let (coarse, fine) = (Card::of(&memo), Card::of(&fine));
        assert_eq!(coarse.recorded_at_ms, card().recorded_at_ms + 21_000, "when it was said");
        assert_eq!((coarse.duration_ms, coarse.waveform), (42_000, Waveform::default()), "three bars are no picture");
        assert_eq!(fine.waveform.as_bytes(), (64..192).collect::<Vec<u8>>());
    }

    #[test]
    fn a_received_memo_is_named_by_its_link_and_shows_its_card() {
        let info = info("frozen name.webm", Some(card().encode()));
        let memo = Memo::received(&info, 7);
        assert_eq!(memo.id.as_str(), info.info_hash().to_string());
        assert_eq!((memo.title.as_str(), memo.duration_ms, memo.size), ("Idea for the talk", 84_000, 5));
        assert_eq!((memo.origin, memo.complete, memo.shared), (Origin::Received, false, false));
    }

    #[test]
    fn the_records_of_a_received_memo_are_the_pieces_of_its_torrent() {
        const SIZE: usize = 8 * 1024 * 1024 - 1;
        for piece_length in [16 * 1024, 32 * 1024, 256 * 1024, 16 * 1024 * 1024] {
            let mut builder = InfoBuilder::new("long.webm", SIZE as u64).piece_length(piece_length);
            builder.push(&vec![0; SIZE]);
            let info = builder.finish().expect("an info dictionary");
            let memo = Memo::received(&info, 7);
            assert_eq!(memo.own_records(), 0..info.piece_count(), "pieces of {piece_length} bytes");
            assert_eq!((memo.records().record_len, memo.records().len), (info.piece_length(), SIZE as u64));
        }
    }

    #[test]
    fn a_memo_without_a_card_is_named_by_its_file() {
        let memo = Memo::received(&info("Birthday song.ogg", None), 7);
        assert_eq!((memo.title.as_str(), memo.mime.as_str(), memo.recorded_at_ms), ("Birthday song", "audio/ogg", 7));
        assert!(memo.waveform.is_empty());
        let broken = info("Birthday song.ogg", Some(b"i5e".to_vec()));
        assert_eq!(Memo::received(&broken, 7).title, "Birthday song", "what is no card is ignored");
    }

    #[test]
    fn what_a_stranger_wrote_is_cut_and_cleaned() {
        let raw = DictEncoder::new()
            .bytes("title", "t\u{202e}\n".repeat(500))
            .bytes("notes", "n".repeat(20_000))
            .integer("recorded-at", -5)
            .integer("duration", i64::MAX)
            .bytes("type", "text/html")
            .bytes("waveform", [9; 5000])
            .list("unknown", [b"i1e".to_vec()])
            .encode();
        let card = Card::parse(&raw).expect("a dictionary");
        assert_eq!(card.title.chars().count(), 199, "200, the last of which was a space");
        assert!(!card.title.contains('\u{202e}'));
        assert_eq!(card.notes.len(), 10_000);
        assert_eq!((card.recorded_at_ms, card.duration_ms, card.mime.as_str()), (0, 0, ""));
        assert_eq!(card.waveform.as_bytes(), [9; 256]);
        assert_eq!(Card::parse(b"d5:title3:\xff\xfeae").expect("a card").title, "\u{fffd}\u{fffd}a");
        assert_eq!(Card::parse(b"d5:titlei5e8:durationlee"), Some(Card::default()));
        assert_eq!(Card::parse(b"de"), Some(Card::default()));
        assert_eq!(Card::parse(b"le"), None);
        assert_eq!(
            Card::parse(&[b"d4:long".to_vec(), bencode::encode_bytes([0; 60_000]), b"e".to_vec()].concat()),
            None
        );
    }

    #[test]
    fn the_longest_card_is_read() {
        let longest = Card {
            title: "🎙".repeat(200),
            notes: "🎙".repeat(10_000),
            recorded_at_ms: MAX_DATE_MS,
            duration_ms: MAX_DURATION_MS,
            mime: format!("audio/{}", "x".repeat(94)),
            waveform: Waveform::from_peaks(&[255; 256]),
        };
        assert_eq!(Card::parse(&longest.encode()), Some(longest));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_bytes_are_a_card_or_none(mut raw in proptest::collection::vec(any::<u8>(), 0..200), at in 0..200_usize) {
            let _ = Card::parse(&raw);
            let mut damaged = card().encode();
            let at = at % damaged.len();
            raw.truncate(3);
            damaged.splice(at..at, raw);
            let _ = Card::parse(&damaged);
        }

        #[test]
        fn cards_round_trip(title in "[a-zA-Zé ]{0,40}", notes in "[a-z\n]{0,80}", recorded_at_ms in 0..=MAX_DATE_MS,
            duration_ms in 0..=MAX_DURATION_MS, peaks in proptest::collection::vec(any::<u8>(), 0..=256)) {
            let title = clean_title(&title);
            let card = Card { title, notes, recorded_at_ms, duration_ms, waveform: Waveform::from_peaks(&peaks), ..card() };
            prop_assert_eq!(Card::parse(&card.encode()), Some(card));
        }
    }
}
