//! What is to be said to one peer in one step, in portions that a channel takes.

use super::limits::MAX_SEND_BYTES;
use super::wire::{Message, encode_piece_head};

/// Messages that leave together. A portion is at most [`MAX_SEND_BYTES`] long; a message begins a new one rather than be cut in
/// two, unless it is longer than that by itself.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    portions: Vec<Vec<u8>>,
    len: usize,
    /// What can wait until something else is said.
    later: Vec<u8>,
}

impl Outbox {
    pub(super) fn say(&mut self, message: &Message) {
        match message {
            Message::Bitfield(_) | Message::Extended(..) => {
                // It may take back what was to be said later.
                self.hurry();
                let mut bytes = Vec::new();
                message.encode(&mut bytes);
                self.append(&bytes);
            }
            _ => self.with_room(17, 0, |portion| message.encode(portion)),
        }
    }

    /// Says something with whatever is said next. Nothing by itself.
    pub(super) fn say_later(&mut self, message: &Message) {
        message.encode(&mut self.later);
        if self.later.len() >= MAX_SEND_BYTES / 4 {
            self.hurry();
        }
    }

    /// What can wait leaves now.
    pub(super) fn hurry(&mut self) {
        let later = std::mem::take(&mut self.later);
        self.append(&later);
    }

    /// A block, straight from the bytes of its piece: header and bytes in one portion, if they fit. So many others may follow.
    pub(super) fn say_piece(&mut self, piece: u32, begin: u32, block: &[u8], others: usize) {
        let len = PIECE_HEAD + block.len();
        // As many as fit whole; one that does not fills its portion.
        let whole = (MAX_SEND_BYTES / len).max(1);
        let all = (len * whole.min(1 + others)).min(MAX_SEND_BYTES);
        self.with_room(len, all, |portion| encode_piece_head(piece, begin, block.len(), portion));
        self.fill(block);
    }

    /// Bytes as they are.
    pub(super) fn append(&mut self, bytes: &[u8]) {
        self.with_room(bytes.len(), 0, |_| {});
        self.fill(bytes);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// All portions, with what could wait in front.
    pub(super) fn take(&mut self) -> Vec<Vec<u8>> {
        self.hurry();
        self.len = 0;
        std::mem::take(&mut self.portions)
    }

    /// Writes to the last portion if it has room for so many bytes, or else to a new one, made for more of them.
    fn with_room(&mut self, bytes: usize, capacity: usize, write: impl FnOnce(&mut Vec<u8>)) {
        if self.portions.last().is_none_or(|last| last.len() + bytes > MAX_SEND_BYTES) {
            self.portions.push(Vec::with_capacity(capacity));
        }
        if let Some(last) = self.portions.last_mut() {
            let before = last.len();
            write(last);
            self.len += last.len() - before;
        }
    }

    /// Fills the last portion and, where that is not enough, new ones.
    fn fill(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let room = self.portions.last().map_or(0, |last| MAX_SEND_BYTES - last.len());
            let (now, later) = bytes.split_at(room.min(bytes.len()));
            if let Some(last) = self.portions.last_mut() {
                last.extend_from_slice(now);
                self.len += now.len();
            }
            bytes = later;
            if !bytes.is_empty() {
                self.portions.push(Vec::with_capacity(bytes.len().min(MAX_SEND_BYTES)));
            }
        }
    }
}

/// Bytes before those of a block: length, kind, piece, begin.
const PIECE_HEAD: usize = 13;

#[cfg(test)]
mod tests {
    use super::super::wire::{BLOCK_LEN, Decoder, Frame, Handshake, MAX_BLOCK_LEN};
    use super::super::{InfoHash, PeerId};
    use super::*;

    fn decoded(portions: &[Vec<u8>]) -> Vec<Message> {
        let mut decoder = Decoder::new();
        let mut handshake = Vec::new();
        Handshake::new(InfoHash::new([1; 20]), PeerId::new([2; 20])).encode(&mut handshake);
        decoder.push(&handshake);
        portions.iter().for_each(|portion| decoder.push(portion));
        let frames = std::iter::from_fn(|| decoder.next().expect("it keeps to the protocol"));
        frames.filter_map(|frame| if let Frame::Message(message) = frame { Some(message) } else { None }).collect()
    }

    #[test]
    fn blocks_are_not_cut_in_two_and_no_portion_is_too_long() {
        let mut outbox = Outbox::default();
        let block = vec![7; BLOCK_LEN as usize];
        (0..20).for_each(|piece| outbox.say_piece(piece, 0, &block, 19));
        outbox.say(&Message::Unchoke);
        let len = outbox.len();
        let portions = outbox.take();
        assert_eq!(portions.iter().map(Vec::len).sum::<usize>(), len);
        assert!(portions.iter().all(|portion| portion.len() <= MAX_SEND_BYTES));
        let whole = |portion: &Vec<u8>| portion.len() % (PIECE_HEAD + block.len()) <= 5;
        assert!(portions.iter().all(whole), "none ends within a block");
        let messages = decoded(&portions);
        assert_eq!(messages.len(), 21);
        assert_eq!(messages[19], Message::Piece { piece: 19, begin: 0, data: block });
    }

    #[test]
    fn what_is_longer_than_a_portion_goes_on_in_the_next() {
        let mut outbox = Outbox::default();
        let block: Vec<u8> = (0..MAX_BLOCK_LEN).map(|at| at as u8).collect();
        outbox.say(&Message::Have(1));
        outbox.say_piece(3, 0, &block, 0);
        outbox.say(&Message::Bitfield(vec![1; 100_000]));
        let portions = outbox.take();
        assert!(portions.iter().all(|portion| portion.len() <= MAX_SEND_BYTES));
        let messages = decoded(&portions);
        assert_eq!(messages[1], Message::Piece { piece: 3, begin: 0, data: block });
        assert_eq!(messages[2], Message::Bitfield(vec![1; 100_000]));
    }

    #[test]
    fn what_can_wait_leaves_with_the_next_word_or_when_it_is_much() {
        let mut outbox = Outbox::default();
        outbox.say_later(&Message::Have(1));
        assert!(outbox.is_empty());
        outbox.say(&Message::Unchoke);
        let mut messages = decoded(&outbox.take());
        messages.sort_by_key(|message| *message == Message::Unchoke);
        assert_eq!(messages, [Message::Have(1), Message::Unchoke]);
        (0..10_000).for_each(|piece| outbox.say_later(&Message::Have(piece)));
        assert!(!outbox.is_empty());
        outbox.take();
        outbox.say_later(&Message::Have(1));
        outbox.hurry();
        assert_eq!(decoded(&outbox.take()), [Message::Have(1)]);
    }
}
