//! Texts with gaps, and texts that depend on a count.

use std::fmt::{Display, Write as _};

use super::formats::Plural;
use super::{formats, number};

/// A text with `GAPS` gaps, written `{0}`, `{1}` and so on. Each language puts them where its grammar wants them.
#[derive(Clone, Copy, Debug)]
pub struct Phrase<const GAPS: usize>(&'static str);

/// Evaluated while compiling: a text that lacks one of its gaps, or has one too many, is no program.
pub(super) const fn phrase<const GAPS: usize>(text: &'static str) -> Phrase<GAPS> {
    assert!(has_gaps(text, 0, GAPS), "a phrase has each of its gaps, and no other");
    Phrase(text)
}

impl<const GAPS: usize> Phrase<GAPS> {
    /// The text with its gaps filled.
    pub fn with(&self, values: [&dyn Display; GAPS]) -> String {
        fill(self.0, &values)
    }
}

/// A text for a count of things, in as many forms as the language has. `{0}` is the count; `{1}` to `{GAPS}` are other gaps.
#[derive(Clone, Copy, Debug)]
pub struct Counted<const GAPS: usize = 0> {
    /// Zero, one, two, few, many.
    forms: [Option<&'static str>; 5],
    other: &'static str,
}

/// For languages that do not count in their grammar: Japanese, Chinese.
pub(super) const fn uncounted<const GAPS: usize>(other: &'static str) -> Counted<GAPS> {
    counted_forms([None; 5], other)
}

/// For languages that tell one from many.
pub(super) const fn counted<const GAPS: usize>(one: &'static str, other: &'static str) -> Counted<GAPS> {
    counted_forms([None, Some(one), None, None, None], other)
}

/// For languages with more forms than two: zero, one, two, few, many, and all other counts.
pub(super) const fn counted_forms<const GAPS: usize>(
    forms: [Option<&'static str>; 5],
    other: &'static str,
) -> Counted<GAPS> {
    assert!(has_gaps(other, 1, GAPS + 1), "a counted text has each of its gaps, and no other");
    let mut index = 0;
    while index < forms.len() {
        if let Some(form) = forms[index] {
            assert!(has_gaps(form, 1, GAPS + 1), "a counted text has each of its gaps in each form, and no other");
        }
        index += 1;
    }
    Counted { forms, other }
}

impl Counted<0> {
    /// The text for so many.
    pub fn of(&self, count: usize) -> String {
        self.with(count, [])
    }
}

impl<const GAPS: usize> Counted<GAPS> {
    /// The text for so many, with its other gaps filled.
    pub fn with(&self, count: usize, values: [&dyn Display; GAPS]) -> String {
        let form = match formats().plural(count) {
            Plural::Zero => self.forms[0],
            Plural::One => self.forms[1],
            Plural::Two => self.forms[2],
            Plural::Few => self.forms[3],
            Plural::Many => self.forms[4],
            Plural::Other => None,
        };
        let digits = number(count);
        let mut all: Vec<&dyn Display> = vec![&digits];
        all.extend(values);
        fill(form.unwrap_or(self.other), &all)
    }
}

fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, gap_and_after)) = rest.split_once('{') {
        filled.push_str(before);
        let (gap, after) = gap_and_after.split_once('}').unwrap_or((gap_and_after, ""));
        if let Some(value) = gap.parse().ok().and_then(|index: usize| values.get(index)) {
            // Writing to a string does not fail.
            let _ = write!(filled, "{value}");
        }
        rest = after;
    }
    filled.push_str(rest);
    filled
}

/// Whether a text has a gap for each number from `needed_from` to below `gaps`, and none beyond. Those below `needed_from` may
/// be left out: "one memo" needs no digit.
const fn has_gaps(text: &str, needed_from: usize, gaps: usize) -> bool {
    let bytes = text.as_bytes();
    // One bit for each gap.
    let mut seen = 0u32;
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'{' {
            if at + 2 >= bytes.len() || !bytes[at + 1].is_ascii_digit() || bytes[at + 2] != b'}' {
                return false;
            }
            seen |= 1 << (bytes[at + 1] - b'0');
        }
        at += 1;
    }
    let allowed = (1u32 << gaps) - 1;
    let needed = allowed & !((1u32 << needed_from) - 1);
    seen & !allowed == 0 && seen & needed == needed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_wherever_a_language_puts_them() {
        const TWO: Phrase<2> = phrase("{1} of {0}, {1}!");
        assert_eq!(TWO.with([&"ten", &3]), "3 of ten, 3!");
        const NONE: Phrase<0> = phrase("as it is");
        assert_eq!(NONE.with([]), "as it is");
        assert_eq!(TWO.with([&"{1}", &"{0}"]), "{0} of {1}, {0}!", "what is filled in is no text of ours");
    }

    #[test]
    fn a_count_chooses_its_form() {
        const MEMOS: Counted = counted("{0} memo", "{0} memos");
        assert_eq!([0, 1, 2, 10_000].map(|count| MEMOS.of(count)), ["0 memos", "1 memo", "2 memos", "10,000 memos"]);
        const TAGGED: Counted<1> = counted("a memo in {1}", "{0} memos in {1}");
        assert_eq!(TAGGED.with(1, [&"#Work"]), "a memo in #Work");
        assert_eq!(TAGGED.with(4, [&"#Work"]), "4 memos in #Work");
    }

    #[test]
    fn a_text_without_its_gaps_is_refused() {
        for (text, from, gaps, fits) in [
            ("plain", 0, 0, true),
            ("{0} and {1}", 0, 2, true),
            ("{0}", 0, 2, false),
            ("{0} {1}", 0, 1, false),
            ("{a}", 0, 1, false),
            ("{0", 0, 1, false),
            ("one", 1, 1, true),
            ("one in {1}", 1, 2, true),
            ("{0} in", 1, 2, false),
        ] {
            assert_eq!(has_gaps(text, from, gaps), fits, "{text:?}");
        }
    }
}
