//! What the tabs of the app tell each other.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use js_sys::Reflect;
use serde::{Deserialize, Serialize};
use web_sys::{BroadcastChannel, MessageEvent};

use super::Change;
use crate::torrent::InfoHash;
use crate::web::Listener;

/// The name of the channel.
const CHANNEL: &str = "engine";

/// One message to all other tabs.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Word {
    /// A tab has opened and wants to know how things are.
    Hello,
    /// To the tab that leads.
    Order(Order),
    /// From the tab that leads.
    Change(Change),
}

/// Something for the engine to do, wherever it runs. What matters for longer stands in the store already.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) enum Order {
    /// Take part in this torrent, as its row says.
    Join(InfoHash),
    /// Leave it.
    Leave(InfoHash),
    /// Leave it, and keep nothing of its sound.
    Erase(InfoHash),
    /// Go on with it, or try again.
    Resume(InfoHash),
    /// Something is about to be fetched: make ready for it. With the trackers that a link names, if it is being opened already.
    Prepare(Option<Vec<String>>),
    /// Somebody listens here.
    WantSoon(InfoHash, Range<u64>),
    /// The network may have changed.
    NetworkChanged,
    /// The settings have changed: begin anew.
    Restart,
}

/// The line to the other tabs. Dropping it hangs up.
pub(super) struct Tabs {
    line: Option<(BroadcastChannel, Listener)>,
    /// Somebody else was heard. Every tab says hello when it opens, and whoever leads answers: until then there is nobody.
    others: Rc<Cell<bool>>,
}

impl Tabs {
    /// Opens the line; a dead one where the browser has none.
    pub(super) fn open(on_word: impl Fn(Word) + 'static) -> Self {
        let exists = Reflect::has(&js_sys::global(), &CHANNEL_CLASS.into()).unwrap_or(false);
        let channel = exists.then(|| BroadcastChannel::new(CHANNEL).ok()).flatten();
        let others = Rc::new(Cell::new(false));
        let heard = others.clone();
        let line = channel.map(|channel| {
            let listener = Listener::new(&channel, "message", move |event: MessageEvent| {
                heard.set(true);
                // Another version of the app may speak differently.
                let word = event.data().as_string().and_then(|text| serde_json::from_str(&text).ok());
                if let Some(word) = word {
                    on_word(word);
                }
            });
            (channel, listener)
        });
        Self { line, others }
    }

    /// Tells all other tabs. News that nobody would hear are not even written down.
    pub(super) fn say(&self, word: &Word) {
        let is_news = matches!(word, Word::Change(_));
        let Some((channel, _)) = self.line.as_ref().filter(|_| self.others.get() || !is_news) else { return };
        if let Ok(text) = serde_json::to_string(word) {
            let _ = channel.post_message(&text.into());
        }
    }
}

const CHANNEL_CLASS: &str = "BroadcastChannel";

impl Drop for Tabs {
    fn drop(&mut self) {
        if let Some((channel, _)) = &self.line {
            channel.close();
        }
    }
}
