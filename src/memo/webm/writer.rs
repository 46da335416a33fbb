//! The second pass: the mended file.

use std::ops::Range;
use std::sync::Arc;

use super::WebmError;
use super::block::Block;
use super::cut::Cutter;
use super::elements::Elements;
use super::layout::ClusterPlan;
use super::timeline::{Event, Timeline};

/// The second pass. [`push`](Self::push) the bytes that the [`Scan`](super::Scan) saw, take the mended ones from `out`, then
/// [`finish`](Self::finish).
#[derive(Debug)]
pub struct Writer {
    elements: Elements,
    timeline: Timeline,
    /// Present when a part is wanted.
    cutter: Option<Cutter>,
    file: File,
}

/// The file as far as it is written.
#[derive(Debug)]
struct File {
    /// Written before the first cluster; `None` from then on.
    head: Option<Arc<[u8]>>,
    clusters: Arc<[ClusterPlan]>,
    /// How many clusters have begun.
    begun: usize,
    /// Bytes of blocks that the current cluster still expects.
    expected: u64,
    /// The bytes are not those that were scanned.
    changed: bool,
}

impl Writer {
    pub(super) fn new(head: Arc<[u8]>, clusters: Arc<[ClusterPlan]>, part_ms: Option<Range<u64>>) -> Self {
        let file = File { head: Some(head), clusters, begun: 0, expected: 0, changed: false };
        let (elements, timeline) = Default::default();
        Self { elements, timeline, cutter: part_ms.map(Cutter::new), file }
    }

    /// Reads the next bytes and appends what they become.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self { elements, timeline, cutter, file } = self;
        if let Some(head) = file.head.take() {
            out.extend_from_slice(&head);
        }
        elements.push(bytes, |part| {
            timeline.read(part, |event| match cutter {
                Some(cutter) => cutter.pass(event, |event| file.write(event, out)),
                None => file.write(event, out),
            });
        });
    }

    /// What is pushed next was recorded after an interruption, as the scan was told.
    pub fn begin_file(&mut self) {
        self.elements.begin_file();
    }

    /// Says whether the file is whole. It is, unless the bytes were not those that were scanned.
    pub fn finish(self) -> Result<(), WebmError> {
        let file = self.file;
        let is_whole = file.head.is_none() && file.begun == file.clusters.len() && file.expected == 0 && !file.changed;
        if is_whole { Ok(()) } else { Err(WebmError::Changed) }
    }
}

impl File {
    fn write(&mut self, event: Event<'_>, out: &mut Vec<u8>) {
        match event {
            Event::Cluster(_) => self.begin_cluster(out),
            Event::Block(block) => self.write_block(&block, out),
            // The head holds what became of these.
            Event::EbmlHeader(_) | Event::Info(_) | Event::Tracks(..) => {}
        }
    }

    fn begin_cluster(&mut self, out: &mut Vec<u8>) {
        self.changed |= self.expected > 0;
        let Some(cluster) = self.clusters.get(self.begun) else {
            self.changed = true;
            return;
        };
        self.begun += 1;
        self.expected = cluster.blocks_len();
        cluster.write_head(out);
    }

    fn write_block(&mut self, block: &Block<'_>, out: &mut Vec<u8>) {
        match self.expected.checked_sub(block.element.len() as u64) {
            Some(left) => {
                self.expected = left;
                block.write(out);
            }
            None => self.changed = true,
        }
    }
}
