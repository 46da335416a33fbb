//! The memos of a torrent: each file that is sound becomes one.

use super::{Card, Memo, MemoId, Origin, Part, has_no_sound, mime_of_file, title_of_file};
use crate::torrent::{File, FileSelection, Info};

/// The most memos of one torrent: more files than any album or audio book has, few enough for one transaction.
const MAX_MEMOS: usize = 1000;

/// The rows of the memos that a torrent brings, none of their audio yet. `files` are those that the link names; a link that
/// names no sound means all of it. `now_ms` stands in for dates that nobody knows.
///
/// None when there is no sound in it.
pub fn memos_of(info: &Info, files: Option<&FileSelection>, now_ms: u64) -> Vec<Memo> {
    if let [only] = info.files() {
        let name = only.path.last().map_or("", String::as_str);
        let is_sound = Card::of_info(info).is_some() || !has_no_sound(name);
        return if is_sound { vec![Memo::received(info, now_ms)] } else { Vec::new() };
    }
    let sounds = || info.files().iter().filter(|file| is_sound(file)).take(MAX_MEMOS);
    let is_named = |file: &&File| files.is_none_or(|files| files.contains(file.index));
    let anything_named = sounds().any(|file| is_named(&file));
    let chosen = sounds().filter(|file| !anything_named || is_named(file));
    // Newest first is how the library lists them: the first file is the newest.
    chosen.zip(0..).map(|(file, at)| part_of(info, file, now_ms.saturating_sub(at))).collect()
}

fn is_sound(file: &File) -> bool {
    !file.padding && file.length > 0 && file.path.last().is_some_and(|name| mime_of_file(name).is_some())
}

fn part_of(info: &Info, file: &File, recorded_at_ms: u64) -> Memo {
    let name = file.path.last().map_or("", String::as_str);
    Memo {
        title: title_of_file(name),
        recorded_at_ms,
        mime: mime_of_file(name).unwrap_or_default().to_owned(),
        size: file.length,
        record_len: info.piece_length(),
        info_hash: Some(info.info_hash()),
        part: Some(Part::new(file, info.total_length())),
        ..Memo::new(MemoId::of_file(info.info_hash(), file.index), Origin::Received)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::bencode::{DictEncoder, encode_bytes};

    fn info(files: &[(&[&str], i64, &str)]) -> Info {
        let total: i64 = files.iter().map(|(_, length, _)| length).sum();
        let files = files.iter().map(|(path, length, attributes)| {
            let dict = DictEncoder::new().integer("length", *length).list("path", path.iter().map(encode_bytes));
            if attributes.is_empty() { dict.encode() } else { dict.bytes("attr", attributes).encode() }
        });
        let dict = DictEncoder::new().bytes("name", "Album").integer("piece length", 10).list("files", files);
        let hashes = vec![0; 20 * (total as usize).div_ceil(10)];
        Info::parse(&dict.bytes("pieces", hashes).encode()).expect("a torrent")
    }

    fn album() -> Info {
        info(&[
            (&["Disc 1", "One.mp3"], 25, ""),
            (&["read me.txt"], 8, ""),
            (&[".pad", "7"], 7, "p"),
            (&["padding.mp3"], 3, "p"),
            (&["Two.OGG"], 30, ""),
            (&["silence.mp3"], 0, ""),
        ])
    }

    fn titles(memos: &[Memo]) -> Vec<&str> {
        memos.iter().map(|memo| memo.title.as_str()).collect()
    }

    #[test]
    fn each_file_with_sound_becomes_a_memo() {
        let info = album();
        let memos = memos_of(&info, None, 1000);
        assert_eq!(titles(&memos), ["One", "Two"], "no text, no padding, nothing empty");
        let two = &memos[1];
        assert_eq!(two.part, Some(Part { file: 4, offset: 43, content_len: 73 }));
        assert_eq!((two.mime.as_str(), two.size, two.record_len), ("audio/ogg", 30, 10));
        assert_eq!(two.id.as_str(), format!("{}-4", info.info_hash()));
        assert!(memos[0].recorded_at_ms > two.recorded_at_ms, "the library lists the first file first");
        assert!(memos.iter().all(|memo| memo.info_hash == Some(info.info_hash()) && !memo.complete));
    }

    #[test]
    fn a_link_may_name_some_of_the_files() {
        let named = |text: &str| memos_of(&album(), FileSelection::parse(text).as_ref(), 0);
        assert_eq!(titles(&named("4")), ["Two"]);
        assert_eq!(titles(&named("0-2")), ["One"]);
        assert_eq!(titles(&named("0-4294967295")), ["One", "Two"]);
        assert_eq!(titles(&named("1,77")), ["One", "Two"], "a link that names no sound means all of it");
    }

    #[test]
    fn a_torrent_without_sound_is_no_memo() {
        assert_eq!(memos_of(&info(&[(&["a.txt"], 5, ""), (&["b.pdf"], 5, "")]), None, 0), []);
        assert_eq!(memos_of(&info(&[(&["a.pdf"], 5, "")]), None, 0), []);
    }

    #[test]
    fn one_file_in_a_folder_is_a_memo_named_by_the_file() {
        let only = info(&[(&["The song.flac"], 5, "")]);
        let memos = memos_of(&only, FileSelection::parse("3").as_ref(), 7);
        assert_eq!((titles(&memos), memos[0].mime.as_str()), (vec!["The song"], "audio/flac"));
        assert_eq!((memos[0].id.clone(), memos[0].part), (MemoId::from(only.info_hash()), None));
        let unnamed = memos_of(&info(&[(&["Tuesday, 07.31"], 5, "")]), None, 7);
        assert_eq!(unnamed.len(), 1, "a single file without an ending of its own may be sound");
    }

    #[test]
    fn a_thousand_files_are_enough() {
        let many: Vec<(&[&str], i64, &str)> = vec![(&["x.mp3"], 1, ""); 1200];
        assert_eq!(memos_of(&info(&many), None, 0).len(), MAX_MEMOS);
    }
}
