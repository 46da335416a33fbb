//! What became of memo rows: told to whoever shows them, in this tab and in all others.

use std::cell::RefCell;
use std::rc::Rc;

use crate::memo::{Memo, MemoId};
use crate::web::Broadcast;

/// What became of one row. It stands in the store already.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// It was written here, and is this now.
    Written(Box<Memo>),
    /// It was removed here.
    Removed(MemoId),
    /// Another tab wrote or removed it: read it again.
    Elsewhere(MemoId),
}

impl News {
    fn id(&self) -> &MemoId {
        match self {
            Self::Written(memo) => &memo.id,
            Self::Removed(id) | Self::Elsewhere(id) => id,
        }
    }
}

/// Who is told in this tab.
type Reader = Rc<RefCell<Option<Rc<dyn Fn(News)>>>>;

/// The line to whoever shows rows. Dropping it hangs up.
pub(super) struct NewsLine {
    reader: Reader,
    others: Broadcast,
}

impl NewsLine {
    /// Opens the line between all tabs that use this database.
    pub(super) fn open(database: &str) -> Self {
        let reader = Reader::default();
        let heard = reader.clone();
        let others = Broadcast::open(&format!("{database} rows"), move |message| {
            // Another version of the app may speak differently.
            let ids: Vec<MemoId> = serde_wasm_bindgen::from_value(message).unwrap_or_default();
            ids.into_iter().for_each(|id| tell(&heard, News::Elsewhere(id)));
        });
        Self { reader, others }
    }

    /// From now on this one is told, and nobody else in this tab.
    pub(super) fn read_by(&self, reader: impl Fn(News) + 'static) {
        self.reader.replace(Some(Rc::new(reader)));
    }

    /// Tells this tab what became of rows, and the others which rows they are.
    pub(super) fn tell(&self, news: Vec<News>) {
        if news.is_empty() {
            return;
        }
        let ids: Vec<&MemoId> = news.iter().map(News::id).collect();
        if let Ok(ids) = serde_wasm_bindgen::to_value(&ids) {
            self.others.say(&ids);
        }
        news.into_iter().for_each(|news| tell(&self.reader, news));
    }
}

/// Nothing is borrowed while the reader reads: it may write again.
fn tell(reader: &Reader, news: News) {
    let reader = reader.borrow().clone();
    if let Some(reader) = reader {
        reader(news);
    }
}
