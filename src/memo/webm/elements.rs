//! Cuts a recording that arrives in slices into the parts that the mended file is made of.
//!
//! Only whole elements come out, so a cut-off tail ends the recording at the last block that is all there. No nesting is kept:
//! the ids of a Segment's children and of a Cluster's children differ, and MediaRecorder leaves their sizes open anyway. Nor is
//! the end of a file: a take that was interrupted and continued is one file behind the other.

use super::ebml::{self, Front, Id};

/// Largest elements that are looked into, in bytes. An Opus packet has at most a few kilobytes, and the heads that recorders
/// write a few hundred bytes; more than this is not a recording, and is passed over without being kept.
const MAX_EBML_HEADER: u64 = 4 << 10;
const MAX_INFO: u64 = 64 << 10;
const MAX_TRACKS: u64 = 256 << 10;
const MAX_BLOCK: u64 = 1 << 20;
/// Largest element that is passed over. A larger one is damage, since recorders write only small things beside the blocks.
const MAX_SKIPPED: u64 = 64 << 20;

/// A part of the recording, in the order of the file.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part<'a> {
    /// The EBML header, whole element. A later one begins what was recorded after an interruption.
    EbmlHeader(&'a [u8]),
    /// The payload of the Info element.
    Info(&'a [u8]),
    /// The Tracks, whole element and where its payload begins.
    Tracks(&'a [u8], usize),
    /// A Cluster begins.
    Cluster,
    /// The time of the cluster, in ticks.
    Timestamp(u64),
    /// A SimpleBlock of this cluster, whole element and where its payload begins.
    SimpleBlock(&'a [u8], usize),
    /// A BlockGroup of this cluster, whole element and where its payload begins.
    BlockGroup(&'a [u8], usize),
}

/// The cutter. [`push`](Self::push) the bytes in any split; the parts are the same whatever it is.
#[derive(Debug, Default)]
pub(super) struct Elements {
    /// What could not be cut yet: less than one element.
    pending: Vec<u8>,
    /// Bytes still to be passed over.
    skip: u64,
    place: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Before the EBML header, which must come first.
    #[default]
    Start,
    /// Between clusters, and before the first.
    Outside,
    /// In a cluster.
    Cluster,
    /// Behind damage: looking for the next cluster.
    Lost,
    /// Nothing more is read: this is no WebM.
    End,
}

/// What to do with the element at the front.
enum Step {
    /// It was used up, with this many bytes.
    Take(usize),
    /// Pass over this many bytes.
    Skip(u64),
    /// Wait for more bytes.
    Wait,
}

impl Elements {
    /// Whether the EBML header may still come: all bytes so far, if any, belong to it.
    pub(super) fn is_at_start(&self) -> bool {
        self.place == Place::Start
            && self.pending.iter().zip(ebml::EBML.to_be_bytes()).all(|(&have, want)| have == want)
    }

    /// What comes next is another file: the rest of an element that was cut off never comes.
    pub(super) fn begin_file(&mut self) {
        self.pending.clear();
        self.skip = 0;
        if matches!(self.place, Place::Cluster | Place::Lost) {
            self.place = Place::Outside;
        }
    }

    /// Bytes that are kept for later.
    #[cfg(all(test, not(target_arch = "wasm32")))]
    pub(super) fn pending_len(&self) -> usize {
        self.pending.len()
    }

    /// Cuts the next bytes, together with what was left of the last ones.
    pub(super) fn push(&mut self, bytes: &[u8], mut part: impl FnMut(Part<'_>)) {
        let skipped = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
        self.skip -= skipped as u64;
        let bytes = &bytes[skipped..];
        if bytes.is_empty() {
            return;
        }
        let mut joined = std::mem::take(&mut self.pending);
        joined.extend_from_slice(bytes);
        let mut at = 0;
        while self.place != Place::End && at < joined.len() {
            match self.step(&joined[at..], &mut part) {
                Step::Take(len) => at += len,
                Step::Skip(len) => {
                    let here = usize::try_from(len).unwrap_or(usize::MAX).min(joined.len() - at);
                    at += here;
                    self.skip = len - here as u64;
                }
                Step::Wait => break,
            }
        }
        if self.place != Place::End {
            joined.drain(..at);
            self.pending = joined;
        }
    }

    fn step(&mut self, bytes: &[u8], part: &mut impl FnMut(Part<'_>)) -> Step {
        if self.place == Place::Lost {
            return self.find_cluster(bytes);
        }
        let header = match ebml::read_header(bytes) {
            Front::Element(header) => header,
            Front::Incomplete => return Step::Wait,
            Front::Malformed if self.place == Place::Start => return self.end(),
            Front::Malformed => return self.lose(),
        };
        if self.place == Place::Start && header.id != ebml::EBML {
            return self.end();
        }
        match header.id {
            ebml::EBML => self.whole(bytes, header, MAX_EBML_HEADER, Place::Outside, |element, _| {
                part(Part::EbmlHeader(element));
            }),
            // Entered: their children follow one by one, whatever size they claim.
            ebml::SEGMENT => self.enter(header, Place::Outside),
            ebml::CLUSTER => {
                part(Part::Cluster);
                self.enter(header, Place::Cluster)
            }
            ebml::INFO => self.whole(bytes, header, MAX_INFO, Place::Outside, |element, payload| {
                part(Part::Info(&element[payload..]));
            }),
            ebml::TRACKS => self.whole(bytes, header, MAX_TRACKS, Place::Outside, |element, payload| {
                part(Part::Tracks(element, payload));
            }),
            ebml::TIMESTAMP if self.place == Place::Cluster => {
                self.whole(bytes, header, 8, Place::Cluster, |element, payload| {
                    part(Part::Timestamp(ebml::read_uint(&element[payload..]).unwrap_or(0)));
                })
            }
            ebml::SIMPLE_BLOCK if self.place == Place::Cluster => {
                self.whole(bytes, header, MAX_BLOCK, Place::Cluster, |element, payload| {
                    part(Part::SimpleBlock(element, payload));
                })
            }
            ebml::BLOCK_GROUP if self.place == Place::Cluster => {
                self.whole(bytes, header, MAX_BLOCK, Place::Cluster, |element, payload| {
                    part(Part::BlockGroup(element, payload));
                })
            }
            id => {
                if is_segment_child(id) {
                    self.place = Place::Outside;
                }
                self.pass_over(header)
            }
        }
    }

    /// Uses the element when all of it is here and small enough.
    fn whole(
        &mut self,
        bytes: &[u8],
        header: ebml::Header,
        limit: u64,
        place: Place,
        mut used: impl FnMut(&[u8], usize),
    ) -> Step {
        match header.size {
            Some(size) if size <= limit => {
                let len = header.len + size as usize;
                let Some(element) = bytes.get(..len) else { return Step::Wait };
                used(element, header.len);
                self.place = place;
                Step::Take(len)
            }
            _ if self.place == Place::Start => self.end(),
            _ => self.pass_over(header),
        }
    }

    fn enter(&mut self, header: ebml::Header, place: Place) -> Step {
        self.place = place;
        Step::Take(header.len)
    }

    fn pass_over(&mut self, header: ebml::Header) -> Step {
        match header.size {
            Some(size) if size <= MAX_SKIPPED => Step::Skip(header.len as u64 + size),
            _ => self.lose(),
        }
    }

    fn end(&mut self) -> Step {
        self.place = Place::End;
        Step::Wait
    }

    fn lose(&mut self) -> Step {
        self.place = Place::Lost;
        // At least one byte further, since what stands here was of no use.
        Step::Take(1)
    }

    fn find_cluster(&mut self, bytes: &[u8]) -> Step {
        let id = ebml::CLUSTER.to_be_bytes();
        match bytes.windows(id.len()).position(|window| window == id) {
            Some(at) => {
                self.place = Place::Outside;
                Step::Take(at)
            }
            // The last three bytes may be the beginning of one.
            None if bytes.len() >= id.len() => Step::Take(bytes.len() - (id.len() - 1)),
            None => Step::Wait,
        }
    }
}

/// Ids that end a cluster of unknown size.
fn is_segment_child(id: Id) -> bool {
    matches!(id, ebml::SEEK_HEAD | ebml::CUES | ebml::TAGS | ebml::CHAPTERS | ebml::ATTACHMENTS)
}
