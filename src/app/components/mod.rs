//! The parts that pages are made of. They show state and send commands; what they decide is decided in `memo`.

pub(super) mod confirm;
pub(super) mod export_dialog;
pub(super) mod head;
pub(super) mod icon;
pub(super) mod import_dialog;
pub(super) mod keys;
pub(super) mod library;
mod library_chips;
mod list_row;
mod long_press;
mod memo_list;
pub(super) mod notice;
pub(super) mod player;
pub(super) mod progress;
pub(super) mod qr;
pub(super) mod recovery;
pub(super) mod row;
mod selection_bar;
mod share_all;
pub(super) mod share_dialog;
pub(super) mod sheet;
mod tag_dialog;
pub(super) mod tag_field;
pub(super) mod trim_dialog;
pub(super) mod trimmed;
pub(super) mod wave;
pub(super) mod work_place;
