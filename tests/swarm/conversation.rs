//! What one of our engines may say on one connection, judged by the words that went to and fro.

use std::collections::{BTreeMap, BTreeSet};

use voice_memos::torrent::wire::{BlockRequest, MAX_BLOCK_LEN, Message};
use voice_memos::torrent::{Bitfield, InfoHash};

use crate::content::Content;
use crate::disk::Disk;
use crate::wiretap::Word;

/// Requests in flight: the engine's own limit, and as many that a timeout gave to others.
const MOST_ASKED: usize = 2 * 512;

/// One end of a connection, as it must see it.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    said: usize,
    torrent: Option<InfoHash>,
    /// What their handshake said of the fast extension, once it was heard.
    fast: Option<bool>,
    choked: bool,
    /// They unchoked us, if only for as long as it took to read what came with it.
    was_unchoked: bool,
    allowed_fast: Vec<u32>,
    /// Our requests that were not answered.
    asked: BTreeMap<BlockRequest, u32>,
    /// All of them: what a choke took away may be cancelled still.
    ever_asked: BTreeSet<BlockRequest>,
    /// Their requests that were not answered.
    wanted: BTreeMap<BlockRequest, u32>,
}

impl Conversation {
    pub(crate) fn new() -> Self {
        Self { choked: true, ..Self::default() }
    }

    /// Something is said from here. Panics when it must not be.
    pub(crate) fn say(&mut self, word: &Word, disk: &Disk, content: impl Fn(InfoHash) -> Content) {
        self.said += 1;
        let message = match word {
            Word::Handshake(handshake) => {
                assert_eq!(self.said, 1, "a second handshake");
                self.torrent = Some(handshake.info_hash);
                return;
            }
            Word::Block { request, is_true } => {
                assert!(is_true, "a false block was served: {word}");
                assert!(take(&mut self.wanted, *request), "a block was served that is not asked for: {word}");
                return;
            }
            Word::Message(message) => message,
        };
        let Some(fast) = self.fast else { panic!("said before their handshake was in: {word}") };
        let torrent = self.torrent.expect("our handshake came first");
        match message {
            Message::Request(request) => {
                assert!(request.length <= MAX_BLOCK_LEN, "too long: {word}");
                assert!(content(torrent).block(*request).is_some(), "there are no such bytes: {word}");
                let allowed = !self.choked || self.was_unchoked || self.allowed_fast.contains(&request.piece);
                assert!(allowed, "asked while choked: {word}");
                *self.asked.entry(*request).or_default() += 1;
                self.ever_asked.insert(*request);
                assert!(self.asked.len() <= MOST_ASKED, "{} requests in flight", self.asked.len());
            }
            Message::Cancel(request) => {
                take(&mut self.asked, *request);
                assert!(self.ever_asked.contains(request), "never asked for: {word}");
            }
            Message::Reject(request) => {
                assert!(fast, "they do not speak of rejects: {word}");
                assert!(take(&mut self.wanted, *request), "rejected what nobody asked for: {word}");
            }
            // Without the fast extension a choke answers everything that waits.
            Message::Choke if !fast => self.wanted.clear(),
            Message::Have(piece) => assert!(disk.knows(torrent, *piece), "it has no such piece: {word}"),
            Message::Bitfield(bits) => {
                let info = content(torrent).info;
                let bits =
                    Bitfield::from_bytes(bits.clone(), info.piece_count()).expect("a bitfield of the right size");
                assert!(bits.iter_ones().all(|piece| disk.knows(torrent, piece)), "it has no such pieces: {word}");
            }
            Message::HaveAll | Message::HaveNone | Message::Suggest(_) | Message::AllowedFast(_) => {
                assert!(fast, "they do not speak of this: {word}");
            }
            Message::Unknown(_) => panic!("a message of no known kind"),
            _ => {}
        }
    }

    /// Something is heard here, all at once; whatever it is, no panic is its due.
    pub(crate) fn hear(&mut self, words: &[(usize, Word)]) {
        self.was_unchoked = !self.choked;
        words.iter().for_each(|(_, word)| self.hear_word(word));
    }

    fn hear_word(&mut self, word: &Word) {
        match word {
            Word::Handshake(handshake) => self.fast = Some(handshake.fast()),
            Word::Block { request, .. } => {
                take(&mut self.asked, *request);
            }
            Word::Message(Message::Reject(request)) => {
                take(&mut self.asked, *request);
            }
            Word::Message(Message::Choke) => {
                self.choked = true;
                // With the fast extension every request is still answered.
                if self.fast != Some(true) {
                    self.asked.clear();
                }
            }
            Word::Message(Message::Unchoke) => (self.choked, self.was_unchoked) = (false, true),
            Word::Message(Message::AllowedFast(piece)) => self.allowed_fast.push(*piece),
            Word::Message(Message::Request(request)) => *self.wanted.entry(*request).or_default() += 1,
            // What they cancel may be on its way out already.
            Word::Message(_) => {}
        }
    }
}

/// Takes one of these requests away; `false` when there is none.
fn take(requests: &mut BTreeMap<BlockRequest, u32>, request: BlockRequest) -> bool {
    let Some(count) = requests.get_mut(&request) else { return false };
    *count -= 1;
    if *count == 0 {
        requests.remove(&request);
    }
    true
}
