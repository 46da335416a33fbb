//! Bencode (BEP 3): integers, byte strings, lists and dictionaries.
//!
//! [`decode`] takes the canonical form only. [`decode_lenient`] and [`decode_prefix`] take what JavaScript clients take, for bytes
//! that others made. Each [`Value`] remembers the bytes it was read from, because an infohash is a hash of bytes, not of meaning.

use std::collections::BTreeMap;

/// How deep values may be nested. A torrent file needs five. It bounds the stack that reading and dropping can use.
pub const MAX_DEPTH: usize = 32;

/// How many values one text may hold: the files of a very large torrent. It bounds the memory that small bytes can turn into.
pub const MAX_VALUES: usize = 256 * 1024;

/// How many bytes are looked at: the 10 MB that metadata may have, and as much again around it.
pub const MAX_LEN: usize = 20_000_000;

/// A value together with the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<'a> {
    raw: &'a [u8],
    kind: Kind<'a>,
}

/// What a [`Value`] is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A whole number.
    Integer(i64),
    /// A string of bytes, of any encoding or none.
    Bytes(&'a [u8]),
    /// A list.
    List(Vec<Value<'a>>),
    /// A dictionary, its entries as they came.
    Dict(Vec<(&'a [u8], Value<'a>)>),
}

/// Why bytes are not bencode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BencodeError {
    /// The bytes end in the middle of a value.
    #[error("the data is cut off")]
    Truncated,
    /// A byte that no value can have here.
    #[error("unexpected byte at {0}")]
    Unexpected(usize),
    /// An integer that is not written as it should be, or does not fit 64 bits.
    #[error("bad integer at {0}")]
    Integer(usize),
    /// The length of a byte string is not written as it should be, or does not fit.
    #[error("bad string length at {0}")]
    StringLength(usize),
    /// A key of a dictionary is not a byte string.
    #[error("a key that is not a string at {0}")]
    Key(usize),
    /// The keys of a dictionary are not sorted, or there is one twice.
    #[error("keys out of order at {0}")]
    KeyOrder(usize),
    /// Nested deeper than [`MAX_DEPTH`].
    #[error("nested too deep")]
    TooDeep,
    /// More than [`MAX_VALUES`] values.
    #[error("too many values")]
    TooManyValues,
    /// More than [`MAX_LEN`] bytes.
    #[error("too long")]
    TooLong,
    /// Something follows the value.
    #[error("something follows the end at {0}")]
    Trailing(usize),
}

/// Reads one value in its canonical form, and nothing after it.
pub fn decode(bytes: &[u8]) -> Result<Value<'_>, BencodeError> {
    Reader::new(bytes, true)?.whole()
}

/// Reads one value as JavaScript clients do, and nothing after it: leading zeros, an empty integer, unsorted and repeated keys
/// are taken.
pub fn decode_lenient(bytes: &[u8]) -> Result<Value<'_>, BencodeError> {
    Reader::new(bytes, false)?.whole()
}

/// Reads one value as leniently from the front, and gives what follows it.
pub fn decode_prefix(bytes: &[u8]) -> Result<(Value<'_>, &[u8]), BencodeError> {
    let mut reader = Reader::new(bytes, false)?;
    let value = reader.value(0)?;
    Ok((value, &bytes[reader.at..]))
}

impl<'a> Value<'a> {
    /// The bytes it was read from.
    pub fn raw(&self) -> &'a [u8] {
        self.raw
    }

    /// What it is.
    pub fn kind(&self) -> &Kind<'a> {
        &self.kind
    }

    /// Its number, if it is an integer.
    pub fn as_integer(&self) -> Option<i64> {
        match self.kind {
            Kind::Integer(number) => Some(number),
            _ => None,
        }
    }

    /// Its bytes, if it is a byte string.
    pub fn as_bytes(&self) -> Option<&'a [u8]> {
        match self.kind {
            Kind::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// Its text, if it is a byte string in UTF-8.
    pub fn as_str(&self) -> Option<&'a str> {
        self.as_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok())
    }

    /// Its items, if it is a list.
    pub fn as_list(&self) -> Option<&[Value<'a>]> {
        match &self.kind {
            Kind::List(items) => Some(items),
            _ => None,
        }
    }

    /// Its entries, if it is a dictionary.
    pub fn as_dict(&self) -> Option<&[(&'a [u8], Value<'a>)]> {
        match &self.kind {
            Kind::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key, if this is a dictionary that has it. Of a repeated key the last counts, as in JavaScript.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Option<&Value<'a>> {
        let key = key.as_ref();
        self.as_dict()?.iter().rev().find(|(candidate, _)| *candidate == key).map(|(_, value)| value)
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    strict: bool,
    values: usize,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], strict: bool) -> Result<Self, BencodeError> {
        if bytes.len() > MAX_LEN {
            return Err(BencodeError::TooLong);
        }
        Ok(Self { bytes, at: 0, strict, values: 0 })
    }

    fn whole(mut self) -> Result<Value<'a>, BencodeError> {
        let value = self.value(0)?;
        if self.at < self.bytes.len() { Err(BencodeError::Trailing(self.at)) } else { Ok(value) }
    }

    fn value(&mut self, depth: usize) -> Result<Value<'a>, BencodeError> {
        self.values += 1;
        if depth >= MAX_DEPTH {
            return Err(BencodeError::TooDeep);
        }
        if self.values > MAX_VALUES {
            return Err(BencodeError::TooManyValues);
        }
        let start = self.at;
        let kind = match self.peek()? {
            b'i' => {
                self.at += 1;
                Kind::Integer(self.integer()?)
            }
            b'l' => {
                self.at += 1;
                let mut items = Vec::new();
                while !self.end()? {
                    items.push(self.value(depth + 1)?);
                }
                Kind::List(items)
            }
            b'd' => {
                self.at += 1;
                Kind::Dict(self.entries(depth)?)
            }
            b'0'..=b'9' => Kind::Bytes(self.byte_string()?),
            _ => return Err(BencodeError::Unexpected(start)),
        };
        Ok(Value { raw: &self.bytes[start..self.at], kind })
    }

    fn entries(&mut self, depth: usize) -> Result<Vec<(&'a [u8], Value<'a>)>, BencodeError> {
        let mut entries: Vec<(&[u8], Value<'_>)> = Vec::new();
        while !self.end()? {
            let start = self.at;
            if !self.peek()?.is_ascii_digit() {
                return Err(BencodeError::Key(start));
            }
            let key = self.byte_string()?;
            if self.strict && entries.last().is_some_and(|(last, _)| *last >= key) {
                return Err(BencodeError::KeyOrder(start));
            }
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(entries)
    }

    /// The digits and the `e` of an integer.
    fn integer(&mut self) -> Result<i64, BencodeError> {
        let start = self.at;
        let bad = BencodeError::Integer(start);
        let text = self.until(b'e', bad)?;
        let (negative, digits) = match text.strip_prefix(b"-") {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let canonical = match digits {
            [] => false,
            [b'0'] => !negative,
            [first, ..] => *first != b'0',
        };
        if self.strict && !canonical {
            return Err(bad);
        }
        // Summed up downwards, as the lowest number has no positive counterpart.
        let downwards = digits
            .iter()
            .try_fold(0i64, |number, digit| number.checked_mul(10)?.checked_sub(i64::from(digit.wrapping_sub(b'0'))));
        let number = if negative { downwards } else { downwards.and_then(i64::checked_neg) };
        number.ok_or(bad)
    }

    fn byte_string(&mut self) -> Result<&'a [u8], BencodeError> {
        let bad = BencodeError::StringLength(self.at);
        let digits = self.until(b':', bad)?;
        if digits.is_empty() || self.strict && digits.len() > 1 && digits[0] == b'0' {
            return Err(bad);
        }
        let length = digits.iter().try_fold(0usize, |length, digit| {
            length.checked_mul(10)?.checked_add(usize::from(digit.wrapping_sub(b'0')))
        });
        let end = length.and_then(|length| self.at.checked_add(length)).ok_or(bad)?;
        let bytes = self.bytes.get(self.at..end).ok_or(BencodeError::Truncated)?;
        self.at = end;
        Ok(bytes)
    }

    /// The digits, perhaps with a sign, before `end`, which is passed as well.
    fn until(&mut self, end: u8, bad: BencodeError) -> Result<&'a [u8], BencodeError> {
        let start = self.at;
        loop {
            match self.peek()? {
                byte if byte == end => break,
                b'0'..=b'9' => {}
                b'-' if end == b'e' && self.at == start => {}
                _ => return Err(bad),
            }
            self.at += 1;
        }
        self.at += 1;
        Ok(&self.bytes[start..self.at - 1])
    }

    /// Passes the `e` of a list or a dictionary, if it is here.
    fn end(&mut self) -> Result<bool, BencodeError> {
        let end = self.peek()? == b'e';
        self.at += usize::from(end);
        Ok(end)
    }

    fn peek(&self) -> Result<u8, BencodeError> {
        self.bytes.get(self.at).copied().ok_or(BencodeError::Truncated)
    }
}

/// The canonical form of an integer.
pub fn encode_integer(number: i64) -> Vec<u8> {
    format!("i{number}e").into_bytes()
}

/// The canonical form of a byte string.
pub fn encode_bytes(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    let mut out = format!("{}:", bytes.len()).into_bytes();
    out.extend_from_slice(bytes);
    out
}

/// The canonical form of a list of values that are encoded already.
pub fn encode_list(values: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut out = vec![b'l'];
    values.into_iter().for_each(|value| out.extend(value));
    out.push(b'e');
    out
}

/// A dictionary to be written. Keys may be put in any order; a key put twice keeps the last value.
#[derive(Debug, Clone, Default)]
pub struct DictEncoder(BTreeMap<Vec<u8>, Vec<u8>>);

impl DictEncoder {
    /// An empty dictionary.
    pub fn new() -> Self {
        Self::default()
    }

    /// Puts an integer.
    pub fn integer(self, key: impl AsRef<[u8]>, number: i64) -> Self {
        self.raw(key, encode_integer(number))
    }

    /// Puts a byte string.
    pub fn bytes(self, key: impl AsRef<[u8]>, bytes: impl AsRef<[u8]>) -> Self {
        self.raw(key, encode_bytes(bytes))
    }

    /// Puts a list of values that are encoded already.
    pub fn list(self, key: impl AsRef<[u8]>, values: impl IntoIterator<Item = Vec<u8>>) -> Self {
        self.raw(key, encode_list(values))
    }

    /// Puts a value that is encoded already.
    pub fn raw(mut self, key: impl AsRef<[u8]>, value: impl Into<Vec<u8>>) -> Self {
        self.0.insert(key.as_ref().to_vec(), value.into());
        self
    }

    /// The canonical form.
    pub fn encode(&self) -> Vec<u8> {
        let mut out = vec![b'd'];
        for (key, value) in &self.0 {
            out.extend(encode_bytes(key));
            out.extend_from_slice(value);
        }
        out.push(b'e');
        out
    }
}
