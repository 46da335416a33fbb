//! English.

use super::phrase::{counted, phrase};
use super::shape::*;

pub(super) static WORDS: Words = Words {
    common: Common {
        play: "Play",
        pause: "Pause",
        record: "Record",
        share: "Share",
        export: "Export",
        import: "Import",
        delete: "Delete",
        delete_for_good: "Delete for good",
        restore: "Restore",
        discard: "Discard",
        undo: "Undo",
        cancel: "Cancel",
        close: "Close",
        try_again: "Try again",
        keep_it: "Keep it",
        add: "Add",
        open: "Open",
        trim: "Trim",
        title: "Title",
        notes: "Notes",
        tags: "Tags",
        link: "Link",
        favourite: "Favourite",
        search_memos: "Search memos",
        settings: "Settings",
        to_my_memos: "To my memos",
        untitled: "Untitled memo",
        memos: counted("{0} memo", "{0} memos"),
        today: "Today",
        yesterday: "Yesterday",
        yesterday_at: phrase("Yesterday {0}"),
        per_second: phrase("{0}/s"),
    },
    import_steps: ImportSteps {
    },
    delivery: DeliveryWords {
    },
    tries: TryWords {
    },
    listing: ListingWords {
    },
    links: LinkWords {
    },
    files: FileWords {
    },
    takes: TakeWords {
    },
    storage: StorageWords {
    },
    network: NetworkWords {
    },
    titles: TitleWords {
    },
    keys: KeyWords {
    },
    memo_page: MemoPage {
    },
    record_page: RecordPage {
    },
    import_page: ImportPage {
    },
    settings_page: SettingsPage {
    },
    app: AppWords {
    },
    exporting: ExportWords {
    },
    importing: ImportWords {
    },
    player: PlayerWords {
    },
    trimming: TrimWords {
    },
    library: LibraryPane {
    },
    selection: SelectionWords {
    },
    sharing: ShareWords {
    },
    tagging: TagWords {
    },
    recovery: RecoveryWords {
    },
    notices: NoticeWords {
    },
};
