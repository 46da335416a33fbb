//! What people do, step by step, in fair weather.

use voice_memos::torrent::tracker::AnnounceEvent;
use voice_memos::torrent::{Command, Event, InfoHash, Phase};

use crate::web;
use crate::world::{Weather, World};

const ONE: &str = "wss://one";

#[test]
fn a_listener_gets_everything_from_a_sender() {
    let mut world = World::new(1, Weather::FAIR);
    let memo = world.content(300_000, 16 * 1024);
    let (sender, listener) = (world.device(), world.device());
    world.give(sender, memo);
    world.add(sender, memo, &[ONE]);
    world.run(500);
    world.add(listener, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| world.complete(listener, memo)), "the listener has not got it");
    world.run(10_000);
    let status = world.status(listener, memo);
    assert_eq!((status.phase, status.have_bytes), (Phase::Seeding, 300_000));
    let events = &world.devices[sender].events;
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Delivered(_))).count(), 1, "{events:?}");
    assert_eq!(world.connections(sender), 0, "idle seeds keep no connections");
    let completed = world.trackers[ONE].log.iter().filter(|heard| heard.event == Some(AnnounceEvent::Completed));
    assert_eq!(completed.count(), 1);
}

const TWO: &str = "wss://two";
const BLOCK: u32 = 16 * 1024;

/// A world with a memo and one device that has it and shares it.
fn shared(seed: u64, length: usize, trackers: &[&str]) -> (World, InfoHash) {
    let mut world = World::new(seed, Weather::FAIR);
    let memo = world.content(length, BLOCK);
    let sender = world.device();
    world.give(sender, memo);
    world.add(sender, memo, trackers);
    world.run(500);
    (world, memo)
}

fn phase(world: &World, device: usize, memo: InfoHash) -> Phase {
    world.status(device, memo).phase
}

fn announces(world: &World, url: &str, device: usize, event: AnnounceEvent) -> usize {
    world.trackers[url].log.iter().filter(|heard| heard.device == device && heard.event == Some(event)).count()
}

#[test]
fn a_seeder_makes_no_offers_and_keeps_no_connection_while_nobody_listens() {
    let (mut world, memo) = shared(2, 100_000, &[ONE, TWO]);
    world.run(600_000);
    assert_eq!(world.devices[0].record.peak.connections, 0);
    assert!(world.trackers[ONE].log.iter().all(|heard| (heard.offers, heard.left) == (0, 0)));
    assert!(world.trackers[ONE].log.len() >= 5, "it announces again and again");
    assert_eq!(phase(&world, 0, memo), Phase::Seeding);
}

#[test]
fn a_waiting_listener_is_served_when_the_sender_comes_back() {
    for (tracker, patience_ms) in [(ONE, 2_000), (TWO, 10_000)] {
        let mut world = World::new(3, Weather::FAIR);
        let memo = world.content(200_000, BLOCK);
        let (sender, listener) = (world.device(), world.device());
        world.give(sender, memo);
        world.add(listener, memo, &[tracker]);
        world.run(30 * 60_000);
        assert_eq!(phase(&world, listener, memo), Phase::Waiting);
        world.add(sender, memo, &[tracker]);
        assert!(world.run_until(patience_ms, |world| world.complete(listener, memo)), "not served through {tracker}");
    }
}

#[test]
fn an_unreachable_tracker_is_said_and_recovered_from() {
    let (mut world, memo) = shared(4, 100_000, &[ONE]);
    world.restart_tracker(ONE, true);
    let listener = world.device();
    world.add(listener, memo, &[ONE]);
    assert_eq!(phase(&world, listener, memo), Phase::Connecting);
    world.run(30_000);
    assert_eq!(phase(&world, listener, memo), Phase::Offline);
    world.bring_tracker_up(ONE);
    assert!(world.run_until(130_000, |world| world.complete(listener, memo)), "it recovers by itself");
}

#[test]
fn a_change_of_network_tries_the_tracker_at_once() {
    let (mut world, memo) = shared(5, 100_000, &[ONE]);
    world.restart_tracker(ONE, true);
    let listener = world.device();
    world.add(listener, memo, &[ONE]);
    world.run(10 * 60_000);
    world.bring_tracker_up(ONE);
    world.command(0, Command::NetworkChanged);
    world.command(listener, Command::NetworkChanged);
    assert!(world.run_until(3_000, |world| world.complete(listener, memo)), "it does not wait for its backoff");
}

#[test]
fn the_first_listener_serves_the_second_when_the_sender_is_gone() {
    let (mut world, memo) = shared(7, 300_000, &[ONE]);
    let (first, second) = (world.device(), world.device());
    world.add(first, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| world.complete(first, memo)));
    world.kill(0);
    world.add(second, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| world.complete(second, memo)), "a listener becomes a sender");
}

#[test]
fn eight_listeners_at_once_help_each_other() {
    let (mut world, memo) = shared(8, 1 << 20, &[ONE]);
    world.weather.paths.bytes_per_ms = 2_000;
    let listeners: Vec<usize> = (0..8).map(|_| world.device()).collect();
    listeners.iter().for_each(|listener| world.add(*listener, memo, &[ONE]));
    assert!(world.run_until(60_000, |world| listeners.iter().all(|listener| world.complete(*listener, memo))));
    let helped = listeners.iter().filter(|listener| {
        let events = &world.devices[**listener].events;
        events.iter().any(|event| matches!(event, Event::Delivered(_)))
    });
    assert!(helped.count() > 0, "all bytes came from the sender");
}

#[test]
fn goodbye_is_said_on_pause_removal_and_shutdown_and_resume_announces_again() {
    let (mut world, memo) = shared(9, 100_000, &[ONE]);
    world.command(0, Command::Pause(memo));
    world.run(1_000);
    assert_eq!((announces(&world, ONE, 0, AnnounceEvent::Stopped), phase(&world, 0, memo)), (1, Phase::Paused));
    world.command(0, Command::Resume(memo));
    world.run(1_000);
    assert_eq!(announces(&world, ONE, 0, AnnounceEvent::Started), 2);
    world.command(0, Command::Shutdown);
    world.run(1_000);
    assert_eq!(announces(&world, ONE, 0, AnnounceEvent::Stopped), 2);
    assert!(world.devices[0].session().statuses().is_empty());
}

#[test]
fn a_download_that_was_interrupted_fetches_no_piece_twice() {
    let (mut world, memo) = shared(10, 1 << 20, &[ONE]);
    world.weather.paths.bytes_per_ms = 200;
    let listener = world.device();
    world.add(listener, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| world.stored(listener, memo) > 20));
    world.kill(listener);
    let kept = world.stored(listener, memo);
    world.devices[listener].events.clear();
    world.revive(listener);
    assert!(world.run_until(60_000, |world| world.complete(listener, memo)));
    let fetched = world.devices[listener].events.iter().filter(|event| matches!(event, Event::Piece(..))).count();
    assert!(fetched <= 64 - kept, "{fetched} fetched, {kept} were kept");
}

#[test]
fn bytes_that_changed_in_storage_are_not_served_and_fetched_again() {
    let (mut world, memo) = shared(11, 200_000, &[ONE]);
    let (damaged, listener) = (world.device(), world.device());
    world.give(damaged, memo);
    world.alter(damaged, memo, 3);
    world.add(damaged, memo, &[ONE]);
    world.run(500);
    world.kill(0);
    world.add(listener, memo, &[ONE]);
    world.run(60_000);
    let status = world.status(listener, memo);
    assert_eq!(status.have_bytes, 200_000 - u64::from(BLOCK), "all but the piece that nobody has");
    assert_ne!(phase(&world, damaged, memo), Phase::Seeding);
    world.revive(0);
    assert!(world.run_until(180_000, |world| world.complete(listener, memo) && world.complete(damaged, memo)));
}

#[test]
fn a_full_storage_stops_the_torrent_and_resuming_goes_on() {
    let (mut world, memo) = shared(12, 400_000, &[ONE]);
    let listener = world.device();
    world.weather.wear.bad_writes = 300_000;
    world.add(listener, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| phase(world, listener, memo) == Phase::Failed));
    world.weather.wear.bad_writes = 0;
    assert!(world.run_until(60_000, |world| world.complete(listener, memo)));
    assert!(world.devices[listener].events.iter().any(|event| matches!(event, Event::Failed(..))));
}

#[test]
fn two_trackers_make_one_connection() {
    let (mut world, memo) = shared(13, 4 << 20, &[ONE, TWO, "wss://one/"]);
    world.weather.paths.bytes_per_ms = 300;
    let listener = world.device();
    world.add(listener, memo, &[ONE, TWO]);
    assert!(world.run_until(60_000, |world| world.stored(listener, memo) > 50));
    let status = world.status(listener, memo);
    assert_eq!((status.peers, status.seeds, status.trackers.len()), (1, 1, 2));
    assert_eq!(world.status(0, memo).trackers.len(), 2);
}

#[test]
fn no_path_between_two_devices_is_said() {
    let (mut world, memo) = shared(14, 100_000, &[ONE]);
    world.weather.paths.ice_fails = 100;
    let listener = world.device();
    world.add(listener, memo, &[ONE]);
    world.run(60_000);
    let status = world.status(listener, memo);
    assert!(status.problem.is_some_and(|problem| problem.contains("path")));
    world.weather.paths.ice_fails = 0;
    assert!(world.run_until(180_000, |world| world.complete(listener, memo)), "it tries again by itself");
}

#[test]
fn what_somebody_listens_to_comes_first() {
    let (mut world, memo) = shared(15, 4 << 20, &[ONE]);
    world.weather.paths.bytes_per_ms = 100;
    let listener = world.device();
    world.add(listener, memo, &[ONE]);
    assert!(world.run_until(60_000, |world| world.stored(listener, memo) > 5));
    let tail = 4_000_000..4_100_000_u64;
    world.command(listener, Command::WantSoon(memo, tail.clone()));
    let wanted = (tail.start / 16_384) as u32..=((tail.end - 1) / 16_384) as u32;
    assert!(world.run_until(60_000, |world| wanted.clone().all(|piece| world.knows(listener, memo, piece))));
    assert!(world.stored(listener, memo) < 150, "{} of 256 came before", world.stored(listener, memo));
}

#[test]
fn peers_and_a_web_seed_share_the_work() {
    let mut weather = Weather::FAIR;
    weather.paths.bytes_per_ms = 400;
    let mut world = World::new(42, weather);
    let memo = world.content(6_000_000, 4 * BLOCK);
    world.site(web::Manner::Ranges, memo);
    let (sender, listener) = (world.device(), world.device());
    world.give(sender, memo);
    world.add(sender, memo, &[ONE]);
    world.run(500);
    world.add(listener, memo, &[ONE]);
    assert!(world.run_until(120_000, |world| world.complete(listener, memo)), "the listener has not got it");
    let web_seed = world.status(listener, memo).web_seeds.remove(0).bytes;
    let peer = world.devices[listener].blocks_heard;
    assert!(web_seed > 500_000 && peer > 500_000, "{web_seed} bytes of the web seed, {peer} of the peer");
    // What crosses at the end is little.
    assert!(web_seed + peer < 6_400_000, "{web_seed} and {peer} bytes for 6000000");
}
