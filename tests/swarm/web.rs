//! Servers that have a memo's file (BEP 19), each in its own mood.

use std::ops::Range;

use voice_memos::torrent::{FetchAnswer, FetchFailure, FetchId, InfoHash};

use crate::chance::Chance;
use crate::content::Content;

/// How a server answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manner {
    /// With the range that was asked for.
    Ranges,
    /// With the whole file, whatever was asked for.
    WholeFiles,
    /// With false bytes.
    Corrupts,
    /// With half of what was asked for.
    CutsShort,
    /// With more than was asked for.
    Overflows,
    /// With an error.
    Fails,
    /// With nothing, ever.
    Silent,
    /// With a few bytes now and then.
    Trickles,
    /// The connection breaks in between.
    Breaks,
}

impl Manner {
    pub(crate) const ALL: [Self; 9] = [
        Self::Ranges,
        Self::WholeFiles,
        Self::Corrupts,
        Self::CutsShort,
        Self::Overflows,
        Self::Fails,
        Self::Silent,
        Self::Trickles,
        Self::Breaks,
    ];
}

/// One file on the Web.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    pub(crate) manner: Manner,
    pub(crate) torrent: InfoHash,
}

/// What a request brings, one after the other.
#[derive(Debug)]
pub(crate) enum Part {
    Head(FetchAnswer),
    Bytes(Vec<u8>),
    End(Result<(), FetchFailure>),
}

/// What becomes of one request: each part with the time since it was made.
pub(crate) fn answer(site: &Site, content: &Content, range: Range<u64>, chance: &mut Chance) -> Vec<(u64, Part)> {
    let file = content.bytes();
    let asked = range.start as usize..(range.end as usize).min(file.len());
    let head_at = chance.between(20, 300);
    let head = |status, length| (head_at, Part::Head(FetchAnswer { status, length: Some(length) }));
    let (status, mut body) = match site.manner {
        Manner::Silent => return Vec::new(),
        Manner::Fails => {
            let status = chance.pick(&[404, 416, 500, 503]);
            return vec![head(status, 0), (head_at, Part::End(Ok(())))];
        }
        Manner::WholeFiles => (200, file.to_vec()),
        Manner::Overflows => (206, [&file[asked], &[0; 999]].concat()),
        Manner::CutsShort => (206, file[asked.start..asked.start + asked.len() / 2].to_vec()),
        _ => (206, file[asked].to_vec()),
    };
    if site.manner == Manner::Corrupts
        && let Some(byte) = body.last_mut()
    {
        *byte ^= 1;
    }
    let (step, pause) = if site.manner == Manner::Trickles { (1_000, 3_000) } else { (40_000, 20) };
    let mut parts = vec![head(status, body.len() as u64)];
    let mut at = head_at;
    for bytes in body.chunks(step) {
        at += pause;
        if site.manner == Manner::Breaks && chance.percent(20) {
            parts.push((at, Part::End(Err(FetchFailure::Network))));
            return parts;
        }
        parts.push((at, Part::Bytes(bytes.to_vec())));
    }
    parts.push((at, Part::End(Ok(()))));
    parts
}

/// A request of one device, in one of its lives.
pub(crate) type Fetching = (usize, u32, FetchId);
