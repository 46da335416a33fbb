//! The memo: the row that lists show and the library keeps. Its audio lies elsewhere.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{AudioDigest, Clip, Gap, Part, Sound, Span, TITLE_MAX_CHARS, Tags, Waveform};
use crate::torrent::InfoHash;
use crate::words::words;

/// How long a deleted memo can be brought back.
pub const BIN_DAYS: u64 = 30;

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The name of a memo on this device, as it stands in `/memo/<id>`.
///
/// Memos made here get a random UUID. Received ones are named by their infohash, so that one link is one memo however often
/// it is opened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MemoId(String);

/// Why a text cannot name a memo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a memo id is 1 to 64 of the characters 0-9, a-z and -")]
pub struct InvalidMemoId;

impl MemoId {
    /// A UUID has 36 characters, an infohash 40, and that of one of several files a number behind it.
    const MAX_LEN: usize = 64;

    /// The id of a received memo that is one of several files of a torrent: this one of its list.
    pub fn of_file(info_hash: InfoHash, index: u32) -> Self {
        Self(format!("{info_hash}-{index}"))
    }

    /// The name of the records of a memo's [`Clip`]. Nothing gives a memo such a name.
    pub fn of_clip(&self) -> Self {
        Self(format!("{self}-clip"))
    }

    /// Whether it is a UUID, and so that of a memo made on some device. The others name what came by a link, and the records of it.
    pub fn is_uuid(&self) -> bool {
        let hyphens = [8, 13, 18, 23];
        let fits =
            |(at, byte): (usize, u8)| if hyphens.contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() };
        self.0.len() == 36 && self.0.bytes().enumerate().all(fits)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for MemoId {
    type Err = InvalidMemoId;

    fn from_str(text: &str) -> Result<Self, InvalidMemoId> {
        text.to_owned().try_into()
    }
}

impl TryFrom<String> for MemoId {
    type Error = InvalidMemoId;

    fn try_from(text: String) -> Result<Self, InvalidMemoId> {
        let allowed = |byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'-');
        if (1..=Self::MAX_LEN).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text))
        } else {
            Err(InvalidMemoId)
        }
    }
}

impl From<InfoHash> for MemoId {
    /// The id of a received memo, or the name of the records of several that came together.
    fn from(info_hash: InfoHash) -> Self {
        Self(info_hash.to_string())
    }
}

impl From<MemoId> for String {
    fn from(id: MemoId) -> Self {
        id.0
    }
}

impl fmt::Display for MemoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a memo came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Origin {
    /// Recorded on this device.
    #[default]
    Recorded,
    /// An audio file that was imported.
    File,
    /// Received from another device over a link.
    Received,
}

/// One memo.
///
/// Stored as it is: fields that an older row lacks take their default, fields that this version does not know are ignored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memo {
    /// Its name on this device.
    pub id: MemoId,
    /// What people call it. App data: it may change after the memo was shared.
    #[serde(default)]
    pub title: String,
    /// Free text.
    #[serde(default)]
    pub notes: String,
    /// What people put it under.
    #[serde(default)]
    pub tags: Tags,
    /// When its sound was recorded, in Unix milliseconds.
    #[serde(default)]
    pub recorded_at_ms: u64,
    /// Its length; 0 while it is not known.
    #[serde(default)]
    pub duration_ms: u64,
    /// The MIME type of its bytes, with the codec where the recorder named it.
    #[serde(default)]
    pub mime: String,
    /// All its bytes, here or still to come.
    #[serde(default)]
    pub size: u64,
    /// Bytes of each stored audio record but the last.
    #[serde(default)]
    pub record_len: u32,
    /// Its shape.
    #[serde(default)]
    pub waveform: Waveform,
    /// Where it came from.
    #[serde(default)]
    pub origin: Origin,
    /// Starred.
    #[serde(default)]
    pub favourite: bool,
    /// When it was put into the bin, in Unix milliseconds.
    #[serde(default)]
    pub deleted_at_ms: Option<u64>,
    /// Set at the first share or at the import, and never changed.
    #[serde(default)]
    pub info_hash: Option<InfoHash>,
    /// Which of several files of its torrent it is.
    #[serde(default)]
    pub part: Option<Part>,
    /// Where its bytes are, for a memo that was split off another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sound: Option<Sound>,
    /// It is being offered to others now.
    #[serde(default)]
    pub shared: bool,
    /// All bytes are here.
    #[serde(default)]
    pub complete: bool,
    /// Where listening stopped.
    #[serde(default)]
    pub position_ms: u64,
    /// Moments that somebody marked, in milliseconds from the beginning, in order.
    #[serde(default)]
    pub markers_ms: Vec<u64>,
    /// What is missing in it, because the device slept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps: Vec<Gap>,
    /// What its bytes are, for what came from files: the same file is not imported twice. Older rows have none.
    #[serde(default)]
    pub digest: Option<AudioDigest>,
    /// The part of it that is heard, when it is trimmed. Everything else here is about all of its sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trim: Option<Span>,
    /// What its link gives, when it was trimmed at the first share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clip: Option<Clip>,
}

impl Memo {
    /// An empty memo with this name; the caller fills in what it knows.
    pub fn new(id: MemoId, origin: Origin) -> Self {
        Self {
            id,
            title: String::new(),
            notes: String::new(),
            tags: Tags::default(),
            recorded_at_ms: 0,
            duration_ms: 0,
            mime: String::new(),
            size: 0,
            record_len: 0,
            waveform: Waveform::default(),
            origin,
            favourite: false,
            deleted_at_ms: None,
            info_hash: None,
            part: None,
            sound: None,
            shared: false,
            complete: false,
            position_ms: 0,
            markers_ms: Vec::new(),
            gaps: Vec::new(),
            digest: None,
            trim: None,
            clip: None,
        }
    }

    /// What to show as its name: never empty, so that a link to it always has a text.
    pub fn display_title(&self) -> String {
        let title: String = self.title.trim().chars().take(TITLE_MAX_CHARS).collect();
        if title.is_empty() { words().common.untitled.to_owned() } else { title }
    }

    /// Whether it lies in the bin.
    pub fn is_deleted(&self) -> bool {
        self.deleted_at_ms.is_some()
    }

    /// Whether it has been in the bin for [`BIN_DAYS`] and may go for good.
    pub fn is_due_for_removal(&self, now_ms: u64) -> bool {
        self.deleted_at_ms.is_some_and(|deleted| now_ms.saturating_sub(deleted) >= BIN_DAYS * DAY_MS)
    }

    /// For how many days it can still be brought back, rounded up; `None` when it is not in the bin.
    pub fn bin_days_left(&self, now_ms: u64) -> Option<u64> {
        let deleted = self.deleted_at_ms?;
        Some((BIN_DAYS * DAY_MS).saturating_sub(now_ms.saturating_sub(deleted)).div_ceil(DAY_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memo() -> Memo {
        Memo::new("m-1".parse().expect("an id"), Origin::Recorded)
    }

    #[test]
    fn ids_are_short_and_fit_into_a_path() {
        for good in ["a", "3f2b8c1e-0d5a-4a6b-9c1d-000000000000", &"0".repeat(64)] {
            assert_eq!(good.parse::<MemoId>().map(String::from).as_deref(), Ok(good));
        }
        let is_uuid = |id: &str| id.parse::<MemoId>().is_ok_and(|id| id.is_uuid());
        assert!(is_uuid("3f2b8c1e-0d5a-4a6b-9c1d-000000000000"));
        assert!(!is_uuid(&"0".repeat(36)) && !is_uuid(&"0".repeat(40)) && !is_uuid("a"));
        for bad in ["", "A", "a/b", "a b", "..", "é", &"0".repeat(65)] {
            assert_eq!(bad.parse::<MemoId>(), Err(InvalidMemoId), "{bad:?}");
        }
        assert!(serde_json::from_str::<MemoId>("\"../x\"").is_err(), "a stored id is checked too");
    }

    #[test]
    fn a_row_survives_storage_and_has_script_names() {
        let mut memo = memo();
        memo.recorded_at_ms = 1_763_364_720_000;
        memo.waveform = Waveform::from_peaks(&[1, 2, 255]);
        memo.info_hash = Some(InfoHash::new([7; 20]));
        memo.origin = Origin::Received;
        memo.tags.add("Work");
        memo.trim = Some(Span { start_ms: 1_000, end_ms: 2_000 });
        let json = serde_json::to_value(&memo).expect("serializes");
        assert_eq!(json["recordedAtMs"], 1_763_364_720_000_u64);
        assert_eq!(json["origin"], "received");
        assert_eq!(json["tags"], serde_json::json!(["Work"]));
        assert_eq!(json["infoHash"], "07".repeat(20));
        assert_eq!(json["trim"], serde_json::json!({ "startMs": 1_000, "endMs": 2_000 }));
        assert_eq!((json.get("clip"), json.get("sound")), (None, None));
        assert_eq!(serde_json::from_value::<Memo>(json).expect("deserializes"), memo);
        memo.sound = Some(memo.sound_to_share());
        let json = serde_json::to_value(&memo).expect("serializes");
        assert_eq!(json["sound"]["records"], "m-1", "where the store's index looks");
        assert_eq!(serde_json::from_value::<Memo>(json).expect("deserializes"), memo);
    }

    #[test]
    fn an_older_or_newer_row_is_read() {
        let row = r#"{"id":"m-1","title":"Old","fieldOfTomorrow":[1]}"#;
        let read: Memo = serde_json::from_str(row).expect("missing and unknown fields are fine");
        assert_eq!(read, Memo { title: "Old".into(), ..memo() });
    }

    #[test]
    fn the_bin_keeps_a_memo_for_thirty_days() {
        let memo = Memo { deleted_at_ms: Some(1000), ..memo() };
        assert_eq!(memo.bin_days_left(1000), Some(30));
        assert_eq!(memo.bin_days_left(1001), Some(30));
        assert_eq!(memo.bin_days_left(1000 + 30 * DAY_MS), Some(0));
        assert!(!memo.is_due_for_removal(999 + 30 * DAY_MS));
        assert!(memo.is_due_for_removal(1000 + 30 * DAY_MS));
        assert!(!memo.is_due_for_removal(0), "a clock that went back removes nothing");
        assert!(!self::memo().is_due_for_removal(u64::MAX));
    }

    #[test]
    fn a_memo_always_has_a_name_to_show() {
        assert_eq!(memo().display_title(), "Untitled memo");
        assert_eq!(Memo { title: "  Idea ".into(), ..memo() }.display_title(), "Idea");
    }
}
