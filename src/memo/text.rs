//! The one way in which text that others wrote becomes harmless.

/// Longest title, in characters.
pub const TITLE_MAX_CHARS: usize = 200;

/// Longest notes, in characters.
pub const NOTES_MAX_CHARS: usize = 10_000;

/// A title: one line, no characters that hide or reorder others, no space around it, at most [`TITLE_MAX_CHARS`].
pub fn clean_title(text: &str) -> String {
    let visible = text.chars().map(|c| if c.is_whitespace() { ' ' } else { c }).filter(|&c| !is_deceptive(c));
    let title: String = visible.skip_while(|&c| c == ' ').take(TITLE_MAX_CHARS).collect();
    title.trim_end().to_owned()
}

/// Notes: as a title, but line breaks and tabs stay, and at most [`NOTES_MAX_CHARS`].
pub fn clean_notes(text: &str) -> String {
    text.chars().filter(|&c| matches!(c, '\n' | '\t') || !is_deceptive(c)).take(NOTES_MAX_CHARS).collect()
}

/// Control characters, and those that change the direction of the text around them: with an override a title can show
/// another name than it has.
fn is_deceptive(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_one_visible_line() {
        assert_eq!(clean_title("  Idea\nfor\tthe talk \r\n"), "Idea for the talk");
        assert_eq!(clean_title("a\u{202e}gnp.exe\u{0}\u{7f}"), "agnp.exe");
        assert_eq!(clean_title(" \u{2066} \n"), "");
        assert_eq!(clean_title(&"é".repeat(500)).chars().count(), TITLE_MAX_CHARS);
        assert_eq!(clean_title("Ünïcödé 👩‍👩‍👧 שלום"), "Ünïcödé 👩‍👩‍👧 שלום", "joiners and right-to-left scripts stay");
    }

    #[test]
    fn notes_keep_their_lines() {
        assert_eq!(clean_notes("one\r\n\ttwo\u{202d}\u{1b}[31m"), "one\n\ttwo[31m");
        assert_eq!(clean_notes(&"x".repeat(20_000)).len(), NOTES_MAX_CHARS);
    }
}
