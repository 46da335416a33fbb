//! Blocks that are stuck at a slow peer are asked of a faster one, too: whoever is first, the other is told to stop.

use std::cmp::Reverse;
use std::time::Duration;

use super::super::Instant;
use super::super::limits::{ENDGAME_BLOCKS, STUCK, TAKE_OVER_GAIN};
use super::super::peer::{Asked, Peer};
use super::super::pieces::Wish;
use super::super::wire::{BLOCK_LEN, BlockRequest};
use super::Swarm;

impl Swarm {
    /// While there is something else to ask for: a few blocks that a much slower peer was asked for long ago.
    pub(super) fn rescue(&mut self, wish: &mut Wish, now: Instant) -> Vec<BlockRequest> {
        let is_old = |asked: &&Asked| now.saturating_since(asked.at) >= STUCK;
        let has_old = |peer: &&Peer| peer.id != wish.peer && peer.asked.front().as_ref().is_some_and(is_old);
        let mut taken = Vec::new();
        let (Some(peer), Some(pieces)) = (self.peers.get(&wish.peer), &mut self.pieces) else { return taken };
        if peer.snubbed || peer.choking {
            return taken;
        }
        let mut few = Wish { blocks: wish.blocks.min(ENDGAME_BLOCKS), ..*wish };
        for other in self.peers.values().filter(has_old) {
            if other.down.per_second(now) < peer.down.per_second(now) / 2 {
                for asked in other.asked.iter().take_while(is_old) {
                    if few.blocks > 0 && peer.availability.has(asked.request.piece) {
                        taken.extend(pieces.ask_copies(&mut few, asked.request));
                    }
                }
            }
        }
        wish.blocks -= blocks(&taken);
        taken
    }

    /// When there is nothing else to ask for: whatever others would send later than this peer, from the back of the longest queue.
    pub(super) fn take_over(&mut self, mut wish: Wish, now: Instant) -> Vec<BlockRequest> {
        let mut taken = Vec::new();
        let (Some(peer), Some(pieces)) = (self.peers.get(&wish.peer), &mut self.pieces) else { return taken };
        if peer.snubbed || peer.choking {
            return taken;
        }
        // Nobody knows how fast a new peer is, so it is tried with a few.
        let probing = peer.down.per_second(now) == 0;
        if probing {
            wish.blocks = wish.blocks.min(ENDGAME_BLOCKS.saturating_sub(peer.asked_blocks));
        }
        let others = self.peers.values().filter(|other| other.id != peer.id && !other.asked.is_empty());
        let mut others: Vec<(&Peer, u64)> = others.map(|other| (other, other.down.per_second(now))).collect();
        others.sort_by_key(|(other, rate)| (Reverse(backlog(other) / (rate + 1)), other.id));
        for (other, rate) in others {
            let mut ahead = backlog(other);
            for asked in other.asked.iter().rev() {
                let queued = (peer.asked_blocks + blocks(&taken)) as u64 * u64::from(BLOCK_LEN);
                let here = peer.time_for(queued + u64::from(asked.request.length), now);
                let there = match rate {
                    // It has sent nothing lately: it takes as long again as it took until now, at least.
                    0 => now.saturating_since(asked.at),
                    rate => Duration::from_millis(ahead * 1000 / rate),
                };
                let gains = here.map_or(probing, |here| there > here * 2 + TAKE_OVER_GAIN);
                if wish.blocks == 0 || !gains {
                    break;
                }
                if peer.availability.has(asked.request.piece) {
                    taken.extend(pieces.ask_copies(&mut wish, asked.request));
                }
                ahead = ahead.saturating_sub(u64::from(asked.request.length));
            }
        }
        taken
    }
}

/// Bytes that a peer was asked for and has not sent.
fn backlog(peer: &Peer) -> u64 {
    peer.asked_blocks as u64 * u64::from(BLOCK_LEN)
}

fn blocks(requests: &[BlockRequest]) -> usize {
    requests.iter().map(BlockRequest::blocks).sum()
}
