//! What is written down: one section for each part of the bench, and BENCHMARKS.md from all of them.

use crate::machine;
use crate::race::{Laps, Spread};
use crate::side::Side;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The sections of BENCHMARKS.md in their order, as their files in `target/bench/` are called.
const SECTIONS: [&str; 8] = ["browsers", "library", "large", "tap", "long", "distance", "engine", "tracker"];

/// What a case is to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    fn is_met_by(self, ratio: f64) -> bool {
        match self {
            Bar::AtMost(bar) => ratio <= bar,
            Bar::AtLeast(bar) => ratio >= bar,
        }
    }

    fn in_words(self) -> String {
        match self {
            Bar::AtMost(bar) => format!("≤ {bar}"),
            Bar::AtLeast(bar) => format!("≥ {bar}"),
        }
    }
}

/// A section that grows case by case.
pub(crate) struct Paper {
    text: String,
    has_table: bool,
}

impl Paper {
    /// An empty section under this heading.
    pub(crate) fn new(heading: &str) -> Paper {
        let mut text = format!("## {heading}\n\n");
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "Measured on {}, at {}, {} rounds, load before: {}.\n",
            machine::today(),
            machine::commit(),
            crate::rounds(),
            machine::load()
        );
        Paper { text, has_table: false }
    }

    /// A sentence or more.
    pub(crate) fn say(&mut self, words: &str) {
        self.text.push_str(words);
        self.text.push_str("\n\n");
    }

    /// The app beside webtorrent: less is better.
    pub(crate) fn compare(&mut self, case: &str, laps: &Laps, bar: Bar) {
        let (ours, theirs) = (laps.total_ms(Side::App), laps.total_ms(Side::WebTorrent));
        let processor = [Side::App, Side::WebTorrent].map(|side| laps.processor_ms(side).median / 1000.0);
        let failed = |side: Side| match laps.failures.get(&side) {
            Some(failures) => format!(", {failures} failed"),
            None => String::new(),
        };
        self.row([
            case.to_owned(),
            format!("{}{}", milliseconds(ours), failed(Side::App)),
            format!("{}{}", milliseconds(theirs), failed(Side::WebTorrent)),
            format!("{:.2} s beside {:.2} s", processor[0], processor[1]),
            ratio(ours.median / theirs.median),
            bar.in_words(),
            verdict(bar, ours.median / theirs.median),
        ]);
    }

    /// One rate beside another: more is better.
    pub(crate) fn compare_rates(&mut self, case: &str, bytes: usize, ours_ms: Spread, theirs_ms: Spread, bar: Bar) {
        let ratio_of_rates = theirs_ms.median / ours_ms.median;
        let rate = |took_ms: f64| format!("{:.1} MB/s", bytes as f64 / took_ms / 1000.0);
        self.row([
            case.to_owned(),
            rate(ours_ms.median),
            rate(theirs_ms.median),
            String::new(),
            ratio(ratio_of_rates),
            bar.in_words(),
            verdict(bar, ratio_of_rates),
        ]);
    }

    /// Something that stands for itself, and whether it is as it should be.
    pub(crate) fn fact(&mut self, what: &str, measured: &str, bar: Option<(&str, bool)>) {
        let (bar, met) = bar.map_or(("", ""), |(bar, is_met)| (bar, in_a_word(is_met)));
        self.line(
            "| | measured | bar | |\n| --- | --- | --- | --- |\n",
            &[what, measured, bar, met].map(str::to_owned),
        );
    }

    fn row(&mut self, cells: [String; 7]) {
        const HEAD: &str = "| case | Voice Memos | beside it | CPU, both | ratio | bar | |\n\
                            | --- | --- | --- | --- | --- | --- | --- |\n";
        self.line(HEAD, &cells);
    }

    fn line(&mut self, head: &str, cells: &[String]) {
        if !self.has_table {
            self.has_table = true;
            self.text.push_str(head);
        }
        let _ = writeln!(self.text, "| {} |", cells.join(" | "));
        eprintln!("{}", cells.join(" | "));
    }

    /// Puts the section where BENCHMARKS.md is made of.
    pub(crate) fn write(&self, name: &str) {
        let folder = in_project("target/bench");
        fs::create_dir_all(&folder).expect("target/bench can be made");
        fs::write(folder.join(format!("{name}.md")), &self.text).expect("target/bench can be written to");
        println!("{}", self.text);
    }
}

/// Writes BENCHMARKS.md: every section that was measured here, and as they stood there those that were not.
pub(crate) fn assemble() {
    let path = in_project("BENCHMARKS.md");
    let before = fs::read_to_string(&path).unwrap_or_default();
    let mut text = format!(
        "# Benchmarks\n\n\
         `make bench` measures all but the long way, which `make bench-net` does (it needs root), and writes this file. Sides take turns\n\
         in the same browsers, through the same tracker; times are medians with their extremes, from \"add\" in a warm page to complete\n\
         and verified, for the app until its page says so and everything is in IndexedDB. What counts is the ratio: both sides share the\n\
         machine with whatever else it does.\n\n\
         {}. {}.\n",
        machine::description(),
        machine::versions(),
    );
    for name in SECTIONS {
        let measured = fs::read_to_string(in_project("target/bench").join(format!("{name}.md"))).ok();
        let marker = format!("<!-- {name} -->\n");
        if let Some(section) = measured.or_else(|| section_of(&before, &marker)) {
            let _ = write!(text, "\n{marker}{}\n", section.trim_end());
        }
    }
    fs::write(path, text).expect("BENCHMARKS.md can be written");
}

/// What stands behind a marker, up to the next one.
fn section_of(text: &str, marker: &str) -> Option<String> {
    let (_, rest) = text.split_once(marker)?;
    Some(rest.split("<!-- ").next().unwrap_or(rest).trim_end().to_owned())
}

fn in_project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn milliseconds(spread: Spread) -> String {
    format!("{:.0} ms ({:.0} to {:.0})", spread.median, spread.least, spread.most)
}

fn ratio(ratio: f64) -> String {
    format!("**{ratio:.2}**")
}

fn verdict(bar: Bar, ratio: f64) -> String {
    in_a_word(bar.is_met_by(ratio)).to_owned()
}

fn in_a_word(is_met: bool) -> &'static str {
    if is_met { "met" } else { "missed" }
}
