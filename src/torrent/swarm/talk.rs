//! What peers say, message by message.

use std::collections::BTreeSet;

use super::super::extension::{self, ExtendedHandshake, Extensions};
use super::super::limits::{
    DEFAULT_REQQ, LONG_NUISANCE, MAX_ALLOWED_FAST, MAX_QUEUED_REQUESTS, MAX_REMEMBERED_PEERS, MAX_SUGGESTED,
};
use super::super::peer::{Availability, Peer, PeerTimer, Remote};
use super::super::session::Shared;
use super::super::wire::{Frame, Handshake, Message};
use super::super::{Bitfield, ConnectionId, Event, Parting, PeerId};
use super::{Ending, Swarm};

/// Our numbers for the extensions: what others write in front of such messages to us.
pub(super) const UT_METADATA: u8 = 1;
const LT_DONTHAVE: u8 = 2;

/// Early `have`s that are remembered until the number of pieces is known, and as many early losses.
const MAX_EARLY_HAVES: usize = 4096;

type Heard = Result<(), Ending>;

impl Swarm {
    pub(in super::super) fn channel_bytes(&mut self, id: ConnectionId, bytes: &[u8], shared: &mut Shared) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        peer.last_heard = shared.now;
        peer.decoder.push(bytes);
        let mut first = true;
        while let Some(peer) = self.peers.get_mut(&id) {
            let next = peer.decoder.next();
            if std::mem::take(&mut first) && matches!(next, Ok(Some(_))) {
                peer.heard(shared.now);
            }
            let heard = match next {
                Ok(Some(Frame::Handshake(handshake))) => self.handshake(id, &handshake, shared),
                Ok(Some(Frame::Message(message))) => self.message(id, message, shared),
                Ok(None) => break,
                Err(error) => Err(Ending::Misbehaved(error.to_string())),
            };
            if let Err(why) = heard {
                self.end(id, why, shared);
            }
        }
        if std::mem::take(&mut self.metadata_news) {
            self.pull_metadata(shared);
        }
        self.ask(id, shared);
        self.serve(id, shared);
    }

    /// Their handshake: only now anything but ours is sent, because it says what they understand.
    fn handshake(&mut self, id: ConnectionId, handshake: &Handshake, shared: &mut Shared) -> Heard {
        if handshake.info_hash != self.info_hash {
            return Err(Ending::Misbehaved("The peer speaks about another torrent.".to_owned()));
        }
        if !self.is_allowed(handshake.peer_id, shared) {
            let itself = handshake.peer_id == shared.handshake_id;
            return Err(Ending::Quiet(if itself { Parting::Itself } else { Parting::Banned }));
        }
        if let Some(surplus) = self.surplus(id, handshake.peer_id, shared.handshake_id) {
            if surplus == id {
                return Err(Ending::Quiet(Parting::Duplicate));
            }
            self.end(surplus, Ending::Quiet(Parting::Duplicate), shared);
        }
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.timers.stop(PeerTimer::Handshake);
        peer.is_greeted(shared.now);
        let mut remote = Remote {
            peer_id: handshake.peer_id,
            fast: handshake.fast(),
            extended: handshake.extension_protocol(),
            extensions: Extensions::default(),
            metadata_size: None,
            reqq: DEFAULT_REQQ,
            upload_only: false,
        };
        if remote.is_ours() {
            remote.extensions.ut_metadata = Some(UT_METADATA);
        }
        peer.remote = Some(remote);
        peer.record.set_client(None, handshake.peer_id.as_bytes());
        self.problem = None;
        self.found_somebody();
        let ours = self.peers.get(&id).and_then(|peer| peer.remote.as_ref()).is_some_and(Remote::is_ours);
        self.say_extended_handshake(id, shared);
        self.say_availability(id);
        self.unchoke_early(id, shared);
        self.grant_fast(id);
        self.warm_up(id, shared);
        if ours {
            // Its number for metadata is known before it says so, and most who come lack it: half a round trip less.
            self.push_metadata(id);
        }
        Ok(())
    }

    /// Two connections to one peer: the one to end. Both sides know the two handshake ids, who made which offer, and the names of
    /// the offers, so both choose the same.
    fn surplus(&self, id: ConnectionId, peer_id: PeerId, ours: PeerId) -> Option<ConnectionId> {
        let rank = |peer: &Peer| (peer.offered != (ours < peer_id), peer.offer_id);
        let new = self.peers.get(&id)?;
        let same = |peer: &&Peer| peer.id != id && peer.remote.as_ref().is_some_and(|it| it.peer_id == peer_id);
        let old = self.peers.values().find(same)?;
        Some(if rank(old) <= rank(new) { new.id } else { old.id })
    }

    pub(super) fn say_extended_handshake(&mut self, id: ConnectionId, shared: &Shared) {
        let complete = self.is_complete();
        let metadata_size = self.pieces.as_ref().map(|pieces| pieces.info().raw().len() as u32);
        let Some(peer) = self.peers.get_mut(&id) else { return };
        if !peer.remote.as_ref().is_some_and(|remote| remote.extended) {
            return;
        }
        let handshake = ExtendedHandshake {
            extensions: Extensions {
                ut_metadata: Some(UT_METADATA),
                lt_donthave: Some(LT_DONTHAVE),
                upload_only: None,
            },
            metadata_size,
            reqq: Some(MAX_QUEUED_REQUESTS as u32),
            upload_only: complete.then_some(true),
            v: Some(shared.client.clone()),
        };
        peer.say(&Message::Extended(0, handshake.encode()));
    }

    /// What we have. webtorrent takes have-none for a seed's word, and ignores `lt_donthave` after have-all: it gets bitfields.
    pub(super) fn say_availability(&mut self, id: ConnectionId) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let Some(remote) = &peer.remote else { return };
        let (fast, webtorrent) = (remote.fast, remote.is_webtorrent());
        match &self.pieces {
            None if fast && !webtorrent => peer.say(&Message::HaveNone),
            None => {}
            Some(pieces) if fast && !webtorrent && pieces.is_whole() => peer.say(&Message::HaveAll),
            Some(pieces) if fast && !webtorrent && pieces.have().count_ones() == 0 => peer.say(&Message::HaveNone),
            Some(pieces) if webtorrent || pieces.have().count_ones() > 0 => {
                peer.say(&Message::Bitfield(pieces.have().as_bytes().to_vec()));
            }
            Some(_) => {}
        }
    }

    fn message(&mut self, id: ConnectionId, message: Message, shared: &mut Shared) -> Heard {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        let fast = peer.remote.as_ref().is_some_and(|remote| remote.fast);
        let of_fast = matches!(
            message,
            Message::Suggest(_) | Message::HaveAll | Message::HaveNone | Message::Reject(_) | Message::AllowedFast(_)
        );
        if of_fast && !fast {
            return Err(Ending::Misbehaved("The peer uses the fast extension without having said so.".to_owned()));
        }
        match message {
            Message::KeepAlive | Message::Unknown(_) => peer.bother(1),
            Message::Suggest(piece) => {
                if peer.suggested.len() < MAX_SUGGESTED {
                    peer.suggested.push(piece);
                }
                peer.bother(1)
            }
            Message::Choke => peer.bother(1).and_then(|()| self.choked(id, shared)),
            Message::Unchoke => peer.bother(1).and_then(|()| self.unchoked(id, shared)),
            Message::Interested => peer.bother(1).and_then(|()| self.interested(id, shared)),
            Message::NotInterested => peer.bother(1).and_then(|()| self.not_interested(id, shared)),
            Message::Have(piece) => self.has_piece(id, piece, shared),
            Message::Bitfield(bits) => self.says_anew(id).and_then(|()| self.has_pieces(id, bits, shared)),
            Message::HaveAll => self.says_anew(id).and_then(|()| self.set_availability(id, Availability::All, shared)),
            Message::HaveNone => self.says_anew(id).and_then(|()| self.has_nothing(id, shared)),
            Message::Request(request) => self.requested(id, request),
            Message::Cancel(request) => self.cancelled(id, request),
            Message::Piece { piece, begin, data } => self.block(id, piece, begin, data, shared),
            Message::Reject(request) => self.rejected(id, request, shared),
            Message::AllowedFast(piece) => {
                if peer.allowed_fast.len() < MAX_ALLOWED_FAST {
                    peer.allowed_fast.insert(piece);
                    peer.exhausted = None;
                }
                peer.bother(1)
            }
            Message::Extended(0, payload) => self.extended_handshake(id, &payload, shared),
            Message::Extended(UT_METADATA, payload) => self.metadata_message(id, &payload, shared),
            Message::Extended(LT_DONTHAVE, payload) => match extension::parse_dont_have(&payload) {
                Ok(piece) => peer.bother(1).map(|()| self.lost_piece(id, piece, shared)),
                Err(_) => peer.bother(LONG_NUISANCE),
            },
            Message::Extended(..) => peer.bother(1),
        }
    }

    /// What a peer has is said once, and piece by piece from then on.
    fn says_anew(&mut self, id: ConnectionId) -> Heard {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        match peer.availability {
            Availability::Silent => Ok(()),
            _ => peer.bother(LONG_NUISANCE),
        }
    }

    fn extended_handshake(&mut self, id: ConnectionId, payload: &[u8], shared: &mut Shared) -> Heard {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        peer.bother(LONG_NUISANCE)?;
        let Some(remote) = &mut peer.remote else { return Ok(()) };
        let Ok(said) = ExtendedHandshake::parse(payload) else { return Ok(()) };
        remote.extensions.update(said.extensions);
        peer.record.set_client(said.v.as_deref(), remote.peer_id.as_bytes());
        if let Some(reqq) = said.reqq {
            remote.reqq = reqq as usize;
        }
        self.tell_losses(id);
        let Some(remote) = self.peers.get_mut(&id).and_then(|peer| peer.remote.as_mut()) else { return Ok(()) };
        let done = said.upload_only == Some(true) && !remote.upload_only;
        remote.upload_only = said.upload_only.unwrap_or(remote.upload_only);
        let news = said.metadata_size.is_some() && remote.metadata_size != said.metadata_size;
        remote.metadata_size = said.metadata_size.or(remote.metadata_size);
        if news {
            // It may have been pushed, and be in the bytes that came together with this.
            self.metadata_news = true;
        } else if said.metadata_size.is_none() {
            self.push_metadata(id);
        }
        if done {
            self.wants_nothing_more(id, shared);
        }
        Ok(())
    }

    fn has_piece(&mut self, id: ConnectionId, piece: u32, shared: &mut Shared) -> Heard {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        let Some(pieces) = &mut self.pieces else {
            peer.lost_early.remove(&piece);
            if let Availability::Silent = peer.availability {
                peer.availability = Availability::Early { bits: None, haves: BTreeSet::new() };
            }
            if let Availability::Early { haves, .. } = &mut peer.availability {
                if haves.len() >= MAX_EARLY_HAVES {
                    return Err(Ending::Misbehaved("The peer names too many pieces.".to_owned()));
                }
                haves.insert(piece);
            }
            self.update_interest(id, shared);
            return Ok(());
        };
        if piece >= pieces.info().piece_count() {
            return Err(Ending::Misbehaved("The peer names a piece that does not exist.".to_owned()));
        }
        if let Availability::Silent = peer.availability {
            peer.availability = Availability::Known(Bitfield::new(pieces.info().piece_count()));
        }
        let news = match &mut peer.availability {
            Availability::Known(bits) => bits.set(piece),
            _ => false,
        };
        if !news {
            return peer.bother(1);
        }
        pieces.count(piece, true);
        peer.exhausted = None;
        let seed = peer.availability.is_seed();
        if !peer.am_interested && pieces.wants(piece) {
            self.update_interest(id, shared);
        }
        if seed {
            self.wants_nothing_more(id, shared);
        }
        Ok(())
    }

    fn has_pieces(&mut self, id: ConnectionId, bits: Vec<u8>, shared: &mut Shared) -> Heard {
        match &self.pieces {
            None => {
                let early = Availability::Early { bits: Some(bits), haves: BTreeSet::new() };
                self.set_availability(id, early, shared)
            }
            Some(pieces) => match Bitfield::from_bytes(bits, pieces.info().piece_count()) {
                Ok(bits) => self.set_availability(id, Availability::Known(bits), shared),
                Err(error) => Err(Ending::Misbehaved(format!("The peer sent {error}."))),
            },
        }
    }

    fn has_nothing(&mut self, id: ConnectionId, shared: &mut Shared) -> Heard {
        let nothing = match &self.pieces {
            Some(pieces) => Availability::Known(Bitfield::new(pieces.info().piece_count())),
            None => Availability::Early { bits: None, haves: BTreeSet::new() },
        };
        self.set_availability(id, nothing, shared)
    }

    fn set_availability(&mut self, id: ConnectionId, availability: Availability, shared: &mut Shared) -> Heard {
        let Some(peer) = self.peers.get_mut(&id) else { return Ok(()) };
        let before = std::mem::replace(&mut peer.availability, availability.clone());
        peer.lost_early.clear();
        peer.exhausted = None;
        if let Some(pieces) = &mut self.pieces {
            if let Availability::Known(bits) = before {
                bits.iter_ones().for_each(|index| pieces.count(index, false));
            }
            if let Availability::Known(bits) = &availability {
                bits.iter_ones().for_each(|index| pieces.count(index, true));
            }
        }
        self.update_interest(id, shared);
        if availability.is_seed() {
            self.wants_nothing_more(id, shared);
        }
        Ok(())
    }

    /// The number of pieces is known now: what was said before can be understood.
    pub(super) fn understand_early_words(&mut self, id: ConnectionId, shared: &mut Shared) {
        let (Some(peer), Some(pieces)) = (self.peers.get_mut(&id), &self.pieces) else { return };
        let count = pieces.info().piece_count();
        let lost = std::mem::take(&mut peer.lost_early);
        let (bits, haves) = match &peer.availability {
            Availability::Early { bits: Some(bits), haves } => {
                (Bitfield::from_bytes(bits.clone(), count), haves.clone())
            }
            Availability::Early { bits: None, haves } => (Ok(Bitfield::new(count)), haves.clone()),
            Availability::All if !lost.is_empty() => (Ok(Bitfield::full(count)), BTreeSet::new()),
            _ => return self.update_interest(id, shared),
        };
        match bits {
            Ok(mut bits) if haves.iter().all(|have| *have < count) => {
                haves.iter().for_each(|have| {
                    bits.set(*have);
                });
                lost.iter().for_each(|lost| {
                    bits.clear(*lost);
                });
                peer.availability = Availability::Silent;
                // Never an error: the bitfield is of the right length.
                let _ = self.set_availability(id, Availability::Known(bits), shared);
            }
            _ => {
                let how = "The peer named pieces that do not exist.".to_owned();
                self.end(id, Ending::Misbehaved(how), shared);
            }
        }
    }

    fn lost_piece(&mut self, id: ConnectionId, piece: u32, shared: &mut Shared) {
        let Some(peer) = self.peers.get_mut(&id) else { return };
        let Some(pieces) = &mut self.pieces else {
            if peer.lost_early.len() < MAX_EARLY_HAVES {
                peer.lost_early.insert(piece);
            }
            return;
        };
        if let Availability::All = peer.availability {
            let count = pieces.info().piece_count();
            (0..count).for_each(|index| pieces.count(index, true));
            peer.availability = Availability::Known(Bitfield::full(count));
        }
        if let Availability::Known(bits) = &mut peer.availability
            && bits.clear(piece)
        {
            pieces.count(piece, false);
            let asked: Vec<_> =
                peer.asked.iter().map(|asked| asked.request).filter(|request| request.piece == piece).collect();
            for request in asked {
                peer.answered(request);
                pieces.give_back(id, request);
            }
        }
        self.update_interest(id, shared);
        self.ask_all(shared);
    }

    /// What they had counts no more.
    pub(super) fn uncount(&mut self, peer: &Peer) {
        if let (Some(pieces), Availability::Known(bits)) = (&mut self.pieces, &peer.availability) {
            bits.iter_ones().for_each(|index| pieces.count(index, false));
        }
    }

    /// They have everything, or everything that they want.
    fn wants_nothing_more(&mut self, id: ConnectionId, shared: &mut Shared) {
        let peer_id = self.peers.get(&id).and_then(|peer| peer.remote.as_ref()).map(|remote| remote.peer_id);
        if let Some(peer_id) = peer_id.filter(|peer_id| self.served.contains(peer_id))
            && self.delivered.len() < MAX_REMEMBERED_PEERS
            && self.delivered.insert(peer_id)
        {
            shared.event(Event::Delivered(self.info_hash));
        }
        self.part_if_done(id, shared);
    }
}
