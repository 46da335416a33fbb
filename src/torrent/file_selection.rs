//! Which of a torrent's files a link means (BEP 53).

use std::fmt;

use serde::{Deserialize, Serialize};

/// The most ranges that are read from one link; a link that names every other file of a large album has fewer.
const MAX_RANGES: usize = 256;

/// Numbers of files, as they stand in the torrent's list: ranges with both ends, in order, apart from each other. Never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileSelection(Vec<(u32, u32)>);

impl FileSelection {
    /// A single file.
    pub fn one(index: u32) -> Self {
        Self(vec![(index, index)])
    }

    /// Reads `0,2,4-6`. What is no number, or runs backwards, is left out; `None` when nothing is left. Ranges stay ranges,
    /// however long.
    pub fn parse(text: &str) -> Option<Self> {
        let range = |part: &str| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
            (first <= last).then_some((first, last))
        };
        let ranges: Vec<(u32, u32)> = text.split(',').filter_map(range).take(MAX_RANGES).collect();
        (!ranges.is_empty()).then(|| Self::merged(ranges))
    }

    /// Whether it names this file.
    pub fn contains(&self, index: u32) -> bool {
        self.0.iter().any(|(first, last)| (*first..=*last).contains(&index))
    }

    /// What either names.
    pub fn union(&self, other: &Self) -> Self {
        Self::merged(self.0.iter().chain(&other.0).copied().collect())
    }

    fn merged(mut ranges: Vec<(u32, u32)>) -> Self {
        ranges.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::new();
        for (first, last) in ranges {
            match merged.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        Self(merged)
    }
}

impl fmt::Display for FileSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (first, last)) in self.0.iter().enumerate() {
            let comma = if at == 0 { "" } else { "," };
            if first == last { write!(f, "{comma}{first}")? } else { write!(f, "{comma}{first}-{last}")? }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_one_by_one_and_in_ranges() {
        for (text, read) in [
            ("0", "0"),
            ("0,2,4-6", "0,2,4-6"),
            ("4-6,2, 0", "0,2,4-6"),
            ("1-3,2-5,6", "1-6"),
            ("0-4294967295", "0-4294967295"),
            ("5,4294967295,4294967290-4294967295", "5,4294967290-4294967295"),
            ("9-1,7,x,,-3,3-,1-2-3,99999999999", "7"),
        ] {
            assert_eq!(FileSelection::parse(text).map(|it| it.to_string()).as_deref(), Some(read), "{text}");
        }
        let some = FileSelection::parse("0,4-6").expect("files");
        assert_eq!((0..8).filter(|index| some.contains(*index)).collect::<Vec<_>>(), [0, 4, 5, 6]);
        assert_eq!(some.union(&FileSelection::one(3)).to_string(), "0,3-6");
    }

    #[test]
    fn a_selection_that_names_nothing_is_none() {
        for text in ["", ",", "x", "9-1", "-", "-1", "4294967296", "1.5"] {
            assert_eq!(FileSelection::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn huge_selections_cost_nothing() {
        let many: String = (0..100_000).map(|number| format!("{},", number * 2)).collect();
        assert_eq!(FileSelection::parse(&many).expect("files").0.len(), MAX_RANGES);
        assert_eq!(FileSelection::parse(&"0-4294967295,".repeat(10_000)).expect("files").0, [(0, u32::MAX)]);
    }
}
