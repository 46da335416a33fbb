//! Many engines in one deterministic world: what is stored is never false, nothing grows without bound, and once faults stop,
//! everybody who is honest has everything. `SEED=7 cargo test --test swarm` replays the run of seed 7, `TRACE=1` prints it.

mod chance;
mod tracker;
mod world;

use voice_memos::torrent::tracker::AnnounceEvent;
use voice_memos::torrent::{Event, Phase};
use world::{Weather, World};

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
    let status = world.devices[listener].session.status(&memo).expect("it was added");
    assert_eq!((status.phase, status.have_bytes), (Phase::Seeding, 300_000));
    let events = &world.devices[sender].events;
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Delivered(_))).count(), 1, "{events:?}");
    assert_eq!(world.devices[sender].session.footprint().connections, 0, "idle seeds keep no connections");
    let completed = world.trackers[ONE].log.iter().filter(|(_, event, ..)| *event == Some(AnnounceEvent::Completed));
    assert_eq!(completed.count(), 1);
}
