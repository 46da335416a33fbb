//! The engine by itself, natively: `make bench-engine`. Two sessions move memos through memory, so that a regression is seen
//! without a browser. Writes its figures to `target/bench/engine.md`, which `make bench` puts into BENCHMARKS.md.

mod idle;
mod pair;
mod report;

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, Throughput};
use idle::Idle;
use pair::{Content, MEMOS, MIB, Pair};
use report::Table;
use voice_memos::torrent::wire::{BLOCK_LEN, Decoder, Handshake, encode_piece};
use voice_memos::torrent::{InfoHash, PeerId};

fn main() {
    let mut criterion = Criterion::default().configure_from_args().without_plots();
    let mut table =
        Table::new("The engine alone, natively", &["from one session to another", "median", "rate", "for each block"]);
    for (mib, piece_kib) in MEMOS {
        transfer(&mut criterion, &mut table, mib, piece_kib);
    }
    hash(&mut criterion, &mut table);
    decode(&mut criterion, &mut table, "64 KiB at a time, as ours sends", &[64 * 1024]);
    decode(&mut criterion, &mut table, "head and block, as webtorrent sends", &[13, BLOCK_LEN as usize]);
    for memos in [10, 1_000, 10_000] {
        wait(&mut criterion, &mut table, memos);
    }
    criterion.final_summary();
    table.write("engine");
}

/// From "unchoke" to complete, verified and stored; both ends on one core.
fn transfer(criterion: &mut Criterion, table: &mut Table, mib: usize, piece_kib: u32) {
    let content = Content::of(mib * MIB, piece_kib * 1024);
    let name = format!("{mib} MiB in pieces of {piece_kib} KiB");
    let mut group = criterion.benchmark_group("transfer");
    group.sample_size(20).throughput(Throughput::Bytes(content.bytes.len() as u64));
    group.bench_function(&name, |bencher| {
        bencher.iter_batched_ref(|| Pair::meet(&content), Pair::run, BatchSize::PerIteration);
    });
    group.finish();

    let mut pair = Pair::meet(&content);
    let allocated = allocation_counter::measure(|| pair.run());
    let blocks = content.blocks() as f64;
    let Some(seconds) = median_s("transfer", &name) else { return };
    table.row([
        name,
        format!("{:.2} ms", seconds * 1e3),
        format!("{:.0} steps/s, {:.0} MB/s", pair.steps as f64 / seconds, content.bytes.len() as f64 / seconds / 1e6),
        format!(
            "{:.1} allocations of {:.1} kB, {} pieces read again",
            allocated.count_total as f64 / blocks,
            allocated.bytes_total as f64 / blocks / 1e3,
            pair.read_again
        ),
    ]);
}

/// Two minutes, in which each memo is announced once, and the tracker's answers.
fn wait(criterion: &mut Criterion, table: &mut Table, memos: usize) {
    const MS: u64 = 120_000;
    let name = format!("{memos} idle memos");
    let mut idle = Idle::of(memos);
    let mut group = criterion.benchmark_group("wait");
    group.sample_size(10);
    group.bench_function(&name, |bencher| bencher.iter(|| idle.pass(MS)));
    group.finish();
    let Some(seconds) = median_s("wait", &name) else { return };
    idle.inputs = 0;
    idle.pass(MS);
    table.row([
        name,
        format!("{:.2} ms in two minutes", seconds * 1e3),
        format!("{:.4} % of a core", seconds / (MS as f64 / 1e3) * 100.0),
        format!("{} inputs, {:.1} us each", idle.inputs, seconds / idle.inputs as f64 * 1e6),
    ]);
}

fn hash(criterion: &mut Criterion, table: &mut Table) {
    let content = Content::of(8 * MIB, BLOCK_LEN);
    measure(criterion, "hash", "8 MiB", || {
        for (piece, bytes) in content.info.pieces().zip(content.bytes.chunks(BLOCK_LEN as usize)) {
            assert!(content.info.verify(piece, black_box(bytes)));
        }
    });
    rate_row(table, "verify the pieces of 8 MiB", median_s("hash", "8 MiB"));
}

/// `piece` messages in portions of these sizes, round and round.
fn decode(criterion: &mut Criterion, table: &mut Table, name: &str, portions: &[usize]) {
    let content = Content::of(8 * MIB, BLOCK_LEN);
    let mut stream = Vec::new();
    Handshake::new(InfoHash::new([1; 20]), PeerId::new([2; 20])).encode(&mut stream);
    for (piece, block) in content.bytes.chunks(BLOCK_LEN as usize).enumerate() {
        encode_piece(piece as u32, 0, block, &mut stream);
    }
    measure(criterion, "decode", name, || {
        let mut decoder = Decoder::new();
        let (handshake, mut rest) = stream.split_at(Handshake::LEN);
        decoder.push(handshake);
        let mut sizes = portions.iter().cycle();
        while !rest.is_empty() {
            let size = sizes.next().map_or(rest.len(), |size| rest.len().min(*size));
            decoder.push(black_box(&rest[..size]));
            rest = &rest[size..];
            while let Some(frame) = decoder.next().expect("no fault") {
                drop(black_box(frame));
            }
        }
    });
    rate_row(table, &format!("decode 8 MiB, {name}"), median_s("decode", name));
}

/// Times something that handles 8 MiB.
fn measure(criterion: &mut Criterion, group: &str, name: &str, mut work: impl FnMut()) {
    let mut group = criterion.benchmark_group(group);
    group.sample_size(20).throughput(Throughput::Bytes(8 * MIB as u64));
    group.bench_function(name, |bencher| bencher.iter(&mut work));
    group.finish();
}

/// What criterion found; nothing when this case was not asked for on the command line.
fn median_s(group: &str, name: &str) -> Option<f64> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/criterion").join(group).join(name);
    let estimates = std::fs::read_to_string(path.join("new/estimates.json")).ok()?;
    let estimates: serde_json::Value = serde_json::from_str(&estimates).ok()?;
    Some(estimates["median"]["point_estimate"].as_f64()? / 1e9)
}

fn rate_row(table: &mut Table, case: &str, seconds: Option<f64>) {
    let Some(seconds) = seconds else { return };
    table.row([
        case.to_owned(),
        format!("{:.2} ms", seconds * 1e3),
        format!("{:.0} MB/s", 8.0 * MIB as f64 / seconds / 1e6),
    ]);
}
