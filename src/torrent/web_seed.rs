//! One web seed: a web server that has the files of a torrent (BEP 19), and what is being fetched from it.

use std::ops::Range;

use super::bencode::{self, Value};
use super::limits::{
    FIRST_RUN_BYTES, MAX_FETCHES_PER_WEB_SEED, MAX_LACKING_FILES, MAX_RUN_BYTES, MAX_WEB_SEED_RETRY, MAX_WEB_SEED_URL,
    MIN_RUN_BYTES, RUN_TIME, WEB_SEED_RETRY,
};
use super::magnet::percent_encode_bytes;
use super::rate::Rate;
use super::rng::Rng;
use super::{ConnectionId, FetchId, Info, Instant, PeerId, WebSeedState, WebSeedStatus};

/// A web seed of one torrent.
#[derive(Debug)]
pub(super) struct WebSeed {
    /// How the table of pieces calls it among those who are asked. No connection of the session ever has this number.
    pub(super) id: ConnectionId,
    /// How the table of pieces calls it among those who sent. Nobody else can know it, so nobody can lie in its name.
    pub(super) name: PeerId,
    url: String,
    standing: Standing,
    /// Failures since the last run that was whole.
    failures: u32,
    /// It answers with whole files, whatever part is asked for.
    pub(super) whole_files: bool,
    /// Pieces with files that it does not have.
    lacks: Vec<Range<u32>>,
    pub(super) runs: Vec<Run>,
    pub(super) down: Rate,
    /// There was nothing to ask it for a moment ago.
    pub(super) looked: Option<Instant>,
}

/// Whether a web seed may be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Standing {
    Usable,
    /// It failed, for this reason. It is tried again then.
    Waiting(Instant, String),
    /// It is of no use, for this reason.
    Refused(String),
}

/// Bytes that lie together in the content and are fetched in order, with one request for each file that they touch.
#[derive(Debug)]
pub(super) struct Run {
    /// The current request.
    pub(super) fetch: FetchId,
    /// The next byte of the content that is waited for.
    pub(super) next: u64,
    /// Where the run ends.
    pub(super) end: u64,
    /// Where the current request ends. Beyond `end` when others took over the rest.
    pub(super) part_end: u64,
    /// Bytes of the body in front of `next`.
    pub(super) skip: u64,
    /// Where the current request began.
    pub(super) part_start: u64,
    /// What is here of a block that is not whole.
    pub(super) block: Vec<u8>,
    pub(super) since: Instant,
    /// The last sign of life.
    pub(super) heard: Instant,
}

/// What one request can bring of a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// Which of the torrent's files.
    pub(super) file: usize,
    /// The bytes of that file.
    pub(super) bytes: Range<u64>,
    /// They only fill up a piece: zeros, on no server.
    pub(super) padding: bool,
}

/// What a failure means for the web seed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// It did nothing wrong.
    None,
    /// It may be better later.
    Passing(String),
    /// This file is not there. Others may be.
    NoFile(String),
    /// It will not be better.
    Final(String),
}

impl WebSeed {
    pub(super) fn new(id: ConnectionId, name: PeerId, url: String) -> Self {
        Self {
            id,
            name,
            url,
            standing: Standing::Usable,
            failures: 0,
            whole_files: false,
            lacks: Vec::new(),
            runs: Vec::new(),
            down: Rate::default(),
            looked: None,
        }
    }

    pub(super) fn is_at(&self, url: &str) -> bool {
        self.url == url
    }

    /// Whether another request may be made. Of a server that sends whole files one brings everything.
    pub(super) fn is_free(&self) -> bool {
        let most = if self.whole_files { 1 } else { MAX_FETCHES_PER_WEB_SEED };
        self.standing == Standing::Usable && self.runs.len() < most
    }

    pub(super) fn is_usable(&self) -> bool {
        self.standing == Standing::Usable
    }

    pub(super) fn is_refused(&self) -> bool {
        matches!(self.standing, Standing::Refused(_))
    }

    pub(super) fn has(&self, piece: u32) -> bool {
        !self.lacks.iter().any(|range| range.contains(&piece))
    }

    /// How much to ask for at once: what a few seconds bring.
    pub(super) fn run_bytes(&self, now: Instant) -> u64 {
        if self.down.total() == 0 {
            return FIRST_RUN_BYTES;
        }
        let share = self.down.per_second(now) / MAX_FETCHES_PER_WEB_SEED as u64;
        (share * RUN_TIME.as_secs()).clamp(MIN_RUN_BYTES, MAX_RUN_BYTES)
    }

    /// A run came as it should.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
    }

    /// It failed. What was asked of it is for others.
    pub(super) fn failed(&mut self, fault: Fault, now: Instant, rng: &mut Rng) {
        match fault {
            Fault::Passing(why) | Fault::NoFile(why) if self.standing == Standing::Usable => {
                let pause = (WEB_SEED_RETRY * (1 << self.failures.min(10))).min(MAX_WEB_SEED_RETRY);
                self.failures += 1;
                self.standing = Standing::Waiting(now + rng.jitter(pause), why);
            }
            Fault::None | Fault::Passing(_) | Fault::NoFile(_) => {}
            Fault::Final(why) => self.standing = Standing::Refused(why),
        }
    }

    /// These pieces cannot be had from it.
    pub(super) fn lack(&mut self, pieces: Range<u32>) {
        if self.lacks.len() >= MAX_LACKING_FILES {
            self.standing = Standing::Refused("The web seed lacks too many files.".to_owned());
        } else {
            self.lacks.push(pieces);
        }
    }

    /// When it is to be tried again.
    pub(super) fn waits_until(&self) -> Option<Instant> {
        if let Standing::Waiting(at, _) = self.standing { Some(at) } else { None }
    }

    /// Its time has come, or the network has changed.
    pub(super) fn try_again(&mut self) {
        if let Standing::Waiting(..) = self.standing {
            self.standing = Standing::Usable;
        }
    }

    pub(super) fn status(&self) -> WebSeedStatus {
        let (state, problem) = match &self.standing {
            Standing::Usable if self.runs.is_empty() => (WebSeedState::Idle, None),
            Standing::Usable => (WebSeedState::Fetching, None),
            Standing::Waiting(_, why) => (WebSeedState::Waiting, Some(why.clone())),
            Standing::Refused(why) => (WebSeedState::Refused, Some(why.clone())),
        };
        WebSeedStatus { url: self.url.clone(), state, bytes: self.down.total(), problem }
    }

    /// Where a file of the torrent is (BEP 19, "Metadata Extension"): the URL itself for a single file, or below it when it ends
    /// in a slash; below it, in the folder of the torrent's name, for one of several. `None` for names that no URL can hold.
    pub(super) fn url_of(&self, info: &Info, file: usize) -> Option<String> {
        let list = info.extra(b"files");
        if list.is_none() && !self.url.ends_with('/') {
            return Some(self.url.clone());
        }
        let mut url = self.url.clone();
        if !url.ends_with('/') {
            url.push('/');
        }
        url.push_str(&segment(info.raw_name())?);
        if let Some(list) = list {
            let list = bencode::decode_lenient(list).ok()?;
            let file = list.as_list()?.get(info.files().get(file)?.index as usize)?;
            let path = file.get("path.utf-8").or_else(|| file.get("path")).and_then(Value::as_list)?;
            for part in path {
                url.push('/');
                url.push_str(&segment(part.as_bytes()?)?);
            }
        }
        Some(url)
    }
}

impl Run {
    /// What is still to come.
    pub(super) fn bytes(&self) -> Range<u64> {
        self.next - self.block.len() as u64..self.end
    }

    /// What the next request can bring.
    pub(super) fn part(&self, info: &Info) -> Option<Part> {
        // Empty files end where they begin, and so never hold the byte.
        let file = info.files().partition_point(|file| file.range().end <= self.next);
        let found = info.files().get(file)?;
        let bytes = self.next - found.offset..self.end.min(found.range().end) - found.offset;
        Some(Part { file, bytes, padding: found.padding })
    }
}

/// One part of a path as it stands in a URL. What a browser would take for a way up or down is no name of a file.
fn segment(name: &[u8]) -> Option<String> {
    (!matches!(name, b"" | b"." | b"..")).then(|| percent_encode_bytes(name))
}

/// The URL as it can be asked for: over http, not endless, without a name and password, which browsers refuse to send along.
pub(super) fn usable_url(url: &str) -> Option<String> {
    let url = url.split('#').next().unwrap_or(url).trim();
    let rest = strip_scheme(url)?;
    let host = rest.split(['/', '?', '\\']).next().unwrap_or(rest);
    let speakable = url.len() <= MAX_WEB_SEED_URL && !url.chars().any(|c| c.is_control() || c.is_whitespace());
    (speakable && !host.is_empty() && !host.contains('@')).then(|| url.to_owned())
}

fn strip_scheme(url: &str) -> Option<&str> {
    ["https://", "http://"].into_iter().find_map(|scheme| {
        let (head, rest) = url.split_at_checked(scheme.len())?;
        head.eq_ignore_ascii_case(scheme).then_some(rest)
    })
}
