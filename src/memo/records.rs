//! Where a memo's bytes lie.
//!
//! A memo that came alone, or was made here, has records of its own. Memos that came together in one torrent lie in the
//! torrent's pieces, each stored once, also those that two of them share: a piece is one record, and the torrent's infohash names
//! them all. So what arrived is at once what can be passed on.
//!
//! A memo that was split off another one has no bytes of its own: it says where those of the other one lie. Records go with the last
//! memo that reads them.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Memo, MemoId};
use crate::torrent::{File, Magnet};

/// One file of a torrent that has several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Part {
    /// Its number in the torrent's list.
    pub file: u32,
    /// Where its first byte is in the torrent's content.
    pub offset: u64,
    /// Bytes of all of the content.
    pub content_len: u64,
}

/// The sound that a memo was split off: both memos are views of the same bytes.
///
/// The other memo may be gone, or read by another way; what is said here stays true as long as anybody reads the records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sound {
    /// The name of the records that it lies in. The store keeps an index over it.
    pub records: MemoId,
    /// Where its first byte is in them.
    pub offset: u64,
    /// Bytes of all of them.
    pub records_len: u64,
}

/// Records of one length under one name, the last one shorter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Records {
    /// The name they are stored under.
    pub id: MemoId,
    /// Bytes of each but the last.
    pub record_len: u32,
    /// Bytes of all of them.
    pub len: u64,
}

impl Part {
    /// This file, of a torrent with so many bytes.
    pub fn new(file: &File, content_len: u64) -> Self {
        Self { file: file.index, offset: file.offset, content_len }
    }
}

impl Memo {
    /// Whether a link leads to it, which may name some of several files (BEP 53).
    pub fn is_named_by(&self, link: &Magnet) -> bool {
        let part = self.part.zip(link.files.as_ref());
        self.info_hash == Some(link.info_hash) && part.is_none_or(|(part, files)| files.contains(part.file))
    }

    /// The records that its bytes are in.
    pub fn records(&self) -> Records {
        let (id, len) = match (&self.sound, self.part.zip(self.info_hash)) {
            (Some(sound), _) => (sound.records.clone(), sound.records_len),
            (None, Some((part, info_hash))) => (MemoId::from(info_hash), part.content_len),
            (None, None) => (self.id.clone(), self.size),
        };
        Records { id, record_len: self.record_len, len }
    }

    /// Its sound, for another memo that is to read the same bytes.
    pub fn sound_to_share(&self) -> Sound {
        let Records { id, len, .. } = self.records();
        Sound { records: id, offset: self.in_records(0..0).start, records_len: len }
    }

    /// Which of all stored bytes it reads: the name of the records, and from where to where in them. Two memos with the same ones are
    /// views of one sound.
    pub fn bytes(&self) -> (MemoId, u64, u64) {
        let Range { start, end } = self.in_records(0..self.size);
        (self.records().id, start, end)
    }

    /// Where these of its bytes are in its records, clipped to its size. In a memo that comes by a link that is also where they are
    /// in the torrent's content.
    pub fn in_records(&self, bytes: Range<u64>) -> Range<u64> {
        let offset = match &self.sound {
            Some(sound) => sound.offset,
            None => self.part.map_or(0, |part| part.offset),
        };
        let end = bytes.end.min(self.size);
        // A stored row may claim anything.
        offset.saturating_add(bytes.start.min(end))..offset.saturating_add(end)
    }

    /// The records that hold any of its bytes. Those of a received memo are its pieces.
    pub fn own_records(&self) -> Range<u32> {
        let record_len = u64::from(self.record_len.max(1));
        let bytes = self.in_records(0..self.size);
        let clip = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        clip(bytes.start / record_len)..clip(bytes.end.div_ceil(record_len))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;
    use crate::torrent::{FileSelection, InfoHash};

    #[test]
    fn memos_of_one_torrent_lie_in_its_pieces() {
        let hash = InfoHash::new([7; 20]);
        let part = Part { file: 2, offset: 25, content_len: 100 };
        let id: MemoId = "a-2".parse().expect("an id");
        let alone = Memo { size: 20, record_len: 10, info_hash: Some(hash), ..Memo::new(id.clone(), Origin::Received) };
        let memo = Memo { part: Some(part), ..alone.clone() };
        assert_eq!(memo.records(), Records { id: MemoId::from(hash), record_len: 10, len: 100 });
        assert_eq!(memo.in_records(0..5), 25..30);
        assert_eq!(memo.in_records(10..1000), 35..45, "clipped to its size");
        assert_eq!(memo.own_records(), 2..5);
        assert_eq!(alone.records(), Records { id: id.clone(), record_len: 10, len: 20 });
        assert_eq!((alone.in_records(3..4), alone.own_records()), (3..4, 0..2));
        let link = Magnet::new(hash);
        let named =
            |memo: &Memo, text: &str| memo.is_named_by(&Magnet { files: FileSelection::parse(text), ..link.clone() });
        assert!(named(&memo, "") && named(&memo, "0-2") && !named(&memo, "0,1"));
        assert!(named(&alone, "5"), "what is alone is meant by every link to it");
        let view =
            Memo { sound: Some(memo.sound_to_share()), size: 20, record_len: 10, ..Memo::new(id, Origin::Received) };
        assert_eq!(
            (view.records(), view.in_records(0..5)),
            (memo.records(), 25..30),
            "split off, it reads the same bytes"
        );
        assert_eq!((view.own_records(), view.sound_to_share()), (2..5, memo.sound_to_share()));
        let absurd = Memo { part: Some(Part { offset: u64::MAX, ..part }), record_len: 0, ..memo };
        assert!(absurd.own_records().is_empty());
    }
}
