//! Files that somebody chose, dropped or pasted: sounds and archives become memos, torrent files are opened as links are.

use leptos::task::spawn_local;
use web_sys::{File, FileList};

use super::import::{Batch, Stop, read};
use super::{AppState, clock};
use crate::memo::{Memo, MemoId, Origin, clean_mime, mime_of_file, share_link, title_of_file};
use crate::torrent::{MAX_INFO_LEN, Metainfo};
use crate::words::words;

/// The largest torrent file that is read: the largest metadata, and what is said around it.
const TORRENT_MAX_BYTES: u64 = (MAX_INFO_LEN + (1 << 20)) as u64;

/// Makes memos of these files, one after the other. A single one is opened.
pub(crate) fn import(app: AppState, files: Vec<File>) {
    let Some(running) = app.work.begin(app, words().common.import) else { return };
    spawn_local(async move {
        let mut batch = Batch::new(app, running, &files);
        for file in &files {
            match import_one(&mut batch, file).await {
                Ok(()) => {}
                Err(Stop::Cancelled) => break,
                Err(Stop::Failed(reason)) => batch.report.fail(file.name(), reason),
            }
        }
        let is_one_sound = matches!(files.as_slice(), [file] if !is_archive(file));
        batch.finish(is_one_sound);
    });
}

/// The files of a list, as the browser hands them over.
pub(crate) fn listed(files: &FileList) -> Vec<File> {
    (0..files.length()).filter_map(|index| files.get(index)).collect()
}

async fn import_one(batch: &mut Batch, file: &File) -> Result<(), Stop> {
    if is_archive(file) {
        return batch.import_archive(file).await;
    }
    if is_torrent(file) {
        let opened = open_torrent(batch.app, file).await;
        return opened.map_err(Stop::Failed);
    }
    let id = super::ids::new_memo_id().ok_or(words().importing.no_identifiers)?;
    let memo = memo_of(id, file).ok_or(words().importing.no_sound)?;
    batch.import_sound(file, memo).await
}

fn memo_of(id: MemoId, file: &File) -> Option<Memo> {
    let mime = mime_of_file(&file.name()).map(str::to_owned).or_else(|| clean_mime(&file.type_()))?;
    Some(Memo {
        title: title_of_file(&file.name()),
        recorded_at_ms: changed_at(file),
        mime,
        ..Memo::new(id, Origin::File)
    })
}

fn is_archive(file: &File) -> bool {
    file.name().to_ascii_lowercase().ends_with(".zip")
        || matches!(file.type_().as_str(), "application/zip" | "application/x-zip-compressed")
}

fn is_torrent(file: &File) -> bool {
    file.name().to_ascii_lowercase().ends_with(".torrent") || file.type_() == "application/x-bittorrent"
}

/// A torrent file is as good as a link: what it stands for is fetched.
async fn open_torrent(app: AppState, file: &File) -> Result<(), String> {
    if file.size() > TORRENT_MAX_BYTES as f64 {
        return Err(words().importing.torrent_too_large.to_owned());
    }
    let bytes = read(file, 0..TORRENT_MAX_BYTES).await?;
    let metainfo = Metainfo::parse(&bytes).map_err(|error| words().importing.torrent_unusable.with([&error]))?;
    let engine = app.engine_now().ok_or(words().importing.still_starting)?;
    let link = engine.import_file(metainfo).await.map_err(|error| error.to_string())?;
    if let Some((_, seeds)) = share_link("", &link).split_once('?') {
        app.go(&format!("/share?{seeds}"));
    }
    Ok(())
}

/// When the file was last changed, which for a recording is when it ended.
pub(super) fn changed_at(file: &File) -> u64 {
    let changed = file.last_modified();
    if changed > 0.0 { (changed as u64).min(clock::now_ms()) } else { clock::now_ms() }
}
