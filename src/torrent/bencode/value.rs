//! A value with the bytes it was read from.

/// A value together with the bytes it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value<'a> {
    pub(super) raw: &'a [u8],
    pub(super) kind: Kind<'a>,
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
