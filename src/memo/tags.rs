//! Words that a person puts memos under.

use serde::{Deserialize, Serialize};

use super::clean_title;

/// Most tags of one memo.
pub const TAGS_MAX: usize = 20;

/// Longest tag, in characters.
pub const TAG_MAX_CHARS: usize = 40;

/// The tags of one memo, in the order in which they were given: clean, none twice, at most [`TAGS_MAX`].
///
/// Stored as a plain list of texts; what does not hold for such a list is mended as it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<String>", into = "Vec<String>")]
pub struct Tags(Vec<String>);

impl Tags {
    /// Adds a tag as somebody typed it. `false` when nothing of it is left, when it is there already, or when there is no
    /// room.
    pub fn add(&mut self, typed: &str) -> bool {
        let Some(tag) = clean_tag(typed) else { return false };
        let is_new = !self.is_full() && !self.has(&tag);
        if is_new {
            self.0.push(tag);
        }
        is_new
    }

    /// Takes a tag away, in whatever case it is written.
    pub fn remove(&mut self, tag: &str) {
        let key = tag_key(tag);
        self.0.retain(|known| tag_key(known) != key);
    }

    /// Whether this is one of them, in whatever case it is written.
    pub fn has(&self, tag: &str) -> bool {
        let key = tag_key(tag);
        self.iter().any(|known| tag_key(known) == key)
    }

    /// The tags.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is no room for another one.
    pub fn is_full(&self) -> bool {
        self.0.len() >= TAGS_MAX
    }

    /// As a list shows them: "#work #idea".
    pub fn in_short(&self) -> String {
        self.0.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ")
    }
}

impl From<Vec<String>> for Tags {
    fn from(tags: Vec<String>) -> Self {
        let mut clean = Self::default();
        for tag in tags {
            clean.add(&tag);
        }
        clean
    }
}

impl From<Tags> for Vec<String> {
    fn from(tags: Tags) -> Self {
        tags.0
    }
}

/// What two spellings of one tag have in common.
pub(super) fn tag_key(tag: &str) -> String {
    tag.to_lowercase()
}

/// A tag as it is kept: a title without the `#` that people may put before it, without commas, of at most [`TAG_MAX_CHARS`].
/// `None` when nothing is left.
pub fn clean_tag(typed: &str) -> Option<String> {
    let title = clean_title(&typed.replace(',', " "));
    let tag: String = title.trim_start_matches(['#', ' ']).chars().take(TAG_MAX_CHARS).collect();
    Some(tag.trim_end().to_owned()).filter(|tag| !tag.is_empty())
}

/// What a field for tags holds while somebody types: the tags that a comma ended, and the rest, which goes on.
pub fn typed_tags(text: &str) -> (Vec<&str>, &str) {
    match text.rsplit_once(',') {
        Some((ended, rest)) => (ended.split(',').collect(), rest.trim_start()),
        None => (Vec::new(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(of: &[&str]) -> Tags {
        of.iter().map(|&tag| tag.to_owned()).collect::<Vec<_>>().into()
    }

    #[test]
    fn tags_are_clean_and_none_is_there_twice() {
        let mut given = tags(&["  Work ", "#work", "WORK,", "", " # ", "two\nwords", "\u{202e}idea"]);
        assert_eq!(given.iter().collect::<Vec<_>>(), ["Work", "two words", "idea"]);
        assert!(!given.add("IDEA"), "case does not make another tag");
        assert!(given.has("iDeA"));
        given.remove("IDEA");
        assert_eq!(given.in_short(), "#Work #two words");
    }

    #[test]
    fn number_and_length_are_bounded() {
        let many: Vec<String> = (0..100).map(|number| format!("tag {number}")).collect();
        let mut many = Tags::from(many);
        assert_eq!(many.iter().count(), TAGS_MAX);
        assert!(many.is_full() && !many.add("one more"));
        assert_eq!(clean_tag(&"é".repeat(500)).map(|tag| tag.chars().count()), Some(TAG_MAX_CHARS));
    }

    #[test]
    fn stored_tags_are_a_plain_list_that_is_mended_as_it_is_read() {
        let read: Tags = serde_json::from_str(r##"["a","A"," b ","#"]"##).expect("a list of texts");
        assert_eq!(serde_json::to_string(&read).expect("json"), r#"["a","b"]"#);
    }

    #[test]
    fn a_comma_ends_a_tag() {
        assert_eq!(typed_tags("work"), (vec![], "work"));
        assert_eq!(typed_tags("work,"), (vec!["work"], ""));
        assert_eq!(typed_tags("work, idea, to"), (vec!["work", " idea"], "to"));
    }
}
