//! The second pass: the mended file.

use std::ops::Range;
use std::sync::Arc;

use super::cut::Cutter;
use super::elements::{Elements, Part};
use super::layout::ClusterPlan;
use super::scan::AudioTrack;
use super::{WebmError, ebml};

/// The second pass. [`push`](Self::push) the bytes that the [`Scan`](super::Scan) saw, take the mended ones from `out`, then
/// [`finish`](Self::finish).
#[derive(Debug)]
pub struct Writer {
    elements: Elements,
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
    audio: AudioTrack,
    /// The Tracks of this session were there, and are what the scan took them for: blocks have a meaning from here on.
    has_tracks: bool,
    /// How many clusters have begun.
    begun: usize,
    /// Bytes of blocks that the current cluster still expects.
    expected: u64,
    /// The bytes are not those that were scanned.
    changed: bool,
}

impl Writer {
    pub(super) fn new(
        head: Arc<[u8]>,
        clusters: Arc<[ClusterPlan]>,
        audio: AudioTrack,
        part_ms: Option<Range<u64>>,
    ) -> Self {
        let file = File { head: Some(head), clusters, audio, has_tracks: false, begun: 0, expected: 0, changed: false };
        Self { elements: Elements::default(), cutter: part_ms.map(Cutter::new), file }
    }

    /// Reads the next bytes and appends what they become.
    pub fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let Self { elements, cutter, file } = self;
        if let Some(head) = file.head.take() {
            out.extend_from_slice(&head);
        }
        elements.push(bytes, |part| match cutter {
            Some(cutter) => cutter.pass(part, |part| file.write(part, out)),
            None => file.write(part, out),
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
    fn write(&mut self, part: Part<'_>, out: &mut Vec<u8>) {
        match part {
            Part::Cluster => self.begin_cluster(out),
            Part::EbmlHeader(_) => self.has_tracks = false,
            Part::Tracks(element, payload) => {
                self.has_tracks |= AudioTrack::read(&element[payload..]) == Some(self.audio);
            }
            Part::SimpleBlock(..) | Part::BlockGroup(..) if !self.has_tracks => {}
            Part::SimpleBlock(element, payload) => {
                let from = out.len();
                if self.write_block(element, out) {
                    mark_key_frame(&mut out[from + payload..], self.audio.number);
                }
            }
            Part::BlockGroup(element, _) => {
                self.write_block(element, out);
            }
            // The head and the fronts of the clusters hold what became of these.
            Part::Info(_) | Part::Timestamp(_) => {}
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
        if cluster.is_kept() {
            cluster.write_head(out);
        }
    }

    fn write_block(&mut self, element: &[u8], out: &mut Vec<u8>) -> bool {
        let Some(left) = self.expected.checked_sub(element.len() as u64) else {
            self.changed = true;
            return false;
        };
        self.expected = left;
        out.extend_from_slice(element);
        true
    }
}

/// Every audio packet can be decoded without the ones before it.
fn mark_key_frame(block: &mut [u8], audio_track: u64) {
    const KEY_FRAME: u8 = 0x80;
    let Some((track, len)) = ebml::read_vint(block) else { return };
    if let Some(flags) = block.get_mut(len + 2).filter(|_| track == audio_track) {
        *flags |= KEY_FRAME;
    }
}
