//! What is written is read back, by us and by others, and what is damaged is refused.

use proptest::prelude::*;

use super::*;
use crate::words::LocalTime;

const MODIFIED: LocalTime = LocalTime { year: 2026, month: 11, day: 17, hour: 8, minute: 12 };

/// An archive of these files.
fn archive(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut writer, mut archive) = (ZipWriter::default(), Vec::new());
    for &(name, bytes) in files {
        let entry = NewEntry { name, size: bytes.len() as u64, crc: Crc32::of(bytes), modified: MODIFIED };
        archive.extend(writer.begin(&entry).expect("the last one is whole"));
        for part in bytes.chunks(1000) {
            writer.content(part).expect("as many as promised");
            archive.extend(part);
        }
    }
    archive.extend(writer.finish().expect("the last one is whole"));
    archive
}

fn slice(file: &[u8], range: std::ops::Range<u64>) -> &[u8] {
    &file[range.start as usize..range.end as usize]
}

fn entries(file: &[u8]) -> Result<Vec<Entry>, ZipError> {
    let mut opening = Opening::of(file.len() as u64);
    while let Some(range) = opening.wants() {
        opening.read(slice(file, range))?;
    }
    opening.entries()
}

fn content<'a>(file: &'a [u8], entry: &Entry) -> Result<&'a [u8], ZipError> {
    Ok(slice(file, entry.content(slice(file, entry.front()))?))
}

fn check(file: &[u8], files: &[(&str, &[u8])]) {
    let found = entries(file).expect("it opens");
    assert_eq!(found.len(), files.len());
    for (entry, (name, bytes)) in found.iter().zip(files) {
        assert_eq!((entry.name.as_str(), entry.size, entry.crc), (*name, bytes.len() as u64, Crc32::of(bytes)));
        assert!(content(file, entry).expect("it is stored") == *bytes, "{name}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let long = vec![7; 5000];
    let files: [(&str, &[u8]); 4] =
        [("Idea, 07.31.webm", b"sound"), ("empty.m4a", b""), ("日本 – é.ogg", &long), ("memos.json", b"{}")];
    check(&archive(&files), &files);
    check(&archive(&[]), &[]);
}

/// The example that every description of the format ends with: one byte, in a file of one letter.
#[test]
fn the_bytes_are_those_of_the_specification() {
    let file = archive(&[("a", b"x")]);
    let front = [
        0x50, 0x4b, 3, 4, 20, 0, 0, 8, 0, 0, 0x80, 0x41, 0x71, 0x5d, 0x83, 0x16, 0xdc, 0x8c, 1, 0, 0, 0, 1, 0, 0, 0, 1,
        0, 0, 0, b'a', b'x',
    ];
    assert_eq!(file[..32], front, "17 November 2026, 8:12, is 0x5d71 and 0x4180");
    let directory = [
        0x50, 0x4b, 1, 2, 45, 3, 20, 0, 0, 8, 0, 0, 0x80, 0x41, 0x71, 0x5d, 0x83, 0x16, 0xdc, 0x8c, 1, 0, 0, 0, 1, 0,
        0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xa4, 0x81, 0, 0, 0, 0, b'a',
    ];
    assert_eq!(file[32..79], directory);
    assert_eq!(file[79..], [0x50, 0x4b, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0, 47, 0, 0, 0, 32, 0, 0, 0, 0, 0]);
}

#[test]
fn an_entry_that_is_not_what_was_promised_is_noticed() {
    let begun = || {
        let mut writer = ZipWriter::default();
        let entry = NewEntry { name: "a", size: 3, crc: Crc32::of(b"abc"), modified: MODIFIED };
        writer.begin(&entry).expect("the first one");
        writer
    };
    let mut writer = begun();
    assert_eq!(writer.content(b"abcd"), Err(ZipError::Changed), "too many");
    let mut writer = begun();
    writer.content(b"ab").expect("some of it");
    assert_eq!(writer.finish(), Err(ZipError::Changed), "too few");
    let mut writer = begun();
    writer.content(b"abd").expect("as many");
    assert_eq!(writer.finish(), Err(ZipError::Changed), "others");
}

/// A file of which long stretches were never written.
#[derive(Default)]
struct Sparse {
    parts: Vec<(u64, Vec<u8>)>,
    len: u64,
}

impl Sparse {
    fn push(&mut self, bytes: Vec<u8>) {
        let at = self.len;
        self.len += bytes.len() as u64;
        self.parts.push((at, bytes));
    }

    fn read(&self, range: std::ops::Range<u64>) -> Vec<u8> {
        let mut read = vec![0; (range.end - range.start) as usize];
        for (at, bytes) in &self.parts {
            for (place, &byte) in (*at..).zip(bytes) {
                if range.contains(&place) {
                    read[(place - range.start) as usize] = byte;
                }
            }
        }
        read
    }
}

#[test]
fn what_32_bits_cannot_hold_is_written_and_read() {
    let (mut writer, mut file) = (ZipWriter::default(), Sparse::default());
    let sizes = [5 << 30, u64::from(u32::MAX), 7, 1 << 33];
    let names = ["long.wav", "exactly.wav", "short.wav", "longer.wav"];
    for (name, size) in names.into_iter().zip(sizes) {
        file.push(writer.begin(&NewEntry { name, size, crc: 1, modified: MODIFIED }).expect("the last one is whole"));
        writer.pretend();
        file.len += size;
    }
    file.push(writer.finish().expect("the last one is whole"));

    let mut opening = Opening::of(file.len);
    while let Some(range) = opening.wants() {
        assert!(range.end - range.start < 100_000, "only the end is read: {range:?}");
        opening.read(&file.read(range)).expect("it opens");
    }
    let entries = opening.entries().expect("it is open");
    let mut end = 0;
    for ((entry, name), size) in entries.iter().zip(names).zip(sizes) {
        let content = entry.content(&file.read(entry.front())).expect("it is stored");
        assert_eq!((entry.name.as_str(), entry.size, content.end - content.start), (name, size, size));
        assert_eq!(entry.front().start, end, "{name} begins where the last one ends");
        end = content.end;
    }
    assert_eq!(entries.len(), 4);
}

#[test]
fn more_entries_than_16_bits_can_count_are_written_and_read() {
    let (mut writer, mut file) = (ZipWriter::default(), Vec::new());
    for number in 0..70_000 {
        let entry = NewEntry { name: &number.to_string(), size: 0, crc: 0, modified: MODIFIED };
        file.extend(writer.begin(&entry).expect("the last one is whole"));
    }
    file.extend(writer.finish().expect("the last one is whole"));
    let entries = entries(&file).expect("it opens");
    assert_eq!((entries.len(), entries[69_999].name.as_str()), (70_000, "69999"));
}

#[test]
fn a_file_that_is_no_archive_is_refused_in_words() {
    let whole = archive(&[("a", b"sound"), ("b", b"more")]);
    for (file, error) in [
        (&b""[..], ZipError::NotZip),
        (b"PK", ZipError::NotZip),
        (&whole[..whole.len() - 1], ZipError::NotZip),
        (&[0; 100_000], ZipError::NotZip),
    ] {
        assert_eq!(entries(file), Err(error), "{} bytes", file.len());
    }
    assert_eq!(entries(&whole[5..]), Err(ZipError::Damaged), "the beginning is missing");
}

/// The end record of `file`, with a field of it changed.
fn with_end(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let at = file.len() - END_LEN + at;
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

#[test]
fn lies_about_sizes_and_places_are_refused() {
    let whole = archive(&[("a", b"sound"), ("b", b"more")]);
    assert_eq!(entries(&with_end(&whole, 8, &[9, 0, 9, 0])), Err(ZipError::Damaged), "more entries than it has");
    assert_eq!(entries(&with_end(&whole, 8, &[1, 0, 1, 0])), Err(ZipError::Damaged), "fewer entries than it has");
    assert_eq!(entries(&with_end(&whole, 12, &[0xfe; 4])), Err(ZipError::TooMany), "a directory of gigabytes");
    assert_eq!(entries(&with_end(&whole, 16, &[0xfe; 4])), Err(ZipError::Damaged), "a directory behind the end");
    assert_eq!(entries(&with_end(&whole, 4, &[1, 0])), Err(ZipError::Split));
    assert_eq!(entries(&with_end(&whole, 12, &[0xff; 8])), Err(ZipError::TooMany), "no ZIP64 end to look into");
}

#[test]
fn entries_over_each_other_are_refused() {
    // A bomb: a thousand entries that are all the same bytes of the file.
    let bytes = vec![7; 10_000];
    let one = archive(&[("a", &bytes)]);
    let directory_at = 30 + 1 + bytes.len();
    let listed = &one[directory_at..directory_at + CENTRAL_HEADER_LEN + 1];
    let mut bomb = one[..directory_at].to_vec();
    (0..1000).for_each(|_| bomb.extend(listed));
    let mut end = one[one.len() - END_LEN..].to_vec();
    end[8..12].copy_from_slice(&[0xe8, 3, 0xe8, 3]);
    end[12..16].copy_from_slice(&(1000 * listed.len() as u32).to_le_bytes());
    bomb.extend(end);
    assert_eq!(entries(&bomb), Err(ZipError::Damaged));
}

#[test]
fn packed_and_locked_entries_are_named_as_what_they_are() {
    let whole = archive(&[("a", b"sound")]);
    let directory_at = 30 + 1 + 5;
    for (at, byte) in [(8, 9), (8, 1), (10, 8)] {
        let mut file = whole.clone();
        // The flags say "locked" (bits 0 and 3), or the method is "deflated".
        file[directory_at + at] = byte;
        let found = entries(&file).expect("the directory can be read");
        assert_eq!(content(&file, &found[0]), Err(ZipError::Packed));
    }
}

#[test]
fn a_comment_at_the_end_is_no_hindrance() {
    let mut file = with_end(&archive(&[("a", b"sound")]), 20, &[4, 0]);
    file.extend(b"PK\x05\x06");
    check(&file, &[("a", b"sound")]);
}

fn files() -> impl Strategy<Value = Vec<(String, Vec<u8>)>> {
    proptest::collection::vec(("[a-zé日]{1,20}", proptest::collection::vec(any::<u8>(), 0..3000)), 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn any_files_come_back(files in files()) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        check(&archive(&files), &files);
    }

    #[test]
    fn a_damaged_archive_is_read_or_refused(
        files in files(),
        changes in proptest::collection::vec((0.0..1.0, any::<u8>()), 0..20),
    ) {
        let files: Vec<(&str, &[u8])> = files.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        let mut file = archive(&files);
        for (place, byte) in changes {
            let place = (place * file.len() as f64) as usize;
            file[place] = byte;
        }
        for entry in entries(&file).unwrap_or_default() {
            let _ = content(&file, &entry);
        }
    }
}
