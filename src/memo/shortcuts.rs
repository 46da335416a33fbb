//! What keys do anywhere in the app, as long as no text is being typed.

use crate::words::words;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Begin a recording.
    Record,
    /// Play or pause; while recording, pause or resume.
    PlayOrPause,
    /// Go back or on by so many milliseconds.
    Jump(i64),
    /// Mark this moment.
    Mark,
    /// Into the search field.
    Search,
    /// Into the title.
    Rename,
    /// Into the bin.
    Delete,
    /// What the keys are.
    Help,
}

/// Where the focus is when a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// On nothing that uses keys itself.
    Page,
    /// On something that Space presses.
    Button,
    /// On a slider or a list to choose from, which has its own use for arrows and letters.
    Choice,
    /// In a text.
    Text,
}

/// How far an arrow goes, on the slider and elsewhere.
pub const STEP_MS: i64 = 5_000;
/// How far `J` and `L` go, as on every player, and the two buttons beside Play.
pub const LEAP_MS: i64 = 10_000;

/// The keys and what they do, as they are shown.
pub fn shortcuts() -> [(Vec<&'static str>, String); 10] {
    let (texts, common) = (&words().keys, &words().common);
    [
        (vec!["R"], common.record.to_owned()),
        (vec!["M"], texts.mark.to_owned()),
        (vec![texts.space], texts.play_or_pause.to_owned()),
        (vec!["←", "→"], texts.back_or_forward.of(STEP_MS as usize / 1000)),
        (vec!["J", "L"], texts.back_or_forward.of(LEAP_MS as usize / 1000)),
        (vec!["/"], common.search_memos.to_owned()),
        (vec!["F2"], texts.rename.to_owned()),
        (vec![texts.del], texts.put_into_bin.to_owned()),
        (vec![texts.esc], texts.close_dialog.to_owned()),
        (vec!["?"], texts.show_keys.to_owned()),
    ]
}

impl Shortcut {
    /// What a key means, named as `KeyboardEvent.key` does. With Ctrl, Alt or Meta it is the browser's.
    pub fn of(key: &str, is_modified: bool, focus: Focus) -> Option<Self> {
        if is_modified || focus == Focus::Text {
            return None;
        }
        let is_free = focus != Focus::Choice;
        match key {
            " " if focus == Focus::Page => Some(Self::PlayOrPause),
            "ArrowLeft" if is_free => Some(Self::Jump(-STEP_MS)),
            "ArrowRight" if is_free => Some(Self::Jump(STEP_MS)),
            "F2" => Some(Self::Rename),
            "Delete" => Some(Self::Delete),
            "?" => Some(Self::Help),
            "/" if is_free => Some(Self::Search),
            letter if is_free => match letter.to_lowercase().as_str() {
                "r" => Some(Self::Record),
                "m" => Some(Self::Mark),
                "j" => Some(Self::Jump(-LEAP_MS)),
                "l" => Some(Self::Jump(LEAP_MS)),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_mean_what_the_list_says() {
        let on_page = |key| Shortcut::of(key, false, Focus::Page);
        for (key, shortcut) in [
            ("r", Shortcut::Record),
            ("R", Shortcut::Record),
            ("m", Shortcut::Mark),
            (" ", Shortcut::PlayOrPause),
            ("ArrowLeft", Shortcut::Jump(-5_000)),
            ("ArrowRight", Shortcut::Jump(5_000)),
            ("j", Shortcut::Jump(-10_000)),
            ("L", Shortcut::Jump(10_000)),
            ("/", Shortcut::Search),
            ("F2", Shortcut::Rename),
            ("Delete", Shortcut::Delete),
            ("?", Shortcut::Help),
        ] {
            assert_eq!(on_page(key), Some(shortcut), "{key}");
            assert_eq!(Shortcut::of(key, true, Focus::Page), None, "with Ctrl, {key} is the browser's");
            assert_eq!(Shortcut::of(key, false, Focus::Text), None, "{key} in a text is text");
        }
        assert_eq!(on_page("x"), None);
        assert_eq!(on_page("Escape"), None, "dialogs close by themselves");
    }

    #[test]
    fn what_has_the_focus_keeps_its_own_keys() {
        assert_eq!(Shortcut::of(" ", false, Focus::Button), None, "it presses the button");
        assert_eq!(Shortcut::of("ArrowRight", false, Focus::Button), Some(Shortcut::Jump(STEP_MS)));
        for key in [" ", "ArrowLeft", "r"] {
            assert_eq!(Shortcut::of(key, false, Focus::Choice), None, "{key}");
        }
        assert_eq!(Shortcut::of("F2", false, Focus::Choice), Some(Shortcut::Rename));
    }
}
