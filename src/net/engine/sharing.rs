//! What joins and leaves swarms for good: sharing, importing, stopping. The store knows first, then whoever leads is told.

use futures::channel::oneshot;

use super::{Engine, Inner, webrtc_available};
use crate::memo::{Memo, MemoId};
use crate::net::tabs::Order;
use crate::net::{Change, ImportError, ShareError, freeze, imports};
use crate::store::{StoreError, TorrentRow};
use crate::torrent::{File, FileSelection, Info, InfoHash, Magnet, Metainfo};

/// Trackers kept of one link, as many as a session takes.
const MAX_TRACKERS: usize = 10;

/// Web seeds kept of one link, as many as a torrent takes.
const MAX_WEB_SEEDS: usize = 8;

impl Engine {
    /// Offers a memo to whoever has its link, and says what the link holds. The first time freezes what is shared: the name,
    /// the card and the bytes; later calls return the same link.
    ///
    /// # Errors
    /// A sentence for the person who tapped "Share".
    pub async fn share(&self, id: &MemoId) -> Result<Magnet, ShareError> {
        if !webrtc_available() {
            return Err(ShareError::NoWebRtc);
        }
        let inner = &self.0;
        while !inner.freezing.borrow_mut().insert(id.clone()) {
            // A second tap waits for the first.
            let (done, waiting) = oneshot::channel();
            inner.frozen.borrow_mut().push(done);
            let _ = waiting.await;
        }
        let frozen = inner.frozen(id).await;
        inner.freezing.borrow_mut().remove(id);
        for waiting in inner.frozen.take() {
            let _ = waiting.send(());
        }
        let frozen = frozen?;

        let info_hash = frozen.info.info_hash();
        inner.order(Order::Join(info_hash));
        inner.mark_shared(info_hash, true).await?;
        let trackers = inner.trackers_to_name(&frozen).await;
        let file = frozen.file();
        let name = file.and_then(|file| file.path.last().cloned()).unwrap_or_else(|| frozen.info.name().to_owned());
        let files = file.map(|file| FileSelection::one(file.index));
        // What came with web seeds is passed on with them.
        Ok(Magnet { name: Some(name), trackers, files, web_seeds: frozen.row.web_seeds, ..Magnet::new(info_hash) })
    }

    /// What a memo's link stands for, as a torrent file: its name and its bytes.
    ///
    /// # Errors
    /// A sentence for the person who wants it.
    pub async fn torrent_file(&self, id: &MemoId) -> Result<(String, Vec<u8>), ShareError> {
        let frozen = self.0.frozen(id).await?;
        let mut trackers = self.0.trackers_to_name(&frozen).await;
        merge(&mut trackers, &frozen.row.trackers, usize::MAX);
        let name = format!("{}.torrent", frozen.info.name());
        let metainfo = Metainfo { info: frozen.info, trackers, web_seeds: frozen.row.web_seeds };
        Ok((name, metainfo.encode()))
    }

    /// Stops offering a memo: connections close, trackers are told. Its link works again after the next [`Engine::share`].
    ///
    /// # Errors
    /// The store cannot remember it; sharing has stopped for now.
    pub async fn stop_sharing(&self, id: &MemoId) -> Result<(), StoreError> {
        let Some(info_hash) = self.0.store.memo(id).await?.and_then(|memo| memo.info_hash) else { return Ok(()) };
        // First of all: a full disk must not keep it going.
        self.0.order(Order::Leave(info_hash));
        self.0.store.update_torrent(info_hash, |row| row.shared = false).await?;
        self.0.mark_shared(info_hash, false).await
    }

    /// A memo was put into the bin: it is neither offered nor fetched any more. What came together with it goes on.
    ///
    /// # Errors
    /// The store cannot remember it.
    pub async fn put_away(&self, id: &MemoId) -> Result<(), StoreError> {
        let inner = &self.0;
        let Some(info_hash) = inner.store.memo(id).await?.and_then(|memo| memo.info_hash) else { return Ok(()) };
        let memos = inner.store.memos_by_info_hash(info_hash).await?;
        if !memos.iter().any(|memo| memo.id != *id && !memo.is_deleted()) {
            return self.stop_sharing(id).await;
        }
        inner.store.update_memo(id, |memo| memo.shared = false).await?;
        inner.order(Order::Join(info_hash));
        Ok(())
    }

    /// A memo was taken out of the bin: what had not arrived goes on arriving, and it is offered again as far as what came
    /// together with it is.
    ///
    /// # Errors
    /// A sentence for the person.
    pub async fn bring_back(&self, id: &MemoId) -> Result<(), ImportError> {
        let inner = &self.0;
        let Some(memo) = inner.store.memo(id).await? else { return Ok(()) };
        let Some(info_hash) = memo.info_hash else { return Ok(()) };
        if !memo.complete {
            let files = memo.part.map(|part| FileSelection::one(part.file));
            return inner.import(Magnet { files, ..Magnet::new(info_hash) }).await.map(drop);
        }
        if memo.part.is_some() && inner.store.torrent(info_hash).await?.is_some_and(|row| row.shared) {
            inner.store.update_memo(id, |memo| memo.shared = true).await?;
            inner.order(Order::Join(info_hash));
        }
        Ok(())
    }

    /// Deletes a memo for good. What came together with it stays, and goes on being offered and fetched.
    ///
    /// # Errors
    /// It could not be deleted.
    pub async fn delete(&self, id: &MemoId) -> Result<(), StoreError> {
        let inner = &self.0;
        let memo = inner.store.memo(id).await.ok().flatten();
        let others = match memo.as_ref().and_then(|memo| memo.info_hash) {
            Some(info_hash) => {
                inner.store.memos_by_info_hash(info_hash).await.map_or(0, |memos| memos.len().saturating_sub(1))
            }
            None => 0,
        };
        let last_of = memo.filter(|_| others == 0).and_then(|memo| Some((memo.info_hash?, memo.complete)));
        if let Some((info_hash, complete)) = last_of {
            inner.order(if complete { Order::Leave(info_hash) } else { Order::Erase(info_hash) });
        }
        let info_hash = inner.store.delete_memo(id).await?;
        if let Some(info_hash) = info_hash.filter(|_| others > 0) {
            inner.order(Order::Join(info_hash));
        }
        Ok(())
    }

    /// Fetches the memos of a link. Idempotent: what is here already is reported by [`Change::Imported`], what is on its way
    /// goes on. Goes on after a reload, too. Returns the memos that are known already.
    ///
    /// # Errors
    /// A sentence for the person who opened the link.
    pub async fn import(&self, links: Vec<Magnet>) -> Result<Vec<MemoId>, ImportError> {
        let mut memos = Vec::new();
        for link in links {
            memos.extend(self.0.import(link).await?);
        }
        Ok(memos)
    }

    /// Leaves a swarm and forgets it. Memos that have not arrived completely go with it, complete ones stay.
    ///
    /// # Errors
    /// The store cannot forget it; it is left for now.
    pub async fn remove(&self, info_hash: InfoHash) -> Result<(), StoreError> {
        let memos = self.0.store.memos_by_info_hash(info_hash).await?;
        let (here, arriving): (Vec<Memo>, Vec<Memo>) = memos.into_iter().partition(|memo| memo.complete);
        for memo in arriving {
            self.delete(&memo.id).await?;
        }
        match here.first() {
            Some(memo) => self.stop_sharing(&memo.id).await,
            None => {
                self.0.order(Order::Leave(info_hash));
                self.0.store.delete_torrent(info_hash).await
            }
        }
    }

    /// Fetches the memos of a torrent file, and says which link would do the same.
    ///
    /// # Errors
    /// A sentence for the person who opened the file.
    pub async fn import_file(&self, file: Metainfo) -> Result<Magnet, ImportError> {
        let inner = &self.0;
        let link = Magnet {
            name: Some(file.info.name().to_owned()),
            trackers: first_sockets(file.trackers),
            web_seeds: file.web_seeds,
            ..Magnet::new(file.info.info_hash())
        };
        let known = inner.store.torrent(link.info_hash).await?;
        if known.as_ref().is_none_or(|row| row.info.is_none()) {
            let row = known.unwrap_or_else(|| new_row(link.clone()));
            imports::begin(&inner.store, TorrentRow { files: None, ..row }, file.info).await?;
        }
        inner.import(link.clone()).await?;
        Ok(link)
    }
}

/// A memo whose name, card and bytes stand for ever, with what its link stands for.
struct Frozen {
    memo: Memo,
    row: TorrentRow,
    info: Info,
}

impl Frozen {
    /// Which of several files it is.
    fn file(&self) -> Option<&File> {
        let part = self.memo.part?;
        self.info.files().iter().find(|file| file.index == part.file)
    }
}

impl Inner {
    /// The metadata of a memo that is to be shared, made when this is the first time.
    async fn frozen(&self, id: &MemoId) -> Result<Frozen, ShareError> {
        let memo = self.store.memo(id).await?.ok_or(ShareError::NoMemo)?;
        if let Some(info_hash) = memo.info_hash {
            let row = self.store.update_torrent(info_hash, |row| row.shared = true).await?;
            let row = row.ok_or(ShareError::Forgotten)?;
            let info = row.info.as_deref().and_then(|raw| Info::parse(raw).ok()).ok_or(ShareError::Forgotten)?;
            return Ok(Frozen { memo, row, info });
        }
        if !memo.complete {
            return Err(ShareError::NotComplete);
        }
        let clip = freeze::clip_of(&self.store, &memo).await?;
        let memo = Memo { clip, ..memo };
        let info = freeze::info_of(&self.store, &memo).await?;
        let others = self.store.memos_by_info_hash(info.info_hash()).await?;
        let row = freeze::row_of(&info, &memo, &self.config().await.trackers);
        // The torrent first: a memo whose link is known always has what the link stands for. Two views of one sound that are called the
        // same and give the same have one link.
        let row = match self.store.update_torrent(info.info_hash(), |row| row.shared = true).await? {
            Some(known) if known.info.is_some() && !others.is_empty() => known,
            _ => {
                self.store.put_torrent(&row).await?;
                row
            }
        };
        let updated = self.store.update_memo(id, |memo| (memo.info_hash, memo.clip) = (Some(info.info_hash()), clip));
        match updated.await? {
            Some(memo) => Ok(Frozen { memo, row, info }),
            None => {
                if others.is_empty() {
                    self.store.delete_torrent(info.info_hash()).await?;
                }
                self.store.delete_audio(&id.of_clip()).await?;
                Err(ShareError::NoMemo)
            }
        }
    }

    /// The trackers that a link names: ours, or those of a private torrent itself (BEP 27).
    async fn trackers_to_name(&self, frozen: &Frozen) -> Vec<String> {
        let config = self.config().await;
        match frozen.info.private() {
            Some(true) => config.allowed_of(&frozen.row.trackers),
            _ => config.trackers,
        }
    }

    /// All memos of a torrent are offered, or none.
    async fn mark_shared(&self, info_hash: InfoHash, shared: bool) -> Result<(), StoreError> {
        for memo in self.store.memos_by_info_hash(info_hash).await? {
            if memo.complete && !memo.is_deleted() || !shared {
                self.store.update_memo(&memo.id, |memo| memo.shared = shared).await?;
            }
        }
        Ok(())
    }

    async fn import(&self, link: Magnet) -> Result<Vec<MemoId>, ImportError> {
        let info_hash = link.info_hash;
        let mut memos = self.store.memos_by_info_hash(info_hash).await?;
        for memo in memos.iter_mut().filter(|memo| memo.is_deleted() && memo.is_named_by(&link)) {
            // Opening the link of something that is here is as good as taking it out of the bin.
            self.store.update_memo(&memo.id, |memo| memo.deleted_at_ms = None).await?;
            memo.deleted_at_ms = None;
        }
        let known = self.store.update_torrent(info_hash, |row| {
            merge(&mut row.trackers, &first_sockets(link.trackers.clone()), MAX_TRACKERS);
            merge(&mut row.web_seeds, &link.web_seeds, MAX_WEB_SEEDS);
            row.files = row.files.take().zip(link.files.as_ref()).map(|(one, other)| one.union(other));
        });
        let known = known.await?;
        if let Some(info) = known.as_ref().and_then(|row| Info::parse(row.info.as_deref()?).ok()) {
            for memo in imports::begin_more(&self.store, &info, link.files.as_ref(), &memos).await? {
                memos.push(memo);
            }
        }
        memos.retain(|memo| memo.is_named_by(&link));
        let ids = memos.iter().map(|memo| memo.id.clone()).collect();
        for memo in memos.iter().filter(|memo| memo.complete) {
            self.announce(Change::Imported(memo.id.clone()));
        }
        if !memos.is_empty() && memos.iter().all(|memo| memo.complete) {
            // What came together with it may be on its way, and this is offered along with it.
            self.order(Order::Join(info_hash));
            return Ok(ids);
        }
        if !webrtc_available() {
            return Err(ImportError::NoWebRtc);
        }
        if known.is_none() {
            self.store.put_torrent(&new_row(link)).await?;
        }
        self.order(Order::Join(info_hash));
        Ok(ids)
    }
}

/// The row of a torrent that is to be fetched, as far as its link tells.
fn new_row(link: Magnet) -> TorrentRow {
    TorrentRow {
        info_hash: link.info_hash,
        memo_id: MemoId::from(link.info_hash),
        trackers: first_sockets(link.trackers),
        web_seeds: link.web_seeds.into_iter().take(MAX_WEB_SEEDS).collect(),
        files: link.files,
        info: None,
        have: Vec::new(),
        shared: true,
        added_ms: js_sys::Date::now() as u64,
        name: link.name,
        delivered: 0,
    }
}

/// As many trackers as are kept, and first of all those that a browser can reach.
fn first_sockets(mut urls: Vec<String>) -> Vec<String> {
    urls.sort_by_key(|url| !url.starts_with("ws"));
    urls.truncate(MAX_TRACKERS);
    urls
}

/// Adds the URLs that are new.
fn merge(known: &mut Vec<String>, named: &[String], most: usize) {
    let new: Vec<String> = named.iter().filter(|url| !known.contains(url)).cloned().collect();
    known.extend(new);
    known.truncate(most);
}
