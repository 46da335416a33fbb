//! Which path gets which file, with which headers.

use std::fs;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest, Sha256};

use crate::running::{LOADER, Serve, WASM};

const FOREVER: &str = "public, max-age=31536000, immutable";

#[test]
fn every_file_has_its_type_and_its_time_to_live() {
    let serve = Serve::start(&[]);
    for (path, kind, keep) in [
        ("/", "text/html", "no-cache"),
        ("/index.html", "text/html", "no-cache"),
        ("/sw.js", "text/javascript", "no-cache"),
        ("/manifest.webmanifest", "application/manifest+json", "no-cache"),
        ("/config.json", "application/json", "no-cache"),
        ("/icons/icon.svg", "image/svg+xml", "no-cache"),
        ("/app-0123456789abcdef.js", "text/javascript", FOREVER),
        (WASM, "application/wasm", FOREVER),
    ] {
        let answer = serve.get(path);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("content-type"), kind, "{path}");
        assert_eq!(answer.header("cache-control"), keep, "{path}");
        assert_eq!(answer.header("vary"), "accept-encoding", "{path}");
        assert_eq!(answer.header("content-encoding"), "", "{path}: nothing was asked for");
        assert!(!answer.header("etag").is_empty() && !answer.header("last-modified").is_empty(), "{path}");
    }
}

#[test]
fn routes_are_the_app_and_other_paths_are_its_page_for_nothing_here() {
    let serve = Serve::start(&[]);
    let index = fs::read(serve.dist.path().join("index.html")).expect("the index");
    for (path, status) in [
        ("/", 200),
        ("/?x=y", 200),
        ("/record", 200),
        ("/settings", 200),
        ("/share", 200),
        ("/share?seeds=magnet%3A%3Fxt%3Durn", 200),
        ("/memo/5f0c-1", 200),
        ("/nothing", 404),
        ("/memo", 404),
        ("/recordings/2", 404),
    ] {
        let answer = serve.get(path);
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body == index, "{path} is the app");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}");
    }
    let tag = serve.get("/").header("etag").to_owned();
    assert_eq!(serve.ask("GET", "/nothing", &format!("If-None-Match: {tag}\r\n")).status, 404);
}

#[test]
fn a_missing_file_is_missing() {
    let serve = Serve::start(&[]);
    for path in ["/app-fedcba9876543210.js", "/icons/none.png", "/favicon.ico", "/index.html/x.js"] {
        let answer = serve.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.body, b"Not Found\n", "{path}");
        assert_eq!(answer.header("cache-control"), "no-cache", "{path}: it may be there tomorrow");
    }
}

#[test]
fn nothing_outside_the_folder_is_served() {
    let serve = Serve::start(&[]);
    let secret = serve.dist.path().parent().expect("a parent").join("voice-memos-secret.txt");
    fs::write(&secret, "secret").expect("a file");
    for path in [
        "/../voice-memos-secret.txt",
        "/icons/../../voice-memos-secret.txt",
        "/%2e%2e/voice-memos-secret.txt",
        "/..%2fvoice-memos-secret.txt",
        "/icons/..%5c..%5cvoice-memos-secret.txt",
        "//voice-memos-secret.txt",
        "/%00.txt",
    ] {
        let answer = serve.get(path);
        assert!(matches!(answer.status, 400 | 404), "{path}: {}", answer.status);
        assert_ne!(answer.body, b"secret", "{path}");
    }
    fs::remove_file(secret).expect("it was written above");
}

#[test]
fn the_best_encoding_that_the_browser_reads_is_sent() {
    let serve = Serve::start(&[]);
    let plain = fs::read(serve.dist.path().join(&WASM[1..])).expect("the wasm");
    for (accept, encoding) in [
        ("br, gzip", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", ""),
        ("zstd", ""),
    ] {
        let answer = serve.ask("GET", WASM, &format!("Accept-Encoding: {accept}\r\n"));
        assert_eq!(answer.header("content-encoding"), encoding, "{accept}");
        assert_eq!(answer.header("content-type"), "application/wasm", "{accept}");
        assert_eq!(answer.header("content-length"), answer.body.len().to_string(), "{accept}");
        let opened = match encoding {
            "br" => {
                let mut out = Vec::new();
                brotli::BrotliDecompress(&mut answer.body.as_slice(), &mut out).expect("Brotli");
                out
            }
            "gzip" => {
                let mut out = Vec::new();
                std::io::copy(&mut flate2::read::GzDecoder::new(answer.body.as_slice()), &mut out).expect("gzip");
                out
            }
            _ => answer.body,
        };
        assert!(opened == plain, "{accept}");
    }
    let small = serve.ask("GET", "/config.json", "Accept-Encoding: br, gzip\r\n");
    assert_eq!((small.status, small.header("content-encoding")), (200, ""), "a file without a compressed copy");
    assert_eq!(serve.ask("GET", "/record", "Accept-Encoding: br\r\n").header("content-encoding"), "br");
}

#[test]
fn a_browser_that_has_the_file_is_told_so() {
    let serve = Serve::start(&[]);
    for path in ["/", "/sw.js", WASM] {
        let tag = serve.get(path).header("etag").to_owned();
        let answer = serve.ask("GET", path, &format!("If-None-Match: {tag}\r\n"));
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{path}");
    }
}

#[test]
fn a_head_request_has_the_head_alone() {
    let serve = Serve::start(&[]);
    for path in ["/", "/record", WASM] {
        let (get, head) = (serve.get(path), serve.ask("HEAD", path, ""));
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        assert_eq!(head.header("content-length"), get.body.len().to_string(), "{path}");
    }
    let posted = serve.ask("POST", "/", "Content-Length: 0\r\n");
    assert_eq!((posted.status, posted.header("allow")), (405, "GET, HEAD"));
}

#[test]
fn the_page_is_protected_and_its_loader_allowed() {
    let serve = Serve::start(&[]);
    let hash = BASE64.encode(Sha256::digest(LOADER));
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}'; style-src 'self'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' http: https: ws: wss:; worker-src 'self'; \
         manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    );
    for path in ["/", "/record", "/nothing", "/missing.js", "/sw.js", "/announce"] {
        let answer = serve.get(path);
        for (name, value) in [
            ("content-security-policy", policy.as_str()),
            ("permissions-policy", "microphone=(self), screen-wake-lock=(self), camera=(self)"),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-opener-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
    }
}
