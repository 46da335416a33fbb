//! The parts that pages are made of. They show state and send commands; what they decide is decided in `memo`.

pub(super) mod confirm;
pub(super) mod export_dialog;
pub(super) mod head;
pub(super) mod icon;
pub(super) mod import_dialog;
pub(super) mod keys;
pub(super) mod library;
pub(super) mod notice;
pub(super) mod player;
pub(super) mod qr;
pub(super) mod recovery;
pub(super) mod row;
pub(super) mod share_dialog;
pub(super) mod sheet;
pub(super) mod trim_dialog;
pub(super) mod wave;
pub(super) mod work_place;
