//! EBML (RFC 8794): elements of an id, a size and a payload. Just as much of it as the mending of a recording needs.

/// An element id with its length marker, as it stands in the file.
pub(super) type Id = u32;

pub(super) const EBML: Id = 0x1A45_DFA3;
pub(super) const SEGMENT: Id = 0x1853_8067;
pub(super) const SEEK_HEAD: Id = 0x114D_9B74;
pub(super) const SEEK: Id = 0x4DBB;
pub(super) const SEEK_ID: Id = 0x53AB;
pub(super) const SEEK_POSITION: Id = 0x53AC;
pub(super) const INFO: Id = 0x1549_A966;
pub(super) const TIMESTAMP_SCALE: Id = 0x2A_D7B1;
pub(super) const DURATION: Id = 0x4489;
pub(super) const DATE_UTC: Id = 0x4461;
pub(super) const MUXING_APP: Id = 0x4D80;
pub(super) const WRITING_APP: Id = 0x5741;
pub(super) const TRACKS: Id = 0x1654_AE6B;
pub(super) const TRACK_ENTRY: Id = 0xAE;
pub(super) const TRACK_NUMBER: Id = 0xD7;
pub(super) const TRACK_TYPE: Id = 0x83;
pub(super) const CODEC_ID: Id = 0x86;
pub(super) const CUES: Id = 0x1C53_BB6B;
pub(super) const CUE_POINT: Id = 0xBB;
pub(super) const CUE_TIME: Id = 0xB3;
pub(super) const CUE_TRACK_POSITIONS: Id = 0xB7;
pub(super) const CUE_TRACK: Id = 0xF7;
pub(super) const CUE_CLUSTER_POSITION: Id = 0xF1;
pub(super) const CLUSTER: Id = 0x1F43_B675;
pub(super) const TIMESTAMP: Id = 0xE7;
pub(super) const SIMPLE_BLOCK: Id = 0xA3;
pub(super) const BLOCK_GROUP: Id = 0xA0;
pub(super) const BLOCK: Id = 0xA1;
pub(super) const BLOCK_DURATION: Id = 0x9B;
pub(super) const DISCARD_PADDING: Id = 0x75A2;
pub(super) const TAGS: Id = 0x1254_C367;
pub(super) const CHAPTERS: Id = 0x1043_A770;
pub(super) const ATTACHMENTS: Id = 0x1941_A469;

/// The front of an element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// Which element.
    pub(super) id: Id,
    /// Bytes of its payload; `None` when the writer did not know them.
    pub(super) size: Option<u64>,
    /// Bytes of id and size.
    pub(super) len: usize,
}

/// What stands at a place where an element should begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// An element.
    Element(Header),
    /// More bytes are needed to tell.
    Incomplete,
    /// No element can begin like this.
    Malformed,
}

/// Reads the front of the element that begins at `bytes`.
pub(super) fn read_header(bytes: &[u8]) -> Front {
    let Some(&first) = bytes.first() else { return Front::Incomplete };
    let id_len = first.leading_zeros() as usize + 1;
    if id_len > 4 {
        return Front::Malformed;
    }
    let Some(&marker) = bytes.get(id_len) else { return Front::Incomplete };
    let size_len = marker.leading_zeros() as usize + 1;
    if size_len > 8 {
        return Front::Malformed;
    }
    let Some((size, _)) = read_vint(&bytes[id_len..]) else { return Front::Incomplete };
    let unknown = (1 << (7 * size_len)) - 1;
    let id = bytes[..id_len].iter().fold(0, |id, &byte| id << 8 | Id::from(byte));
    Front::Element(Header { id, size: (size != unknown).then_some(size), len: id_len + size_len })
}

/// Reads a variable-length number without its marker, and says how long it was.
pub(super) fn read_vint(bytes: &[u8]) -> Option<(u64, usize)> {
    let len = bytes.first()?.leading_zeros() as usize + 1;
    let value = bytes.get(..len).filter(|_| len <= 8)?.iter().fold(0, |value, &byte| value << 8 | u64::from(byte));
    Some((value & ((1 << (7 * len)) - 1), len))
}

/// The whole elements within a payload, as id and payload. Ends at the first that is malformed or cut off.
pub(super) fn children(mut payload: &[u8]) -> impl Iterator<Item = (Id, &[u8])> {
    std::iter::from_fn(move || {
        let Front::Element(header) = read_header(payload) else { return None };
        let end = header.len.checked_add(usize::try_from(header.size?).ok()?)?;
        let child = payload.get(header.len..end)?;
        payload = &payload[end..];
        Some((header.id, child))
    })
}

/// Where the payload of the first child of this id begins within a payload.
pub(super) fn position_of(wanted: Id, payload: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let Front::Element(header) = read_header(payload.get(at..)?) else { return None };
        let start = at + header.len;
        let end = start.checked_add(usize::try_from(header.size?).ok()?)?;
        if header.id == wanted {
            return payload.get(start..end).map(|_| start);
        }
        at = end;
    }
}

/// An unsigned integer of 0 to 8 bytes.
pub(super) fn read_uint(payload: &[u8]) -> Option<u64> {
    (payload.len() <= 8).then(|| payload.iter().fold(0, |value, &byte| value << 8 | u64::from(byte)))
}

/// A signed integer of 0 to 8 bytes.
pub(super) fn read_int(payload: &[u8]) -> Option<i64> {
    let unsigned = read_uint(payload)?;
    let unused_bits = 64 - 8 * payload.len() as u32;
    Some(if payload.is_empty() { 0 } else { (unsigned << unused_bits).cast_signed() >> unused_bits })
}

/// Appends an id.
pub(super) fn write_id(id: Id, out: &mut Vec<u8>) {
    out.extend(id.to_be_bytes().into_iter().skip(id.leading_zeros() as usize / 8));
}

/// Appends a size of exactly `len` bytes, 1 to 8. The caller knows that it fits.
pub(super) fn write_size(size: u64, len: usize, out: &mut Vec<u8>) {
    let marked = size | 1 << (7 * len);
    out.extend(&marked.to_be_bytes()[8 - len..]);
}

/// Appends a whole element, with its size as short as it can be.
pub(super) fn write_element(id: Id, payload: &[u8], out: &mut Vec<u8>) {
    let size = payload.len() as u64;
    // All ones would mean an unknown size.
    let len = (1..8).find(|len| size < (1 << (7 * len)) - 1).unwrap_or(8);
    write_id(id, out);
    write_size(size, len, out);
    out.extend(payload);
}

/// Appends an unsigned integer, as short as it can be.
pub(super) fn write_uint(id: Id, value: u64, out: &mut Vec<u8>) {
    let skip = (value.leading_zeros() as usize / 8).min(7);
    write_element(id, &value.to_be_bytes()[skip..], out);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_at_every_length() {
        let header = |bytes: &[u8]| read_header(bytes);
        assert_eq!(header(&[0xA3, 0x40, 0xBB]), Front::Element(Header { id: SIMPLE_BLOCK, size: Some(187), len: 3 }));
        let unknown = [0x1F, 0x43, 0xB6, 0x75, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];
        assert_eq!(header(&unknown), Front::Element(Header { id: CLUSTER, size: None, len: 12 }));
        assert_eq!(header(&[0xE7, 0xFF]), Front::Element(Header { id: TIMESTAMP, size: None, len: 2 }));
        for cut in 0..unknown.len() {
            assert_eq!(header(&unknown[..cut]), Front::Incomplete, "cut at {cut}");
        }
        assert_eq!(header(&[0x00, 0x81]), Front::Malformed);
        assert_eq!(header(&[0x0F, 1, 1, 1, 1, 0x81]), Front::Malformed, "ids have at most four bytes");
        assert_eq!(header(&[0xA3, 0x00, 1]), Front::Malformed);
    }

    #[test]
    fn integers_keep_their_sign_and_value() {
        assert_eq!(read_int(&[0xFF]), Some(-1));
        assert_eq!(read_int(&[0x00, 0xFF]), Some(255));
        assert_eq!(read_int(&[]), Some(0));
        assert_eq!(read_int(&[0x80, 0, 0, 0, 0, 0, 0, 0]), Some(i64::MIN));
        assert_eq!(read_uint(&[1; 9]), None);
        for value in [0, 1, 255, 256, u64::MAX] {
            let mut out = Vec::new();
            write_uint(TIMESTAMP, value, &mut out);
            let read: Vec<_> = children(&out).map(|(id, payload)| (id, read_uint(payload))).collect();
            assert_eq!(read, [(TIMESTAMP, Some(value))]);
        }
    }

    #[test]
    fn a_written_size_is_never_the_unknown_one() {
        for size in [0, 126, 127, 16_382, 16_383] {
            let mut out = Vec::new();
            write_element(TAGS, &vec![0; size], &mut out);
            let Front::Element(header) = read_header(&out) else { panic!("no element for {size}") };
            assert_eq!((header.size, header.len + size), (Some(size as u64), out.len()));
        }
    }

    #[test]
    fn children_end_where_the_payload_is_damaged() {
        assert_eq!(children(&[0xE7, 0x81, 5, 0xE7, 0x84, 1]).collect::<Vec<_>>(), [(TIMESTAMP, &[5][..])]);
        assert_eq!(children(&[0xE7, 0xFF, 5]).count(), 0);
        assert_eq!(position_of(BLOCK, &[0xE7, 0x81, 5, 0xA1, 0x81, 9]), Some(5));
        assert_eq!(position_of(BLOCK, &[0xE7, 0x81, 5, 0xA1, 0x82, 9]), None);
        assert_eq!(children(&[0xE7, 0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFE]).count(), 0);
    }
}
