//! A name of its own for each memo of an archive.

use std::collections::BTreeSet;

use crate::memo::{Memo, file_name};

/// Common limit of file systems.
const MAX_BYTES: usize = 255;

/// The names that are taken. Case does not tell two names apart, since not every file system keeps it.
#[derive(Clone, Debug, Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// The name of a memo's bytes, with a number where another one has it already.
    pub fn claim(&mut self, memo: &Memo) -> String {
        let name = file_name(memo);
        let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, "audio"));
        let mut number = 1_u32;
        loop {
            let claimed = match number {
                1 => name.clone(),
                number => numbered(stem, number, extension),
            };
            if self.0.insert(claimed.to_lowercase()) {
                return claimed;
            }
            number += 1;
        }
    }
}

/// "Idea (2).webm"
fn numbered(stem: &str, number: u32, extension: &str) -> String {
    let ending = format!(" ({number}).{extension}");
    let mut len = stem.len().min(MAX_BYTES - ending.len());
    while !stem.is_char_boundary(len) {
        len -= 1;
    }
    format!("{}{ending}", stem[..len].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;

    fn claimed(titles: &[&str]) -> Vec<String> {
        let mut names = Names::default();
        let memo = |title: &str| Memo {
            title: title.into(),
            mime: "audio/webm".into(),
            ..Memo::new("m".parse().expect("an id"), Origin::Recorded)
        };
        titles.iter().map(|title| names.claim(&memo(title))).collect()
    }

    #[test]
    fn no_two_memos_have_the_same_name() {
        let names = claimed(&["Idea", "idea", "Idea (2)", "Idea", "Tea"]);
        assert_eq!(names, ["Idea.webm", "idea (2).webm", "Idea (2) (2).webm", "Idea (3).webm", "Tea.webm"]);
    }

    #[test]
    fn a_number_is_no_reason_for_a_name_to_become_too_long() {
        let title = "日".repeat(200);
        for name in claimed(&[&title, &title, &title]) {
            assert!(name.len() <= MAX_BYTES, "{} bytes", name.len());
        }
    }
}
