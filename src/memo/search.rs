//! Finding a memo by what its title, notes and tags say, however they are spelled.

use super::Memo;

/// What somebody typed into the search box. Every word must occur somewhere in a memo, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    words: Vec<String>,
}

impl Query {
    /// More words than anybody types; a pasted page must not make the list slow.
    const MAX_WORDS: usize = 16;

    /// Reads the search box.
    pub fn new(text: &str) -> Self {
        Self { words: fold(text).split_whitespace().take(Self::MAX_WORDS).map(str::to_owned).collect() }
    }

    /// Whether nothing was typed, so that everything matches.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether a memo is one of those looked for, given its [`searchable`] text.
    pub(super) fn finds(&self, text: &str) -> bool {
        self.words.iter().all(|word| text.contains(word))
    }
}

/// Everything that a memo can be found by: folded once, since a search asks each memo at each keystroke.
pub(super) fn searchable(memo: &Memo) -> String {
    let mut text = fold(&memo.title) + "\n" + &fold(&memo.notes);
    for tag in memo.tags.iter() {
        // Found with and without the mark that lists put before it.
        text += "\n#";
        text += &fold(tag);
    }
    text
}

/// The text without capitals and accents: `É`, `é` and `e` with a combining accent are all `e`.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        // Most text is, and ten thousand memos are folded before a library is seen.
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{300}'..='\u{36f}' => {}
            _ if character.is_ascii() => folded.push(character.to_ascii_lowercase()),
            _ => character.to_lowercase().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).for_each(|c| match base(c) {
                "" => folded.push(c),
                base => folded.push_str(base),
            }),
        }
    }
    folded
}

/// What a small letter with an accent is without it; empty when it is not one. The letters of Latin-1 and Latin Extended-A;
/// other scripts are compared as they are.
fn base(letter: char) -> &'static str {
    match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' | 'ĸ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ß' => "ss",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'þ' => "th",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        '’' | 'ʼ' => "'",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;

    fn finds(query: &str, title: &str, notes: &str) -> bool {
        let id = "m".parse().expect("an id");
        let mut memo = Memo { title: title.into(), notes: notes.into(), ..Memo::new(id, Origin::Recorded) };
        memo.tags.add("Lost tapes");
        Query::new(query).finds(&searchable(&memo))
    }

    #[test]
    fn spelling_does_not_matter() {
        for (query, title) in [
            ("cafe", "Le CAFÉ"),
            ("CAFÉ", "cafe"),
            ("cafe\u{301}", "café"),
            ("strasse", "Große Straße"),
            ("ODEGARD", "Ødegård"),
            ("lodz", "Łódź"),
            ("istanbul", "İSTANBUL"),
            ("привет", "ПРИВЕТ, мир"),
            ("birthday noor", "Noor’s birthday song"),
            ("noor's", "Noor’s birthday song"),
            ("日本", "日本語のメモ"),
            ("", "anything"),
            ("  \n", "anything"),
        ] {
            assert!(finds(query, title, ""), "{query:?} finds {title:?}");
        }
    }

    #[test]
    fn every_word_must_occur_in_title_notes_or_tags() {
        assert!(finds("tape talk", "Idea for the talk", "the story of the lost tape"));
        assert!(!finds("tape walk", "Idea for the talk", "the story of the lost tape"));
        assert!(!finds("talkthe", "the talk", "the story"), "a word does not reach from the title into the notes");
        assert!(finds("talk tapes", "Idea for the talk", ""), "half of it in a tag");
        assert!(finds("#lost", "Idea for the talk", ""));
    }
}
