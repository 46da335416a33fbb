//! The one place where the engine and the Web APIs meet.
//!
//! Everything that happens becomes an [`Input`] in the inbox. Whoever puts one in while nobody is at work empties the inbox:
//! take one, borrow the session, feed it, collect its outputs, release it, perform them, and in the end arm one timer.
//! So nothing is ever entered twice, and data flows from `onmessage`, `bufferedamountlow` and finished storage alone.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::rc::{Rc, Weak};

use gloo_timers::callback::Timeout;
use web_sys::RtcConfiguration;

use super::disk::{Disk, DiskEvent};
use super::fetch::{Fetch, FetchEvent};
use super::rtc::{Connection, ConnectionEvent};
use super::socket::{Socket, SocketEvent};
use super::{Held, clock};
use crate::memo::MemoId;
use crate::store::{Store, TorrentRow};
use crate::torrent::{
    AddTorrent, ClosedBy, Command, Config as SessionConfig, ConnectionId, Error, Event, FetchId, InfoHash, Input,
    Instant, Output, Phase, Session, SocketId, Status,
};

/// A closed channel gets this long to send what was handed to it.
const FAREWELL_MS: u32 = 2000;

/// The longest nap: `setTimeout` cannot count further than 24 days, and nothing is that far away.
const LONGEST_TIMER_MS: u64 = 60 * 60 * 1000;

/// What the driver tells the engine's handle.
#[derive(Debug)]
pub(super) enum DriverEvent {
    /// Something moved: statuses may differ.
    Moved,
    /// Something happened that people wait for: statuses differ.
    Turned,
    /// A piece of this torrent is verified and stored.
    Piece,
    /// All bytes of this memo are here.
    Imported(MemoId),
    /// A sentence for people.
    Problem(String),
}

/// What both ends of a connection must know to name its description.
#[derive(Clone, Copy)]
enum Side {
    Offering,
    Answering,
}

/// A running engine. Dropping the last clone closes every socket and connection at once.
#[derive(Clone)]
pub(super) struct Driver(Rc<Inner>);

struct Inner {
    this: Weak<Self>,
    session: RefCell<Session>,
    inbox: RefCell<VecDeque<Input>>,
    at_work: Cell<bool>,
    rtc: RtcConfiguration,
    connections: RefCell<BTreeMap<ConnectionId, Connection>>,
    /// Closed by the session, still sending their last bytes.
    leaving: RefCell<BTreeMap<ConnectionId, (Connection, Timeout)>>,
    sockets: RefCell<BTreeMap<SocketId, Socket>>,
    /// Closed by the session before they were open.
    unwanted: RefCell<BTreeSet<SocketId>>,
    /// Requests to web seeds. There are never more than a few.
    fetches: RefCell<Vec<(FetchId, Fetch)>>,
    /// Connections that something was sent on in this batch.
    written: RefCell<BTreeSet<ConnectionId>>,
    timer: RefCell<Option<(Instant, Timeout)>>,
    disk: Disk,
    /// Torrents that are not memos, with their last status and the reason. The session has forgotten them.
    refused: RefCell<BTreeMap<InfoHash, Status>>,
    /// Torrents that were refused, or are so no more, since the last news.
    reconsidered: RefCell<Vec<InfoHash>>,
    ask_above_bytes: u64,
    on_event: Box<dyn Fn(DriverEvent)>,
}

impl Driver {
    /// An engine with no torrents.
    pub(super) fn new(
        store: Store,
        rtc: RtcConfiguration,
        ask_above_bytes: u64,
        on_event: impl Fn(DriverEvent) + 'static,
    ) -> Self {
        Self(Rc::new_cyclic(|this: &Weak<Inner>| {
            let disk = Disk::new(store, {
                let this = this.clone();
                move |event| {
                    if let Some(inner) = this.upgrade() {
                        inner.handle_disk(event);
                    }
                }
            });
            Inner {
                this: this.clone(),
                session: RefCell::new(Session::new(SessionConfig::default(), clock::seed())),
                inbox: RefCell::default(),
                at_work: Cell::new(false),
                rtc,
                connections: RefCell::default(),
                leaving: RefCell::default(),
                sockets: RefCell::default(),
                unwanted: RefCell::default(),
                fetches: RefCell::default(),
                written: RefCell::default(),
                timer: RefCell::default(),
                disk,
                refused: RefCell::default(),
                reconsidered: RefCell::default(),
                ask_above_bytes,
                on_event: Box::new(on_event),
            }
        }))
    }

    /// Takes part in the swarm of a stored torrent. What cannot be used of the row is fetched anew. `more` are trackers that are
    /// not the torrent's own.
    pub(super) fn add(&self, row: &TorrentRow, trackers: Vec<String>, more: Vec<String>, held: Option<Held>) {
        let info_hash = row.info_hash;
        self.0.forgive(info_hash);
        let add = AddTorrent {
            trackers,
            more_trackers: more,
            web_seeds: row.web_seeds.clone(),
            ..AddTorrent::new(info_hash)
        };
        let Some(held) = held else {
            self.command(Command::Add(add));
            return self.retry(info_hash);
        };
        let wanted = held.wanted();
        if self.0.disk.holds(&info_hash) {
            // What is running already knows better than its row which pieces are here, except for what it did not want.
            self.command(Command::Add(add));
            let changed = self.0.disk.rehold(info_hash, &held.memos);
            if let Some(wanted) = wanted.filter(|_| changed) {
                self.command(Command::Select(info_hash, wanted, held.have));
            }
            return self.retry(info_hash);
        }
        if self.has(&info_hash) {
            // Its metadata came by another way than through its swarm.
            self.command(Command::Remove(info_hash));
        }
        let (info, have) = (Some(held.info.raw().to_vec()), Some(held.have.clone()));
        let ask = held.have.count_ones() == 0 && held.size() > self.0.ask_above_bytes;
        self.0.disk.hold(info_hash, held);
        self.command(Command::Add(AddTorrent { info, have, wanted, ..add }));
        // The page may have gone away between the last piece and the note that it was the last.
        self.0.disk.complete(info_hash);
        if ask {
            self.0.ask_first(info_hash);
        }
    }

    /// Whether this torrent is running.
    pub(super) fn has(&self, info_hash: &InfoHash) -> bool {
        self.0.session.borrow().status(info_hash).is_some()
    }

    /// Opening a link again is as good as "Try again".
    fn retry(&self, info_hash: InfoHash) {
        let status = self.0.session.borrow().status(&info_hash);
        if status.is_some_and(|status| status.phase == Phase::Failed) {
            self.command(Command::Resume(info_hash));
        }
    }

    /// Leaves a swarm. The store is not touched.
    pub(super) fn remove(&self, info_hash: InfoHash) {
        self.0.forgive(info_hash);
        self.0.disk.release(&info_hash);
        self.command(Command::Remove(info_hash));
    }

    /// Leaves a swarm. What of it is stored goes, and what is being stored is not kept.
    pub(super) fn erase(&self, info_hash: InfoHash) {
        self.0.forgive(info_hash);
        self.command(Command::Erase(info_hash));
        self.0.disk.release(&info_hash);
    }

    /// Hands a command to the engine.
    pub(super) fn command(&self, command: Command) {
        self.0.take_in(Input::Command(command));
    }

    /// Whether this torrent turned out to be no memo. There is nothing to go on with then.
    pub(super) fn has_refused(&self, info_hash: &InfoHash) -> bool {
        self.0.refused.borrow().contains_key(info_hash)
    }

    /// How far whatever moved since the last time has come; `None` is gone.
    pub(super) fn news(&self) -> Vec<(InfoHash, Option<Status>)> {
        let mut news = self.0.session.borrow_mut().news();
        news.extend(self.0.reconsidered.take().into_iter().map(|info_hash| (info_hash, None)));
        let refused = self.0.refused.borrow();
        for (info_hash, status) in &mut news {
            if status.is_none() {
                *status = self.0.session.borrow().status(info_hash).or_else(|| refused.get(info_hash).cloned());
            }
        }
        news
    }
}

impl Inner {
    fn take_in(&self, input: Input) {
        self.inbox.borrow_mut().push_back(input);
        if self.at_work.replace(true) {
            return;
        }
        loop {
            let next = self.inbox.borrow_mut().pop_front();
            match next {
                Some(input) => self.step(input),
                None => break,
            }
        }
        self.arm_timer();
        self.at_work.set(false);
        (self.on_event)(DriverEvent::Moved);
    }

    /// Feeds the session one input and does what it says.
    fn step(&self, input: Input) {
        match &input {
            Input::SocketClosed(id) => drop(self.sockets.borrow_mut().remove(id)),
            Input::ConnectionClosed(id, _) => drop(self.connections.borrow_mut().remove(id)),
            Input::FetchEnded(id, _) => self.end_fetch(*id),
            _ => {}
        }
        let outputs = {
            let mut session = self.session.borrow_mut();
            if let Err(error) = session.handle_input(clock::now(), input) {
                self.report(&error);
            }
            std::iter::from_fn(|| session.poll_output()).collect::<Vec<_>>()
        };
        for output in outputs {
            self.perform(output);
        }
        for id in self.written.take() {
            let buffered = self.connections.borrow().get(&id).map(Connection::buffered);
            if let Some(buffered) = buffered {
                // Before all else: behind others it would be an old figure, and the session would fill the channel too high.
                self.inbox.borrow_mut().push_front(Input::ChannelBuffered(id, buffered));
            }
        }
    }

    fn report(&self, error: &Error) {
        match error {
            // A command crossed with a removal.
            Error::UnknownTorrent(_) => {}
            error => (self.on_event)(DriverEvent::Problem(error.to_string())),
        }
    }

    fn perform(&self, output: Output) {
        match output {
            Output::OpenSocket(id, url) => self.open_socket(id, &url),
            Output::SendSocket(id, text) => {
                if let Some(socket) = self.sockets.borrow().get(&id) {
                    socket.send(&text);
                }
            }
            Output::CloseSocket(id) => self.close_socket(id),
            Output::MakeOffer(id) => {
                let made = Connection::offer(&self.rtc, self.connection_events(id, Side::Offering));
                self.keep_connection(id, made);
            }
            Output::AcceptOffer(id, offer) => {
                let made = Connection::answer(&self.rtc, offer, self.connection_events(id, Side::Answering));
                self.keep_connection(id, made);
            }
            Output::AcceptAnswer(id, answer) => {
                if let Some(connection) = self.connections.borrow().get(&id) {
                    connection.accept_answer(answer);
                }
            }
            Output::Send(id, bytes) => {
                if let Some(connection) = self.connections.borrow().get(&id) {
                    connection.send(&bytes);
                    self.written.borrow_mut().insert(id);
                }
            }
            Output::CloseConnection(id) => self.close_connection(id),
            Output::Fetch(id, url, bytes) => self.fetch(id, &url, &bytes),
            Output::CancelFetch(id) => self.end_fetch(id),
            Output::ReadPiece(info_hash, piece) => self.disk.read(info_hash, piece),
            Output::WritePiece(info_hash, piece, bytes) => self.disk.write(info_hash, piece, bytes),
            Output::ErasePieces(info_hash) => self.disk.erase(info_hash),
            Output::Event(event) => self.handle_event(event),
        }
    }

    fn open_socket(&self, id: SocketId, url: &str) {
        let this = self.this.clone();
        let opened = Socket::open(url, move |event| {
            if let Some(inner) = this.upgrade() {
                inner.handle_socket(id, event);
            }
        });
        match opened {
            Ok(socket) => drop(self.sockets.borrow_mut().insert(id, socket)),
            Err(_) => self.inbox.borrow_mut().push_back(Input::SocketClosed(id)),
        }
    }

    fn handle_socket(&self, id: SocketId, event: SocketEvent) {
        match event {
            SocketEvent::Opened if self.unwanted.borrow_mut().remove(&id) => {
                self.sockets.borrow_mut().remove(&id);
            }
            SocketEvent::Opened => self.take_in(Input::SocketOpened(id)),
            SocketEvent::Message(text) => self.take_in(Input::SocketMessage(id, text)),
            SocketEvent::Closed => {
                self.unwanted.borrow_mut().remove(&id);
                self.take_in(Input::SocketClosed(id));
            }
        }
    }

    fn close_socket(&self, id: SocketId) {
        let opening = self.sockets.borrow().get(&id).is_some_and(Socket::is_opening);
        if opening {
            self.unwanted.borrow_mut().insert(id);
        } else {
            self.sockets.borrow_mut().remove(&id);
        }
    }

    fn connection_events(&self, id: ConnectionId, side: Side) -> impl Fn(ConnectionEvent) + 'static {
        let this = self.this.clone();
        move |event| {
            if let Some(inner) = this.upgrade() {
                inner.handle_connection(id, side, event);
            }
        }
    }

    fn keep_connection(&self, id: ConnectionId, made: Result<Connection, wasm_bindgen::JsValue>) {
        match made {
            Ok(connection) => drop(self.connections.borrow_mut().insert(id, connection)),
            Err(_) => self.inbox.borrow_mut().push_back(Input::ConnectionClosed(id, ClosedBy::Setup)),
        }
    }

    fn handle_connection(&self, id: ConnectionId, side: Side, event: ConnectionEvent) {
        if self.leaving.borrow().contains_key(&id) {
            if let ConnectionEvent::Closed(_) = event {
                let left = self.leaving.borrow_mut().remove(&id);
                drop(left);
            }
            return;
        }
        self.take_in(match (event, side) {
            (ConnectionEvent::Described(sdp), Side::Offering) => Input::OfferReady(id, sdp),
            (ConnectionEvent::Described(sdp), Side::Answering) => Input::AnswerReady(id, sdp),
            (ConnectionEvent::PathFound, _) => Input::PathFound(id),
            (ConnectionEvent::ServerFailed(how), _) => Input::IceServerFailed(id, how),
            (ConnectionEvent::Opened, _) => Input::ChannelOpened(id),
            (ConnectionEvent::Bytes(bytes), _) => Input::ChannelBytes(id, bytes),
            (ConnectionEvent::Buffered(bytes), _) => Input::ChannelBuffered(id, bytes),
            (ConnectionEvent::Closed(reason), _) => Input::ConnectionClosed(id, reason),
        });
    }

    fn close_connection(&self, id: ConnectionId) {
        let Some(connection) = self.connections.borrow_mut().remove(&id) else { return };
        if connection.finish() {
            let this = self.this.clone();
            let timer = Timeout::new(FAREWELL_MS, move || {
                let left = this.upgrade().and_then(|inner| inner.leaving.borrow_mut().remove(&id));
                drop(left);
            });
            self.leaving.borrow_mut().insert(id, (connection, timer));
        }
    }

    fn fetch(&self, id: FetchId, url: &str, bytes: &Range<u64>) {
        let this = self.this.clone();
        let started = Fetch::start(url, bytes, move |event| {
            if let Some(inner) = this.upgrade() {
                inner.take_in(match event {
                    FetchEvent::Answered(answer) => Input::FetchAnswered(id, answer),
                    FetchEvent::Bytes(bytes) => Input::FetchBytes(id, bytes),
                    FetchEvent::Ended(how) => Input::FetchEnded(id, how),
                });
            }
        });
        match started {
            Ok(fetch) => self.fetches.borrow_mut().push((id, fetch)),
            Err(why) => self.inbox.borrow_mut().push_back(Input::FetchEnded(id, Err(why))),
        }
    }

    fn end_fetch(&self, id: FetchId) {
        self.fetches.borrow_mut().retain(|(known, _)| *known != id);
    }

    fn handle_event(&self, event: Event) {
        match event {
            Event::Metadata(info_hash, raw) => self.disk.begin(info_hash, raw),
            Event::Complete(info_hash) => self.disk.complete(info_hash),
            Event::Delivered(info_hash) => self.disk.delivered(info_hash),
            Event::Piece(..) => (self.on_event)(DriverEvent::Piece),
            Event::Failed(..) => (self.on_event)(DriverEvent::Turned),
            // The peer is cut off already, and there is nothing that a person could do about it.
            Event::Misbehaved(..) => {}
            Event::Lost(info_hash, piece) => self.disk.lose(info_hash, piece),
            // The torrents' statuses have it.
            Event::Scraped(..) => {}
        }
    }

    fn handle_disk(&self, event: DiskEvent) {
        match event {
            DiskEvent::PieceRead(info_hash, piece, bytes) => self.take_in(Input::PieceRead(info_hash, piece, bytes)),
            DiskEvent::PieceWritten(info_hash, piece, result) => {
                self.take_in(Input::PieceWritten(info_hash, piece, result));
            }
            DiskEvent::Begun(info_hash, held) => {
                if held.size() > self.ask_above_bytes {
                    self.ask_first(info_hash);
                }
                if let Some(wanted) = held.wanted() {
                    self.take_in(Input::Command(Command::Select(info_hash, wanted, held.have)));
                }
                (self.on_event)(DriverEvent::Turned);
            }
            DiskEvent::Refused(info_hash, reason) => self.refuse(info_hash, reason),
            DiskEvent::Imported(memo_id) => {
                (self.on_event)(DriverEvent::Imported(memo_id));
                (self.on_event)(DriverEvent::Turned);
            }
            DiskEvent::Problem(sentence) => (self.on_event)(DriverEvent::Problem(sentence)),
        }
    }

    /// Does not fetch something large before the person said so, and finds out whether it could be fetched.
    fn ask_first(&self, info_hash: InfoHash) {
        let status = self.session.borrow().status(&info_hash);
        let trackers = status.map_or_else(Vec::new, |status| status.trackers);
        let urls = trackers.into_iter().map(|tracker| tracker.url).collect();
        self.take_in(Input::Command(Command::Pause(info_hash)));
        self.take_in(Input::Command(Command::Scrape(vec![info_hash], urls)));
    }

    fn forgive(&self, info_hash: InfoHash) {
        if self.refused.borrow_mut().remove(&info_hash).is_some() {
            self.reconsidered.borrow_mut().push(info_hash);
        }
    }

    /// Gives a torrent up, and keeps the reason for the person who waits for it.
    fn refuse(&self, info_hash: InfoHash, reason: String) {
        let status = self.session.borrow().status(&info_hash);
        if let Some(status) = status {
            let failed = Status { phase: Phase::Failed, problem: Some(reason), ..status };
            self.refused.borrow_mut().insert(info_hash, failed);
            self.reconsidered.borrow_mut().push(info_hash);
        }
        self.disk.release(&info_hash);
        self.take_in(Input::Command(Command::Remove(info_hash)));
        (self.on_event)(DriverEvent::Turned);
    }

    /// One timer, for the earliest thing the session waits for.
    fn arm_timer(&self) {
        let deadline = self.session.borrow().poll_timeout();
        let armed = self.timer.borrow().as_ref().map(|(armed, _)| *armed);
        if deadline == armed {
            return;
        }
        let timer = deadline.map(|deadline| {
            let this = self.this.clone();
            let delay = deadline.as_millis().saturating_sub(clock::now().as_millis()).min(LONGEST_TIMER_MS);
            let timer = Timeout::new(u32::try_from(delay).unwrap_or(u32::MAX), move || {
                if let Some(inner) = this.upgrade() {
                    inner.timer.take();
                    inner.take_in(Input::Timeout);
                }
            });
            (deadline, timer)
        });
        let previous = self.timer.replace(timer);
        drop(previous);
    }
}
