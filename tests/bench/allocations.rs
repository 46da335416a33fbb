//! What moving a block costs in memory. Counts are exact and the same at each run, unlike times, so a test can hold them:
//! a copy or a box too many in the data path shows here, without a browser.
#![cfg(not(target_arch = "wasm32"))]

mod pair;

use pair::{Content, MIB, Pair};

/// Memory that one block may cost at most, both ends together. Its 16 KiB have to be read, sent and received.
const MAX_BYTES_PER_BLOCK: u64 = 150_000;

/// Allocations that one block may cost at most, both ends together.
const MAX_PER_BLOCK: u64 = 80;

#[test]
fn a_block_costs_no_more_memory_than_it_did() {
    for mib in [1, 8, 32] {
        let content = Content::of(mib * MIB);
        let mut pair = Pair::meet(&content);
        let counted = allocation_counter::measure(|| pair.run());
        let (count, bytes) = (counted.count_total / content.blocks(), counted.bytes_total / content.blocks());
        println!("{mib} MiB: {count} allocations of {bytes} bytes for each block");
        assert!(count <= MAX_PER_BLOCK, "{count} allocations for each block of {mib} MiB");
        assert!(bytes <= MAX_BYTES_PER_BLOCK, "{bytes} bytes for each block of {mib} MiB");
    }
}
