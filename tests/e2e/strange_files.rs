//! Files that are not what their names say, or not all of it.

use crate::browser::Browser;
use crate::page::FAR_LIMIT;
use crate::speech::speak_webm;
use crate::stage::journey;

in_each_browser!(a_file_of_garbage_says_that_it_cannot_be_played);
fn a_file_of_garbage_says_that_it_cannot_be_played(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Song.mp3");
        let garbage = "What is written here is no sound.\n".repeat(2000).into_bytes();
        std::fs::write(&file, &garbage).expect("a file");
        let device = stage.device(browser).await;
        device.expects_complaint("could not be decoded");
        device.imports_file(&file).await;
        let alert = device.is_warned_of("cannot play this memo's sound").await;
        assert!(alert.contains("Export keeps a copy"), "{alert}");
        // Another program may know better: what came in goes out.
        let (name, bytes) = device.exports("As it is").await;
        assert_eq!(name, "Song.mp3");
        assert!(bytes == garbage, "other bytes were kept");
    });
}

in_each_browser!(what_there_is_of_a_truncated_file_is_played);
fn what_there_is_of_a_truncated_file_is_played(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Cut off.webm");
        let mut half = speak_webm(folder.path());
        half.truncate(half.len() / 2 + 1);
        std::fs::write(&file, &half).expect("a file");
        let device = stage.device(browser).await;
        device.imports_file(&file).await;
        assert!(device.hears_file().await == half, "other bytes are played");
    });
}

in_each_browser!(files_of_unknown_kinds_are_named_and_the_others_come_in);
fn files_of_unknown_kinds_are_named_and_the_others_come_in(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            path
        };
        let sound = speak_webm(folder.path());
        let files = [
            file("film.mov", b"\0\0\0\x14ftypqt  \0\0\0\0qt  "),
            file("words.txt", b"What was said."),
            file("Between them.webm", &sound),
        ];
        let device = stage.device(browser).await;
        device.open("/").await;
        device.chooses(&files).await;
        let alert = device.is_warned_of("2 files were not imported").await;
        for name in ["“film.mov”: it is not an audio file.", "“words.txt”: it is not an audio file."] {
            assert!(alert.contains(name), "{name} is not said: {alert}");
        }
        device.says("1 file imported", FAR_LIMIT).await;
        device.press("Understood").await;
        assert_eq!(device.library().await, ["Between them"]);
    });
}
