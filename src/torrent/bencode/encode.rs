//! Writing bencode, in its canonical form only.

use std::collections::BTreeMap;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_whatever_order_they_are_put_in() {
        let dict = DictEncoder::new()
            .bytes("name", "memo")
            .integer("length", -3)
            .list("files", [encode_integer(1), encode_bytes("é")])
            .raw("memo", DictEncoder::new().encode());
        assert_eq!(dict.encode(), "d5:filesli1e2:ée6:lengthi-3e4:memode4:name4:memoe".as_bytes());
    }

    #[test]
    fn a_key_put_twice_keeps_the_last_value() {
        assert_eq!(DictEncoder::new().integer("a", 1).integer("a", 2).encode(), b"d1:ai2ee");
    }
}
