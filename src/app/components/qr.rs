//! A link as a picture for the camera of another device.

use std::fmt::Write;

use leptos::prelude::*;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::words::words;

/// The picture; nothing when the link is too long for one.
#[component]
pub(crate) fn Qr(#[prop(into)] text: Signal<String>) -> impl IntoView {
    let code = Memo::new(move |_| text.with(|text| drawn(text)));
    move || {
        code.get().map(|(size, path)| {
            view! {
                <svg class="qr" viewBox=format!("0 0 {size} {size}") role="img" aria-label=words().sharing.qr_code shape-rendering="crispEdges">
                    <path d=path />
                </svg>
            }
        })
    }
}

/// Its size in modules, and the dark ones as a path.
fn drawn(text: &str) -> Option<(i32, String)> {
    // Low correction: a screen has no scratches, and fewer modules are read from further away.
    let code = QrCode::encode_text(text, QrCodeEcc::Low).ok()?;
    let mut path = String::new();
    for y in 0..code.size() {
        for x in 0..code.size() {
            if code.get_module(x, y) {
                // Writing into a String cannot fail.
                let _ = write!(path, "M{x} {y}h1v1h-1z");
            }
        }
    }
    Some((code.size(), path))
}
