//! One section of BENCHMARKS.md: a heading and a table.

use std::fs;
use std::path::Path;

/// A table that grows row by row.
pub(crate) struct Table {
    text: String,
    columns: usize,
}

impl Table {
    pub(crate) fn new(heading: &str, columns: &[&str]) -> Self {
        let rule = columns.iter().map(|_| "---").collect::<Vec<_>>();
        let text = format!("## {heading}\n\n| {} |\n| {} |\n", columns.join(" | "), rule.join(" | "));
        Self { text, columns: columns.len() }
    }

    pub(crate) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let mut cells: Vec<String> = cells.into_iter().collect();
        cells.resize(self.columns, String::new());
        self.text.push_str(&format!("| {} |\n", cells.join(" | ")));
    }

    /// Puts the section where `make bench` looks for it, and shows it.
    pub(crate) fn write(&self, name: &str) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench");
        fs::create_dir_all(&folder).expect("target/bench can be made");
        fs::write(folder.join(format!("{name}.md")), &self.text).expect("target/bench can be written to");
        println!("{}", self.text);
    }
}
