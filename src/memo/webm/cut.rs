//! A part of a recording: its blocks, without being encoded again, moved so that the first one sounds at zero.
//!
//! It sits between the cutting into elements and what both passes make of them, and lets through what a recording of this part
//! alone would have had. So both passes write a part as they write a whole.

use std::ops::Range;

use super::ebml;
use super::elements::Part;
use super::scan::{AudioTrack, Block, DEFAULT_TIMESTAMP_SCALE, Info};

/// Lets through the blocks that begin within a range of time.
#[derive(Clone, Debug)]
pub(super) struct Cutter {
    range_ms: Range<u64>,
    /// What the head said, as far as it is believed; see [`Scan`](super::Scan).
    timestamp_scale: Option<u64>,
    has_tracks: bool,
    saw_block: bool,
    cluster: Option<Cluster>,
    /// The time of the first block that is let through, in ticks: zero from here on.
    zero: Option<u64>,
}

/// A cluster is held back until one of its blocks is let through: only then it is known what its time becomes.
#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    timestamp: Option<u64>,
    has_blocks: bool,
    has_begun: bool,
}

impl Cutter {
    pub(super) fn new(range_ms: Range<u64>) -> Self {
        Self { range_ms, timestamp_scale: None, has_tracks: false, saw_block: false, cluster: None, zero: None }
    }

    /// The range that was asked for.
    pub(super) fn range_ms(&self) -> Range<u64> {
        self.range_ms.clone()
    }

    /// Whether there was any sound to choose from.
    pub(super) fn saw_block(&self) -> bool {
        self.saw_block
    }

    /// How far everything was moved towards the beginning.
    pub(super) fn moved_ns(&self) -> u64 {
        self.zero.unwrap_or(0).saturating_mul(self.scale())
    }

    /// Hands on what belongs to the part.
    pub(super) fn pass(&mut self, part: Part<'_>, mut next: impl FnMut(Part<'_>)) {
        match part {
            Part::EbmlHeader(_) => next(part),
            Part::Info(payload) if self.timestamp_scale.is_none() && !self.saw_block => {
                self.timestamp_scale = Some(Info::read(payload).timestamp_scale);
                next(part);
            }
            Part::Info(_) => {}
            Part::Tracks(element, payload) => {
                self.has_tracks |= AudioTrack::read(&element[payload..]).is_some();
                next(part);
            }
            Part::Cluster => self.cluster = Some(Cluster::default()),
            Part::Timestamp(ticks) => {
                if let Some(cluster) = self.cluster.as_mut().filter(|cluster| !cluster.has_blocks) {
                    cluster.timestamp.get_or_insert(ticks);
                }
            }
            Part::SimpleBlock(element, payload) => {
                if let Some(offset) = self.choose(Block::read(&element[payload..]), &mut next) {
                    let moved = move_block(element, payload, offset);
                    next(Part::SimpleBlock(moved.as_deref().unwrap_or(element), payload));
                }
            }
            Part::BlockGroup(element, payload) => {
                if let Some(offset) = self.choose(Block::read_group(&element[payload..]), &mut next) {
                    let block = ebml::position_of(ebml::BLOCK, &element[payload..]).map_or(payload, |at| payload + at);
                    let moved = move_block(element, block, offset);
                    next(Part::BlockGroup(moved.as_deref().unwrap_or(element), payload));
                }
            }
        }
    }

    /// Decides about a block, and begins its cluster with the first one. Returns its new distance from its cluster, in ticks.
    fn choose(&mut self, block: Option<Block>, next: &mut impl FnMut(Part<'_>)) -> Option<i16> {
        self.saw_block = true;
        if !self.has_tracks {
            return None;
        }
        let scale = self.scale();
        let cluster = self.cluster.as_mut()?;
        cluster.has_blocks = true;
        let timestamp = cluster.timestamp.unwrap_or(0);
        let time = timestamp.saturating_add_signed(block?.offset);
        if !self.range_ms.contains(&(time.saturating_mul(scale) / 1_000_000)) {
            return None;
        }
        let zero = *self.zero.get_or_insert(time);
        let moved_timestamp = timestamp.saturating_sub(zero);
        if !cluster.has_begun {
            cluster.has_begun = true;
            next(Part::Cluster);
            next(Part::Timestamp(moved_timestamp));
        }
        // Never further apart than they were, so it fits.
        let offset = i128::from(time.saturating_sub(zero)) - i128::from(moved_timestamp);
        Some(i16::try_from(offset).unwrap_or(0))
    }

    fn scale(&self) -> u64 {
        self.timestamp_scale.unwrap_or(DEFAULT_TIMESTAMP_SCALE)
    }
}

/// The element with another distance in the block that begins at `at`; `None` when it is the same.
fn move_block(element: &[u8], at: usize, offset: i16) -> Option<Vec<u8>> {
    let (_, track_len) = ebml::read_vint(&element[at..])?;
    let place = at + track_len..at + track_len + 2;
    let offset = offset.to_be_bytes();
    if *element.get(place.clone())? == offset {
        return None;
    }
    let mut moved = element.to_vec();
    moved[place].copy_from_slice(&offset);
    Some(moved)
}
