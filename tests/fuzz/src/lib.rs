//! The targets of `make fuzz`. What they promise is written in `tests/codecs/any_bytes.rs`, and held there by proptest, too.

#[path = "../../codecs/any_bytes.rs"]
mod any_bytes;

/// Bencode, strictly and leniently.
pub fn bencode(bytes: &[u8]) {
    any_bytes::bencode(bytes);
}

/// The extended handshake, `ut_metadata`, `lt_donthave`, and bitfields.
pub fn extension(bytes: &[u8]) {
    any_bytes::extension(bytes);
}

/// Whatever people paste.
pub fn link(bytes: &[u8]) {
    text(bytes, any_bytes::link);
}

/// Magnet links.
pub fn magnet(bytes: &[u8]) {
    text(bytes, any_bytes::magnet);
}

/// Info dictionaries, their cards, and torrent files.
pub fn torrent(bytes: &[u8]) {
    any_bytes::torrent(bytes);
}

/// Tracker messages, as the tracker and as its client.
pub fn tracker(bytes: &[u8]) {
    text(bytes, any_bytes::tracker);
}

/// Sounds without compression.
pub fn wav(bytes: &[u8]) {
    any_bytes::wav(bytes);
}

/// Recordings.
pub fn webm(bytes: &[u8]) {
    any_bytes::webm(bytes);
}

/// The byte stream of a peer.
pub fn wire(bytes: &[u8]) {
    any_bytes::wire(bytes);
}

/// Archives, and the lists of memos in them.
pub fn zip(bytes: &[u8]) {
    any_bytes::zip(bytes);
}

fn text(bytes: &[u8], promise: fn(&str)) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        promise(text);
    }
}
