//! What waits to be sent on one socket. Bounded: a reader that does not keep up is dropped, and nobody else waits for it.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use tokio::sync::Notify;

/// Room for the replies and offers that come in while one message is being written.
const MAX_MESSAGES: usize = 256;
/// Offers are about a kilobyte, but may be sixty-four.
const MAX_BYTES: usize = 512 * 1024;

/// A queue between the tracker and a socket's task.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: Mutex<Queue>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    messages: VecDeque<String>,
    bytes: usize,
    closed: bool,
}

impl Outbox {
    /// Adds a message. When there is no room the reader is too slow, and the outbox closes.
    pub(super) fn push(&self, message: String) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.closed {
            return;
        }
        if queue.messages.len() >= MAX_MESSAGES || queue.bytes + message.len() > MAX_BYTES {
            *queue = Queue { closed: true, ..Queue::default() };
        } else {
            queue.bytes += message.len();
            queue.messages.push_back(message);
        }
        drop(queue);
        self.changed.notify_one();
    }

    /// Sends what is there and then nothing more.
    pub(super) fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.changed.notify_one();
    }

    /// The next message; `None` once the outbox is closed and empty. Dropping the future loses nothing.
    pub(super) async fn next(&self) -> Option<String> {
        loop {
            {
                let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(message) = queue.messages.pop_front() {
                    queue.bytes -= message.len();
                    if queue.messages.is_empty() {
                        // An idle socket keeps no buffer.
                        queue.messages = VecDeque::new();
                    }
                    return Some(message);
                }
                if queue.closed {
                    return None;
                }
            }
            // One task waits; a notification between the check and here is kept for it.
            self.changed.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_leave_in_order_and_the_last_ones_before_the_end() {
        let outbox = Outbox::default();
        outbox.push("a".into());
        outbox.push("b".into());
        outbox.close();
        outbox.push("too late".into());
        assert_eq!(outbox.next().await.as_deref(), Some("a"));
        assert_eq!(outbox.next().await.as_deref(), Some("b"));
        assert_eq!(outbox.next().await, None);
    }

    #[tokio::test]
    async fn a_reader_that_does_not_keep_up_is_dropped() {
        for (count, length) in [(MAX_MESSAGES + 1, 1), (9, MAX_BYTES / 8)] {
            let outbox = Outbox::default();
            for _ in 0..count {
                outbox.push("x".repeat(length));
            }
            assert_eq!(outbox.next().await, None, "{count} messages of {length} bytes");
        }
    }
}
