//! The first pass: which clusters there are, how large, and how long all of it sounds.

use std::ops::Range;

use super::cut::Cutter;
use super::elements::{Elements, Part};
use super::layout::{ClusterPlan, Layout};
use super::{WebmError, ebml, opus};

/// A recorder begins a cluster about every second: three days.
const MAX_CLUSTERS: usize = 1 << 18;

/// Nanoseconds per tick when the head does not say.
pub(super) const DEFAULT_TIMESTAMP_SCALE: u64 = 1_000_000;

/// The first pass. [`push`](Self::push) the recording in any split, then [`finish`](Self::finish).
#[derive(Debug, Default)]
pub struct Scan {
    elements: Elements,
    /// Present when a part is wanted.
    cutter: Option<Cutter>,
    found: Found,
}

/// What the pass has seen so far.
#[derive(Debug, Default)]
struct Found {
    ebml_header: Option<Vec<u8>>,
    info: Option<Info>,
    tracks: Option<Tracks>,
    clusters: Vec<ClusterPlan>,
    /// Whether there was a block, of use or not.
    saw_block: bool,
    /// The session that is being read: what was recorded after an interruption has a head of its own.
    session: Session,
    too_long: bool,
    end_ns: u64,
    /// How long all packets sound that say it.
    sounding_ns: u64,
}

/// What lies between two heads.
#[derive(Debug, Default)]
struct Session {
    /// Where it begins, in ticks: each has a clock of its own, which begins at zero.
    begins: u64,
    /// Its head was there, and its sound is of the kind that the first one has.
    is_readable: bool,
}

/// What is kept of the Info element.
#[derive(Debug)]
pub(super) struct Info {
    pub(super) timestamp_scale: u64,
    /// The payload of DateUTC.
    pub(super) date: Option<Vec<u8>>,
}

/// The Tracks, and the one that people listen to.
#[derive(Debug)]
struct Tracks {
    element: Vec<u8>,
    audio: AudioTrack,
}

/// The first audio track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AudioTrack {
    pub(super) number: u64,
    is_opus: bool,
}

impl Scan {
    /// A pass for the part of the recording whose packets begin in this range, in milliseconds.
    pub fn of_part(range_ms: Range<u64>) -> Self {
        Self { cutter: Some(Cutter::new(range_ms)), ..Self::default() }
    }

    /// Reads the next bytes.
    pub fn push(&mut self, bytes: &[u8]) {
        let Self { elements, cutter, found } = self;
        elements.push(bytes, |part| match cutter {
            Some(cutter) => cutter.pass(part, |part| found.see(part)),
            None => found.see(part),
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
        let Found { ebml_header, info, tracks, clusters, saw_block, too_long, end_ns, .. } = self.found;
        if ebml_header.is_none() && !self.elements.is_at_start() {
            return Err(WebmError::NotWebm);
        }
        if too_long {
            return Err(WebmError::TooLong);
        }
        if self.cutter.as_ref().is_some_and(Cutter::saw_block) && !saw_block {
            return Err(WebmError::EmptyPart);
        }
        let (Some(ebml_header), true) = (ebml_header, saw_block) else { return Err(WebmError::NoSound) };
        let tracks = tracks.ok_or(WebmError::NoTracks)?;
        if !clusters.iter().any(ClusterPlan::is_kept) {
            return Err(WebmError::NoSound);
        }
        let mut info = info.unwrap_or(Info { timestamp_scale: DEFAULT_TIMESTAMP_SCALE, date: None });
        if let Some(cutter) = &self.cutter {
            info.move_date(cutter.moved_ns());
        }
        let layout = Layout::plan(&ebml_header, &info, &tracks.element, tracks.audio, clusters, end_ns);
        Ok(match self.cutter {
            Some(cutter) => layout.of_part(cutter.range_ms()),
            None => layout,
        })
    }
}

impl Found {
    fn see(&mut self, part: Part<'_>) {
        match part {
            Part::EbmlHeader(element) if self.ebml_header.is_none() => self.ebml_header = Some(element.to_vec()),
            Part::EbmlHeader(_) => {
                self.session = Session { begins: self.end_ns.div_ceil(self.timestamp_scale()), is_readable: false };
            }
            // A second Info or Tracks could only disagree with the first, and one behind the sound with what was timed.
            Part::Info(payload) if self.info.is_none() && !self.saw_block => self.info = Some(Info::read(payload)),
            Part::Info(_) => {}
            Part::Tracks(element, payload) => {
                let Some(audio) = AudioTrack::read(&element[payload..]) else { return };
                let first = self.tracks.get_or_insert_with(|| Tracks { element: element.to_vec(), audio });
                self.session.is_readable |= first.audio == audio;
            }
            Part::Cluster if self.clusters.len() == MAX_CLUSTERS => self.too_long = true,
            Part::Cluster => self.clusters.push(ClusterPlan::default()),
            Part::Timestamp(ticks) => {
                if let Some(cluster) = self.clusters.last_mut() {
                    cluster.set_timestamp(ticks.saturating_add(self.session.begins));
                }
            }
            Part::SimpleBlock(element, payload) => self.see_block(element, Block::read(&element[payload..])),
            Part::BlockGroup(element, payload) => self.see_block(element, Block::read_group(&element[payload..])),
        }
    }

    fn timestamp_scale(&self) -> u64 {
        self.info.as_ref().map_or(DEFAULT_TIMESTAMP_SCALE, |info| info.timestamp_scale)
    }

    fn see_block(&mut self, element: &[u8], block: Option<Block>) {
        self.saw_block = true;
        let scale = self.timestamp_scale();
        let Some(cluster) = self.clusters.last_mut() else { return };
        // Blocks in front of the Tracks are of another recording, or of none; the writer leaves them out, too.
        let Some(audio) = self.tracks.as_ref().map(|tracks| tracks.audio) else { return };
        if !self.session.is_readable {
            return;
        }
        cluster.add_block(element.len() as u64);
        let Some(block) = block else { return };
        let start = cluster.timestamp().saturating_add_signed(block.offset);
        let sounding_ns = match block.duration {
            Some(ticks) => ticks.saturating_mul(scale),
            None if audio.is_opus && block.track == audio.number => block.opus_ns,
            None => 0,
        };
        let end_ns = start.saturating_mul(scale).saturating_add(sounding_ns).saturating_sub(block.discarded_ns);
        self.end_ns = self.end_ns.max(end_ns);
        if block.track == audio.number {
            self.sounding_ns = self.sounding_ns.saturating_add(sounding_ns);
            cluster.set_cue(start);
        }
    }
}

impl Info {
    pub(super) fn read(payload: &[u8]) -> Self {
        let child = |wanted| ebml::children(payload).find(|&(id, _)| id == wanted).map(|(_, payload)| payload);
        let scale = child(ebml::TIMESTAMP_SCALE).and_then(ebml::read_uint).filter(|&scale| scale > 0);
        Self {
            timestamp_scale: scale.unwrap_or(DEFAULT_TIMESTAMP_SCALE),
            date: child(ebml::DATE_UTC).filter(|date| date.len() == 8).map(<[u8]>::to_vec),
        }
    }

    /// A part began later. The date counts nanoseconds.
    fn move_date(&mut self, by_ns: u64) {
        if let Some(date) = self.date.as_deref().and_then(ebml::read_int) {
            self.date = Some(date.saturating_add_unsigned(by_ns).to_be_bytes().to_vec());
        }
    }
}

impl AudioTrack {
    const TYPE: u64 = 2;

    /// From the payload of Tracks.
    pub(super) fn read(tracks: &[u8]) -> Option<Self> {
        ebml::children(tracks).filter(|&(id, _)| id == ebml::TRACK_ENTRY).find_map(|(_, entry)| {
            let child = |wanted| ebml::children(entry).find(|&(id, _)| id == wanted).map(|(_, payload)| payload);
            let number = child(ebml::TRACK_NUMBER).and_then(ebml::read_uint)?;
            let is_audio = child(ebml::TRACK_TYPE).and_then(ebml::read_uint) == Some(Self::TYPE);
            let is_opus = child(ebml::CODEC_ID).is_some_and(|codec| codec == b"A_OPUS");
            is_audio.then_some(Self { number, is_opus })
        })
    }
}

/// What the head of a block says.
pub(super) struct Block {
    track: u64,
    /// Ticks after the time of the cluster.
    pub(super) offset: i64,
    /// What the packet itself says, if it is Opus.
    opus_ns: u64,
    /// Ticks, when a BlockGroup says so.
    duration: Option<u64>,
    /// What a BlockGroup says is to be cut off at its end.
    discarded_ns: u64,
}

impl Block {
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        let (track, len) = ebml::read_vint(payload)?;
        let &[high, low, flags, ref packet @ ..] = payload.get(len..)? else { return None };
        /// Several packets in one block. No recorder does this, so the first is all that is measured.
        const LACED: u8 = 0x06;
        let opus_ns = if flags & LACED == 0 { opus::packet_duration_ns(packet) } else { 0 };
        let offset = i64::from(i16::from_be_bytes([high, low]));
        Some(Self { track, offset, opus_ns, duration: None, discarded_ns: 0 })
    }

    pub(super) fn read_group(payload: &[u8]) -> Option<Self> {
        let child = |wanted| ebml::children(payload).find(|&(id, _)| id == wanted).map(|(_, payload)| payload);
        let block = Self::read(child(ebml::BLOCK)?)?;
        let discarded = child(ebml::DISCARD_PADDING).and_then(ebml::read_int).unwrap_or(0);
        Some(Self {
            duration: child(ebml::BLOCK_DURATION).and_then(ebml::read_uint),
            discarded_ns: u64::try_from(discarded).unwrap_or(0),
            ..block
        })
    }
}
