//! Moments that somebody marked, while recording or while listening.

/// More would be no help in finding anything.
pub const MAX_MARKERS: usize = 500;

/// Two presses within this time mean one moment.
const SAME_MS: u64 = 300;

/// Marks a moment, in milliseconds from the beginning. They stay in order. `false` when it is marked already, or there are too
/// many.
pub fn add_marker(markers: &mut Vec<u64>, at_ms: u64) -> bool {
    let place = markers.partition_point(|marker| *marker < at_ms);
    let beside = [place.checked_sub(1), Some(place)];
    let is_there = |at: &usize| markers.get(*at).is_some_and(|marker| marker.abs_diff(at_ms) < SAME_MS);
    if markers.len() >= MAX_MARKERS || beside.iter().flatten().any(is_there) {
        return false;
    }
    markers.insert(place, at_ms);
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_stay_in_order_and_apart() {
        let mut markers = Vec::new();
        let added: Vec<bool> =
            [5_000, 1_000, 9_000, 5_100, 4_800, 1_300].map(|at| add_marker(&mut markers, at)).to_vec();
        assert_eq!(added, [true, true, true, false, false, true]);
        assert_eq!(markers, [1_000, 1_300, 5_000, 9_000]);
    }

    #[test]
    fn there_are_only_so_many() {
        let mut markers = Vec::new();
        for second in 0..2_000 {
            add_marker(&mut markers, second * 1_000);
        }
        assert_eq!(markers.len(), MAX_MARKERS);
    }
}
