//! One device: an engine (ours, or somebody hostile), its storage, and what can be said about it from outside.

use std::collections::BTreeMap;

use voice_memos::torrent::{Config, Event, InfoHash, Input, Instant, Output, Session};

use crate::disk::Disk;
use crate::hostile::Hostile;
use crate::invariants::Record;
use crate::world::Happening;

/// What runs on a device. Both kinds are driven alike.
pub(crate) enum Engine {
    Ours(Box<Session>),
    Hostile(Box<Hostile>),
}

impl Engine {
    pub(crate) fn handle_input(&mut self, now: Instant, input: Input) {
        match self {
            Self::Ours(session) => session.handle_input(now, input).expect("the world makes no mistakes of its own"),
            Self::Hostile(hostile) => hostile.handle_input(now, input),
        }
    }

    pub(crate) fn poll_output(&mut self) -> Option<Output> {
        match self {
            Self::Ours(session) => session.poll_output(),
            Self::Hostile(hostile) => hostile.poll_output(),
        }
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        match self {
            Self::Ours(session) => session.poll_timeout(),
            Self::Hostile(hostile) => hostile.poll_timeout(),
        }
    }
}

/// One device.
pub(crate) struct Device {
    pub(crate) engine: Engine,
    /// Restarts so far: what was on its way to an earlier life reaches nobody.
    pub(crate) life: u32,
    pub(crate) alive: bool,
    /// Whatever happens before waits until then.
    pub(crate) sleeps_until: u64,
    /// What happened while it slept.
    pub(crate) backlog: Vec<Happening>,
    pub(crate) disk: Disk,
    /// What it takes part in, and where it announces that.
    pub(crate) library: BTreeMap<InfoHash, Vec<String>>,
    pub(crate) events: Vec<Event>,
    pub(crate) record: Record,
    /// When its engine wants to be called.
    pub(crate) wake: Option<u64>,
    /// How often it was called at its own wish.
    pub(crate) wakes: u64,
    /// How often in a row at one moment: an engine that never has enough would stop the clock.
    pub(crate) wakes_now: (u64, u32),
    /// Bytes of blocks that it was sent, wanted or not.
    pub(crate) blocks_heard: u64,
}

impl Device {
    pub(crate) fn new(engine: Engine) -> Self {
        Self {
            engine,
            life: 0,
            alive: true,
            sleeps_until: 0,
            backlog: Vec::new(),
            disk: Disk::default(),
            library: BTreeMap::new(),
            events: Vec::new(),
            record: Record::default(),
            wake: None,
            wakes: 0,
            wakes_now: (0, 0),
            blocks_heard: 0,
        }
    }

    pub(crate) fn fresh_session(seed: u64) -> Engine {
        Engine::Ours(Box::new(Session::new(Config::default(), seed)))
    }

    /// The engine of an honest device.
    pub(crate) fn session(&self) -> &Session {
        match &self.engine {
            Engine::Ours(session) => session,
            Engine::Hostile(_) => panic!("a hostile peer has no session"),
        }
    }

    pub(crate) fn hostile(&self) -> Option<&Hostile> {
        match &self.engine {
            Engine::Ours(_) => None,
            Engine::Hostile(hostile) => Some(hostile),
        }
    }

    pub(crate) fn is_honest(&self) -> bool {
        self.hostile().is_none()
    }
}
