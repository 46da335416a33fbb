//! One engine and one hand-driven web server: what is asked of it, and what is made of its answers.

use std::ops::Range;

use super::super::super::bencode::{DictEncoder, encode_bytes, encode_list};
use super::super::super::extension::MetadataMessage;
use super::super::super::{
    AddTorrent, Bitfield, Command, Config, Event, FetchAnswer, FetchFailure, FetchId, File, Info, Input, Instant,
    Output, RateLimits, Session, WebSeedState, WebSeedStatus,
};
use super::{LENGTH, LIBTORRENT, Message, Rig, Role, WEBTORRENT, requests};
use sha1::{Digest, Sha1};

const PIECE: usize = 16 * 1024;
const URL: &str = "https://web.example/memo.webm";

/// A request on its way.
#[derive(Debug, Clone)]
struct Asked {
    id: FetchId,
    url: String,
    bytes: Range<u64>,
}

/// An engine with one torrent that no tracker and no peer knows.
struct Web {
    session: Session,
    now: u64,
    info: Info,
    content: Vec<u8>,
    asked: Vec<Asked>,
    cancelled: Vec<FetchId>,
    events: Vec<Event>,
}

fn content(length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 7 / 3 + at / 1000) as u8).collect()
}

/// A torrent of one file, or of these: path, length, attributes.
fn torrent(name: &str, content: &[u8], files: &[(&[&str], u64, &str)]) -> Info {
    let hashes: Vec<u8> = content.chunks(PIECE).flat_map(|piece| Sha1::digest(piece).to_vec()).collect();
    let dict = DictEncoder::new().bytes("name", name).integer("piece length", PIECE as i64).bytes("pieces", hashes);
    let file = |(path, length, attributes): &(&[&str], u64, &str)| {
        let dict = DictEncoder::new().integer("length", *length as i64).bytes("attr", attributes);
        dict.list("path", path.iter().map(encode_bytes)).encode()
    };
    let dict = match files {
        [] => dict.integer("length", content.len() as i64),
        files => dict.raw("files", encode_list(files.iter().map(file))),
    };
    Info::parse(&dict.encode()).expect("a torrent")
}

impl Web {
    fn new(length: usize, urls: &[&str]) -> Self {
        let content = content(length);
        Self::of(torrent("memo.webm", &content, &[]), content, urls)
    }

    fn of(info: Info, content: Vec<u8>, urls: &[&str]) -> Self {
        let mut web = Self {
            session: Session::new(Config::default(), 1),
            now: 0,
            info,
            content,
            asked: Vec::new(),
            cancelled: Vec::new(),
            events: Vec::new(),
        };
        web.add(urls);
        web
    }

    fn add(&mut self, urls: &[&str]) {
        self.feed(Input::Command(Command::Add(AddTorrent {
            info: Some(self.info.raw().to_vec()),
            have: Some(Bitfield::new(self.info.piece_count())),
            wanted: Some(self.info.files().iter().map(File::range).collect()),
            web_seeds: urls.iter().map(|url| (*url).to_owned()).collect(),
            ..AddTorrent::new(self.info.info_hash())
        })));
    }

    fn feed(&mut self, input: Input) {
        self.session.handle_input(Instant::from_millis(self.now), input).expect("no mistake of the caller");
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Fetch(id, url, bytes) => self.asked.push(Asked { id, url, bytes }),
                Output::CancelFetch(id) => {
                    self.asked.retain(|asked| asked.id != id);
                    self.cancelled.push(id);
                }
                Output::WritePiece(hash, piece, bytes) => {
                    let range = self.info.piece_range(piece);
                    assert!(bytes == self.content[range.start as usize..range.end as usize], "false bytes are kept");
                    self.feed(Input::PieceWritten(hash, piece, Ok(())));
                }
                Output::Event(event) => self.events.push(event),
                other => panic!("{other:?}"),
            }
        }
    }

    fn wait(&mut self, ms: u64) {
        let end = self.now + ms;
        while let Some(at) = self.session.poll_timeout().filter(|at| at.as_millis() <= end) {
            self.now = self.now.max(at.as_millis());
            self.feed(Input::Timeout);
        }
        self.now = end;
    }

    /// The oldest request.
    fn next(&mut self) -> Asked {
        assert!(!self.asked.is_empty(), "nothing is asked for: {:?}", self.seed());
        self.asked.remove(0)
    }

    fn head(&mut self, asked: &Asked, status: u16, length: Option<u64>) {
        self.feed(Input::FetchAnswered(asked.id, FetchAnswer { status, length }));
    }

    fn body(&mut self, asked: &Asked, bytes: &[u8]) {
        bytes.chunks(5000).for_each(|chunk| self.feed(Input::FetchBytes(asked.id, chunk.to_vec())));
    }

    fn true_body(&mut self, asked: &Asked, bytes: Range<usize>) {
        let bytes = self.content[bytes].to_vec();
        self.body(asked, &bytes);
    }

    fn end(&mut self, asked: &Asked) {
        self.feed(Input::FetchEnded(asked.id, Ok(())));
    }

    fn fail(&mut self, asked: &Asked, failure: FetchFailure) {
        self.feed(Input::FetchEnded(asked.id, Err(failure)));
    }

    /// Answers as a good server does whose file begins at `offset` of the content.
    fn serve(&mut self, asked: &Asked, offset: u64) {
        let bytes = (offset + asked.bytes.start) as usize..(offset + asked.bytes.end) as usize;
        let body = self.content[bytes].to_vec();
        self.head(asked, 206, Some(body.len() as u64));
        self.body(asked, &body);
        self.end(asked);
    }

    fn serve_all(&mut self) {
        while !self.asked.is_empty() {
            let asked = self.next();
            self.serve(&asked, 0);
        }
    }

    fn seeds(&self) -> Vec<WebSeedStatus> {
        self.session.status(&self.info.info_hash()).expect("the torrent").web_seeds
    }

    fn seed(&self) -> WebSeedStatus {
        self.seeds().remove(0)
    }

    fn is_complete(&self) -> bool {
        self.events.contains(&Event::Complete(self.info.info_hash()))
    }

    #[track_caller]
    fn refused(&self, why: &str) {
        let seed = self.seed();
        assert_eq!(seed.state, WebSeedState::Refused, "{seed:?}");
        assert!(seed.problem.as_ref().is_some_and(|problem| problem.contains(why)), "{seed:?}");
        assert!(self.asked.is_empty(), "it is still asked");
    }

    #[track_caller]
    fn waits(&self, why: &str) {
        let seed = self.seed();
        assert_eq!(seed.state, WebSeedState::Waiting, "{seed:?}");
        assert!(seed.problem.as_ref().is_some_and(|problem| problem.contains(why)), "{seed:?}");
    }
}

#[test]
fn a_short_memo_is_one_request_and_needs_no_peer_and_no_tracker() {
    let mut web = Web::new(LENGTH, &[URL]);
    let asked = web.next();
    assert_eq!((asked.url.as_str(), asked.bytes.clone()), (URL, 0..LENGTH as u64));
    assert!(web.asked.is_empty());
    assert_eq!(web.seed().state, WebSeedState::Fetching);
    web.serve(&asked, 0);
    assert!(web.is_complete());
    assert_eq!(
        web.seed(),
        WebSeedStatus { url: URL.to_owned(), state: WebSeedState::Idle, bytes: LENGTH as u64, problem: None }
    );
}

#[test]
fn long_files_come_in_few_requests_two_at_a_time_that_do_not_overlap() {
    let length = 6_000_000;
    let mut web = Web::new(length, &[URL]);
    let mut all: Vec<Range<u64>> = Vec::new();
    while !web.asked.is_empty() {
        assert!(web.asked.len() <= 2);
        let asked = web.next();
        all.push(asked.bytes.clone());
        web.wait(100);
        web.serve(&asked, 0);
    }
    assert!(web.is_complete() && all.len() < 12, "{} requests", all.len());
    all.sort_by_key(|bytes| bytes.start);
    assert!(all.windows(2).all(|pair| pair[0].end == pair[1].start), "{all:?}");
    assert_eq!((all[0].start, all[all.len() - 1].end), (0, length as u64));
}

#[test]
fn only_addresses_of_the_web_are_asked_each_once_and_not_too_many() {
    let long = format!("https://web.example/{}", "a".repeat(3000));
    let refused =
        ["ftp://a/b", "javascript:alert(1)", "//a/b", "https://", "https://user:key@a/b", "https://a/b c", &long];
    assert_eq!(Web::new(LENGTH, &refused).seeds(), []);
    let mut web = Web::new(LENGTH, &["HTTP://a/b#c", "http://a/b", "HTTP://a/b"]);
    let urls = |web: &Web| web.seeds().into_iter().map(|seed| seed.url).collect::<Vec<_>>();
    assert_eq!(urls(&web), ["HTTP://a/b", "http://a/b"]);
    let many: Vec<String> = (0..100).map(|number| format!("https://a/{number}")).collect();
    web.add(&many.iter().map(String::as_str).collect::<Vec<_>>());
    assert_eq!(urls(&web).len(), 8);
}

#[test]
fn the_name_is_appended_to_a_folder_and_nothing_to_a_file() {
    for (name, url, expected) in [
        ("memo.webm", "https://a/b?key=1", "https://a/b?key=1"),
        ("memo.webm", "https://a/b/", "https://a/b/memo.webm"),
        ("a b#ü?/%.webm", "https://a/", "https://a/a%20b%23%C3%BC%3F%2F%25.webm"),
    ] {
        let content = content(LENGTH);
        let mut web = Web::of(torrent(name, &content, &[]), content, &[url]);
        assert_eq!(web.next().url, expected);
    }
    let content = content(LENGTH);
    let web = Web::of(torrent("..", &content, &[]), content, &["https://a/"]);
    assert!(web.asked.is_empty(), "no address leads up from the folder");
    web.waits("name that no address can hold");
}

#[test]
fn of_several_files_each_is_asked_for_by_its_path_and_padding_by_nobody() {
    let files: [(&[&str], u64, &str); 5] = [
        (&["one & two.webm"], 20_000, ""),
        (&["link"], 0, "l"),
        (&[".pad", "12768"], 12_768, "p"),
        (&["empty"], 0, ""),
        (&["ü", "a/b?.webm"], 30_000, "x"),
    ];
    let mut content = content(62_768);
    content[20_000..32_768].fill(0);
    for url in ["https://web.example/memos", "https://web.example/memos/"] {
        let mut web = Web::of(torrent("My memos", &content, &files), content.clone(), &[url]);
        let mut urls = Vec::new();
        while !web.asked.is_empty() {
            let asked = web.next();
            urls.push((asked.url.clone(), asked.bytes.clone()));
            let offset = if asked.url.contains("one") { 0 } else { 32_768 };
            web.serve(&asked, offset);
        }
        assert_eq!(
            urls,
            [
                ("https://web.example/memos/My%20memos/one%20%26%20two.webm".to_owned(), 0..20_000),
                ("https://web.example/memos/My%20memos/%C3%BC/a%2Fb%3F.webm".to_owned(), 0..30_000),
            ]
        );
        assert!(web.is_complete());
    }
}

#[test]
fn a_piece_over_several_files_takes_one_range_of_each() {
    let files: [(&[&str], u64, &str); 3] = [(&["a"], 10_000, ""), (&["b"], 3_000, ""), (&["c"], 30_000, "")];
    let content = content(43_000);
    let mut web = Web::of(torrent("album", &content, &files), content, &["https://a"]);
    let mut asked_for = Vec::new();
    while !web.asked.is_empty() {
        let asked = web.next();
        let offset = [("/a", 0), ("/b", 10_000), ("/c", 13_000)].iter().find(|(end, _)| asked.url.ends_with(end));
        asked_for.push(asked.bytes.clone());
        web.serve(&asked, offset.expect("one of the files").1);
    }
    assert_eq!(asked_for, [0..10_000, 0..3_000, 0..30_000]);
    assert!(web.is_complete());
}

#[test]
fn a_server_that_lacks_one_of_several_files_is_asked_for_the_others() {
    let files: [(&[&str], u64, &str); 2] = [(&["a"], 2 * PIECE as u64, ""), (&["b"], 2 * PIECE as u64, "")];
    let content = content(4 * PIECE);
    let mut web = Web::of(torrent("album", &content, &files), content, &["https://a"]);
    let asked = web.next();
    assert!(asked.url.ends_with("/a"));
    web.head(&asked, 404, None);
    let asked = web.next();
    assert_eq!((asked.url.as_str(), asked.bytes.clone()), ("https://a/album/b", 0..2 * PIECE as u64));
    web.serve(&asked, 2 * PIECE as u64);
    assert_eq!(web.session.status(&web.info.info_hash()).expect("the torrent").have, [0b0011_0000]);
    web.wait(60_000);
    assert!(web.asked.is_empty(), "it does not have the rest");
}

#[test]
fn a_whole_file_instead_of_a_part_is_taken_if_it_can_be_the_file() {
    // What is asked for first is not where the file begins.
    let mut web = Web::new(LENGTH, &[]);
    web.feed(Input::Command(Command::WantSoon(web.info.info_hash(), 50_000..50_001)));
    web.add(&[URL]);
    let asked = web.next();
    assert_eq!(asked.bytes, 3 * PIECE as u64..LENGTH as u64);
    web.head(&asked, 200, Some(LENGTH as u64));
    web.body(&asked, &web.content.clone());
    web.end(&asked);
    // The beginning went by before anybody wanted it. Now it is all that is asked for.
    let asked = web.next();
    assert_eq!(asked.bytes, 0..3 * PIECE as u64);
    web.head(&asked, 200, None);
    web.body(&asked, &web.content.clone());
    assert!(web.is_complete());
}

#[test]
fn of_a_server_that_sends_whole_files_one_request_brings_everything() {
    let length = 3_000_000;
    let mut web = Web::new(length, &[URL]);
    let (first, second) = (web.next(), web.next());
    web.head(&first, 200, Some(length as u64));
    web.head(&second, 200, Some(length as u64));
    assert_eq!(web.cancelled, [second.id]);
    let content = web.content.clone();
    web.body(&first, &content);
    web.end(&first);
    assert!(web.is_complete() && web.asked.is_empty());
    assert_eq!(web.seed().bytes, length as u64);
}

#[test]
fn a_whole_file_that_cannot_be_the_file_or_is_too_large_is_refused() {
    let mut web = Web::new(2_000_000, &[URL]);
    let asked = web.next();
    web.head(&asked, 200, Some(2_000_001));
    assert!(web.cancelled.contains(&asked.id));
    web.refused("another file");

    let mut web = Web::new(40_000_000, &[URL]);
    let asked = web.next();
    web.head(&asked, 200, None);
    web.refused("only whole files");

    let mut web = Web::new(2_000_000, &[URL]);
    let asked = web.next();
    web.head(&asked, 416, None);
    web.refused("shorter file");
}

#[test]
fn a_short_body_is_used_as_far_as_it_goes() {
    let mut web = Web::new(LENGTH, &[URL]);
    let asked = web.next();
    web.head(&asked, 206, Some(40_000));
    web.true_body(&asked, 0..40_000);
    web.end(&asked);
    let rest = web.next();
    assert_eq!(rest.bytes, 40_000..LENGTH as u64, "the half of a block is kept, too");
    web.serve(&rest, 0);
    assert!(web.is_complete());
}

#[test]
fn a_body_with_next_to_nothing_is_not_asked_for_again_and_again() {
    let mut web = Web::new(LENGTH, &[URL]);
    let asked = web.next();
    web.head(&asked, 206, None);
    web.true_body(&asked, 0..100);
    web.end(&asked);
    assert!(web.asked.is_empty());
    web.waits("less than it was asked for");
}

#[test]
fn more_bytes_than_were_asked_for_are_not_taken() {
    let mut web = Web::new(3_000_000, &[URL]);
    let asked = web.next();
    web.head(&asked, 206, None);
    let end = asked.bytes.end as usize;
    web.true_body(&asked, 0..end);
    assert!(web.cancelled.is_empty());
    let held = web.session.footprint().held_bytes;
    web.body(&asked, &[0; 5000]);
    assert_eq!(web.cancelled[0], asked.id);
    web.body(&asked, &[0; 100_000]);
    assert!(web.session.footprint().held_bytes <= held);
    web.waits("more than it was asked for");
    // Who says so beforehand is not even listened to.
    let mut web = Web::new(LENGTH, &[URL]);
    let asked = web.next();
    web.head(&asked, 206, Some(LENGTH as u64 + 1));
    web.waits("more than it was asked for");
}

#[test]
fn what_fails_is_tried_again_later_and_later() {
    let mut web = Web::new(LENGTH, &[URL]);
    let mut pauses = Vec::new();
    for _ in 0..12 {
        let asked = web.next();
        web.fail(&asked, FetchFailure::Network);
        web.waits("(CORS)");
        let failed = web.now;
        while web.asked.is_empty() {
            web.wait(1000);
        }
        pauses.push((web.now - failed) / 1000);
    }
    assert!(pauses[0] >= 4 && pauses[1] > pauses[0] && pauses[2] > pauses[1], "{pauses:?}");
    assert!(pauses[7..].iter().all(|pause| (270..=332).contains(pause)), "{pauses:?}");
    for status in [403, 404, 429, 500, 503] {
        let asked = web.next();
        web.head(&asked, status, Some(10));
        web.waits(&status.to_string());
        web.feed(Input::Command(Command::NetworkChanged));
    }
    web.serve_all();
    assert!(web.is_complete(), "back at last");
}

#[test]
fn what_cannot_be_is_not_tried_again() {
    for (failure, why) in [(FetchFailure::MixedContent, "over https"), (FetchFailure::Url, "address")] {
        let mut web = Web::new(LENGTH, &[URL]);
        let asked = web.next();
        web.fail(&asked, failure);
        web.refused(why);
        web.wait(3_600_000);
        web.feed(Input::Command(Command::NetworkChanged));
        web.refused(why);
    }
}

#[test]
fn a_request_that_stays_silent_is_given_up() {
    let mut web = Web::new(LENGTH, &[URL, "https://other.example/memo.webm"]);
    let asked = web.next();
    assert_eq!(asked.url, URL);
    web.wait(15_500);
    assert_eq!(web.cancelled, [asked.id]);
    web.waits("sends nothing");
    web.serve_all();
    assert!(web.is_complete(), "from the other one");
}

#[test]
fn a_web_seed_that_lies_is_banned_and_the_piece_comes_from_another() {
    let mut web = Web::new(LENGTH, &[URL]);
    let asked = web.next();
    web.head(&asked, 206, None);
    let mut lies = web.content.clone();
    lies[20_000] ^= 1;
    web.body(&asked, &lies);
    web.refused("false bytes");
    assert_eq!(web.cancelled, [asked.id]);
    web.add(&["https://honest.example/memo.webm"]);
    let asked = web.next();
    assert_eq!(asked.bytes, PIECE as u64..LENGTH as u64, "what was true stays");
    web.serve(&asked, 0);
    assert!(web.is_complete());
}

#[test]
fn pause_takes_back_every_request_and_resume_asks_again() {
    let mut web = Web::new(3_000_000, &[URL]);
    let info_hash = web.info.info_hash();
    assert_eq!(web.asked.len(), 2);
    web.feed(Input::Command(Command::Pause(info_hash)));
    assert!(web.asked.is_empty() && web.cancelled.len() == 2);
    web.wait(60_000);
    assert!(web.asked.is_empty());
    web.feed(Input::Command(Command::Resume(info_hash)));
    web.serve_all();
    assert!(web.is_complete());
    let mut web = Web::new(3_000_000, &[URL]);
    web.feed(Input::Command(Command::Remove(info_hash)));
    assert!(web.asked.is_empty() && web.cancelled.len() == 2);
}

#[test]
fn a_limit_holds_for_web_seeds_too() {
    let mut web = Web::new(4_000_000, &[]);
    let limit = RateLimits { down: Some(100_000), up: None };
    web.feed(Input::Command(Command::Limit(None, limit)));
    web.add(&[URL]);
    for _ in 0..200 {
        if !web.asked.is_empty() {
            let asked = web.next();
            web.serve(&asked, 0);
        }
        web.wait(100);
    }
    let bytes = web.seed().bytes;
    assert!((1_800_000..=2_300_000).contains(&bytes), "{bytes} bytes in 20 seconds");
}

#[test]
fn requests_are_bounded_over_all_torrents_and_none_starves() {
    let mut session = Session::new(Config::default(), 1);
    let mut asked: Vec<Asked> = Vec::new();
    let (mut done, mut now) = (0, 0);
    let mut feed = |now: u64, input: Input, asked: &mut Vec<Asked>| {
        session.handle_input(Instant::from_millis(now), input).expect("no mistake of the caller");
        while let Some(output) = session.poll_output() {
            match output {
                Output::Fetch(id, url, bytes) => asked.push(Asked { id, url, bytes }),
                Output::Event(Event::Complete(_)) => done += 1,
                Output::WritePiece(hash, piece, _) => {
                    session
                        .handle_input(Instant::from_millis(now), Input::PieceWritten(hash, piece, Ok(())))
                        .expect("no mistake of the caller");
                }
                _ => {}
            }
        }
    };
    for number in 0..30 {
        let info = torrent(&format!("memo {number}"), &content(1000), &[]);
        let web_seeds = vec![URL.to_owned()];
        let add = AddTorrent { info: Some(info.raw().to_vec()), web_seeds, ..AddTorrent::new(info.info_hash()) };
        feed(now, Input::Command(Command::Add(add)), &mut asked);
    }
    while !asked.is_empty() {
        assert!(asked.len() <= 12, "{} at once", asked.len());
        for one in std::mem::take(&mut asked) {
            feed(now, Input::FetchAnswered(one.id, FetchAnswer { status: 206, length: None }), &mut asked);
            feed(now, Input::FetchBytes(one.id, content(1000)), &mut asked);
            feed(now, Input::FetchEnded(one.id, Ok(())), &mut asked);
        }
        now += 1000;
        feed(now, Input::Timeout, &mut asked);
    }
    assert_eq!(done, 30);
}

#[test]
fn where_somebody_listens_comes_first() {
    let mut web = Web::new(20_000_000, &[URL]);
    let before = web.asked.clone();
    web.feed(Input::Command(Command::WantSoon(web.info.info_hash(), 15_000_000..15_300_000)));
    let listened = web.asked.last().expect("requests").bytes.clone();
    assert_eq!(listened.start, 15_000_000 / PIECE as u64 * PIECE as u64);
    assert_eq!(web.cancelled.len(), 1, "of two that were on their way elsewhere: {before:?}");
}

// Mixed with peers.

/// A leecher with the metadata, a web seed, and these peers that have everything and serve.
fn mixed(peers: &[&[u8; 20]]) -> (Rig, Vec<super::Remote>) {
    let mut rig = Rig::new(&Role::Leecher);
    let remotes = peers
        .iter()
        .map(|peer_id| {
            let remote = rig.meet(peer_id);
            rig.say(&remote, &Message::HaveAll);
            remote
        })
        .collect();
    let add = AddTorrent { web_seeds: vec![URL.to_owned()], ..AddTorrent::new(rig.hash()) };
    rig.feed(Input::Command(Command::Add(add)));
    (rig, remotes)
}

fn fetches(rig: &mut Rig) -> Vec<Asked> {
    let mut asked = Vec::new();
    rig.outputs.retain(|output| match output {
        Output::Fetch(id, url, bytes) => {
            asked.push(Asked { id: *id, url: url.clone(), bytes: bytes.clone() });
            false
        }
        _ => true,
    });
    asked
}

fn answer(rig: &mut Rig, asked: &Asked, bytes: Range<usize>) {
    rig.feed(Input::FetchAnswered(asked.id, FetchAnswer { status: 206, length: None }));
    rig.feed(Input::FetchBytes(asked.id, rig.bytes[bytes].to_vec()));
}

fn is_complete(rig: &Rig) -> bool {
    rig.outputs.iter().any(|output| matches!(output, Output::Event(Event::Complete(_))))
}

#[test]
fn what_a_web_seed_is_asked_for_is_not_asked_of_peers_and_the_other_way_round() {
    let (mut rig, mut peers) = mixed(&[LIBTORRENT]);
    let asked = fetches(&mut rig);
    assert_eq!(asked.len(), 1, "the peer has not said yet that it serves");
    assert_eq!(asked[0].bytes, 0..LENGTH as u64);
    rig.say(&peers[0], &Message::Unchoke);
    let heard = requests(&rig.hear(&mut peers[0]));
    assert!(heard.len() <= 4, "the last blocks, as at the end of every download: {heard:?}");
    let from_back = heard.iter().all(|request| request.piece >= 3);
    assert!(from_back, "{heard:?}");

    let mut rig = Rig::new(&Role::Leecher);
    let mut peer = rig.meet(LIBTORRENT);
    rig.say(&peer, &Message::HaveAll);
    rig.say(&peer, &Message::Unchoke);
    assert_eq!(requests(&rig.hear(&mut peer)).len(), 7, "all of it");
    let add = AddTorrent { web_seeds: vec![URL.to_owned()], ..AddTorrent::new(rig.hash()) };
    rig.feed(Input::Command(Command::Add(add)));
    assert_eq!(fetches(&mut rig).len(), 0, "nothing is left to ask for");
}

#[test]
fn a_slow_web_seed_is_overtaken_by_a_peer_and_its_request_is_aborted() {
    let (mut rig, mut peers) = mixed(&[LIBTORRENT]);
    let asked = fetches(&mut rig).remove(0);
    answer(&mut rig, &asked, 0..1000);
    rig.wait(1000);
    rig.say(&peers[0], &Message::Unchoke);
    // A peer that is done with everything takes the tail of it.
    loop {
        let wanted = requests(&rig.hear(&mut peers[0]));
        if wanted.is_empty() && rig.now > 10_000 {
            break;
        }
        for request in wanted {
            let block = rig.block(request);
            rig.say(&peers[0], &block);
        }
        rig.wait(500);
    }
    assert!(is_complete(&rig));
    assert!(rig.outputs.iter().any(|output| matches!(output, Output::CancelFetch(id) if *id == asked.id)));
}

#[test]
fn a_web_seed_takes_over_from_a_peer_that_goes_silent() {
    let mut rig = Rig::new(&Role::Leecher);
    let peer = rig.meet(WEBTORRENT);
    rig.say(&peer, &Message::HaveAll);
    rig.say(&peer, &Message::Unchoke);
    let add = AddTorrent { web_seeds: vec![URL.to_owned()], ..AddTorrent::new(rig.hash()) };
    rig.feed(Input::Command(Command::Add(add)));
    for _ in 0..15 {
        rig.wait(1000);
        for asked in fetches(&mut rig) {
            answer(&mut rig, &asked, asked.bytes.start as usize..asked.bytes.end as usize);
            rig.feed(Input::FetchEnded(asked.id, Ok(())));
        }
    }
    assert!(is_complete(&rig));
}

#[test]
fn web_seeds_rest_while_peers_bring_the_rest_soon() {
    let length = 4_000_000;
    let mut rig = Rig::of(&Role::Leecher, length, PIECE as u32);
    let mut peer = rig.meet(LIBTORRENT);
    rig.say(&peer, &Message::HaveAll);
    rig.say(&peer, &Message::Unchoke);
    // At a megabyte per second.
    let mut waiting = Vec::new();
    for _ in 0..20 {
        waiting.extend(requests(&rig.hear(&mut peer)));
        for request in waiting.drain(..3).collect::<Vec<_>>() {
            let block = rig.block(request);
            rig.say(&peer, &block);
        }
        rig.wait(50);
    }
    let add = AddTorrent { web_seeds: vec![URL.to_owned()], ..AddTorrent::new(rig.hash()) };
    rig.feed(Input::Command(Command::Add(add)));
    rig.wait(1000);
    assert_eq!(fetches(&mut rig).len(), 0, "the server's owner pays for nothing that a peer brings");
    rig.feed(Input::ConnectionClosed(peer.id, super::super::super::ClosedBy::Remote));
    let asked = fetches(&mut rig);
    assert!(!asked.is_empty(), "the peer is gone");
}

#[test]
fn a_magnet_with_a_web_seed_asks_it_as_soon_as_a_peer_has_sent_the_metadata() {
    let mut rig = Rig::new(&Role::Magnet);
    let add = AddTorrent { web_seeds: vec![URL.to_owned()], ..AddTorrent::new(rig.hash()) };
    rig.feed(Input::Command(Command::Add(add)));
    assert_eq!(fetches(&mut rig).len(), 0, "nobody knows yet how long it is");
    let mut peer = rig.meet(WEBTORRENT);
    let size = rig.info.raw().len() as u32;
    rig.say(&peer, &rig.extended(Some(size)));
    rig.hear(&mut peer);
    let data = MetadataMessage::Data { piece: 0, total_size: Some(size), data: rig.info.raw().to_vec() };
    rig.say(&peer, &Message::Extended(1, data.encode()));
    rig.feed(Input::ConnectionClosed(peer.id, super::super::super::ClosedBy::Remote));
    let asked = fetches(&mut rig).remove(0);
    answer(&mut rig, &asked, 0..LENGTH);
    assert!(is_complete(&rig));
}
