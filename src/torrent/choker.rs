//! Who is served: a pure choice, made every ten seconds.

use super::ConnectionId;
use super::rng::Rng;

/// What the choice is made from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Candidate {
    pub(super) id: ConnectionId,
    /// Bytes per second from them: what they earn by while we are leeching.
    pub(super) gives: u64,
    /// Bytes sent to them so far: the less, the more they need it from a seeder.
    pub(super) got: u64,
}

/// The interested peers to serve until the next round, one more than there are `slots`. `optimistic` keeps its slot whatever it
/// gives.
pub(super) fn choose(
    candidates: &[Candidate],
    slots: usize,
    seeding: bool,
    optimistic: Option<ConnectionId>,
) -> Vec<ConnectionId> {
    let mut order: Vec<&Candidate> = candidates.iter().collect();
    order.sort_by_key(|candidate| {
        let merit = if seeding { candidate.got } else { u64::MAX - candidate.gives };
        (Some(candidate.id) != optimistic, merit, candidate.id)
    });
    order.iter().take(slots + 1).map(|candidate| candidate.id).collect()
}

/// One of those that were not chosen, to find out whether they are better than those that were.
pub(super) fn optimistic(candidates: &[Candidate], chosen: &[ConnectionId], rng: &mut Rng) -> Option<ConnectionId> {
    let others: Vec<ConnectionId> =
        candidates.iter().map(|candidate| candidate.id).filter(|id| !chosen.contains(id)).collect();
    others.get(rng.below(others.len() as u64) as usize).copied()
}

#[cfg(test)]
mod tests {
    use super::super::limits::UPLOAD_SLOTS;
    use super::*;

    fn crowd() -> Vec<Candidate> {
        (0..20).map(|id| Candidate { id: ConnectionId(id), gives: id * 10, got: id * 10 }).collect()
    }

    #[test]
    fn a_leecher_serves_those_who_give_most_and_one_on_trust() {
        let chosen = choose(&crowd(), UPLOAD_SLOTS, false, Some(ConnectionId(0)));
        assert_eq!(chosen.len(), UPLOAD_SLOTS + 1);
        assert!(chosen.contains(&ConnectionId(0)) && chosen.contains(&ConnectionId(19)));
        assert!(!chosen.contains(&ConnectionId(1)));
    }

    #[test]
    fn a_seeder_serves_those_who_got_least() {
        let chosen = choose(&crowd(), UPLOAD_SLOTS, true, None);
        assert!(chosen.contains(&ConnectionId(0)) && !chosen.contains(&ConnectionId(19)));
    }

    #[test]
    fn the_trusted_one_comes_from_those_left_out() {
        let chosen = choose(&crowd(), UPLOAD_SLOTS, false, None);
        let trusted = optimistic(&crowd(), &chosen, &mut Rng::new(1)).expect("eleven are left out");
        assert!(!chosen.contains(&trusted));
        assert_eq!(optimistic(&crowd()[..2], &[ConnectionId(0), ConnectionId(1)], &mut Rng::new(1)), None);
    }
}
