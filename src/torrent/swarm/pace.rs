//! Tokens: how fast this torrent and the session may go (see [`limiter`](super::super::limiter)).

use super::super::ConnectionId;
use super::super::limiter::Direction;
use super::super::limits::{LEAST_SHARE, UPLOAD_SLOTS};
use super::super::session::Shared;
use super::Swarm;

impl Swarm {
    /// Whether bytes cost tokens in this direction.
    pub(super) fn is_limited(&mut self, direction: Direction, shared: &mut Shared) -> bool {
        self.buckets.of(direction).is_limited() || shared.lanes.of(direction).bucket.is_limited()
    }

    /// Pays for bytes. Whoever cannot, or finds others in line, stands in line too; `turn` says that it was called out of it.
    pub(super) fn pay(
        &mut self,
        direction: Direction,
        id: ConnectionId,
        bytes: u32,
        turn: bool,
        shared: &mut Shared,
    ) -> bool {
        if !self.is_limited(direction, shared) {
            return true;
        }
        let (now, lane, own) = (shared.now, shared.lanes.of(direction), self.buckets.of(direction));
        let ready = lane.bucket.ready_at(now, bytes).max(own.ready_at(now, bytes));
        if ready > now || !turn && !lane.waiting.is_empty() {
            lane.wait(id, ready);
            return false;
        }
        lane.bucket.take(now, bytes);
        own.take(now, bytes);
        true
    }

    /// What was paid for does not come.
    pub(super) fn refund(&mut self, direction: Direction, bytes: u32, shared: &mut Shared) {
        self.buckets.of(direction).give_back(bytes);
        shared.lanes.of(direction).bucket.give_back(bytes);
    }

    /// One block for a connection that waited in line; whether it could use another.
    pub(in super::super) fn take_turn(&mut self, direction: Direction, id: ConnectionId, shared: &mut Shared) -> bool {
        match direction {
            Direction::Down => self.ask_turn(id, shared),
            Direction::Up => self.serve_turn(id, shared),
        }
    }

    /// How many are served at once: as many as get something worth waiting for.
    pub(super) fn upload_slots(&mut self, shared: &mut Shared) -> usize {
        let limits = [self.buckets.of(Direction::Up), &mut shared.lanes.of(Direction::Up).bucket];
        let limit = limits.into_iter().filter_map(|bucket| bucket.per_second()).min();
        let affordable = limit.map_or(u64::MAX, |limit| limit / LEAST_SHARE);
        usize::try_from(affordable).unwrap_or(usize::MAX).clamp(1, UPLOAD_SLOTS)
    }
}
