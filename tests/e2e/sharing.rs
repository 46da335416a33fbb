//! A memo on its way from device to device.

use crate::browser::Browser::{self, Chromium};
use crate::page::FAR_LIMIT;
use crate::stage::journey;

#[test]
fn a_listener_becomes_a_sender() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("For all of you", 3.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;

        let listener = stage.device(Chromium).await;
        let path = listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "For all of you").await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        sender.is_at(&["delivered"], FAR_LIMIT).await;
        assert_eq!(listener.path().await, path);
        listener.reload().await;
        listener.reads_as("textbox", "Title", "For all of you").await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes are there after a reload");

        // With the first device gone, the second hands the memo on.
        sender.close().await;
        let third = stage.device(Chromium).await;
        third.receives(&link).await;
        third.reads_as("textbox", "Title", "For all of you").await;
        assert!(third.hears_memo().await.bytes == sent.bytes, "other bytes were handed on");
    });
}

in_each_browser!(one_sends_to_another);
fn one_sends_to_another(browser: Browser) {
    journey(async |stage| {
        let sender = stage.device(browser).await;
        sender.records("Across engines", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;
        let listener = stage.device(browser.other()).await;
        listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "Across engines").await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        assert_eq!(listener.library().await, ["Across engines"]);
    });
}

#[test]
fn the_card_arrives_before_the_sound() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("A long story", 4.0).await;
        let link = sender.shares().await;
        let listener = stage.device(Chromium).await;
        // Notes down what the page shows at every change of it, from its first moment.
        listener.note_down_pages().await;
        listener.receives(&link).await;
        let pages = listener.noted_pages().await;
        let card = pages.iter().position(|page| page.contains("A long story"));
        let done = pages.iter().position(|page| page.contains("is done") || page.starts_with("/memo/"));
        let (card, done) = (card.expect("the card is shown"), done.expect("the memo is shown"));
        assert!(card < done, "the card came with the sound, not before it: {pages:#?}");
    });
}

#[test]
fn a_link_works_after_a_rename() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        let path = sender.records("Before", 2.0).await;
        let link = sender.shares().await;
        sender.press("Close").await;
        sender.renames("After").await;
        sender.open(&path).await;
        assert_eq!(sender.shares().await, link, "the link changed with the title");

        let listener = stage.device(Chromium).await;
        listener.receives(&link).await;
        listener.reads_as("textbox", "Title", "Before").await;
        listener.hears_memo().await;
    });
}

#[test]
fn a_link_opened_twice_is_one_memo() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Once", 2.0).await;
        let link = sender.shares().await;
        let listener = stage.device(Chromium).await;
        let path = listener.receives(&link).await;
        assert_eq!(listener.receives(&link).await, path, "the second time led elsewhere");
        assert_eq!(listener.library().await, ["Once"]);
        assert_eq!(listener.stored("torrents", "infoHash").await.len(), 1);

        // One's own link leads to the memo that one has already.
        let own = sender.receives(&link).await;
        sender.reads_as("textbox", "Title", "Once").await;
        assert_eq!(sender.library().await, ["Once"], "{own} is a copy");
    });
}

#[test]
fn back_does_not_import_again() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("There and back", 2.0).await;
        let link = sender.shares().await;
        let listener = stage.device(Chromium).await;
        listener.open("/settings").await;
        listener.says("Settings", FAR_LIMIT).await;
        listener.receives(&link).await;
        listener.goes_back().await;
        listener.arrives_at("/settings", FAR_LIMIT).await;
    });
}

in_each_browser!(another_tab_takes_over);
fn another_tab_takes_over(browser: Browser) {
    journey(async |stage| {
        let sender = stage.device(browser).await;
        let path = sender.records("In two tabs", 2.0).await;
        let link = sender.shares().await;
        // The second tab knows what the first one does, and shows it.
        sender.opens_tab(&path).await;
        assert_eq!(sender.shares().await, link);
        let listener = stage.device(Chromium).await;
        listener.receives(&link).await;
        sender.is_at(&["delivered"], FAR_LIMIT).await;
        listener.close().await;

        // The first tab did the sending; now the second does.
        sender.closes_other_tabs().await;
        let late = stage.device(Chromium).await;
        late.receives(&link).await;
        late.hears_memo().await;
    });
}

#[test]
fn three_seeds_in_a_link_are_three_memos() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        let mut seeds = Vec::new();
        for title in ["One", "Two", "Three"] {
            sender.records(title, 1.0).await;
            let link = sender.shares().await;
            seeds.push(link.split_once('?').expect("a query").1.to_owned());
        }
        let listener = stage.device(Chromium).await;
        listener.open(&format!("/share?{}", seeds.join("&"))).await;
        let arrived = async || {
            let complete = listener.stored("memos", "complete").await;
            (complete.len() == 3 && complete.iter().all(|complete| complete == true)).then_some(())
        };
        listener.wait_for("three memos arrive", FAR_LIMIT, arrived).await;
        let mut titles = listener.library().await;
        titles.sort();
        assert_eq!(titles, ["One", "Three", "Two"]);
        for title in ["One", "Two", "Three"] {
            listener.open("/").await;
            listener.follow(title).await;
            listener.hears_memo().await;
        }
    });
}

#[test]
fn a_memo_that_is_no_longer_shared_is_not_sent() {
    journey(async |stage| {
        let sender = stage.device(Chromium).await;
        sender.records("Taken back", 2.0).await;
        let link = sender.shares().await;
        sender.press("Stop sharing").await;
        let stopped = async || {
            let shared = sender.stored("memos", "shared").await;
            shared.iter().all(|shared| shared == false).then_some(())
        };
        sender.wait_for("sharing stops", FAR_LIMIT, stopped).await;

        let listener = stage.device(Chromium).await;
        listener.open(&link).await;
        // Nobody has it any more, and the page says that rather than nothing.
        listener.is_at(&["waiting"], FAR_LIMIT).await;
        // Until it is shared again: the page moves on by itself.
        sender.open("/").await;
        sender.follow("Taken back").await;
        assert_eq!(sender.shares().await, link);
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        listener.hears_memo().await;
    });
}

#[test]
fn a_file_is_imported_and_shared() {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Interview with a baker.wav");
        std::fs::copy(crate::speech::speak(folder.path()), &file).expect("a copy");

        let sender = stage.device(Chromium).await;
        sender.open("/").await;
        sender.press("Import").await;
        sender.sees("dialog", "Import").await;
        sender.choose_file("Audio files", &file).await;
        let imported = async || (sender.stored("memos", "title").await == ["Interview with a baker"]).then_some(());
        sender.wait_for("the file becomes a memo", FAR_LIMIT, imported).await;
        sender.open("/").await;
        sender.follow("Interview with a baker").await;
        let link = sender.shares().await;

        // The link is pasted, as in an installed app, which links do not open.
        let listener = stage.device(Chromium).await;
        listener.open("/").await;
        listener.press("Import").await;
        listener.write("textbox", "Link", &link).await;
        listener.press("Open link").await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        listener.reads_as("textbox", "Title", "Interview with a baker").await;
        listener.press("Play").await;
        listener.plays().await;
    });
}
