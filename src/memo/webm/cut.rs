//! A part of a recording: its blocks, without being encoded again, moved so that the first one sounds at zero.
//!
//! It sits between the timeline and what both passes make of it, and lets through what a recording of this part alone would have
//! had. So both passes write a part as they write a whole.

use std::ops::Range;

use super::block::{Block, Sound};
use super::timeline::Event;

/// Lets through the blocks that begin within a range of time.
#[derive(Clone, Debug)]
pub(super) struct Cutter {
    range_ms: Range<u64>,
    cluster: Cluster,
    /// The first block that is let through: where time begins from here on.
    first: Option<Sound>,
}

/// A cluster is held back until one of its blocks is let through: only then it is known what its time becomes.
#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    timestamp: u64,
    has_begun: bool,
}

impl Cutter {
    pub(super) fn new(range_ms: Range<u64>) -> Self {
        Self { range_ms, cluster: Cluster::default(), first: None }
    }

    /// The range that was asked for.
    pub(super) fn range_ms(&self) -> Range<u64> {
        self.range_ms.clone()
    }

    /// How far everything was moved towards the beginning.
    pub(super) fn moved_ns(&self) -> u64 {
        self.first.map_or(0, |first| first.start_ns())
    }

    /// Hands on what belongs to the part.
    pub(super) fn pass(&mut self, event: Event<'_>, mut next: impl FnMut(Event<'_>)) {
        match event {
            Event::Cluster(timestamp) => self.cluster = Cluster { timestamp, has_begun: false },
            Event::Block(block) => self.pass_block(block, next),
            Event::EbmlHeader(_) | Event::Info(_) | Event::Tracks(..) => next(event),
        }
    }

    fn pass_block(&mut self, block: Block<'_>, mut next: impl FnMut(Event<'_>)) {
        let is_wanted = |sound: &Sound| self.range_ms.contains(&(sound.start_ns() / 1_000_000));
        let Some(sound) = block.sound.filter(is_wanted) else { return };
        let zero = self.first.get_or_insert(sound).start;
        let timestamp = self.cluster.timestamp.saturating_sub(zero);
        if !std::mem::replace(&mut self.cluster.has_begun, true) {
            next(Event::Cluster(timestamp));
        }
        let start = sound.start.saturating_sub(zero);
        // Never further apart than they were, so it fits.
        let offset = i16::try_from(i128::from(start) - i128::from(timestamp)).unwrap_or(0);
        let moved = block.at_offset(offset);
        next(Event::Block(block.moved_to(start, moved.as_deref().unwrap_or(block.element))));
    }
}
