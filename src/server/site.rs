//! The app's files: which path gets which file, and how long a browser may keep it.

use std::io;
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{self, HeaderValue};
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Response};
use tower_http::services::fs::ServeFileSystemResponseBody;
use tower_http::services::{ServeDir, ServeFile};

use super::policy::Policy;

/// The name says the contents, so the contents under it never change.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Kept, but asked for each time: a small answer says that nothing changed.
const ASK_FIRST: HeaderValue = HeaderValue::from_static("no-cache");
/// Trunk prints a 64-bit hash without leading zeros; a run shorter than this is rather a word.
const HASH_DIGITS: std::ops::RangeInclusive<usize> = 10..=16;

/// A folder made by `trunk build`, ready to be served.
#[derive(Debug)]
pub struct Site {
    files: ServeDir,
    index: ServeFile,
    policy: Policy,
}

/// What a path stands for.
#[derive(Debug, PartialEq, Eq)]
enum Target {
    /// A screen of the app.
    Route,
    /// No screen and no file: the app says "nothing here".
    Nothing,
    /// A file, if there is one.
    File,
}

impl Site {
    /// Serves `dist`; fails when it holds no readable `index.html`.
    pub fn open(dist: &Path) -> io::Result<Self> {
        let index = dist.join("index.html");
        Ok(Self {
            files: ServeDir::new(dist).precompressed_br().precompressed_gzip(),
            index: ServeFile::new(&index).precompressed_br().precompressed_gzip(),
            policy: Policy::new(index)?,
        })
    }

    /// Answers any request that is not the tracker's.
    pub async fn answer(&self, request: Request) -> Response {
        let target = target(request.uri().path());
        let hashed = target == Target::File && is_hashed(request.uri().path());
        let mut response = match (target, request.method()) {
            (_, method) if method != Method::GET && method != Method::HEAD => {
                (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD")]).into_response()
            }
            (Target::Route, _) => respond(self.index.clone().try_call(request).await),
            (Target::Nothing, _) => self.nothing_here(request).await,
            (Target::File, _) => respond(self.files.clone().try_call(request).await),
        };
        let keep = hashed && (response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED);
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, if keep { FOREVER } else { ASK_FIRST });
        headers.entry(header::VARY).or_insert(HeaderValue::from_static("accept-encoding"));
        self.policy.apply(headers).await;
        response
    }

    /// The headers that protect the page, for answers made elsewhere.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The whole index with status 404, whatever the browser has of it: a 304 would say that the page exists.
    async fn nothing_here(&self, mut request: Request) -> Response {
        for condition in [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_MATCH, header::RANGE] {
            request.headers_mut().remove(condition);
        }
        request.headers_mut().remove(header::IF_UNMODIFIED_SINCE);
        let mut response = respond(self.index.clone().try_call(request).await);
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    }
}

/// The routes of the app; they are the ones of `app`, and a test in the browser opens each.
fn target(path: &str) -> Target {
    let trimmed = path.strip_suffix('/').unwrap_or(path);
    let segments: Vec<&str> = trimmed.split('/').skip(1).collect();
    match segments.as_slice() {
        [] | ["record" | "share" | "settings"] => Target::Route,
        ["memo", id] if !id.is_empty() && !id.contains('.') => Target::Route,
        [.., last] if last.contains('.') => Target::File,
        _ => Target::Nothing,
    }
}

/// Whether the file's name holds Trunk's hash of its contents: `app-<hash>.js`, `app-<hash>_bg.wasm`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let Some((stem, _extension)) = name.split_once('.') else { return false };
    let stem = stem.strip_suffix("_bg").unwrap_or(stem);
    stem.rsplit_once('-').is_some_and(|(_, hash)| {
        HASH_DIGITS.contains(&hash.len()) && hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

fn respond(answer: io::Result<Response<ServeFileSystemResponseBody>>) -> Response {
    let status = match answer {
        Ok(response) if response.status() == StatusCode::NOT_FOUND => StatusCode::NOT_FOUND,
        Ok(response) => return response.map(Body::new),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::PermissionDenied => {
                StatusCode::NOT_FOUND
            }
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        },
    };
    let reason = status.canonical_reason().unwrap_or_default();
    (status, format!("{reason}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_files_and_nothing_are_told_apart() {
        for (path, expected) in [
            ("/", Target::Route),
            ("/record", Target::Route),
            ("/record/", Target::Route),
            ("/share", Target::Route),
            ("/settings", Target::Route),
            ("/memo/0a1b-2c", Target::Route),
            ("/memo", Target::Nothing),
            ("/memo/", Target::Nothing),
            ("/memo/a/b", Target::Nothing),
            ("/recordings", Target::Nothing),
            ("//", Target::Nothing),
            ("/icons", Target::Nothing),
            ("/sw.js", Target::File),
            ("/icons/icon.svg", Target::File),
            ("/memo/missing.js", Target::File),
        ] {
            assert_eq!(target(path), expected, "{path}");
        }
    }

    #[test]
    fn only_names_with_a_hash_are_kept_for_ever() {
        for path in
            ["/voice-memos-8d3f0c1b2a495e67.js", "/voice-memos-d3f0c1b2a495e67_bg.wasm", "/tokens-0123456789abcdef.css"]
        {
            assert!(is_hashed(path), "{path}");
        }
        for path in
            ["/sw.js", "/index.html", "/icons/icon-192.png", "/icons/icon-maskable.png", "/manifest.webmanifest", "/"]
        {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
