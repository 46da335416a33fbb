//! The few pictures of the app: strokes of one width on a 24 by 24 grid.

use leptos::prelude::*;

/// Which picture.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Icon {
    Back,
    Check,
    Close,
    Download,
    /// Ten seconds forward.
    Forward,
    Gear,
    Pause,
    Play,
    Plus,
    Restore,
    /// Ten seconds back.
    Rewind,
    Search,
    Share,
    Sort,
    Star,
    Tag,
    Trash,
    Warning,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Back => "m14 6-6 6 6 6",
            Self::Check => "m5 12.5 4.5 4.5L19 7.5",
            Self::Close => "m6 6 12 12M18 6 6 18",
            Self::Download => "M12 4v11m0 0-4-4m4 4 4-4M5 20h14",
            Self::Forward => {
                "M13 4.5a8.5 8.5 0 1 0 7.5 8.5M13 4.5l-2.6-2.6M13 4.5l-2.6 2.6M8.3 11.2l1.6-1.1v6M12 13.1a1.9 3 0 1 0 3.8 0a1.9 3 0 1 0-3.8 0"
            }
            Self::Gear => {
                "M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2"
            }
            Self::Pause => "M9 6v12M15 6v12",
            Self::Play => "M8 5.5v13l11-6.5z",
            Self::Plus => "M12 5v14M5 12h14",
            Self::Restore => "M5 9h9a5 5 0 0 1 0 10H9M5 9l4-4M5 9l4 4",
            Self::Rewind => {
                "M11 4.5a8.5 8.5 0 1 1-7.5 8.5M11 4.5l2.6-2.6M11 4.5l2.6 2.6M8.3 11.2l1.6-1.1v6M12 13.1a1.9 3 0 1 0 3.8 0a1.9 3 0 1 0-3.8 0"
            }
            Self::Search => "M4.5 11a6.5 6.5 0 1 0 13 0a6.5 6.5 0 1 0-13 0M20 20l-4.2-4.2",
            Self::Share => "M12 15V4m0 0L8 8m4-4 4 4M6 12v7h12v-7",
            Self::Sort => "M7 5v14m0 0-3.5-3.5M7 19l3.5-3.5M14 7h7M14 12h5M14 17h3",
            Self::Star => "m12 4 2.4 5 5.6.8-4 4 .9 5.6L12 16.8l-4.9 2.6.9-5.6-4-4 5.6-.8z",
            Self::Tag => "M4 4.5v6.7l8.8 8.8 7.2-7.2L11.2 4zM8 8.2v.01",
            Self::Trash => "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13",
            Self::Warning => "M12 4 2.5 20h19zM12 10v4M12 17v.01",
        }
    }
}

/// The picture, hidden from screen readers: whatever it stands in has a name.
#[component]
pub(crate) fn Picture(#[prop(into)] icon: Signal<Icon>) -> impl IntoView {
    view! {
        <svg class="i" viewBox="0 0 24 24" aria-hidden="true">
            <path d=move || icon.get().path() />
        </svg>
    }
}
