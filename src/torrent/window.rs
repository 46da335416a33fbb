//! How much is asked of a peer at once: what fills the path to it, and little more.
//!
//! What is asked for and not here yet is on the wire for a round trip; the rest waits, at the sender or in front of the narrowest
//! link. A block takes as long as the window lasts at the rate at which blocks come (Little's law), so one that takes much longer
//! than a round trip says that more would only wait longer. That is no matter of taste: a router whose queue overflows loses
//! hundreds of packets at once, and from that SCTP recovers so slowly that 8 MB took half a minute where four seconds are enough.

use std::time::Duration;

use super::limits::{FIRST_WINDOW, FIRST_WINDOW_NEARBY, MAX_WINDOW, NEARBY, QUEUE_TIME};
use super::wire::BLOCK_LEN;

const BLOCK_BYTES: usize = BLOCK_LEN as usize;

/// The window of one peer.
#[derive(Debug, Clone)]
pub(super) struct RequestWindow {
    bytes: usize,
    /// The shortest time in which anything was answered.
    round_trip: Option<Duration>,
}

impl Default for RequestWindow {
    fn default() -> Self {
        Self { bytes: FIRST_WINDOW * BLOCK_BYTES, round_trip: None }
    }
}

impl RequestWindow {
    /// The way there and back, as well as it is known.
    pub(super) fn round_trip(&self) -> Duration {
        self.round_trip.unwrap_or_default()
    }

    /// Their answer to our first word came after this time.
    pub(super) fn note_greeting(&mut self, took: Duration) {
        self.note_round_trip(took);
        if self.is_nearby() {
            self.bytes = FIRST_WINDOW_NEARBY * BLOCK_BYTES;
        }
    }

    /// Whether the peer is in the same room.
    pub(super) fn is_nearby(&self) -> bool {
        self.round_trip.is_some_and(|round_trip| round_trip <= NEARBY)
    }

    /// Something was answered after this time.
    fn note_round_trip(&mut self, took: Duration) {
        self.round_trip = Some(self.round_trip.map_or(took, |shortest| shortest.min(took)));
    }

    /// A block of `len` bytes came, this long after it was asked for, when so much was asked for in all.
    pub(super) fn note_block(&mut self, len: usize, took: Duration, in_flight: usize) {
        self.note_round_trip(took);
        let (took, patience) = (took.as_secs_f64(), self.patience().as_secs_f64());
        // How much of what a block may wait it has waited: nothing is 0, all of it is 1.
        let waited = (took - self.round_trip().as_secs_f64()) / patience;
        if waited > 1.0 {
            let late = (waited - 1.0) * patience / took;
            self.bytes = self.bytes.saturating_sub((len as f64 * late) as usize).max(FIRST_WINDOW * BLOCK_BYTES);
        } else if 2 * in_flight >= self.bytes {
            // One that was not used up says nothing about a larger one.
            let more = len as f64 * (1.0 - waited);
            self.bytes = (self.bytes + more as usize).min(MAX_WINDOW * BLOCK_BYTES);
        }
    }

    /// How many blocks may be in flight, at this rate in bytes per second. The rate of the last seconds holds it up when a page was
    /// busy with something else and all blocks seem late.
    pub(super) fn blocks(&self, rate: u64) -> usize {
        let steady = u128::from(rate) * (self.round_trip() + self.patience()).as_millis() / 1000;
        let bytes = usize::try_from(steady).unwrap_or(usize::MAX).max(self.bytes);
        (bytes / BLOCK_BYTES).min(MAX_WINDOW)
    }

    /// How long a block may wait on its way. A sender's own congestion window grows by half in a round trip: as much must be asked
    /// for ahead.
    fn patience(&self) -> Duration {
        QUEUE_TIME.max(self.round_trip() * 2 / 5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// A sender whose congestion window grows from twelve kilobytes by half in each round trip, in front of a link.
    struct Path {
        round_trip_ms: u64,
        bytes_per_ms: u64,
    }

    /// What was seen of a transfer.
    struct Seen {
        took_ms: u64,
        /// The most that waited in front of the link in the second half, in milliseconds.
        queue_ms: u64,
    }

    impl Path {
        fn carry(&self, total: u64) -> Seen {
            let block = BLOCK_LEN as u64;
            let mut window = RequestWindow::default();
            window.note_greeting(Duration::from_millis(self.round_trip_ms));
            let (mut asked, mut came, mut sent) = (0, 0, 0);
            let (mut at_sender, mut on_link) = (VecDeque::new(), VecDeque::new());
            let (mut congestion, mut link_free_ms) = (12_000.0_f64, 0.0_f64);
            let mut seen = Seen { took_ms: 0, queue_ms: 0 };
            for now_ms in 0..600_000 {
                while asked < total && (asked - came) / block < window.blocks(0) as u64 {
                    at_sender.push_back(now_ms + self.round_trip_ms / 2);
                    asked += block;
                }
                while at_sender.front().is_some_and(|at| *at <= now_ms)
                    && (sent - came) as f64 + block as f64 <= congestion.max(block as f64)
                {
                    let asked_ms = at_sender.pop_front().expect("it is there") - self.round_trip_ms / 2;
                    link_free_ms = link_free_ms.max(now_ms as f64) + block as f64 / self.bytes_per_ms as f64;
                    if came * 2 > total {
                        seen.queue_ms = seen.queue_ms.max((link_free_ms - now_ms as f64) as u64);
                    }
                    on_link.push_back((link_free_ms as u64 + self.round_trip_ms / 2, asked_ms));
                    sent += block;
                }
                while on_link.front().is_some_and(|(at, _)| *at <= now_ms) {
                    let (_, asked_ms) = on_link.pop_front().expect("it is there");
                    let in_flight = (asked - came) as usize;
                    came += block;
                    congestion += block as f64 / 2.0;
                    window.note_block(block as usize, Duration::from_millis(now_ms - asked_ms), in_flight);
                }
                if came >= total {
                    seen.took_ms = now_ms;
                    return seen;
                }
            }
            panic!("the transfer never ends");
        }
    }

    #[test]
    fn the_path_is_filled_and_its_queue_stays_short() {
        for (name, round_trip_ms, megabits) in [
            ("a home far away", 100, 50),
            ("a slow home", 100, 10),
            ("another continent", 250, 50),
            ("the same town", 20, 50),
            ("fibre", 10, 500),
        ] {
            let path = Path { round_trip_ms, bytes_per_ms: megabits * 125 };
            let total = 16 * 1024 * 1024;
            let seen = path.carry(total);
            let least_ms = total / path.bytes_per_ms;
            let start_ms = 16 * round_trip_ms;
            assert!(
                seen.took_ms < least_ms * 5 / 4 + start_ms,
                "{name}: {} ms, and {least_ms} ms at best",
                seen.took_ms
            );
            let least_window_ms = FIRST_WINDOW as u64 * u64::from(BLOCK_LEN) / path.bytes_per_ms;
            let most_ms = round_trip_ms.max(100) + least_window_ms;
            assert!(seen.queue_ms <= most_ms, "{name}: {} ms of queue, and at most {most_ms} are well", seen.queue_ms);
        }
    }

    #[test]
    fn a_window_that_is_not_used_up_stays() {
        let mut window = RequestWindow::default();
        (0..1000).for_each(|_| window.note_block(BLOCK_BYTES, Duration::from_millis(5), BLOCK_BYTES));
        assert_eq!(window.blocks(0), FIRST_WINDOW);
    }

    #[test]
    fn a_page_that_was_busy_does_not_stop_a_fast_peer() {
        let mut window = RequestWindow::default();
        window.note_greeting(Duration::from_millis(2));
        assert_eq!(window.blocks(0), FIRST_WINDOW_NEARBY);
        (0..1000).for_each(|_| window.note_block(BLOCK_BYTES, Duration::from_secs(1), FIRST_WINDOW * BLOCK_BYTES));
        assert_eq!(window.blocks(0), FIRST_WINDOW);
        assert!(window.blocks(20_000_000) > FIRST_WINDOW, "the rate of the last seconds holds it up");
    }
}
