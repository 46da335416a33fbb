//! The one budget of connections, over all torrents.

use std::collections::BTreeMap;

use super::limits::{MAX_CONNECTIONS, MAX_HALF_OPEN, MAX_INCOMING_HALF_OPEN};
use super::{ConnectionId, InfoHash};

/// How far a connection is, as far as the budget is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Half-open, from an offer of ours.
    Offering,
    /// Half-open, from an offer of somebody else.
    Answering,
    Open,
}

/// Every connection of the session: whose it is, and what it counts as.
#[derive(Debug, Default)]
pub(super) struct Connections {
    all: BTreeMap<ConnectionId, (InfoHash, Standing)>,
    next: u64,
}

impl Connections {
    /// A new half-open connection; `None` when the budget is used up.
    pub(super) fn begin(&mut self, torrent: InfoHash, standing: Standing) -> Option<ConnectionId> {
        let half_open = self.count(Standing::Offering) + self.count(Standing::Answering);
        let full = self.all.len() >= MAX_CONNECTIONS
            || half_open >= MAX_HALF_OPEN
            || standing == Standing::Answering && self.count(Standing::Answering) >= MAX_INCOMING_HALF_OPEN;
        (!full).then(|| {
            self.next += 1;
            let id = ConnectionId(self.next);
            self.all.insert(id, (torrent, standing));
            id
        })
    }

    pub(super) fn opened(&mut self, id: ConnectionId) {
        if let Some((_, standing)) = self.all.get_mut(&id) {
            *standing = Standing::Open;
        }
    }

    pub(super) fn end(&mut self, id: ConnectionId) {
        self.all.remove(&id);
    }

    pub(super) fn torrent(&self, id: ConnectionId) -> Option<InfoHash> {
        self.all.get(&id).map(|(torrent, _)| *torrent)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn count(&self, wanted: Standing) -> usize {
        self.all.values().filter(|(_, standing)| *standing == wanted).count()
    }
}
