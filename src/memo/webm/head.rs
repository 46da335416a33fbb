//! What the head of a recording says: how its time counts, and what its sound is.

use super::ebml;

/// Nanoseconds per tick when the head does not say.
pub(super) const DEFAULT_TIMESTAMP_SCALE: u64 = 1_000_000;

/// What is kept of the Info element.
#[derive(Debug)]
pub(super) struct Info {
    /// Nanoseconds per tick, never zero.
    pub(super) timestamp_scale: u64,
    /// The payload of DateUTC.
    pub(super) date: Option<Vec<u8>>,
}

/// The first audio track: the one that people listen to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AudioTrack {
    pub(super) number: u64,
    pub(super) is_opus: bool,
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
    pub(super) fn move_date(&mut self, by_ns: u64) {
        if let Some(date) = self.date.as_deref().and_then(ebml::read_int) {
            self.date = Some(date.saturating_add_unsigned(by_ns).to_be_bytes().to_vec());
        }
    }
}

impl Default for Info {
    fn default() -> Self {
        Self { timestamp_scale: DEFAULT_TIMESTAMP_SCALE, date: None }
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
