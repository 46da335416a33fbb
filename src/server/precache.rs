//! The last step of a build: a mended module, what the service worker keeps, pages for hosts without rewrites, and compressed copies.
//!
//! The worker learns its build from two constants put before its own text. As they are part of the file, any change of any
//! file of the app changes `sw.js`, which is how a browser notices that there is a new version.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

mod tables;

/// The worker itself; the browser keeps it in a place of its own.
const WORKER: &str = "sw.js";
const INDEX: &str = "index.html";
/// Shown by the browser when it offers to install the app. The app itself never needs them.
const PICTURES: &str = "screenshots/";
/// What a deployer may edit after the build, so it has no copy that would go stale. The app itself remembers the last one.
const EDITABLE: &str = "config.json";
/// Copies of the index that let a host without rewrites answer deep links (a shared link above all).
const DEEP_LINK_PAGES: [&str; 2] = ["404.html", "share/index.html"];
/// What shrinks: text, and wasm. Pictures and fonts are compressed already.
const COMPRESSIBLE: [&str; 9] = ["css", "html", "js", "json", "map", "svg", "txt", "wasm", "webmanifest"];
/// Below this a compressed copy saves no packet.
const WORTH_COMPRESSING_BYTES: usize = 256;
/// The best Brotli has. It is paid once per build, and saved with every visitor.
const BROTLI_QUALITY: i32 = 11;
const BROTLI_WINDOW_BITS: i32 = 22;
/// Sixteen hex digits of the hash name a build.
const VERSION_BYTES: usize = 8;

/// What [`run`] made of a build.
#[derive(Debug)]
pub struct Build {
    /// The name of this build, from the contents of all its files.
    pub version: String,
    /// How many files the worker keeps.
    pub files: usize,
    /// Size of all compressible files as Brotli.
    pub brotli_bytes: usize,
}

/// Why a build could not be finished.
#[derive(Debug, thiserror::Error)]
pub enum PrecacheError {
    /// A file of the build cannot be read or written.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// A file that every build has is not there.
    #[error("the build has no {0}")]
    Missing(&'static str),
    /// A file name that no URL of the app has.
    #[error("the build holds a file whose name is not UTF-8: {}", .0.display())]
    Name(PathBuf),
}

/// Finishes the build in `dist`: mends the wasm (see `tables`), stamps `sw.js`, adds the pages for deep links, and writes `.br` and `.gz` copies unless this is
/// a build for `editing`, which is thrown away in a minute and holds megabytes of debug information.
pub fn run(dist: &Path, editing: bool) -> Result<Build, PrecacheError> {
    let mut files = files_under(dist)?;
    for required in [INDEX, WORKER] {
        if !files.iter().any(|name| name == required) {
            return Err(PrecacheError::Missing(required));
        }
    }
    for name in files.iter().filter(|name| name.ends_with(".wasm")) {
        let path = dist.join(name);
        if let Some(mended) = tables::mended(&read(&path)?) {
            write(&path, &mended)?;
        }
    }
    let version = version_of(dist, &files)?;
    let kept = |name: &&String| *name != WORKER && *name != EDITABLE && !name.starts_with(PICTURES);
    let assets: Vec<String> = files.iter().filter(kept).map(|name| format!("/{name}")).collect();
    let worker = dist.join(WORKER);
    write(&worker, &[stamp(&version, &assets).as_bytes(), &read(&worker)?].concat())?;

    let index = read(&dist.join(INDEX))?;
    for page in DEEP_LINK_PAGES {
        write(&dist.join(page), &index)?;
        files.push(page.to_owned());
    }
    let mut brotli_bytes = 0;
    if !editing {
        for name in files.iter().filter(|name| *name != EDITABLE) {
            brotli_bytes += compress(&dist.join(name))?;
        }
    }
    Ok(Build { version, files: assets.len(), brotli_bytes })
}

/// The two lines before the worker's own text.
fn stamp(version: &str, assets: &[String]) -> String {
    let assets = serde_json::Value::from(assets.to_vec());
    format!("const VERSION = \"{version}\";\nconst ASSETS = {assets};\n")
}

/// Names of all files below `dist`, relative to it, with `/` between folders, sorted.
fn files_under(dist: &Path) -> Result<Vec<String>, PrecacheError> {
    let mut files = Vec::new();
    let mut folders = vec![dist.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).map_err(in_file(&folder))?;
        for entry in entries {
            let entry = entry.map_err(in_file(&folder))?;
            let path = entry.path();
            if entry.file_type().map_err(in_file(&path))?.is_dir() {
                folders.push(path);
                continue;
            }
            let relative = path.strip_prefix(dist).unwrap_or(&path);
            let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
            files.push(parts.ok_or_else(|| PrecacheError::Name(path.clone()))?.join("/"));
        }
    }
    files.sort();
    Ok(files)
}

/// A hash over names, sizes and contents, so that two builds share a version only when they are the same.
fn version_of(dist: &Path, files: &[String]) -> Result<String, PrecacheError> {
    let mut hash = Sha256::new();
    for name in files {
        let bytes = read(&dist.join(name))?;
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name);
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(&bytes);
    }
    Ok(hash.finalize().iter().take(VERSION_BYTES).map(|byte| format!("{byte:02x}")).collect())
}

/// Writes `<file>.br` and `<file>.gz` where that pays; the size of the Brotli copy, or of the file where it does not.
fn compress(path: &Path) -> Result<usize, PrecacheError> {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    if !COMPRESSIBLE.contains(&extension) {
        return Ok(0);
    }
    let bytes = read(path)?;
    if bytes.len() < WORTH_COMPRESSING_BYTES {
        return Ok(bytes.len());
    }
    let br = brotli(&bytes).map_err(in_file(path))?;
    write(&with_suffix(path, ".br"), &br)?;
    write(&with_suffix(path, ".gz"), &gzip(&bytes).map_err(in_file(path))?)?;
    Ok(br.len())
}

fn brotli(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut out = Vec::new();
    let params = brotli::enc::BrotliEncoderParams {
        quality: BROTLI_QUALITY,
        lgwin: BROTLI_WINDOW_BITS,
        size_hint: bytes.len(),
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &*bytes, &mut out, &params)?;
    Ok(out)
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    // The encoder's default header carries no time, so the same input gives the same file.
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn read(path: &Path) -> Result<Vec<u8>, PrecacheError> {
    fs::read(path).map_err(in_file(path))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), PrecacheError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(in_file(folder))?;
    }
    fs::write(path, bytes).map_err(in_file(path))
}

fn in_file(path: &Path) -> impl FnOnce(io::Error) -> PrecacheError {
    |source| PrecacheError::File { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    const PAGE: &str = "<!doctype html><title>A page long enough to be worth compressing</title>";

    /// A build with an app, a worker and one picture.
    fn build() -> tempfile::TempDir {
        let dist = tempfile::tempdir().expect("a temporary folder");
        write(&dist.path().join("index.html"), PAGE.repeat(9).as_bytes()).expect("index");
        write(&dist.path().join("app-0123456789abcdef_bg.wasm"), &[7; 4096]).expect("wasm");
        write(&dist.path().join("icons/icon.png"), &[1; 4096]).expect("icon");
        write(&dist.path().join("screenshots/phone.png"), &[2; 4096]).expect("picture");
        write(&dist.path().join("config.json"), &[b' '; 4096]).expect("config");
        write(&dist.path().join("sw.js"), b"addEventListener('install', () => {});\n").expect("worker");
        dist
    }

    fn text(dist: &tempfile::TempDir, name: &str) -> String {
        String::from_utf8(read(&dist.path().join(name)).expect("file is there")).expect("UTF-8")
    }

    #[test]
    fn the_worker_knows_its_version_and_every_file_but_itself_and_what_may_be_edited() {
        let dist = build();
        let made = run(dist.path(), false).expect("a finished build");
        let worker = text(&dist, "sw.js");
        let mut lines = worker.lines();
        assert_eq!(lines.next(), Some(format!("const VERSION = \"{}\";", made.version).as_str()));
        assert_eq!(
            lines.next(),
            Some(r#"const ASSETS = ["/app-0123456789abcdef_bg.wasm","/icons/icon.png","/index.html"];"#)
        );
        assert_eq!(lines.next(), Some("addEventListener('install', () => {});"), "the worker's own text follows");
        assert_eq!(made.files, 3);
    }

    #[test]
    fn the_version_follows_the_contents() {
        let first = run(build().path(), false).expect("a build").version;
        assert_eq!(run(build().path(), false).expect("the same build").version, first);
        for changed in ["icons/icon.png", "sw.js", "added.css"] {
            let dist = build();
            write(&dist.path().join(changed), b"other bytes").expect("a change");
            assert_ne!(run(dist.path(), false).expect("another build").version, first, "{changed} changed");
        }
    }

    #[test]
    fn deep_links_have_pages_on_hosts_without_rewrites() {
        let dist = build();
        run(dist.path(), false).expect("a finished build");
        for page in ["404.html", "share/index.html"] {
            assert_eq!(text(&dist, page), text(&dist, "index.html"), "{page}");
        }
    }

    #[test]
    fn compressed_copies_open_to_the_same_bytes() {
        let dist = build();
        let made = run(dist.path(), false).expect("a finished build");
        let plain = read(&dist.path().join("index.html")).expect("index");
        let mut opened = Vec::new();
        let br = read(&dist.path().join("index.html.br")).expect("a Brotli copy");
        brotli::BrotliDecompress(&mut br.as_slice(), &mut opened).expect("valid Brotli");
        assert_eq!(opened, plain);
        let gz = read(&dist.path().join("index.html.gz")).expect("a gzip copy");
        opened.clear();
        flate2::read::GzDecoder::new(gz.as_slice()).read_to_end(&mut opened).expect("valid gzip");
        assert_eq!(opened, plain);
        assert!(made.brotli_bytes > br.len(), "all files count");
        assert!(dist.path().join("app-0123456789abcdef_bg.wasm.br").exists());
        assert!(!dist.path().join("icons/icon.png.br").exists(), "a picture is compressed already");
        assert!(!dist.path().join("config.json.br").exists(), "a deployer edits it, and no copy may say otherwise");
        assert!(!dist.path().join("sw.js.br").exists(), "a small file saves nothing");
    }

    #[test]
    fn a_build_for_editing_is_stamped_but_not_compressed() {
        let dist = build();
        run(dist.path(), true).expect("a finished build");
        assert!(text(&dist, "sw.js").starts_with("const VERSION"));
        assert!(!dist.path().join("index.html.br").exists());
    }

    #[test]
    fn a_build_without_a_worker_is_refused() {
        let dist = build();
        fs::remove_file(dist.path().join("sw.js")).expect("there was one");
        assert_eq!(run(dist.path(), false).expect_err("must fail").to_string(), "the build has no sw.js");
    }
}
