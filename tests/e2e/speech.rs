//! What the fake microphone hears: a spoken sentence.

use crate::process::program;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SENTENCE: &str = "This is a memo, spoken for a test, and long enough to be heard on the other side.";

/// Writes the sentence to `folder` as the WAV file that Chromium takes for a microphone.
pub(crate) fn speak(folder: &Path) -> PathBuf {
    let wav = folder.join("speech.wav");
    let mut espeak = Command::new(program(&["espeak-ng"]));
    run(espeak.args(["-v", "en", "-w"]).arg(&wav).arg(SENTENCE));
    wav
}

/// The sentence over and over for so many seconds: a WAV file of this name in `folder`, 44 kB for each second.
pub(crate) fn speak_for(seconds: u32, folder: &Path, name: &str) -> PathBuf {
    let wav = folder.join(name);
    let mut ffmpeg = Command::new(program(&["ffmpeg"]));
    ffmpeg.args(["-v", "error", "-stream_loop", "-1", "-i"]).arg(speak(folder));
    run(ffmpeg.args(["-t", &seconds.to_string(), "-c", "copy"]).arg(&wav));
    wav
}

/// The sentence as the app of 2016 recorded it: WebM with Opus, written in one go, so without a
/// duration and without an index.
pub(crate) fn speak_webm(folder: &Path) -> Vec<u8> {
    let wav = speak(folder);
    let mut ffmpeg = Command::new(program(&["ffmpeg"]));
    ffmpeg.args(["-v", "error", "-i"]).arg(wav);
    run(ffmpeg.args(["-c:a", "libopus", "-b:a", "32k", "-f", "webm", "pipe:1"])).stdout
}

/// So many seconds of a tone in the same form, at a steady 32 kbit/s: for a memo that takes its time.
pub(crate) fn hum_webm(folder: &Path, seconds: u32) -> Vec<u8> {
    let file = folder.join("hum.webm");
    let mut ffmpeg = Command::new(program(&["ffmpeg"]));
    ffmpeg.args(["-v", "error", "-f", "lavfi", "-i", &format!("sine=frequency=220:duration={seconds}")]);
    run(ffmpeg.args(["-c:a", "libopus", "-b:a", "32k", "-vbr", "off"]).arg(&file));
    std::fs::read(file).expect("ffmpeg has written it")
}

/// What ffmpeg, which shares no code with any browser's player, finds in a memo.
#[derive(Debug)]
pub(crate) struct Probe {
    /// The name of the audio codec.
    pub(crate) codec: String,
    /// The duration that the container declares, in seconds.
    pub(crate) declared_s: Option<f64>,
    /// The duration of what it decodes to, in seconds.
    pub(crate) decoded_s: f64,
}

/// Probes and decodes a whole memo; fails when ffmpeg finds an error anywhere in it.
pub(crate) fn probe(bytes: &[u8]) -> Probe {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("memo");
    std::fs::write(&file, bytes).expect("a file in it");

    let mut ffprobe = Command::new(program(&["ffprobe"]));
    ffprobe.args(["-v", "error", "-select_streams", "a", "-show_entries", "stream=codec_name:format=duration"]);
    let facts = run(ffprobe.args(["-of", "default=noprint_wrappers=1"]).arg(&file)).stdout;
    let facts = String::from_utf8_lossy(&facts).into_owned();
    let fact = |name: &str| facts.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));

    const RATE_HZ: usize = 8000;
    let mut ffmpeg = Command::new(program(&["ffmpeg"]));
    ffmpeg.args(["-v", "error", "-i"]).arg(&file);
    let decoded = run(ffmpeg.args(["-ac", "1", "-ar", &RATE_HZ.to_string(), "-f", "s16le", "pipe:1"]));
    assert!(decoded.stderr.is_empty(), "ffmpeg complains: {}", String::from_utf8_lossy(&decoded.stderr));

    Probe {
        codec: fact("codec_name").unwrap_or_default().to_owned(),
        declared_s: fact("duration").and_then(|duration| duration.parse().ok()),
        decoded_s: (decoded.stdout.len() / 2) as f64 / RATE_HZ as f64,
    }
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}
