//! Languages: the browser's, one that was chosen, and room on the screen for each.

use crate::browser::Browser::{self, Chromium};
use crate::device::{Device, Setup};
use crate::page::FAR_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::json;
use thirtyfour::By;
use voice_memos::words::Language;

impl Device {
    /// Chooses a language in the settings, which are open; `None` is the browser's.
    pub(crate) async fn chooses_language(&self, language: Option<Language>) {
        let tag = language.map_or("", Language::tag);
        let option = async || {
            let session = self.session().await;
            let option =
                session.driver.find(By::Css(format!("option[value='{tag}']:is([lang], option:has(~ [lang]))")));
            option.await.ok()?.click().await.ok()
        };
        self.wait_for(&format!("the language {tag:?} can be chosen"), FAR_LIMIT, option).await;
    }

    /// Waits until the page says that it is in this language and direction.
    async fn reads_in(&self, lang: &str, dir: &str) {
        let is = async || {
            let said = self.eval("return [document.documentElement.lang, document.documentElement.dir]", vec![]).await;
            (said == json!([lang, dir])).then_some(())
        };
        self.wait_for(&format!("the page is in {lang}, {dir}"), FAR_LIMIT, is).await;
    }
}

in_each_browser!(a_browser_is_spoken_to_in_its_language);
fn a_browser_is_spoken_to_in_its_language(browser: Browser) {
    journey(async |stage| {
        // The first one that is spoken here, with the numbers and dates of its region.
        let device = stage.device_with(Setup::new(browser).reading("nl,de-AT,en")).await;
        device.open("/").await;
        device.reads_in("de", "ltr").await;
        device.sees("button", "Aufnehmen").await;
        let rows = json!([{ "title": "Brot", "recordedAtMs": 1_768_471_200_000_u64 }]);
        device.eval_async(include_str!("put_memos.js"), vec![rows]).await;
        device.reload().await;
        device.follow("Brot").await;
        device.says("42 Sek", FAR_LIMIT).await;
        device.says("Jänner", FAR_LIMIT).await;
    });
}

in_each_browser!(a_language_is_chosen_in_the_settings_and_stays);
fn a_language_is_chosen_in_the_settings_and_stays(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.open("/").await;
        device.press("Record").await;
        device.has_recorded(1.0).await;
        device.sees("button", "Pause").await;
        device.goes_back().await;
        device.follow("Settings").await;
        device.chooses_language(Some(Language::Arabic)).await;
        device.reads_in("ar", "rtl").await;
        device.says("الإعدادات", FAR_LIMIT).await;
        device.chooses_language(Some(Language::Spanish)).await;
        device.reads_in("es", "ltr").await;
        device.chooses_language(None).await;
        device.reads_in("en", "ltr").await;
        device.chooses_language(Some(Language::Japanese)).await;
        device.reads_in("ja", "ltr").await;
        // What was being recorded is not disturbed by any of this.
        device.chooses_language(Some(Language::English)).await;
        device.reads_in("en", "ltr").await;
        device.goes_back().await;
        // Its name tells the time.
        device.eval("document.querySelector('.live').click()", vec![]).await;
        let recorded_s = device.has_recorded(3.0).await;
        device.press("Stop").await;
        device.names_memo("Said in five languages").await;
        let heard = device.hears_memo().await;
        assert!(heard.probe.decoded_s > recorded_s - 1.0, "{recorded_s} s were recorded, {:?} are there", heard.probe);

        device.open("/settings").await;
        device.chooses_language(Some(Language::French)).await;
        device.reads_in("fr", "ltr").await;
        device.reload().await;
        device.reads_in("fr", "ltr").await;
    });
}

#[test]
fn every_language_has_room_on_the_smallest_phone() {
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        device.open("/").await;
        let late = device.late_yesterday_ms().await;
        let row = json!({ "title": "Bread", "tags": ["work", "rain"], "favourite": true, "shared": true, "recordedAtMs": late });
        device.has_memos(&[row]).await;
        device.imports_file(&speak_for(12, folder.path(), "Interview.wav")).await;
        let memo = device.path().await;
        for language in Language::EVERY {
            device.open("/settings").await;
            device.chooses_language(Some(language)).await;
            device.reads_in(language.tag(), language.direction()).await;
            for path in ["/settings", "/", "/record", &memo, "/no/such/page"] {
                device.open(path).await;
                device.reads_in(language.tag(), language.direction()).await;
                let cut_off = device.is_cut_off_in(360, 800).await;
                assert!(cut_off.is_empty(), "{path} in {}: {cut_off:?}", language.own_name());
            }
        }
    });
}
