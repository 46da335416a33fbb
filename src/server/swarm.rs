//! One torrent's peers, as a tracker sees them.

use indexmap::IndexMap;
use rand::Rng;
use rand::seq::index;

use crate::torrent::{Instant, PeerId};

use super::tracker::ClientId;

/// Who has a torrent, and who wants it.
#[derive(Debug, Default)]
pub(super) struct Swarm {
    // Indexed, so that picking a few at random costs the same in a swarm of ten thousand.
    seeders: IndexMap<PeerId, Peer>,
    leechers: IndexMap<PeerId, Peer>,
    /// How many times somebody completed the download here.
    pub(super) downloaded: u32,
}

/// One peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Peer {
    /// The socket it is reached by.
    pub(super) client: ClientId,
    /// When it last said something.
    pub(super) seen: Instant,
}

/// Whether a peer has the whole torrent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Seeder,
    Leecher,
}

impl Swarm {
    pub(super) fn seeders(&self) -> u32 {
        u32::try_from(self.seeders.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn leechers(&self) -> u32 {
        u32::try_from(self.leechers.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.seeders.is_empty() && self.leechers.is_empty()
    }

    pub(super) fn peer(&self, id: &PeerId) -> Option<(Role, Peer)> {
        let seeder = self.seeders.get(id).map(|peer| (Role::Seeder, *peer));
        seeder.or_else(|| self.leechers.get(id).map(|peer| (Role::Leecher, *peer)))
    }

    /// Adds the peer, or changes what is known of it; what was known before.
    pub(super) fn insert(&mut self, id: PeerId, role: Role, peer: Peer) -> Option<(Role, Peer)> {
        let known = self.remove(&id);
        match role {
            Role::Seeder => self.seeders.insert(id, peer),
            Role::Leecher => self.leechers.insert(id, peer),
        };
        known
    }

    pub(super) fn remove(&mut self, id: &PeerId) -> Option<(Role, Peer)> {
        let seeder = self.seeders.swap_remove(id).map(|peer| (Role::Seeder, peer));
        seeder.or_else(|| self.leechers.swap_remove(id).map(|peer| (Role::Leecher, peer)))
    }

    /// Notes that the peer said something.
    pub(super) fn touch(&mut self, id: &PeerId, now: Instant) {
        if let Some(peer) = self.seeders.get_mut(id).or_else(|| self.leechers.get_mut(id)) {
            peer.seen = now;
        }
    }

    /// Removes who has said nothing since `deadline`, and says who that was.
    pub(super) fn expire(&mut self, deadline: Instant) -> Vec<(PeerId, ClientId)> {
        let mut expired = Vec::new();
        for peers in [&mut self.seeders, &mut self.leechers] {
            peers.retain(|id, peer| {
                let stays = peer.seen > deadline;
                if !stays {
                    expired.push((*id, peer.client));
                }
                stays
            });
        }
        expired
    }

    /// Up to `count` others that an offer by `id` may go to: first who `id` has most use for, at random within each kind.
    pub(super) fn targets(&self, rng: &mut impl Rng, id: &PeerId, role: Role, count: usize) -> Vec<Peer> {
        let kinds = match role {
            Role::Leecher => [&self.seeders, &self.leechers],
            Role::Seeder => [&self.leechers, &self.seeders],
        };
        let mut targets = pick(rng, kinds[0], id, count);
        targets.extend(pick(rng, kinds[1], id, count - targets.len()));
        targets
    }

    /// Up to `count` leechers other than `id`, at random.
    pub(super) fn waiting(&self, rng: &mut impl Rng, id: &PeerId, count: usize) -> Vec<Peer> {
        pick(rng, &self.leechers, id, count)
    }
}

fn pick(rng: &mut impl Rng, peers: &IndexMap<PeerId, Peer>, except: &PeerId, count: usize) -> Vec<Peer> {
    let own = peers.get_index_of(except);
    let others = peers.len() - usize::from(own.is_some());
    let chosen = index::sample(rng, others, count.min(others));
    // The place of `except` is stepped over, so each of the others is as likely.
    let skipping = chosen.iter().map(|place| if own.is_some_and(|own| place >= own) { place + 1 } else { place });
    skipping.filter_map(|place| peers.get_index(place).map(|(_, peer)| *peer)).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    use super::*;

    fn id(number: u8) -> PeerId {
        PeerId::new([number; 20])
    }

    /// Peers 0.. are seeders, the following ones leechers; each peer's client has the peer's number.
    fn swarm(seeders: u8, leechers: u8) -> Swarm {
        let mut swarm = Swarm::default();
        for number in 0..seeders + leechers {
            let role = if number < seeders { Role::Seeder } else { Role::Leecher };
            swarm.insert(id(number), role, Peer { client: ClientId::new(number.into()), seen: Instant::default() });
        }
        swarm
    }

    fn numbers(peers: Vec<Peer>) -> Vec<u64> {
        let mut numbers: Vec<u64> = peers.iter().map(|peer| peer.client.get()).collect();
        numbers.sort_unstable();
        numbers
    }

    #[test]
    fn offers_go_first_to_whom_they_help() {
        let swarm = swarm(2, 3);
        for seed in 0..50 {
            let rng = &mut StdRng::seed_from_u64(seed);
            assert_eq!(numbers(swarm.targets(rng, &id(4), Role::Leecher, 2)), [0, 1], "a leecher meets seeders");
            assert_eq!(numbers(swarm.targets(rng, &id(0), Role::Seeder, 3)), [2, 3, 4], "a seeder meets leechers");
            assert_eq!(numbers(swarm.targets(rng, &id(4), Role::Leecher, 9)), [0, 1, 2, 3], "then everybody else");
        }
    }

    #[test]
    fn every_other_peer_is_met_sooner_or_later() {
        let swarm = swarm(0, 5);
        let mut rng = StdRng::seed_from_u64(1);
        let mut met: Vec<u64> =
            (0..100).flat_map(|_| numbers(swarm.targets(&mut rng, &id(2), Role::Leecher, 1))).collect();
        met.sort_unstable();
        met.dedup();
        assert_eq!(met, [0, 1, 3, 4], "all but oneself");
    }

    #[test]
    fn who_completes_is_counted_once() {
        let mut swarm = swarm(1, 1);
        let peer = Peer { client: ClientId::new(1), seen: Instant::from_millis(5) };
        let known = swarm.insert(id(1), Role::Seeder, peer);
        assert_eq!(known.map(|(role, _)| role), Some(Role::Leecher));
        assert_eq!((swarm.seeders(), swarm.leechers()), (2, 0));
    }

    #[test]
    fn silent_peers_expire_and_others_stay() {
        let mut swarm = swarm(1, 2);
        swarm.touch(&id(1), Instant::from_millis(10));
        assert_eq!(swarm.expire(Instant::from_millis(9)).len(), 2);
        assert_eq!(swarm.peer(&id(1)).map(|(role, _)| role), Some(Role::Leecher));
        assert_eq!(swarm.expire(Instant::from_millis(10)), [(id(1), ClientId::new(1))]);
        assert!(swarm.is_empty());
    }
}
