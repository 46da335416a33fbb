//! What holds for any bytes at all. Each function takes what a stranger sent, whatever it is, and panics when a promise is
//! broken. `properties` calls them with bytes that proptest makes up, `make fuzz` with bytes that libFuzzer finds.

use voice_memos::memo::webm::{Scan, WebmError, cut, remux};
use voice_memos::memo::zip::{Entry, MAX_ENTRIES, Opening, ZipError};
use voice_memos::memo::{Card, MAX_LINK_LEN, Wav, parse_link, read_list, share_link};
use voice_memos::torrent::bencode::{self, DictEncoder, Kind, Value};
use voice_memos::torrent::extension::{
    ExtendedHandshake, METADATA_PIECE_LEN, MetadataMessage, encode_dont_have, parse_dont_have,
};
use voice_memos::torrent::tracker::{ClientMessage, TrackerMessage};
use voice_memos::torrent::wire::{Decoder, Frame, Handshake, MAX_BLOCK_LEN, Message, WireError};
use voice_memos::torrent::{Bitfield, Info, InfoHash, MAX_MAGNET_LEN, Magnet, Metainfo, PeerId};

/// Bytes of a frame that every tracker takes (aquatic).
const MAX_FRAME: usize = 16 * 1024;

/// What is read strictly is canonical; what is canonical is read the same either way; every value knows its own bytes.
pub(crate) fn bencode(bytes: &[u8]) {
    let lenient = bencode::decode_lenient(bytes);
    if let Ok(value) = bencode::decode(bytes) {
        assert_eq!(encode(&value), bytes, "read strictly, written otherwise");
        assert_eq!(Ok(&value), lenient.as_ref(), "read otherwise when read leniently");
    }
    if let Ok((value, rest)) = bencode::decode_prefix(bytes) {
        assert_eq!([value.raw(), rest].concat(), bytes, "a value and its rest are not the whole");
        assert_eq!(lenient.is_ok(), rest.is_empty(), "whole only when nothing follows");
        check_raw(&value);
    }
}

/// A value is what its own bytes say, and so are those in it.
fn check_raw(value: &Value<'_>) {
    assert_eq!(bencode::decode_lenient(value.raw()).as_ref(), Ok(value));
    let within: Vec<&Value<'_>> = match value.kind() {
        Kind::List(items) => items.iter().collect(),
        Kind::Dict(entries) => entries.iter().map(|(_, value)| value).collect(),
        Kind::Integer(_) | Kind::Bytes(_) => Vec::new(),
    };
    for value in within {
        assert_eq!(bencode::decode_lenient(value.raw()).as_ref(), Ok(value));
    }
}

/// The canonical bytes of a value.
pub(crate) fn encode(value: &Value<'_>) -> Vec<u8> {
    match value.kind() {
        Kind::Integer(number) => bencode::encode_integer(*number),
        Kind::Bytes(bytes) => bencode::encode_bytes(bytes),
        Kind::List(items) => bencode::encode_list(items.iter().map(encode)),
        Kind::Dict(entries) => {
            entries.iter().fold(DictEncoder::new(), |dict, (key, value)| dict.raw(key, encode(value))).encode()
        }
    }
}

/// A torrent that was read keeps its bytes, and its pieces and files lie side by side without a gap.
pub(crate) fn torrent(bytes: &[u8]) {
    if let Ok(info) = Info::parse(bytes) {
        assert_eq!(info.raw(), bytes, "what is hashed is what came");
        check_layout(&info);
        if let Some(card) = Card::of_info(&info) {
            assert_eq!(Card::parse(&card.encode()), Some(card), "a card written, and read otherwise");
        }
    }
    if let Ok(metainfo) = Metainfo::parse(bytes) {
        check_layout(&metainfo.info);
        assert_eq!(Metainfo::parse(&metainfo.encode()), Ok(metainfo), "written, and read otherwise");
    }
}

fn check_layout(info: &Info) {
    let mut end = 0;
    for piece in info.pieces() {
        let range = info.piece_range(piece);
        assert_eq!(range.start, end, "a gap before a piece");
        assert_eq!(range.end - range.start, u64::from(info.piece_len(piece)));
        end = range.end;
    }
    assert_eq!(end, info.total_length(), "the pieces are not the whole");
    let mut end = 0;
    for file in info.files() {
        assert_eq!(file.range().start, end, "a gap before a file");
        end = file.range().end;
    }
    assert_eq!(end, info.total_length(), "the files are not the whole");
}

/// However the bytes of a channel are cut, the same messages come out, and then the same fault. What they are is written
/// with the bytes that came.
pub(crate) fn wire(bytes: &[u8]) {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let mut stream = Vec::new();
    // Few streams that a fuzzer finds begin with a handshake, so half of them are given one.
    if first & 1 == 0 {
        Handshake::new(InfoHash::new([1; 20]), PeerId::new([2; 20])).encode(&mut stream);
    }
    let (sizes, bytes) = bytes.split_at(usize::from(first >> 1 & 7).min(bytes.len()));
    stream.extend_from_slice(bytes);
    let whole = decode_in_portions(&stream, &[stream.len().max(1)]);
    assert_eq!(decode_in_portions(&stream, &[1]), whole, "cut at each byte");
    if !sizes.is_empty() {
        let sizes: Vec<usize> = sizes.iter().map(|size| usize::from(*size).max(1)).collect();
        assert_eq!(decode_in_portions(&stream, &sizes), whole, "cut into portions of {sizes:?}");
    }

    let (frames, _) = whole;
    let mut written = Vec::new();
    for frame in &frames {
        match frame {
            Frame::Handshake(handshake) => handshake.encode(&mut written),
            // What is in them is not kept.
            Frame::Message(Message::Unknown(_)) => return,
            Frame::Message(message) => {
                if let Message::Piece { data, .. } = message {
                    assert!(data.len() <= MAX_BLOCK_LEN as usize, "a block of {} bytes", data.len());
                }
                message.encode(&mut written);
            }
        }
    }
    assert!(stream.starts_with(&written), "written otherwise than it came");
}

/// Pushes the bytes in portions of these sizes, round and round, and takes what comes after each: the frames, and the fault
/// that ended them.
pub(crate) fn decode_in_portions(bytes: &[u8], sizes: &[usize]) -> (Vec<Frame>, Option<WireError>) {
    let mut decoder = Decoder::new();
    let mut frames = Vec::new();
    let mut rest = bytes;
    for size in sizes.iter().cycle() {
        let (portion, later) = rest.split_at((*size).min(rest.len()));
        decoder.push(portion);
        loop {
            match decoder.next() {
                Ok(Some(frame)) => frames.push(frame),
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    (frames, None)
}

/// What was understood of an extended message is said the same way again.
pub(crate) fn extension(bytes: &[u8]) {
    if let Ok(handshake) = ExtendedHandshake::parse(bytes) {
        assert_eq!(ExtendedHandshake::parse(&handshake.encode()), Ok(handshake));
    }
    if let Ok(message) = MetadataMessage::parse(bytes) {
        if let MetadataMessage::Data { data, .. } = &message {
            assert!(data.len() <= METADATA_PIECE_LEN as usize, "{} bytes of metadata in one piece", data.len());
        }
        assert_eq!(MetadataMessage::parse(&message.encode()), Ok(message));
    }
    if let Ok(piece) = parse_dont_have(bytes) {
        assert_eq!(encode_dont_have(piece), bytes);
    }
    for len in [0, 1, 8, 100] {
        if let Ok(bits) = Bitfield::from_bytes(bytes, len) {
            assert!(bits.count_ones() <= len, "more pieces than there are");
        }
    }
}

/// What was understood of a message is said in one that is understood the same, and that every tracker takes.
pub(crate) fn tracker(text: &str) {
    if let Ok(message) = ClientMessage::parse(text) {
        // What is too much to say, or is not said with this event, is left out the first time.
        let said = ClientMessage::parse(&message.to_json()).expect("what is written can be read");
        assert_eq!(ClientMessage::parse(&said.to_json()), Ok(said));
        if let ClientMessage::Announce(_) = &message {
            let len = message.to_json().len();
            assert!(len <= MAX_FRAME, "an announce of {len} bytes");
        }
    }
    if let Ok(message) = TrackerMessage::parse(text) {
        assert_eq!(TrackerMessage::parse(&message.to_json()), Ok(message));
    }
}

/// What was understood of a magnet is written so that it is read the same, here and by JavaScript.
pub(crate) fn magnet(text: &str) {
    let Ok(magnet) = text.parse::<Magnet>() else { return };
    let written = magnet.to_string();
    for pair in written.trim_start_matches("magnet:?").split('&') {
        assert_eq!(pair.split('=').count(), 2, "JavaScript drops pairs with another =: {pair}");
    }
    // Escapes may make it longer than what is read.
    if written.len() <= MAX_MAGNET_LEN {
        assert_eq!(written.parse(), Ok(magnet), "{written}");
    }
}

/// Every memo that a text names can be shared again, and its link names it and nothing else.
pub(crate) fn link(text: &str) {
    let Ok(magnets) = parse_link(text) else { return };
    assert!(!magnets.is_empty(), "no memo and no error");
    for (at, magnet) in magnets.iter().enumerate() {
        assert!(magnets[..at].iter().all(|other| other.info_hash != magnet.info_hash), "a memo twice");
        let link = share_link("https://memos.example", magnet);
        if link.len() <= MAX_LINK_LEN {
            assert_eq!(parse_link(&link).as_deref(), Ok(std::slice::from_ref(magnet)), "{link}");
        }
    }
}

/// An archive is opened or refused: nothing of it lies outside of the file, and all of it together is not larger than the file.
pub(crate) fn zip(bytes: &[u8]) {
    let len = bytes.len() as u64;
    let slice = |range: std::ops::Range<u64>| &bytes[range.start as usize..range.end as usize];
    let mut opening = Opening::of(len);
    while let Some(range) = opening.wants() {
        assert!(range.start <= range.end && range.end <= len, "{range:?} of {len} bytes is asked for");
        let _ = opening.read(slice(range));
    }
    let entries: Result<Vec<Entry>, ZipError> = opening.entries();
    let Ok(entries) = entries else { return };
    assert!(entries.len() <= MAX_ENTRIES);
    let mut unpacked = 0;
    for entry in entries {
        let front = entry.front();
        assert!(front.end <= len, "a front outside of the file");
        let Ok(content) = entry.content(slice(front)) else { continue };
        assert!(content.end <= len, "bytes outside of the file");
        assert_eq!(content.end - content.start, entry.size);
        unpacked += entry.size;
        let _ = read_list(slice(content));
    }
    assert!(unpacked <= len, "{unpacked} bytes out of {len}");
}

/// A sound without compression is cut within its bounds, or refused.
pub(crate) fn wav(bytes: &[u8]) {
    let len = bytes.len() as u64;
    let Ok(wav) = Wav::parse(bytes, len) else { return };
    let Ok((front, data)) = wav.cut(wav.duration_ms() / 3..wav.duration_ms()) else { return };
    assert!(data.start < data.end && data.end <= len, "{data:?} of {len} bytes");
    let part = [&front, &bytes[data.start as usize..data.end as usize]].concat();
    let again = Wav::parse(&part, part.len() as u64).and_then(|wav| wav.cut(0..u64::MAX));
    assert_eq!(again.map(|(_, all)| all.end - all.start), Ok(data.end - data.start), "a part is not all of itself");
}

/// A recording is mended or refused, the same however it is cut into slices; a mended one needs no mending.
pub(crate) fn webm(bytes: &[u8]) {
    let mended = remux(bytes);
    assert_eq!(remux_in_slices(bytes, 7), mended, "slices of 7 bytes");
    let Ok((mended, duration_ms)) = mended else { return };
    let again = remux(&mended).expect("what was mended is a recording");
    assert_eq!((again.0 == mended, again.1), (true, duration_ms), "mending a mended recording changes it");
    let range_ms = duration_ms / 3..duration_ms / 3 * 2;
    let part = cut(bytes, range_ms.clone());
    assert_eq!(part, cut(&mended, range_ms), "a part of the mended recording is another one");
    if let Ok((part, duration_ms)) = part {
        assert_eq!(remux(&part), Ok((part, duration_ms)), "a part needs mending");
    }
}

fn remux_in_slices(bytes: &[u8], size: usize) -> Result<(Vec<u8>, u64), WebmError> {
    let mut scan = Scan::default();
    bytes.chunks(size).for_each(|slice| scan.push(slice));
    let layout = scan.finish()?;
    let (mut writer, mut mended) = (layout.writer(), Vec::new());
    bytes.chunks(size).for_each(|slice| writer.push(slice, &mut mended));
    writer.finish()?;
    Ok((mended, layout.duration_ms()))
}
