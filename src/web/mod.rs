//! Small pieces of the Web that several parts need: one Web API per file, each ending with its owner.

mod listener;
mod object_url;
mod sound;

pub(crate) use listener::Listener;
pub(crate) use object_url::BlobParts;
pub use object_url::ObjectUrl;
pub(crate) use sound::{Sound, decode};
