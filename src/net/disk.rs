//! The storage side of the driver.
//!
//! Reads run side by side. Everything that writes goes through one line, in order: the memo's row exists before its first
//! piece is written, its last piece is written before it counts as complete, and all pieces that wait at one moment go into
//! one transaction.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use futures::StreamExt;
use futures::channel::mpsc;
use wasm_bindgen_futures::spawn_local;

use super::{Held, examine};
use crate::memo::{Memo, MemoId};
use crate::store::{Store, StoreError, TorrentRow};
use crate::torrent::{Bitfield, Info, InfoHash, PieceIndex};

/// Bytes of pieces in one transaction: enough to make its overhead small, few enough to be on disk soon.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// What storage tells the driver.
#[derive(Debug)]
pub(super) enum DiskEvent {
    /// A piece to send; `None` when it could not be read.
    PieceRead(InfoHash, PieceIndex, Option<Vec<u8>>),
    /// A piece is stored, or why not.
    PieceWritten(InfoHash, PieceIndex, Result<(), String>),
    /// A memo of this size has its row and can be filled.
    Begun(InfoHash, MemoId, u64),
    /// This torrent is not a memo that can be kept. A sentence.
    Refused(InfoHash, String),
    /// This memo's row was written.
    MemoChanged(MemoId),
    /// All bytes of this memo are here.
    Imported(MemoId),
    /// Something else could not be stored. A sentence.
    Problem(String),
}

enum Job {
    Begin(InfoHash, Vec<u8>),
    Write(InfoHash, PieceIndex, Vec<u8>),
    Complete(InfoHash),
    Erase(MemoId),
    Delivered(InfoHash),
}

/// Reads and writes pieces. Dropping it ends the line after what is being written.
pub(super) struct Disk {
    shared: Rc<Shared>,
    line: mpsc::UnboundedSender<Job>,
}

struct Shared {
    store: Store,
    held: RefCell<BTreeMap<InfoHash, Held>>,
    on_event: Box<dyn Fn(DiskEvent)>,
}

impl Disk {
    /// Storage that knows no torrent yet.
    pub(super) fn new(store: Store, on_event: impl Fn(DiskEvent) + 'static) -> Self {
        let (line, jobs) = mpsc::unbounded();
        let shared = Rc::new(Shared { store, held: RefCell::default(), on_event: Box::new(on_event) });
        spawn_local(shared.clone().work(jobs));
        Self { shared, line }
    }

    /// From now on this torrent can be read and written.
    pub(super) fn hold(&self, info_hash: InfoHash, held: Held) {
        self.shared.held.borrow_mut().insert(info_hash, held);
    }

    /// Whether this torrent can be read and written.
    pub(super) fn holds(&self, info_hash: &InfoHash) -> bool {
        self.shared.held.borrow().contains_key(info_hash)
    }

    /// Nothing more is written for this torrent.
    pub(super) fn release(&self, info_hash: &InfoHash) {
        self.shared.held.borrow_mut().remove(info_hash);
    }

    /// Reads a piece, then reports [`DiskEvent::PieceRead`].
    pub(super) fn read(&self, info_hash: InfoHash, piece: PieceIndex) {
        let shared = self.shared.clone();
        spawn_local(async move {
            let source =
                shared.held.borrow().get(&info_hash).map(|held| (held.memo.clone(), held.info.piece_range(piece)));
            let bytes = match source {
                Some((memo, range)) => shared.store.read_audio(&memo, range).await.ok().flatten(),
                None => None,
            };
            (shared.on_event)(DiskEvent::PieceRead(info_hash, piece, bytes));
        });
    }

    /// Stores a verified piece, then reports [`DiskEvent::PieceWritten`].
    pub(super) fn write(&self, info_hash: InfoHash, piece: PieceIndex, bytes: Vec<u8>) {
        self.enqueue(Job::Write(info_hash, piece, bytes));
    }

    /// Deletes what is stored of this torrent's audio, and writes nothing more of it.
    pub(super) fn erase(&self, info_hash: InfoHash) {
        let held = self.shared.held.borrow_mut().remove(&info_hash);
        if let Some(held) = held {
            self.enqueue(Job::Erase(held.memo.id));
        }
    }

    /// Makes the rows of a memo whose metadata came, then reports [`DiskEvent::Begun`] or [`DiskEvent::Refused`].
    pub(super) fn begin(&self, info_hash: InfoHash, raw_info: Vec<u8>) {
        self.enqueue(Job::Begin(info_hash, raw_info));
    }

    /// Notes that everything is here, then reports [`DiskEvent::Imported`].
    pub(super) fn complete(&self, info_hash: InfoHash) {
        self.enqueue(Job::Complete(info_hash));
    }

    /// Counts a device that became complete with bytes from here.
    pub(super) fn delivered(&self, info_hash: InfoHash) {
        self.enqueue(Job::Delivered(info_hash));
    }

    fn enqueue(&self, job: Job) {
        // The other end lives as long as this one.
        let _ = self.line.unbounded_send(job);
    }
}

impl Shared {
    async fn work(self: Rc<Self>, mut jobs: mpsc::UnboundedReceiver<Job>) {
        let mut waiting = None;
        loop {
            let job = match waiting.take() {
                Some(job) => job,
                None => match jobs.next().await {
                    Some(job) => job,
                    None => return,
                },
            };
            match job {
                Job::Write(info_hash, piece, bytes) => {
                    let mut size = bytes.len();
                    let mut pieces = vec![(piece, bytes)];
                    while size < MAX_BATCH_BYTES {
                        match jobs.try_recv() {
                            Ok(Job::Write(hash, piece, bytes)) if hash == info_hash => {
                                size += bytes.len();
                                pieces.push((piece, bytes));
                            }
                            Ok(other) => {
                                waiting = Some(other);
                                break;
                            }
                            Err(_) => break,
                        }
                    }
                    self.write_pieces(info_hash, pieces).await;
                }
                Job::Begin(info_hash, raw) => self.begin(info_hash, &raw).await,
                Job::Erase(memo_id) => self.erase(&memo_id).await,
                Job::Complete(info_hash) => self.complete(info_hash).await,
                Job::Delivered(info_hash) => self.update_row(info_hash, |row| row.delivered += 1).await,
            }
        }
    }

    async fn write_pieces(&self, info_hash: InfoHash, pieces: Vec<(PieceIndex, Vec<u8>)>) {
        let indices: Vec<PieceIndex> = pieces.iter().map(|(piece, _)| *piece).collect();
        let result = self.try_write_pieces(info_hash, pieces).await;
        for piece in indices {
            (self.on_event)(DiskEvent::PieceWritten(info_hash, piece, result.clone()));
        }
    }

    async fn try_write_pieces(&self, info_hash: InfoHash, pieces: Vec<(PieceIndex, Vec<u8>)>) -> Result<(), String> {
        let (memo_id, mut have) = {
            let held = self.held.borrow();
            let held = held.get(&info_hash).ok_or("The memo is not wanted any more.")?;
            (held.memo.id.clone(), held.have.clone())
        };
        for (piece, _) in &pieces {
            have.set(piece.get());
        }
        let records = pieces.into_iter().map(|(piece, bytes)| (piece.get(), bytes)).collect();
        let written = self.store.write_pieces(&memo_id, info_hash, records, have.as_bytes().to_vec()).await;
        written.map_err(|error| error.to_string())?;
        if let Some(held) = self.held.borrow_mut().get_mut(&info_hash) {
            held.have = have;
        }
        Ok(())
    }

    async fn begin(&self, info_hash: InfoHash, raw_info: &[u8]) {
        let info = match Info::parse(raw_info).map_err(|error| error.to_string()).and_then(a_single_file) {
            Ok(info) => info,
            Err(reason) => {
                if let Err(error) = self.store.delete_torrent(info_hash).await {
                    self.report(&error);
                }
                return (self.on_event)(DiskEvent::Refused(info_hash, reason));
            }
        };
        let memo = Memo::received(&info, js_sys::Date::now() as u64);
        match self.try_begin(info_hash, memo, info).await {
            Ok(Some((memo_id, size))) => (self.on_event)(DiskEvent::Begun(info_hash, memo_id, size)),
            // Nobody wants it any more.
            Ok(None) => {}
            Err(error) => (self.on_event)(DiskEvent::Refused(info_hash, error.to_string())),
        }
    }

    async fn try_begin(
        &self,
        info_hash: InfoHash,
        memo: Memo,
        info: Info,
    ) -> Result<Option<(MemoId, u64)>, StoreError> {
        let Some(row) = self.store.torrent(info_hash).await? else { return Ok(None) };
        let have = Bitfield::new(info.piece_count());
        let row = TorrentRow {
            memo_id: memo.id.clone(),
            info: Some(info.raw().to_vec()),
            have: have.as_bytes().to_vec(),
            ..row
        };
        self.store.begin_import(&memo, &row).await?;
        let begun = (memo.id.clone(), memo.size);
        self.held.borrow_mut().insert(info_hash, Held { memo, info, have });
        Ok(Some(begun))
    }

    async fn complete(self: &Rc<Self>, info_hash: InfoHash) {
        let Some(memo_id) = self.held.borrow().get(&info_hash).map(|held| held.memo.id.clone()) else { return };
        self.update_row(info_hash, |row| row.shared = true).await;
        let updated = self.store.update_memo(&memo_id, |memo| {
            memo.complete = true;
            memo.shared = true;
        });
        match updated.await {
            Ok(Some(memo)) => {
                if let Some(held) = self.held.borrow_mut().get_mut(&info_hash) {
                    held.memo = memo.clone();
                }
                (self.on_event)(DiskEvent::Imported(memo_id));
                self.clone().examine(memo);
            }
            // Deleted in the meantime.
            Ok(None) => {}
            Err(error) => self.report(&error),
        }
    }

    /// Finds out what nobody wrote on a card. Not in the line: decoding takes its time.
    fn examine(self: Rc<Self>, memo: Memo) {
        if memo.duration_ms > 0 && !memo.waveform.is_empty() {
            return;
        }
        spawn_local(async move {
            let Some(sound) = examine::sound_of(&self.store, &memo).await else { return };
            let updated = self.store.update_memo(&memo.id, |memo| {
                if memo.duration_ms == 0 {
                    memo.duration_ms = sound.duration_ms;
                }
                if memo.waveform.is_empty() {
                    memo.waveform = sound.waveform;
                }
            });
            if let Ok(Some(memo)) = updated.await {
                (self.on_event)(DiskEvent::MemoChanged(memo.id));
            }
        });
    }

    async fn erase(&self, memo_id: &MemoId) {
        if let Err(error) = self.store.delete_audio(memo_id).await {
            self.report(&error);
        }
    }

    async fn update_row(&self, info_hash: InfoHash, edit: impl FnOnce(&mut TorrentRow)) {
        if let Err(error) = self.store.update_torrent(info_hash, edit).await {
            self.report(&error);
        }
    }

    fn report(&self, error: &StoreError) {
        (self.on_event)(DiskEvent::Problem(error.to_string()));
    }
}

/// Whether a torrent can be one memo.
fn a_single_file(info: Info) -> Result<Info, String> {
    match info.files().len() {
        1 => Ok(info),
        _ => Err("This link holds several files. A memo is a single one.".to_owned()),
    }
}
