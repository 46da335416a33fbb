//! The info dictionary: what a torrent is made of (BEP 3).

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use sha1::{Digest, Sha1};

use super::bencode::{self, Value};
use super::name::clean_name;
use super::{InfoHash, MetainfoError};

/// The largest info dictionary. WebTorrent has the same limit (BEP 9 names none).
pub const MAX_INFO_LEN: usize = 10_000_000;

/// The largest piece. It is held in memory whole, on phones too; create-torrent stops at 4 MiB.
pub const MAX_PIECE_LENGTH: u32 = 32 * 1024 * 1024;

/// The deepest path of a file.
const MAX_PATH_PARTS: usize = 32;

/// What a torrent, or a part of a path, is called when its name is empty or all of it misleads.
const UNNAMED: &str = "Unnamed";

/// A piece that exists: made only by the [`Info`] whose piece it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PieceIndex(u32);

/// A parsed info dictionary. Cloning is cheap.
#[derive(Clone)]
pub struct Info(Arc<Parsed>);

struct Parsed {
    raw: Vec<u8>,
    info_hash: InfoHash,
    name: String,
    raw_name: Range<usize>,
    total_length: u64,
    piece_length: u32,
    /// Where in `raw` the hashes are: 20 bytes for each piece.
    hashes: Range<usize>,
    files: Vec<File>,
    private: Option<bool>,
    /// Every key with the place of its value in `raw`.
    keys: Vec<(Vec<u8>, Range<usize>)>,
}

/// A file of a torrent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its place in the torrent's own list, by which links name it (BEP 53).
    pub index: u32,
    /// Its path below the torrent's name, cleaned for display. Never empty, never leads anywhere else.
    pub path: Vec<String>,
    /// Where its first byte is in the content.
    pub offset: u64,
    /// How many bytes it has.
    pub length: u64,
    /// Whether it only fills up a piece (BEP 47).
    pub padding: bool,
}

impl PieceIndex {
    /// The index as the wire has it.
    pub fn get(self) -> u32 {
        self.0
    }

    /// The index into a slice.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl File {
    /// Its bytes in the content.
    pub fn range(&self) -> Range<u64> {
        self.offset..self.offset + self.length
    }
}

impl Info {
    /// Reads a raw info dictionary. What real clients write is taken; what cannot be trusted or does not add up is not.
    pub fn parse(raw: &[u8]) -> Result<Self, MetainfoError> {
        if raw.len() > MAX_INFO_LEN {
            return Err(MetainfoError::TooLarge);
        }
        let value = bencode::decode_lenient(raw)?;
        let entries = value.as_dict().ok_or(MetainfoError::NotADictionary)?;
        let place = |slice: &[u8]| {
            let start = slice.as_ptr() as usize - raw.as_ptr() as usize;
            start..start + slice.len()
        };

        let piece_length = value.get("piece length").and_then(Value::as_integer);
        let piece_length = piece_length
            .and_then(|length| u32::try_from(length).ok())
            .filter(|length| (1..=MAX_PIECE_LENGTH).contains(length))
            .ok_or(MetainfoError::PieceLength)?;
        let hashes = value.get("pieces").and_then(Value::as_bytes).ok_or_else(|| match value.get("file tree") {
            Some(_) => MetainfoError::SecondVersion,
            None => MetainfoError::Missing("pieces"),
        })?;
        if hashes.len() % 20 != 0 {
            return Err(MetainfoError::Hashes);
        }
        let raw_name = text_key(&value, "name").ok_or(MetainfoError::Missing("name"))?;
        let name = clean_name(raw_name).unwrap_or_else(|| UNNAMED.to_owned());
        let files = files(&value, &name)?;
        let total_length = files.last().map_or(0, |file| file.offset + file.length);
        if total_length.div_ceil(u64::from(piece_length)) != hashes.len() as u64 / 20 {
            return Err(MetainfoError::PieceCount);
        }

        Ok(Self(Arc::new(Parsed {
            info_hash: InfoHash::new(Sha1::digest(raw).into()),
            name,
            raw_name: place(raw_name),
            total_length,
            piece_length,
            hashes: place(hashes),
            files,
            private: value.get("private").and_then(Value::as_integer).map(|flag| flag != 0),
            keys: entries.iter().map(|(key, value)| (key.to_vec(), place(value.raw()))).collect(),
            raw: raw.to_vec(),
        })))
    }

    /// The bytes of the dictionary, as they came.
    pub fn raw(&self) -> &[u8] {
        &self.0.raw
    }

    /// The hash of [`raw`](Self::raw).
    pub fn info_hash(&self) -> InfoHash {
        self.0.info_hash
    }

    /// The name, cleaned for display: no path, no control characters, at most 255 bytes, never empty.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// The name as it came.
    pub fn raw_name(&self) -> &[u8] {
        &self.0.raw[self.0.raw_name.clone()]
    }

    /// Bytes of the content: of all files, one after the other.
    pub fn total_length(&self) -> u64 {
        self.0.total_length
    }

    /// Bytes of every piece but the last.
    pub fn piece_length(&self) -> u32 {
        self.0.piece_length
    }

    /// How many pieces there are.
    pub fn piece_count(&self) -> u32 {
        (self.0.hashes.len() / 20) as u32
    }

    /// The piece of this number, if there is one.
    pub fn piece(&self, index: u32) -> Option<PieceIndex> {
        (index < self.piece_count()).then_some(PieceIndex(index))
    }

    /// All pieces, in order.
    pub fn pieces(&self) -> impl Iterator<Item = PieceIndex> + use<> {
        (0..self.piece_count()).map(PieceIndex)
    }

    /// Bytes of this piece.
    pub fn piece_len(&self, piece: PieceIndex) -> u32 {
        let range = self.piece_range(piece);
        (range.end - range.start) as u32
    }

    /// Where this piece is in the content.
    pub fn piece_range(&self, piece: PieceIndex) -> Range<u64> {
        let piece_length = u64::from(self.0.piece_length);
        // A piece of another torrent would be beyond the end: then it has no bytes here.
        let start = (u64::from(piece.0) * piece_length).min(self.0.total_length);
        start..(start + piece_length).min(self.0.total_length)
    }

    /// The pieces that hold these bytes of the content, as far as they exist.
    pub fn pieces_in(&self, bytes: Range<u64>) -> impl Iterator<Item = PieceIndex> + use<> {
        let piece_length = u64::from(self.0.piece_length);
        let end = bytes.end.min(self.0.total_length);
        let pieces = if bytes.start < end { bytes.start / piece_length..end.div_ceil(piece_length) } else { 0..0 };
        pieces.map(|index| PieceIndex(index as u32))
    }

    /// The SHA-1 that the bytes of this piece must have.
    pub fn piece_hash(&self, piece: PieceIndex) -> Option<[u8; 20]> {
        let hashes = &self.0.raw[self.0.hashes.clone()];
        hashes.chunks_exact(20).nth(piece.index()).and_then(|hash| hash.try_into().ok())
    }

    /// Whether these are the bytes of this piece.
    pub fn verify(&self, piece: PieceIndex, bytes: &[u8]) -> bool {
        bytes.len() as u64 == u64::from(self.piece_len(piece))
            && self.piece_hash(piece).is_some_and(|hash| Sha1::digest(bytes)[..] == hash)
    }

    /// The files, in the order of the content. A single-file torrent has one, with the torrent's name.
    pub fn files(&self) -> &[File] {
        &self.0.files
    }

    /// Whether these bytes of the content only fill up a piece (BEP 47): they are zeros, and nobody has to send them.
    pub(super) fn is_padding(&self, bytes: Range<u64>) -> bool {
        let files = self.files();
        // Empty files begin where the next one begins.
        let after = files.partition_point(|file| file.offset <= bytes.start);
        after.checked_sub(1).is_some_and(|at| files[at].padding && bytes.end <= files[at].range().end)
    }

    /// Whether only its own trackers may be used (BEP 27), if the dictionary says so at all.
    pub fn private(&self) -> Option<bool> {
        self.0.private
    }

    /// The raw bencoded value of any key.
    pub fn extra(&self, key: &[u8]) -> Option<&[u8]> {
        let (_, place) = self.0.keys.iter().rev().find(|(candidate, _)| candidate == key)?;
        Some(&self.0.raw[place.clone()])
    }
}

impl fmt::Debug for Info {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Info({}, {:?}, {} bytes)", self.info_hash(), self.name(), self.total_length())
    }
}

impl PartialEq for Info {
    fn eq(&self, other: &Self) -> bool {
        self.0.raw == other.0.raw
    }
}

impl Eq for Info {}

fn files(info: &Value<'_>, name: &str) -> Result<Vec<File>, MetainfoError> {
    let Some(list) = info.get("files") else {
        let length = length(info)?;
        return Ok(vec![File { index: 0, path: vec![name.to_owned()], offset: 0, length, padding: false }]);
    };
    let list = list.as_list().ok_or(MetainfoError::Files)?;
    let mut files = Vec::with_capacity(list.len());
    let mut offset = 0u64;
    for (index, file) in (0..).zip(list) {
        let length = length(file)?;
        let attributes = file.get("attr").and_then(Value::as_bytes).unwrap_or_default();
        // Symbolic links have no bytes of their own and lead elsewhere (BEP 47).
        if attributes.contains(&b'l') {
            continue;
        }
        let path = file.get("path.utf-8").or_else(|| file.get("path")).and_then(Value::as_list);
        let path = clean_path(path.ok_or(MetainfoError::Files)?)?;
        files.push(File { index, path, offset, length, padding: attributes.contains(&b'p') });
        offset = offset.checked_add(length).filter(|end| *end <= i64::MAX as u64).ok_or(MetainfoError::Length)?;
    }
    if files.is_empty() { Err(MetainfoError::Files) } else { Ok(files) }
}

fn length(file: &Value<'_>) -> Result<u64, MetainfoError> {
    let length = file.get("length").and_then(Value::as_integer).ok_or(MetainfoError::Missing("length"))?;
    u64::try_from(length).map_err(|_| MetainfoError::Length)
}

/// A text, preferably from the key that says that it is UTF-8.
fn text_key<'a>(dict: &Value<'a>, key: &str) -> Option<&'a [u8]> {
    let utf8 = format!("{key}.utf-8");
    dict.get(utf8).and_then(Value::as_bytes).or_else(|| dict.get(key).and_then(Value::as_bytes))
}

fn clean_path(parts: &[Value<'_>]) -> Result<Vec<String>, MetainfoError> {
    if parts.is_empty() || parts.len() > MAX_PATH_PARTS {
        return Err(MetainfoError::Files);
    }
    let clean = |part: &[u8]| clean_name(part).unwrap_or_else(|| UNNAMED.to_owned());
    parts.iter().map(|part| part.as_bytes().map(clean).ok_or(MetainfoError::Files)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::bencode::{BencodeError, DictEncoder, encode_bytes, encode_list};

    /// A single file of 40000 bytes in pieces of 16 KiB; tests put what they want to see refused.
    fn single() -> DictEncoder {
        let dict = DictEncoder::new().bytes("name", "memo.webm").integer("length", 40_000);
        dict.integer("piece length", 16_384).bytes("pieces", [7; 60])
    }

    fn file(length: i64, path: &[&str], attributes: &str) -> Vec<u8> {
        let dict = DictEncoder::new().integer("length", length).list("path", path.iter().map(encode_bytes));
        if attributes.is_empty() { dict.encode() } else { dict.bytes("attr", attributes).encode() }
    }

    fn multi(files: impl IntoIterator<Item = Vec<u8>>, pieces: usize) -> Result<Info, MetainfoError> {
        let dict = DictEncoder::new().bytes("name", "album").integer("piece length", 10);
        Info::parse(&dict.bytes("pieces", vec![0; 20 * pieces]).list("files", files).encode())
    }

    #[test]
    fn pieces_cover_the_content_and_the_last_is_short() {
        let info = Info::parse(&single().encode()).expect("an ordinary torrent");
        assert_eq!(
            (info.name(), info.total_length(), info.piece_length(), info.piece_count()),
            ("memo.webm", 40_000, 16_384, 3)
        );
        let lengths: Vec<_> = info.pieces().map(|piece| info.piece_len(piece)).collect();
        assert_eq!(lengths, [16_384, 16_384, 7_232]);
        let last = info.piece(2).expect("a third piece");
        assert_eq!((last.get(), last.index(), info.piece_range(last)), (2, 2, 32_768..40_000));
        assert_eq!(info.piece(3), None);
    }

    #[test]
    fn byte_ranges_find_their_pieces() {
        let info = Info::parse(&single().encode()).expect("an ordinary torrent");
        let pieces = |range| info.pieces_in(range).map(PieceIndex::get).collect::<Vec<_>>();
        assert_eq!(pieces(0..1), [0]);
        assert_eq!(pieces(16_383..16_385), [0, 1]);
        assert_eq!(pieces(16_384..32_768), [1]);
        assert_eq!(pieces(0..u64::MAX), [0, 1, 2]);
        assert_eq!(pieces(39_999..40_000), [2]);
        assert_eq!(pieces(40_000..50_000), [0; 0]);
        assert_eq!(pieces(5..5), [0; 0]);
        #[expect(clippy::reversed_empty_ranges, reason = "that is the question")]
        let backwards = pieces(9..3);
        assert_eq!(backwards, [0; 0]);
    }

    #[test]
    fn a_piece_of_another_torrent_has_no_bytes_here() {
        let large = Info::parse(&single().encode()).expect("an ordinary torrent");
        let small = multi([file(5, &["a"], "")], 1).expect("a small torrent");
        let foreign = large.piece(2).expect("a third piece");
        assert_eq!(small.piece_len(foreign), 0);
        assert!(!small.verify(foreign, &[]));
    }

    #[test]
    fn only_the_right_bytes_verify() {
        let dict = DictEncoder::new().bytes("name", "x").integer("length", 3).integer("piece length", 16_384);
        let info = Info::parse(&dict.bytes("pieces", Sha1::digest(b"abc")).encode()).expect("a tiny torrent");
        let piece = info.piece(0).expect("its piece");
        assert!(info.verify(piece, b"abc"));
        assert!(!info.verify(piece, b"abd"));
        assert!(!info.verify(piece, b"abcd"));
        assert!(!info.verify(piece, b""));
    }

    #[test]
    fn an_empty_file_has_no_pieces() {
        let info = Info::parse(&single().integer("length", 0).bytes("pieces", "").encode()).expect("an empty file");
        assert_eq!((info.piece_count(), info.total_length(), info.pieces_in(0..9).count()), (0, 0, 0));
    }

    #[test]
    fn the_infohash_is_that_of_the_bytes_even_if_they_are_not_canonical() {
        let sloppy = b"d6:lengthi03e4:name1:x12:piece lengthi16384e6:pieces20:aaaaaaaaaaaaaaaaaaaa7:ignoredi-0ee";
        let info = Info::parse(sloppy).expect("leniently");
        assert_eq!(info.info_hash().as_bytes()[..], Sha1::digest(sloppy)[..]);
        assert_eq!(info.raw(), sloppy);
    }

    #[test]
    fn other_keys_are_kept_raw() {
        let card = DictEncoder::new().bytes("title", "Tuesday").encode();
        let info = Info::parse(&single().raw("memo", card.clone()).encode()).expect("a torrent with a card");
        assert_eq!(info.extra(b"memo"), Some(&card[..]));
        assert_eq!(info.extra(b"memos"), None);
    }

    #[test]
    fn private_is_yes_no_or_unsaid() {
        let private = |dict: DictEncoder| Info::parse(&dict.encode()).expect("a torrent").private();
        assert_eq!(private(single()), None);
        assert_eq!(private(single().integer("private", 0)), Some(false));
        assert_eq!(private(single().integer("private", 1)), Some(true));
    }

    #[test]
    fn files_lie_end_to_end_across_piece_borders() {
        let files =
            [file(7, &["a.txt"], ""), file(3, &[".pad", "3"], "p"), file(8, &["b", "c.txt"], "x"), file(0, &["d"], "")];
        let info = multi(files, 2).expect("a multi-file torrent");
        assert_eq!((info.name(), info.total_length(), info.files().len()), ("album", 18, 4));
        assert_eq!(info.files()[2].path, ["b", "c.txt"]);
        assert_eq!(info.files()[2].range(), 10..18);
        assert_eq!(info.files().iter().map(|file| file.padding).collect::<Vec<_>>(), [false, true, false, false]);
    }

    #[test]
    fn paths_lead_nowhere_else_and_links_are_left_out() {
        let files = [file(1, &["..", "/etc", "a\\b", ""], ""), file(0, &["link"], "l")];
        let info = multi(files, 1).expect("a torrent that tries");
        assert_eq!(info.files().len(), 1);
        assert_eq!(info.files()[0].path, ["_", "_etc", "a_b", "Unnamed"]);
    }

    #[test]
    fn utf8_keys_come_first() {
        let file = DictEncoder::new().integer("length", 1).list("path", [encode_bytes([0xe9])]);
        let file = file.list("path.utf-8", [encode_bytes("é")]).encode();
        let dict = DictEncoder::new().bytes("name", [0xe9]).bytes("name.utf-8", "né").integer("piece length", 1);
        let info = Info::parse(&dict.bytes("pieces", [0; 20]).list("files", [file]).encode()).expect("an old torrent");
        assert_eq!((info.name(), info.files()[0].path[0].as_str()), ("né", "é"));
    }

    #[test]
    fn the_name_is_cleaned_for_display_and_kept_as_it_came() {
        let info = Info::parse(&single().bytes("name", "a/\u{202e}b\n").encode()).expect("a torrent with a bad name");
        assert_eq!(info.name(), "a_b");
        assert_eq!(info.raw_name(), "a/\u{202e}b\n".as_bytes());
        assert_eq!(
            Info::parse(&single().bytes("name", "").encode()).expect("a torrent without a name").name(),
            "Unnamed"
        );
    }

    #[test]
    fn what_does_not_add_up_is_refused() {
        let check = |dict: DictEncoder, error| assert_eq!(Info::parse(&dict.encode()), Err(error));
        check(single().bytes("pieces", [0; 59]), MetainfoError::Hashes);
        check(single().bytes("pieces", [0; 40]), MetainfoError::PieceCount);
        check(single().bytes("pieces", [0; 80]), MetainfoError::PieceCount);
        check(single().integer("length", i64::MAX), MetainfoError::PieceCount);
        check(single().integer("length", -1), MetainfoError::Length);
        check(single().bytes("length", "1"), MetainfoError::Missing("length"));
        check(single().integer("name", 1), MetainfoError::Missing("name"));
        check(single().integer("pieces", 1), MetainfoError::Missing("pieces"));
        for length in [0, -1, i64::from(MAX_PIECE_LENGTH) + 1, i64::MAX] {
            check(single().integer("piece length", length), MetainfoError::PieceLength);
        }
        check(single().list("files", []), MetainfoError::Files);
        check(single().raw("files", encode_list([file(1, &[], "")])), MetainfoError::Files);
        check(single().raw("files", encode_list([file(1, &["a"; MAX_PATH_PARTS + 1], "")])), MetainfoError::Files);
        assert_eq!(multi([file(i64::MAX, &["a"], ""), file(1, &["b"], "")], 1), Err(MetainfoError::Length));
        assert_eq!(multi([file(0, &["link"], "l")], 0), Err(MetainfoError::Files));
        assert_eq!(Info::parse(b"le"), Err(MetainfoError::NotADictionary));
        assert_eq!(Info::parse(b"d"), Err(MetainfoError::Bencode(BencodeError::Truncated)));
        assert_eq!(Info::parse(&vec![b'd'; MAX_INFO_LEN + 1]), Err(MetainfoError::TooLarge));
    }
}
