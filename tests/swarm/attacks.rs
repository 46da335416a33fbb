//! Each hostile manner by itself, and in pairs, between one honest sender and honest listeners.

use voice_memos::torrent::{Event, InfoHash};

use crate::chance::Chance;
use crate::hostile::Manner;
use crate::web;
use crate::world::{Weather, World};

const ONE: &str = "wss://one";
const BLOCK: u32 = 16 * 1024;

/// What a peer was asked for already when the first piece turned out to be false: a window of 64 blocks, and what came with them.
const IN_FLIGHT: u64 = 64 * BLOCK as u64 + 64 * 1024;

/// An honest sender, and whoever is hostile, each with everything or nothing.
fn besieged(seed: u64, length: usize, piece_length: u32, manners: &[Manner], renames: bool) -> (World, InfoHash) {
    let mut world = World::new(seed, Weather::FAIR);
    world.weather.paths.bytes_per_ms = 1_000;
    let memo = world.content(length, piece_length);
    let sender = world.device();
    world.give(sender, memo);
    world.add(sender, memo, &[ONE]);
    for manner in manners {
        world.hostile(*manner, memo, &[ONE.to_owned()], renames);
    }
    world.run(500);
    (world, memo)
}

/// Two listeners join; both must get everything.
fn survive(seed: u64, piece_length: u32, manners: &[Manner], renames: bool) -> World {
    let (mut world, memo) = besieged(seed, 1_000_000, piece_length, manners, renames);
    let listeners = [world.device(), world.device()];
    listeners.into_iter().for_each(|listener| world.add(listener, memo, &[ONE]));
    let done = world.run_until(600_000, |world| listeners.iter().all(|listener| world.complete(*listener, memo)));
    assert!(done, "seed {seed}, {manners:?}: {:?}", listeners.map(|listener| world.status(listener, memo)));
    world
}

#[test]
fn whoever_is_hostile_a_memo_completes_and_nobody_honest_is_cut_off() {
    for (number, manner) in Manner::ALL.into_iter().enumerate() {
        for piece_length in [BLOCK, 4 * BLOCK] {
            for renames in [false, true] {
                survive(number as u64 + 1, piece_length, &[manner], renames);
            }
        }
    }
}

#[test]
fn two_hostile_peers_at_once_stop_nobody() {
    let mut chance = Chance::new(1);
    for seed in 1..=60 {
        let manners = [chance.pick(&Manner::ALL), chance.pick(&Manner::ALL)];
        survive(seed, BLOCK << chance.between(0, 2), &manners, chance.percent(30));
    }
}

#[test]
fn a_corrupter_is_banned_within_two_pieces_and_not_let_in_again() {
    let corrupters = Manner::ALL.into_iter().filter(|manner| manner.corrupts());
    for (seed, manner) in (1..).zip(corrupters) {
        for piece_length in [BLOCK, 4 * BLOCK, 16 * BLOCK] {
            let (mut world, memo) = besieged(seed, 4 << 20, piece_length, &[manner], false);
            let listener = world.device();
            world.add(listener, memo, &[ONE]);
            assert!(world.run_until(120_000, |world| world.complete(listener, memo)), "{manner:?}");
            let events = &world.devices[listener].events;
            let false_bytes =
                |event: &&Event| matches!(event, Event::Misbehaved(_, how) if how.contains("false bytes"));
            let banned = events.iter().filter(false_bytes).count();
            let deeds = world.devices[1].hostile().expect("the second device").deeds();
            assert!(deeds.false_blocks > 0, "{manner:?} had no chance to lie");
            assert_eq!(banned, 1, "{manner:?} with pieces of {piece_length} bytes: {deeds:?}");
            let wasted = world.devices[listener].blocks_heard - (4 << 20);
            let two_pieces = u64::from(2 * piece_length) + IN_FLIGHT;
            assert!(wasted <= two_pieces, "{manner:?} with pieces of {piece_length} bytes wasted {wasted} bytes");
            // It has a name; under that name it does not come back.
            let late = world.device();
            world.add(late, memo, &[ONE]);
            world.run(120_000);
            assert!(world.complete(late, memo));
            assert_eq!(world.connections(listener), 0, "whoever was banned is let in again");
        }
    }
}

#[test]
fn whatever_a_web_seed_sends_a_memo_completes() {
    for (seed, manner) in (1..).zip(web::Manner::ALL) {
        let mut world = World::new(seed, Weather::FAIR);
        let memo = world.content(1_000_000, BLOCK);
        world.site(manner, memo);
        let (sender, listener) = (world.device(), world.device());
        world.give(sender, memo);
        // Of metadata a web seed has none.
        world.know(listener, memo);
        world.add(listener, memo, &[ONE]);
        let alone = world.run_until(300_000, |world| world.complete(listener, memo));
        let helps = matches!(manner, web::Manner::Ranges | web::Manner::WholeFiles | web::Manner::Breaks);
        assert!(alone || !helps, "{manner:?}: {:?}", world.status(listener, memo));
        world.add(sender, memo, &[ONE]);
        assert!(world.run_until(300_000, |world| world.complete(listener, memo)), "{manner:?}");
    }
}
