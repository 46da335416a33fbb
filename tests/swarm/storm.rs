//! One run with everything that can go wrong, chosen by its seed.

use voice_memos::torrent::{Command, InfoHash};

use crate::world::{Weather, World};

const TRACKERS: [&str; 2] = ["wss://one", "wss://two"];

/// How long things go wrong.
const STORM_MS: u64 = 60_000;

/// How long it may take after that: long enough for the slowest backoffs.
const CALM_MS: u64 = 20 * 60_000;

/// Runs the storm of `seed`. Returns the hash of everything the engines said.
pub(crate) fn run(seed: u64) -> u64 {
    let mut world = World::new(seed, Weather::FAIR);
    world.weather = Weather {
        latency_ms: (1, world.chance.between(1, 150)),
        bytes_per_ms: world.chance.between(20, 5_000),
        ice_fails: world.chance.between(0, 30),
        bad_reads: world.chance.between(0, 1) * 20_000,
        bad_writes: world.chance.between(0, 1) * 5_000,
        lost_messages: world.chance.between(0, 1) * 5,
    };
    let memos: Vec<InfoHash> = (0..world.chance.between(1, 2))
        .map(|_| {
            let length = [0, 1, 16_384, 16_385, 100_000, 400_000, 900_000][world.chance.between(0, 6) as usize];
            let piece_length = 16_384 << world.chance.between(0, 3);
            world.content(length, piece_length)
        })
        .collect();
    let urls: Vec<&str> = TRACKERS[..world.chance.between(1, 2) as usize].to_vec();
    let count = world.chance.between(2, 6) as usize;
    let liar = world.chance.percent(40).then_some(1);
    for device in 0..count {
        world.device();
        if device == 0 || Some(device) == liar {
            memos.iter().for_each(|memo| world.give(device, *memo));
        }
    }
    if let Some(liar) = liar {
        world.devices[liar].lies = true;
    }
    let mut waiting: Vec<usize> = (0..count).collect();
    let end = world.now + STORM_MS;
    while world.now < end {
        if !waiting.is_empty() && world.chance.percent(40) {
            let device = waiting.remove(world.chance.between(0, waiting.len() as u64 - 1) as usize);
            memos.iter().for_each(|memo| world.add(device, *memo, &urls));
        }
        let pause = world.chance.between(1, 4_000);
        world.run(pause);
        trouble(&mut world, count, &memos, &urls, &waiting);
    }
    calm(&mut world, count, &memos, &urls, &waiting);
    let honest: Vec<usize> = (0..count).filter(|device| Some(*device) != liar).collect();
    let all = |world: &World| honest.iter().all(|device| memos.iter().all(|memo| world.complete(*device, *memo)));
    if !world.run_until(CALM_MS, all) {
        for device in honest {
            for status in world.devices[device].session.statuses() {
                println!("device {device}: {status:?}");
            }
        }
        panic!("seed {seed}: somebody honest has not got everything; replay with SEED={seed} TRACE=1");
    }
    world.run(200_000);
    for device in 0..count {
        let left = world.devices[device].session.footprint().connections;
        assert!(
            left == 0 || liar.is_some(),
            "seed {seed}: device {device} keeps {left} connections while all have everything"
        );
    }
    world.digest
}

/// One thing goes wrong, or nothing.
fn trouble(world: &mut World, count: usize, memos: &[InfoHash], urls: &[&str], waiting: &[usize]) {
    let device = world.chance.between(0, count as u64 - 1) as usize;
    let memo = memos[world.chance.between(0, memos.len() as u64 - 1) as usize];
    let started = !waiting.contains(&device);
    match world.chance.between(0, 11) {
        0 => world.restart_tracker(urls[0], false),
        1 => world.restart_tracker(urls[urls.len() - 1], true),
        2 => {
            urls.iter().for_each(|url| world.bring_tracker_up(url));
        }
        3 | 4 => world.break_a_link(),
        5 if started && world.devices[device].alive => world.kill(device),
        6 if started && !world.devices[device].alive => world.revive(device, memos, urls),
        7 if started && world.devices[device].alive => world.command(device, Command::Pause(memo)),
        8 if started && world.devices[device].alive => world.command(device, Command::Resume(memo)),
        9 if started && world.devices[device].alive => world.command(device, Command::NetworkChanged),
        10 if started && world.devices[device].alive => world.command(device, Command::WantSoon(memo, 50_000..90_000)),
        _ => {}
    }
}

/// Nothing goes wrong any more, and everybody is there.
fn calm(world: &mut World, count: usize, memos: &[InfoHash], urls: &[&str], waiting: &[usize]) {
    world.weather = Weather { bytes_per_ms: world.weather.bytes_per_ms, ..Weather::FAIR };
    urls.iter().for_each(|url| world.bring_tracker_up(url));
    for device in 0..count {
        if !world.devices[device].alive {
            world.revive(device, memos, urls);
        } else if waiting.contains(&device) {
            memos.iter().for_each(|memo| world.add(device, *memo, urls));
        } else {
            memos.iter().for_each(|memo| world.command(device, Command::Resume(*memo)));
        }
    }
}
