//! Types of audio, and the endings that files of them have.

/// Types that browsers play, each with the endings of its files, the usual one first.
const PLAYABLE: [(&str, &[&str]); 9] = [
    ("audio/webm", &["webm", "weba"]),
    ("audio/mp4", &["m4a", "mp4", "m4b"]),
    ("audio/ogg", &["ogg", "oga"]),
    ("audio/opus", &["opus"]),
    ("audio/mpeg", &["mp3"]),
    ("audio/wav", &["wav"]),
    ("audio/flac", &["flac"]),
    ("audio/aac", &["aac"]),
    ("audio/x-caf", &["caf"]),
];

/// Other names of the same types.
const ALIASES: [(&str, &str); 11] = [
    ("video/webm", "audio/webm"),
    ("video/mp4", "audio/mp4"),
    ("audio/x-m4a", "audio/mp4"),
    ("audio/m4a", "audio/mp4"),
    ("application/ogg", "audio/ogg"),
    ("audio/mp3", "audio/mpeg"),
    ("audio/x-wav", "audio/wav"),
    ("audio/wave", "audio/wav"),
    ("audio/vnd.wave", "audio/wav"),
    ("audio/x-flac", "audio/flac"),
    ("audio/aacp", "audio/aac"),
];

/// Longest type that is believed.
const MAX_LEN: usize = 100;

/// A type as it may be stored and served: `audio/…`, with harmless parameters. `None` for anything else, since a type that
/// others chose must never make a browser run something.
pub fn clean_mime(text: &str) -> Option<String> {
    let text = text.trim().to_ascii_lowercase();
    let (essence, parameters) = text.split_once(';').unwrap_or((&text, ""));
    let subtype = essence.trim_end().strip_prefix("audio/")?;
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'+' | b'_');
    let is_harmless = |byte: u8| is_token(byte) || matches!(byte, b'=' | b',' | b' ' | b';' | b'"');
    let is_type = !subtype.is_empty() && subtype.bytes().all(is_token) && parameters.bytes().all(is_harmless);
    (is_type && text.len() <= MAX_LEN).then_some(text)
}

/// The type of a file, by the ending of its name.
pub fn mime_of_file(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    PLAYABLE.iter().find(|(_, endings)| endings.contains(&ending.as_str())).map(|&(mime, _)| mime)
}

/// Endings of files that are often shared and never heard.
const SILENT: [&str; 30] = [
    "7z", "apk", "avi", "bin", "bmp", "csv", "css", "dmg", "doc", "docx", "epub", "exe", "gif", "gz", "htm", "html",
    "iso", "jpeg", "jpg", "js", "json", "md", "mkv", "mobi", "mov", "pdf", "png", "rar", "txt", "zip",
];

/// Whether the ending of a file's name says that there is no sound in it. Names without an ending say nothing.
pub fn has_no_sound(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| SILENT.contains(&ending.as_str()))
}

/// The usual ending for a type; `audio` when it is not known.
pub(super) fn extension(mime: &str) -> &'static str {
    let essence = mime.split(';').next().unwrap_or("").trim().to_ascii_lowercase();
    let essence = ALIASES.iter().find(|(alias, _)| *alias == essence).map_or(essence.as_str(), |&(_, mime)| mime);
    PLAYABLE.iter().find(|(mime, _)| *mime == essence).map_or("audio", |(_, endings)| endings[0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_audio_types_are_believed() {
        for good in ["audio/webm", "audio/webm;codecs=opus", "audio/mp4; codecs=\"mp4a.40.2\"", "audio/vnd.wave"] {
            assert_eq!(clean_mime(good).as_deref(), Some(good));
        }
        assert_eq!(clean_mime(" Audio/WebM ").as_deref(), Some("audio/webm"));
        let long = format!("audio/{}", "x".repeat(100));
        for bad in
            ["", "audio/", "text/html", "audio/web m", "audio/x\r\nset-cookie: a", "audio/x;<script>", "áudio/x", &long]
        {
            assert_eq!(clean_mime(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn files_and_types_agree() {
        for (mime, endings) in PLAYABLE {
            assert_eq!(clean_mime(mime).as_deref(), Some(mime));
            assert_eq!(extension(mime), endings[0]);
            for ending in endings {
                assert_eq!(mime_of_file(&format!("a.b.{}", ending.to_uppercase())), Some(mime));
            }
        }
        assert_eq!(extension("audio/x-wav; x=1"), "wav");
        assert_eq!(mime_of_file("notes.txt"), None);
        assert_eq!(mime_of_file("mp3"), None);
        assert!(has_no_sound("notes.TXT") && !has_no_sound("txt") && !has_no_sound("Tuesday, 07.31"));
        assert!(SILENT.iter().all(|ending| mime_of_file(&format!("a.{ending}")).is_none()));
    }
}
