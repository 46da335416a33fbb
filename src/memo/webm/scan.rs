//! The first pass: which clusters there are, how large, and how long all of it sounds.

use std::ops::Range;

use super::WebmError;
use super::block::Block;
use super::cut::Cutter;
use super::elements::Elements;
use super::head::{AudioTrack, Info};
use super::layout::{ClusterPlan, Layout};
use super::timeline::{Event, Timeline};

/// A recorder begins a cluster about every second: three days.
const MAX_CLUSTERS: usize = 1 << 18;

/// The first pass. [`push`](Self::push) the recording in any split, then [`finish`](Self::finish).
#[derive(Debug, Default)]
pub struct Scan {
    elements: Elements,
    timeline: Timeline,
    /// Present when a part is wanted.
    cutter: Option<Cutter>,
    found: Found,
}

/// What the pass has seen so far.
#[derive(Debug, Default)]
struct Found {
    ebml_header: Option<Vec<u8>>,
    info: Option<Info>,
    /// Whole element, and the track in it that is listened to.
    tracks: Option<(Vec<u8>, AudioTrack)>,
    clusters: Vec<ClusterPlan>,
    too_long: bool,
    end_ns: u64,
    /// How long all packets sound that say it.
    sounding_ns: u64,
}

impl Scan {
    /// A pass for the part of the recording whose packets begin in this range, in milliseconds.
    pub fn of_part(range_ms: Range<u64>) -> Self {
        Self { cutter: Some(Cutter::new(range_ms)), ..Self::default() }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { elements, timeline, cutter, found } = self;
        elements.push(bytes, |part| {
            timeline.read(part, |event| match cutter {
                Some(cutter) => cutter.pass(event, |event| found.see(event)),
                None => found.see(event),
            });
        });
    }

    /// What is pushed next was recorded after an interruption, and begins with a head of its own.
    pub fn begin_file(&mut self) {
        self.elements.begin_file();
    }

    /// How far the sound that was read reaches, and for how long of it there are packets, in milliseconds. Some recorders leave time
    /// out during which a page slept, others jump over it.
    pub fn heard_ms(&self) -> (u64, u64) {
        (self.found.end_ns / 1_000_000, self.found.sounding_ns / 1_000_000)
    }

    /// Plans the mended file. Whatever the recording lost at its end is left out.
    pub fn finish(self) -> Result<Layout, WebmError> {
        let Found { ebml_header, info, tracks, clusters, too_long, end_ns, .. } = self.found;
        if ebml_header.is_none() && !self.elements.is_at_start() {
            return Err(WebmError::NotWebm);
        }
        if too_long {
            return Err(WebmError::TooLong);
        }
        let (Some(ebml_header), true) = (ebml_header, self.timeline.saw_block()) else {
            return Err(WebmError::NoSound);
        };
        let (tracks, audio) = tracks.ok_or(WebmError::NoTracks)?;
        if clusters.is_empty() {
            return Err(if self.cutter.is_some() { WebmError::EmptyPart } else { WebmError::NoSound });
        }
        let mut info = info.unwrap_or_default();
        if let Some(cutter) = &self.cutter {
            info.move_date(cutter.moved_ns());
        }
        let layout = Layout::plan(&ebml_header, &info, &tracks, audio.number, clusters, end_ns);
        Ok(match self.cutter {
            Some(cutter) => layout.of_part(cutter.range_ms()),
            None => layout,
        })
    }
}

impl Found {
    fn see(&mut self, event: Event<'_>) {
        match event {
            Event::EbmlHeader(element) => self.ebml_header = Some(element.to_vec()),
            Event::Info(info) => self.info = Some(info),
            Event::Tracks(element, audio) => self.tracks = Some((element.to_vec(), audio)),
            Event::Cluster(_) if self.clusters.len() == MAX_CLUSTERS => self.too_long = true,
            Event::Cluster(timestamp) => self.clusters.push(ClusterPlan::at(timestamp)),
            Event::Block(block) => self.see_block(block),
        }
    }

    fn see_block(&mut self, block: Block<'_>) {
        let Some(cluster) = self.clusters.last_mut() else { return };
        cluster.add_block(block.element.len() as u64);
        let Some(sound) = block.sound else { return };
        self.end_ns = self.end_ns.max(sound.end_ns());
        if sound.is_audio {
            self.sounding_ns = self.sounding_ns.saturating_add(sound.sounding_ns);
            cluster.set_cue(sound.start);
        }
    }
}
