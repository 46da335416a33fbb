//! Devices, the channels between them, their storage and the trackers, on one simulated clock.
//!
//! Whatever is to happen later waits in one queue, ordered by time. The world takes the next happening, or the next wish of an
//! engine to be called, and hands it to the shell of the engine that it is for (`shell.rs`).

use std::collections::{BTreeMap, BTreeSet};

use voice_memos::torrent::{
    AddTorrent, ClosedBy, Command, ConnectionId, FetchId, InfoHash, Input, LOW_WATER_BYTES, PieceIndex, SocketId,
    Status,
};

use crate::chance::Chance;
use crate::content::Content;
use crate::device::{Device, Engine};
use crate::disk::Wear;
use crate::hostile::{Hostile, Manner};
use crate::network::{End, Network, Paths, WayId};
use crate::trace::Trace;
use crate::tracker::{Client, Mood, Tracker};
use crate::web::{self, Fetching, Part, Site};
use crate::wiretap::Words;

/// How well everything works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) paths: Paths,
    pub(crate) wear: Wear,
    /// Tracker messages that are lost, that come twice, or that come late, in percent.
    pub(crate) lost: u64,
    pub(crate) doubled: u64,
    pub(crate) late: u64,
    /// Connections that the browser refuses to make, in percent.
    pub(crate) refused: u64,
}

impl Weather {
    pub(crate) const FAIR: Self = Self {
        paths: Paths {
            latency_ms: (1, 20),
            jitter_ms: 0,
            bytes_per_ms: 20_000,
            uneven: 0,
            ice_fails: 0,
            stalls: 0,
            silent_ends: 0,
            cuts: true,
        },
        wear: Wear { bad_reads: 0, bad_writes: 0, slow_ms: 4 },
        lost: 0,
        doubled: 0,
        late: 0,
        refused: 0,
    };
}

/// Something that is to happen.
pub(crate) enum Happening {
    /// An engine is told something.
    Input(Input),
    /// Storage is done with a piece.
    Written(InfoHash, PieceIndex, Result<(), String>),
    /// A socket opens, or does not.
    Opening(SocketId),
    /// The shell says how much waits in a channel.
    Report(ConnectionId),
    /// A message is at the tracker.
    ToTracker(Client, String),
    /// The tracker learns that a socket is gone.
    SocketGone(Client),
    /// Bytes have left a send buffer.
    Departed(WayId, usize),
    /// Bytes are at the other side.
    Arrived(WayId, Vec<u8>, Words),
    /// A side learns that the other one is gone.
    Hangup(End),
    /// A device has slept enough.
    Awake,
    /// A web seed sends something.
    Fetched(FetchId, Part),
    /// The app tries again after a storage failure.
    Resume(InfoHash),
}

/// A socket between a device and a tracker.
#[derive(Debug, Clone)]
pub(crate) struct Socket {
    pub(crate) url: String,
    pub(crate) open: bool,
    /// Neither side knows that nothing passes any more.
    pub(crate) dead: bool,
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) chance: Chance,
    pub(crate) weather: Weather,
    pub(crate) devices: Vec<Device>,
    pub(crate) trackers: BTreeMap<String, Tracker>,
    pub(crate) contents: BTreeMap<InfoHash, Content>,
    /// Files on the Web, by their URLs.
    pub(crate) sites: BTreeMap<String, Site>,
    /// Requests that are under way.
    pub(crate) fetches: BTreeSet<Fetching>,
    /// What happens to which device, in which of its lives.
    queue: BTreeMap<(u64, u64), (usize, u32, Happening)>,
    sequence: u64,
    pub(crate) network: Network,
    pub(crate) sockets: BTreeMap<Client, Socket>,
    /// The connection that an engine ended last, and who was at the other side.
    pub(crate) ended: Option<(End, usize)>,
    pub(crate) trace: Trace,
}

impl World {
    pub(crate) fn new(seed: u64, weather: Weather) -> Self {
        let mut world = Self {
            now: 1_000,
            chance: Chance::new(seed),
            weather,
            devices: Vec::new(),
            trackers: BTreeMap::new(),
            contents: BTreeMap::new(),
            sites: BTreeMap::new(),
            fetches: BTreeSet::new(),
            queue: BTreeMap::new(),
            sequence: 0,
            network: Network::default(),
            sockets: BTreeMap::new(),
            ended: None,
            trace: Trace::new(),
        };
        world.tracker("wss://one", Mood::Pushing);
        world.tracker("wss://two", Mood::Plain);
        world
    }

    pub(crate) fn tracker(&mut self, url: &str, mood: Mood) {
        self.trackers.insert(url.to_owned(), Tracker::new(mood));
    }

    /// Some bytes with their info dictionary.
    pub(crate) fn content(&mut self, length: usize, piece_length: u32) -> InfoHash {
        let content = Content::new(length, piece_length, &mut self.chance);
        let hash = content.info_hash();
        self.contents.insert(hash, content);
        hash
    }

    /// A server that has the content; whoever adds the torrent from now on knows of it.
    pub(crate) fn site(&mut self, manner: web::Manner, torrent: InfoHash) {
        let url = format!("https://site{}/memo.webm", self.sites.len());
        self.sites.insert(url, Site { manner, torrent });
    }

    pub(crate) fn device(&mut self) -> usize {
        let seed = self.chance.next();
        self.devices.push(Device::new(Device::fresh_session(seed)));
        self.devices.len() - 1
    }

    /// Somebody hostile, who begins at once.
    pub(crate) fn hostile(&mut self, manner: Manner, torrent: InfoHash, urls: &[String], renames: bool) -> usize {
        let hostile = Hostile::new(manner, self.contents[&torrent].clone(), urls, renames, self.chance.fork());
        let device = self.devices.len();
        self.trace.say(self.now, || format!("{device} is hostile: {manner:?}"));
        self.devices.push(Device::new(Engine::Hostile(Box::new(hostile))));
        self.feed(device, Input::Timeout);
        device
    }

    /// Puts the whole content into a device's storage.
    pub(crate) fn give(&mut self, device: usize, torrent: InfoHash) {
        self.devices[device].disk.fill(&self.contents[&torrent]);
    }

    /// Puts the metadata alone into a device's storage.
    pub(crate) fn know(&mut self, device: usize, torrent: InfoHash) {
        let raw = self.contents[&torrent].info.raw().to_vec();
        self.devices[device].disk.keep_info(torrent, raw);
    }

    /// Adds the torrent with what the device has stored.
    pub(crate) fn add(&mut self, device: usize, torrent: InfoHash, trackers: &[&str]) {
        let trackers: Vec<String> = trackers.iter().map(|url| (*url).to_owned()).collect();
        let it = &mut self.devices[device];
        let have = Some(it.disk.have(&self.contents[&torrent]));
        let info = it.disk.info(torrent);
        it.library.insert(torrent, trackers.clone());
        let sites = self.sites.iter().filter(|(_, site)| site.torrent == torrent);
        let web_seeds = sites.map(|(url, _)| url.clone()).collect();
        let add = AddTorrent { trackers, info, have, web_seeds, ..AddTorrent::new(torrent) };
        self.command(device, Command::Add(add));
    }

    /// Only these bytes are wanted from now on.
    pub(crate) fn select(&mut self, device: usize, torrent: InfoHash, bytes: std::ops::Range<u64>) {
        let stored = self.devices[device].disk.have(&self.contents[&torrent]);
        self.command(device, Command::Select(torrent, vec![bytes], stored));
    }

    pub(crate) fn remove(&mut self, device: usize, torrent: InfoHash) {
        if self.devices[device].library.remove(&torrent).is_some() {
            self.command(device, Command::Remove(torrent));
        }
    }

    /// It leaves, and deletes what it has.
    pub(crate) fn erase(&mut self, device: usize, torrent: InfoHash) {
        if self.devices[device].library.remove(&torrent).is_some() {
            self.command(device, Command::Erase(torrent));
        }
    }

    pub(crate) fn command(&mut self, device: usize, command: Command) {
        self.trace.say(self.now, || match &command {
            Command::Add(torrent) => format!("{device} adds {}", torrent.info_hash),
            other => format!("{device} is to {other:?}"),
        });
        self.feed(device, Input::Command(command));
    }

    /// The device vanishes without a word.
    pub(crate) fn kill(&mut self, device: usize) {
        self.trace.say(self.now, || format!("{device} dies"));
        let it = &mut self.devices[device];
        it.alive = false;
        it.life += 1;
        it.sleeps_until = 0;
        it.backlog.clear();
        it.wake = None;
        let sockets: Vec<Client> = self.sockets.keys().filter(|client| client.device == device).copied().collect();
        for client in sockets {
            self.forget_socket(client);
        }
        self.network.ends_of(Some(device)).into_iter().for_each(|end| self.hang_up(end));
    }

    /// It comes back with what it had stored.
    pub(crate) fn revive(&mut self, device: usize) {
        self.trace.say(self.now, || format!("{device} comes back"));
        let seed = self.chance.next();
        let it = &mut self.devices[device];
        it.alive = true;
        it.engine = Device::fresh_session(seed);
        it.record = it.record.of_a_new_life();
        for (torrent, trackers) in it.library.clone() {
            let trackers: Vec<&str> = trackers.iter().map(String::as_str).collect();
            self.add(device, torrent, &trackers);
        }
    }

    /// Nothing runs on the device for a while; then everything comes at once.
    pub(crate) fn sleep(&mut self, device: usize, ms: u64) {
        self.trace.say(self.now, || format!("{device} sleeps for {ms} ms"));
        self.devices[device].sleeps_until = self.now + ms;
        self.later(ms, device, Happening::Awake);
    }

    /// All sockets break, nothing is remembered; `down` also keeps it from coming back.
    pub(crate) fn restart_tracker(&mut self, url: &str, down: bool) {
        self.trace.say(self.now, || format!("{url} restarts{}", if down { " and stays away" } else { "" }));
        let tracker = self.trackers.get_mut(url).expect("a tracker of this world");
        tracker.down = down;
        tracker.forget();
        let lost: Vec<Client> =
            self.sockets.iter().filter(|(_, socket)| socket.url == url).map(|(client, _)| *client).collect();
        for client in lost {
            self.sockets.remove(&client);
            let closed = Happening::Input(Input::SocketClosed(client.socket));
            self.later_in_life(1, client.device, client.life, closed);
        }
    }

    pub(crate) fn bring_tracker_up(&mut self, url: &str) {
        self.trackers.get_mut(url).expect("a tracker of this world").down = false;
    }

    /// Nothing passes between a device and its trackers any more, and neither knows it.
    pub(crate) fn cut_off(&mut self, device: usize) {
        self.trace.say(self.now, || format!("{device} is cut off from its trackers"));
        let of_device = self.sockets.iter_mut().filter(|(client, _)| client.device == device);
        of_device.for_each(|(_, socket)| socket.dead = true);
    }

    /// Breaks one connection that is open, if there is one.
    pub(crate) fn break_a_link(&mut self) {
        let ends = self.network.ends_of(None);
        if ends.is_empty() {
            return;
        }
        let end = ends[self.chance.below(ends.len())];
        self.trace.say(self.now, || format!("{} loses its connection {}", end.device, end.id.0));
        self.hang_up(end);
        self.later_in_life(
            0,
            end.device,
            end.life,
            Happening::Input(Input::ConnectionClosed(end.id, ClosedBy::Remote)),
        );
    }

    /// The bytes of a piece rot on the disk.
    pub(crate) fn alter(&mut self, device: usize, torrent: InfoHash, piece: u32) {
        self.devices[device].disk.alter(torrent, piece);
    }

    pub(crate) fn complete(&self, device: usize, torrent: InfoHash) -> bool {
        self.devices[device].disk.is_complete(&self.contents[&torrent])
    }

    /// How many pieces a device has stored.
    pub(crate) fn stored(&self, device: usize, torrent: InfoHash) -> usize {
        self.devices[device].disk.count(torrent)
    }

    pub(crate) fn knows(&self, device: usize, torrent: InfoHash, piece: u32) -> bool {
        self.devices[device].disk.knows(torrent, piece)
    }

    pub(crate) fn status(&self, device: usize, torrent: InfoHash) -> Status {
        self.devices[device].session().status(&torrent).expect("it was added")
    }

    pub(crate) fn connections(&self, device: usize) -> usize {
        self.devices[device].session().footprint().connections
    }

    /// Runs until `done`, or until `limit_ms` have passed: then `false`.
    pub(crate) fn run_until(&mut self, limit_ms: u64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let limit = self.now + limit_ms;
        while !done(self) {
            let happening = self.queue.keys().next().map(|(at, _)| *at);
            let wakes = self.devices.iter().filter_map(|device| Some(device.wake?.max(device.sleeps_until)));
            let wake = wakes.min().map(|at| at.max(self.now));
            let Some(next) = happening.into_iter().chain(wake).min().filter(|next| *next <= limit) else {
                self.now = limit;
                return false;
            };
            self.now = next;
            if happening == Some(next) {
                if let Some((_, (device, life, happening))) = self.queue.pop_first() {
                    self.happen(device, life, happening);
                }
            } else {
                self.wake_devices();
            }
        }
        true
    }

    pub(crate) fn run(&mut self, ms: u64) {
        self.run_until(ms, |_| false);
    }

    fn wake_devices(&mut self) {
        for device in 0..self.devices.len() {
            let it = &mut self.devices[device];
            if it.wake.is_none_or(|at| at.max(it.sleeps_until) > self.now) {
                continue;
            }
            it.wakes += 1;
            it.wakes_now = if it.wakes_now.0 == self.now { (self.now, it.wakes_now.1 + 1) } else { (self.now, 1) };
            assert!(it.wakes_now.1 < 20, "{device} wants to be called again and again");
            self.feed(device, Input::Timeout);
        }
    }

    pub(crate) fn later(&mut self, ms: u64, device: usize, happening: Happening) {
        self.later_in_life(ms, device, self.devices[device].life, happening);
    }

    pub(crate) fn later_in_life(&mut self, ms: u64, device: usize, life: u32, happening: Happening) {
        self.sequence += 1;
        self.queue.insert((self.now + ms, self.sequence), (device, life, happening));
    }

    fn happen(&mut self, device: usize, life: u32, happening: Happening) {
        let it = &mut self.devices[device];
        // Everything else goes on without the engine.
        let concerns_engine = !matches!(
            happening,
            Happening::ToTracker(..) | Happening::SocketGone(_) | Happening::Departed(..) | Happening::Arrived(..)
        );
        if concerns_engine && it.life != life {
            return;
        }
        let concerns_sleeper = concerns_engine || matches!(happening, Happening::Arrived(..));
        let sleeps = it.sleeps_until > self.now || !it.backlog.is_empty();
        if matches!(happening, Happening::Awake) && it.sleeps_until <= self.now {
            for happening in std::mem::take(&mut it.backlog) {
                self.happen_now(device, happening);
            }
        } else if sleeps && concerns_sleeper {
            it.backlog.push(happening);
        } else {
            self.happen_now(device, happening);
        }
    }

    fn happen_now(&mut self, device: usize, happening: Happening) {
        match happening {
            Happening::Input(input) => self.feed(device, input),
            Happening::Written(torrent, piece, result) => {
                if result.is_ok() {
                    self.devices[device].disk.keep(torrent, piece);
                }
                self.feed(device, Input::PieceWritten(torrent, piece, result));
            }
            Happening::Report(id) => {
                if let Some(buffered) = self.network.buffered(self.end(device, id)) {
                    self.feed(device, Input::ChannelBuffered(id, buffered));
                }
            }
            Happening::Opening(socket) => self.open_socket(device, socket),
            Happening::ToTracker(client, text) => self.reach_tracker(client, &text),
            Happening::SocketGone(client) => {
                if let Some(socket) = self.sockets.remove(&client)
                    && let Some(tracker) = self.trackers.get_mut(&socket.url)
                {
                    tracker.closed(client);
                }
            }
            Happening::Departed(way, length) => {
                if let Some((end, before, now)) = self.network.departed(way, length)
                    && before > LOW_WATER_BYTES
                    && now <= LOW_WATER_BYTES
                {
                    self.later_in_life(0, end.device, end.life, Happening::Report(end.id));
                }
            }
            Happening::Arrived(way, bytes, words) => self.arrived(way, &bytes, words),
            Happening::Hangup(end) => {
                if self.network.is_open(end) {
                    self.trace.say(self.now, || format!("{} finds its connection {} closed", end.device, end.id.0));
                    self.feed(end.device, Input::ConnectionClosed(end.id, ClosedBy::Remote));
                }
            }
            Happening::Fetched(id, part) => self.fetched(device, id, part),
            Happening::Awake => {}
            Happening::Resume(torrent) => {
                if self.devices[device].library.contains_key(&torrent) {
                    self.feed(device, Input::Command(Command::Resume(torrent)));
                }
            }
        }
    }
}
