//! Names from outside, made fit to be shown.

/// The longest name, in bytes: what file systems take.
const MAX_LEN: usize = 255;

/// A name that can be shown, and saved as one file: no separators, nothing that hides or turns text around, at most 255 bytes.
/// `None` if nothing is left.
pub(super) fn clean_name(raw: &[u8]) -> Option<String> {
    let mut name = String::new();
    for character in String::from_utf8_lossy(raw).chars().filter(|character| !misleads(*character)) {
        let character = if matches!(character, '/' | '\\') { '_' } else { character };
        if name.len() + character.len_utf8() > MAX_LEN {
            break;
        }
        name.push(character);
    }
    match name.trim() {
        "" => None,
        "." | ".." => Some("_".to_owned()),
        trimmed => Some(trimmed.to_owned()),
    }
}

/// Control characters, and those that change the direction of text or break its lines unseen. The joiners U+200C and U+200D stay:
/// Persian and emoji need them.
fn misleads(character: char) -> bool {
    const DIRECTIONS: [char; 3] = ['\u{61c}', '\u{200e}', '\u{200f}'];
    const OTHERS: [char; 4] = ['\u{200b}', '\u{2028}', '\u{2029}', '\u{feff}'];
    character.is_control()
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
        || DIRECTIONS.contains(&character)
        || OTHERS.contains(&character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_what_misleads() {
        for (raw, clean) in [
            ("memo.webm", Some("memo.webm")),
            ("  Übung 👩\u{200d}🎤 ", Some("Übung 👩\u{200d}🎤")),
            ("gpj.\u{202e}exe", Some("gpj.exe")),
            ("../../etc/passwd", Some(".._.._etc_passwd")),
            ("C:\\autoexec", Some("C:_autoexec")),
            ("line\r\nbreak\u{2028}\0", Some("linebreak")),
            ("..", Some("_")),
            ("", None),
            (" \u{feff}\t", None),
        ] {
            assert_eq!(clean_name(raw.as_bytes()).as_deref(), clean, "{raw:?}");
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let clean = clean_name("é".repeat(200).as_bytes()).expect("something is left");
        assert_eq!(clean, "é".repeat(127));
        assert!(clean_name(&[0xff; 1000]).expect("replacement characters").len() <= MAX_LEN);
    }
}
