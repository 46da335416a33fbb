//! Bencode (BEP 3): integers, byte strings, lists and dictionaries.
//!
//! [`decode`] takes the canonical form only. [`decode_lenient`] and [`decode_prefix`] take what JavaScript clients take, for bytes
//! that others made. Each [`Value`] remembers the bytes it was read from, because an infohash is a hash of bytes, not of meaning.

mod decode;
mod encode;
mod value;

pub use self::decode::{BencodeError, MAX_DEPTH, MAX_LEN, MAX_VALUES, decode, decode_lenient, decode_prefix};
pub use self::encode::{DictEncoder, encode_bytes, encode_integer, encode_list};
pub use self::value::{Kind, Value};
