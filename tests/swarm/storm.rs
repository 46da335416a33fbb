//! One run with everything that can go wrong, chosen by its seed. Three acts: a storm, in which people come, go and change their
//! minds while everything breaks; a calm, in which everybody honest must get everything, whoever is hostile; and a rest, in which
//! nobody has anything to do.

use voice_memos::torrent::{Command, InfoHash, Phase, RateLimits};

use crate::scenario::{Scenario, Size};
use crate::tracker::Mood;
use crate::world::{Weather, World};

/// How long it may take once nothing goes wrong any more: longer than the slowest backoff, which is the ten minutes of
/// [`MAX_INTERVAL`](voice_memos::torrent).
const CALM_MS: u64 = 20 * 60_000;

/// How long the last connections may take to end, and the trackers to forget those who are not there any more.
const PARTING_MS: u64 = 300_000;

/// How long nothing happens at the end.
const REST_MS: u64 = 600_000;

/// Calls per tracker that an idle session may ask for in that time: its announces, and a few more.
const IDLE_WAKES: u64 = 12;

/// A run under way.
struct Storm {
    world: World,
    scenario: Scenario,
    memos: Vec<InfoHash>,
    urls: Vec<String>,
    /// Our engines that have not begun yet.
    waiting: Vec<usize>,
}

/// Runs the storm of `seed`. Returns the hash of everything the engines said.
pub(crate) fn run(seed: u64, size: Size) -> [u8; 20] {
    let mut storm = Storm::new(seed, size);
    storm.rage();
    storm.calm_down();
    storm.rest();
    storm.world.trace.digest()
}

impl Storm {
    fn new(seed: u64, size: Size) -> Self {
        let mut world = World::new(seed, Weather::FAIR);
        let scenario = Scenario::choose(size, &mut world.chance.fork());
        world.trace.say(0, || format!("seed {seed}: {scenario:#?}"));
        world.weather = scenario.weather;
        let memos: Vec<InfoHash> =
            scenario.memos.iter().map(|(length, piece_length)| world.content(*length, *piece_length)).collect();
        let urls: Vec<String> = (0..scenario.trackers.len()).map(|number| format!("wss://tracker{number}")).collect();
        urls.iter().zip(&scenario.trackers).for_each(|(url, mood)| world.tracker(url, *mood));
        for manner in &scenario.sites {
            let memo = world.chance.pick(&memos);
            world.site(*manner, memo);
        }
        for device in 0..scenario.devices {
            world.device();
            if device < scenario.seeders {
                memos.iter().for_each(|memo| world.give(device, *memo));
            }
        }
        world.devices[0].disk.safe = true;
        let waiting = (0..scenario.devices).collect();
        Self { world, scenario, memos, urls, waiting }
    }

    fn rage(&mut self) {
        let end = self.world.now + self.scenario.storm_ms;
        let mut hostile = self.scenario.hostile.clone();
        while self.world.now < end {
            if !self.waiting.is_empty() && self.world.chance.percent(40) {
                let at = self.world.chance.below(self.waiting.len());
                let device = self.waiting.remove(at);
                self.join(device);
            }
            if self.world.chance.percent(40)
                && let Some((manner, renames)) = hostile.pop()
            {
                let memo = self.world.chance.pick(&self.memos);
                self.world.hostile(manner, memo, &self.urls, renames);
            }
            let pause = self.world.chance.between(1, 4_000);
            self.world.run(pause);
            self.trouble();
        }
    }

    /// The device takes part in everything, at some of the trackers.
    fn join(&mut self, device: usize) {
        let all: Vec<&str> = self.urls.iter().map(String::as_str).collect();
        let some = if self.world.chance.percent(70) { &all[..] } else { &all[..1] };
        self.memos.iter().for_each(|memo| self.world.add(device, *memo, some));
    }

    /// One thing goes wrong, or somebody changes their mind, or nothing happens.
    fn trouble(&mut self) {
        let (world, urls) = (&mut self.world, &self.urls);
        let device = world.chance.below(self.scenario.devices);
        let memo = world.chance.pick(&self.memos);
        let url = &urls[world.chance.below(urls.len())];
        let what = world.chance.between(0, 24);
        match what {
            0 => world.restart_tracker(url, false),
            1 => world.restart_tracker(url, true),
            2 => urls.iter().for_each(|url| world.bring_tracker_up(url)),
            3 | 4 => world.break_a_link(),
            5 => world.cut_off(device),
            _ => {}
        }
        if self.waiting.contains(&device) {
            return;
        }
        if !world.devices[device].alive {
            if what == 6 {
                world.revive(device);
            }
            return;
        }
        let has = world.devices[device].library.contains_key(&memo);
        match what {
            7 => world.kill(device),
            8 => {
                let ms = world.chance.between(1_000, 200_000);
                world.sleep(device, ms);
            }
            9 if has => world.command(device, Command::Pause(memo)),
            10 if has => world.command(device, Command::Resume(memo)),
            11 if has => {
                let start = world.chance.between(0, 500_000);
                world.command(device, Command::WantSoon(memo, start..start + 40_000));
            }
            12 => world.command(device, Command::NetworkChanged),
            13 if has => world.remove(device, memo),
            15 if has && device > 0 => world.erase(device, memo),
            16 if has => {
                let start = world.chance.between(0, 300_000);
                let length = world.chance.between(0, 200_000);
                world.select(device, memo, start..start + length);
            }
            17 if has => world.select(device, memo, 0..u64::MAX),
            18 | 19 => {
                let torrent = (has && what == 18).then_some(memo);
                let mut limit = || world.chance.percent(50).then(|| world.chance.between(0, 200_000));
                let limits = RateLimits { down: limit(), up: limit() };
                world.command(device, Command::Limit(torrent, limits));
            }
            20 => world.command(device, Command::Scrape(self.memos.clone(), urls.clone())),
            21 => world.command(device, Command::Prepare(urls.clone())),
            14 if !has => {
                let urls: Vec<&str> = urls.iter().map(String::as_str).collect();
                world.add(device, memo, &urls);
            }
            _ => {}
        }
    }

    /// Nothing goes wrong any more, and everybody is there; those who are hostile too. Everybody honest gets everything.
    fn calm_down(&mut self) {
        let world = &mut self.world;
        world.trace.say(world.now, || "The storm is over.".to_owned());
        let bytes_per_ms = world.weather.paths.bytes_per_ms.max(100);
        world.weather = Weather::FAIR;
        world.weather.paths.bytes_per_ms = bytes_per_ms;
        for url in &self.urls {
            world.bring_tracker_up(url);
        }
        world.trackers.get_mut(&self.urls[0]).expect("the first tracker").mood = Mood::Plain;
        let urls: Vec<&str> = self.urls.iter().map(String::as_str).collect();
        for device in 0..self.scenario.devices {
            if !world.devices[device].alive {
                world.revive(device);
            }
            world.command(device, Command::Limit(None, RateLimits::default()));
            for memo in &self.memos {
                world.add(device, *memo, &urls);
                world.command(device, Command::Resume(*memo));
                world.select(device, *memo, 0..u64::MAX);
                world.command(device, Command::Limit(Some(*memo), RateLimits::default()));
            }
        }
        let (devices, memos) = (self.scenario.devices, &self.memos);
        let all = |world: &World| (0..devices).all(|device| memos.iter().all(|memo| world.complete(device, *memo)));
        if !self.world.run_until(CALM_MS, all) {
            for device in 0..devices {
                for memo in memos.iter().filter(|memo| !self.world.complete(device, **memo)) {
                    println!("device {device}: {:?}", self.world.status(device, *memo));
                }
            }
            panic!("somebody honest has not got everything");
        }
    }

    /// Nobody has anything to do: no connections, no offers, few timers.
    fn rest(&mut self) {
        let world = &mut self.world;
        let hostile: Vec<usize> =
            (0..world.devices.len()).filter(|device| !world.devices[*device].is_honest()).collect();
        hostile.into_iter().for_each(|device| world.kill(device));
        world.run(PARTING_MS);
        let wakes: Vec<u64> = world.devices.iter().map(|device| device.wakes).collect();
        let rested_at = world.now;
        // Who hears of listeners all the time goes on offering itself to them.
        let boasts = self.scenario.trackers[1..].contains(&Mood::Boastful);
        world.run(REST_MS);
        for (device, before) in wakes.into_iter().enumerate().take(self.scenario.devices) {
            for memo in &self.memos {
                assert_eq!(world.status(device, *memo).phase, Phase::Seeding, "device {device} has everything");
            }
            if boasts {
                continue;
            }
            let left = world.connections(device);
            assert_eq!(left, 0, "device {device} keeps connections while all have everything");
            let woken = world.devices[device].wakes - before;
            let announcing = (self.memos.len() * self.urls.len()) as u64;
            assert!(woken <= IDLE_WAKES * announcing, "device {device} was idle and wanted to be called {woken} times");
        }
        for tracker in self.urls.iter().map(|url| &world.trackers[url]).filter(|tracker| tracker.mood != Mood::Boastful)
        {
            let offers = tracker.log.iter().filter(|heard| heard.at > rested_at && heard.offers > 0).count();
            assert_eq!(offers, 0, "idle seeders make offers");
        }
    }
}
