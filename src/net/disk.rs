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

use super::{Held, ImportError, examine, imports};
use crate::memo::{Memo, MemoId};
use crate::store::{Store, StoreError, TorrentRow};
use crate::torrent::{Bitfield, Info, InfoHash, PieceIndex};
use crate::words::words;

/// Bytes of pieces in one transaction: enough to make its overhead small, few enough to be on disk soon.
const MAX_BATCH_BYTES: usize = 4 * 1024 * 1024;

/// Bytes that are read at once: a transaction costs as much as 1 MiB does, and what comes first is to leave early.
const MAX_RUN_BYTES: u32 = 1024 * 1024;

/// What storage tells the driver.
#[derive(Debug)]
pub(super) enum DiskEvent {
    /// A piece to send; `None` when it could not be read.
    PieceRead(InfoHash, PieceIndex, Option<Vec<u8>>),
    /// A piece is stored, or why not.
    PieceWritten(InfoHash, PieceIndex, Result<(), String>),
    /// The memos of a torrent have their rows and can be filled.
    Begun(InfoHash, Held),
    /// This torrent is not a memo that can be kept. A sentence.
    Refused(InfoHash, String),
    /// All bytes of this memo are here.
    Imported(MemoId),
    /// Something else could not be stored. A sentence.
    Problem(String),
}

enum Job {
    Begin(InfoHash, Vec<u8>),
    Write(InfoHash, PieceIndex, Vec<u8>),
    Complete(InfoHash),
    Lose(InfoHash, PieceIndex),
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
    /// Pieces to read in the next turn.
    asked: RefCell<Vec<(InfoHash, PieceIndex)>>,
    on_event: Box<dyn Fn(DiskEvent)>,
}

impl Disk {
    /// Storage that knows no torrent yet.
    pub(super) fn new(store: Store, on_event: impl Fn(DiskEvent) + 'static) -> Self {
        let (line, jobs) = mpsc::unbounded();
        let shared = Rc::new(Shared {
            store,
            held: RefCell::default(),
            asked: RefCell::default(),
            on_event: Box::new(on_event),
        });
        spawn_local(shared.clone().work(jobs));
        Self { shared, line }
    }

    /// From now on this torrent can be read and written.
    pub(super) fn hold(&self, info_hash: InfoHash, held: Held) {
        self.shared.held.borrow_mut().insert(info_hash, held);
    }

    /// From now on it is these memos of a torrent that are wanted. `false` when they are the same as before.
    pub(super) fn rehold(&self, info_hash: InfoHash, memos: &[Memo]) -> bool {
        let mut held = self.shared.held.borrow_mut();
        let Some(held) = held.get_mut(&info_hash) else { return false };
        let changed = held.memos.len() != memos.len()
            || memos.iter().any(|memo| held.memos.iter().all(|known| known.id != memo.id));
        held.memos = memos.to_vec();
        changed
    }

    /// Whether this torrent can be read and written.
    pub(super) fn holds(&self, info_hash: &InfoHash) -> bool {
        self.shared.held.borrow().contains_key(info_hash)
    }

    /// Nothing more is written for this torrent.
    pub(super) fn release(&self, info_hash: &InfoHash) {
        self.shared.held.borrow_mut().remove(info_hash);
    }

    /// Reads a piece, then reports [`DiskEvent::PieceRead`]. What is asked for in one go is read in as few transactions as can be.
    pub(super) fn read(&self, info_hash: InfoHash, piece: PieceIndex) {
        let mut asked = self.shared.asked.borrow_mut();
        if asked.is_empty() {
            spawn_local(self.shared.clone().read_asked());
        }
        asked.push((info_hash, piece));
    }

    /// Stores a verified piece, then reports [`DiskEvent::PieceWritten`].
    pub(super) fn write(&self, info_hash: InfoHash, piece: PieceIndex, bytes: Vec<u8>) {
        self.enqueue(Job::Write(info_hash, piece, bytes));
    }

    /// Deletes what is stored of this torrent's audio, and writes nothing more of it.
    pub(super) fn erase(&self, info_hash: InfoHash) {
        let held = self.shared.held.borrow_mut().remove(&info_hash);
        if let Some(held) = held {
            held.records().into_iter().for_each(|records| self.enqueue(Job::Erase(records.id)));
        }
    }

    /// Notes that a stored piece is gone or altered.
    pub(super) fn lose(&self, info_hash: InfoHash, piece: PieceIndex) {
        self.enqueue(Job::Lose(info_hash, piece));
    }

    /// Makes the rows of the memos whose metadata came, then reports [`DiskEvent::Begun`] or [`DiskEvent::Refused`].
    pub(super) fn begin(&self, info_hash: InfoHash, raw_info: Vec<u8>) {
        self.enqueue(Job::Begin(info_hash, raw_info));
    }

    /// Notes which memos are here completely, then reports [`DiskEvent::Imported`] for each.
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
    /// Reads what was asked for in this turn. Neighbours are read together: the records that they lie in are read whole.
    async fn read_asked(self: Rc<Self>) {
        let mut asked = self.asked.take();
        asked.sort_unstable();
        for run in asked.chunk_by(|(one, piece), (other, next)| one == other && piece.get() + 1 == next.get()) {
            let (info_hash, first) = run[0];
            let held = self.held.borrow();
            let at_once = held.get(&info_hash).map_or(1, |held| MAX_RUN_BYTES / held.info.piece_len(first).max(1));
            for run in run.chunks(at_once.max(1) as usize) {
                let pieces = run.iter().map(|(_, piece)| *piece).collect();
                spawn_local(self.clone().read_run(info_hash, pieces));
            }
        }
    }

    /// Reads pieces that follow one another; each by itself if not all of them are there.
    async fn read_run(self: Rc<Self>, info_hash: InfoHash, pieces: Vec<PieceIndex>) {
        if let Some(read) = self.read_pieces(info_hash, &pieces).await {
            for (piece, bytes) in pieces.into_iter().zip(read) {
                (self.on_event)(DiskEvent::PieceRead(info_hash, piece, Some(bytes)));
            }
            return;
        }
        for piece in pieces {
            let bytes = self.read_pieces(info_hash, &[piece]).await.and_then(|mut read| read.pop());
            (self.on_event)(DiskEvent::PieceRead(info_hash, piece, bytes));
        }
    }

    /// The bytes of pieces that follow one another. `None` when some are not there.
    async fn read_pieces(&self, info_hash: InfoHash, pieces: &[PieceIndex]) -> Option<Vec<Vec<u8>>> {
        let (records, ranges) = {
            let held = self.held.borrow();
            let held = held.get(&info_hash)?;
            let ranges: Vec<_> = pieces.iter().map(|piece| held.info.piece_range(*piece)).collect();
            (held.records()?, ranges)
        };
        let (start, end) = (ranges.first()?.start, ranges.last()?.end);
        let mut rest = self.store.read_records(&records, start..end).await.ok()??;
        let mut read = Vec::with_capacity(ranges.len());
        for range in ranges[1..].iter().rev() {
            let at = usize::try_from(range.start - start).ok().filter(|at| *at <= rest.len())?;
            read.push(rest.split_off(at));
        }
        read.push(rest);
        read.reverse();
        Some(read)
    }

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
                Job::Lose(info_hash, piece) => self.lose(info_hash, piece).await,
                Job::Erase(memo_id) => self.erase(&memo_id).await,
                Job::Complete(info_hash) => self.complete(info_hash).await,
                Job::Delivered(info_hash) => self.update_row(info_hash, |row| row.delivered += 1).await,
            }
        }
    }

    async fn write_pieces(self: &Rc<Self>, info_hash: InfoHash, pieces: Vec<(PieceIndex, Vec<u8>)>) {
        let indices: Vec<PieceIndex> = pieces.iter().map(|(piece, _)| *piece).collect();
        let result = self.try_write_pieces(info_hash, pieces).await;
        let (result, arrived) = match result {
            Ok(arrived) => (Ok(()), arrived),
            Err(why) => (Err(why), Vec::new()),
        };
        // Whoever waits for a memo hears of it before the engine tidies up.
        for memo in arrived {
            self.note_arrived(info_hash, memo);
        }
        for piece in indices {
            (self.on_event)(DiskEvent::PieceWritten(info_hash, piece, result.clone()));
        }
    }

    /// The memos that are complete with these pieces are told so in the same transaction, and returned.
    async fn try_write_pieces(
        &self,
        info_hash: InfoHash,
        pieces: Vec<(PieceIndex, Vec<u8>)>,
    ) -> Result<Vec<Memo>, String> {
        let (records, arrived, pieces) = {
            let held = self.held.borrow();
            let held = held.get(&info_hash).ok_or(words().network.unwanted)?;
            let mut have = held.have.clone();
            for (piece, _) in &pieces {
                have.set(piece.get());
            }
            let start = |piece| held.info.piece_range(piece).start;
            let pieces = pieces.into_iter().map(|(piece, bytes)| (piece.get(), start(piece), bytes));
            let records = held.records().ok_or(words().network.unwanted)?;
            (records, held.arrived_with(&have), pieces.collect())
        };
        let written = self.store.write_pieces(&records, info_hash, pieces, &arrived).await;
        let (have, memos) = written.map_err(|error| error.to_string())?;
        if let Some(held) = self.held.borrow_mut().get_mut(&info_hash)
            && let Ok(have) = Bitfield::from_bytes(have, held.info.piece_count())
        {
            held.have = have;
        }
        Ok(memos)
    }

    async fn lose(&self, info_hash: InfoHash, piece: PieceIndex) {
        if let Some(held) = self.held.borrow_mut().get_mut(&info_hash) {
            held.have.clear(piece.get());
        }
        if let Err(error) = self.store.lose_piece(info_hash, piece.get()).await {
            self.report(&error);
        }
    }

    async fn begin(&self, info_hash: InfoHash, raw_info: &[u8]) {
        match self.try_begin(info_hash, raw_info).await {
            Ok(Some(held)) => {
                self.held.borrow_mut().insert(info_hash, held.clone());
                (self.on_event)(DiskEvent::Begun(info_hash, held));
            }
            // Nobody wants it any more.
            Ok(None) => {}
            Err(reason) => (self.on_event)(DiskEvent::Refused(info_hash, reason)),
        }
    }

    async fn try_begin(&self, info_hash: InfoHash, raw_info: &[u8]) -> Result<Option<Held>, String> {
        let sentence = |error: StoreError| error.to_string();
        let Some(row) = self.store.torrent(info_hash).await.map_err(sentence)? else { return Ok(None) };
        let begun = match Info::parse(raw_info) {
            Ok(info) => imports::begin(&self.store, row, info).await,
            Err(error) => Err(error.into()),
        };
        match begun {
            Ok(held) => Ok(Some(held)),
            Err(ImportError::Store(error)) => Err(sentence(error)),
            Err(never) => {
                // It would be the same the next time.
                self.store.delete_torrent(info_hash).await.map_err(sentence)?;
                Err(never.to_string())
            }
        }
    }

    /// Each memo of which all is here is told so, where that was missed.
    async fn complete(self: &Rc<Self>, info_hash: InfoHash) {
        let arrived = self.held.borrow().get(&info_hash).map(Held::arrived).unwrap_or_default();
        for id in arrived {
            self.update_row(info_hash, |row| row.shared = true).await;
            let updated = self.store.update_memo(&id, |memo| {
                memo.complete = true;
                memo.shared = true;
            });
            match updated.await {
                Ok(Some(memo)) => self.note_arrived(info_hash, memo),
                // Deleted in the meantime.
                Ok(None) => {}
                Err(error) => self.report(&error),
            }
        }
    }

    /// The row of this memo says that all of it is here.
    fn note_arrived(self: &Rc<Self>, info_hash: InfoHash, memo: Memo) {
        if let Some(held) = self.held.borrow_mut().get_mut(&info_hash) {
            held.memos.iter_mut().filter(|known| known.id == memo.id).for_each(|known| known.complete = true);
        }
        (self.on_event)(DiskEvent::Imported(memo.id.clone()));
        self.clone().examine(memo);
    }

    /// Finds out what nobody wrote on a card. Not in the line: decoding takes its time.
    fn examine(self: Rc<Self>, memo: Memo) {
        spawn_local(async move {
            if let Err(error) = examine::fill_in(&self.store, &memo).await {
                self.report(&error);
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
