//! What a person chose in the settings. Stored under one name, so that a choice of tomorrow does not break today's.

use serde::{Deserialize, Serialize};

use crate::memo::Sort;
use crate::words::Language;

/// The name they are stored under.
pub(super) const PREFERENCES: &str = "preferences";

/// Everything that can be chosen; what a stored value lacks takes its default.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Preferences {
    pub(crate) theme: Theme,
    /// The browser's when there is none.
    pub(crate) language: Option<Language>,
    /// The device id of the microphone; the system's default when there is none.
    pub(crate) microphone: Option<String>,
    pub(crate) kilobits_per_second: u32,
    pub(crate) sound: Sound,
    /// Pauses are played fast.
    pub(crate) skip_silence: bool,
    /// When a memo has ended, the next one of the library follows.
    pub(crate) play_next: bool,
    /// The order of the library.
    pub(crate) sort: Sort,
}

/// Mono Opus: speech is clear at 24, 96 leaves nothing to wish for.
pub(crate) const QUALITIES: [u32; 4] = [24, 32, 64, 96];

impl Default for Preferences {
    fn default() -> Self {
        Self {
            theme: Theme::default(),
            language: None,
            microphone: None,
            kilobits_per_second: 32,
            sound: Sound::default(),
            skip_silence: false,
            play_next: false,
            sort: Sort::default(),
        }
    }
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    /// As the device is set.
    #[default]
    System,
    Light,
    Dark,
}

/// What the browser does to the sound before it is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Sound {
    /// Echo and noise taken out, quiet speakers raised.
    #[default]
    Voice,
    /// Level kept even, the room left in.
    Room,
    /// As the microphone gives it.
    Raw,
}

impl Theme {
    /// Shows it: the tokens follow the colour scheme, which the style sheet takes from this attribute.
    pub(crate) fn apply(self) {
        let Some(root) = leptos::prelude::document().document_element() else { return };
        // Neither fails for a plain name.
        let _ = match self {
            Self::System => root.remove_attribute("data-theme"),
            Self::Light => root.set_attribute("data-theme", "light"),
            Self::Dark => root.set_attribute("data-theme", "dark"),
        };
    }
}
