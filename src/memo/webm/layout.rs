//! Where everything goes in the mended file.

use std::ops::Range;
use std::sync::Arc;

use super::head::Info;
use super::{Writer, ebml};

/// What a cluster becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ClusterPlan {
    /// In ticks.
    timestamp: u64,
    /// When its first sound begins, in ticks.
    cue: Option<u64>,
    /// Bytes of its blocks.
    blocks_len: u64,
}

impl ClusterPlan {
    /// A cluster of this time, as yet without blocks.
    pub(super) fn at(timestamp: u64) -> Self {
        Self { timestamp, cue: None, blocks_len: 0 }
    }

    pub(super) fn set_cue(&mut self, ticks: u64) {
        self.cue.get_or_insert(ticks);
    }

    pub(super) fn add_block(&mut self, len: u64) {
        self.blocks_len += len;
    }

    pub(super) fn blocks_len(&self) -> u64 {
        self.blocks_len
    }

    /// The front of the mended cluster: id, size, time.
    pub(super) fn write_head(&self, out: &mut Vec<u8>) {
        let mut timestamp = Vec::new();
        ebml::write_uint(ebml::TIMESTAMP, self.timestamp, &mut timestamp);
        let size = timestamp.len() as u64 + self.blocks_len;
        // Four bytes hold any cluster of a recorder; the other form is for what no recorder writes.
        let size_len = if size < (1 << 28) - 1 { 4 } else { 8 };
        ebml::write_id(ebml::CLUSTER, out);
        ebml::write_size(size, size_len, out);
        out.extend(timestamp);
    }

    /// Bytes of the mended cluster.
    fn len(&self) -> u64 {
        let mut head = Vec::new();
        self.write_head(&mut head);
        head.len() as u64 + self.blocks_len
    }
}

/// The plan of the mended file, made by a [`Scan`](super::Scan).
#[derive(Clone, Debug)]
pub struct Layout {
    /// Everything in front of the first cluster.
    head: Arc<[u8]>,
    clusters: Arc<[ClusterPlan]>,
    end_ns: u64,
    size: u64,
    /// Which part of the recording it is; `None` for all of it.
    part_ms: Option<Range<u64>>,
}

impl Layout {
    /// How long it sounds.
    pub fn duration_ms(&self) -> u64 {
        self.end_ns.saturating_add(500_000) / 1_000_000
    }

    /// Bytes of the mended file.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The second pass. It wants the same bytes as the first, in any split.
    pub fn writer(&self) -> Writer {
        Writer::new(self.head.clone(), self.clusters.clone(), self.part_ms.clone())
    }

    /// The same, told that the bytes to come are those of a longer recording.
    pub(super) fn of_part(self, range_ms: Range<u64>) -> Self {
        Self { part_ms: Some(range_ms), ..self }
    }

    pub(super) fn plan(
        ebml_header: &[u8],
        info: &Info,
        tracks: &[u8],
        audio_track: u64,
        clusters: Vec<ClusterPlan>,
        end_ns: u64,
    ) -> Self {
        let info_element = write_info(info, end_ns);
        let clusters_len: u64 = clusters.iter().map(ClusterPlan::len).sum();

        // Positions count from the first byte behind the Segment's size. All of them are written with a fixed width, so that
        // the lengths of SeekHead and Cues are known before the positions in them are.
        let seek_head_len = write_seek_head(0, 0, 0).len() as u64;
        let info_at = seek_head_len;
        let tracks_at = info_at + info_element.len() as u64;
        let cues_at = tracks_at + tracks.len() as u64;
        let cues = Cues::choose(&clusters, end_ns, info.timestamp_scale, audio_track);
        let wide = clusters_len > u64::from(u32::MAX) / 2;
        let clusters_at = cues_at + cues.write(0, wide).len() as u64;

        let mut head = ebml_header.to_vec();
        ebml::write_id(ebml::SEGMENT, &mut head);
        ebml::write_size(clusters_at + clusters_len, 8, &mut head);
        head.extend(write_seek_head(info_at, tracks_at, cues_at));
        head.extend(info_element);
        head.extend(tracks);
        head.extend(cues.write(clusters_at, wide));
        let size = head.len() as u64 + clusters_len;
        Self { head: head.into(), clusters: clusters.into(), end_ns, size, part_ms: None }
    }
}

fn write_info(info: &Info, end_ns: u64) -> Vec<u8> {
    const APP: &[u8] = b"voice-memos";
    let duration = end_ns as f64 / info.timestamp_scale as f64;
    let mut payload = Vec::new();
    ebml::write_uint(ebml::TIMESTAMP_SCALE, info.timestamp_scale, &mut payload);
    ebml::write_element(ebml::DURATION, &duration.to_be_bytes(), &mut payload);
    if let Some(date) = &info.date {
        ebml::write_element(ebml::DATE_UTC, date, &mut payload);
    }
    ebml::write_element(ebml::MUXING_APP, APP, &mut payload);
    ebml::write_element(ebml::WRITING_APP, APP, &mut payload);
    let mut element = Vec::new();
    ebml::write_element(ebml::INFO, &payload, &mut element);
    element
}

/// Positions that lie within the head, which is small, so four bytes hold them.
fn write_seek_head(info_at: u64, tracks_at: u64, cues_at: u64) -> Vec<u8> {
    let mut payload = Vec::new();
    for (id, position) in [(ebml::INFO, info_at), (ebml::TRACKS, tracks_at), (ebml::CUES, cues_at)] {
        let mut seek = Vec::new();
        ebml::write_element(ebml::SEEK_ID, &id.to_be_bytes(), &mut seek);
        ebml::write_element(ebml::SEEK_POSITION, &position.to_be_bytes()[4..], &mut seek);
        ebml::write_element(ebml::SEEK, &seek, &mut payload);
    }
    let mut element = Vec::new();
    ebml::write_element(ebml::SEEK_HEAD, &payload, &mut element);
    element
}

/// Which clusters can be sought.
struct Cues {
    track: u64,
    /// Time in ticks, and distance from the first cluster in bytes.
    points: Vec<(u64, u64)>,
}

impl Cues {
    /// Six hours get a cue every five seconds, in under 100 kB; what is longer gets no more of them.
    const MAX_POINTS: usize = 4400;
    /// Closer cues help nobody: recorders begin a cluster about every second.
    const MIN_INTERVAL_NS: u64 = 900_000_000;

    fn choose(clusters: &[ClusterPlan], end_ns: u64, timestamp_scale: u64, track: u64) -> Self {
        let interval = (end_ns / Self::MAX_POINTS as u64).max(Self::MIN_INTERVAL_NS) / timestamp_scale;
        let mut points: Vec<(u64, u64)> = Vec::new();
        let mut at = 0;
        for cluster in clusters {
            if points.len() == Self::MAX_POINTS {
                break;
            }
            let is_due = |cue| points.last().is_none_or(|&(last, _)| cue >= last.saturating_add(interval));
            if let Some(cue) = cluster.cue.filter(|&cue| is_due(cue)) {
                points.push((cue, at));
            }
            at += cluster.len();
        }
        Self { track, points }
    }

    fn write(&self, clusters_at: u64, wide: bool) -> Vec<u8> {
        let mut payload = Vec::new();
        for &(time, distance) in &self.points {
            let mut positions = Vec::new();
            ebml::write_uint(ebml::CUE_TRACK, self.track, &mut positions);
            let position = (clusters_at + distance).to_be_bytes();
            ebml::write_element(ebml::CUE_CLUSTER_POSITION, &position[if wide { 0 } else { 4 }..], &mut positions);
            let mut point = Vec::new();
            ebml::write_uint(ebml::CUE_TIME, time, &mut point);
            ebml::write_element(ebml::CUE_TRACK_POSITIONS, &positions, &mut point);
            ebml::write_element(ebml::CUE_POINT, &point, &mut payload);
        }
        let mut element = Vec::new();
        ebml::write_element(ebml::CUES, &payload, &mut element);
        element
    }
}
