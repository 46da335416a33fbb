//! Bytes from web seeds (BEP 19), mixed with those from peers.
//!
//! A web seed is one more source in the table of pieces: what it is asked for is not asked of peers, and the other way round.
//! It is asked for runs of pieces, one request for each file that a run touches, and blocks go into the table as they come.
//!
//! Who is preferred: the server's owner pays for what a web seed sends, and the listener waits for sound. So web seeds begin at
//! once, since a request over HTTP is answered before two browsers have met, and rest as soon as peers bring all that is missing
//! within [`PEERS_SUFFICE`]. When somebody else has nothing to do, the tail of a slow run is taken from it.

use std::ops::Range;

use super::super::limiter::Direction;
use super::super::limits::{
    ENDGAME_BLOCKS, FETCH_TIMEOUT, MAX_FETCHES, MAX_WEB_SEEDS, MAX_WHOLE_FILE, PEERS_SUFFICE, WEB_SEED_TICK,
    WINDOW_TIME,
};
use super::super::pieces::Pieces;
use super::super::session::Shared;
use super::super::web_seed::{Fault, Run, WebSeed, usable_url};
use super::super::wire::{BLOCK_LEN, BlockRequest};
use super::super::{ConnectionId, FetchAnswer, FetchFailure, FetchId, Info, Instant, Output, PeerId, WebSeedStatus};
use super::{Swarm, SwarmTimer};

/// Zeros for padding, a block at a time.
const ZEROS: [u8; BLOCK_LEN as usize] = [0; BLOCK_LEN as usize];

/// What to do with a run after bytes came for it.
#[derive(Debug, PartialEq, Eq)]
enum Then {
    Wait,
    /// All that was asked for is here, with the last byte of the request or before it.
    Next,
    Fail(Fault),
}

impl Swarm {
    /// Takes in web seeds that are not known yet.
    pub(in super::super) fn add_web_seeds(&mut self, urls: Vec<String>, shared: &mut Shared) {
        for url in urls.iter().filter_map(|url| usable_url(url)) {
            if self.web_seeds.len() < MAX_WEB_SEEDS && !self.web_seeds.iter().any(|seed| seed.is_at(&url)) {
                let id = ConnectionId(u64::MAX - self.web_seeds.len() as u64);
                let name = PeerId::new(shared.rng.named_id(b"-webseed"));
                self.web_seeds.push(WebSeed::new(id, name, url));
            }
        }
    }

    pub(super) fn web_seed_statuses(&self) -> Vec<WebSeedStatus> {
        self.web_seeds.iter().map(WebSeed::status).collect()
    }

    /// Whether bytes are on their way from a web seed.
    pub(super) fn is_fetching(&self) -> bool {
        self.web_seeds.iter().any(|seed| !seed.runs.is_empty())
    }

    /// Asks web seeds for what nobody was asked for, unless peers bring it soon.
    pub(super) fn ask_web_seeds(&mut self, shared: &mut Shared) {
        if self.web_seeds.is_empty() || !self.is_running() || self.is_complete() || self.pieces.is_none() {
            return;
        }
        if !self.timers.is_set(SwarmTimer::WebSeeds) {
            self.timers.set(SwarmTimer::WebSeeds, shared.now + WEB_SEED_TICK);
        }
        if self.peers_suffice(shared.now) {
            return;
        }
        for at in 0..self.web_seeds.len() {
            while let Some(run) = self.choose_run(at, shared) {
                self.begin_run(at, run, shared);
            }
        }
    }

    fn choose_run(&mut self, at: usize, shared: &mut Shared) -> Option<Range<u64>> {
        let affordable = self.affordable(shared)?;
        let (seed, pieces) = (self.web_seeds.get_mut(at)?, self.pieces.as_mut()?);
        let looked = seed.looked.is_some_and(|looked| shared.now.saturating_since(looked) < WEB_SEED_TICK);
        if looked || !seed.is_free() || shared.fetches.len() >= MAX_FETCHES {
            return None;
        }
        let run = pieces.ask_run(seed.id, seed.run_bytes(shared.now).min(affordable), |index| seed.has(index));
        seed.looked = run.is_none().then_some(shared.now);
        run
    }

    /// The most to ask a web seed for when there is a limit: what a second may bring, and nothing before that is paid for. What was
    /// asked for comes as fast as it comes.
    fn affordable(&mut self, shared: &mut Shared) -> Option<u64> {
        let now = shared.now;
        let buckets = [self.buckets.of(Direction::Down), &mut shared.lanes.of(Direction::Down).bucket];
        buckets.into_iter().try_fold(u64::MAX, |most, bucket| {
            (bucket.ready_at(now, 1) <= now).then(|| most.min(bucket.per_second().unwrap_or(u64::MAX)))
        })
    }

    /// Notes bytes that came from a web seed.
    fn count_fetched(&mut self, at: usize, bytes: usize, shared: &mut Shared) {
        let (now, bytes) = (shared.now, bytes as u64);
        self.web_seeds[at].down.add(now, bytes);
        self.down.add(now, bytes);
        let tokens = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.buckets.of(Direction::Down).take(now, tokens);
        shared.lanes.of(Direction::Down).bucket.take(now, tokens);
    }

    /// Whether the peers that serve us bring the rest soon.
    fn peers_suffice(&self, now: Instant) -> bool {
        let serving = self.peers.values().filter(|peer| peer.is_willing() && !peer.choking);
        let rate: u64 = serving.map(|peer| peer.down.per_second(now)).sum();
        self.left() <= rate * PEERS_SUFFICE.as_secs()
    }

    fn begin_run(&mut self, at: usize, bytes: Range<u64>, shared: &mut Shared) {
        let now = shared.now;
        let run = Run {
            fetch: FetchId(0),
            next: bytes.start,
            end: bytes.end,
            part_end: bytes.start,
            skip: 0,
            part_start: bytes.start,
            block: Vec::new(),
            since: now,
            heard: now,
        };
        self.go_on(at, run, shared);
    }

    /// Makes the next request of a run, or ends it.
    fn go_on(&mut self, at: usize, mut run: Run, shared: &mut Shared) {
        while run.next < run.end {
            let (Some(seed), Some(pieces)) = (self.web_seeds.get_mut(at), &self.pieces) else { return };
            let part = run.part(pieces.info()).filter(|_| !seed.is_refused());
            let Some(part) = part else { return self.give_back_run(at, &run) };
            let length = part.bytes.end - part.bytes.start;
            (run.part_start, run.part_end) = (run.next, run.next + length);
            (run.skip, run.heard) = (0, shared.now);
            if part.padding {
                let zeros = length.min(ZEROS.len() as u64) as usize;
                self.fill(at, &mut run, &ZEROS[..zeros], shared);
                continue;
            }
            let Some(url) = seed.url_of(pieces.info(), part.file) else {
                let why = "A file of this torrent has a name that no address can hold.".to_owned();
                return self.fail_run(at, &run, Fault::NoFile(why), shared);
            };
            run.fetch = shared.begin_fetch(self.info_hash);
            shared.out.push_back(Output::Fetch(run.fetch, url, part.bytes));
            seed.runs.push(run);
            return;
        }
        if let Some(seed) = self.web_seeds.get_mut(at) {
            seed.succeeded();
            seed.looked = None;
        }
    }

    pub(in super::super) fn fetch_answered(&mut self, id: FetchId, answer: FetchAnswer, shared: &mut Shared) {
        let Some((at, mut run)) = self.take_run(id) else { return };
        run.heard = shared.now;
        match self.judge(at, &mut run, answer) {
            Ok(()) => self.web_seeds[at].runs.push(run),
            Err(fault) => {
                shared.cancel_fetch(id);
                self.fail_run(at, &run, fault, shared);
            }
        }
    }

    /// Whether the body of this answer is of use.
    fn judge(&mut self, at: usize, run: &mut Run, answer: FetchAnswer) -> Result<(), Fault> {
        let (Some(seed), Some(pieces)) = (self.web_seeds.get_mut(at), &self.pieces) else { return Ok(()) };
        let Some(part) = run.part(pieces.info()) else { return Ok(()) };
        let Some(file) = pieces.info().files().get(part.file) else { return Ok(()) };
        match answer.status {
            206 if answer.length.is_some_and(|length| length > run.part_end - run.next) => {
                Err(Fault::Passing("The web seed sends more than it was asked for.".to_owned()))
            }
            206 => Ok(()),
            // Less may be the same file, compressed on its way.
            200 if answer.length.is_some_and(|length| length > file.length) => {
                Err(Fault::Final("The web seed has another file at this address.".to_owned()))
            }
            200 if part.bytes == (0..file.length) => Ok(()),
            200 if file.length > MAX_WHOLE_FILE => {
                Err(Fault::Final("The web seed sends only whole files, and this one is too large.".to_owned()))
            }
            200 if seed.whole_files && !seed.runs.is_empty() => {
                // Another request brings the same file already.
                Err(Fault::None)
            }
            200 => {
                seed.whole_files = true;
                run.skip = part.bytes.start;
                run.part_end = file.range().end;
                Ok(())
            }
            416 => Err(Fault::Final("The web seed has a shorter file at this address.".to_owned())),
            status @ (404 | 410) => Err(Fault::NoFile(format!("The web seed does not have the file ({status})."))),
            status => Err(Fault::Passing(format!("The web seed answered with {status}."))),
        }
    }

    pub(in super::super) fn fetch_bytes(&mut self, id: FetchId, bytes: &[u8], shared: &mut Shared) {
        let Some((at, mut run)) = self.take_run(id) else { return };
        run.heard = shared.now;
        self.count_fetched(at, bytes.len(), shared);
        let then = self.fill(at, &mut run, bytes, shared);
        self.after(at, run, then, shared);
    }

    pub(in super::super) fn fetch_ended(&mut self, id: FetchId, how: Result<(), FetchFailure>, shared: &mut Shared) {
        shared.end_fetch(id);
        let Some((at, run)) = self.take_run(id) else { return };
        match how {
            Ok(()) if run.next >= run.part_end.min(run.end) => self.go_on(at, run, shared),
            // A server may send less than it was asked for (RFC 9110, 15.3.7), but not next to nothing again and again.
            Ok(()) if run.next - run.part_start >= u64::from(BLOCK_LEN) => self.go_on(at, run, shared),
            Ok(()) => {
                let why = "The web seed sends less than it was asked for.".to_owned();
                self.fail_run(at, &run, Fault::Passing(why), shared);
            }
            Err(failure) => self.fail_run(at, &run, fault_of(failure), shared),
        }
    }

    /// Goes on with a run whose request brought bytes.
    fn after(&mut self, at: usize, run: Run, then: Then, shared: &mut Shared) {
        let Some(seed) = self.web_seeds.get_mut(at) else { return };
        if seed.is_refused() {
            // It was found to lie by what it just sent.
            shared.cancel_fetch(run.fetch);
            return self.give_back_run(at, &run);
        }
        match then {
            Then::Wait => seed.runs.push(run),
            Then::Next => {
                shared.cancel_fetch(run.fetch);
                self.go_on(at, run, shared);
            }
            Then::Fail(fault) => {
                shared.cancel_fetch(run.fetch);
                self.fail_run(at, &run, fault, shared);
            }
        }
    }

    /// Puts the bytes of a body, or of padding, into the table of pieces.
    fn fill(&mut self, at: usize, run: &mut Run, mut bytes: &[u8], shared: &mut Shared) -> Then {
        loop {
            let skipped = run.skip.min(bytes.len() as u64);
            run.skip -= skipped;
            bytes = &bytes[skipped as usize..];
            if run.next >= run.part_end {
                return if bytes.is_empty() { Then::Wait } else { too_much() };
            }
            if run.next >= run.end && !self.extend(at, run) {
                // Others took over the rest.
                return Then::Next;
            }
            if bytes.is_empty() {
                return Then::Wait;
            }
            if run.skip == 0 {
                bytes = self.fill_block(at, run, bytes, shared);
            }
        }
    }

    /// Puts bytes into one block; what is left is of the next.
    fn fill_block<'a>(&mut self, at: usize, run: &mut Run, bytes: &'a [u8], shared: &mut Shared) -> &'a [u8] {
        let Some(block) = self.pieces.as_ref().and_then(|pieces| pieces.block_at(run.next)) else { return &[] };
        let whole = block.length as usize;
        let missing = (whole.saturating_sub(run.block.len()) as u64).min(run.end.min(run.part_end) - run.next);
        let (now, rest) = bytes.split_at(bytes.len().min(missing as usize));
        run.next += now.len() as u64;
        if run.block.is_empty() && now.len() == whole {
            self.block_fetched(at, block, now.to_vec(), shared);
            return rest;
        }
        run.block.extend_from_slice(now);
        if run.block.len() == whole {
            let data = std::mem::take(&mut run.block);
            self.block_fetched(at, block, data, shared);
        }
        rest
    }

    fn block_fetched(&mut self, at: usize, block: BlockRequest, data: Vec<u8>, shared: &mut Shared) {
        let (Some(seed), Some(pieces)) = (self.web_seeds.get(at), &mut self.pieces) else { return };
        let arrival = pieces.receive(seed.id, seed.name, block.piece, block.begin, data);
        self.arrived(arrival, block, shared);
    }

    /// The body goes on beyond the run, because the server sends the whole file: what is still wanted of it is taken along.
    fn extend(&mut self, at: usize, run: &mut Run) -> bool {
        let (Some(seed), Some(pieces)) = (self.web_seeds.get(at), &mut self.pieces) else { return false };
        if !seed.whole_files {
            return false;
        }
        let most = run.part_end - run.next;
        let Some(found) = pieces.ask_run_from(seed.id, run.next, most, |index| seed.has(index)) else { return false };
        if found.start >= run.part_end {
            pieces.give_back_run(seed.id, found);
            return false;
        }
        run.skip += found.start - run.next;
        (run.next, run.end) = (found.start, found.end);
        true
    }

    /// A web seed lied: nothing more is taken from it.
    pub(super) fn ban_web_seed(&mut self, liar: PeerId, shared: &mut Shared) {
        let Some(at) = self.web_seeds.iter().position(|seed| seed.name == liar) else { return };
        let fault = Fault::Final("The web seed sent false bytes.".to_owned());
        self.web_seeds[at].failed(fault, shared.now, &mut shared.rng);
        self.stop_web_seed(at, shared);
    }

    /// Nothing more is wanted.
    pub(super) fn stop_web_seeds(&mut self, shared: &mut Shared) {
        (0..self.web_seeds.len()).for_each(|at| self.stop_web_seed(at, shared));
        self.timers.stop(SwarmTimer::WebSeeds);
    }

    /// The network may have changed: what failed is tried again at once.
    pub(super) fn retry_web_seeds(&mut self) {
        self.web_seeds.iter_mut().for_each(WebSeed::try_again);
    }

    fn stop_web_seed(&mut self, at: usize, shared: &mut Shared) {
        let Some(seed) = self.web_seeds.get_mut(at) else { return };
        for run in std::mem::take(&mut seed.runs) {
            shared.cancel_fetch(run.fetch);
            self.give_back_run(at, &run);
        }
    }

    fn fail_run(&mut self, at: usize, run: &Run, fault: Fault, shared: &mut Shared) {
        let (Some(seed), Some(pieces)) = (self.web_seeds.get_mut(at), &self.pieces) else { return };
        let (info, part) = (pieces.info(), run.part(pieces.info()));
        match (fault, part.and_then(|part| info.files().get(part.file))) {
            (Fault::NoFile(_), Some(file)) if info.files().len() > 1 => seed.lack(pieces_of(info, file.range())),
            (fault, _) => seed.failed(fault, shared.now, &mut shared.rng),
        }
        let refused = seed.is_refused();
        self.give_back_run(at, run);
        if refused {
            self.stop_web_seed(at, shared);
        }
        self.ask_all(shared);
    }

    fn give_back_run(&mut self, at: usize, run: &Run) {
        let (Some(seed), Some(pieces)) = (self.web_seeds.get_mut(at), &mut self.pieces) else { return };
        pieces.give_back_run(seed.id, run.bytes());
        if seed.runs.is_empty() {
            pieces.release(seed.id);
        }
        seed.looked = None;
    }

    fn take_run(&mut self, id: FetchId) -> Option<(usize, Run)> {
        self.web_seeds.iter_mut().enumerate().find_map(|(at, seed)| {
            let run = seed.runs.iter().position(|run| run.fetch == id)?;
            Some((at, seed.runs.remove(run)))
        })
    }

    /// Once a second while something is missing.
    pub(super) fn web_seeds_tick(&mut self, shared: &mut Shared) {
        let now = shared.now;
        for seed in self.web_seeds.iter_mut().filter(|seed| seed.waits_until().is_some_and(|until| until <= now)) {
            seed.try_again();
        }
        for run in self.runs_where(|_, _, run| now.saturating_since(run.heard) >= FETCH_TIMEOUT) {
            if let Some((at, run)) = self.take_run(run) {
                shared.cancel_fetch(run.fetch);
                self.fail_run(at, &run, Fault::Passing("The web seed sends nothing.".to_owned()), shared);
            }
        }
        // In the end game somebody else was faster.
        for run in self.runs_where(|seed, pieces, run| !pieces.awaits_run(seed.id, run.bytes())) {
            if let Some((at, mut run)) = self.take_run(run) {
                shared.cancel_fetch(run.fetch);
                run.next = run.end;
                self.go_on(at, run, shared);
            }
        }
        self.share_slow_runs(shared);
        self.end_game(shared);
    }

    fn runs_where(&self, is_meant: impl Fn(&WebSeed, &Pieces, &Run) -> bool) -> Vec<FetchId> {
        let Some(pieces) = &self.pieces else { return Vec::new() };
        let all = self.web_seeds.iter().flat_map(|seed| seed.runs.iter().map(move |run| (seed, run)));
        all.filter(|(seed, run)| is_meant(seed, pieces, run)).map(|(_, run)| run.fetch).collect()
    }

    /// Somebody has nothing to do: of slow runs only what comes soon stays with them.
    fn share_slow_runs(&mut self, shared: &mut Shared) {
        let idle_peer = self
            .peers
            .values()
            .any(|peer| peer.is_willing() && peer.am_interested && !peer.choking && peer.asked.is_empty());
        let idle_seeds = self.web_seeds.iter().filter(|seed| seed.is_free() && seed.runs.is_empty()).count();
        let Some(pieces) = self.pieces.as_mut().filter(|_| idle_peer || idle_seeds > 0) else { return };
        let now = shared.now;
        for seed in &mut self.web_seeds {
            let share = seed.down.per_second(now) / seed.runs.len().max(1) as u64;
            for run in seed.runs.iter_mut().filter(|run| now.saturating_since(run.since) >= WEB_SEED_TICK) {
                let soon = pieces.block_at(run.next + share * WINDOW_TIME.as_secs());
                let cut = soon.map_or(run.end, |block| pieces.block_bytes(block).end);
                if cut < run.end {
                    pieces.give_back_run(seed.id, cut..run.end);
                    run.end = cut;
                }
            }
        }
        self.ask_all(shared);
    }

    /// Nothing is left that nobody was asked for, and the rest takes its time: an idle web seed is asked for some of it, too.
    fn end_game(&mut self, shared: &mut Shared) {
        if self.peers_suffice(shared.now) {
            return;
        }
        for at in 0..self.web_seeds.len() {
            let (Some(seed), Some(pieces)) = (self.web_seeds.get(at), &mut self.pieces) else { return };
            if seed.is_free() && seed.runs.is_empty() && shared.fetches.len() < MAX_FETCHES {
                let run = pieces.ask_run_again(seed.id, ENDGAME_BLOCKS, |index| seed.has(index));
                run.into_iter().for_each(|run| self.begin_run(at, run, shared));
            }
        }
    }

    /// Somebody listens where nobody was asked yet, and every web seed is busy elsewhere: one of them turns to it.
    pub(super) fn make_way(&mut self, shared: &mut Shared) {
        if self.web_seeds.is_empty() || self.is_complete() || self.peers_suffice(shared.now) {
            return;
        }
        let Some(pieces) = &self.pieces else { return };
        let busy = |seed: &&WebSeed| seed.is_usable() && !seed.is_free() && pieces.has_listener_waiting(seed.id);
        let runs = self.web_seeds.iter().filter(busy).flat_map(|seed| &seed.runs);
        let longest = runs.max_by_key(|run| run.end - run.next).map(|run| run.fetch);
        if let Some((at, run)) = longest.and_then(|longest| self.take_run(longest)) {
            shared.cancel_fetch(run.fetch);
            self.give_back_run(at, &run);
        }
    }
}

fn too_much() -> Then {
    Then::Fail(Fault::Passing("The web seed sends more than it was asked for.".to_owned()))
}

fn fault_of(failure: FetchFailure) -> Fault {
    match failure {
        FetchFailure::Network => Fault::Passing(
            "The web seed cannot be reached, or does not let pages of other sites read it (CORS).".to_owned(),
        ),
        FetchFailure::MixedContent => {
            Fault::Final("The web seed has an http address, and this page came over https.".to_owned())
        }
        FetchFailure::Url => Fault::Final("The browser does not take the address of the web seed.".to_owned()),
    }
}

fn pieces_of(info: &Info, bytes: Range<u64>) -> Range<u32> {
    let mut pieces = info.pieces_in(bytes);
    let Some(first) = pieces.next() else { return 0..0 };
    first.get()..pieces.last().unwrap_or(first).get() + 1
}
