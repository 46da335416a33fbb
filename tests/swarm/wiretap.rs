//! Reads along what one end of a connection says, to judge it, and so that a trace can be read by a person.

use std::fmt;

use voice_memos::torrent::PeerId;
use voice_memos::torrent::extension::{ExtendedHandshake, MetadataMessage};
use voice_memos::torrent::wire::{BlockRequest, Decoder, Frame, Handshake, Message};

use crate::content::Content;

/// No message is longer: what claims to be is nonsense, and nobody reads on.
const LONGEST: usize = 2 * 1024 * 1024;

/// One thing that was said.
#[derive(Debug, Clone)]
pub(crate) enum Word {
    Handshake(Handshake),
    /// A block, and whether its bytes are the true ones.
    Block {
        request: BlockRequest,
        is_true: bool,
    },
    /// Anything else.
    Message(Message),
}

/// Words, each with the number of bytes after which it is said in full.
pub(crate) type Words = Vec<(usize, Word)>;

/// Cuts what is said into words.
#[derive(Debug, Default)]
pub(crate) struct Wiretap {
    decoder: Decoder,
    /// What it speaks about, once it has said so.
    content: Option<Content>,
    greeted: bool,
    pending: Vec<u8>,
    deaf: bool,
}

impl Wiretap {
    /// The words that end within these bytes.
    pub(crate) fn listen(&mut self, bytes: &[u8], content: impl Fn(&Handshake) -> Option<Content>) -> Words {
        let mut words = Vec::new();
        if self.deaf {
            return words;
        }
        let before = self.pending.len();
        self.pending.extend_from_slice(bytes);
        let mut start = 0;
        while let Some(length) = self.frame_len(start) {
            if length > LONGEST {
                self.deaf = true;
                break;
            }
            let Some(frame) = self.pending.get(start..start + length) else { break };
            start += length;
            if let Some(block) = self.block(frame) {
                words.push((start - before, block));
                continue;
            }
            self.decoder.push(frame);
            match self.decoder.next() {
                Ok(Some(Frame::Handshake(handshake))) => {
                    self.greeted = true;
                    self.content = content(&handshake);
                    words.push((start - before, Word::Handshake(handshake)));
                }
                Ok(Some(Frame::Message(message))) => words.push((start - before, Word::Message(message))),
                Ok(None) | Err(_) => {
                    self.deaf = true;
                    break;
                }
            }
        }
        self.pending.drain(..start);
        words
    }

    /// Bytes of the frame that begins at `start`, once its length is there.
    fn frame_len(&self, start: usize) -> Option<usize> {
        if !self.greeted && start == 0 {
            return Some(Handshake::LEN);
        }
        let length = self.pending.get(start..start + 4)?;
        Some(4 + length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)))
    }

    /// A block, if that is what this is. Most bytes are in blocks, so they are compared where they lie.
    fn block(&self, frame: &[u8]) -> Option<Word> {
        let (head, data) = frame.split_at_checked(13).filter(|(head, _)| self.greeted && head[4] == 7)?;
        let number = |at: usize| head[at..at + 4].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
        let request = BlockRequest { piece: number(5), begin: number(9), length: data.len() as u32 };
        let truth = self.content.as_ref().and_then(|content| content.block(request));
        Some(Word::Block { request, is_true: truth == Some(data) })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handshake(Handshake { peer_id, .. }) => write!(f, "handshake as {}", name(*peer_id)),
            Self::Block { request, is_true } => {
                write!(f, "{} {}", if *is_true { "block" } else { "FALSE block" }, place(*request))
            }
            Self::Message(message) => match message {
                Message::Request(request) => write!(f, "request {}", place(*request)),
                Message::Cancel(request) => write!(f, "cancel {}", place(*request)),
                Message::Reject(request) => write!(f, "reject {}", place(*request)),
                Message::Bitfield(bits) => {
                    write!(f, "bitfield of {} pieces", bits.iter().map(|byte| byte.count_ones()).sum::<u32>())
                }
                Message::Extended(0, payload) => match ExtendedHandshake::parse(payload) {
                    Ok(said) => {
                        write!(f, "extended handshake, metadata {:?}, reqq {:?}", said.metadata_size, said.reqq)
                    }
                    Err(error) => write!(f, "extended handshake that makes no sense: {error}"),
                },
                Message::Extended(number, payload) => match MetadataMessage::parse(payload) {
                    Ok(MetadataMessage::Request { piece }) => write!(f, "metadata request {piece}"),
                    Ok(MetadataMessage::Data { piece, data, .. }) => {
                        write!(f, "metadata {piece} of {} bytes", data.len())
                    }
                    Ok(MetadataMessage::Reject { piece }) => write!(f, "metadata reject {piece}"),
                    Err(_) => write!(f, "extended message {number} of {} bytes", payload.len()),
                },
                other => write!(f, "{}", format!("{other:?}").to_lowercase()),
            },
        }
    }
}

fn place(request: BlockRequest) -> String {
    format!("{}+{} ({} bytes)", request.piece, request.begin, request.length)
}

/// The last letters of a name tell peers apart well enough.
fn name(peer: PeerId) -> String {
    peer.as_bytes()[14..].escape_ascii().to_string()
}
