//! What the library has to know of every memo to list them: kept beside the rows and brought up to date one by one, so that a
//! list of ten thousand is made without touching their waveforms and notes.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::listing::headings;
use super::search::searchable;
use super::sort::title_key;
use super::tags::tag_key;
use super::{Filter, Listing, Memo, MemoId, Origin, Query, Sort, Tags};
use crate::torrent::InfoHash;
use crate::words::words;

/// All memos, those in the bin too.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: BTreeMap<MemoId, Entry>,
}

/// What a change of a row means for lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    /// No list changes, like that of a memo that was listened to.
    Nothing,
    /// Its words alone: lists change that are searched through, or sorted by them.
    Words,
    /// Whether and where it is shown.
    Place,
}

/// What is to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Which memos.
    pub filter: Filter,
    /// Those with this tag alone.
    pub tag: Option<String>,
    /// Those with these words alone.
    pub query: Query,
    /// In which order.
    pub sort: Sort,
}

/// One memo, as far as lists go.
#[derive(Debug)]
struct Entry {
    place: Place,
    words: Words,
}

#[derive(Debug, PartialEq)]
pub(super) struct Place {
    pub(super) begins_at_ms: u64,
    pub(super) duration_ms: u64,
    pub(super) deleted_at_ms: Option<u64>,
    pub(super) favourite: bool,
    pub(super) received: bool,
    pub(super) shared: bool,
    pub(super) complete: bool,
    pub(super) info_hash: Option<InfoHash>,
    pub(super) tags: Tags,
}

#[derive(Debug, PartialEq)]
struct Words {
    /// What titles are sorted by.
    title: String,
    /// What is searched through.
    all: String,
}

impl Catalogue {
    /// Takes a row as it is now.
    pub fn put(&mut self, memo: &Memo) -> Touched {
        let entry = Entry::of(memo);
        let touched = match self.entries.get(&memo.id) {
            Some(known) if known.place == entry.place && known.words == entry.words => return Touched::Nothing,
            Some(known) if known.place == entry.place => Touched::Words,
            _ => Touched::Place,
        };
        self.entries.insert(memo.id.clone(), entry);
        touched
    }

    /// Forgets a memo.
    pub fn remove(&mut self, id: &MemoId) {
        self.entries.remove(id);
    }

    /// What to show. `heading_of` names the heading for a memo of that time; lists that are not in the order of time have none.
    pub fn list(&self, view: &View, heading_of: impl Fn(u64) -> String) -> Listing {
        let tag = view.tag.as_deref().map(tag_key);
        let shows = |entry: &Entry| {
            view.filter.shows(&entry.place)
                && tag.as_ref().is_none_or(|tag| entry.place.tags.iter().any(|known| tag_key(known) == *tag))
                && view.query.finds(&entry.words.all)
        };
        let mut shown: Vec<(&MemoId, &Entry)> = self.entries.iter().filter(|(_, entry)| shows(entry)).collect();
        // Memos of the same moment keep one order, so that the list does not jump.
        match view.sort {
            Sort::Newest => shown.sort_unstable_by(|&one, &other| by_time(other, one)),
            Sort::Oldest => shown.sort_unstable_by(|&one, &other| by_time(one, other)),
            Sort::Longest => shown.sort_unstable_by(|&one, &other| {
                let length = |(_, entry): (&MemoId, &Entry)| Reverse(entry.place.duration_ms);
                length(one).cmp(&length(other)).then_with(|| by_time(other, one))
            }),
            Sort::Title => shown.sort_unstable_by(|&one, &other| {
                one.1.words.title.cmp(&other.1.words.title).then_with(|| by_time(other, one))
            }),
        }
        let headings = if view.has_headings() {
            let times: Vec<u64> = shown.iter().map(|(_, entry)| entry.place.begins_at_ms).collect();
            headings(&times, heading_of)
        } else {
            Vec::new()
        };
        Listing { ids: shown.into_iter().map(|(id, _)| id.clone()).collect(), headings }
    }

    /// The tags of all memos that are not in the bin, those of most memos first, and so many at most.
    pub fn tags(&self, most: usize) -> Vec<String> {
        let mut counts: BTreeMap<String, (usize, &str)> = BTreeMap::new();
        let kept = self.entries.values().filter(|entry| entry.place.deleted_at_ms.is_none());
        for tag in kept.flat_map(|entry| entry.place.tags.iter()) {
            counts.entry(tag_key(tag)).or_insert((0, tag)).0 += 1;
        }
        let mut tags: Vec<(usize, &str)> = counts.into_values().collect();
        // Stable, so that those of equally many memos stay in the order of the alphabet.
        tags.sort_by_key(|(count, _)| Reverse(*count));
        tags.into_iter().take(most).map(|(_, tag)| tag.to_owned()).collect()
    }

    /// Everything in the bin.
    pub fn in_bin(&self) -> Vec<MemoId> {
        let deleted = self.entries.iter().filter(|(_, entry)| entry.place.deleted_at_ms.is_some());
        deleted.map(|(id, _)| id.clone()).collect()
    }

    /// The memos of a torrent.
    pub fn of_torrent(&self, info_hash: InfoHash) -> Vec<MemoId> {
        let its = self.entries.iter().filter(|(_, entry)| entry.place.info_hash == Some(info_hash));
        its.map(|(id, _)| id.clone()).collect()
    }

    /// Whether any memo is still on its way.
    pub fn is_any_arriving(&self) -> bool {
        self.entries.values().any(|entry| !entry.place.complete && entry.place.deleted_at_ms.is_none())
    }
}

fn by_time(one: (&MemoId, &Entry), other: (&MemoId, &Entry)) -> std::cmp::Ordering {
    let time = |entry: &Entry| (entry.place.deleted_at_ms, entry.place.begins_at_ms);
    time(one.1).cmp(&time(other.1)).then_with(|| one.0.cmp(other.0))
}

impl Entry {
    fn of(memo: &Memo) -> Self {
        Self {
            place: Place {
                begins_at_ms: memo.begins_at_ms(),
                duration_ms: memo.length_ms(),
                deleted_at_ms: memo.deleted_at_ms,
                favourite: memo.favourite,
                received: memo.origin == Origin::Received,
                shared: memo.shared,
                complete: memo.complete,
                info_hash: memo.info_hash,
                tags: memo.tags.clone(),
            },
            words: Words { title: title_key(&memo.title), all: searchable(memo) },
        }
    }
}

impl View {
    /// Whether the list depends on the words of memos, and not on their place alone.
    pub fn reads_words(&self) -> bool {
        !self.query.is_empty() || self.sort == Sort::Title
    }

    /// The bin is in the order in which memos were deleted, which says nothing about when they were recorded.
    fn has_headings(&self) -> bool {
        self.sort.is_by_date() && self.filter != Filter::Bin
    }

    /// What the list says when it is empty: a title and a sentence.
    pub fn empty_text(&self) -> (&'static str, String) {
        let texts = &words().listing;
        match &self.tag {
            _ if !self.query.is_empty() => (texts.none_found, texts.none_found_text.to_owned()),
            Some(tag) => (texts.none_tagged, texts.none_tagged_text.with([tag])),
            None => self.filter.empty_text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Span;

    fn memo(id: &str, recorded_at_ms: u64) -> Memo {
        Memo { recorded_at_ms, complete: true, ..Memo::new(id.parse().expect("an id"), Origin::Recorded) }
    }

    fn catalogue(memos: impl IntoIterator<Item = Memo>) -> Catalogue {
        let mut catalogue = Catalogue::default();
        for memo in memos {
            assert_eq!(catalogue.put(&memo), Touched::Place, "a new memo has a new place");
        }
        catalogue
    }

    fn ids(catalogue: &Catalogue, view: &View) -> Vec<String> {
        catalogue.list(view, |_| String::new()).ids.into_iter().map(String::from).collect()
    }

    fn tagged(tags: &[&str]) -> Tags {
        tags.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>().into()
    }

    #[test]
    fn each_filter_shows_its_memos_and_only_the_bin_shows_deleted_ones() {
        let catalogue = catalogue([
            memo("plain", 1),
            Memo { favourite: true, ..memo("star", 2) },
            Memo { origin: Origin::Received, shared: true, ..memo("received", 3) },
            Memo { favourite: true, deleted_at_ms: Some(9), ..memo("deleted", 4) },
            Memo { deleted_at_ms: Some(8), ..memo("deleted-before", 5) },
        ]);
        let ids = |filter| ids(&catalogue, &View { filter, ..View::default() });
        assert_eq!(ids(Filter::All), ["received", "star", "plain"]);
        assert_eq!(ids(Filter::Favourites), ["star"]);
        assert_eq!(ids(Filter::Received), ["received"]);
        assert_eq!(ids(Filter::Shared), ["received"]);
        assert_eq!(ids(Filter::Bin), ["deleted", "deleted-before"]);
        assert_eq!(catalogue.in_bin().len(), 2);
    }

    #[test]
    fn search_filter_and_tag_work_together() {
        let catalogue = catalogue([
            Memo { title: "Café".into(), favourite: true, tags: tagged(&["Work"]), ..memo("a", 1) },
            Memo { title: "Café".into(), tags: tagged(&["work"]), ..memo("b", 2) },
            Memo { title: "Tea".into(), favourite: true, ..memo("c", 3) },
            Memo { title: "Café".into(), favourite: true, ..memo("d", 4) },
        ]);
        let cafe = View { query: Query::new("cafe"), ..View::default() };
        assert_eq!(ids(&catalogue, &cafe), ["d", "b", "a"]);
        let favourites = View { filter: Filter::Favourites, ..cafe };
        assert_eq!(ids(&catalogue, &favourites), ["d", "a"]);
        assert_eq!(ids(&catalogue, &View { tag: Some("WORK".into()), ..favourites }), ["a"]);
        assert_eq!(ids(&catalogue, &View { query: Query::new("#work"), ..View::default() }), ["b", "a"]);
    }

    #[test]
    fn memos_are_sorted_in_four_ways() {
        let heard = Span { start_ms: 1, end_ms: 6 };
        let catalogue = catalogue([
            Memo { title: "Talk 10".into(), duration_ms: 50, trim: Some(heard), ..memo("a", 1) },
            Memo { title: "talk 2".into(), duration_ms: 9, ..memo("b", 3) },
            Memo { title: "Äpfel".into(), duration_ms: 5, ..memo("c", 4) },
        ]);
        let ids = |sort| ids(&catalogue, &View { sort, ..View::default() });
        assert_eq!(ids(Sort::Newest), ["c", "b", "a"]);
        assert_eq!(ids(Sort::Oldest), ["a", "b", "c"]);
        assert_eq!(ids(Sort::Longest), ["b", "c", "a"], "of one length, the newest first");
        assert_eq!(ids(Sort::Title), ["c", "b", "a"]);
    }

    #[test]
    fn only_lists_in_the_order_of_time_have_headings() {
        let catalogue =
            catalogue([memo("a", 10), memo("b", 20), memo("c", 25), Memo { deleted_at_ms: Some(1), ..memo("d", 1) }]);
        let headings = |view: View| catalogue.list(&view, |time| format!("{}x", time / 10)).headings;
        let newest = [(0, "2x".to_owned()), (2, "1x".to_owned())];
        assert_eq!(headings(View::default()), newest);
        let oldest = [(0, "1x".to_owned()), (1, "2x".to_owned())];
        assert_eq!(headings(View { sort: Sort::Oldest, ..View::default() }), oldest);
        for sort in [Sort::Longest, Sort::Title] {
            assert!(headings(View { sort, ..View::default() }).is_empty());
        }
        assert!(headings(View { filter: Filter::Bin, ..View::default() }).is_empty());
    }

    #[test]
    fn listening_to_a_memo_changes_no_list_and_renaming_it_few() {
        let row = memo("a", 1);
        let mut catalogue = catalogue([row.clone()]);
        assert_eq!(catalogue.put(&Memo { position_ms: 5000, ..row.clone() }), Touched::Nothing);
        assert_eq!(catalogue.put(&Memo { title: "New".into(), ..row.clone() }), Touched::Words);
        assert_eq!(catalogue.put(&Memo { notes: "New".into(), ..row.clone() }), Touched::Words);
        assert_eq!(catalogue.put(&Memo { favourite: true, ..row.clone() }), Touched::Place);
        assert_eq!(catalogue.put(&Memo { tags: tagged(&["new"]), ..row }), Touched::Place);
        assert!(!View::default().reads_words());
        assert!(View { sort: Sort::Title, ..View::default() }.reads_words());
        assert!(View { query: Query::new("x"), ..View::default() }.reads_words());
    }

    #[test]
    fn the_tags_of_most_memos_come_first() {
        let catalogue = catalogue([
            Memo { tags: tagged(&["idea", "Work"]), ..memo("a", 1) },
            Memo { tags: tagged(&["work", "aside"]), ..memo("b", 2) },
            Memo { tags: tagged(&["idea", "work", "home"]), ..memo("c", 3) },
            Memo { tags: tagged(&["old"]), deleted_at_ms: Some(1), ..memo("d", 4) },
        ]);
        assert_eq!(catalogue.tags(10), ["Work", "idea", "aside", "home"]);
        assert_eq!(catalogue.tags(2), ["Work", "idea"]);
    }

    #[test]
    fn it_knows_the_memos_of_a_torrent_and_what_is_on_its_way() {
        let hash = InfoHash::new([7; 20]);
        let mut catalogue = catalogue([
            memo("a", 1),
            Memo { info_hash: Some(hash), ..memo("b", 2) },
            Memo { info_hash: Some(hash), complete: false, ..memo("c", 3) },
        ]);
        assert_eq!(catalogue.of_torrent(hash).len(), 2);
        assert!(catalogue.is_any_arriving());
        catalogue.remove(&"c".parse().expect("an id"));
        assert!(!catalogue.is_any_arriving());
        assert_eq!(catalogue.of_torrent(hash).len(), 1);
    }

    #[test]
    fn an_empty_list_says_why() {
        let title = |view: View| view.empty_text().0;
        assert_eq!(title(View::default()), "Say something");
        assert_eq!(title(View { tag: Some("x".into()), ..View::default() }), "Nothing with this tag");
        assert_eq!(title(View { tag: Some("x".into()), query: Query::new("y"), ..View::default() }), "Nothing found");
    }
}
