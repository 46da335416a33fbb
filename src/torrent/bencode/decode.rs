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

#[cfg(test)]
mod tests {
    use super::*;

    /// Both readers: what the strict one says, then what the lenient one says.
    #[track_caller]
    fn check(text: &str, strict: Result<Kind<'_>, BencodeError>, lenient: Result<Kind<'_>, BencodeError>) {
        let kind = |value: Value<'static>| value.kind().clone();
        let bytes: &'static [u8] = text.to_owned().leak().as_bytes();
        assert_eq!(decode(bytes).map(kind), strict, "strictly {text:?}");
        assert_eq!(decode_lenient(bytes).map(kind), lenient, "leniently {text:?}");
    }

    #[track_caller]
    fn refused(text: &str, error: BencodeError) {
        check(text, Err(error), Err(error));
    }

    #[test]
    fn integers_have_one_canonical_form() {
        for number in [0, -1, 7, 42, i64::MAX, i64::MIN] {
            check(&format!("i{number}e"), Ok(Kind::Integer(number)), Ok(Kind::Integer(number)));
        }
        for (text, number) in [("i03e", 3), ("i-0e", 0), ("ie", 0), ("i-03e", -3), ("i00e", 0)] {
            check(text, Err(BencodeError::Integer(1)), Ok(Kind::Integer(number)));
        }
    }

    #[test]
    fn integers_that_are_none_are_refused() {
        for text in ["i+1e", "i1.5e", "i--1e", "i1-e", "i 1e", "i9223372036854775808e", "i-9223372036854775809e"] {
            refused(text, BencodeError::Integer(1));
        }
        refused(&format!("i{}e", "9".repeat(1000)), BencodeError::Integer(1));
        refused("i1", BencodeError::Truncated);
    }

    #[test]
    fn byte_strings_have_one_canonical_form() {
        check("0:", Ok(Kind::Bytes(b"")), Ok(Kind::Bytes(b"")));
        check("3:abc", Ok(Kind::Bytes(b"abc")), Ok(Kind::Bytes(b"abc")));
        check("03:abc", Err(BencodeError::StringLength(0)), Ok(Kind::Bytes(b"abc")));
        check("00:", Err(BencodeError::StringLength(0)), Ok(Kind::Bytes(b"")));
    }

    #[test]
    fn lengths_that_cannot_be_are_refused() {
        refused("3:ab", BencodeError::Truncated);
        refused("3", BencodeError::Truncated);
        refused("3abc", BencodeError::StringLength(0));
        refused("-1:a", BencodeError::Unexpected(0));
        refused("18446744073709551615:a", BencodeError::StringLength(0));
        refused("99999999999999999999999:a", BencodeError::StringLength(0));
    }

    #[test]
    fn keys_are_sorted_strings_that_occur_once() {
        let sorted = decode(b"d1:a0:1:bi1ee").expect("sorted keys");
        assert_eq!(sorted.get("b").and_then(Value::as_integer), Some(1));
        assert_eq!(decode(b"d1:bi1e1:ai2ee"), Err(BencodeError::KeyOrder(7)));
        assert_eq!(decode(b"d1:ai1e1:ai2ee"), Err(BencodeError::KeyOrder(7)));
        assert_eq!(decode_lenient(b"d1:bi1e1:ai2ee").expect("unsorted").get("b").and_then(Value::as_integer), Some(1));
        let repeated = decode_lenient(b"d1:ai1e1:ai2ee").expect("repeated");
        assert_eq!(repeated.get("a").and_then(Value::as_integer), Some(2), "the last one counts");
        refused("di1e1:ae", BencodeError::Key(1));
        let any_bytes = decode(b"d2:\xff\x001:xe").expect("keys are bytes");
        assert_eq!(any_bytes.get(b"\xff\x00").and_then(Value::as_bytes), Some(&b"x"[..]));
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        let text = b"d4:listli1e3:abcdee4:spam4:eggse";
        decode(text).expect("the whole of it");
        for end in 0..text.len() {
            assert_eq!(decode(&text[..end]), Err(BencodeError::Truncated), "cut at {end}");
            assert_eq!(decode_lenient(&text[..end]), Err(BencodeError::Truncated), "cut at {end}");
        }
        refused("i1ei2e", BencodeError::Trailing(3));
        refused("e", BencodeError::Unexpected(0));
        refused("", BencodeError::Truncated);
    }

    #[test]
    fn a_prefix_ends_where_its_value_ends() {
        let (value, rest) = decode_prefix(b"d3:keyd2:eei1eeeee rest").expect("a dictionary");
        assert_eq!(value.raw(), b"d3:keyd2:eei1eee");
        assert_eq!(rest, b"ee rest");
    }

    #[test]
    fn raw_bytes_are_those_that_came() {
        let value = decode_lenient(b"d4:infod1:bi01e1:a2:xyee").expect("a torrent of sorts");
        assert_eq!(value.get("info").expect("its info").raw(), b"d1:bi01e1:a2:xye");
    }

    #[test]
    fn depth_values_and_length_are_limited() {
        let nested = |depth: usize| [vec![b'l'; depth], vec![b'e'; depth]].concat();
        decode(&nested(MAX_DEPTH)).expect("as deep as is allowed");
        assert_eq!(decode(&nested(MAX_DEPTH + 1)), Err(BencodeError::TooDeep));
        assert_eq!(decode(&vec![b'l'; 1_000_000]), Err(BencodeError::TooDeep));
        let flat = [&b"l"[..], &b"le".repeat(MAX_VALUES), b"e"].concat();
        assert_eq!(decode(&flat), Err(BencodeError::TooManyValues));
        assert_eq!(decode(&vec![b'l'; MAX_LEN + 1]), Err(BencodeError::TooLong));
    }
}
