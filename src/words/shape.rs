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
    pub listening: ListeningWords,
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
    pub split_dialog: SplitDialogWords,
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
    /// Behind a question whether to delete: the title of a memo that stays, and is a view of the same sound.
    pub sound_stays: Phrase<2>,
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
    pub split: &'static str,
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
    pub reading: &'static str,
    pub connecting: &'static str,
    pub searching: &'static str,
    pub nobody_there: &'static str,
    pub not_connected: &'static str,
    /// The sentence about what is waited for, and since when: "20 s".
    pub still: Phrase<2>,
    pub large: Phrase<1>,
    pub large_and_nobody_there: Phrase<1>,
    pub large_and_somebody_there: Counted<1>,
    pub reading_card: &'static str,
    pub receiving: &'static str,
    /// "310 KB/s", and "40 seconds".
    pub receiving_at: Phrase<2>,
    pub here: &'static str,
    pub service_unreachable: &'static str,
    pub offline: &'static str,
    pub failed: Phrase<1>,
    pub failed_without_reason: &'static str,
    pub may_cost_money: &'static str,
    pub change_the_network: &'static str,
    pub ask_the_sender: &'static str,
    pub tried_again: &'static str,
    pub nothing_to_do: &'static str,
    pub ask_for_new_link: &'static str,
    pub step_looking: &'static str,
    pub step_found: &'static str,
    pub step_connecting: &'static str,
    pub step_connected: &'static str,
    pub step_receiving: &'static str,
    pub step_received: &'static str,
}

/// How far a share is: `memo/delivery.rs`.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryWords {
    pub making_link: &'static str,
    pub making_link_detail: &'static str,
    pub getting_ready: &'static str,
    pub getting_ready_detail: &'static str,
    pub waiting: &'static str,
    pub waiting_detail: &'static str,
    /// To so many devices.
    pub sending_to: Counted,
    /// To so many devices.
    pub delivered_to: Counted,
    pub delivered_detail: &'static str,
    pub not_shared: &'static str,
    pub not_shared_detail: &'static str,
    pub not_found: &'static str,
    pub service_refuses: Phrase<1>,
    pub service_unreachable: &'static str,
    pub offline: &'static str,
    pub offline_detail: &'static str,
    pub failed: &'static str,
    pub failed_detail: &'static str,
}

/// What was tried to bring or to pass on a memo: `memo/tries.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TryWords {
    /// {0}: the name of the service's host, here and below.
    pub service_asked: Phrase<1>,
    pub service_unreachable: Phrase<1>,
    pub service_knows_nobody: Phrase<1>,
    pub service_knows_nobody_and_says: Phrase<2>,
    pub service_knows: Counted<1>,
    pub service_knows_and_says: Counted<2>,
    pub service_refuses: Phrase<2>,
    pub service_reached: Phrase<1>,
    /// Whoever does what the sentence says: it fills the gap of those below that begin with it.
    pub device: &'static str,
    /// The same, with the name of its program.
    pub device_with: Phrase<1>,
    /// Whoever this device is connected to: it fills the gap of those that say "to".
    pub to_device: &'static str,
    /// The same, with the name of its program.
    pub to_device_with: Phrase<1>,
    pub asks_others: &'static str,
    pub asks: Phrase<1>,
    pub answers: Phrase<1>,
    pub path_found: Phrase<1>,
    pub not_ready: Phrase<1>,
    pub connected: Phrase<1>,
    /// {1}: one of the four last texts, as in those below.
    pub connected_and_moved: Phrase<2>,
    pub no_answer: &'static str,
    pub withdrawn: &'static str,
    pub no_path: Phrase<2>,
    pub no_network: &'static str,
    pub nothing_offered: &'static str,
    pub public_address_unknown: &'static str,
    pub ours_are_local: &'static str,
    pub theirs_are_local: &'static str,
    pub relay_failed: &'static str,
    pub firewall: &'static str,
    pub server_says: Phrase<2>,
    pub no_setup: &'static str,
    pub no_channel: Phrase<1>,
    pub no_handshake: Phrase<1>,
    pub itself: &'static str,
    pub duplicate: Phrase<1>,
    pub banned: Phrase<1>,
    pub misbehaved: Phrase<1>,
    pub silent: Phrase<1>,
    pub unhelpful: Phrase<1>,
    pub stalled: Phrase<1>,
    pub crowded: Phrase<1>,
    pub both_complete: Phrase<2>,
    pub gave_up: Phrase<1>,
    pub went_away: Phrase<2>,
    pub left: Phrase<2>,
    pub nothing_sent: &'static str,
    pub received: Phrase<1>,
    pub sent: Phrase<1>,
    pub received_and_sent: Phrase<2>,
}

/// Filters, orders, headings, marks, and lists that are empty: `memo/library.rs`, `catalogue.rs`, `sort.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ListingWords {
    pub all: &'static str,
    pub favourites: &'static str,
    pub received: &'static str,
    pub shared: &'static str,
    pub bin: &'static str,
    pub newest_first: &'static str,
    pub oldest_first: &'static str,
    pub longest_first: &'static str,
    pub by_title: &'static str,
    pub this_week: &'static str,
    pub last_week: &'static str,
    /// "64 %".
    pub is_arriving: Phrase<1>,
    /// By so many devices, which fetch it right now.
    pub is_listened_to: Counted,
    /// One memo is.
    pub is_shared: &'static str,
    pub no_memos: &'static str,
    pub no_memos_text: &'static str,
    pub no_favourites: &'static str,
    pub no_favourites_text: &'static str,
    pub none_received: &'static str,
    pub none_received_text: &'static str,
    pub none_shared: &'static str,
    pub none_shared_text: &'static str,
    pub empty_bin: &'static str,
    pub empty_bin_text: Counted,
    pub none_found: &'static str,
    pub none_found_text: &'static str,
    pub none_tagged: &'static str,
    pub none_tagged_text: Phrase<1>,
}

/// What is no link: `memo/link.rs`.
#[derive(Clone, Copy, Debug)]
pub struct LinkWords {
    pub empty: &'static str,
    pub no_link: &'static str,
    pub damaged: &'static str,
    pub too_long: &'static str,
    pub too_many: Phrase<1>,
}

/// Files that cannot be read or written, and what became of those that were brought: `memo/zip`, `wav`, `webm`, `import_report`.
#[derive(Clone, Copy, Debug)]
pub struct FileWords {
    pub imported: Counted,
    pub brought_back: Counted,
    pub memos_known: Counted,
    /// Memos, after one of the two above.
    pub more_known: Counted,
    /// Two of these in one line.
    pub and: Phrase<2>,
    /// A name, and a reason: the end of a sentence, with its full stop.
    pub not_imported: Phrase<2>,
    pub several_not_imported: Counted,
    /// A name and a reason.
    pub one_of_them: Phrase<2>,
    pub and_more: Counted,
    /// Of a zip file, like those below: the end of a sentence that names it.
    pub list_unreadable: &'static str,
    pub no_zip: &'static str,
    pub zip_damaged: &'static str,
    pub zip_split: &'static str,
    pub zip_too_many: &'static str,
    pub zip_packed: &'static str,
    pub zip_changed: &'static str,
    pub zip_wrong_checksum: &'static str,
    /// In brackets, or behind a colon, like those below.
    pub no_webm: &'static str,
    pub webm_without_beginning: &'static str,
    pub webm_without_sound: &'static str,
    pub webm_too_long: &'static str,
    pub webm_changed: &'static str,
    pub no_wav: &'static str,
    pub wav_compressed: &'static str,
    /// "4 GB".
    pub wav_too_long: Phrase<1>,
    pub silent_part: &'static str,
}

/// What can happen to a recording: `recorder/`, `memo/room.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TakeWords {
    pub nothing_recorded: &'static str,
    pub finish_in_other_tab: &'static str,
    pub go_on_in_other_tab: &'static str,
    pub not_put_together: Phrase<1>,
    pub microphone_denied: &'static str,
    pub no_microphone: &'static str,
    pub microphone_busy: &'static str,
    pub cannot_record: &'static str,
    /// A sentence that says why.
    pub cannot_save: Phrase<1>,
    pub microphone_failed: Phrase<1>,
    /// One of the next five, and how long the recording was then: "0:47".
    pub interrupted: Phrase<2>,
    pub ended_by_itself: &'static str,
    /// A sentence that says why.
    pub stopped: Phrase<1>,
    pub stopped_by_browser: &'static str,
    pub unplugged: &'static str,
    pub went_silent: &'static str,
    pub asleep: Phrase<2>,
    /// Behind a colon, like the next one.
    pub slice_lost: &'static str,
    pub browser_refused: &'static str,
    pub nearly_full: &'static str,
    pub minutes_left: Counted,
}

/// What can happen to the library on the disk: `store/`.
#[derive(Clone, Copy, Debug)]
pub struct StorageWords {
    pub unavailable: &'static str,
    pub too_new: &'static str,
    pub blocked: &'static str,
    pub full: &'static str,
    /// One of the next ones, or what the browser says about it in English.
    pub failed: Phrase<1>,
    pub no_reason: &'static str,
    pub given_up: &'static str,
    /// What it is and why it cannot be read, both in English: for whoever mends it.
    pub unreadable: Phrase<2>,
    /// The same.
    pub not_storable: Phrase<2>,
    pub removed_meanwhile: &'static str,
    pub too_long: &'static str,
}

/// Why something cannot be shared or received: `net/`.
#[derive(Clone, Copy, Debug)]
pub struct NetworkWords {
    pub cannot_share_here: &'static str,
    pub cannot_receive_here: &'static str,
    pub no_memo: &'static str,
    pub still_arriving: &'static str,
    pub audio_unreadable: &'static str,
    pub link_forgotten: &'static str,
    pub part_cannot_be_shared: Phrase<1>,
    pub cannot_be_shared: Phrase<1>,
    pub unreadable: Phrase<1>,
    pub no_sound: &'static str,
    pub unwanted: &'static str,
}

/// Titles that memos have before somebody gives them one, and kinds of sound: `memo/title.rs`, `part.rs`, `split.rs`, `kind.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TitleWords {
    /// "Tuesday", and "07:31".
    pub morning: Phrase<2>,
    pub afternoon: Phrase<2>,
    pub evening: Phrase<2>,
    pub night: Phrase<2>,
    /// The title of the whole.
    pub part: Phrase<1>,
    /// The title of the first part, and the number of this one.
    pub numbered: Phrase<2>,
    /// A file needs a name, even if its title is nothing, or a word that Windows keeps for itself.
    pub file: Phrase<1>,
    /// A kind of sound without a name of its own, like "MP3".
    pub some_sound: &'static str,
    /// "WebM Opus", and "32".
    pub at_bit_rate: Phrase<2>,
}

/// What keys do: `memo/shortcuts.rs`.
#[derive(Clone, Copy, Debug)]
pub struct KeyWords {
    /// What is written on the key, like the next two.
    pub space: &'static str,
    pub del: &'static str,
    pub esc: &'static str,
    pub mark: &'static str,
    pub play_or_pause: &'static str,
    pub back_or_forward: Counted,
    pub rename: &'static str,
    pub put_into_bin: &'static str,
    pub close_dialog: &'static str,
    pub show_keys: &'static str,
}

/// What the player offers beside playing: `memo/listening.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ListeningWords {
    pub repeat_from_here: &'static str,
    pub repeat_until_here: &'static str,
    pub stop_repeating: &'static str,
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
    pub trimmed: Phrase<3>,
    pub show_all: &'static str,
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
    pub trimmed_in_copy: &'static str,
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
    pub language: &'static str,
    pub language_of_browser: &'static str,
    pub keys: &'static str,
    pub about_keys: &'static str,
    pub show: &'static str,
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

/// A part of a memo, and two of them: `app/trim.rs`, `app/split.rs`.
#[derive(Clone, Copy, Debug)]
pub struct TrimWords {
    pub trimmed: &'static str,
    pub all_again: &'static str,
    /// The title of the second part.
    pub split: Phrase<1>,
    pub not_split: &'static str,
    pub cutting: &'static str,
    pub uncuttable: &'static str,
    pub no_identifiers: &'static str,
    pub failed: Phrase<1>,
    pub incomplete: &'static str,
}

/// The library: `components/library.rs`, `library_chips.rs`, `memo_list.rs`, `row.rs`.
#[derive(Clone, Copy, Debug)]
pub struct LibraryPane {
    pub library: &'static str,
    pub memos: &'static str,
    pub drop_to_import: &'static str,
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
    pub trimmed_in_file: &'static str,
}

/// The share dialogs: `components/share_dialog.rs`, `share_all.rs`, `qr.rs`.
#[derive(Clone, Copy, Debug)]
pub struct ShareWords {
    pub share_memo: &'static str,
    pub what_a_link_does: &'static str,
    pub gives_the_part: &'static str,
    pub gives_all_of_it: Phrase<1>,
    pub gives_another_part: Phrase<2>,
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
    pub the_part: Phrase<1>,
    pub all_of_it: Phrase<1>,
    pub as_it_is: &'static str,
    pub as_wav: &'static str,
    pub about_wav: &'static str,
    pub decoding: &'static str,
    pub send_file: &'static str,
    pub about_sending: &'static str,
    pub sending_all_of_it: &'static str,
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
    pub link_stays: &'static str,
    pub length_unknown: &'static str,
    pub about: &'static str,
    pub start: &'static str,
    pub end: &'static str,
    pub so_long: Phrase<1>,
    pub save: &'static str,
    pub saving: &'static str,
    pub saved: &'static str,
}

/// One memo that becomes two: `components/split_dialog.rs`.
#[derive(Clone, Copy, Debug)]
pub struct SplitDialogWords {
    pub about: &'static str,
    pub place: &'static str,
    /// Where, as a clock shows it.
    pub here: Phrase<1>,
    pub too_short: &'static str,
}
