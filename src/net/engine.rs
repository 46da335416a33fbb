//! The handle that the app holds.
//!
//! In one tab of the device it drives the engine, in the others it passes orders on and hears how things are. Whatever must
//! outlive a tab is written to the store first; an order only says where to look.

mod sharing;

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::rc::{Rc, Weak};

use futures::StreamExt;
use futures::channel::{mpsc, oneshot};
use gloo_timers::callback::Timeout;
use js_sys::Reflect;
use wasm_bindgen_futures::spawn_local;
use web_sys::{Event, PageTransitionEvent, VisibilityState};

use super::audio_source::AudioSource;
use super::driver::{Driver, DriverEvent};
use super::leadership::Leadership;
use super::tabs::{Order, Tabs, Word};
use super::{Change, Config, Held, clock, examine};
use crate::memo::{Memo, MemoId};
use crate::store::{Store, TorrentRow};
use crate::torrent::{Command, InfoHash, Instant, Status};
use crate::web::Listener;

/// Between two publications of the statuses. Quick enough for a progress bar, slow enough to cost nothing.
const PUBLISH_INTERVAL_MS: u64 = 250;

/// When the last bytes have flowed, the rates still have to sink to zero on the screens.
const RATE_INTERVAL_MS: u64 = 1000;

/// The engine of this device, as this tab sees it. Clones are the same engine.
#[derive(Clone)]
pub struct Engine(Rc<Inner>);

pub(super) struct Inner {
    this: Weak<Self>,
    store: Store,
    /// Read when it is first needed: nothing that plays may wait for the network.
    config: RefCell<Option<Config>>,
    on_change: Box<dyn Fn(Change)>,
    tabs: Tabs,
    claim: RefCell<Option<Leadership>>,
    /// Present in the tab that leads.
    leading: RefCell<Option<Leading>>,
    statuses: RefCell<BTreeMap<InfoHash, Status>>,
    /// The driver is a new one: what the last one said is of no account any more.
    is_fresh: Cell<bool>,
    /// Something is about to be fetched, and there is no driver yet to be told.
    prepares: RefCell<Option<Order>>,
    published_at: Cell<Instant>,
    publish_timer: RefCell<Option<Timeout>>,
    /// Told once when pieces have been stored somewhere.
    awaiting_pieces: RefCell<Vec<oneshot::Sender<()>>>,
    /// Memos that are being frozen, with those who wait for it.
    freezing: RefCell<BTreeSet<MemoId>>,
    frozen: RefCell<Vec<oneshot::Sender<()>>>,
    listeners: RefCell<Vec<Listener>>,
    audio: RefCell<Option<AudioSource>>,
}

struct Leading {
    driver: Driver,
    orders: mpsc::UnboundedSender<Order>,
}

impl Engine {
    /// Starts taking part in everything that the store says is shared or still arriving, here or in another tab. Audio is
    /// answered for from this moment on, so start it before anything can play. Without a `config` the site's is read.
    pub fn start(store: Store, config: Option<Config>, on_change: impl Fn(Change) + 'static) -> Self {
        let inner = Rc::new_cyclic(|this: &Weak<Inner>| Inner {
            this: this.clone(),
            store,
            config: RefCell::new(config),
            on_change: Box::new(on_change),
            tabs: Tabs::open({
                let this = this.clone();
                move |word| {
                    if let Some(inner) = this.upgrade() {
                        inner.hear(word);
                    }
                }
            }),
            claim: RefCell::default(),
            leading: RefCell::default(),
            statuses: RefCell::default(),
            is_fresh: Cell::new(true),
            prepares: RefCell::default(),
            published_at: Cell::default(),
            publish_timer: RefCell::default(),
            awaiting_pieces: RefCell::default(),
            freezing: RefCell::default(),
            frozen: RefCell::default(),
            listeners: RefCell::default(),
            audio: RefCell::default(),
        });
        inner.listen();
        inner.audio.replace(AudioSource::start(&inner));
        inner.tabs.say(&Word::Hello);
        inner.claim_leadership();
        Self(inner)
    }

    /// Goes on with something that waits for a yes because of its size, or that failed: "Try again".
    pub fn resume(&self, info_hash: InfoHash) {
        self.0.order(Order::Resume(info_hash));
    }

    /// Something is about to be fetched: what takes time before others can be met begins now. With the trackers that a link
    /// names, once it is opened: before that nobody is contacted.
    pub fn prepare(&self, trackers: Option<Vec<String>>) {
        let urls = self.0.config.borrow().as_ref().map(|config| config.trackers_to_meet_at(trackers.as_deref()));
        if let Some((driver, urls)) = self.0.driver().zip(urls) {
            // In this very turn: the page that shows what comes is built while connections are made ready.
            driver.command(Command::Prepare(urls));
            return;
        }
        let order = Order::Prepare(trackers);
        self.0.prepares.replace(Some(order.clone()));
        self.0.order(order);
    }

    /// Somebody listens here: these bytes come first.
    pub fn want_soon(&self, info_hash: InfoHash, bytes: Range<u64>) {
        self.0.want_soon(info_hash, bytes);
    }

    /// Somebody looks at this memo. What it sounds like is found out if that was never finished: the page may have been left
    /// when the memo had just arrived.
    pub fn examine(&self, memo: Memo) {
        let inner = self.0.clone();
        spawn_local(async move {
            if let Err(error) = examine::fill_in(&inner.store, &memo).await {
                inner.announce(Change::Problem(error.to_string()));
            }
        });
    }

    /// The network may have changed: every tracker is tried at once. The engine notices by itself when the browser does.
    pub fn network_changed(&self) {
        self.0.order(Order::NetworkChanged);
    }

    /// Reads the configuration and [`NetworkSettings`](super::NetworkSettings) again and begins anew with them.
    pub async fn reconfigure(&self) {
        self.0.config.take();
        self.0.order(Order::Restart);
    }

    /// How far everything had come at the last [`Change::Statuses`].
    pub fn statuses(&self) -> Vec<Status> {
        self.0.all_statuses()
    }

    /// The configuration in use.
    pub async fn config(&self) -> Config {
        self.0.config().await
    }
}

impl Inner {
    async fn config(&self) -> Config {
        let known = self.config.borrow().clone();
        match known {
            Some(config) => config,
            None => {
                let config = Config::load(&self.store).await;
                self.config.replace(Some(config.clone()));
                config
            }
        }
    }

    /// These bytes come first.
    pub(super) fn want_soon(&self, info_hash: InfoHash, bytes: Range<u64>) {
        self.order(Order::WantSoon(info_hash, bytes));
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Resolves when pieces have been stored, or statuses have changed otherwise. Ask before looking whether what one waits for
    /// is there.
    pub(super) fn next_piece(&self) -> oneshot::Receiver<()> {
        let (stored, waiting) = oneshot::channel();
        let mut awaiting = self.awaiting_pieces.borrow_mut();
        awaiting.retain(|waiting| !waiting.is_canceled());
        awaiting.push(stored);
        waiting
    }

    fn wake_waiting(&self) {
        for waiting in self.awaiting_pieces.take() {
            let _ = waiting.send(());
        }
    }

    /// What the browser tells about the network and the page.
    fn listen(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else { return };
        let Some(document) = window.document() else { return };
        let this = self.this.clone();
        let online = Listener::new(&window, "online", move |_: Event| {
            if let Some(inner) = this.upgrade() {
                inner.order(Order::NetworkChanged);
            }
        });
        let this = self.this.clone();
        let page = document.clone();
        let visible = Listener::new(&document, "visibilitychange", move |_: Event| {
            if let Some(inner) = this.upgrade().filter(|_| page.visibility_state() == VisibilityState::Visible) {
                inner.order(Order::NetworkChanged);
            }
        });
        let this = self.this.clone();
        let hide = Listener::new(&window, "pagehide", move |_: Event| {
            if let Some(inner) = this.upgrade() {
                inner.step_back();
            }
        });
        let this = self.this.clone();
        let show = Listener::new(&window, "pageshow", move |event: PageTransitionEvent| {
            if let Some(inner) = this.upgrade().filter(|_| event.persisted()) {
                inner.tabs.say(&Word::Hello);
                inner.claim_leadership();
            }
        });
        self.listeners.borrow_mut().extend([online, visible, hide, show]);
    }

    fn claim_leadership(&self) {
        let this = self.this.clone();
        let claim = Leadership::claim(move || {
            if let Some(inner) = this.upgrade() {
                inner.lead();
            }
        });
        let previous = self.claim.replace(Some(claim));
        drop(previous);
    }

    /// The page goes away: says goodbye everywhere, and lets another tab lead. It may come back from the browser's cache.
    fn step_back(&self) {
        if let Some(leading) = self.leading.take() {
            leading.driver.command(Command::Shutdown);
        }
        self.claim.take();
    }

    /// Starts the engine in this tab.
    fn lead(&self) {
        if !webrtc_available() {
            // Nobody could be reached; everything waits in the store for a better browser.
            return;
        }
        let this = self.this.clone();
        spawn_local(async move {
            let Some(inner) = this.upgrade() else { return };
            let config = inner.config().await;
            if inner.claim.borrow().is_none() {
                // The page went away meanwhile.
                return;
            }
            let mut orders = inner.begin(&config);
            inner.join_all(&mut orders).await;
            drop(inner);
            while let Some(order) = orders.next().await {
                let Some(inner) = this.upgrade() else { return };
                inner.follow(order).await;
            }
        });
    }

    /// A driver with no torrents, and the orders that are for it.
    fn begin(&self, config: &Config) -> mpsc::UnboundedReceiver<Order> {
        let this = self.this.clone();
        let driver = Driver::new(self.store.clone(), config.rtc(), config.ask_above_bytes, move |event| {
            if let Some(inner) = this.upgrade() {
                inner.handle_driver(event);
            }
        });
        self.is_fresh.set(true);
        let (orders, received) = mpsc::unbounded();
        if let Some(order) = self.prepares.take() {
            // The other end is in hand.
            let _ = orders.unbounded_send(order);
        }
        self.leading.replace(Some(Leading { driver, orders }));
        received
    }

    fn driver(&self) -> Option<Driver> {
        self.leading.borrow().as_ref().map(|leading| leading.driver.clone())
    }

    /// Has something done, by whoever leads.
    fn order(&self, order: Order) {
        match &*self.leading.borrow() {
            Some(leading) => drop(leading.orders.unbounded_send(order)),
            None => self.tabs.say(&Word::Order(order)),
        }
    }

    /// Does it. Orders are followed one after the other, so that leaving never overtakes joining.
    async fn follow(&self, order: Order) {
        let Some(driver) = self.driver() else { return };
        match order {
            Order::Join(info_hash) => match self.store.torrent(info_hash).await {
                Ok(Some(row)) => self.join(row).await,
                Ok(None) => {}
                Err(error) => self.announce(Change::Problem(error.to_string())),
            },
            Order::Leave(info_hash) => {
                driver.remove(info_hash);
                self.publish();
            }
            Order::Erase(info_hash) => {
                driver.erase(info_hash);
                self.publish();
            }
            Order::Resume(info_hash) if driver.has_refused(&info_hash) => {}
            Order::Resume(info_hash) => {
                driver.command(Command::Resume(info_hash));
                driver.command(Command::NetworkChanged);
            }
            Order::Prepare(trackers) => {
                let config = self.config().await;
                driver.command(Command::Prepare(config.trackers_to_meet_at(trackers.as_deref())));
            }
            Order::WantSoon(info_hash, bytes) => driver.command(Command::WantSoon(info_hash, bytes)),
            Order::NetworkChanged => driver.command(Command::NetworkChanged),
            Order::Restart => {
                driver.command(Command::Shutdown);
                self.leading.take();
                self.config.take();
                self.lead();
            }
        }
    }

    /// Takes part in all that the store says. Orders are followed in between: nobody waits for a thousand memos.
    async fn join_all(&self, orders: &mut mpsc::UnboundedReceiver<Order>) {
        match self.store.torrents().await {
            Ok(rows) => {
                let mut left = Vec::new();
                for row in rows {
                    while let Ok(order) = orders.try_recv() {
                        if let Order::Leave(info_hash) | Order::Erase(info_hash) = &order {
                            left.push(*info_hash);
                        }
                        self.follow(order).await;
                    }
                    if !left.contains(&row.info_hash) {
                        self.join(row).await;
                    }
                }
            }
            Err(error) => self.announce(Change::Problem(error.to_string())),
        }
        self.publish();
    }

    /// Takes part in a stored torrent as far as it is meant to be, and in no more of it.
    async fn join(&self, row: TorrentRow) {
        let mut memos = match self.store.memos_by_info_hash(row.info_hash).await {
            Ok(memos) => memos,
            Err(error) => return self.announce(Change::Problem(error.to_string())),
        };
        let Some(driver) = self.driver() else { return };
        let awaited = memos.is_empty() && row.info.is_none();
        memos.retain(|memo| !memo.is_deleted());
        if !awaited && !memos.iter().any(|memo| !memo.complete || row.shared) {
            if driver.has(&row.info_hash) {
                driver.remove(row.info_hash);
                self.publish();
            }
            return;
        }
        let config = self.config().await;
        let held = Held::of(&row, memos);
        driver.add(&row, config.allowed_of(&row.trackers), config.trackers, held);
    }

    fn hear(&self, word: Word) {
        match word {
            Word::Hello if self.leading.borrow().is_some() => self.publish_to_tabs(),
            Word::Hello => {}
            Word::Order(order) if self.leading.borrow().is_some() => self.order(order),
            Word::Order(_) => {}
            Word::Change(change) => {
                if let Change::Statuses(statuses) | Change::Moved(statuses) = &change {
                    let mut known = self.statuses.borrow_mut();
                    if let Change::Statuses(_) = change {
                        known.clear();
                    }
                    known.extend(statuses.iter().map(|status| (status.info_hash, status.clone())));
                    drop(known);
                    self.wake_waiting();
                }
                (self.on_change)(change);
            }
        }
    }

    /// Tells this tab and the others.
    fn announce(&self, change: Change) {
        self.tabs.say(&Word::Change(change.clone()));
        (self.on_change)(change);
    }

    fn handle_driver(&self, event: DriverEvent) {
        match event {
            DriverEvent::Moved => self.publish_soon(),
            DriverEvent::Turned => self.publish(),
            DriverEvent::Piece => self.wake_waiting(),
            DriverEvent::Imported(id) => self.announce(Change::Imported(id)),
            DriverEvent::Problem(sentence) => self.announce(Change::Problem(sentence)),
        }
    }

    /// Publishes at once, or as soon as the last time is long enough ago.
    fn publish_soon(&self) {
        let since_ms = (clock::now() - self.published_at.get()).as_millis() as u64;
        if since_ms >= PUBLISH_INTERVAL_MS {
            self.publish();
        } else if self.publish_timer.borrow().is_none() {
            self.publish_in(PUBLISH_INTERVAL_MS - since_ms);
        }
    }

    fn publish_in(&self, delay_ms: u64) {
        let this = self.this.clone();
        let timer = Timeout::new(delay_ms as u32, move || {
            if let Some(inner) = this.upgrade() {
                inner.publish();
            }
        });
        let previous = self.publish_timer.replace(Some(timer));
        drop(previous);
    }

    fn publish(&self) {
        let Some(driver) = self.driver() else { return };
        let timer = self.publish_timer.take();
        drop(timer);
        self.published_at.set(clock::now());
        let news = driver.news();
        let moves = |status: &Status| status.down_rate > 0 || status.up_rate > 0;
        if news.iter().any(|(_, status)| status.as_ref().is_some_and(moves)) {
            self.publish_in(RATE_INTERVAL_MS);
        }
        let mut known = self.statuses.borrow_mut();
        let mut all = self.is_fresh.take() && !std::mem::take(&mut *known).is_empty();
        let mut moved = Vec::new();
        for (info_hash, status) in news {
            match status {
                Some(status) if known.get(&info_hash) == Some(&status) => {}
                Some(status) => {
                    known.insert(info_hash, status.clone());
                    moved.push(status);
                }
                None => all |= known.remove(&info_hash).is_some(),
            }
        }
        drop(known);
        if all || !moved.is_empty() {
            self.wake_waiting();
            self.announce(if all { Change::Statuses(self.all_statuses()) } else { Change::Moved(moved) });
        }
    }

    fn all_statuses(&self) -> Vec<Status> {
        self.statuses.borrow().values().cloned().collect()
    }

    fn publish_to_tabs(&self) {
        self.tabs.say(&Word::Change(Change::Statuses(self.all_statuses())));
    }
}

/// Whether this browser can connect to other devices at all.
pub fn webrtc_available() -> bool {
    let class = Reflect::get(&js_sys::global(), &"RTCPeerConnection".into());
    class.is_ok_and(|class| class.is_function())
}
