//! The info dictionary, fetched from peers and served to them (BEP 9).

use sha1::{Digest, Sha1};

use super::super::extension::{METADATA_PIECE_LEN, MetadataMessage};
use super::super::limits::{
    LONG_NUISANCE, MAX_EXCESS_REQUESTS, METADATA_PEERS, METADATA_ROUNDS, METADATA_TIMEOUT, METADATA_WINDOW,
    PUSHED_METADATA_PIECES,
};
use super::super::peer::{Peer, PeerTimer};
use super::super::pieces::Pieces;
use super::super::session::Shared;
use super::super::wire::Message;
use super::super::{ConnectionId, Event, Info, MAX_INFO_LEN};
use super::{Ending, Swarm};

const PIECE: usize = METADATA_PIECE_LEN as usize;

/// How often one peer may fail to send what it said it has.
const MAX_FAILURES: u32 = 3;

/// Metadata as one peer tells it. What several say is put together, and what each of them said is kept apart, so that false
/// metadata has one liar in the end; only few are asked at once, so that liars cannot fill memory.
#[derive(Debug)]
pub(in super::super) struct MetadataPull {
    size: usize,
    pieces: Vec<Option<Vec<u8>>>,
    asked: Vec<bool>,
}

impl MetadataPull {
    fn new(size: usize) -> Self {
        let count = size.div_ceil(PIECE);
        Self { size, pieces: vec![None; count], asked: vec![false; count] }
    }

    fn piece_len(&self, index: usize) -> usize {
        (self.size - index * PIECE).min(PIECE)
    }

    /// Whether anything was asked for, and not only sent unasked.
    fn is_asked(&self) -> bool {
        self.asked.contains(&true)
    }

    fn has(&self, index: usize) -> bool {
        self.pieces.get(index).is_some_and(Option::is_some)
    }

    fn in_flight(&self) -> usize {
        self.asked.iter().zip(&self.pieces).filter(|(asked, piece)| **asked && piece.is_none()).count()
    }
}

impl Swarm {
    /// Asks peers for the metadata, as long as it is missing.
    pub(super) fn pull_metadata(&mut self, shared: &mut Shared) {
        if self.pieces.is_some() || !self.is_running() {
            return;
        }
        let is_pulled = |peer: &&Peer| peer.pull.as_ref().is_some_and(MetadataPull::is_asked);
        let pulling: Vec<ConnectionId> = self.peers.values().filter(is_pulled).map(|peer| peer.id).collect();
        let mut able: Vec<(u32, ConnectionId)> = self.peers.values().filter_map(able).collect();
        able.sort_unstable();
        let new = able.into_iter().map(|(_, id)| id).take(METADATA_PEERS.saturating_sub(pulling.len()));
        for id in pulling.iter().copied().chain(new) {
            self.ask_metadata(id, shared);
        }
    }

    /// Fills the window of requests to one peer: what nobody was asked for, then what others have not sent yet.
    fn ask_metadata(&mut self, id: ConnectionId, shared: &mut Shared) {
        let Some((number, size)) = self.peers.get(&id).and_then(source) else { return };
        let distrust = self.metadata_distrust;
        let others: Vec<&MetadataPull> = self
            .peers
            .values()
            .filter(|peer| peer.id != id && !distrust)
            .filter_map(|peer| peer.pull.as_ref())
            .filter(|pull| pull.size == size)
            .collect();
        let here: Vec<bool> = (0..size.div_ceil(PIECE)).map(|at| others.iter().any(|pull| pull.has(at))).collect();
        let elsewhere: Vec<bool> = (0..here.len()).map(|at| others.iter().any(|pull| pull.asked[at])).collect();
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let pull = peer.pull.get_or_insert_with(|| MetadataPull::new(size));
        if pull.size != size {
            return;
        }
        let open = |at: &usize| !here[*at] && !pull.asked[*at] && !pull.has(*at);
        let (second, first): (Vec<usize>, Vec<usize>) = (0..here.len()).filter(open).partition(|at| elsewhere[*at]);
        let room = METADATA_WINDOW.saturating_sub(pull.in_flight());
        let chosen: Vec<usize> = first.into_iter().chain(second).take(room).collect();
        for at in &chosen {
            pull.asked[*at] = true;
        }
        if pull.in_flight() > 0 {
            peer.timers.set(PeerTimer::Metadata, shared.now + METADATA_TIMEOUT);
        } else {
            peer.timers.stop(PeerTimer::Metadata);
        }
        for at in chosen {
            let request = MetadataMessage::Request { piece: at as u32 };
            peer.say(&Message::Extended(number, request.encode()));
        }
    }

    pub(super) fn metadata_message(
        &mut self,
        id: ConnectionId,
        payload: &[u8],
        shared: &mut Shared,
    ) -> Result<(), Ending> {
        match MetadataMessage::parse(payload) {
            Ok(MetadataMessage::Request { piece }) => self.metadata_requested(id, piece),
            Ok(MetadataMessage::Data { piece, total_size, data }) => {
                self.metadata_data(id, piece as usize, total_size, data, shared)
            }
            Ok(MetadataMessage::Reject { .. }) => {
                self.bother(id, 1)?;
                self.metadata_stalled(id, shared);
                Ok(())
            }
            // Unknown kinds are to be ignored, and a broken message harms only its sender.
            Err(_) => self.bother(id, LONG_NUISANCE),
        }
    }

    fn bother(&mut self, id: ConnectionId, nuisances: u32) -> Result<(), Ending> {
        self.peers.get_mut(&id).map_or(Ok(()), |peer| peer.bother(nuisances))
    }

    fn metadata_data(
        &mut self,
        id: ConnectionId,
        index: usize,
        total_size: Option<u32>,
        data: Vec<u8>,
        shared: &mut Shared,
    ) -> Result<(), Ending> {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        // Pushed pieces cross with asked ones, and those of several peers with the last one of all.
        let Some((_, size)) = source(peer).filter(|_| self.pieces.is_none()) else { return peer.bother(1) };
        if peer.pull.is_none() && size > PUSHED_METADATA_PIECES * PIECE {
            return peer.bother(1);
        }
        let pull = peer.pull.get_or_insert_with(|| MetadataPull::new(size));
        let wrong = index >= pull.pieces.len()
            || data.len() != pull.piece_len(index)
            || total_size.is_some_and(|total| total as usize != pull.size);
        if wrong {
            return Err(Ending::Misbehaved("The peer sent metadata of a wrong size.".to_owned()));
        }
        if pull.pieces[index].replace(data).is_some() {
            peer.bother(1)?;
        }
        let size = peer.pull.as_ref().map_or(0, |pull| pull.size);
        match self.put_metadata_together(id, size) {
            Some((raw, _)) if Sha1::digest(&raw).as_slice() == self.info_hash.as_bytes() => {
                self.metadata_arrived(raw, shared);
            }
            Some((_, true)) => return Err(Ending::Banned("The peer sent false metadata.".to_owned())),
            Some((_, false)) => {
                // One of several lied. From now on everybody has to say all of it.
                self.metadata_distrust = true;
                self.pull_metadata(shared);
            }
            None => {
                let asked = self.peers.get(&id).and_then(|peer| peer.pull.as_ref()).is_some_and(MetadataPull::is_asked);
                if asked {
                    self.ask_metadata(id, shared);
                }
            }
        }
        Ok(())
    }

    /// All of it, if all is here, and whether all of it came from this one peer.
    fn put_metadata_together(&self, id: ConnectionId, size: usize) -> Option<(Vec<u8>, bool)> {
        let own = self.peers.get(&id)?.pull.as_ref()?;
        let distrust = self.metadata_distrust;
        let others = || self.peers.values().filter(|_| !distrust).filter_map(|peer| peer.pull.as_ref());
        let mut raw = Vec::new();
        for at in 0..size.div_ceil(PIECE) {
            let mut all = std::iter::once(own).chain(others().filter(|pull| pull.size == size));
            raw.push(all.find_map(|pull| pull.pieces[at].as_ref())?);
        }
        let alone = own.pieces.iter().all(Option::is_some);
        Some((raw.into_iter().flatten().copied().collect(), alone))
    }

    /// It is true: peers are told, and what they said before can be understood.
    fn metadata_arrived(&mut self, raw: Vec<u8>, shared: &mut Shared) {
        let info = match Info::parse(&raw) {
            Ok(info) => info,
            Err(error) => return self.fail(format!("The metadata cannot be used: {error}."), shared),
        };
        self.keep_to_own_trackers(&info, shared);
        self.pieces = Some(Pieces::new(info, self.wanted.as_deref(), None, &mut shared.rng));
        shared.event(Event::Metadata(self.info_hash, raw));
        for peer in self.peers.values_mut() {
            peer.pull = None;
            peer.timers.stop(PeerTimer::Metadata);
        }
        for id in self.peers.keys().copied().collect::<Vec<_>>() {
            self.say_extended_handshake(id, shared);
            if self
                .peers
                .get(&id)
                .and_then(|peer| peer.remote.as_ref())
                .is_some_and(super::super::peer::Remote::is_webtorrent)
            {
                self.say_availability(id);
            }
            self.understand_early_words(id, shared);
        }
        if self.is_complete() {
            self.completed(shared);
        }
        self.ask_all(shared);
    }

    /// A peer rejects, or sends nothing: others are asked.
    pub(super) fn metadata_stalled(&mut self, id: ConnectionId, shared: &mut Shared) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if peer.pull.take().is_some() {
            peer.metadata_failures += 1;
            peer.timers.stop(PeerTimer::Metadata);
            self.pull_metadata(shared);
        }
    }

    /// What can be had only so often is refused after that, and who does not stop asking floods us.
    fn metadata_requested(&mut self, id: ConnectionId, piece: u32) -> Result<(), Ending> {
        if !self.serve_metadata(id, piece)
            && let Some(peer) = self.peers.get_mut(&id)
        {
            peer.excess_requests += 1;
            if peer.excess_requests > MAX_EXCESS_REQUESTS {
                return Err(Ending::Misbehaved("The peer floods us with requests for metadata.".to_owned()));
            }
        }
        Ok(())
    }

    /// Sends a piece of the metadata, or refuses: then `false`.
    fn serve_metadata(&mut self, id: ConnectionId, piece: u32) -> bool {
        let Some(peer) = self.peers.get_mut(&id) else { return false };
        let Some(number) = peer.remote.as_ref().and_then(|remote| remote.extensions.ut_metadata).filter(|id| *id != 0)
        else {
            return false;
        };
        let raw = self.pieces.as_ref().map(|pieces| pieces.info().raw());
        let bytes = raw.and_then(|raw| raw.chunks(PIECE).nth(piece as usize));
        let allowed = raw.map_or(0, |raw| raw.len().div_ceil(PIECE) * METADATA_ROUNDS);
        let answer = match (bytes, raw) {
            (Some(bytes), Some(raw)) if peer.metadata_served < allowed && peer.takes_more() => {
                peer.metadata_served += 1;
                MetadataMessage::Data { piece, total_size: Some(raw.len() as u32), data: bytes.to_vec() }
            }
            _ => MetadataMessage::Reject { piece },
        };
        peer.say(&Message::Extended(number, answer.encode()));
        matches!(answer, MetadataMessage::Data { .. })
    }

    /// They do not have it, and it is small: it is on its way before they ask.
    pub(super) fn push_metadata(&mut self, id: ConnectionId) {
        let Some(pieces) = &self.pieces else { return };
        let count = pieces.info().raw().len().div_ceil(PIECE);
        let pushed = self.peers.get(&id).is_some_and(|peer| peer.metadata_served > 0);
        if count <= PUSHED_METADATA_PIECES && !pushed {
            for piece in 0..count as u32 {
                self.serve_metadata(id, piece);
            }
        }
    }
}

/// The number to ask under, and the size of the metadata, if the peer has any.
fn source(peer: &Peer) -> Option<(u8, usize)> {
    let remote = peer.remote.as_ref()?;
    let number = remote.extensions.ut_metadata.filter(|number| *number != 0)?;
    let size = remote.metadata_size? as usize;
    (size <= MAX_INFO_LEN).then_some((number, size))
}

/// Whether it is worth asking that peer.
pub(super) fn may_come_from(peer: &Peer) -> bool {
    peer.metadata_failures < MAX_FAILURES && source(peer).is_some()
}

/// Peers that can be asked and are not yet, with how often they failed.
fn able(peer: &Peer) -> Option<(u32, ConnectionId)> {
    let idle = peer.pull.as_ref().is_none_or(|pull| !pull.is_asked());
    (idle && may_come_from(peer)).then_some((peer.metadata_failures, peer.id))
}
