//! Reading bencode, strictly or as JavaScript clients do.

use super::{Kind, Value};

/// How deep values may be nested. A torrent file needs five. It bounds the stack that reading and dropping can use.
pub const MAX_DEPTH: usize = 32;

/// How many values one text may hold: the files of a very large torrent. It bounds the memory that small bytes can turn into.
pub const MAX_VALUES: usize = 256 * 1024;

/// How many bytes are looked at: the 10 MB that metadata may have, and as much again around it.
pub const MAX_LEN: usize = 20_000_000;

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
