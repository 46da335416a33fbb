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
    pub player_bar: PlayerBar,
    pub export_dialog: ExportDialogWords,
    pub import_dialog: ImportDialogWords,
    pub trim_dialog: TrimDialogWords,
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
}

/// The recorder: `app/routes/record.rs`, `app/recording.rs`.
#[derive(Clone, Copy, Debug)]
pub struct RecordPage {
}

/// A link that was opened: `app/routes/import.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportPage {
}

/// The settings: `app/routes/settings.rs`.
#[derive(Clone, Copy, Debug)]
pub struct SettingsPage {
}

/// What the app says about itself, and pages without a memo: `app/mod.rs`, `routes/home.rs`, `routes/nothing.rs`, `many.rs`, `state.rs`.
#[derive(Clone, Copy, Debug)]
pub struct AppWords {
}

/// Memos that become files: `app/export.rs`, `archive.rs`, `wav_file.rs`, `work.rs`, `components/export_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ExportWords {
}

/// Files that become memos: `app/files.rs`, `app/import/`, `components/import_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportWords {
}

/// Listening: `app/player.rs`, `memo/listening.rs`, `components/player.rs`.
#[derive(Clone, Copy, Debug)]
pub struct PlayerWords {
}

/// A part of a memo: `app/trim.rs`, `components/trim_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TrimWords {
}

/// The library: `components/library.rs`, `library_chips.rs`, `memo_list.rs`, `row.rs`.
#[derive(Clone, Copy, Debug)]
pub struct LibraryPane {
    pub library: &'static str,
    pub memos: &'static str,
    pub select: &'static str,
    pub done: &'static str,
    pub sort: &'static str,
    pub show: &'static str,
    pub with_the_tag: &'static str,
    pub kept_for_days: Counted,
    pub days_left: Counted,
    pub empty_the_bin: &'static str,
    pub what_emptying_does: &'static str,
    pub delete_all: &'static str,
    pub keep_them: &'static str,
    pub recording: Phrase<1>,
    pub paused: Phrase<1>,
    pub interrupted: Phrase<1>,
}

/// Several memos at once: `components/selection_bar.rs`.
#[derive(Clone, Copy, Debug)]
pub struct SelectionWords {
    pub selected_memos: &'static str,
    pub select_memos: &'static str,
    pub selected: Counted,
    pub select_all: &'static str,
    pub select_none: &'static str,
    pub share_selected: &'static str,
    pub export_selected: &'static str,
    pub tag: &'static str,
    pub tag_selected: &'static str,
    pub delete_selected: &'static str,
    pub restore_selected: &'static str,
    pub delete_selected_for_good: &'static str,
    pub what_deleting_does: &'static str,
    pub not_exported: Counted,
}

/// The share dialogs: `components/share_dialog.rs`, `share_all.rs`, `qr.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ShareWords {
    pub share_memo: &'static str,
    pub what_a_link_does: &'static str,
    pub qr_code: &'static str,
    pub copy_link: &'static str,
    pub link_copied: &'static str,
    pub link_not_copied: &'static str,
    pub share_elsewhere: &'static str,
    pub torrent_file: &'static str,
    pub stop_sharing: &'static str,
    pub sharing_stopped: &'static str,
    pub cannot_be_shared: &'static str,
    pub safe_on_this_device: &'static str,
    pub share_memos: &'static str,
    pub what_links_do: &'static str,
    pub still_arriving: &'static str,
    pub too_many: Counted,
    pub left_out: Counted,
    pub copy_links: Counted,
    pub making_links: Phrase<2>,
    pub links_copied: Counted,
    pub links_not_copied: &'static str,
    pub links: &'static str,
    pub copy_the_links: &'static str,
}

/// Tags: `components/tag_dialog.rs`, `tag_field.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TagWords {
    pub tag_memos: &'static str,
    pub tag: &'static str,
    pub a_word_or_two: &'static str,
    pub tags_in_use: &'static str,
    pub tagged: Counted<1>,
    pub no_longer_tagged: Counted<1>,
    pub add_a_tag: &'static str,
    pub most_tags: Counted,
    pub remove_tag: Phrase<1>,
}

/// A recording that was left behind: `components/recovery.rs`.
#[derive(Clone, Copy, Debug)]
pub struct RecoveryWords {
    pub recovered_recording: &'static str,
    pub what_happened: Phrase<1>,
    pub keep: &'static str,
    pub continue_recording: &'static str,
}

/// What is said in passing: `components/notice.rs`, `head.rs`, `keys.rs`, `confirm.rs`.
#[derive(Clone, Copy, Debug)]
pub struct NoticeWords {
    pub dismiss: &'static str,
    pub understood: &'static str,
    pub new_version: &'static str,
    pub back_to_library: &'static str,
    pub keyboard_shortcuts: &'static str,
}

/// The card that plays: `components/player.rs`.
#[derive(Clone, Copy, Debug)]
pub struct PlayerBar {
    pub player: &'static str,
    pub position: &'static str,
    pub position_of_length: Phrase<2>,
    pub speed: &'static str,
    pub times_as_fast: Phrase<1>,
    pub back_seconds: Counted,
    pub forward_seconds: Counted,
    pub listening: &'static str,
    pub skip_silence: &'static str,
    pub play_next: &'static str,
    pub mark: &'static str,
    pub markers: &'static str,
    pub go_to_marker: Phrase<1>,
    pub remove_marker: Phrase<1>,
}

/// One memo as a file: `components/export_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ExportDialogWords {
    pub kind_and_size: Phrase<2>,
    pub as_it_is: &'static str,
    pub as_wav: &'static str,
    pub about_wav: &'static str,
    pub decoding: &'static str,
    pub send_file: &'static str,
    pub about_sending: &'static str,
}

/// Files and links that are brought by hand: `components/import_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ImportDialogWords {
    pub about: &'static str,
    pub choose_files: &'static str,
    pub files: &'static str,
    pub paste_a_link: &'static str,
    pub open_link: &'static str,
}

/// A part of a memo, as it is chosen: `components/trim_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TrimDialogWords {
    pub cannot_be_cut: &'static str,
    pub length_unknown: &'static str,
    pub about: &'static str,
    pub start: &'static str,
    pub end: &'static str,
    pub so_long: Phrase<1>,
    pub save: &'static str,
    pub saving: &'static str,
    pub saved: &'static str,
}
