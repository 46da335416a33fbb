//! What stands in somebody's way: what axe finds in a page, and what does not fit into small windows and large letters.

use crate::device::Device;
use serde_json::json;
use std::path::Path;

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/e2e/node_modules/axe-core/axe.min.js");

/// What the system asks of pages.
const THEMES: [(&str, &str, &str); 3] =
    [("light", "light", "none"), ("dark", "dark", "none"), ("forced colours", "light", "active")];

/// Windows, in CSS pixels. Larger letters are the browser's zoom, which makes the window smaller in these: that is what
/// WCAG 1.4.4 (200 %) and 1.4.10 (400 %) are measured by.
const WINDOWS: [(&str, u32, u32); 5] = [
    ("a phone", 360, 800),
    ("the smallest phone", 320, 568),
    ("1280x1024 at 200 %", 640, 512),
    ("1280x1024 at 400 %", 320, 256),
    ("the smallest window with two panes", 900, 600),
];

/// All that was found on one tour, so that one run shows all of it.
#[derive(Default)]
pub(crate) struct Findings(Vec<String>);

impl Findings {
    /// Looks at what the device shows, in each theme and in each window.
    pub(crate) async fn look_at(&mut self, device: &Device, screen: &str) {
        for (theme, scheme, forced) in THEMES {
            device.is_asked_for(scheme, forced).await;
            for sentence in device.axe_finds().await {
                self.0.push(format!("{screen}, {theme}: {sentence}"));
            }
        }
        device.is_asked_for("light", "none").await;
        let session = device.session().await;
        for (window, width, height) in WINDOWS {
            for sentence in device.is_cut_off_in(width, height).await {
                self.0.push(format!("{screen}, {window}: {sentence}"));
            }
        }
        session.in_chromium_itself("Emulation.clearDeviceMetricsOverride", json!({})).await;
    }

    /// Fails with all that was found.
    pub(crate) fn expect_none(self) {
        let Findings(found) = self;
        assert!(found.is_empty(), "{} things stand in somebody's way:\n{}", found.len(), found.join("\n"));
    }
}

impl Device {
    /// What cannot be seen whole in a window of this size, which it has from now on.
    pub(crate) async fn is_cut_off_in(&self, width: u32, height: u32) -> Vec<String> {
        self.session().await.set_page_size(width, height).await;
        let cut_off = self.eval_async(include_str!("cut_off.js"), vec![]).await;
        serde_json::from_value(cut_off).expect("sentences")
    }

    /// What the system asks of pages from now on.
    async fn is_asked_for(&self, scheme: &str, forced: &str) {
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            { "name": "forced-colors", "value": forced },
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.session().await.in_chromium_itself("Emulation.setEmulatedMedia", json!({ "features": features })).await;
    }

    /// What axe has to say of the page.
    async fn axe_finds(&self) -> Vec<String> {
        if self.eval("return !window.axe", vec![]).await == true {
            assert!(Path::new(AXE).exists(), "axe is missing: run `make test`");
            let axe = std::fs::read_to_string(AXE).expect("a script");
            self.eval(&axe, vec![]).await;
        }
        let found = self.eval_async(include_str!("axe.js"), vec![]).await;
        serde_json::from_value(found).expect("sentences")
    }
}
