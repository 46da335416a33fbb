//! One recording out of all that was recorded: one head, and blocks in one time.
//!
//! A take that was interrupted and continued is one file behind the other, each with a head of its own and a clock that begins at
//! zero. It also happens that sound comes before what describes it, or is of another kind. Both passes read through this, whether
//! all of the recording is wanted or a part of it, so all of them see the same blocks at the same times.

use super::block::{Block, Timing};
use super::elements::Part;
use super::head::{AudioTrack, DEFAULT_TIMESTAMP_SCALE, Info};

/// What the mended file is made of, in order.
#[derive(Debug)]
pub(super) enum Event<'a> {
    /// The EBML header, whole element.
    EbmlHeader(&'a [u8]),
    Info(Info),
    /// The Tracks, whole element, and the one of them that is listened to.
    Tracks(&'a [u8], AudioTrack),
    /// A cluster begins, at this time in ticks. A block follows: there is none without.
    Cluster(u64),
    Block(Block<'a>),
}

/// Where the recording is.
#[derive(Clone, Debug, Default)]
pub(super) struct Timeline {
    has_header: bool,
    timestamp_scale: Option<u64>,
    audio: Option<AudioTrack>,
    saw_block: bool,
    session: Session,
    cluster: Cluster,
    end_ns: u64,
}

/// What lies between two heads.
#[derive(Clone, Copy, Debug, Default)]
struct Session {
    /// Where it begins, in ticks.
    begins: u64,
    /// Its head was there, and its sound is of the kind that the first one has.
    is_readable: bool,
}

#[derive(Clone, Copy, Debug, Default)]
struct Cluster {
    timestamp: Option<u64>,
    has_blocks: bool,
}

impl Timeline {
    /// Whether there was a block, of use or not.
    pub(super) fn saw_block(&self) -> bool {
        self.saw_block
    }

    /// Hands on what the part means.
    pub(super) fn read(&mut self, part: Part<'_>, mut next: impl FnMut(Event<'_>)) {
        match part {
            Part::EbmlHeader(element) if !self.has_header => {
                self.has_header = true;
                next(Event::EbmlHeader(element));
            }
            Part::EbmlHeader(_) => {
                self.session = Session { begins: self.end_ns.div_ceil(self.scale()), is_readable: false };
            }
            // A second Info or Tracks could only disagree with the first, and one behind the sound with what was timed.
            Part::Info(payload) if self.timestamp_scale.is_none() && !self.saw_block => {
                let info = Info::read(payload);
                self.timestamp_scale = Some(info.timestamp_scale);
                next(Event::Info(info));
            }
            Part::Info(_) => {}
            Part::Tracks(element, payload) => {
                let Some(audio) = AudioTrack::read(&element[payload..]) else { return };
                if self.audio.is_none() {
                    next(Event::Tracks(element, audio));
                }
                self.session.is_readable |= *self.audio.get_or_insert(audio) == audio;
            }
            Part::Cluster => self.cluster = Cluster::default(),
            // The first one holds, and none holds behind a block that was already timed without.
            Part::Timestamp(ticks) if !self.cluster.has_blocks => {
                self.cluster.timestamp.get_or_insert(ticks);
            }
            Part::Timestamp(_) => {}
            Part::SimpleBlock(element, payload) => {
                self.read_block(|timing| Block::simple(element, payload, timing), next);
            }
            Part::BlockGroup(element, payload) => {
                self.read_block(|timing| Block::group(element, payload, timing), next);
            }
        }
    }

    fn read_block<'a>(&mut self, block: impl FnOnce(Timing) -> Block<'a>, mut next: impl FnMut(Event<'_>)) {
        self.saw_block = true;
        // Blocks in front of the Tracks are of another recording, or of none.
        let Some(audio) = self.audio.filter(|_| self.session.is_readable) else { return };
        let timestamp = self.session.begins.saturating_add(self.cluster.timestamp.unwrap_or(0));
        if !std::mem::replace(&mut self.cluster.has_blocks, true) {
            next(Event::Cluster(timestamp));
        }
        let block = block(Timing { timestamp, timestamp_scale: self.scale(), audio });
        if let Some(sound) = block.sound {
            self.end_ns = self.end_ns.max(sound.end_ns());
        }
        next(Event::Block(block));
    }

    fn scale(&self) -> u64 {
        self.timestamp_scale.unwrap_or(DEFAULT_TIMESTAMP_SCALE)
    }
}
