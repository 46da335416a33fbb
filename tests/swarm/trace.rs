//! What happened, for people (printed when one seed is replayed) and as a hash (two runs of one seed must agree).

use sha1::{Digest, Sha1};

use voice_memos::torrent::Output;

/// The record of one run.
pub(crate) struct Trace {
    digest: Sha1,
    printed: bool,
}

impl Trace {
    /// Lines are printed when `SEED=` or `TRACE=` is set.
    pub(crate) fn new() -> Self {
        let printed = ["SEED", "TRACE"].iter().any(|name| std::env::var_os(name).is_some());
        Self { digest: Sha1::new(), printed }
    }

    /// One line; made only if somebody reads it.
    pub(crate) fn say(&self, now: u64, line: impl FnOnce() -> String) {
        if self.printed {
            println!("{:>8}.{:03}  {}", now / 1_000, now % 1_000, line());
        }
    }

    /// Takes what an engine wants done into the hash.
    pub(crate) fn take(&mut self, now: u64, device: usize, output: &Output) {
        self.digest.update(now.to_le_bytes());
        self.digest.update(device.to_le_bytes());
        let (kind, number, bytes): (u8, u64, &[u8]) = match output {
            Output::OpenSocket(id, url) => (0, id.0, url.as_bytes()),
            Output::SendSocket(id, text) => (1, id.0, text.as_bytes()),
            Output::CloseSocket(id) => (2, id.0, &[]),
            Output::MakeOffer(id) => (3, id.0, &[]),
            Output::AcceptOffer(id, sdp) => (4, id.0, sdp.as_bytes()),
            Output::AcceptAnswer(id, sdp) => (5, id.0, sdp.as_bytes()),
            Output::Send(id, bytes) => (6, id.0, bytes),
            Output::CloseConnection(id) => (7, id.0, &[]),
            Output::ReadPiece(torrent, piece) => (8, piece.get().into(), torrent.as_bytes()),
            Output::WritePiece(_, piece, bytes) => (9, piece.get().into(), bytes),
            other => return self.digest.update(format!("{other:?}")),
        };
        self.digest.update([kind]);
        self.digest.update(number.to_le_bytes());
        self.digest.update(bytes);
    }

    pub(crate) fn digest(&self) -> [u8; 20] {
        self.digest.clone().finalize().into()
    }
}
