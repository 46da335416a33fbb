//! The headers that protect the page: what it may load, use and reveal.

use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::SystemTime;

use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

/// Headers that never change. The page uses the microphone and keeps the screen awake; it reads QR codes with the camera.
const FIXED: [(HeaderName, &str); 4] = [
    (HeaderName::from_static("permissions-policy"), "microphone=(self), screen-wake-lock=(self), camera=(self)"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// The headers of a site, with a content security policy that allows exactly the inline scripts of its index.
#[derive(Debug)]
pub struct Policy {
    index: PathBuf,
    /// The policy of the index as it was written at that time: a new build brings a new loader, and a running server must allow it.
    content_security: Mutex<(Option<SystemTime>, HeaderValue)>,
}

impl Policy {
    /// Reads the page at `index`.
    pub fn new(index: PathBuf) -> io::Result<Self> {
        let page = std::fs::read_to_string(&index)?;
        let modified = modified(&index);
        Ok(Self { content_security: Mutex::new((modified, content_security_policy(&page))), index })
    }

    /// Puts the headers on a response.
    pub async fn apply(&self, headers: &mut HeaderMap) {
        for (name, value) in FIXED {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::CONTENT_SECURITY_POLICY, self.content_security().await);
    }

    async fn content_security(&self) -> HeaderValue {
        let (known, value) = self.content_security.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let now = tokio::fs::metadata(&self.index).await.and_then(|file| file.modified()).ok();
        if now == known {
            return value;
        }
        let Ok(page) = tokio::fs::read_to_string(&self.index).await else { return value };
        let value = content_security_policy(&page);
        *self.content_security.lock().unwrap_or_else(PoisonError::into_inner) = (now, value.clone());
        value
    }
}

fn modified(path: &std::path::Path) -> Option<SystemTime> {
    std::fs::metadata(path).and_then(|file| file.modified()).ok()
}

/// WebRTC is outside `connect-src`. `ws:` and `wss:` are for trackers, `http:` and `https:` for web seeds, both of which a link
/// may name anywhere. `http:` is for pages that came over http, which this server cannot know behind a proxy; on pages that came
/// over https it allows nothing, since browsers refuse mixed content by themselves.
fn content_security_policy(page: &str) -> HeaderValue {
    let hashes: String = inline_scripts(page)
        .map(|script| format!(" 'sha256-{}'", BASE64.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'{hashes}; style-src 'self'; img-src 'self' data: blob:; \
         media-src 'self' blob:; connect-src 'self' http: https: ws: wss:; worker-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'self'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).expect("base64 and the fixed text above are visible ASCII")
}

/// The texts between `<script …>` and `</script` of scripts without a `src`, as the browser hashes them.
fn inline_scripts(page: &str) -> impl Iterator<Item = &str> {
    // Only ASCII letters change, so positions in the lower-case copy are positions in the page.
    let lower = page.to_ascii_lowercase();
    let mut scripts = Vec::new();
    let mut at = 0;
    while let Some(tag) = lower[at..].find("<script").map(|found| at + found) {
        let Some(open_end) = tag_end(&lower[tag..]).map(|end| tag + end) else { break };
        let Some(close) = lower[open_end..].find("</script").map(|found| open_end + found) else { break };
        let attributes = &lower[tag + "<script".len()..open_end];
        let text = &page[open_end..close];
        if !attributes.split_ascii_whitespace().any(|attribute| attribute.starts_with("src=")) && !text.is_empty() {
            scripts.push(text);
        }
        at = close;
    }
    scripts.into_iter()
}

/// Where the tag that `html` begins with ends, past its `>`; a `>` inside quotes is part of a value.
fn tag_end(html: &str) -> Option<usize> {
    let mut quote = None;
    for (position, character) in html.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(position + 1),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, scripts: &[&str]) {
        assert_eq!(inline_scripts(page).collect::<Vec<_>>(), scripts, "{page}");
    }

    #[test]
    fn inline_scripts_are_found_as_the_browser_sees_them() {
        check(r#"<head><script type="module">import a;</script></head>"#, &["import a;"]);
        check("<SCRIPT>\n a</SCRIPT ><script>b</script>", &["\n a", "b"]);
        check(r#"<script src="/x.js"></script><script defer src=/y.js> </script>"#, &[]);
        check(r#"<script data-a="1>0">c</script>"#, &["c"]);
        check("<script>never closed", &[]);
        check("<p>é</p><script>é</script><script", &["é"]);
        check("no scripts at all", &[]);
    }

    #[test]
    fn the_hash_is_the_one_of_the_specification() {
        // CSP Level 3, section 8.4: the hash of `alert('Hello, world.');`.
        let policy = content_security_policy("<script>alert('Hello, world.');</script>");
        let policy = policy.to_str().expect("ASCII");
        assert!(policy.contains("'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"), "{policy}");
    }

    #[tokio::test]
    async fn a_new_build_brings_a_new_policy_to_a_running_server() {
        let dist = tempfile::tempdir().expect("a temporary folder");
        let index = dist.path().join("index.html");
        std::fs::write(&index, "<script>one</script>").expect("a page");
        let policy = Policy::new(index.clone()).expect("the page can be read");
        let first = policy.content_security().await;
        assert_eq!(policy.content_security().await, first);
        std::fs::write(&index, "<script>two</script>").expect("a page");
        let later = SystemTime::now() + std::time::Duration::from_secs(5);
        std::fs::File::options().append(true).open(&index).and_then(|file| file.set_modified(later)).expect("a time");
        assert_eq!(policy.content_security().await, content_security_policy("<script>two</script>"));
    }
}
