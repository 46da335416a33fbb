//! What an archive says about the memos in it: `memos.json`, beside their sounds.
//!
//! A memo is listed as its row is stored, so that what a later version adds travels, too. Of a trimmed memo all of the sound is there,
//! and what is heard of it stands in the list. Memos that are views of the same bytes are listed with the same file. What holds for
//! one device alone (how its bytes are stored, under which link it is shared, whether it lies in the bin) stays there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    MAX_DATE_MS, MAX_DURATION_MS, MAX_GAPS, MAX_MARKERS, Memo, MemoId, Origin, clean_mime, clean_notes, clean_title,
    mime_of_file, title_of_file,
};
use crate::words::words;

/// The name of the list in the archive.
pub const LIST_NAME: &str = "memos.json";

/// The largest list that is read: twenty thousand memos with a page of notes each.
pub const MAX_LIST_BYTES: u64 = 64 << 20;

/// Who wrote a list.
const FORMAT: &str = "voice-memos";

/// What a row says that holds for one device alone.
const OF_THIS_DEVICE: [&str; 8] =
    ["recordLen", "deletedAtMs", "infoHash", "part", "sound", "shared", "complete", "clip"];

/// The list of an archive.
#[derive(Debug, Serialize, Deserialize)]
struct List<T> {
    format: String,
    version: u32,
    memos: Vec<Listed<T>>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Listed<T> {
    file: String,
    memo: T,
}

/// Why a list cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", words().files.list_unreadable)]
pub struct InvalidList;

/// Gathers what goes into `memos.json`.
#[derive(Debug, Default)]
pub struct ListBuilder(Vec<Listed<Value>>);

impl ListBuilder {
    /// Lists a memo whose sound is the file of this name.
    pub fn push(&mut self, memo: &Memo, file: &str) {
        // A row is a map of plain values, so this cannot fail.
        let Ok(mut row) = serde_json::to_value(memo) else { return };
        if let Some(fields) = row.as_object_mut() {
            OF_THIS_DEVICE.iter().for_each(|name| drop(fields.remove(*name)));
        }
        self.0.push(Listed { file: file.to_owned(), memo: row });
    }

    /// The bytes of `memos.json`.
    pub fn finish(self) -> Vec<u8> {
        let list = List { format: FORMAT.to_owned(), version: 1, memos: self.0 };
        serde_json::to_vec(&list).unwrap_or_default()
    }
}

/// Reads `memos.json`: each memo with the name of its file. Its text is cleaned and its numbers are checked, since anybody may
/// have written it; its size and whether it is here are for the caller to say.
///
/// # Errors
/// It is something else.
pub fn read_list(bytes: &[u8]) -> Result<Vec<(String, Memo)>, InvalidList> {
    let list: List<Memo> = serde_json::from_slice(bytes).map_err(|_| InvalidList)?;
    if list.format != FORMAT {
        return Err(InvalidList);
    }
    Ok(list.memos.into_iter().map(|listed| (listed.file.clone(), clean(listed.memo, &listed.file))).collect())
}

/// A memo for a file that no list names.
pub fn memo_of_file(id: MemoId, file: &str) -> Option<Memo> {
    let mime = mime_of_file(file)?.to_owned();
    Some(Memo { title: title_of_file(file), mime, ..Memo::new(id, Origin::File) })
}

fn clean(memo: Memo, file: &str) -> Memo {
    let within = |number: u64, max| if number <= max { number } else { 0 };
    let duration_ms = within(memo.duration_ms, MAX_DURATION_MS);
    let title = clean_title(&memo.title);
    let mut cleaned = memo;
    // What only differs by the space around it was typed so.
    if cleaned.title.trim() != title {
        cleaned.title = title;
    }
    cleaned.notes = clean_notes(&cleaned.notes);
    cleaned.mime = clean_mime(&cleaned.mime).unwrap_or_else(|| mime_of_file(file).unwrap_or("audio/webm").to_owned());
    cleaned.recorded_at_ms = within(cleaned.recorded_at_ms, MAX_DATE_MS);
    cleaned.duration_ms = duration_ms;
    cleaned.position_ms = within(cleaned.position_ms, MAX_DURATION_MS);
    cleaned.markers_ms.retain(|at_ms| *at_ms <= MAX_DURATION_MS);
    cleaned.markers_ms.sort_unstable();
    cleaned.markers_ms.truncate(MAX_MARKERS);
    cleaned.gaps.truncate(MAX_GAPS);
    (cleaned.record_len, cleaned.complete, cleaned.shared) = (0, false, false);
    cleaned.trim = cleaned.span().filter(|span| span.end_ms <= MAX_DURATION_MS);
    (cleaned.deleted_at_ms, cleaned.info_hash, cleaned.part, cleaned.digest) = (None, None, None, None);
    (cleaned.sound, cleaned.clip) = (None, None);
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::{Clip, DigestBuilder, Part, Span, Waveform};
    use crate::torrent::InfoHash;

    fn memo() -> Memo {
        Memo {
            title: "Idea for the talk ".into(),
            notes: "Start with\n\tthe story".into(),
            recorded_at_ms: 1_763_364_720_000,
            duration_ms: 84_000,
            mime: "audio/webm;codecs=opus".into(),
            size: 412_000,
            waveform: Waveform::from_peaks(&[0, 7, 255]),
            favourite: true,
            position_ms: 32_000,
            trim: Some(Span { start_ms: 12_000, end_ms: 65_000 }),
            ..Memo::new("3f2b8c1e".parse().expect("an id"), Origin::Received)
        }
    }

    fn listed(memos: &[Memo]) -> Vec<u8> {
        let mut list = ListBuilder::default();
        memos.iter().for_each(|memo| list.push(memo, "a.webm"));
        list.finish()
    }

    #[test]
    fn a_memo_comes_back_as_it_was() {
        let plain = Memo::new("m".parse().expect("an id"), Origin::Recorded);
        let plain = Memo { mime: "audio/mp4".into(), ..plain };
        let read = read_list(&listed(&[memo(), plain.clone()])).expect("it is a list");
        assert_eq!(read, [("a.webm".to_owned(), memo()), ("a.webm".to_owned(), plain)]);
    }

    #[test]
    fn what_holds_for_one_device_stays_there() {
        let part = Part { file: 1, offset: 2, content_len: 3 };
        let clip = Clip { span: Span { start_ms: 1, end_ms: 2 }, size: 3, record_len: 4 };
        let here = Memo {
            record_len: 9,
            deleted_at_ms: Some(1),
            info_hash: Some(InfoHash::new([7; 20])),
            part: Some(part),
            shared: true,
            complete: true,
            digest: Some(DigestBuilder::default().finish()),
            clip: Some(clip),
            sound: Some(memo().sound_to_share()),
            ..memo()
        };
        let list = listed(&[here]);
        assert!(!String::from_utf8_lossy(&list).contains("infoHash"));
        assert!(!String::from_utf8_lossy(&list).contains("clip"));
        assert!(!String::from_utf8_lossy(&list).contains("sound"));
        assert_eq!(read_list(&list).expect("it is a list")[0].1, memo());
    }

    #[test]
    fn a_list_of_a_later_version_is_read() {
        let list = r#"{"format":"voice-memos","version":9,"made":"today","memos":[
            {"file":"a.webm","hall":"large","memo":{"id":"m","title":"New","mime":"audio/webm","mood":{"happy":[1]}}}]}"#;
        let read = read_list(list.as_bytes()).expect("unknown fields are fine");
        assert_eq!(read[0].1.title, "New");
    }

    #[test]
    fn what_a_stranger_wrote_is_cleaned() {
        let stranger = Memo {
            title: "a\u{202e}gnp.exe".into(),
            mime: "text/html".into(),
            recorded_at_ms: u64::MAX,
            duration_ms: u64::MAX,
            position_ms: u64::MAX,
            trim: Some(Span { start_ms: 1, end_ms: u64::MAX }),
            ..memo()
        };
        let read = read_list(&listed(&[stranger])).expect("it is a list");
        let expected = Memo {
            title: "agnp.exe".into(),
            mime: "audio/webm".into(),
            recorded_at_ms: 0,
            duration_ms: 0,
            position_ms: 0,
            trim: None,
            ..memo()
        };
        assert_eq!(read[0].1, expected);
        for other in [&b""[..], b"[]", b"{\"format\":\"other\",\"version\":1,\"memos\":[]}", b"{\"memos\":[]}"] {
            assert_eq!(read_list(other), Err(InvalidList));
        }
        let elsewhere = br#"{"format":"voice-memos","version":1,"memos":[{"file":"a","memo":
            {"id":"a","sound":{"records":"3f2b8c1e","offset":0,"recordsLen":9}}}]}"#;
        assert_eq!(read_list(elsewhere).expect("it is a list")[0].1.sound, None, "no file says where bytes lie here");
        let bad_id = br#"{"format":"voice-memos","version":1,"memos":[{"file":"a","memo":{"id":"../x"}}]}"#;
        assert_eq!(read_list(bad_id), Err(InvalidList));
    }
}
