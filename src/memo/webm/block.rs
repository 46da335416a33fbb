//! A block: some sound of a cluster, and when it is heard.

use super::head::AudioTrack;
use super::{ebml, opus};

/// A block as it lies in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block<'a> {
    /// The SimpleBlock or BlockGroup, whole element.
    pub(super) element: &'a [u8],
    /// Where its head begins in there: track number, distance from the cluster, flags.
    head_at: usize,
    is_simple: bool,
    /// `None` when its head cannot be read.
    pub(super) sound: Option<Sound>,
}

/// When a block is heard.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sound {
    /// Ticks from the beginning of the recording.
    pub(super) start: u64,
    /// Nanoseconds per tick.
    timestamp_scale: u64,
    /// How long, as far as the block or its packet says it.
    pub(super) sounding_ns: u64,
    /// How much is to be cut off at its end.
    discarded_ns: u64,
    /// It belongs to the audio track.
    pub(super) is_audio: bool,
}

/// What the head of a block says.
struct Head {
    track: u64,
    /// Ticks after the time of the cluster.
    offset: i64,
    /// What the packet itself says, if it is Opus.
    opus_ns: u64,
    /// Ticks, when a BlockGroup says so.
    duration: Option<u64>,
    /// What a BlockGroup says is to be cut off at its end.
    discarded_ns: u64,
}

/// How the blocks of a cluster are timed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timing {
    /// The time of the cluster, in ticks from the beginning of the recording.
    pub(super) timestamp: u64,
    /// Nanoseconds per tick.
    pub(super) timestamp_scale: u64,
    pub(super) audio: AudioTrack,
}

impl<'a> Block<'a> {
    /// A SimpleBlock whose payload begins there.
    pub(super) fn simple(element: &'a [u8], payload: usize, timing: Timing) -> Self {
        let head = Head::read(&element[payload..]);
        Self { element, head_at: payload, is_simple: true, sound: head.map(|head| timing.place(&head)) }
    }

    /// A BlockGroup whose payload begins there.
    pub(super) fn group(element: &'a [u8], payload: usize, timing: Timing) -> Self {
        let head = Head::read_group(&element[payload..]);
        let head_at = ebml::position_of(ebml::BLOCK, &element[payload..]).map_or(payload, |at| payload + at);
        Self { element, head_at, is_simple: false, sound: head.map(|head| timing.place(&head)) }
    }

    /// The element with another distance from its cluster; `None` when it is the same.
    pub(super) fn at_offset(&self, offset: i16) -> Option<Vec<u8>> {
        let (_, track_len) = ebml::read_vint(&self.element[self.head_at..])?;
        let place = self.head_at + track_len..self.head_at + track_len + 2;
        let offset = offset.to_be_bytes();
        if *self.element.get(place.clone())? == offset {
            return None;
        }
        let mut moved = self.element.to_vec();
        moved[place].copy_from_slice(&offset);
        Some(moved)
    }

    /// The same block at another time, with the element that says so.
    pub(super) fn moved_to<'b>(&self, start: u64, element: &'b [u8]) -> Block<'b> {
        let sound = self.sound.map(|sound| Sound { start, ..sound });
        Block { element, head_at: self.head_at, is_simple: self.is_simple, sound }
    }

    /// Writes the element. Every audio packet can be decoded without the ones before it, so it is marked as the key frame that it is.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        const KEY_FRAME: u8 = 0x80;
        let from = out.len();
        out.extend_from_slice(self.element);
        let is_marked = self.is_simple && self.sound.is_some_and(|sound| sound.is_audio);
        let track_len = ebml::read_vint(&self.element[self.head_at..]).map(|(_, len)| len).filter(|_| is_marked);
        if let Some(flags) = track_len.and_then(|len| out.get_mut(from + self.head_at + len + 2)) {
            *flags |= KEY_FRAME;
        }
    }
}

impl Sound {
    pub(super) fn start_ns(&self) -> u64 {
        self.start.saturating_mul(self.timestamp_scale)
    }

    pub(super) fn end_ns(&self) -> u64 {
        self.start_ns().saturating_add(self.sounding_ns).saturating_sub(self.discarded_ns)
    }
}

impl Timing {
    fn place(self, head: &Head) -> Sound {
        let is_audio = head.track == self.audio.number;
        let sounding_ns = match head.duration {
            Some(ticks) => ticks.saturating_mul(self.timestamp_scale),
            None if self.audio.is_opus && is_audio => head.opus_ns,
            None => 0,
        };
        Sound {
            start: self.timestamp.saturating_add_signed(head.offset),
            timestamp_scale: self.timestamp_scale,
            sounding_ns,
            discarded_ns: head.discarded_ns,
            is_audio,
        }
    }
}

impl Head {
    fn read(payload: &[u8]) -> Option<Self> {
        let (track, len) = ebml::read_vint(payload)?;
        let &[high, low, flags, ref packet @ ..] = payload.get(len..)? else { return None };
        /// Several packets in one block. No recorder does this, so the first is all that is measured.
        const LACED: u8 = 0x06;
        let opus_ns = if flags & LACED == 0 { opus::packet_duration_ns(packet) } else { 0 };
        let offset = i64::from(i16::from_be_bytes([high, low]));
        Some(Self { track, offset, opus_ns, duration: None, discarded_ns: 0 })
    }

    fn read_group(payload: &[u8]) -> Option<Self> {
        let child = |wanted| ebml::children(payload).find(|&(id, _)| id == wanted).map(|(_, payload)| payload);
        let head = Self::read(child(ebml::BLOCK)?)?;
        let discarded = child(ebml::DISCARD_PADDING).and_then(ebml::read_int).unwrap_or(0);
        Some(Self {
            duration: child(ebml::BLOCK_DURATION).and_then(ebml::read_uint),
            discarded_ns: u64::try_from(discarded).unwrap_or(0),
            ..head
        })
    }
}
