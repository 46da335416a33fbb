//! How the torrent is doing, for people.

use super::super::session::Shared;
use super::super::status::{Phase, Status, TrackerState, TrackerStatus};
use super::{Activity, Pieces, Swarm};

impl Swarm {
    pub(in super::super) fn status(&self, shared: &Shared) -> Status {
        let ready = || self.peers.values().filter(|peer| peer.is_ready());
        let seeds = ready().filter(|peer| peer.availability.is_seed()).count() as u32;
        let peers = ready().count() as u32;
        Status {
            info_hash: self.info_hash,
            phase: self.phase.0,
            since_ms: self.phase.1.as_millis(),
            have_bytes: self.pieces.as_ref().map_or(0, Pieces::have_bytes),
            total_bytes: self.pieces.as_ref().map_or(0, Pieces::wanted_bytes),
            have: self.pieces.as_ref().map_or_else(Vec::new, |pieces| pieces.have().as_bytes().to_vec()),
            down_rate: self.down.per_second(shared.now),
            up_rate: self.up.per_second(shared.now),
            peers,
            seeds,
            listeners: peers - seeds,
            delivered: self.delivered.len() as u32,
            trackers: self.announces.iter().map(|announce| self.tracker_status(announce, shared)).collect(),
            web_seeds: Vec::new(),
            holders: None,
            encounters: Vec::new(),
            problem: match &self.activity {
                Activity::Failed(why) => Some(why.clone()),
                _ => self.problem.clone(),
            },
        }
    }

    /// Requests that wait here, bytes that wait in channels, bytes of unfinished pieces.
    pub(in super::super) fn footprint(&self) -> (usize, usize, usize) {
        let queued = self.peers.values().map(|peer| peer.queue.len()).sum();
        let unsent = self.peers.values().map(super::Peer::waiting_bytes).sum();
        (queued, unsent, self.pieces.as_ref().map_or(0, Pieces::held_bytes))
    }

    fn tracker_status(&self, announce: &super::Announce, shared: &Shared) -> TrackerStatus {
        let of_tracker = shared.trackers.message(announce.tracker).map(str::to_owned);
        TrackerStatus {
            url: shared.trackers.url(announce.tracker).to_owned(),
            state: shared.trackers.state(announce.tracker),
            complete: announce.complete,
            incomplete: announce.incomplete,
            message: announce.message.clone().or(of_tracker),
        }
    }

    /// The step of the ladder, from what is known now.
    pub(super) fn current_phase(&self, shared: &Shared) -> Phase {
        let states = || self.announces.iter().map(|announce| shared.trackers.state(announce.tracker));
        let connected =
            || self.announces.iter().filter(|it| shared.trackers.state(it.tracker) == TrackerState::Connected);
        match self.activity {
            Activity::Paused => Phase::Paused,
            Activity::Failed(_) => Phase::Failed,
            Activity::Running if self.is_complete() => Phase::Seeding,
            Activity::Running if !self.is_needy() => Phase::Downloading,
            Activity::Running if connected().next().is_none() => {
                let connecting = states().any(|state| state == TrackerState::Connecting);
                if connecting { Phase::Connecting } else { Phase::Offline }
            }
            // Nobody has it, as far as every tracker that answered knows.
            Activity::Running if connected().any(|it| it.has_replied() && it.complete == Some(0)) => {
                let elsewhere = connected().any(|it| it.complete.is_none_or(|count| count > 0));
                if elsewhere { Phase::Searching } else { Phase::Waiting }
            }
            Activity::Running => Phase::Searching,
        }
    }
}
