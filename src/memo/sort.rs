//! In which order the library shows its memos.

use serde::{Deserialize, Serialize};

use super::search::fold;
use crate::words::words;

/// The order of the list. In the bin, "newest" is what was deleted last.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sort {
    /// The last recorded first.
    #[default]
    Newest,
    /// The first recorded first.
    Oldest,
    /// The longest first.
    Longest,
    /// By title, as a person would sort: without regard to case and accents, "Talk 2" before "Talk 10".
    Title,
}

impl Sort {
    /// Every order, as they are offered.
    pub const EVERY: [Self; 4] = [Self::Newest, Self::Oldest, Self::Longest, Self::Title];

    /// What the choice says.
    pub fn label(self) -> &'static str {
        let texts = &words().listing;
        match self {
            Self::Newest => texts.newest_first,
            Self::Oldest => texts.oldest_first,
            Self::Longest => texts.longest_first,
            Self::Title => texts.by_title,
        }
    }

    /// Whether memos of one day stand together, so that a heading can name it.
    pub fn is_by_date(self) -> bool {
        matches!(self, Self::Newest | Self::Oldest)
    }
}

/// What titles are compared by. Each number in it stands behind the count of its digits, so that it is compared as a number.
pub(super) fn title_key(title: &str) -> String {
    let folded = fold(title.trim());
    let mut key = String::with_capacity(folded.len() + 2);
    let mut rest = folded.as_str();
    while let Some(first) = rest.chars().next() {
        if first.is_ascii_digit() {
            let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let number = rest[..digits].trim_start_matches('0');
            let count = u32::try_from(number.len()).unwrap_or(u32::MAX);
            key.extend(u32::from('0').checked_add(count).and_then(char::from_u32));
            key.push_str(number);
            rest = &rest[digits..];
        } else {
            key.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_sorted_as_people_do() {
        let mut titles =
            ["Talk 10", "talk 2", "Übung", "apple", "Talk 002b", "Zoo", "Äpfel", "7 things", "12 things", "Talk"];
        titles.sort_by_key(|title| title_key(title));
        let expected =
            ["7 things", "12 things", "Äpfel", "apple", "Talk", "talk 2", "Talk 002b", "Talk 10", "Übung", "Zoo"];
        assert_eq!(titles, expected);
    }

    #[test]
    fn a_choice_is_stored_as_a_word() {
        assert_eq!(serde_json::to_string(&Sort::Longest).expect("json"), "\"longest\"");
    }
}
