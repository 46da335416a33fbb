//! The shell around each engine: it does what `net/` does in a browser, with simulated means.

use std::collections::BTreeSet;
use std::ops::Range;

use voice_memos::torrent::wire::Handshake;
use voice_memos::torrent::{
    ClosedBy, ConnectionId, Event, FetchId, InfoHash, Input, Instant, Output, PieceIndex, SocketId,
};

use crate::device::Engine;
use crate::invariants::MOST_BUFFERED;
use crate::network::{End, Sent, WayId};
use crate::tracker::Client;
use crate::web::{self, Part};
use crate::wiretap::{Word, Words};
use crate::world::{Happening, Socket, World};

/// From a device to a tracker.
const TRACKER_MS: u64 = 20;

/// Until a browser finds that there is no path, or that the other side is gone.
const ICE_MS: u64 = 5_000;

/// What the app waits before it goes on after a storage failure.
const RESUME_MS: u64 = 5_000;

impl World {
    /// Gives a device an input, performs what it wants done, and checks that nothing is false.
    pub(crate) fn feed(&mut self, device: usize, input: Input) {
        if !self.devices[device].alive {
            return;
        }
        let it = &mut self.devices[device];
        self.ended = None;
        it.record.input(&input, &it.disk);
        it.engine.handle_input(Instant::from_millis(self.now), input);
        let mut sent = BTreeSet::new();
        while let Some(output) = self.devices[device].engine.poll_output() {
            self.trace.take(self.now, device, &output);
            let it = &mut self.devices[device];
            if it.is_honest() {
                it.record.output(&output, &it.disk);
            }
            self.perform(device, output, &mut sent);
        }
        for id in sent {
            if let Some(buffered) = self.network.buffered(self.end(device, id)) {
                let full = self.devices[device].is_honest() && buffered > MOST_BUFFERED;
                assert!(!full, "{buffered} bytes in one channel");
                self.later(0, device, Happening::Report(id));
            }
        }
        let it = &mut self.devices[device];
        it.wake = it.engine.poll_timeout().map(Instant::as_millis);
        if let Engine::Ours(session) = &it.engine {
            it.record.footprint(session.footprint());
        }
    }

    fn perform(&mut self, device: usize, output: Output, sent: &mut BTreeSet<ConnectionId>) {
        match output {
            Output::OpenSocket(socket, url) => {
                let client = self.client(device, socket);
                self.sockets.insert(client, Socket { url, open: false, dead: false });
                let delay = self.delay();
                self.later(delay, device, Happening::Opening(socket));
            }
            Output::SendSocket(socket, text) => {
                let client = self.client(device, socket);
                self.later(TRACKER_MS, device, Happening::ToTracker(client, text));
            }
            Output::CloseSocket(socket) => {
                let client = self.client(device, socket);
                self.later(TRACKER_MS, device, Happening::SocketGone(client));
            }
            Output::MakeOffer(id) => {
                let sdp = format!("offer {device} {} {}", self.devices[device].life, id.0);
                self.describe(device, id, Input::OfferReady(id, sdp));
            }
            Output::AcceptOffer(id, sdp) => {
                let sdp = format!("answer {device} {} {} {sdp}", self.devices[device].life, id.0);
                self.describe(device, id, Input::AnswerReady(id, sdp));
            }
            Output::AcceptAnswer(id, sdp) => self.connect(device, id, &sdp),
            Output::Send(id, bytes) => {
                sent.insert(id);
                self.transmit(self.end(device, id), bytes);
            }
            Output::CloseConnection(id) => {
                let end = self.end(device, id);
                if self.network.is_open(end) {
                    self.trace.say(self.now, || format!("{device} closes its connection {}", id.0));
                    self.ended = self.network.other_device(end).map(|other| (end, other));
                    self.hang_up(end);
                }
            }
            Output::ReadPiece(torrent, piece) => self.read(device, torrent, piece),
            Output::WritePiece(torrent, piece, bytes) => self.write(device, torrent, piece, &bytes),
            Output::ErasePieces(torrent) => self.devices[device].disk.erase(torrent),
            Output::Fetch(id, url, range) => self.fetch(device, id, &url, range),
            Output::CancelFetch(id) => {
                self.fetches.remove(&(device, self.devices[device].life, id));
            }
            Output::Event(event) => self.event(device, event),
        }
    }

    // Connections.

    /// A description is made, unless the browser refuses.
    fn describe(&mut self, device: usize, id: ConnectionId, made: Input) {
        let refused = self.chance.percent(self.weather.refused);
        let input = if refused { Input::ConnectionClosed(id, ClosedBy::Setup) } else { made };
        let delay = self.delay();
        self.later(delay, device, Happening::Input(input));
    }

    /// Both descriptions are exchanged: a channel opens, or no path is found.
    fn connect(&mut self, device: usize, id: ConnectionId, answer: &str) {
        let numbers: Vec<u64> = answer.split(' ').filter_map(|word| word.parse().ok()).collect();
        let [other, other_life, other_id, me, life, my_id] = numbers[..] else {
            return self.later(1, device, Happening::Input(Input::ConnectionClosed(id, ClosedBy::Setup)));
        };
        assert_eq!((me as usize, my_id), (device, id.0), "an answer to somebody else's offer");
        let ours = self.end(device, id);
        let theirs = End { device: other as usize, life: other_life as u32, id: ConnectionId(other_id) };
        let there = self.devices[theirs.device].life == theirs.life && self.devices[theirs.device].alive;
        let taken = self.network.is_open(theirs);
        if u64::from(ours.life) != life || !there || taken || self.chance.percent(self.weather.paths.ice_fails) {
            for end in [ours, theirs] {
                // Some browsers never say so.
                if !taken && (end == ours || self.chance.percent(50)) {
                    let closed = Happening::Input(Input::ConnectionClosed(end.id, ClosedBy::IceFailed));
                    self.later_in_life(ICE_MS, end.device, end.life, closed);
                }
            }
            return;
        }
        let opens_at = self.network.connect([ours, theirs], self.now, &self.weather.paths, &mut self.chance);
        for (end, at) in [ours, theirs].into_iter().zip(opens_at) {
            let opened = Happening::Input(Input::ChannelOpened(end.id));
            self.later_in_life(at - self.now, end.device, end.life, opened);
        }
    }

    fn transmit(&mut self, from: End, bytes: Vec<u8>) {
        let stalls = self.chance.in_a_million(self.weather.paths.stalls);
        let contents = &self.contents;
        let content = |handshake: &Handshake| contents.get(&handshake.info_hash).cloned();
        let sent = self.network.send(from, &bytes, self.now, stalls, content, &mut self.chance);
        let Some(Sent { way, to, departs_at, arrives_at, words }) = sent else { return };
        let device = &self.devices[from.device];
        for (_, word) in &words {
            self.trace.say(self.now, || format!("{} → {}  {word}", from.device, to.device));
            if device.is_honest()
                && let Some(conversation) = self.network.conversation(from)
            {
                conversation.say(word, &device.disk, |torrent| contents[&torrent].clone());
            }
        }
        // Who never reads lets everything pile up at the sender.
        if self.devices[to.device].hostile().is_some_and(|hostile| hostile.never_reads()) {
            return;
        }
        self.later(departs_at - self.now, from.device, Happening::Departed(way, bytes.len()));
        self.later(arrives_at - self.now, to.device, Happening::Arrived(way, bytes, words));
    }

    pub(crate) fn arrived(&mut self, way: WayId, bytes: &[u8], words: Words) {
        let cuts = self.weather.paths.cuts;
        let Some((end, portions)) = self.network.arrived(way, bytes, words, cuts, &mut self.chance) else { return };
        for (bytes, words) in portions {
            self.hear(end, &words);
            self.feed(end.device, Input::ChannelBytes(end.id, bytes));
        }
    }

    fn hear(&mut self, end: End, words: &[(usize, Word)]) {
        if let Some(conversation) = self.network.conversation(end) {
            conversation.hear(words);
        }
        for (_, word) in words {
            if let Word::Block { request, .. } = word {
                self.devices[end.device].blocks_heard += u64::from(request.length);
            }
        }
    }

    /// Nothing more is said from here; the other side learns of it after the last byte, or much later.
    pub(crate) fn hang_up(&mut self, end: End) {
        let Some((other, known_at)) = self.network.leave(end, self.now) else { return };
        let silent = self.chance.percent(self.weather.paths.silent_ends);
        let after = if silent { self.chance.between(ICE_MS, 6 * ICE_MS) } else { 0 };
        self.later_in_life(known_at - self.now + after, other.device, other.life, Happening::Hangup(other));
    }

    pub(crate) fn end(&self, device: usize, id: ConnectionId) -> End {
        End { device, life: self.devices[device].life, id }
    }

    // Trackers.

    pub(crate) fn open_socket(&mut self, device: usize, socket: SocketId) {
        let client = self.client(device, socket);
        let Some(it) = self.sockets.get_mut(&client) else { return };
        if self.trackers.get(&it.url).is_none_or(|tracker| tracker.down) {
            self.sockets.remove(&client);
            self.feed(device, Input::SocketClosed(socket));
        } else {
            it.open = true;
            self.feed(device, Input::SocketOpened(socket));
        }
    }

    pub(crate) fn reach_tracker(&mut self, client: Client, text: &str) {
        let Some(Socket { url, open: true, dead: false }) = self.sockets.get(&client).cloned() else { return };
        let Some(tracker) = self.trackers.get_mut(&url).filter(|tracker| !tracker.down) else { return };
        self.trace.say(self.now, || format!("{} → {url}  {}", client.device, summary(text)));
        let replies = tracker.handle(client, text, self.now, &mut self.chance);
        for (to, text) in replies {
            if self.chance.percent(self.weather.lost) {
                continue;
            }
            if self.chance.percent(self.weather.doubled) {
                self.tell(to, &url, text.clone());
            }
            self.tell(to, &url, text);
        }
    }

    fn tell(&mut self, to: Client, url: &str, text: String) {
        if self.sockets.get(&to).is_none_or(|socket| socket.dead || !socket.open) {
            return;
        }
        self.trace.say(self.now, || format!("{url} → {}  {}", to.device, summary(&text)));
        let late = if self.chance.percent(self.weather.late) { self.chance.between(0, 40_000) } else { 0 };
        let delay = self.delay() + late;
        self.later_in_life(delay, to.device, to.life, Happening::Input(Input::SocketMessage(to.socket, text)));
    }

    /// The device is gone, and with it its socket; the tracker may learn of it late.
    pub(crate) fn forget_socket(&mut self, client: Client) {
        if let Some(socket) = self.sockets.get_mut(&client) {
            socket.dead = true;
        }
        let after = if self.chance.percent(self.weather.paths.silent_ends) { 60_000 } else { 0 };
        self.later(after, client.device, Happening::SocketGone(client));
    }

    pub(crate) fn client(&self, device: usize, socket: SocketId) -> Client {
        Client { device, life: self.devices[device].life, socket }
    }

    pub(crate) fn delay(&mut self) -> u64 {
        let (low, high) = self.weather.paths.latency_ms;
        self.chance.between(low, high)
    }

    // The Web.

    fn fetch(&mut self, device: usize, id: FetchId, url: &str, range: Range<u64>) {
        self.trace.say(self.now, || format!("{device} fetches {range:?} of {url}"));
        self.fetches.insert((device, self.devices[device].life, id));
        let site = self.sites.get(url).expect("a URL of this world");
        for (after, part) in web::answer(site, &self.contents[&site.torrent], range, &mut self.chance) {
            self.later(after, device, Happening::Fetched(id, part));
        }
    }

    pub(crate) fn fetched(&mut self, device: usize, id: FetchId, part: Part) {
        let fetching = (device, self.devices[device].life, id);
        if !self.fetches.contains(&fetching) {
            return;
        }
        let input = match part {
            Part::Head(answer) => Input::FetchAnswered(id, answer),
            Part::Bytes(bytes) => Input::FetchBytes(id, bytes),
            Part::End(how) => {
                self.fetches.remove(&fetching);
                Input::FetchEnded(id, how)
            }
        };
        self.feed(device, input);
    }

    // Storage.

    fn read(&mut self, device: usize, torrent: InfoHash, piece: PieceIndex) {
        let it = &mut self.devices[device];
        let bytes = it.disk.read(&self.contents[&torrent], piece, &self.weather.wear, &mut self.chance);
        if !self.devices[device].disk.has(torrent, piece.get()) {
            self.trace.say(self.now, || format!("{device} has lost piece {}", piece.get()));
        }
        let delay = self.chance.between(0, self.weather.wear.slow_ms);
        self.later(delay, device, Happening::Input(Input::PieceRead(torrent, piece, bytes)));
    }

    fn write(&mut self, device: usize, torrent: InfoHash, piece: PieceIndex, bytes: &[u8]) {
        assert!(bytes == self.contents[&torrent].piece(piece), "a false piece was to be stored");
        let it = &mut self.devices[device];
        let stored = it.disk.takes(&self.weather.wear, &mut self.chance);
        // A tab that dies now may have stored it, or not.
        if stored && self.chance.percent(50) {
            it.disk.keep(torrent, piece);
        }
        let result = if stored { Ok(()) } else { Err("The storage is full.".to_owned()) };
        self.trace.say(self.now, || format!("{device} stores piece {}: {result:?}", piece.get()));
        let delay = self.chance.between(0, self.weather.wear.slow_ms);
        self.later(delay, device, Happening::Written(torrent, piece, result));
    }

    // News.

    fn event(&mut self, device: usize, event: Event) {
        self.trace.say(self.now, || format!("{device} says {}", brief(&event)));
        match &event {
            Event::Metadata(torrent, raw) => {
                assert_eq!(self.contents[torrent].info.raw(), raw, "false metadata");
                self.devices[device].disk.keep_info(*torrent, raw.clone());
            }
            Event::Failed(torrent, _) => {
                self.later(RESUME_MS, device, Happening::Resume(*torrent));
            }
            Event::Misbehaved(_, how) => {
                let accused = self.ended.map(|(_, other)| other);
                let deserved = accused.is_some_and(|other| other == device || !self.devices[other].is_honest());
                assert!(deserved, "{device} accuses {accused:?}, who is honest: {how}");
            }
            _ => {}
        }
        self.devices[device].events.push(event);
    }
}

/// What a tracker message is about, without its descriptions.
fn summary(text: &str) -> String {
    text.chars().filter(|char| !char.is_control()).take(160).collect()
}

fn brief(event: &Event) -> String {
    match event {
        Event::Metadata(_, raw) => format!("Metadata of {} bytes", raw.len()),
        Event::Piece(_, piece) => format!("Piece {}", piece.get()),
        other => format!("{other:?}"),
    }
}
