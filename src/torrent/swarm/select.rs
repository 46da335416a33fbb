//! Which of a torrent's files are wanted, and whose trackers it may use.

use std::ops::Range;

use super::super::session::Shared;
use super::super::wire::Message;
use super::super::{Bitfield, ConnectionId, Info};
use super::Swarm;

impl Swarm {
    /// Only the pieces of these bytes are wanted from now on. Of new ones, those in `stored` are here already.
    pub(in super::super) fn select(&mut self, bytes: &[Range<u64>], stored: &Bitfield, shared: &mut Shared) {
        let was_complete = self.is_complete();
        let Some(pieces) = &mut self.pieces else {
            self.wanted = Some(bytes.to_vec());
            return;
        };
        let changed = pieces.select(bytes, stored);
        for piece in &changed.dropped {
            self.disclaim(*piece);
        }
        let torrent = self.info_hash;
        shared.cache.forget(|of, piece| of == torrent && changed.dropped.contains(&piece));
        for piece in &changed.gained {
            self.peers
                .values_mut()
                .filter(|peer| peer.is_ready())
                .for_each(|peer| peer.say(&Message::Have(piece.get())));
        }
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.call_off(id);
            self.update_interest(id, shared);
        }
        match (was_complete, self.is_complete()) {
            (false, true) => self.completed(shared),
            (true, false) => {
                self.found_somebody();
                self.look_again(shared);
            }
            _ => {}
        }
        self.ask_all(shared);
    }

    /// What one peer was asked for and is not wanted any more need not be sent.
    fn call_off(&mut self, id: ConnectionId) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        let asked: Vec<_> = peer.asked.iter().map(|asked| asked.request).collect();
        for request in asked.into_iter().filter(|request| !pieces.wants(request.piece)) {
            peer.answered(request);
            peer.say(&Message::Cancel(request));
            peer.expect_late(request);
        }
    }

    /// The trackers that may be used besides the torrent's own: none of a private torrent (BEP 27).
    pub(super) fn allowed_besides(&mut self, urls: Vec<String>, own: &[String]) -> Vec<String> {
        let is_private = self.pieces.as_ref().is_some_and(|pieces| pieces.info().private() == Some(true));
        let more: Vec<String> = urls.into_iter().filter(|url| !is_private && !own.contains(url)).collect();
        self.more_urls.retain(|url| !own.contains(url));
        self.more_urls.extend(more.iter().filter(|url| !self.urls.contains(url)).cloned());
        more
    }

    /// Leaves the trackers that are not the torrent's own, if the metadata says so (BEP 27).
    pub(super) fn keep_to_own_trackers(&mut self, info: &Info, shared: &mut Shared) {
        if info.private() == Some(true) {
            let more = std::mem::take(&mut self.more_urls);
            self.urls.retain(|url| !more.contains(url));
            self.leave_unlisted_trackers(shared);
        }
    }
}
