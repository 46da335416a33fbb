//! The pieces that a peer may ask for while it is choked, so that a newcomer has something to trade with (BEP 6).

use sha1::{Digest, Sha1};

use super::InfoHash;

/// The address that our sets are computed for, in place of the peer's.
///
/// BEP 6 takes the peer's address so that nobody gets set after set by coming again under other names. Between browsers there is no
/// address that a peer could not choose: candidates are lines of text that it writes itself, or names that change with each page.
/// One address for all holds what the BEP wants to hold, whoever comes.
pub(super) const ADDRESS: [u8; 4] = [0, 0, 0, 0];

/// `count` pieces of a torrent, the same for everybody in the network of this address.
pub(super) fn allowed_fast(address: [u8; 4], info_hash: InfoHash, piece_count: u32, count: usize) -> Vec<u32> {
    if piece_count as usize <= count {
        return (0..piece_count).collect();
    }
    let mut allowed = Vec::with_capacity(count);
    let mut seed = [&address[..3], &[0], &info_hash.as_bytes()[..]].concat();
    loop {
        seed = Sha1::digest(&seed).to_vec();
        for number in seed.chunks_exact(4) {
            let number = u32::from_be_bytes([number[0], number[1], number[2], number[3]]);
            let piece = number % piece_count;
            if allowed.len() == count {
                return allowed;
            }
            if !allowed.contains(&piece) {
                allowed.push(piece);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_are_those_of_the_specification() {
        let set = |count| allowed_fast([80, 4, 4, 200], InfoHash::new([0xaa; 20]), 1313, count);
        assert_eq!(set(7), [1059, 431, 808, 1217, 287, 376, 1188]);
        assert_eq!(set(9), [1059, 431, 808, 1217, 287, 376, 1188, 353, 508]);
    }

    #[test]
    fn a_small_torrent_is_allowed_as_a_whole_and_nothing_of_none() {
        let set = |pieces, count| allowed_fast(ADDRESS, InfoHash::new([1; 20]), pieces, count);
        assert_eq!(set(3, 10), [0, 1, 2]);
        assert!(set(0, 10).is_empty());
        let mut most = set(11, 10);
        most.sort_unstable();
        most.dedup();
        assert_eq!(most.len(), 10);
    }
}
