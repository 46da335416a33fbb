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
        let hashes = value.get("pieces").and_then(Value::as_bytes).ok_or(MetainfoError::Missing("pieces"))?;
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
        return Ok(vec![File { path: vec![name.to_owned()], offset: 0, length, padding: false }]);
    };
    let list = list.as_list().ok_or(MetainfoError::Files)?;
    let mut files = Vec::with_capacity(list.len());
    let mut offset = 0u64;
    for file in list {
        let length = length(file)?;
        let attributes = file.get("attr").and_then(Value::as_bytes).unwrap_or_default();
        // Symbolic links have no bytes of their own and lead elsewhere (BEP 47).
        if attributes.contains(&b'l') {
            continue;
        }
        let path = file.get("path.utf-8").or_else(|| file.get("path")).and_then(Value::as_list);
        let path = clean_path(path.ok_or(MetainfoError::Files)?)?;
        files.push(File { path, offset, length, padding: attributes.contains(&b'p') });
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
