//! One page per route.

mod home;
mod import;
mod memo;
mod nothing;
mod record;
mod settings;

pub(super) use home::Home;
pub(super) use import::Import;
pub(super) use memo::MemoPage;
pub(super) use nothing::{Nothing, NothingHere};
pub(super) use record::Record;
pub(super) use settings::Settings;
