//! The one budget of connections, over all torrents, and the offers that are made ahead of any torrent.

use std::collections::BTreeMap;

use super::limits::{FIRST_OFFERS, MAX_CONNECTIONS, MAX_HALF_OPEN, MAX_INCOMING_HALF_OPEN, PREPARED_OFFER};
use super::rng::Rng;
use super::tracker::OfferId;
use super::{ConnectionId, InfoHash, Instant};

/// What spare offers count for until a torrent takes them.
const NO_TORRENT: InfoHash = InfoHash::new([0; 20]);

/// How far a connection is, as far as the budget is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Half-open, from an offer of ours.
    Offering,
    /// Half-open, from an offer of somebody else.
    Answering,
    Open,
}

/// An offer that was made before there was a torrent to make it for.
#[derive(Debug)]
pub(super) struct Spare {
    pub(super) id: ConnectionId,
    pub(super) offer_id: OfferId,
    /// Its description, once the candidates are gathered.
    pub(super) sdp: Option<String>,
    /// Its candidates may be stale then.
    stale_at: Instant,
}

/// Every connection of the session: whose it is, and what it counts as.
#[derive(Debug, Default)]
pub(super) struct Connections {
    all: BTreeMap<ConnectionId, (InfoHash, Standing)>,
    next: u64,
    spares: Vec<Spare>,
}

impl Connections {
    /// A new half-open connection; `None` when the budget is used up.
    pub(super) fn begin(&mut self, torrent: InfoHash, standing: Standing) -> Option<ConnectionId> {
        let full = self.all.len() >= MAX_CONNECTIONS
            || self.half_open() >= MAX_HALF_OPEN
            || standing == Standing::Answering && self.count(Standing::Answering) >= MAX_INCOMING_HALF_OPEN;
        (!full).then(|| {
            self.next += 1;
            let id = ConnectionId(self.next);
            self.all.insert(id, (torrent, standing));
            id
        })
    }

    /// How many of `wanted` offers one torrent should make now, so that many torrents that begin together all get some.
    pub(super) fn fair_share(&self, wanted: usize) -> usize {
        let left = MAX_HALF_OPEN.saturating_sub(self.half_open());
        wanted.min((left / 8).max(1))
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

    /// Begins as many spare offers as a first announce carries. Returns those that are to be made.
    pub(super) fn prepare(&mut self, now: Instant, rng: &mut Rng) -> Vec<ConnectionId> {
        let mut made = Vec::new();
        while self.spares.len() < FIRST_OFFERS {
            let Some(id) = self.begin(NO_TORRENT, Standing::Offering) else { break };
            let offer_id = OfferId::new(rng.id());
            self.spares.push(Spare { id, offer_id, sdp: None, stale_at: now + PREPARED_OFFER });
            made.push(id);
        }
        made
    }

    /// The description of a spare offer. It is given back when the connection is none.
    pub(super) fn spare_ready(&mut self, id: ConnectionId, sdp: String) -> Option<String> {
        match self.spares.iter_mut().find(|spare| spare.id == id) {
            Some(spare) => {
                spare.sdp = Some(sdp);
                None
            }
            None => Some(sdp),
        }
    }

    /// Gives a spare offer to a torrent, the one that has been gathering the longest first.
    pub(super) fn adopt_spare(&mut self, torrent: InfoHash) -> Option<Spare> {
        let spare = (!self.spares.is_empty()).then(|| self.spares.remove(0))?;
        self.all.insert(spare.id, (torrent, Standing::Offering));
        Some(spare)
    }

    /// A spare offer could not be made.
    pub(super) fn end_spare(&mut self, id: ConnectionId) {
        if self.torrent(id) == Some(NO_TORRENT) {
            self.spares.retain(|spare| spare.id != id);
            self.end(id);
        }
    }

    /// Takes out the spare offers that are stale at that time, or all of them.
    pub(super) fn take_spares(&mut self, stale_at: Option<Instant>) -> Vec<ConnectionId> {
        let stale = |spare: &Spare| stale_at.is_none_or(|now| spare.stale_at <= now);
        let taken = self.spares.iter().filter(|spare| stale(spare)).map(|spare| spare.id).collect();
        self.spares.retain(|spare| !stale(spare));
        taken
    }

    /// When the next spare offer is stale.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.spares.iter().map(|spare| spare.stale_at).min()
    }

    fn half_open(&self) -> usize {
        self.all.values().filter(|(_, standing)| *standing != Standing::Open).count()
    }

    fn count(&self, wanted: Standing) -> usize {
        self.all.values().filter(|(_, standing)| *standing == wanted).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::torrent::tracker::MAX_OFFERS;

    const TORRENT: InfoHash = InfoHash::new([7; 20]);

    #[test]
    fn half_open_connections_have_a_budget_and_offers_of_others_a_part_of_it() {
        let mut connections = Connections::default();
        let begun = |connections: &mut Connections, standing| {
            std::iter::from_fn(|| connections.begin(TORRENT, standing)).collect::<Vec<_>>()
        };
        let theirs = begun(&mut connections, Standing::Answering);
        assert_eq!(theirs.len(), MAX_INCOMING_HALF_OPEN, "a flood of offers");
        let ours = begun(&mut connections, Standing::Offering);
        assert_eq!(ours.len(), MAX_HALF_OPEN - MAX_INCOMING_HALF_OPEN, "leaves room for our own");
        connections.opened(theirs[0]);
        assert!(connections.begin(TORRENT, Standing::Answering).is_some(), "an open one makes room");
        connections.end(ours[0]);
        assert!(connections.begin(TORRENT, Standing::Offering).is_some(), "and so does one that ended");
    }

    #[test]
    fn open_connections_have_a_budget_over_all_torrents() {
        let mut connections = Connections::default();
        let mut open = 0;
        while let Some(id) = connections.begin(InfoHash::new([open as u8; 20]), Standing::Offering) {
            connections.opened(id);
            open += 1;
        }
        assert_eq!((open, connections.len()), (MAX_CONNECTIONS, MAX_CONNECTIONS));
    }

    #[test]
    fn many_torrents_that_begin_together_all_make_an_offer() {
        let mut connections = Connections::default();
        let mut torrents = 0;
        loop {
            let share = connections.fair_share(MAX_OFFERS);
            let made = (0..share).filter(|_| connections.begin(TORRENT, Standing::Offering).is_some()).count();
            if made == 0 {
                break;
            }
            torrents += 1;
        }
        assert!(torrents > 2 * MAX_HALF_OPEN / MAX_OFFERS, "{torrents}");
    }

    #[test]
    fn a_spare_offer_is_adopted_with_its_description_or_goes_stale() {
        let (mut connections, mut rng) = (Connections::default(), Rng::new(1));
        let now = Instant::from_millis(0);
        let made = connections.prepare(now, &mut rng);
        assert_eq!(made.len(), FIRST_OFFERS);
        assert!(connections.prepare(now, &mut rng).is_empty(), "asking again makes no more");
        assert_eq!(connections.spare_ready(made[0], "v=0".into()), None);
        let adopted = connections.adopt_spare(TORRENT).expect("a spare offer");
        assert_eq!((adopted.id, adopted.sdp.as_deref()), (made[0], Some("v=0")));
        assert_eq!(connections.torrent(adopted.id), Some(TORRENT));
        assert_eq!(
            connections.spare_ready(adopted.id, "later".into()),
            Some("later".into()),
            "it is no spare any more"
        );
        connections.end_spare(made[1]);
        assert_eq!(
            connections.prepare(now, &mut rng).len(),
            FIRST_OFFERS,
            "others take the places of those that are gone"
        );
        assert_eq!(connections.take_spares(Some(now)), []);
        assert_eq!(connections.poll_timeout(), Some(now + PREPARED_OFFER));
        assert_eq!(connections.take_spares(Some(now + PREPARED_OFFER)).len(), FIRST_OFFERS);
    }
}
