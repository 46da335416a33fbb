//! What the whole app knows, in one value that every component can reach.

use std::collections::BTreeMap;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;

use super::memos::Memos;
use super::player::Player;
use super::preferences::{PREFERENCES, Preferences};
use super::recording::Recording;
use super::toasts::Toasts;
use super::work::Work;
use super::{clock, language};
use crate::memo::{Memo, MemoId, Origin};
use crate::net::{Change, Config, Engine, ServiceWorker, service_worker_controls_page};
use crate::store::{Store, StoreError};
use crate::torrent::{InfoHash, Status};
use crate::words::words;

type Go = Box<dyn Fn(&str, NavigateOptions)>;

/// Signals and handles; copied freely.
#[derive(Clone, Copy)]
pub(crate) struct AppState {
    pub(crate) memos: Memos,
    pub(crate) statuses: RwSignal<BTreeMap<InfoHash, Status>>,
    pub(crate) preferences: RwSignal<Preferences>,
    pub(crate) recording: Recording,
    pub(crate) player: Player,
    pub(crate) toasts: Toasts,
    /// The one import or export that takes long.
    pub(crate) work: Work,
    /// Something went wrong that no screen of its own tells.
    pub(crate) problem: RwSignal<Option<String>>,
    pub(crate) update_ready: RwSignal<bool>,
    /// What the keys are is shown.
    pub(crate) keys_shown: RwSignal<bool>,
    pub(crate) online: RwSignal<bool>,
    /// `None` until config.json is read.
    pub(crate) engine: RwSignal<Option<Engine>, LocalStorage>,
    pub(crate) config: RwSignal<Option<Config>>,
    store: StoredValue<Store, LocalStorage>,
    go: StoredValue<Option<Go>, LocalStorage>,
    worker: StoredValue<Option<ServiceWorker>, LocalStorage>,
}

impl AppState {
    /// Opens the library. Nothing is shown before this is done, so nothing has to jump afterwards; but `on_blocked` is told when it
    /// has to wait for a tab with an older version of the app.
    pub(crate) async fn open(on_blocked: impl FnMut() + 'static) -> Result<Self, StoreError> {
        let store = Store::open(on_blocked).await?;
        let preferences = store.setting::<Preferences>(PREFERENCES).await?.unwrap_or_default();
        preferences.theme.apply();
        // The browser's is spoken already.
        if preferences.language.is_some() {
            language::apply(preferences.language);
        }
        let problem = RwSignal::new(None);
        let memos = Memos::new(problem);
        memos.load(&store).await?;
        Ok(Self {
            memos,
            statuses: RwSignal::default(),
            preferences: RwSignal::new(preferences),
            recording: Recording::new(),
            player: Player::new(),
            toasts: Toasts::new(),
            work: Work::new(),
            problem,
            update_ready: RwSignal::new(false),
            keys_shown: RwSignal::new(false),
            online: RwSignal::new(window().navigator().on_line()),
            engine: RwSignal::new_local(None),
            config: RwSignal::new(None),
            store: StoredValue::new_local(store),
            go: StoredValue::new_local(None),
            worker: StoredValue::new_local(None),
        })
    }

    /// Starts what runs beside the screens: the engine, the service worker, the bin's clock.
    pub(crate) fn start(self) {
        self.empty_bin();
        spawn_local(async move {
            self.worker.set_value(ServiceWorker::register(move || self.update_ready.set(true)).await);
        });
        let engine = Engine::start(self.store(), None, move |change| self.handle_change(change));
        self.engine.set(Some(engine.clone()));
        spawn_local(async move { self.config.set(Some(engine.config().await)) });
    }

    pub(crate) fn store(self) -> Store {
        self.store.get_value()
    }

    /// The engine, for what is done at a tap.
    pub(crate) fn engine_now(self) -> Option<Engine> {
        self.engine.get_untracked()
    }

    /// Whether the sound of a memo can be asked for. The service worker asks the engine of this page for it, so it must be
    /// there first: a question that nobody hears is never answered.
    pub(crate) fn can_load(self, is_complete: bool) -> bool {
        if service_worker_controls_page() { self.engine.with(Option::is_some) } else { is_complete }
    }

    /// How far this torrent is.
    pub(crate) fn status(self, info_hash: InfoHash) -> Option<Status> {
        self.statuses.with(|statuses| statuses.get(&info_hash).cloned())
    }

    /// Changes a memo, on the screen and in the store.
    pub(crate) fn edit(self, id: &MemoId, change: impl Fn(&mut Memo) + 'static) {
        self.memos.edit(self.store(), id, change);
    }

    pub(crate) fn change_preferences(self, change: impl FnOnce(&mut Preferences)) {
        let mut preferences = self.preferences.get_untracked();
        let spoken = preferences.language;
        change(&mut preferences);
        preferences.theme.apply();
        if preferences.language != spoken {
            language::apply(preferences.language);
        }
        self.preferences.set(preferences.clone());
        spawn_local(async move {
            let stored = self.store().put_setting(PREFERENCES, &preferences).await;
            self.report(stored);
        });
    }

    /// Puts a memo into the bin. It is not offered to others from there.
    pub(crate) fn delete(self, memo: &Memo) {
        self.delete_all(std::slice::from_ref(memo));
    }

    /// Takes a memo out of the bin. What had not arrived completely goes on arriving.
    pub(crate) fn restore(self, id: &MemoId) {
        self.restore_all(std::slice::from_ref(id));
    }

    /// Removes a memo and its sound from this device.
    pub(crate) fn delete_for_good(self, memo: &Memo) {
        self.delete_all_for_good(vec![memo.clone()]);
    }

    pub(crate) fn stop_sharing(self, id: &MemoId) {
        self.with_engine(id, async |engine, id| engine.stop_sharing(&id).await);
    }

    pub(super) fn share_again(self, id: &MemoId) {
        self.with_engine(id, async |engine, id| engine.share(&id).await.map(drop));
    }

    /// Has the engine do something with a memo, and tells its failure.
    pub(super) fn with_engine<E: std::fmt::Display>(
        self,
        id: &MemoId,
        act: impl AsyncFnOnce(Engine, MemoId) -> Result<(), E> + 'static,
    ) {
        let Some(engine) = self.engine_now() else { return };
        let id = id.clone();
        spawn_local(async move {
            let done = act(engine, id).await;
            self.report(done);
        });
    }

    /// The browser may remove what it holds of a site that never asked to keep it: asked once there is something to keep.
    pub(crate) fn ask_for_persistence(self) {
        spawn_local(async move {
            let store = self.store();
            if !store.persisted().await {
                store.persist().await;
            }
        });
    }

    /// Reloads into the version that waits.
    pub(crate) fn accept_update(self) {
        self.worker.with_value(|worker| {
            if let Some(worker) = worker {
                worker.accept_update();
            }
        });
    }

    /// Tells a failure, and gives the success on.
    pub(crate) fn report<T, E: std::fmt::Display>(self, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(error) => {
                self.problem.set(Some(error.to_string()));
                None
            }
        }
    }

    /// Hands over the router's way to move, which only components can get.
    pub(crate) fn set_go(self, go: impl Fn(&str, NavigateOptions) + 'static) {
        self.go.set_value(Some(Box::new(go)));
    }

    pub(crate) fn go(self, path: &str) {
        self.navigate(path, NavigateOptions::default());
    }

    /// Moves, so that Back does not lead here again.
    pub(crate) fn replace(self, path: &str) {
        self.navigate(path, NavigateOptions { replace: true, ..NavigateOptions::default() });
    }

    fn navigate(self, path: &str, options: NavigateOptions) {
        self.go.with_value(|go| {
            if let Some(go) = go {
                go(path, options);
            }
        });
    }

    fn handle_change(self, change: Change) {
        match change {
            Change::Statuses(statuses) => {
                self.statuses.set(statuses.into_iter().map(|status| (status.info_hash, status)).collect());
            }
            Change::Moved(statuses) => self.statuses.update(|known| {
                known.extend(statuses.into_iter().map(|status| (status.info_hash, status)));
            }),
            Change::Imported(_) => self.ask_for_persistence(),
            Change::Problem(sentence) => self.problem.set(Some(sentence)),
        }
    }

    /// What has been in the bin long enough goes.
    fn empty_bin(self) {
        let now = clock::now_ms();
        for memo in self.memos.in_bin_untracked() {
            if memo.is_due_for_removal(now) {
                self.delete_for_good(&memo);
            }
        }
    }
}

/// The state, in any component.
pub(crate) fn use_app() -> AppState {
    expect_context::<AppState>()
}

/// Where a memo came from, in a word or two.
pub(crate) fn origin_in_words(origin: Origin) -> &'static str {
    match origin {
        Origin::Recorded => words().app.recorded_here,
        Origin::File => words().app.from_file,
        Origin::Received => words().app.received_by_link,
    }
}
