//! Which languages there are, and which of them somebody reads.

use serde::{Deserialize, Serialize};

use super::{Words, ar, de, en, es, fr, ja, zh};

/// A language that the app speaks. Stored as its BCP 47 tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English: what is spoken where nothing else fits.
    #[serde(rename = "en")]
    English,
    /// German.
    #[serde(rename = "de")]
    German,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Japanese.
    #[serde(rename = "ja")]
    Japanese,
    /// Chinese in simplified characters.
    #[serde(rename = "zh-Hans")]
    Chinese,
    /// Arabic.
    #[serde(rename = "ar")]
    Arabic,
}

impl Language {
    /// Every language, as they are offered.
    pub const EVERY: [Self; 7] =
        [Self::English, Self::German, Self::Spanish, Self::French, Self::Japanese, Self::Chinese, Self::Arabic];

    /// Its BCP 47 tag.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Japanese => "ja",
            Self::Chinese => "zh-Hans",
            Self::Arabic => "ar",
        }
    }

    /// Its name in itself, as whoever reads it looks for it.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::German => "Deutsch",
            Self::Spanish => "Español",
            Self::French => "Français",
            Self::Japanese => "日本語",
            Self::Chinese => "简体中文",
            Self::Arabic => "العربية",
        }
    }

    /// The direction of its lines: the value of `dir`.
    pub fn direction(self) -> &'static str {
        if self == Self::Arabic { "rtl" } else { "ltr" }
    }

    pub(super) fn words(self) -> &'static Words {
        match self {
            Self::English => &en::WORDS,
            Self::German => &de::WORDS,
            Self::Spanish => &es::WORDS,
            Self::French => &fr::WORDS,
            Self::Japanese => &ja::WORDS,
            Self::Chinese => &zh::WORDS,
            Self::Arabic => &ar::WORDS,
        }
    }

    /// Whether a BCP 47 tag names this language, in whatever region: "de-AT" is German.
    fn is_named_by(self, tag: &str) -> bool {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        primary(tag) == primary(self.tag())
    }
}

/// The language to speak, and the BCP 47 tag by which numbers and dates are written: as the person chose, else the first of the
/// browser's languages that the app speaks, else English. The region is the browser's, so that "en-GB" has British dates.
pub fn chosen_language(chosen: Option<Language>, browser: &[String]) -> (Language, String) {
    let spoken_by_browser =
        browser.iter().find_map(|tag| Language::EVERY.into_iter().find(|language| language.is_named_by(tag)));
    let language = chosen.or(spoken_by_browser).unwrap_or(Language::English);
    let tag = browser.iter().find(|tag| language.is_named_by(tag)).map_or(language.tag(), String::as_str);
    (language, tag.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_language_that_is_spoken_here_is_chosen() {
        let choose = |chosen, tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            let (language, tag) = chosen_language(chosen, &tags);
            (language, tag)
        };
        assert_eq!(choose(None, &["de-AT", "en"]), (Language::German, "de-AT".to_owned()));
        assert_eq!(choose(None, &["nl", "fr-CA", "en-US"]), (Language::French, "fr-CA".to_owned()));
        assert_eq!(choose(None, &["zh-CN"]), (Language::Chinese, "zh-CN".to_owned()));
        assert_eq!(choose(None, &["nl"]), (Language::English, "en".to_owned()));
        assert_eq!(choose(None, &[]), (Language::English, "en".to_owned()));
        assert_eq!(choose(Some(Language::Arabic), &["en-GB"]), (Language::Arabic, "ar".to_owned()));
        assert_eq!(choose(Some(Language::English), &["de", "en-GB"]), (Language::English, "en-GB".to_owned()));
        assert_eq!(choose(None, &["deu"]), (Language::English, "en".to_owned()), "a prefix is no language");
    }

    #[test]
    fn a_choice_is_stored_as_its_tag() {
        for language in Language::EVERY {
            assert_eq!(serde_json::to_string(&language).expect("json"), format!("\"{}\"", language.tag()));
        }
    }
}
