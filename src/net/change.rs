//! What the engine tells the app, and why it refuses.

use serde::{Deserialize, Serialize};

use crate::memo::{Memo, MemoId};
use crate::store::StoreError;
use crate::torrent::{MetainfoError, Status};

/// Something the screens should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Change {
    /// How far everything has come: all of it. Whatever is not in it is gone.
    Statuses(Vec<Status>),
    /// How far these have come, at most four times a second; nothing is new about the others.
    Moved(Vec<Status>),
    /// This memo's row was written: read it again.
    MemoChanged(MemoId),
    /// All bytes of this memo are here: its row as it is stored now.
    Imported(Box<Memo>),
    /// Something went wrong that belongs to no single memo. A sentence.
    Problem(String),
}

/// Why a memo cannot be shared.
#[derive(Debug, thiserror::Error)]
pub enum ShareError {
    /// This browser has no `RTCPeerConnection`.
    #[error(
        "This browser cannot connect to other devices (it has no WebRTC), so it cannot share. The memo is safe here."
    )]
    NoWebRtc,
    /// There is no such memo.
    #[error("This memo is not on this device any more.")]
    NoMemo,
    /// It is still arriving.
    #[error("This memo is still arriving. It can be shared once all of it is here.")]
    NotComplete,
    /// Its audio could not be read to the end.
    #[error("The audio of this memo could not be read to the end, so it cannot be shared.")]
    Unreadable,
    /// It was shared before, and what its link stands for is lost.
    #[error("What this memo's link stands for is not on this device any more.")]
    Forgotten,
    /// Its metadata would not be valid.
    #[error("This memo cannot be shared: {0}")]
    Metainfo(#[from] MetainfoError),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}

/// Why a link cannot be imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// This browser has no `RTCPeerConnection`.
    #[error("This browser cannot connect to other devices (it has no WebRTC), so it cannot receive memos.")]
    NoWebRtc,
    /// Its metadata is not usable.
    #[error("What was shared here cannot be read: {0}.")]
    Metainfo(#[from] MetainfoError),
    /// None of its files can be heard.
    #[error("There is no sound in what was shared here.")]
    NoSound,
    /// The store failed.
    #[error("{0}")]
    Store(#[from] StoreError),
}
