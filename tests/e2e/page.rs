//! What people do with the app, in the words of its contract: by role and accessible name, as the
//! browser computes them for assistive tools.

use crate::browser::Extension;
use crate::device::Device;
use axum::http::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use thirtyfour::{Key, WebElement};

/// How long anything that needs no other device may take. Never reached when all is well, so it is
/// generous towards slow machines.
const LIMIT: Duration = Duration::from_secs(20);
/// How long anything that needs another device may take.
pub(crate) const FAR_LIMIT: Duration = Duration::from_secs(60);
/// How often the page is asked whether it is so far.
const PAUSE: Duration = Duration::from_millis(40);

/// What a person wants to do with what was found.
enum Deed<'a> {
    Nothing,
    Press,
    Write(&'a str),
}

impl Device {
    /// Opens a path of the app, or a whole link.
    pub(crate) async fn open(&self, path: &str) {
        let url = if path.starts_with('/') { format!("{}{path}", self.origin) } else { path.to_owned() };
        let opened = self.session().await.driver.goto(url.as_str()).await;
        opened.unwrap_or_else(|error| panic!("{}: {url} does not open: {error}", self.name));
    }

    /// Reloads the page, as its own button does: Firefox's driver would go past the service worker.
    pub(crate) async fn reload(&self) {
        self.eval("window.beforeReload = true; location.reload()", vec![]).await;
        let loaded = async || {
            let fresh = "return !window.beforeReload && document.readyState === 'complete'";
            let fresh = self.session().await.driver.execute(fresh, vec![]).await;
            fresh.is_ok_and(|fresh| *fresh.json() == true).then_some(())
        };
        self.wait_for("the page reloads", LIMIT, loaded).await;
    }

    /// Goes back, as the browser's own button does.
    pub(crate) async fn goes_back(&self) {
        self.session().await.driver.back().await.expect("there is a page to go back to");
    }

    /// Opens a path of the app in another tab, and goes there.
    pub(crate) async fn opens_tab(&self, path: &str) {
        {
            let driver = &self.session().await.driver;
            let tab = driver.new_tab().await.expect("a tab opens");
            driver.switch_to_window(tab).await.expect("the new tab is there");
        }
        self.open(path).await;
    }

    /// Goes to the other of two tabs.
    pub(crate) async fn goes_to_other_tab(&self) {
        let driver = &self.session().await.driver;
        let here = driver.window().await.expect("a tab is open");
        let tabs = driver.windows().await.expect("tabs are open");
        let other = tabs.into_iter().find(|tab| *tab != here).expect("two tabs are open");
        driver.switch_to_window(other).await.expect("the tab is there");
    }

    /// Closes all tabs but the present one.
    pub(crate) async fn closes_other_tabs(&self) {
        let driver = &self.session().await.driver;
        let here = driver.window().await.expect("a tab is open");
        for tab in driver.windows().await.expect("tabs are open") {
            if tab != here {
                driver.switch_to_window(tab).await.expect("the tab is there");
                driver.close_window().await.expect("the tab closes");
            }
        }
        driver.switch_to_window(here).await.expect("the tab is still there");
    }

    /// The path of the page, with its query.
    pub(crate) async fn path(&self) -> String {
        let here = self.eval("return location.pathname + location.search + location.hash", vec![]).await;
        here.as_str().expect("an address").to_owned()
    }

    /// Waits until the page has moved to a path that begins so, and returns it.
    pub(crate) async fn arrives_at(&self, beginning: &str, limit: Duration) -> String {
        let moved = async || Some(self.path().await).filter(|path| path.starts_with(beginning));
        self.wait_for(&format!("moves to {beginning}"), limit, moved).await
    }

    /// Waits for the element of this role and name.
    pub(crate) async fn sees(&self, role: &str, name: &str) -> WebElement {
        self.does(role, name, Deed::Nothing).await
    }

    /// Waits longer than usual for the element of this role and name, which depends on others.
    pub(crate) async fn sees_within(&self, role: &str, name: &str, limit: Duration) -> WebElement {
        self.wait_for(&format!("{role} `{name}` is there"), limit, async || self.find(role, name).await).await
    }

    /// Whether there is such an element now.
    pub(crate) async fn shows(&self, role: &str, name: &str) -> bool {
        self.find(role, name).await.is_some()
    }

    /// Waits until there is no such element any more.
    pub(crate) async fn no_longer_sees(&self, role: &str, name: &str) {
        let gone = async || (!self.shows(role, name).await).then_some(());
        self.wait_for(&format!("{role} `{name}` goes away"), LIMIT, gone).await;
    }

    /// Presses the button of this name.
    pub(crate) async fn press(&self, name: &str) {
        self.does("button", name, Deed::Press).await;
    }

    /// Presses whichever button of these names there is.
    pub(crate) async fn press_one_of(&self, names: &[&str]) {
        let pressed = async || {
            for name in names {
                if let Some(button) = self.find("button", name).await {
                    return button.click().await.ok();
                }
            }
            None
        };
        self.wait_for(&format!("button {} can be pressed", names.join(" or ")), LIMIT, pressed).await;
    }

    /// Presses the button of this name, unless it goes away first.
    pub(crate) async fn press_while_there(&self, name: &str) {
        let pressed_or_gone = async || match self.find("button", name).await {
            Some(button) => button.click().await.ok(),
            None => Some(()),
        };
        self.wait_for(&format!("button `{name}` is pressed or gone"), LIMIT, pressed_or_gone).await;
    }

    /// Follows the link of this name.
    pub(crate) async fn follow(&self, name: &str) {
        self.does("link", name, Deed::Press).await;
    }

    /// Ticks the box of this name, or takes the tick away.
    pub(crate) async fn ticks(&self, name: &str) {
        self.does("checkbox", name, Deed::Press).await;
    }

    /// Replaces what a text field holds.
    pub(crate) async fn write(&self, role: &str, name: &str, text: &str) {
        self.does(role, name, Deed::Write(text)).await;
    }

    /// Gives a file to the file input of this name.
    pub(crate) async fn choose_file(&self, name: &str, path: &std::path::Path) {
        let input = self.sees("file", name).await;
        input.send_keys(path.display().to_string()).await.expect("the input takes a file");
    }

    /// What the text field of this name holds.
    pub(crate) async fn reads(&self, role: &str, name: &str) -> String {
        let holds = async || {
            let element = self.find(role, name).await?;
            match element.prop("value").await.ok()? {
                Some(value) => Some(value),
                None => element.text().await.ok(),
            }
        };
        self.wait_for(&format!("{role} `{name}` can be read"), LIMIT, holds).await
    }

    /// Waits until the text field of this name holds this text.
    pub(crate) async fn reads_as(&self, role: &str, name: &str, text: &str) {
        let same = async || (self.reads(role, name).await == text).then_some(());
        self.wait_for(&format!("{role} `{name}` holds {text:?}"), LIMIT, same).await;
    }

    /// Waits until the step that the page says it is at is one of these, and returns it.
    pub(crate) async fn is_at(&self, states: &[&str], limit: Duration) -> String {
        let reached = async || self.state().await.filter(|state| states.contains(&state.as_str()));
        self.wait_for(&format!("is {}", states.join(" or ")), limit, reached).await
    }

    /// The step that the page or the dialog in front of it says it is at.
    pub(crate) async fn state(&self) -> Option<String> {
        let statuses = self.elements(include_str!("find.js"), vec![json!("status"), json!("")]).await;
        for status in statuses {
            if let Ok(Some(state)) = status.attr("data-state").await {
                return Some(state);
            }
        }
        None
    }

    /// Makes every page of this device note down what it shows whenever that changes.
    pub(crate) async fn note_down_pages(&self) {
        self.session().await.start_pages_with(include_str!("note_down.js")).await;
    }

    /// What was noted down since the page was loaded.
    pub(crate) async fn noted_pages(&self) -> Vec<String> {
        serde_json::from_value(self.eval("return window.notedPages", vec![]).await).expect("a list of texts")
    }

    /// All that the page shows, as text.
    pub(crate) async fn text(&self) -> String {
        let text = self.eval("return document.body.innerText", vec![]).await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until the page shows these words, in any case.
    pub(crate) async fn says(&self, words: &str, limit: Duration) {
        let wanted = words.to_lowercase();
        let said = async || self.text().await.to_lowercase().contains(&wanted).then_some(());
        self.wait_for(&format!("says {words:?}"), limit, said).await;
    }

    /// Waits for an alert whose text contains these words, in any case.
    pub(crate) async fn is_warned_of(&self, words: &str) -> String {
        let warned = async || {
            for alert in self.elements(include_str!("find.js"), vec![json!("alert"), json!("")]).await {
                let text = alert.text().await.unwrap_or_default();
                if text.to_lowercase().contains(&words.to_lowercase()) {
                    return Some(text);
                }
            }
            None
        };
        self.wait_for(&format!("shows an alert that names the {words}"), LIMIT, warned).await
    }

    /// Asks again and again until there is an answer; fails with what the page shows instead.
    pub(crate) async fn wait_for<T>(&self, what: &str, limit: Duration, ask: impl AsyncFn() -> Option<T>) -> T {
        let deadline = Instant::now() + limit;
        loop {
            if let Some(answer) = ask().await {
                return answer;
            }
            if Instant::now() > deadline {
                panic!("{}: not within {limit:?}: {what}. It shows {}", self.name, self.outline().await);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    async fn does(&self, role: &str, name: &str, deed: Deed<'_>) -> WebElement {
        let done = async || {
            let element = self.find(role, name).await?;
            // What was found may be gone or covered by now: then it is looked for again.
            match deed {
                Deed::Nothing => {}
                Deed::Press => element.click().await.ok()?,
                Deed::Write(text) => {
                    element.click().await.ok()?;
                    element.send_keys(Key::Control + "a").await.ok()?;
                    element.send_keys(text).await.ok()?;
                }
            }
            Some(element)
        };
        let deed = match deed {
            Deed::Nothing => "is there",
            Deed::Press => "can be pressed",
            Deed::Write(_) => "can be written to",
        };
        self.wait_for(&format!("{role} `{name}` {deed}"), LIMIT, done).await
    }

    /// The first element that the browser gives this role and this name.
    async fn find(&self, role: &str, name: &str) -> Option<WebElement> {
        for element in self.elements(include_str!("find.js"), vec![json!(role), json!(name)]).await {
            // A file input is a button named by its label and by what was chosen.
            let (wanted, matches) = match role {
                "file" => ("button", computed(&element, "label").await?.contains(name)),
                _ => (role, computed(&element, "label").await?.trim() == name),
            };
            // Older browsers say `img`, and none agree on file inputs.
            let is_role = |computed: &str| match wanted {
                "image" => matches!(computed, "image" | "img" | "graphics-document"),
                "button" if role == "file" => true,
                _ => computed == wanted,
            };
            if matches && is_role(&computed(&element, "role").await?) {
                return Some(element);
            }
        }
        None
    }
}

/// The `role` or `label` (name) that the browser computes for assistive tools. None if the element is
/// gone.
async fn computed(element: &WebElement, what: &str) -> Option<String> {
    let endpoint = format!("/element/{}/computed{what}", element.element_id());
    let command = Extension { method: Method::GET, endpoint, body: None };
    let answer = element.handle().cmd(command.boxed()).await.ok()?;
    answer.value::<Value>().ok()?.as_str().map(str::to_owned)
}
