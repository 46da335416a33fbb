//! What is shared: random bytes with their info dictionary, known to the whole world, so that every lie is noticed.

use std::sync::Arc;

use voice_memos::torrent::wire::BlockRequest;
use voice_memos::torrent::{Info, InfoBuilder, InfoHash, PieceIndex};

use crate::chance::Chance;

/// A torrent as it truly is. Cloning is cheap.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) info: Info,
    bytes: Arc<Vec<u8>>,
}

impl Content {
    pub(crate) fn new(length: usize, piece_length: u32, chance: &mut Chance) -> Self {
        let bytes = chance.bytes(length);
        let mut builder = InfoBuilder::new("memo.webm", length as u64).piece_length(piece_length);
        builder.push(&bytes);
        Self { info: builder.finish().expect("the length is right"), bytes: Arc::new(bytes) }
    }

    pub(crate) fn info_hash(&self) -> InfoHash {
        self.info.info_hash()
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn piece(&self, piece: PieceIndex) -> &[u8] {
        let range = self.info.piece_range(piece);
        &self.bytes[range.start as usize..range.end as usize]
    }

    /// The bytes that this request is for, if there are such.
    pub(crate) fn block(&self, request: BlockRequest) -> Option<&[u8]> {
        let end = request.begin.checked_add(request.length)?;
        self.piece(self.info.piece(request.piece)?).get(request.begin as usize..end as usize)
    }
}
