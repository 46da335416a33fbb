//! Torrents that wait for listeners: one session keeps them announced and should hardly notice how many they are.

use std::hint::black_box;

use voice_memos::torrent::tracker::{AnnounceReply, ClientMessage, TrackerMessage};
use voice_memos::torrent::{
    AddTorrent, Bitfield, Command, Config, InfoBuilder, Input, Instant, Output, Session, SocketId,
};

/// Shared memos at one tracker that answers each announce at once.
pub(crate) struct Idle {
    session: Session,
    now: Instant,
    socket: SocketId,
    /// Inputs fed so far.
    pub(crate) inputs: usize,
}

impl Idle {
    /// This many memos, all announced.
    pub(crate) fn of(memos: usize) -> Self {
        let mut idle = Self {
            session: Session::new(Config::default(), 1),
            now: Instant::from_millis(1_000_000),
            socket: SocketId(1),
            inputs: 0,
        };
        for memo in 0..memos {
            let mut builder = InfoBuilder::new(format!("{memo}.webm"), 3);
            builder.push(b"abc");
            let info = builder.finish().expect("all bytes are in");
            idle.feed(Input::Command(Command::Add(AddTorrent {
                trackers: vec!["wss://tracker.example".to_owned()],
                info: Some(info.raw().to_vec()),
                have: Some(Bitfield::full(1)),
                ..AddTorrent::new(info.info_hash())
            })));
        }
        idle.feed(Input::SocketOpened(idle.socket));
        idle.pass(60_000);
        idle.inputs = 0;
        idle
    }

    /// Lets time pass, as the driver does it: a timer, what comes of it, the answers, and the news for the screens.
    pub(crate) fn pass(&mut self, ms: u64) {
        let end = self.now.as_millis() + ms;
        while let Some(at) = self.session.poll_timeout().filter(|at| at.as_millis() <= end) {
            self.now = self.now.max(at);
            self.feed(Input::Timeout);
            black_box(self.session.news());
        }
        self.now = Instant::from_millis(end);
    }

    fn feed(&mut self, input: Input) {
        self.inputs += 1;
        self.session.handle_input(self.now, input).expect("no mistake of the caller");
        let outputs: Vec<Output> = std::iter::from_fn(|| self.session.poll_output()).collect();
        for output in outputs {
            match output {
                Output::OpenSocket(socket, _) => self.socket = socket,
                Output::SendSocket(socket, text) => {
                    let Ok(ClientMessage::Announce(announce)) = ClientMessage::parse(&text) else { continue };
                    let reply = AnnounceReply {
                        info_hash: announce.info_hash,
                        complete: Some(1),
                        incomplete: Some(0),
                        interval_s: Some(120),
                        min_interval_s: None,
                        warning: None,
                        tracker_id: None,
                    };
                    self.feed(Input::SocketMessage(socket, TrackerMessage::Announce(reply).to_json()));
                }
                Output::MakeOffer(_) => panic!("an idle memo makes no connection"),
                _ => {}
            }
        }
    }
}
