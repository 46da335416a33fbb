//! How fast bytes may move: a token bucket per direction, one of the session and one of each torrent, and the line of those who
//! wait for tokens.
//!
//! A block needs tokens of both buckets. Whoever finds too few stands in line; when there are enough, the [`Session`](super::Session)
//! goes round the line, one block each, so that no peer and no torrent gets more than another.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::limits::LIMITER_BURST;
use super::wire::BLOCK_LEN;
use super::{ConnectionId, Instant};

/// The most that may move, in bytes of content per second. `None` is no limit; zero is as slow as can be, one byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimits {
    /// Bytes that arrive. Held by asking for less: what was asked for already still comes.
    pub down: Option<u64>,
    /// Bytes that leave.
    pub up: Option<u64>,
}

/// Tokens for bytes, one each. They come at the rate of the limit, as many as a burst may have.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    per_second: Option<u64>,
    /// Thousandths of bytes, so that a millisecond of any rate is a whole number. Below zero: more came than was paid for.
    level: i64,
    /// When `level` was right.
    at: Instant,
}

impl Bucket {
    pub(super) fn set(&mut self, now: Instant, per_second: Option<u64>) {
        self.refill(now);
        self.per_second = per_second;
        self.level = self.level.min(self.capacity());
    }

    pub(super) fn is_limited(&self) -> bool {
        self.per_second.is_some()
    }

    /// The limit, if there is one.
    pub(super) fn per_second(&self) -> Option<u64> {
        self.per_second
    }

    /// When there are tokens for so many bytes, if nobody else takes them.
    pub(super) fn ready_at(&mut self, now: Instant, bytes: u32) -> Instant {
        self.refill(now);
        let Some(per_second) = self.per_second else { return now };
        // What is more than a burst goes out when the bucket is full, and is paid for afterwards.
        let wanted = (i64::from(bytes) * 1000).min(self.capacity());
        let missing = u64::try_from(wanted.saturating_sub(self.level)).unwrap_or_default();
        now + Duration::from_millis(missing.div_ceil(per_second.max(1)))
    }

    /// Takes tokens, whether they are there or not: what came is not to be undone.
    pub(super) fn take(&mut self, now: Instant, bytes: u32) {
        self.refill(now);
        if self.is_limited() {
            self.level = self.level.saturating_sub(i64::from(bytes) * 1000);
        }
    }

    /// What was paid for does not come.
    pub(super) fn give_back(&mut self, bytes: u32) {
        if self.is_limited() {
            self.level = self.level.saturating_add(i64::from(bytes) * 1000).min(self.capacity());
        }
    }

    fn refill(&mut self, now: Instant) {
        let elapsed_ms = i64::try_from((now - self.at).as_millis()).unwrap_or(i64::MAX);
        self.at = now;
        self.level = match self.per_second {
            Some(rate) => self.level.saturating_add(elapsed_ms.saturating_mul(thousandths(rate))).min(self.capacity()),
            None => 0,
        };
    }

    /// What may gather: a burst, or one block.
    fn capacity(&self) -> i64 {
        let burst_ms = i64::try_from(LIMITER_BURST.as_millis()).unwrap_or(i64::MAX);
        let burst = thousandths(self.per_second.unwrap_or_default()).saturating_mul(burst_ms);
        burst.max(i64::from(BLOCK_LEN) * 1000)
    }
}

/// Thousandths of a byte per millisecond are bytes per second.
fn thousandths(per_second: u64) -> i64 {
    i64::try_from(per_second.max(1)).unwrap_or(i64::MAX)
}

/// One direction of the whole session: its bucket, and the line in front of it.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) bucket: Bucket,
    /// In line for tokens, of the session or of a torrent.
    pub(super) waiting: VecDeque<ConnectionId>,
    /// When the first of them may have enough.
    pub(super) due: Option<Instant>,
}

impl Lane {
    /// Stands in line, once.
    pub(super) fn wait(&mut self, id: ConnectionId, ready: Instant) {
        if !self.waiting.contains(&id) {
            self.waiting.push_back(id);
        }
        self.due = Some(self.due.map_or(ready, |due| due.min(ready)));
    }

    /// Everybody in line, to be given a turn: nobody is left behind.
    pub(super) fn call(&mut self) -> VecDeque<ConnectionId> {
        self.due = None;
        std::mem::take(&mut self.waiting)
    }
}

/// Which way bytes go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Down,
    Up,
}

/// Both directions of the session.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    down: Lane,
    up: Lane,
}

impl Lanes {
    pub(super) fn of(&mut self, direction: Direction) -> &mut Lane {
        match direction {
            Direction::Down => &mut self.down,
            Direction::Up => &mut self.up,
        }
    }

    /// When somebody in line may have enough tokens.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        [self.down.due, self.up.due].into_iter().flatten().min()
    }

    pub(super) fn set(&mut self, now: Instant, limits: RateLimits) {
        self.down.bucket.set(now, limits.down);
        self.up.bucket.set(now, limits.up);
    }

    /// A limit changed: everybody in line tries again now.
    pub(super) fn retry(&mut self, now: Instant) {
        for lane in [&mut self.down, &mut self.up] {
            lane.due = (!lane.waiting.is_empty()).then_some(now);
        }
    }
}

/// The two buckets of one torrent.
#[derive(Debug, Default)]
pub(super) struct Buckets {
    down: Bucket,
    up: Bucket,
}

impl Buckets {
    pub(super) fn of(&mut self, direction: Direction) -> &mut Bucket {
        match direction {
            Direction::Down => &mut self.down,
            Direction::Up => &mut self.up,
        }
    }

    pub(super) fn set(&mut self, now: Instant, limits: RateLimits) {
        self.down.set(now, limits.down);
        self.up.set(now, limits.up);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u32 = 16 * 1024;

    /// How many blocks get tokens until `end_ms` by whoever comes as soon as it is told.
    fn blocks(bucket: &mut Bucket, mut now: Instant, end_ms: u64) -> u64 {
        let mut count = 0;
        loop {
            now = bucket.ready_at(now, BLOCK);
            if now.as_millis() > end_ms {
                return count;
            }
            bucket.take(now, BLOCK);
            count += 1;
        }
    }

    #[test]
    fn tokens_come_at_the_rate_of_the_limit() {
        for rate in [1_000, 16_384, 1_000_000, 50_000_000] {
            let mut bucket = Bucket::default();
            bucket.set(Instant::default(), Some(rate));
            let count = blocks(&mut bucket, Instant::default(), 100_000);
            assert!((count * u64::from(BLOCK)).abs_diff(rate * 100) <= u64::from(BLOCK), "{count} blocks at {rate}");
        }
    }

    #[test]
    fn what_was_not_used_is_a_burst_of_one_second_at_most() {
        let mut bucket = Bucket::default();
        bucket.set(Instant::default(), Some(1_000_000));
        let later = Instant::from_millis(60_000);
        assert_eq!(blocks(&mut bucket, later, 60_000), 1_000_000 / u64::from(BLOCK));
    }

    #[test]
    fn a_changed_limit_holds_from_that_moment_and_none_is_free() {
        let mut bucket = Bucket::default();
        assert_eq!(bucket.ready_at(Instant::default(), BLOCK), Instant::default());
        bucket.set(Instant::default(), Some(1_000));
        assert_eq!(bucket.ready_at(Instant::default(), 1_000), Instant::from_millis(1_000));
        bucket.set(Instant::from_millis(500), Some(100_000));
        assert_eq!(bucket.ready_at(Instant::from_millis(500), 1_000), Instant::from_millis(505));
        bucket.set(Instant::from_millis(501), None);
        assert_eq!(bucket.ready_at(Instant::from_millis(501), u32::MAX), Instant::from_millis(501));
    }

    #[test]
    fn tokens_that_are_given_back_pay_for_something_else() {
        let mut bucket = Bucket::default();
        bucket.set(Instant::default(), Some(1_000));
        let now = Instant::from_millis(1_000);
        bucket.take(now, 1_000);
        assert!(bucket.ready_at(now, 1_000) > now);
        bucket.give_back(1_000);
        assert_eq!(bucket.ready_at(now, 1_000), now);
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        for rate in [0, 1, u64::MAX] {
            let mut bucket = Bucket::default();
            bucket.set(Instant::default(), Some(rate));
            let now = Instant::from_millis(u64::MAX / 2);
            bucket.take(now, u32::MAX);
            assert!(bucket.ready_at(now, u32::MAX) >= now);
        }
    }
}
