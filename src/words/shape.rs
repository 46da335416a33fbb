//! Which texts there are. What each of them says stands in `en`.

#![allow(missing_docs, reason = "a text's name and its English say what it is")]

use super::{Counted, Phrase};

/// Every text of the app in one language, by the place where it is said.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    pub common: Common,
    pub import_steps: ImportSteps,
    pub delivery: DeliveryWords,
    pub tries: TryWords,
    pub listing: ListingWords,
    pub links: LinkWords,
    pub files: FileWords,
    pub takes: TakeWords,
    pub storage: StorageWords,
    pub network: NetworkWords,
    pub titles: TitleWords,
    pub keys: KeyWords,
    pub memo_page: MemoPage,
    pub record_page: RecordPage,
    pub import_page: ImportPage,
    pub settings_page: SettingsPage,
    pub app: AppWords,
    pub exporting: ExportWords,
    pub importing: ImportWords,
    pub player: PlayerWords,
    pub trimming: TrimWords,
    pub library: LibraryPane,
    pub selection: SelectionWords,
    pub sharing: ShareWords,
    pub tagging: TagWords,
    pub recovery: RecoveryWords,
    pub notices: NoticeWords,
}

/// What several places say: names of commands and of fields, days.
#[derive(Clone, Copy, Debug)]
pub struct Common {
    pub play: &'static str,
    pub pause: &'static str,
    pub record: &'static str,
    pub share: &'static str,
    pub export: &'static str,
    pub import: &'static str,
    pub delete: &'static str,
    pub delete_for_good: &'static str,
    pub restore: &'static str,
    pub discard: &'static str,
    pub undo: &'static str,
    pub cancel: &'static str,
    pub close: &'static str,
    pub try_again: &'static str,
    pub keep_it: &'static str,
    pub add: &'static str,
    pub open: &'static str,
    pub trim: &'static str,
    pub title: &'static str,
    pub notes: &'static str,
    pub tags: &'static str,
    pub link: &'static str,
    pub favourite: &'static str,
    pub search_memos: &'static str,
    pub settings: &'static str,
    pub to_my_memos: &'static str,
    pub untitled: &'static str,
    pub memos: Counted,
    pub today: &'static str,
    pub yesterday: &'static str,
    pub yesterday_at: Phrase<1>,
    pub per_second: Phrase<1>,
}

/// The steps of an import: `memo/ladder.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportSteps {
}

/// How far a share is: `memo/delivery.rs`.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryWords {
}

/// What was tried to bring or to pass on a memo: `memo/tries.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TryWords {
}

/// Filters, orders, headings, marks, and lists that are empty: `memo/library.rs`, `catalogue.rs`, `sort.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ListingWords {
}

/// What is no link: `memo/link.rs`.
#[derive(Clone, Copy, Debug)]
pub struct LinkWords {
}

/// Files that cannot be read or written, and what became of those that were brought: `memo/zip`, `wav`, `webm`, `import_report`.
#[derive(Clone, Copy, Debug)]
pub struct FileWords {
}

/// What can happen to a recording: `recorder/`, `memo/room.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TakeWords {
}

/// What can happen to the library on the disk: `store/`.
#[derive(Clone, Copy, Debug)]
pub struct StorageWords {
}

/// Why something cannot be shared or received: `net/`.
#[derive(Clone, Copy, Debug)]
pub struct NetworkWords {
}

/// Titles that memos have before somebody gives them one, and kinds of sound: `memo/title.rs`, `part.rs`, `kind.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TitleWords {
}

/// What keys do: `memo/shortcuts.rs`.
#[derive(Clone, Copy, Debug)]
pub struct KeyWords {
}

/// One memo: `app/routes/memo.rs`.
#[derive(Clone, Copy, Debug)]
pub struct MemoPage {
    pub not_here: &'static str,
    pub days_in_bin: Counted,
    pub delete_question: &'static str,
    pub is_here: Phrase<2>,
    pub sharing: &'static str,
    pub nobody_listening: &'static str,
    pub and_delivered: Counted<1>,
    pub size: &'static str,
    pub origin: &'static str,
}

/// The recorder: `app/routes/record.rs`, `app/recording.rs`.
#[derive(Clone, Copy, Debug)]
pub struct RecordPage {
    pub recorded_so_far: &'static str,
    pub saved_up_to: Phrase<1>,
    pub input_level: &'static str,
    pub mark_this_moment: &'static str,
    pub start: &'static str,
    pub stop: &'static str,
    pub resume: &'static str,
    pub go_on: &'static str,
    pub finish: &'static str,
    pub waiting_for_microphone: &'static str,
    pub paused: &'static str,
    pub saving: &'static str,
    pub interrupted: &'static str,
    pub no_more_sound: &'static str,
    pub no_sound: &'static str,
    pub too_loud: &'static str,
    pub no_room_left: &'static str,
    pub discard: &'static str,
    pub discard_question: &'static str,
    pub discarded: &'static str,
}

/// A link that was opened: `app/routes/import.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportPage {
    pub no_memo_link: &'static str,
    pub memo_for_you: &'static str,
    pub memos_for_you: &'static str,
    pub received: &'static str,
    pub a_memo: &'static str,
    pub sound: &'static str,
    pub download: &'static str,
    pub percent_here: Phrase<1>,
    pub memos_in_link: &'static str,
    pub all_here: &'static str,
    pub fetch: &'static str,
    pub what_was_tried: &'static str,
}

/// The settings: `app/routes/settings.rs`.
#[derive(Clone, Copy, Debug)]
pub struct SettingsPage {
    pub recording: &'static str,
    pub microphone: &'static str,
    pub default_microphone: &'static str,
    pub quality: &'static str,
    pub about_quality: Phrase<2>,
    pub kilobits: Phrase<1>,
    pub sound: &'static str,
    pub about_sound: &'static str,
    pub voice: &'static str,
    pub room: &'static str,
    pub raw: &'static str,
    pub storage: &'static str,
    pub used: &'static str,
    pub used_of: Phrase<2>,
    pub is_protected: &'static str,
    pub about_protected: &'static str,
    pub unprotected: &'static str,
    pub about_unprotected: &'static str,
    pub protect: &'static str,
    pub not_agreed: &'static str,
    pub copy_of_all: &'static str,
    pub last_done: Phrase<1>,
    pub never_done: &'static str,
    pub export_everything: &'static str,
    pub network: &'static str,
    pub about_trackers: &'static str,
    pub trackers: &'static str,
    pub add_tracker: &'static str,
    pub remove: Phrase<1>,
    pub no_tracker: Phrase<1>,
    pub tracker_unasked: &'static str,
    pub tracker_connecting: &'static str,
    pub tracker_connected: &'static str,
    pub tracker_unreachable: &'static str,
    pub tracker_says: Phrase<2>,
    pub appearance: &'static str,
    pub theme: &'static str,
    pub theme_system: &'static str,
    pub theme_light: &'static str,
    pub theme_dark: &'static str,
    pub who_sees_what: &'static str,
    pub this_device: &'static str,
    pub this_device_sees: &'static str,
    pub who_has_link: &'static str,
    pub who_has_link_sees: &'static str,
    pub trackers_see: &'static str,
    pub this_site: &'static str,
    pub this_site_sees: &'static str,
    pub stun_servers: &'static str,
    pub stun_servers_see: &'static str,
    pub about: &'static str,
    pub version: &'static str,
    pub diagnostics: &'static str,
    pub about_diagnostics: &'static str,
    pub copy: &'static str,
    pub diagnostics_copied: &'static str,
    pub cannot_copy: &'static str,
}

/// What the app says about itself, and pages without a memo: `app/mod.rs`, `routes/home.rs`, `routes/nothing.rs`, `many.rs`, `state.rs`.
#[derive(Clone, Copy, Debug)]
pub struct AppWords {
    pub cannot_open_library: &'static str,
    pub choose_or_record: &'static str,
    pub nothing_here: &'static str,
    pub leads_nowhere: &'static str,
    pub is_in_bin: Phrase<1>,
    pub are_in_bin: Counted,
    pub still_starting: &'static str,
    pub recorded_here: &'static str,
    pub from_file: &'static str,
    pub received_by_link: &'static str,
}

/// Memos that become files: `app/export.rs`, `archive.rs`, `wav_file.rs`, `work.rs`, `components/export_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ExportWords {
    pub one_at_a_time: &'static str,
    pub memo_of: Phrase<2>,
    pub cancelled: &'static str,
    pub exported: Counted,
    pub nothing_yet: &'static str,
    pub incomplete: &'static str,
    pub some_incomplete: Phrase<1>,
    pub quoted_title: Phrase<1>,
    pub titles: Phrase<2>,
    pub failed: Phrase<1>,
    pub no_room: &'static str,
    pub not_written: &'static str,
    pub place_refused: &'static str,
    pub all_not_saved: &'static str,
    pub not_saved: &'static str,
    pub incomplete_to_send: &'static str,
    pub not_sent: &'static str,
    pub too_long_for_wav: &'static str,
    pub cannot_decode: &'static str,
    pub no_room_for_wav: &'static str,
    pub wav_failed: Phrase<1>,
}

/// Files that become memos: `app/files.rs`, `app/import/`, `components/import_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportWords {
    pub sound_of: Phrase<2>,
    pub cancelled: &'static str,
    pub cancelled_after: Phrase<1>,
    pub known: &'static str,
    pub no_sound: &'static str,
    pub no_identifiers: &'static str,
    pub unreadable: &'static str,
    pub empty: &'static str,
    pub became_shorter: &'static str,
    pub torrent_too_large: &'static str,
    pub torrent_unusable: Phrase<1>,
    pub still_starting: &'static str,
    pub sound_not_in_archive: &'static str,
    pub no_sound_in_archive: &'static str,
}

/// Listening: `app/player.rs`, `memo/listening.rs`, `components/player.rs`.
#[derive(Clone, Copy, Debug)]
pub struct PlayerWords {
    pub cannot_hear_silence: &'static str,
    pub sound_gone: &'static str,
    pub needs_a_tap: &'static str,
    pub rest_not_here: &'static str,
    pub damaged: &'static str,
    pub unplayable: &'static str,
}

/// A part of a memo: `app/trim.rs`, `components/trim_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TrimWords {
    pub cutting: &'static str,
    pub uncuttable: &'static str,
    pub no_identifiers: &'static str,
    pub failed: Phrase<1>,
    pub incomplete: &'static str,
}

/// The library: `components/library.rs`, `library_chips.rs`, `memo_list.rs`, `row.rs`.
#[derive(Clone, Copy, Debug)]
pub struct LibraryPane {
}

/// Several memos at once: `components/selection_bar.rs`.
#[derive(Clone, Copy, Debug)]
pub struct SelectionWords {
}

/// The share dialogs: `components/share_dialog.rs`, `share_all.rs`, `qr.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ShareWords {
}

/// Tags: `components/tag_dialog.rs`, `tag_field.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TagWords {
}

/// A recording that was left behind: `components/recovery.rs`.
#[derive(Clone, Copy, Debug)]
pub struct RecoveryWords {
}

/// What is said in passing: `components/notice.rs`, `head.rs`, `keys.rs`, `confirm.rs`.
#[derive(Clone, Copy, Debug)]
pub struct NoticeWords {
}
