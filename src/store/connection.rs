//! Opening the database, making room for a newer version of the app, and one transaction for a change.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use rexie::{Rexie, TransactionMode};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomException, Event, IdbDatabase, IdbKeyRange, IdbObjectStore, IdbRequest, IdbTransaction, IdbVersionChangeEvent,
};

use super::news::{News, NewsLine};
use super::schema::MEMOS;
use super::{StoreError, row, schema};
use crate::memo::{Memo, MemoId};
use crate::words::words;

/// The database. Cheap to clone; the last clone closes it.
#[derive(Clone)]
pub struct Store(Rc<Connection>);

struct Connection {
    /// Read with rexie. An `Option` so that dropping can close it, which wants it by value.
    reader: Option<Rexie>,
    /// Written with transactions of our own.
    writer: IdbDatabase,
    gate: Rc<Gate>,
    news: Rc<NewsLine>,
    _on_version_change: Closure<dyn FnMut(Event)>,
}

/// Whether a newer version of the app wants the database, and who asked it to wait.
struct Gate {
    writer: IdbDatabase,
    superseded: Cell<bool>,
    holds: Cell<u32>,
}

impl Gate {
    fn close_when_free(&self) {
        if self.superseded.get() && self.holds.get() == 0 {
            self.writer.close();
        }
    }
}

/// Keeps the database open for writing while it lives, even when another tab wants to upgrade it: a recording under way
/// is worth more than an update.
pub struct Hold(Rc<Gate>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.holds.set(self.0.holds.get() - 1);
        self.0.close_when_free();
    }
}

/// How sure a finished write is.
#[derive(Clone, Copy)]
pub(super) enum Durability {
    /// Handed to the operating system: survives a crash of the browser.
    Relaxed,
    /// On the disk: survives a power cut.
    Strict,
}

impl Store {
    /// Opens the database of this origin, creating or upgrading it where needed. When another tab keeps it open in an older shape,
    /// `on_blocked` is told, and this goes on as soon as that tab lets go.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] and [`StoreError::TooNew`] say why it cannot be used.
    pub async fn open(on_blocked: impl FnMut() + 'static) -> Result<Self, StoreError> {
        Self::open_named(schema::NAME, on_blocked).await
    }

    /// Opens a database of another name, so that tests do not see each other's memos.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn open_named(name: &str, on_blocked: impl FnMut() + 'static) -> Result<Self, StoreError> {
        // First the writer: it upgrades, and it alone is told of `blocked`. Then there is nothing left to upgrade for rexie.
        let writer = open_writer(name, on_blocked).await?;
        let gate = Rc::new(Gate { writer: writer.clone(), superseded: Cell::new(false), holds: Cell::new(0) });
        let on_version_change = Closure::<dyn FnMut(Event)>::new({
            let gate = gate.clone();
            move |_| {
                gate.superseded.set(true);
                gate.close_when_free();
            }
        });
        writer.set_onversionchange(Some(on_version_change.as_ref().unchecked_ref()));
        let news = Rc::new(NewsLine::open(name));
        let mut connection = Connection { reader: None, writer, gate, news, _on_version_change: on_version_change };
        // Rexie closes its connection by itself when a newer version comes.
        connection.reader = Some(Rexie::builder(name).version(schema::VERSION).build().await?);
        Ok(Self(Rc::new(connection)))
    }

    /// Asks a newer version of the app to wait until the value is dropped.
    pub fn hold(&self) -> Hold {
        let gate = &self.0.gate;
        gate.holds.set(gate.holds.get() + 1);
        Hold(gate.clone())
    }

    /// From now on `reader` is told what becomes of every memo row, by this tab or another one, once that is stored.
    pub fn watch(&self, reader: impl Fn(News) + 'static) {
        self.0.news.read_by(reader);
    }

    /// A consistent view of some object stores.
    pub(super) fn read(&self, stores: &[&str]) -> Result<rexie::Transaction, StoreError> {
        let reader = self.0.reader.as_ref().ok_or(StoreError::Unavailable)?;
        reader.transaction(stores, TransactionMode::ReadOnly).map_err(|error| self.explain(error.into()))
    }

    /// Begins a change of some object stores: nothing of it is there before [`Change::done`].
    pub(super) fn change(&self, stores: &[&str], durability: Durability) -> Result<Change, StoreError> {
        open_transaction(&self.0.writer, stores, durability)
            .map(|transaction| Change {
                transaction,
                finished: Cell::new(false),
                line: self.0.news.clone(),
                news: RefCell::default(),
            })
            .map_err(|thrown| self.explain(StoreError::from_js(&thrown)))
    }

    /// A closed connection fails for one reason that matters: a newer version took over.
    fn explain(&self, error: StoreError) -> StoreError {
        if self.0.gate.superseded.get() { StoreError::TooNew } else { error }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.writer.set_onversionchange(None);
        self.writer.close();
        if let Some(reader) = self.reader.take() {
            reader.close();
        }
    }
}

async fn open_writer(name: &str, mut on_blocked: impl FnMut() + 'static) -> Result<IdbDatabase, StoreError> {
    let factory = web_sys::window()
        .and_then(|window| window.indexed_db().ok().flatten())
        .filter(|factory| factory.is_object())
        .ok_or(StoreError::Unavailable)?;
    let request = factory.open_with_u32(name, schema::VERSION).map_err(|_| StoreError::Unavailable)?;

    let upgraded = Rc::new(Cell::new(Ok(())));
    let on_upgrade = Closure::<dyn FnMut(IdbVersionChangeEvent)>::new({
        let (request, upgraded) = (request.clone(), upgraded.clone());
        move |event: IdbVersionChangeEvent| {
            let database = request.result().ok().and_then(|result| result.dyn_into::<IdbDatabase>().ok());
            let Some((database, upgrading)) = database.zip(request.transaction()) else { return };
            // Versions are small whole numbers; the API says so in floating point.
            let result = schema::upgrade(&database, &upgrading, event.old_version() as u32);
            if result.is_err() {
                // Half a schema would never be mended: leave the database as it was.
                let _ = upgrading.abort();
            }
            upgraded.set(result);
        }
    });
    request.set_onupgradeneeded(Some(on_upgrade.as_ref().unchecked_ref()));
    let on_blocked = Closure::<dyn FnMut(Event)>::new(move |_| on_blocked());
    request.set_onblocked(Some(on_blocked.as_ref().unchecked_ref()));

    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(settled).await {
        Ok(_) => {
            let database = request.result().map_err(|thrown| StoreError::from_js(&thrown))?;
            database.dyn_into().map_err(|_| StoreError::Unavailable)
        }
        Err(_) => {
            upgraded.replace(Ok(()))?;
            Err(match request.error().ok().flatten().map(|exception| StoreError::from_exception(&exception)) {
                Some(known @ (StoreError::TooNew | StoreError::Full)) => known,
                // Private windows and blocked site data show themselves in many ways, all of them here.
                _ => StoreError::Unavailable,
            })
        }
    }
}

/// `database.transaction(stores, "readwrite", { durability })`, which web-sys has only among its unstable APIs.
fn open_transaction(
    database: &IdbDatabase,
    stores: &[&str],
    durability: Durability,
) -> Result<IdbTransaction, JsValue> {
    let names: Array = stores.iter().copied().map(JsValue::from).collect();
    let options = Object::new();
    let durability = match durability {
        Durability::Relaxed => "relaxed",
        Durability::Strict => "strict",
    };
    Reflect::set(&options, &"durability".into(), &durability.into())?;
    let transaction: Function = Reflect::get(database, &"transaction".into())?.dyn_into()?;
    transaction.call3(database, &names, &"readwrite".into(), &options)?.dyn_into()
}

/// One change: everything in it becomes visible at [`done`](Self::done), or nothing does. Dropped before, it is undone.
pub(super) struct Change {
    transaction: IdbTransaction,
    finished: Cell<bool>,
    line: Rc<NewsLine>,
    /// What becomes of memo rows by this.
    news: RefCell<Vec<News>>,
}

impl Change {
    /// Writes a memo's row.
    pub(super) fn put_memo(&self, memo: &Memo) -> Result<(), StoreError> {
        self.put(MEMOS, &row::to_js("memo", memo)?)?;
        self.news.borrow_mut().push(News::Written(Box::new(memo.clone())));
        Ok(())
    }

    /// Reads a memo's row, as this change sees it.
    pub(super) async fn get_memo(&self, id: &MemoId) -> Result<Option<Memo>, StoreError> {
        let value = self.get(MEMOS, &id.as_str().into()).await?;
        value.map(|value| row::from_js("memo", value)).transpose()
    }

    /// Removes a memo's row.
    pub(super) fn delete_memo(&self, id: &MemoId) -> Result<(), StoreError> {
        self.delete(MEMOS, &id.as_str().into())?;
        self.news.borrow_mut().push(News::Removed(id.clone()));
        Ok(())
    }

    /// Writes a row that carries its key.
    pub(super) fn put(&self, store: &str, value: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.put(value).map(drop).map_err(|thrown| not_written(&thrown))
    }

    /// Writes a value under a key.
    pub(super) fn put_at(&self, store: &str, key: &JsValue, value: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.put_with_key(value, key).map(drop).map_err(|thrown| not_written(&thrown))
    }

    /// Removes what lies under a key.
    pub(super) fn delete(&self, store: &str, key: &JsValue) -> Result<(), StoreError> {
        self.store(store)?.delete(key).map(drop).map_err(|thrown| StoreError::from_js(&thrown))
    }

    /// Removes everything under `[id, n]`.
    pub(super) fn delete_numbered(&self, store: &str, id: &str) -> Result<(), StoreError> {
        let range = IdbKeyRange::bound(&row::numbered_key(id, 0), &row::numbered_key(id, u32::MAX))
            .map_err(|thrown| StoreError::from_js(&thrown))?;
        self.delete(store, &range)
    }

    /// Reads what lies under a key, as this change sees it.
    pub(super) async fn get(&self, store: &str, key: &JsValue) -> Result<Option<JsValue>, StoreError> {
        let request = self.store(store)?.get(key).map_err(|thrown| StoreError::from_js(&thrown))?;
        let value = settled(&request).await?;
        Ok((!value.is_undefined()).then_some(value))
    }

    /// Reads all rows that an index has under a key, as this change sees them.
    pub(super) async fn all_by(&self, store: &str, index: &str, key: &JsValue) -> Result<Array, StoreError> {
        let index = self.store(store)?.index(index).map_err(|thrown| StoreError::from_js(&thrown))?;
        let request = index.get_all_with_key(key).map_err(|thrown| StoreError::from_js(&thrown))?;
        Ok(Array::from(&settled(&request).await?))
    }

    /// Waits until the change is stored, and tells of the rows in it.
    pub(super) async fn done(self) -> Result<(), StoreError> {
        self.finished.set(true);
        let settled = Promise::new(&mut |resolve, reject| {
            self.transaction.set_oncomplete(Some(&resolve));
            self.transaction.set_onabort(Some(&reject));
        });
        JsFuture::from(settled).await.map_err(|_| self.reason())?;
        self.line.tell(self.news.take());
        Ok(())
    }

    fn store(&self, name: &str) -> Result<IdbObjectStore, StoreError> {
        self.transaction.object_store(name).map_err(|thrown| StoreError::from_js(&thrown))
    }

    fn reason(&self) -> StoreError {
        match self.transaction.error() {
            Some(exception) => StoreError::from_exception(&exception),
            None => StoreError::Other(words().storage.given_up.to_owned()),
        }
    }
}

impl Drop for Change {
    fn drop(&mut self) {
        if !self.finished.get() {
            // Fails only when it has ended already.
            let _ = self.transaction.abort();
        }
    }
}

/// After a change that met the end of the room, Firefox lets the next one of a connection only remove, so that room can be made.
/// What is written in it is refused with this name, which no other refusal of a write has.
fn not_written(thrown: &JsValue) -> StoreError {
    match thrown.dyn_ref::<DomException>() {
        Some(exception) if exception.name() == "InvalidStateError" => StoreError::Full,
        _ => StoreError::from_js(thrown),
    }
}

async fn settled(request: &IdbRequest) -> Result<JsValue, StoreError> {
    let settled = Promise::new(&mut |resolve, reject| {
        request.set_onsuccess(Some(&resolve));
        request.set_onerror(Some(&reject));
    });
    match JsFuture::from(settled).await {
        Ok(_) => request.result().map_err(|thrown| StoreError::from_js(&thrown)),
        Err(_) => Err(failure(request.error().ok().flatten())),
    }
}

fn failure(exception: Option<DomException>) -> StoreError {
    match exception {
        Some(exception) => StoreError::from_exception(&exception),
        None => StoreError::Other(words().storage.no_reason.to_owned()),
    }
}
