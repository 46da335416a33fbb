//! What the engine tells the app, and why it refuses.

use serde::{Deserialize, Serialize};

use crate::memo::webm::WebmError;
use crate::memo::{Memo, MemoId, WavError};
use crate::store::{CutError, StoreError};
use crate::torrent::{MetainfoError, Status};
use crate::words::words;

/// Something the screens should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// How far everything has come: all of it. Whatever is not in it is gone.
    Statuses(Vec<Status>),
    /// How far these have come, at most four times a second; nothing is new about the others.
    Moved(Vec<Status>),
    /// All bytes of this memo are here.
    Imported(MemoId),
    /// Something went wrong that belongs to no single memo. A sentence.
    Problem(String),
}

/// Why a memo cannot be shared.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// This browser has no `RTCPeerConnection`.
    #[error("{}", words().network.cannot_share_here)]
    NoWebRtc,
    /// There is no such memo.
    #[error("{}", words().network.no_memo)]
    NoMemo,
    /// It is still arriving.
    #[error("{}", words().network.still_arriving)]
    NotComplete,
    /// Its audio could not be read to the end.
    #[error("{}", words().network.audio_unreadable)]
    Unreadable,
    /// It was shared before, and what its link stands for is lost.
    #[error("{}", words().network.link_forgotten)]
    Forgotten,
    /// It is trimmed, and sounds of its kind cannot be cut: a link would give what was trimmed away, too. Its title.
    #[error("{}", words().network.part_cannot_be_shared.with([&.0]))]
    Uncuttable(String),
    /// It is trimmed, and its WebM cannot be cut.
    #[error("{}", words().network.cannot_be_shared.with([&.0]))]
    Webm(WebmError),
    /// It is trimmed, and its WAV cannot be cut.
    #[error("{}", words().network.cannot_be_shared.with([&.0]))]
    Wav(WavError),
    /// Its metadata would not be valid.
    #[error("{}", words().network.cannot_be_shared.with([&.0]))]
    Metainfo(#[from] MetainfoError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

impl ShareError {
    /// Why the part of this trimmed memo cannot be cut.
    pub(super) fn of_cut(error: CutError, memo: &Memo) -> Self {
        match error {
            CutError::Uncuttable => Self::Uncuttable(memo.display_title()),
            CutError::Incomplete => Self::Unreadable,
            CutError::Webm(error) => Self::Webm(error),
            CutError::Wav(error) => Self::Wav(error),
            CutError::Store(error) => Self::Store(error),
        }
    }
}

/// Why a link cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This browser has no `RTCPeerConnection`.
    #[error("{}", words().network.cannot_receive_here)]
    NoWebRtc,
    /// Its metadata is not usable.
    #[error("{}", words().network.unreadable.with([&.0]))]
    Metainfo(#[from] MetainfoError),
    /// None of its files can be heard.
    #[error("{}", words().network.no_sound)]
    NoSound,
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}
