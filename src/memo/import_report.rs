//! What happened to the files that somebody brought, in a sentence or two.

use crate::words::words;

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
        let texts = &words().files;
        let known = if self.imported + self.brought_back > 0 { texts.more_known } else { texts.memos_known };
        let counts = [(self.imported, texts.imported), (self.brought_back, texts.brought_back), (self.known, known)];
        let parts = counts.into_iter().filter(|(count, _)| *count > 0).map(|(count, text)| text.of(count));
        parts.reduce(|so_far, part| texts.and.with([&so_far, &part]))
    }

    /// What was not imported, each by its name and with its reason; `None` when all is well.
    pub fn failure(&self) -> Option<String> {
        let texts = &words().files;
        match self.failures.as_slice() {
            [] => None,
            [(name, reason)] => Some(texts.not_imported.with([name, reason])),
            several => {
                let mut lines = vec![texts.several_not_imported.of(self.failed)];
                lines.extend(several.iter().map(|(name, reason)| texts.one_of_them.with([name, reason])));
                let more = self.failed - several.len();
                if more > 0 {
                    lines.push(texts.and_more.of(more));
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
