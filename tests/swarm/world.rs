//! Devices, the channels between them, their storage and the trackers, on one simulated clock.

use std::collections::{BTreeMap, BTreeSet};

use voice_memos::torrent::wire::{Decoder, Frame, Message};
use voice_memos::torrent::{
    AddTorrent, Bitfield, ClosedBy, Command, Config, ConnectionId, Event, HIGH_WATER_BYTES, Info, InfoBuilder,
    InfoHash, Input, Instant, LOW_WATER_BYTES, Output, PieceIndex, Session, SocketId,
};

use crate::chance::Chance;
use crate::tracker::Tracker;

/// One end of a connection.
type End = (usize, ConnectionId);

/// How well everything works.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) latency_ms: (u64, u64),
    pub(crate) bytes_per_ms: u64,
    /// Connections that find no path, in percent.
    pub(crate) ice_fails: u64,
    /// Reads that find nothing, or something else, in a million.
    pub(crate) bad_reads: u64,
    /// Writes that fail, in a million.
    pub(crate) bad_writes: u64,
    /// Tracker messages that are lost, in percent.
    pub(crate) lost_messages: u64,
}

impl Weather {
    pub(crate) const FAIR: Self =
        Self { latency_ms: (1, 20), bytes_per_ms: 20_000, ice_fails: 0, bad_reads: 0, bad_writes: 0, lost_messages: 0 };
}

/// One device: an engine and what it stored.
pub(crate) struct Device {
    pub(crate) session: Session,
    /// Restarts so far: what was on its way to an earlier life reaches nobody.
    life: u32,
    pub(crate) alive: bool,
    pub(crate) stored: BTreeMap<(InfoHash, u32), Vec<u8>>,
    pub(crate) infos: BTreeMap<InfoHash, Vec<u8>>,
    pub(crate) events: Vec<Event>,
    /// Every block that it sends is false.
    pub(crate) lies: bool,
    sockets: BTreeMap<SocketId, (String, bool)>,
    pub(crate) peak_connections: usize,
    pub(crate) ice_allowed: bool,
}

struct Link {
    ends: [End; 2],
    latency_ms: u64,
    /// Until when each direction is busy.
    busy_until: [u64; 2],
    buffered: [usize; 2],
    last_arrival: [u64; 2],
}

enum Happening {
    Input(Input),
    ToTracker(SocketId, String),
    Opening(SocketId),
    /// The shell says how much waits in a channel.
    Report(ConnectionId),
    Departed {
        link: u64,
        side: usize,
        bytes: usize,
    },
    Arrived {
        link: u64,
        side: usize,
        bytes: Vec<u8>,
    },
    Hangup {
        link: u64,
        side: usize,
    },
}

pub(crate) struct World {
    pub(crate) now: u64,
    pub(crate) chance: Chance,
    pub(crate) weather: Weather,
    pub(crate) devices: Vec<Device>,
    pub(crate) trackers: BTreeMap<String, Tracker>,
    pub(crate) contents: BTreeMap<InfoHash, (Info, Vec<u8>)>,
    queue: BTreeMap<(u64, u64), (usize, u32, Happening)>,
    sequence: u64,
    links: BTreeMap<u64, Link>,
    ends: BTreeMap<End, (u64, usize)>,
    /// What liars meant to say, cut into messages.
    liars: BTreeMap<End, Decoder>,
    next_link: u64,
    /// A running hash over everything the engines said: two runs of one seed must agree.
    pub(crate) digest: u64,
    trace: bool,
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
            queue: BTreeMap::new(),
            sequence: 0,
            links: BTreeMap::new(),
            ends: BTreeMap::new(),
            liars: BTreeMap::new(),
            next_link: 0,
            digest: 0,
            trace: std::env::var_os("TRACE").is_some(),
        };
        world.trackers.insert("wss://one".to_owned(), Tracker::pushing());
        world.trackers.insert("wss://two".to_owned(), Tracker::default());
        world
    }

    /// Some bytes with their info dictionary.
    pub(crate) fn content(&mut self, length: usize, piece_length: u32) -> InfoHash {
        let bytes: Vec<u8> = (0..length).map(|_| (self.chance.next() >> 32) as u8).collect();
        let mut builder = InfoBuilder::new("memo.webm", length as u64).piece_length(piece_length);
        builder.push(&bytes);
        let info = builder.finish().expect("the length is right");
        let hash = info.info_hash();
        self.contents.insert(hash, (info, bytes));
        hash
    }

    pub(crate) fn device(&mut self) -> usize {
        let seed = self.chance.next();
        self.devices.push(Device {
            session: Session::new(Config::default(), seed),
            life: 0,
            alive: true,
            stored: BTreeMap::new(),
            infos: BTreeMap::new(),
            events: Vec::new(),
            lies: false,
            sockets: BTreeMap::new(),
            peak_connections: 0,
            ice_allowed: true,
        });
        self.devices.len() - 1
    }

    /// Puts the whole content into a device's storage.
    pub(crate) fn give(&mut self, device: usize, torrent: InfoHash) {
        let (info, bytes) = self.contents[&torrent].clone();
        self.devices[device].infos.insert(torrent, info.raw().to_vec());
        for piece in info.pieces() {
            let range = info.piece_range(piece);
            let piece_bytes = bytes[range.start as usize..range.end as usize].to_vec();
            self.devices[device].stored.insert((torrent, piece.get()), piece_bytes);
        }
    }

    /// Adds the torrent with what the device has stored.
    pub(crate) fn add(&mut self, device: usize, torrent: InfoHash, trackers: &[&str]) {
        let (info, _) = &self.contents[&torrent];
        let mut have = Bitfield::new(info.piece_count());
        self.devices[device].stored.keys().filter(|(of, _)| *of == torrent).for_each(|(_, index)| {
            have.set(*index);
        });
        let info = self.devices[device].infos.get(&torrent).cloned();
        let trackers = trackers.iter().map(|url| (*url).to_owned()).collect();
        self.command(device, Command::Add(AddTorrent { trackers, info, have: Some(have), ..AddTorrent::new(torrent) }));
    }

    pub(crate) fn command(&mut self, device: usize, command: Command) {
        self.feed(device, Input::Command(command));
    }

    /// The device vanishes without a word.
    pub(crate) fn kill(&mut self, device: usize) {
        let it = &mut self.devices[device];
        it.alive = false;
        it.life += 1;
        for (socket, (url, _)) in std::mem::take(&mut it.sockets) {
            if let Some(tracker) = self.trackers.get_mut(&url) {
                tracker.closed((device, socket));
            }
        }
        let ends: Vec<End> = self.ends.keys().filter(|(of, _)| *of == device).copied().collect();
        ends.into_iter().for_each(|end| self.hang_up(end));
    }

    /// It comes back with what it had stored.
    pub(crate) fn revive(&mut self, device: usize, torrents: &[InfoHash], trackers: &[&str]) {
        let seed = self.chance.next();
        let it = &mut self.devices[device];
        it.alive = true;
        it.session = Session::new(Config::default(), seed);
        for torrent in torrents {
            self.add(device, *torrent, trackers);
        }
    }

    /// All sockets break, nothing is remembered; `down` also keeps it from coming back.
    pub(crate) fn restart_tracker(&mut self, url: &str, down: bool) {
        let tracker = self.trackers.get_mut(url).expect("a tracker of this world");
        tracker.down = down;
        tracker.forget();
        for device in 0..self.devices.len() {
            let sockets = &mut self.devices[device].sockets;
            let lost: Vec<SocketId> =
                sockets.iter().filter(|(_, (of, _))| of == url).map(|(socket, _)| *socket).collect();
            for socket in lost {
                self.devices[device].sockets.remove(&socket);
                self.later(1, device, Happening::Input(Input::SocketClosed(socket)));
            }
        }
    }

    pub(crate) fn bring_tracker_up(&mut self, url: &str) {
        self.trackers.get_mut(url).expect("a tracker of this world").down = false;
    }

    /// Breaks one connection that is open, if there is one.
    pub(crate) fn break_a_link(&mut self) {
        if self.links.is_empty() {
            return;
        }
        let at = self.chance.between(0, self.links.len() as u64 - 1) as usize;
        let ends = self.links.values().nth(at).map(|link| link.ends);
        for end in ends.into_iter().flatten() {
            self.later(0, end.0, Happening::Input(Input::ConnectionClosed(end.1, ClosedBy::Remote)));
            self.hang_up(end);
        }
    }

    pub(crate) fn complete(&self, device: usize, torrent: InfoHash) -> bool {
        let (info, bytes) = &self.contents[&torrent];
        info.pieces().all(|piece| {
            let range = info.piece_range(piece);
            self.devices[device]
                .stored
                .get(&(torrent, piece.get()))
                .is_some_and(|stored| stored[..] == bytes[range.start as usize..range.end as usize])
        })
    }

    /// Runs until `done`, or until `limit_ms` have passed: then `false`.
    pub(crate) fn run_until(&mut self, limit_ms: u64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let limit = self.now + limit_ms;
        while !done(self) {
            let happening = self.queue.keys().next().map(|(at, _)| *at);
            let awake = |device: &Device| device.session.poll_timeout().filter(|_| device.alive);
            let wake = self.devices.iter().filter_map(awake).min().map(|at| at.as_millis().max(self.now));
            let next = match (happening, wake) {
                (None, None) => return false,
                (Some(happening), Some(wake)) => happening.min(wake),
                (Some(at), None) | (None, Some(at)) => at,
            };
            if next > limit {
                self.now = limit;
                return false;
            }
            self.now = next;
            if happening == Some(next) {
                if let Some((_, (device, life, happening))) = self.queue.pop_first() {
                    self.happen(device, life, happening);
                }
            } else {
                for device in 0..self.devices.len() {
                    let due = awake(&self.devices[device]).is_some_and(|at| at.as_millis() <= next);
                    if due {
                        self.feed(device, Input::Timeout);
                    }
                }
            }
        }
        true
    }

    pub(crate) fn run(&mut self, ms: u64) {
        self.run_until(ms, |_| false);
    }

    fn later(&mut self, ms: u64, device: usize, happening: Happening) {
        self.sequence += 1;
        let life = self.devices[device].life;
        self.queue.insert((self.now + ms, self.sequence), (device, life, happening));
    }

    fn delay(&mut self) -> u64 {
        let (low, high) = self.weather.latency_ms;
        self.chance.between(low, high)
    }

    fn happen(&mut self, device: usize, life: u32, happening: Happening) {
        match happening {
            Happening::Departed { link, side, bytes } => self.departed(link, side, bytes),
            Happening::Arrived { link, side, bytes } => self.arrived(link, side, bytes),
            Happening::Hangup { link, side } => {
                if let Some(end) = self.links.get(&link).map(|link| link.ends[1 - side]) {
                    self.links.remove(&link);
                    self.ends.retain(|_, (of, _)| *of != link);
                    self.feed(end.0, Input::ConnectionClosed(end.1, ClosedBy::Remote));
                }
            }
            _ if self.devices[device].life != life => {}
            Happening::Input(input) => self.feed(device, input),
            Happening::Report(id) => {
                let link = self.ends.get(&(device, id)).and_then(|(link, side)| Some((self.links.get(link)?, *side)));
                if let Some(buffered) = link.map(|(link, side)| link.buffered[side]) {
                    self.feed(device, Input::ChannelBuffered(id, buffered));
                }
            }
            Happening::Opening(socket) => {
                let url = self.devices[device].sockets.get(&socket).map(|(url, _)| url.clone());
                let Some(url) = url else { return };
                if self.trackers.get(&url).is_none_or(|tracker| tracker.down) {
                    self.devices[device].sockets.remove(&socket);
                    self.feed(device, Input::SocketClosed(socket));
                } else {
                    self.devices[device].sockets.insert(socket, (url, true));
                    self.feed(device, Input::SocketOpened(socket));
                }
            }
            Happening::ToTracker(socket, text) => {
                let Some((url, true)) = self.devices[device].sockets.get(&socket).cloned() else { return };
                let Some(tracker) = self.trackers.get_mut(&url) else { return };
                for ((to, socket), text) in tracker.handle((device, socket), &text, &mut self.chance) {
                    if !self.chance.percent(self.weather.lost_messages) {
                        let delay = self.delay();
                        self.later(delay, to, Happening::Input(Input::SocketMessage(socket, text)));
                    }
                }
            }
        }
    }

    fn departed(&mut self, link: u64, side: usize, bytes: usize) {
        let Some(it) = self.links.get_mut(&link) else { return };
        let before = it.buffered[side];
        it.buffered[side] -= bytes;
        let (end, now) = (it.ends[side], it.buffered[side]);
        if before > LOW_WATER_BYTES && now <= LOW_WATER_BYTES {
            self.feed(end.0, Input::ChannelBuffered(end.1, now));
        }
    }

    fn arrived(&mut self, link: u64, side: usize, mut bytes: Vec<u8>) {
        let Some(end) = self.links.get(&link).map(|link| link.ends[1 - side]) else { return };
        // A channel is a byte stream: what was sent together may arrive in parts.
        if bytes.len() > 1 && self.chance.percent(30) {
            let at = self.chance.between(1, bytes.len() as u64 - 1) as usize;
            let rest = bytes.split_off(at);
            self.feed(end.0, Input::ChannelBytes(end.1, bytes));
            bytes = rest;
        }
        self.feed(end.0, Input::ChannelBytes(end.1, bytes));
    }

    /// Gives a device an input, performs what it wants done, and checks that nothing is false.
    fn feed(&mut self, device: usize, input: Input) {
        if !self.devices[device].alive {
            return;
        }
        let now = Instant::from_millis(self.now);
        self.devices[device].session.handle_input(now, input).expect("the world makes no mistakes of its own");
        let mut sent = BTreeSet::new();
        while let Some(output) = self.devices[device].session.poll_output() {
            self.note(device, &output);
            self.perform(device, output, &mut sent);
        }
        for id in sent {
            self.later(0, device, Happening::Report(id));
        }
        self.check(device);
    }

    fn note(&mut self, device: usize, output: &Output) {
        let (text, bytes): (String, &[u8]) = match output {
            Output::Send(id, bytes) => (format!("{} {device} Send {id:?}", self.now), bytes),
            Output::WritePiece(_, piece, bytes) => (format!("{} {device} Write {piece:?}", self.now), bytes),
            other => (format!("{} {device} {other:?}", self.now), &[]),
        };
        if self.trace {
            println!("{text} {} bytes", bytes.len());
        }
        for part in text.as_bytes().chunks(8).chain(bytes.chunks(8)) {
            let mut word = [0; 8];
            word[..part.len()].copy_from_slice(part);
            self.digest = (self.digest.rotate_left(5) ^ u64::from_le_bytes(word)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
    }

    fn check(&mut self, device: usize) {
        let footprint = self.devices[device].session.footprint();
        let it = &mut self.devices[device];
        it.peak_connections = it.peak_connections.max(footprint.connections);
        assert!(footprint.connections <= 200, "too many connections: {footprint:?}");
        assert!(
            footprint.held_bytes <= 80 << 20 && footprint.cached_bytes <= 16 << 20,
            "too much memory: {footprint:?}"
        );
        assert!(footprint.queued_requests <= 512 * footprint.connections, "too many requests: {footprint:?}");
        assert!(
            footprint.unsent_bytes <= (HIGH_WATER_BYTES + 512 * 1024) * footprint.connections,
            "too much unsent: {footprint:?}"
        );
    }

    fn perform(&mut self, device: usize, output: Output, sent: &mut BTreeSet<ConnectionId>) {
        let delay = self.delay();
        match output {
            Output::OpenSocket(socket, url) => {
                self.devices[device].sockets.insert(socket, (url, false));
                self.later(delay, device, Happening::Opening(socket));
            }
            Output::SendSocket(socket, text) => {
                if self.chance.percent(100 - self.weather.lost_messages) {
                    self.later(20, device, Happening::ToTracker(socket, text));
                }
            }
            Output::CloseSocket(socket) => {
                // What was sent before is still delivered.
                if let Some((url, true)) = self.devices[device].sockets.get(&socket).cloned() {
                    self.farewell(device, socket, &url);
                }
            }
            Output::MakeOffer(id) => {
                let sdp = format!("offer {device} {} {}", self.devices[device].life, id.0);
                self.later(delay, device, Happening::Input(Input::OfferReady(id, sdp)));
            }
            Output::AcceptOffer(id, sdp) => {
                let sdp = format!("answer {device} {} {} {sdp}", self.devices[device].life, id.0);
                self.later(delay, device, Happening::Input(Input::AnswerReady(id, sdp)));
            }
            Output::AcceptAnswer(id, sdp) => self.connect(device, id, &sdp),
            Output::Send(id, bytes) => {
                sent.insert(id);
                self.transmit((device, id), bytes);
            }
            Output::CloseConnection(id) => {
                self.hang_up((device, id));
            }
            Output::Fetch(..) | Output::CancelFetch(_) => unreachable!("no torrent here has a web seed"),
            Output::ReadPiece(torrent, piece) => {
                let mut bytes = self.devices[device].stored.get(&(torrent, piece.get())).cloned();
                // The first device is the one that nothing is ever lost on, or a run could not end.
                if device > 0 && self.chance.between(1, 1_000_000) <= self.weather.bad_reads {
                    self.devices[device].stored.remove(&(torrent, piece.get()));
                    bytes = bytes.filter(|_| self.chance.percent(50)).map(|mut bytes| {
                        bytes[0] ^= 1;
                        bytes
                    });
                }
                self.later(delay / 4, device, Happening::Input(Input::PieceRead(torrent, piece, bytes)));
            }
            Output::ErasePieces(torrent) => self.devices[device].stored.retain(|(of, _), _| *of != torrent),
            Output::WritePiece(torrent, piece, bytes) => self.write(device, torrent, piece, bytes),
            Output::Event(event) => {
                if let Event::Metadata(torrent, raw) = &event {
                    assert_eq!(self.contents[torrent].0.raw(), raw, "false metadata");
                    self.devices[device].infos.insert(*torrent, raw.clone());
                }
                if let Event::Failed(torrent, _) = &event {
                    self.later(5_000, device, Happening::Input(Input::Command(Command::Resume(*torrent))));
                }
                self.devices[device].events.push(event);
            }
        }
    }

    fn farewell(&mut self, device: usize, socket: SocketId, url: &str) {
        let mine = |entry: &(usize, u32, Happening)| match &entry.2 {
            Happening::ToTracker(of, text) if entry.0 == device && *of == socket => Some(text.clone()),
            _ => None,
        };
        let texts: Vec<String> = self.queue.values().filter_map(mine).collect();
        if let Some(tracker) = self.trackers.get_mut(url) {
            for text in texts {
                tracker.handle((device, socket), &text, &mut self.chance);
            }
            tracker.closed((device, socket));
        }
        self.devices[device].sockets.remove(&socket);
    }

    fn write(&mut self, device: usize, torrent: InfoHash, piece: PieceIndex, bytes: Vec<u8>) {
        let (info, content) = &self.contents[&torrent];
        let range = info.piece_range(piece);
        assert!(bytes == content[range.start as usize..range.end as usize], "a false piece was to be stored");
        let full = self.chance.between(1, 1_000_000) <= self.weather.bad_writes;
        let result = if full { Err("The storage is full.".to_owned()) } else { Ok(()) };
        if !full {
            self.devices[device].stored.insert((torrent, piece.get()), bytes);
        }
        let delay = self.chance.between(0, 3);
        self.later(delay, device, Happening::Input(Input::PieceWritten(torrent, piece, result)));
    }

    /// Both descriptions are exchanged: a channel opens, or no path is found.
    fn connect(&mut self, device: usize, id: ConnectionId, answer: &str) {
        let numbers: Vec<u64> = answer.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [other, other_life, other_id, me, life, my_id] = numbers[..] else { panic!("a mangled answer: {answer}") };
        assert_eq!((me as usize, my_id), (device, id.0), "an answer to somebody else's offer");
        let theirs = (other as usize, ConnectionId(other_id));
        let reachable = u64::from(self.devices[other as usize].life) == other_life
            && u64::from(self.devices[device].life) == life
            && self.devices[device].ice_allowed
            && self.devices[other as usize].ice_allowed;
        if !reachable || self.chance.percent(self.weather.ice_fails) {
            let closed = |id| Happening::Input(Input::ConnectionClosed(id, ClosedBy::IceFailed));
            self.later(5_000, device, closed(id));
            return;
        }
        self.next_link += 1;
        let latency_ms = self.delay();
        self.links.insert(
            self.next_link,
            Link {
                ends: [(device, id), theirs],
                latency_ms,
                busy_until: [0; 2],
                buffered: [0; 2],
                last_arrival: [0; 2],
            },
        );
        self.ends.insert((device, id), (self.next_link, 0));
        self.ends.insert(theirs, (self.next_link, 1));
        for end in [(device, id), theirs] {
            let opens_in = latency_ms * 2 + self.chance.between(0, 3);
            self.later(opens_in, end.0, Happening::Input(Input::ChannelOpened(end.1)));
        }
    }

    fn transmit(&mut self, from: End, mut bytes: Vec<u8>) {
        assert!(bytes.len() <= 64 * 1024, "a message of {} bytes", bytes.len());
        let Some((number, side)) = self.ends.get(&from).copied() else { return };
        if self.devices[from.0].lies {
            bytes = lie(self.liars.entry(from).or_default(), &bytes);
        }
        let (now, rate) = (self.now, self.weather.bytes_per_ms);
        let Some(link) = self.links.get_mut(&number) else { return };
        link.buffered[side] += bytes.len();
        let departs = link.busy_until[side].max(now) + bytes.len() as u64 / rate;
        link.busy_until[side] = departs;
        // The other side hears nothing before its channel is open.
        let arrives = (departs + link.latency_ms).max(link.last_arrival[side]).max(now + link.latency_ms + 5);
        link.last_arrival[side] = arrives;
        let length = bytes.len();
        self.later(departs - now, from.0, Happening::Departed { link: number, side, bytes: length });
        self.later(arrives - now, from.0, Happening::Arrived { link: number, side, bytes });
    }

    /// Nothing more is sent; the other side learns of it after the last byte.
    fn hang_up(&mut self, end: End) {
        let Some((number, side)) = self.ends.remove(&end) else { return };
        let Some(link) = self.links.get(&number) else { return };
        let after = link.last_arrival[side].max(self.now + link.latency_ms) - self.now;
        self.later(after, end.0, Happening::Hangup { link: number, side });
    }
}

/// The same messages, with a false byte in each block.
fn lie(meant: &mut Decoder, bytes: &[u8]) -> Vec<u8> {
    let mut said = Vec::new();
    meant.push(bytes);
    while let Ok(Some(frame)) = meant.next() {
        match frame {
            Frame::Handshake(handshake) => handshake.encode(&mut said),
            Frame::Message(Message::Piece { piece, begin, mut data }) => {
                data.iter_mut().take(1).for_each(|byte| *byte ^= 0x55);
                Message::Piece { piece, begin, data }.encode(&mut said);
            }
            Frame::Message(message) => message.encode(&mut said),
        }
    }
    said
}
