//! The name that the shared bytes keep for ever, and the title that a file's name gives.

use super::{Memo, clean_title, mime};
use crate::words::words;

/// Common limit of file systems.
const MAX_BYTES: usize = 255;

/// The name of a memo's bytes: frozen at the first share, and offered at export. Whatever the title is, a single file name
/// that every system can store, with the extension of its MIME type.
pub fn file_name(memo: &Memo) -> String {
    let extension = mime::extension(&memo.mime);
    let mut stem = String::new();
    for character in clean_title(&memo.display_title()).chars() {
        let safe = match character {
            // A time stays readable.
            ':' => '.',
            '/' | '\\' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
            other => other,
        };
        if stem.len() + safe.len_utf8() + extension.len() + 1 > MAX_BYTES {
            break;
        }
        stem.push(safe);
    }
    // Hidden on Unix when it begins with a dot, cut by Windows when it ends with one.
    let stem = stem.trim_matches([' ', '.']);
    let stem = if stem.is_empty() || is_reserved(stem) { words().titles.file.with([&stem]) } else { stem.to_owned() };
    format!("{}.{extension}", stem.trim())
}

/// The title of an imported file, or of a received one without a card: its name without the extension.
pub fn title_of_file(name: &str) -> String {
    let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && (1..=5).contains(&extension.len()) => stem,
        _ => name,
    };
    clean_title(stem)
}

/// Names that Windows keeps for devices.
fn is_reserved(stem: &str) -> bool {
    let upper = stem.split('.').next().unwrap_or(stem).trim_end().to_ascii_uppercase();
    let numbered =
        |prefix| upper.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()));
    matches!(upper.as_str(), "CON" | "PRN" | "AUX" | "NUL") || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memo::Origin;

    fn named(title: &str, mime: &str) -> String {
        let id = "m".parse().expect("an id");
        file_name(&Memo { title: title.into(), mime: mime.into(), ..Memo::new(id, Origin::Recorded) })
    }

    #[test]
    fn any_title_becomes_a_name_that_every_system_can_store() {
        let cases = [
            ("Tuesday morning, 07:31", "Tuesday morning, 07.31.webm"),
            ("../../etc/passwd", "-..-etc-passwd.webm"),
            ("C:\\x*?\"<>|", "C.-x------.webm"),
            (".hidden.", "hidden.webm"),
            ("", "Untitled memo.webm"),
            ("...", "Memo.webm"),
            ("nul", "Memo nul.webm"),
            ("com1.x", "Memo com1.x.webm"),
            ("a\u{202e}b\nc", "ab c.webm"),
            ("עברית 日本", "עברית 日本.webm"),
        ];
        for (title, name) in cases {
            assert_eq!(named(title, "audio/webm;codecs=opus"), name, "{title:?}");
        }
    }

    #[test]
    fn long_titles_are_cut_between_characters() {
        let name = named(&"日".repeat(200), "audio/mp4");
        assert!(name.len() <= MAX_BYTES && name.len() > MAX_BYTES - 3, "{} bytes", name.len());
        assert!(name.ends_with("日.m4a"));
    }

    #[test]
    fn the_extension_follows_the_type() {
        for (mime, name) in [("audio/mp4", "x.m4a"), ("Audio/MPEG", "x.mp3"), ("audio/x-wav", "x.wav"), ("", "x.audio")]
        {
            assert_eq!(named("x", mime), name, "{mime}");
        }
    }

    #[test]
    fn a_file_gives_its_title() {
        let cases = [
            ("Birthday song.webm", "Birthday song"),
            ("C:\\music\\take 2.final.mp3", "take 2.final"),
            ("no extension", "no extension"),
            (".webm", ".webm"),
            ("Dr. Okafor speaking", "Dr. Okafor speaking"),
            ("\u{202e}x.ogg", "x"),
        ];
        for (name, title) in cases {
            assert_eq!(title_of_file(name), title, "{name:?}");
        }
    }
}
