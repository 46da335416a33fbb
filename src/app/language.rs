//! The language of the page: as the person chose, else as the browser is set.

use leptos::prelude::*;

use crate::web::Intl;
use crate::words::{Language, chosen_language, speak};

/// From now on the page speaks this language. Whatever says something has to be made anew.
pub(super) fn apply(chosen: Option<Language>) {
    let preferred: Vec<String> = window().navigator().languages().iter().filter_map(|tag| tag.as_string()).collect();
    let (language, tag) = chosen_language(chosen, &preferred);
    speak(language, Intl::new(&tag));
    let Some(root) = document().document_element() else { return };
    // Neither fails for a plain name.
    let _ = root.set_attribute("lang", language.tag());
    let _ = root.set_attribute("dir", language.direction());
}
