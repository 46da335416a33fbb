//! The engine's only source of chance, so that a run can be replayed.

use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood 2014): tiny, and good enough for jitter, ids and order. Not for secrets.
#[derive(Debug, Clone)]
pub(super) struct Rng(u64);

impl Rng {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// A number below `limit`; zero when there is none.
    pub(super) fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.next() % limit }
    }

    /// Twenty bytes for an id of a tracker's peer or of an offer.
    pub(super) fn id(&mut self) -> [u8; 20] {
        std::array::from_fn(|_| (self.next() >> 56) as u8)
    }

    /// `prefix` and as many letters and digits as make twenty bytes, in Azureus style.
    pub(super) fn named_id(&mut self, prefix: &[u8; 8]) -> [u8; 20] {
        const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        std::array::from_fn(|at| match prefix.get(at) {
            Some(byte) => *byte,
            None => ALPHABET[self.below(ALPHABET.len() as u64) as usize],
        })
    }

    /// `duration` give or take a tenth, so that devices that lost a tracker together do not return together.
    pub(super) fn jitter(&mut self, duration: Duration) -> Duration {
        let spread = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX) / 5;
        duration - Duration::from_millis(spread / 2) + Duration::from_millis(self.below(spread + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_gives_one_sequence_and_ids_are_readable() {
        let (mut one, mut two, mut other) = (Rng::new(7), Rng::new(7), Rng::new(8));
        assert_eq!(one.id(), two.id());
        assert_ne!(one.id(), other.id());
        let id = one.named_id(b"-VM0100-");
        assert!(id.starts_with(b"-VM0100-") && id[8..].iter().all(u8::is_ascii_alphanumeric), "{id:?}");
    }

    #[test]
    fn jitter_stays_within_a_tenth() {
        let mut rng = Rng::new(1);
        for _ in 0..1000 {
            let millis = rng.jitter(Duration::from_secs(10)).as_millis();
            assert!((9000..=11000).contains(&millis), "{millis}");
        }
    }
}
