//! What happened to the files that somebody brought, in a sentence or two.

use super::count_in_words;

/// Failures that are named; behind them it says how many more there are.
const MAX_NAMED: usize = 100;

/// Counts what becomes of files and of memos in archives, and remembers the failures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Files that became memos.
    pub imported: usize,
    /// Memos that an archive brought back.
    pub brought_back: usize,
    /// Memos that were here already.
    pub known: usize,
    /// What failed: its name, and the end of a sentence about it.
    failures: Vec<(String, String)>,
    failed: usize,
}

impl ImportReport {
    /// Notes that something with this name failed, for a reason that completes "it was not imported: …".
    pub fn fail(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        self.failed += 1;
        if self.failures.len() < MAX_NAMED {
            self.failures.push((name.into(), reason.into()));
        }
    }

    /// "12 memos brought back, 3 were here already"; `None` when there is nothing good to say.
    pub fn success(&self) -> Option<String> {
        let mut parts = Vec::new();
        if self.imported > 0 {
            parts.push(format!("{} imported", count_in_words(self.imported, "file")));
        }
        if self.brought_back > 0 {
            parts.push(format!("{} brought back", count_in_words(self.brought_back, "memo")));
        }
        match (self.known, parts.is_empty()) {
            (0, _) => {}
            (1, true) => parts.push("1 memo was here already".to_owned()),
            (known, true) => parts.push(format!("{known} memos were here already")),
            (1, false) => parts.push("1 was here already".to_owned()),
            (known, false) => parts.push(format!("{known} were here already")),
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }

    /// What was not imported, each by its name and with its reason; `None` when all is well.
    pub fn failure(&self) -> Option<String> {
        match self.failures.as_slice() {
            [] => None,
            [(name, reason)] => Some(format!("“{name}” was not imported: {reason}")),
            several => {
                let mut lines = vec![format!("{} files were not imported.", self.failed)];
                lines.extend(several.iter().map(|(name, reason)| format!("“{name}”: {reason}")));
                let more = self.failed - several.len();
                if more > 0 {
                    lines.push(format!("And {more} more."));
                }
                Some(lines.join("\n"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_counts_what_came_and_what_was_there() {
        let cases = [
            (0, 0, 0, None),
            (1, 0, 0, Some("1 file imported")),
            (12, 0, 1, Some("12 files imported, 1 was here already")),
            (0, 12, 3, Some("12 memos brought back, 3 were here already")),
            (0, 1, 0, Some("1 memo brought back")),
            (0, 0, 1, Some("1 memo was here already")),
            (0, 0, 4, Some("4 memos were here already")),
            (2, 5, 0, Some("2 files imported, 5 memos brought back")),
        ];
        for (imported, brought_back, known, words) in cases {
            let report = ImportReport { imported, brought_back, known, ..ImportReport::default() };
            assert_eq!(report.success().as_deref(), words);
        }
    }

    #[test]
    fn every_failure_is_named() {
        let mut report = ImportReport::default();
        assert_eq!(report.failure(), None);
        report.fail("a.mp3", "it is empty.");
        assert_eq!(report.failure().as_deref(), Some("“a.mp3” was not imported: it is empty."));
        report.fail("b.txt", "it is not an audio file.");
        assert_eq!(
            report.failure().as_deref(),
            Some("2 files were not imported.\n“a.mp3”: it is empty.\n“b.txt”: it is not an audio file.")
        );
        (0..200).for_each(|number| report.fail(number.to_string(), "it is empty."));
        let words = report.failure().expect("there are failures");
        assert!(words.starts_with("202 files") && words.ends_with("And 102 more."), "{words}");
        assert_eq!(words.lines().count(), 1 + MAX_NAMED + 1);
    }
}
