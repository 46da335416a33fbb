//! Everything the app says, in each of its languages.
//!
//! | file | what it holds |
//! | --- | --- |
//! | `shape` | [`Words`]: which texts there are, by the place where they are said |
//! | `en`, `de`, `es`, `fr`, `ja`, `zh`, `ar` | the texts of one language: one constant of that type, so that a text that is missing does not compile |
//! | `phrase` | texts with gaps, and texts that depend on a count; a gap that is missing does not compile either |
//! | `language` | which languages there are, and which of them somebody reads |
//! | `formats` | how numbers and dates are written: the browser's `Intl` in the app, plain English in native tests |
//! | `format`, `local_time` | lengths, sizes and moments in words |
//!
//! [`words`] is the text of the language that was chosen with [`speak`]; before that, it is English. A page has one language at
//! a time, so it is a property of the thread and not an argument of everything that says something.

mod ar;
mod de;
mod en;
mod es;
mod format;
mod formats;
mod fr;
mod ja;
mod language;
mod local_time;
mod phrase;
mod shape;
mod zh;

use std::cell::RefCell;
use std::rc::Rc;

pub use format::{
    capitalized, decimal, format_clock, format_duration, format_rate, format_remaining, format_size, number,
    percentage, rough_duration, spoken_duration, spoken_moment,
};
pub use formats::{DateForm, Formats, Plural, Unit, Width};
pub use language::{Language, chosen_language};
pub use local_time::LocalTime;
pub use phrase::{Counted, Phrase};
pub use shape::*;

/// What is spoken on this thread.
#[derive(Clone)]
struct Speech {
    words: &'static Words,
    formats: Rc<dyn Formats>,
}

thread_local! {
    static SPEECH: RefCell<Speech> =
        RefCell::new(Speech { words: Language::English.words(), formats: Rc::new(formats::PlainEnglish) });
}

/// From now on, everything is said in this language and written in these forms.
pub fn speak(language: Language, formats: impl Formats + 'static) {
    SPEECH.set(Speech { words: language.words(), formats: Rc::new(formats) });
}

/// The texts of the language that is spoken.
pub fn words() -> &'static Words {
    SPEECH.with_borrow(|speech| speech.words)
}

/// How the language that is spoken writes numbers and dates.
fn formats() -> Rc<dyn Formats> {
    SPEECH.with_borrow(|speech| Rc::clone(&speech.formats))
}
