//! What the tabs of the app tell each other.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::Change;
use crate::torrent::InfoHash;
use crate::web::Broadcast;

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
    line: Broadcast,
    /// Somebody else was heard. Every tab says hello when it opens, and whoever leads answers: until then there is nobody.
    others: Rc<Cell<bool>>,
}

impl Tabs {
    /// Opens the line.
    pub(super) fn open(on_word: impl Fn(Word) + 'static) -> Self {
        let others = Rc::new(Cell::new(false));
        let heard = others.clone();
        let line = Broadcast::open(CHANNEL, move |message| {
            heard.set(true);
            // Another version of the app may speak differently.
            let word = message.as_string().and_then(|text| serde_json::from_str(&text).ok());
            if let Some(word) = word {
                on_word(word);
            }
        });
        Self { line, others }
    }

    /// Tells all other tabs. News that nobody would hear are not even written down.
    pub(super) fn say(&self, word: &Word) {
        let is_news = matches!(word, Word::Change(_));
        if is_news && !self.others.get() {
            return;
        }
        if let Ok(text) = serde_json::to_string(word) {
            self.line.say(&text.into());
        }
    }
}
