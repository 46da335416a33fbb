//! How the torrent is doing, for people.

use super::super::encounter::Record;
use super::super::limits::MAX_ENDED;
use super::super::session::Shared;
use super::super::status::{Encounter, Parting, Phase, Stage, Status, TrackerState, TrackerStatus};
use super::super::tracker::ScrapeCounts;
use super::super::{ConnectionId, Instant};
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
            web_seeds: self.web_seed_statuses(),
            holders: self.holders(),
            encounters: self.encounters(),
            problem: match &self.activity {
                Activity::Failed(why) => Some(why.clone()),
                _ => self.problem.clone(),
            },
        }
    }

    /// Devices that have all of it, besides this one. Trackers share no list, so the one that counts most is believed.
    fn holders(&self) -> Option<u32> {
        let ourselves = u32::from(self.is_complete());
        let announced = self.announces.iter().filter_map(|announce| announce.complete).max();
        announced.map(|count| count.saturating_sub(ourselves)).or(self.scraped)
    }

    /// What a tracker says of a torrent that does not announce there.
    pub(in super::super) fn scraped(&mut self, counts: ScrapeCounts) {
        self.scraped = self.scraped.max(Some(counts.complete));
    }

    fn encounters(&self) -> Vec<Encounter> {
        let half_open = self.half_open.iter().filter(|(_, half)| half.record.has_reached(Stage::Offer));
        let half_open = half_open.map(|(id, half)| half.record.encounter(*id, (0, 0), None));
        let open = self.peers.iter().map(|(id, peer)| peer.record.encounter(*id, peer.moved(), None));
        let mut going_on: Vec<Encounter> = half_open.chain(open).collect();
        going_on.sort_by_key(|encounter| encounter.id);
        self.ended.iter().cloned().chain(going_on).collect()
    }

    /// Notes something about a connection.
    pub(in super::super) fn note(&mut self, id: ConnectionId, note: impl FnOnce(&mut Record)) {
        let half_open = self.half_open.get_mut(&id).map(|half| &mut half.record);
        if let Some(record) = half_open.or(self.peers.get_mut(&id).map(|peer| &mut peer.record)) {
            note(record);
        }
    }

    /// Keeps what became of a connection. The least interesting ones make room: those that nobody ever answered.
    pub(super) fn remember(
        &mut self,
        id: ConnectionId,
        record: &Record,
        moved: (u64, u64),
        why: Parting,
        now: Instant,
    ) {
        if self.ended.len() >= MAX_ENDED {
            let unanswered = |encounter: &Encounter| matches!(encounter.ended, Some((Parting::NoAnswer, _)));
            let at = self.ended.iter().position(unanswered).unwrap_or(0);
            self.ended.remove(at);
        }
        self.ended.push(record.encounter(id, moved, Some((why, now))));
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
            Activity::Running if !self.is_needy() || self.is_fetching() => Phase::Downloading,
            Activity::Running if connected().next().is_none() => {
                let connecting = states().any(|state| state == TrackerState::Connecting);
                if connecting { Phase::Connecting } else { Phase::Offline }
            }
            // Nobody has it, as far as every tracker that answered knows.
            Activity::Running if connected().any(|it| it.complete == Some(0)) => {
                let elsewhere = connected().any(|it| it.complete.is_none_or(|count| count > 0));
                if elsewhere { Phase::Searching } else { Phase::Waiting }
            }
            Activity::Running => Phase::Searching,
        }
    }
}
