//! A library of 10,000 memos: how soon its list is up, how soon a keystroke is answered, and whether it scrolls.

use crate::browser::Browser::Chromium;
use crate::device::Device;
use crate::field::{self, Field};
use crate::paper::Paper;
use crate::race::Spread;
use crate::rounds;
use crate::side::Side;
use crate::stage::Stage;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

pub(crate) const NAME: &str = "large library";

const MEMOS: usize = 10_000;
/// From asking IndexedDB until a person sees the list.
const LIST_BAR_MS: f64 = 300.0;
/// From a keystroke until a person sees what it found.
const KEY_BAR_MS: f64 = 50.0;
/// How long it is scrolled.
const SCROLL_S: f64 = 6.0;
/// What starting leaves behind is over by then.
const SETTLE: Duration = Duration::from_secs(3);
/// How long an export may take before it counts as failed.
const EXPORT_LIMIT: Duration = Duration::from_secs(300);

/// What is typed, letter by letter, into the search box. It is found in one memo of a hundred.
const TYPED: &str = "lost tape";

/// Fills a library, opens it again and again, types into it and scrolls through it.
pub(crate) async fn measure(stage: &Stage, paper: &mut Paper) {
    let field = Field::on(stage).await;
    let ground = field.ground();
    let device = field::browser(stage, Chromium).await;
    device.session().await.start_pages_with(include_str!("large_watch.js")).await;
    Side::App.opens(&device, &ground).await;
    let memos: Vec<Value> = (0..MEMOS).map(memo).collect();
    let put = device.eval_async(include_str!("../../e2e/put_memos.js"), vec![json!(memos)]).await;
    assert_eq!(put, MEMOS, "all memos are stored");

    let (mut opened, mut read) = (Vec::new(), Vec::new());
    for round in 0..=rounds() {
        device.open(&format!("{}/", ground.app)).await;
        let up = device.eval_async("return await window.listIsUp", vec![]).await;
        tokio::time::sleep(SETTLE).await;
        // The first time, the browser compiles.
        if round > 0 {
            opened.push(number(&up["at"]));
            read.push(number(&up["at"]) - number(&up["asked"]));
        }
    }
    let rows = device.eval("return document.querySelectorAll('[aria-label=Memos] > li').length", vec![]).await;
    paper.fact("from opening the page to the list", &spread(Spread::of(opened.into_iter())), None);
    let read = Spread::of(read.into_iter());
    paper.fact("of it, from asking IndexedDB to the list", &spread(read), at_most(read, LIST_BAR_MS));
    paper.fact("rows in the page", &rows.to_string(), Some(("< 60", number(&rows) < 60.0)));

    let searched = numbers(&device, "return await window.types('[type=search]', arguments[0])", TYPED).await;
    paper.fact("a key in the search box", &spread(searched), at_most(searched, KEY_BAR_MS));
    device.write("searchbox", "Search memos", "memo 17").await;
    device.follow("Memo 17").await;
    device.sees("textbox", "Title").await;
    let titled =
        numbers(&device, "return await window.types('textarea.title', arguments[0])", "A title, as typed").await;
    paper.fact("a key in a title, beside the list", &spread(titled), at_most(titled, KEY_BAR_MS));

    device.open(&format!("{}/", ground.app)).await;
    device.eval_async("return await window.listIsUp", vec![]).await;
    tokio::time::sleep(SETTLE).await;
    let scrolled = device.eval_async("return await window.scrolls(arguments[0])", vec![json!(SCROLL_S)]).await;
    exports_everything(&device, &ground.app, paper).await;
    let slow = number(&scrolled["slow"]);
    let words = format!(
        "{slow} of {} (the longest {:.0} ms), over {:.0} rows a second",
        scrolled["frames"],
        number(&scrolled["longest"]),
        number(&scrolled["rows"]) / SCROLL_S
    );
    paper.fact("frames of more than 50 ms while scrolling", &words, Some(("0", slow == 0.0)));
    device.close().await;
}

/// Into a file of the page's own: a test cannot choose a place.
async fn exports_everything(device: &Device, app: &str, paper: &mut Paper) {
    device.open(&format!("{app}/settings")).await;
    device.sees("button", "Export everything").await;
    device.eval(include_str!("choose_place.js"), vec![]).await;
    let began = Instant::now();
    device.press("Export everything").await;
    device.says("memos exported", EXPORT_LIMIT).await;
    let took_s = began.elapsed().as_secs_f64();
    let bytes = device.eval_async("return (await (await window.chosen).getFile()).size", vec![]).await;
    let words = format!("{took_s:.1} s, {:.1} MB", number(&bytes) / 1e6);
    paper.fact("all of them as one zip file", &words, None);
}

fn memo(number: usize) -> Value {
    let found = if number.is_multiple_of(100) { "the story of the lost tape, and " } else { "" };
    json!({
        "title": format!("Memo {number}"),
        "notes": format!("What was said that day: {found}{}", "who comes, what they bring, and when it begins. ".repeat(3)),
        "tags": if number.is_multiple_of(7) { json!(["work"]) } else { json!([]) },
        "favourite": number.is_multiple_of(50),
    })
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or(f64::NAN)
}

async fn numbers(device: &Device, script: &str, typed: &str) -> Spread {
    let took = device.eval_async(script, vec![json!(typed)]).await;
    Spread::of(took.as_array().into_iter().flatten().map(number))
}

fn spread(spread: Spread) -> String {
    format!("{:.0} ms ({:.0} to {:.0})", spread.median, spread.least, spread.most)
}

fn at_most(spread: Spread, bar_ms: f64) -> Option<(&'static str, bool)> {
    let words = if bar_ms == LIST_BAR_MS { "< 300 ms" } else { "< 50 ms" };
    Some((words, spread.median < bar_ms))
}
