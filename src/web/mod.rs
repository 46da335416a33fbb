//! Small pieces of the Web that several parts need: one Web API per file, each ending with its owner.

mod broadcast;
mod intl;
mod listener;
mod object_url;
mod save_file;
mod sound;

pub(crate) use broadcast::Broadcast;
pub(crate) use intl::Intl;
pub(crate) use listener::Listener;
pub(crate) use object_url::BlobParts;
pub use object_url::ObjectUrl;
pub(crate) use save_file::{SaveFile, remove_parked_file};
pub(crate) use sound::{Sound, decode, decode_blob, decode_samples};
