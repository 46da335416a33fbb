//! What joins and leaves swarms for good: sharing, importing, stopping. The store knows first, then whoever leads is told.

use futures::channel::oneshot;

use super::{Engine, Inner, webrtc_available};
use crate::memo::{Memo, MemoId};
use crate::net::tabs::Order;
use crate::net::{Change, ImportError, ShareError, freeze};
use crate::store::{StoreError, TorrentRow};
use crate::torrent::{Info, InfoHash, Magnet};

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
        let info = inner.frozen_info(id).await;
        inner.freezing.borrow_mut().remove(id);
        for waiting in inner.frozen.take() {
            let _ = waiting.send(());
        }
        let info = info?;

        inner.order(Order::Join(info.info_hash()));
        inner.announce(Change::MemoChanged(id.clone()));
        let name = Some(info.name().to_owned());
        let trackers = inner.config().await.trackers;
        // What came with web seeds is passed on with them.
        let row = inner.store.torrent(info.info_hash()).await?;
        let web_seeds = row.map(|row| row.web_seeds).unwrap_or_default();
        Ok(Magnet { name, trackers, web_seeds, ..Magnet::new(info.info_hash()) })
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
        self.0.store.update_memo(id, |memo| memo.shared = false).await?;
        self.0.announce(Change::MemoChanged(id.clone()));
        Ok(())
    }

    /// Fetches the memos of a link. Idempotent: what is here already is reported by [`Change::Imported`], what is on its way
    /// goes on. Goes on after a reload, too.
    ///
    /// # Errors
    /// A sentence for the person who opened the link.
    pub async fn import(&self, magnets: Vec<Magnet>) -> Result<Vec<InfoHash>, ImportError> {
        let mut imports = Vec::new();
        for magnet in magnets {
            imports.push(magnet.info_hash);
            self.0.import(magnet).await?;
        }
        Ok(imports)
    }

    /// Leaves a swarm and forgets it. A memo that has not arrived completely goes with it, a complete one stays.
    ///
    /// # Errors
    /// The store cannot forget it; it is left for now.
    pub async fn remove(&self, info_hash: InfoHash) -> Result<(), StoreError> {
        let inner = &self.0;
        let found = inner.store.memo_by_info_hash(info_hash).await;
        // Whatever the store says: it does not go on.
        let arriving = matches!(&found, Ok(Some(memo)) if !memo.complete);
        inner.order(if arriving { Order::Erase(info_hash) } else { Order::Leave(info_hash) });
        match found? {
            Some(memo) if memo.complete => self.stop_sharing(&memo.id).await,
            Some(memo) => {
                inner.store.delete_memo(&memo.id).await?;
                inner.store.delete_torrent(info_hash).await?;
                inner.announce(Change::MemoChanged(memo.id));
                Ok(())
            }
            None => inner.store.delete_torrent(info_hash).await,
        }
    }
}

impl Inner {
    /// The metadata of a memo that is to be shared, made when this is the first time.
    async fn frozen_info(&self, id: &MemoId) -> Result<Info, ShareError> {
        let memo = self.store.memo(id).await?.ok_or(ShareError::NoMemo)?;
        if let Some(info_hash) = memo.info_hash {
            let shared = self.store.update_torrent(info_hash, |row| row.shared = true).await?;
            let info = shared.and_then(|row| Info::parse(&row.info?).ok()).ok_or(ShareError::Forgotten)?;
            self.store.update_memo(id, |memo| memo.shared = true).await?;
            return Ok(info);
        }
        if !memo.complete {
            return Err(ShareError::NotComplete);
        }
        let info = freeze::info_of(&self.store, &memo).await?;
        let row = freeze::row_of(&info, id, &self.config().await.trackers);
        // The torrent first: a memo whose link is known always has what the link stands for.
        self.store.put_torrent(&row).await?;
        let updated = self.store.update_memo(id, |memo| {
            memo.info_hash = Some(info.info_hash());
            memo.shared = true;
        });
        if updated.await?.is_none() {
            self.store.delete_torrent(info.info_hash()).await?;
            return Err(ShareError::NoMemo);
        }
        Ok(info)
    }

    async fn import(&self, magnet: Magnet) -> Result<(), ImportError> {
        let info_hash = magnet.info_hash;
        match self.store.memo_by_info_hash(info_hash).await? {
            Some(memo) if memo.complete => return self.welcome_back(memo).await,
            Some(memo) if memo.is_deleted() => {
                self.store.update_memo(&memo.id, |memo| memo.deleted_at_ms = None).await?;
                self.announce(Change::MemoChanged(memo.id));
            }
            _ => {}
        }
        if !webrtc_available() {
            return Err(ImportError::NoWebRtc);
        }
        let known = self.store.update_torrent(info_hash, |row| {
            merge(&mut row.trackers, &magnet.trackers, MAX_TRACKERS);
            merge(&mut row.web_seeds, &magnet.web_seeds, MAX_WEB_SEEDS);
        });
        if known.await?.is_none() {
            let row = TorrentRow {
                info_hash,
                memo_id: MemoId::from(info_hash),
                trackers: magnet.trackers.into_iter().take(MAX_TRACKERS).collect(),
                web_seeds: magnet.web_seeds.into_iter().take(MAX_WEB_SEEDS).collect(),
                info: None,
                have: Vec::new(),
                shared: true,
                added_ms: js_sys::Date::now() as u64,
                name: magnet.name,
                delivered: 0,
            };
            self.store.put_torrent(&row).await?;
        }
        self.order(Order::Join(info_hash));
        Ok(())
    }

    /// A link to something that is here already. Opening it is as good as taking it out of the bin.
    async fn welcome_back(&self, memo: Memo) -> Result<(), ImportError> {
        if memo.is_deleted() {
            self.store.update_memo(&memo.id, |memo| memo.deleted_at_ms = None).await?;
        }
        self.announce(Change::Imported(memo.id));
        Ok(())
    }
}

/// Adds the URLs that are new.
fn merge(known: &mut Vec<String>, named: &[String], most: usize) {
    let new: Vec<String> = named.iter().filter(|url| !known.contains(url)).cloned().collect();
    known.extend(new);
    known.truncate(most);
}
