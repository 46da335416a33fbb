//! Journeys without a server, without a tracker, without WebRTC.

use crate::browser::Browser::{self, Chromium};
use crate::device::Setup;
use crate::page::FAR_LIMIT;
use crate::stage::journey;

in_each_browser!(the_app_works_while_the_server_is_away);
fn the_app_works_while_the_server_is_away(browser: Browser) {
    journey(async |stage| {
        let server = stage.own_server();
        let sender = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        sender.expect_unreachable(&server.origin());
        sender.expect_unreachable(&server.tracker());
        sender.records("Patience", 2.0).await;
        let sent = sender.hears_memo().await;
        let link = sender.shares().await;

        let listener = stage.device_with(Setup::new(browser).at(server.origin())).await;
        listener.expect_unreachable(&server.origin());
        listener.expect_unreachable(&server.tracker());
        listener.is_ready_for_offline().await;
        let mine = listener.records("Mine", 2.0).await;

        sender.close().await;
        server.stop();

        listener.open("/").await;
        listener.sees("link", "Mine").await;
        listener.open("/?x=y").await;
        listener.sees("link", "Mine").await;
        listener.open(&mine).await;
        listener.reads_as("textbox", "Title", "Mine").await;
        listener.hears_memo().await;
        listener.records("Recorded while away", 2.0).await;
        listener.hears_memo().await;
        listener.open(&link).await;
        listener.is_at(&["connecting", "offline", "waiting"], FAR_LIMIT).await;

        // Both come back, and the memo arrives without a tap.
        server.start_again();
        sender.start_again().await;
        sender.open("/").await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        listener.reads_as("textbox", "Title", "Patience").await;
        assert!(listener.hears_memo().await.bytes == sent.bytes, "other bytes arrived than were sent");
        let mut titles = listener.library().await;
        titles.sort();
        assert_eq!(titles, ["Mine", "Patience", "Recorded while away"]);
    });
}

#[test]
fn an_import_goes_on_after_the_page_was_left() {
    journey(async |stage| {
        let server = stage.own_server();
        let sender = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        sender.records("Later", 2.0).await;
        let link = sender.shares().await;
        sender.close().await;

        let listener = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        listener.open(&link).await;
        listener.is_at(&["waiting"], FAR_LIMIT).await;
        listener.close().await;
        listener.start_again().await;
        listener.open("/").await;
        sender.start_again().await;
        sender.open("/").await;
        listener.sees_within("link", "Later", FAR_LIMIT).await;
        listener.follow("Later").await;
        listener.hears_memo().await;
    });
}

#[test]
fn a_tracker_that_is_away_is_named_and_found_again() {
    journey(async |stage| {
        let server = stage.own_server();
        let sender = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        sender.expect_unreachable(&server.origin());
        sender.expect_unreachable(&server.tracker());
        sender.records("Nobody hears me", 2.0).await;
        let link = sender.shares().await;
        server.stop();
        sender.is_at(&["offline", "failed"], FAR_LIMIT).await;

        // The files are there, and the tracker is not.
        server.start_again_with(&["--no-tracker"]);
        let listener = stage.device_with(Setup::new(Chromium).at(server.origin())).await;
        listener.expect_unreachable(&server.origin());
        listener.expect_unreachable(&server.tracker());
        listener.open(&link).await;
        listener.is_at(&["connecting", "offline", "failed"], FAR_LIMIT).await;
        listener.says("reach", FAR_LIMIT).await;

        server.stop();
        server.start_again();
        sender.is_at(&["waiting", "sending", "delivered"], FAR_LIMIT).await;
        listener.arrives_at("/memo/", FAR_LIMIT).await;
        listener.reads_as("textbox", "Title", "Nobody hears me").await;
    });
}

in_each_browser!(a_browser_without_webrtc_records_and_plays);
fn a_browser_without_webrtc_records_and_plays(browser: Browser) {
    journey(async |stage| {
        let device = stage.device_with(Setup::new(browser).without_webrtc()).await;
        device.records("Only for me", 2.0).await;
        device.hears_memo().await;
        device.press("Share").await;
        // It says why, in the dialog or as an alert, and offers no link that would not work.
        device.says("browser", FAR_LIMIT).await;
        assert!(!device.text().await.contains("/share?seeds="), "a link is offered that nobody can answer");

        let link = format!("/share?seeds=magnet%3A%3Fxt%3Durn%3Abtih%3A{}", "5a".repeat(20));
        device.open(&link).await;
        device.is_at(&["failed"], FAR_LIMIT).await;
        device.says("browser", FAR_LIMIT).await;
    });
}
