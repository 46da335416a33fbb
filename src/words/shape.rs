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
