//! The library, from a few memos to ten thousand: finding, sorting, tagging, selecting, and the bin.

use crate::browser::Browser::{self, Chromium};
use crate::device::Device;
use crate::page::FAR_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::{Value, json};
use std::time::Duration;
use thirtyfour::{By, Key, TypingData};

/// How long the list may take to show what is asked of it.
const LIMIT: Duration = Duration::from_secs(20);

/// More rows than any list shows at once, and far fewer than a long one has.
const MOST_ROWS: u64 = 60;

impl Device {
    /// Opens the library with these rows in it, beside those that are there.
    pub(crate) async fn has_memos(&self, rows: &[Value]) {
        self.open("/").await;
        self.sees("button", "Record").await;
        let put = self.eval_async(include_str!("put_memos.js"), vec![json!(rows)]).await;
        assert_eq!(put, rows.len(), "all rows are stored");
        self.reload().await;
        self.sees("button", "Record").await;
    }

    /// The last minute but one of yesterday: no day and time takes more room in a row, whenever it is looked at.
    pub(crate) async fn late_yesterday_ms(&self) -> Value {
        self.eval("return new Date().setHours(-1, -1, 0, 0)", vec![]).await
    }

    /// The titles that the list shows now, from top to bottom.
    async fn titles(&self) -> Vec<String> {
        let titles = "return [...document.querySelectorAll('[aria-label=Memos] a')].map((link) => link.ariaLabel)";
        serde_json::from_value(self.eval(titles, vec![]).await).expect("a list of titles")
    }

    /// Waits until the list shows these memos and no others.
    async fn lists(&self, titles: &[&str]) {
        let shown = async || (self.titles().await == titles).then_some(());
        self.wait_for(&format!("lists {titles:?}"), LIMIT, shown).await;
    }

    /// How many rows are in the page, of how many that the list says it has.
    async fn rows(&self) -> (u64, u64) {
        let rows = self
            .eval(
                "const rows = [...document.querySelectorAll('[aria-label=Memos] > li')];
                 return [rows.length, Number(rows[0]?.ariaSetSize ?? 0)]",
                vec![],
            )
            .await;
        serde_json::from_value(rows).expect("two numbers")
    }

    /// The name of what has the focus.
    async fn focus(&self) -> String {
        let name = self.eval("return document.activeElement?.ariaLabel ?? ''", vec![]).await;
        name.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until what has this name has the focus.
    async fn has_focus(&self, name: &str) {
        let focused = async || (self.focus().await == name).then_some(());
        self.wait_for(&format!("`{name}` has the focus"), LIMIT, focused).await;
    }

    /// Presses keys where the focus is.
    async fn types(&self, keys: impl Into<TypingData>) {
        let session = self.session().await;
        let focused = session.driver.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("keys are pressed");
    }

    async fn sorts(&self, order: &str) {
        let choice = self.sees("combobox", "Sort").await;
        let option = choice.find(By::Css(format!("option[value='{order}']"))).await.expect("there is such an order");
        option.click().await.expect("it can be chosen");
    }

    async fn has_selected(&self, names: &[&str]) {
        let selected = async || {
            let selected = self.eval(
                "return [...document.querySelectorAll('[aria-label=Memos] input:checked')].map((box) => box.ariaLabel)",
                vec![],
            );
            (selected.await == json!(names)).then_some(())
        };
        self.wait_for(&format!("has selected {names:?}"), LIMIT, selected).await;
        self.says(&format!("{} selected", names.len()), LIMIT).await;
    }
}

in_each_browser!(memos_are_sorted_and_the_order_is_kept);
fn memos_are_sorted_and_the_order_is_kept(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let memos = [
            json!({ "title": "Talk 10", "durationMs": 30_000 }),
            json!({ "title": "Äpfel", "durationMs": 60_000 }),
            json!({ "title": "talk 2", "durationMs": 90_000 }),
        ];
        device.has_memos(&memos).await;
        device.lists(&["Talk 10", "Äpfel", "talk 2"]).await;
        device.sorts("Oldest first").await;
        device.lists(&["talk 2", "Äpfel", "Talk 10"]).await;
        let headings = "return document.querySelectorAll('[aria-label=Memos] h2').length";
        assert!(device.eval(headings, vec![]).await.as_u64() >= Some(1), "days stand together, and have headings");
        device.sorts("By title").await;
        device.lists(&["Äpfel", "talk 2", "Talk 10"]).await;
        device.sorts("Longest first").await;
        device.lists(&["talk 2", "Äpfel", "Talk 10"]).await;
        assert_eq!(device.eval(headings, vec![]).await, 0, "a heading names a day, and days do not stand together");
        device.reload().await;
        device.lists(&["talk 2", "Äpfel", "Talk 10"]).await;
    });
}

in_each_browser!(tags_narrow_the_library_and_are_found);
fn tags_narrow_the_library_and_are_found(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.has_memos(&["One", "Two", "Three"].map(|title| json!({ "title": title }))).await;
        device.follow("Two").await;
        device.write("textbox", "Add a tag", "Work").await;
        device.types(Key::Enter).await;
        device.sees("button", "Remove Work").await;
        // A comma ends one, too; no tag is there twice.
        device.write("textbox", "Add a tag", "#plans, WORK,lost tape,").await;
        device.sees("button", "Remove lost tape").await;
        device.press("Remove plans").await;
        device.no_longer_sees("button", "Remove plans").await;
        let tags = async || device.stored("memos", "tags").await.contains(&json!(["Work", "lost tape"])).then_some(());
        device.wait_for("the tags are saved", LIMIT, tags).await;

        device.open("/").await;
        device.says("#Work #lost tape", LIMIT).await;
        device.press("#Work").await;
        device.lists(&["Two"]).await;
        device.press("#Work").await;
        device.lists(&["One", "Two", "Three"]).await;
        device.write("searchbox", "Search memos", "TAPE").await;
        device.lists(&["Two"]).await;
        device.write("searchbox", "Search memos", "tape measure").await;
        device.lists(&[]).await;
        device.says("Nothing found", LIMIT).await;
    });
}

in_each_browser!(several_are_deleted_by_keyboard_and_come_back_with_one_undo);
fn several_are_deleted_by_keyboard_and_come_back_with_one_undo(browser: Browser) {
    const ALL: [&str; 5] = ["One", "Two", "Three", "Four", "Five"];
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.has_memos(&ALL.map(|title| json!({ "title": title }))).await;
        device.lists(&ALL).await;

        device.sees("link", "One").await.focus().await.expect("a link takes the focus");
        device.types(Key::Down).await;
        device.has_focus("Two").await;
        device.types(Key::Shift + Key::Down).await;
        device.has_selected(&["Two", "Three"]).await;
        device.types(Key::Shift + Key::Down).await;
        device.has_selected(&["Two", "Three", "Four"]).await;
        device.types(Key::Shift + Key::Up).await;
        device.has_selected(&["Two", "Three"]).await;
        device.sees("checkbox", "Three").await;

        device.types(Key::Delete).await;
        device.lists(&["One", "Four", "Five"]).await;
        device.has_focus("Four").await;
        device.says("2 memos are in the bin", LIMIT).await;
        device.press("Undo").await;
        device.lists(&ALL).await;
        let kept = async || {
            let deleted = device.stored("memos", "deletedAtMs").await;
            deleted.iter().all(Value::is_null).then_some(())
        };
        device.wait_for("they are out of the bin for good", LIMIT, kept).await;

        device.sees("link", "One").await.focus().await.expect("a link takes the focus");
        device.types(Key::Control + "a").await;
        device.has_selected(&ALL).await;
        device.types(Key::Escape).await;
        device.no_longer_sees("button", "Done").await;
        device.no_longer_sees("checkbox", "One").await;
        device.press("Select").await;
        device.ticks("Three").await;
        device.has_selected(&["Three"]).await;
        device.press("Delete selected").await;
        device.lists(&["One", "Two", "Four", "Five"]).await;

        for (key, title) in [(Key::Control, "One"), (Key::Shift, "Four")] {
            let link = device.sees("link", title).await;
            let session = device.session().await;
            let click = session.driver.action_chain().key_down(key.clone()).click_element(&link).key_up(key);
            click.perform().await.expect("a click with a key held");
        }
        device.has_selected(&["One", "Two", "Four"]).await;
        assert_eq!(device.path().await, "/");
        device.press("Tag selected").await;
        device.sees("dialog", "Tag memos").await;
        device.types(Key::Escape).await;
        device.no_longer_sees("dialog", "Tag memos").await;
        device.has_selected(&["One", "Two", "Four"]).await;
    });
}

in_each_browser!(what_happens_in_one_tab_is_seen_in_the_other);
fn what_happens_in_one_tab_is_seen_in_the_other(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let memo = device.records("Interview", 4.0).await;
        device.opens_tab("/").await;
        device.lists(&["Interview"]).await;

        device.goes_to_other_tab().await;
        device.renames("Bakery").await;
        device.goes_to_other_tab().await;
        device.lists(&["Bakery"]).await;
        // What is written there stays when something else is written here, which knows of it.
        device.follow("Bakery").await;
        device.write("textbox", "Notes", "Begin with the story of the oven.").await;
        device.goes_to_other_tab().await;
        device.reads_as("textbox", "Notes", "Begin with the story of the oven.").await;
        device.splits(20).await;
        device.goes_to_other_tab().await;
        device.sees("button", "Show all of it").await;
        device.open("/").await;
        device.lists(&["Bakery (2)", "Bakery"]).await;

        device.goes_to_other_tab().await;
        device.press("Delete").await;
        device.sees("button", "Undo").await;
        device.goes_to_other_tab().await;
        device.lists(&["Bakery (2)"]).await;
        device.goes_to_other_tab().await;
        device.press("Undo").await;
        device.goes_to_other_tab().await;
        device.lists(&["Bakery (2)", "Bakery"]).await;
        device.open(&memo).await;
        device.reads_as("textbox", "Notes", "Begin with the story of the oven.").await;
    });
}

in_each_browser!(a_finger_that_rests_on_a_memo_selects_it);
fn a_finger_that_rests_on_a_memo_selects_it(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.has_memos(&["One", "Two"].map(|title| json!({ "title": title }))).await;
        let touch = async |title: &str| {
            let link = device.sees("link", title).await.to_json().expect("an element");
            let middle = "const box = arguments[0].getBoundingClientRect(); return [box.x + 80, box.y + 10]";
            let at = device.eval(middle, vec![link]).await;
            let at = (at[0].as_f64().expect("a number"), at[1].as_f64().expect("a number"));
            device.session().await.touch(Some(at)).await;
        };
        let let_go = async || device.session().await.touch(None).await;
        touch("Two").await;
        device.has_selected(&["Two"]).await;
        let_go().await;
        // A tap on another one selects it as well, and leads nowhere.
        touch("One").await;
        let_go().await;
        device.has_selected(&["One", "Two"]).await;
        assert_eq!(device.path().await, "/");
        device.press("Done").await;
        device.no_longer_sees("checkbox", "Two").await;
    });
}

in_each_browser!(selected_memos_are_tagged_and_shared_with_a_link_each);
fn selected_memos_are_tagged_and_shared_with_a_link_each(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(browser).await;
        // Of two lengths: the same bytes would be one memo.
        for (name, seconds) in [("First", 2), ("Second", 3)] {
            device.imports_file(&speak_for(seconds, folder.path(), &format!("{name}.wav"))).await;
        }
        device.open("/").await;
        device.press("Select").await;
        device.press("Select all").await;
        device.says("2 selected", LIMIT).await;
        device.press("Tag selected").await;
        device.sees("dialog", "Tag memos").await;
        device.write("textbox", "Tag", "interviews").await;
        device.press("Add").await;
        device.sees("button", "#interviews").await;
        device.press("Close").await;
        let tagged = async || (device.stored("memos", "tags").await == vec![json!(["interviews"]); 2]).then_some(());
        device.wait_for("both are tagged", LIMIT, tagged).await;

        device.eval("navigator.clipboard.writeText = async (text) => { window.copied = text }", vec![]).await;
        device.press("Share selected").await;
        device.sees("dialog", "Share memos").await;
        assert!(
            device.stored("memos", "shared").await.iter().all(|shared| shared == false),
            "shared before it was asked"
        );
        device.press("Copy 2 links").await;
        device.says("2 links copied", FAR_LIMIT).await;
        let copied = device.eval("return window.copied", vec![]).await;
        let links: Vec<&str> = copied.as_str().expect("links").lines().collect();
        assert_eq!(links.len(), 2, "one line each: {links:?}");
        device.no_longer_sees("button", "Done").await;

        let listener = stage.device(Chromium).await;
        listener.receives(links[1]).await;
        let first_in_the_list = device.titles().await.swap_remove(1);
        listener.reads_as("textbox", "Title", &first_in_the_list).await;
    });
}

in_each_browser!(the_bin_is_emptied_when_that_is_meant);
fn the_bin_is_emptied_when_that_is_meant(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let deleted = device.eval("return Date.now()", vec![]).await;
        let memos = [
            json!({ "title": "Kept" }),
            json!({ "title": "Deleted", "deletedAtMs": deleted }),
            json!({ "title": "Deleted too", "deletedAtMs": deleted }),
            json!({ "title": "Deleted as well", "deletedAtMs": deleted }),
        ];
        device.has_memos(&memos).await;
        device.lists(&["Kept"]).await;
        device.press("Bin").await;
        device.sees("link", "Deleted too").await;
        device.press("Select").await;
        device.ticks("Deleted as well").await;
        device.press("Restore selected").await;
        device.no_longer_sees("link", "Deleted as well").await;

        device.press("Empty the bin").await;
        device.sees("dialog", "Empty the bin").await;
        device.press("Keep them").await;
        device.no_longer_sees("dialog", "Empty the bin").await;
        assert_eq!(device.titles().await.len(), 2, "nothing goes before that was confirmed");
        device.press("Empty the bin").await;
        device.press("Delete all").await;
        device.says("The bin is empty", LIMIT).await;
        assert_eq!(device.stored("memos", "title").await.len(), 2);
        device.press("All").await;
        device.lists(&["Kept", "Deleted as well"]).await;
    });
}

in_each_browser!(ten_thousand_memos_are_walked_through_and_searched);
fn ten_thousand_memos_are_walked_through_and_searched(browser: Browser) {
    const MEMOS: usize = 10_000;
    journey(async |stage| {
        let device = stage.device(browser).await;
        // Rows are put where somebody scrolls to, and Firefox tells so.
        device.expects_complaint("scroll-linked positioning effect");
        let memos: Vec<Value> = (0..MEMOS)
            .map(|number| {
                let notes = if number == 7777 { "the story of the lost tape" } else { "what was said" };
                json!({ "title": format!("Memo {number}"), "notes": notes })
            })
            .collect();
        device.has_memos(&memos).await;
        device.sees("link", "Memo 0").await.focus().await.expect("a link takes the focus");
        let few_of_all = async || {
            let (rows, of) = device.rows().await;
            assert!(rows < MOST_ROWS, "{rows} rows are in the page");
            assert_eq!(of, MEMOS as u64);
        };
        few_of_all().await;

        device.types(Key::End).await;
        device.has_focus("Memo 9999").await;
        few_of_all().await;
        let place = "return document.activeElement.closest('li').ariaPosInSet";
        assert_eq!(device.eval(place, vec![]).await, MEMOS.to_string());
        let seen = "const box = document.activeElement.getBoundingClientRect();
                    return box.top >= 0 && box.bottom <= document.querySelector('.fab button').getBoundingClientRect().top";
        assert_eq!(device.eval(seen, vec![]).await, true, "the last memo is seen whole, above the record button");
        device.types(Key::Up).await;
        device.has_focus("Memo 9998").await;
        device.types(Key::Home).await;
        device.has_focus("Memo 0").await;

        // However far one scrolls, the keyboard stays where it is.
        let scroll = "const list = document.querySelector('[aria-label=Memos]').parentElement;
                      list.scrollTop = arguments[0] * (list.scrollHeight - list.clientHeight)";
        for (share, title) in [(0.5, None), (1.0, Some("Memo 9999")), (0.2, None), (0.0, Some("Memo 1"))] {
            device.eval(scroll, vec![json!(share)]).await;
            if let Some(title) = title {
                device.sees("link", title).await;
            }
            few_of_all().await;
            assert_eq!(device.focus().await, "Memo 0", "scrolled by {share}");
        }
        device.types(Key::PageDown).await;
        let on = async || (device.focus().await != "Memo 0").then_some(());
        device.wait_for("a page further", LIMIT, on).await;

        device.write("searchbox", "Search memos", "tape lost").await;
        device.lists(&["Memo 7777"]).await;
        device.follow("Memo 7777").await;
        device.reads_as("textbox", "Title", "Memo 7777").await;

        // A phone shows the memo instead of the library, which is where it was afterwards.
        device.session().await.set_page_size(360, 800).await;
        device.open("/").await;
        device.sees("link", "Memo 0").await;
        device.eval(scroll, vec![json!(0.5)]).await;
        let in_the_middle = "return document.elementFromPoint(180, 420).closest('li')?.querySelector('a').ariaLabel";
        let title = async || device.eval(in_the_middle, vec![]).await.as_str().map(str::to_owned);
        let title = device.wait_for("the middle of the list is drawn", LIMIT, title).await;
        device.follow(&title).await;
        device.reads_as("textbox", "Title", &title).await;
        device.goes_back().await;
        let back = async || (device.eval(in_the_middle, vec![]).await == json!(title)).then_some(());
        device.wait_for("the list is where it was", LIMIT, back).await;
    });
}
