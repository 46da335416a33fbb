//! What moving a block costs in memory. Counts are exact and the same at each run, unlike times, so a test can hold them:
//! a copy or a box too many in the data path shows here, without a browser.
#![cfg(not(target_arch = "wasm32"))]

mod pair;

use pair::{Content, MEMOS, MIB, Pair};

/// Allocations, and bytes allocated, that a block may cost at most, both ends together, for each of [`MEMOS`]. A block is 16 KiB,
/// which have to be read, sent and received. To be lowered with what they hold, and raised only with a reason.
const CEILINGS: [(u64, u64); 4] = [(12, 36_000), (5, 52_000), (4, 52_000), (14, 36_000)];

#[test]
fn a_block_costs_no_more_memory_than_it_did() {
    for ((mib, piece_kib), (most, most_bytes)) in MEMOS.into_iter().zip(CEILINGS) {
        let content = Content::of(mib * MIB, piece_kib * 1024);
        let mut pair = Pair::meet(&content);
        let counted = allocation_counter::measure(|| pair.run());
        let (count, bytes) = (counted.count_total / content.blocks(), counted.bytes_total / content.blocks());
        println!("{mib} MiB in pieces of {piece_kib} KiB: {count} allocations, {bytes} bytes for each block");
        assert!(count <= most, "{count} allocations for each block of {mib} MiB, not {most}");
        assert!(bytes <= most_bytes, "{bytes} bytes for each block of {mib} MiB, not {most_bytes}");
    }
}
