//! Listening: markers, parts that are repeated, one memo after the other, and the keys for all of it.

use crate::browser::Browser::{self, Chromium};
use crate::device::Device;
use crate::memo::PLAY_LIMIT;
use crate::speech::speak_for;
use crate::stage::journey;
use serde_json::json;
use thirtyfour::{By, Key};

impl Device {
    /// Presses keys where the focus is.
    async fn type_keys(&self, keys: impl Into<thirtyfour::TypingData>) {
        let session = self.session().await;
        let focused = session.driver.active_element().await.expect("something has the focus");
        focused.send_keys(keys).await.expect("keys can be pressed");
    }

    /// Takes the focus from whatever has it, as a click on the page does.
    async fn rests(&self) {
        self.eval("document.activeElement.blur()", vec![]).await;
        let session = self.session().await;
        session.driver.find(By::Tag("body")).await.expect("a page");
    }

    async fn focus_is_on(&self, name: &str) {
        let script = "return (document.activeElement.ariaLabel ?? '') === arguments[0] || null";
        let there = async || self.eval(script, vec![json!(name)]).await.as_bool();
        self.wait_for(&format!("the focus is on {name}"), PLAY_LIMIT, there).await;
    }

    /// Plays the memo whose page is open to its end. Returns the first and the last second of the sound that were heard.
    pub(crate) async fn plays_to_its_end(&self) -> (f64, f64) {
        let listen = "
            const audio = document.querySelector('audio');
            window.heard = [];
            audio.addEventListener('timeupdate', () => audio.paused || window.heard.push(audio.currentTime));";
        self.eval(listen, vec![]).await;
        self.press("Play").await;
        self.sees("button", "Pause").await;
        self.sees("button", "Play").await;
        let heard = self.eval("return [Math.min(...window.heard), Math.max(...window.heard)]", vec![]).await;
        let moment = |at: usize| heard[at].as_f64().expect("something was heard");
        (moment(0), moment(1))
    }

    async fn has_marked(&self, moment: &str) {
        let marked = async || (self.sees("list", "Markers").await.text().await.ok()?.trim() == moment).then_some(());
        self.wait_for(&format!("{moment} is marked"), PLAY_LIMIT, marked).await;
    }

    async fn sound_is_at(&self, what: &str, wanted: impl Fn(f64) -> bool) {
        let script = "return document.querySelector('audio').currentTime";
        let there = async || self.eval(script, vec![]).await.as_f64().filter(|seconds| wanted(*seconds)).map(drop);
        self.wait_for(what, PLAY_LIMIT, there).await;
    }
}

in_each_browser!(keys_play_mark_search_rename_and_delete);
fn keys_play_mark_search_rename_and_delete(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let path = device.records("Keys", 3.0).await;
        device.open(&path).await;
        device.sees("button", "Play").await;
        device.rests().await;

        device.type_keys("?").await;
        device.sees("dialog", "Keyboard shortcuts").await;
        device.type_keys(Key::Escape + "").await;
        device.no_longer_sees("dialog", "Keyboard shortcuts").await;

        device.rests().await;
        device.type_keys(" ").await;
        device.plays().await;
        device.type_keys(" ").await;
        device.sees("button", "Play").await;
        device.type_keys("l").await;
        device.sound_is_at("L goes to the end of three seconds", |seconds| seconds > 2.5).await;
        device.type_keys("j").await;
        device.sound_is_at("J goes back to the beginning", |seconds| seconds == 0.0).await;
        device.type_keys("m").await;
        device.sees("button", "Go to marker at 0:00").await;
        device.press("Remove marker at 0:00").await;
        device.no_longer_sees("list", "Markers").await;

        device.rests().await;
        device.type_keys(Key::F2 + "").await;
        device.focus_is_on("Title").await;
        device.type_keys("m r ? l").await;
        device.reads_as("textbox", "Title", "m r ? l").await;
        device.rests().await;
        device.type_keys("/").await;
        device.focus_is_on("Search memos").await;

        device.open(&path).await;
        device.sees("button", "Play").await;
        device.rests().await;
        device.type_keys(Key::Delete + "").await;
        device.press("Undo").await;
        assert_eq!(device.library().await, ["m r ? l"]);
    });
}

in_each_browser!(a_part_is_repeated_until_it_is_enough);
fn a_part_is_repeated_until_it_is_enough(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let path = device.records("Again and again", 3.0).await;
        device.open(&path).await;
        device.press("Repeat from here").await;
        device.press("Forward 10 seconds").await;
        device.press("Repeat until here").await;
        device.sees("button", "Stop repeating").await;
        device.press("Play").await;
        device.sound_is_at("it plays to the end", |seconds| seconds > 2.0).await;
        device.sound_is_at("and begins again", |seconds| seconds > 0.1 && seconds < 1.5).await;
        device.sees("button", "Pause").await;
        device.press("Stop repeating").await;
        device.sees("button", "Play").await;
    });
}

in_each_browser!(a_trimmed_memo_is_its_part);
fn a_trimmed_memo_is_its_part(browser: Browser) {
    journey(async |stage| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let device = stage.device(browser).await;
        device.imports_file(&speak_for(10, folder.path(), "Interview.wav")).await;
        device.has_heard(1).await;
        device.trims(30, 40).await;
        device.reload().await;
        device.says("Trimmed: 0:03 to 0:06 of 0:10", PLAY_LIMIT).await;
        device.is_so_long("it is three seconds long", |length| (2_900..3_400).contains(&length)).await;

        let (first, last) = device.plays_to_its_end().await;
        assert!((2.9..6.5).contains(&first) && (3.2..6.5).contains(&last), "{first} s to {last} s were heard");
        device.sound_is_at("it is at its beginning again", |seconds| (2.9..3.1).contains(&seconds)).await;

        // What is marked in the part is where it sounds in the whole.
        device.press("Mark").await;
        device.has_marked("0:00").await;
        device.press("Forward 10 seconds").await;
        device.sound_is_at("there is nothing beyond its end", |seconds| (5.9..6.4).contains(&seconds)).await;
        device.press("Show all of it").await;
        device.is_so_long("it is ten seconds long again", |length| length > 9_900).await;
        device.has_marked("0:03").await;
        device.press("Undo").await;
        device.is_so_long("it is three seconds long again", |length| (2_900..3_400).contains(&length)).await;
        assert!(device.text().await.contains("Trimmed: 0:03 to 0:06 of 0:10"));
    });
}

in_each_browser!(the_next_memo_follows_when_that_is_wanted);
fn the_next_memo_follows_when_that_is_wanted(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let older = device.records("The older one", 2.0).await;
        let newer = device.records("The newer one", 2.0).await;
        device.open(&newer).await;
        device.press("Play next").await;
        device.press("Play").await;
        device.arrives_at(&older, PLAY_LIMIT).await;
        device.plays().await;
        // There is none after it.
        device.sees("button", "Play").await;
        assert_eq!(device.path().await, older);
    });
}

/// A WAV file: a second of sound, eight of silence, a second of sound.
fn sound_with_a_pause() -> Vec<u8> {
    const RATE_HZ: u32 = 8_000;
    let sample = |n: u32| -> i16 {
        let is_pause = (RATE_HZ..9 * RATE_HZ).contains(&n);
        if is_pause { 0 } else { [9_000, -9_000][(n / 10 % 2) as usize] }
    };
    let samples: Vec<u8> = (0..10 * RATE_HZ).flat_map(|n| sample(n).to_le_bytes()).collect();
    let mut wav = b"RIFF".to_vec();
    wav.extend((36 + samples.len() as u32).to_le_bytes());
    wav.extend(b"WAVEfmt ");
    wav.extend(
        [16_u32.to_le_bytes(), [1, 0, 1, 0], RATE_HZ.to_le_bytes(), (2 * RATE_HZ).to_le_bytes(), [2, 0, 16, 0]]
            .concat(),
    );
    wav.extend(b"data");
    wav.extend((samples.len() as u32).to_le_bytes());
    wav.extend(samples);
    wav
}

/// Firefox lets no page hear what plays on a machine that has nothing to play sound with.
#[test]
fn silence_can_be_skipped() {
    journey(async |stage| {
        let device = stage.device(Chromium).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("A long pause.wav");
        std::fs::write(&file, sound_with_a_pause()).expect("a file");
        device.imports_file(&file).await;
        device.press("Skip silence").await;
        device.press("Play").await;
        let fast = async || {
            let rate = device.eval("return document.querySelector('audio').playbackRate", vec![]).await;
            rate.as_f64().filter(|rate| *rate > 2.0).map(drop)
        };
        device.wait_for("a pause is played fast", PLAY_LIMIT, fast).await;
        device.sees("button", "Play").await;
        device.reload().await;
        let still = "return document.querySelector('.listening [aria-pressed=true]')?.innerText";
        let kept = async || device.eval(still, vec![]).await.as_str().filter(|text| *text == "Skip silence").map(drop);
        device.wait_for("the choice is kept", PLAY_LIMIT, kept).await;
    });
}

in_each_browser!(where_silence_cannot_be_heard_that_is_said);
fn where_silence_cannot_be_heard_that_is_said(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        device.imports_file(&speak_for(5, folder.path(), "Interview.wav")).await;
        device.eval("AudioContext.prototype.resume = () => new Promise(() => {})", vec![]).await;
        device.press("Skip silence").await;
        device.press("Play").await;
        device.says("does not let the app hear where the silence is", PLAY_LIMIT).await;
        device.plays().await;
    });
}

in_each_browser!(the_place_where_listening_stopped_is_kept);
fn the_place_where_listening_stopped_is_kept(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        let folder = tempfile::tempdir().expect("a temporary folder");
        device.imports_file(&speak_for(6, folder.path(), "Interview.wav")).await;
        device.press("Play").await;
        device.sound_is_at("somebody listens", |seconds| seconds > 1.0).await;
        device.press("Pause").await;
        device.sees("button", "Play").await;
        let kept = async || device.stored("memos", "positionMs").await[0].as_u64().filter(|place_ms| *place_ms > 1_000);
        let place_ms = device.wait_for("the place is stored", PLAY_LIMIT, kept).await;

        device.open("/").await;
        // Browsers may tell the time before they tell that they know the sound.
        let tell_early = "document.addEventListener('loadedmetadata', ({ target }) => {
            target.dispatchEvent(new Event('timeupdate'));
            window.told = true;
        }, true)";
        device.eval(tell_early, vec![]).await;
        device.follow("Interview").await;
        let told = async || device.eval("return window.told", vec![]).await.as_bool();
        device.wait_for("the sound is known", PLAY_LIMIT, told).await;
        device.sound_is_at("it goes on there", |seconds| seconds * 1000.0 >= place_ms as f64 - 100.0).await;
        let slider = device.sees("slider", "Position").await.prop("value").await.expect("a slider");
        assert_eq!(slider, Some(place_ms.to_string()));
    });
}

in_each_browser!(who_goes_to_the_end_by_hand_stays_there);
fn who_goes_to_the_end_by_hand_stays_there(browser: Browser) {
    journey(async |stage| {
        let device = stage.device(browser).await;
        device.records("The older one", 2.0).await;
        let newer = device.records("The newer one", 2.0).await;
        device.open(&newer).await;
        device.press("Play next").await;
        device.press("Forward 10 seconds").await;
        device.sound_is_at("its end", |seconds| seconds > 1.9).await;
        // Firefox tells of such an end now and then.
        device.eval("document.querySelector('audio').dispatchEvent(new Event('ended'))", vec![]).await;
        let slider = device.sees("slider", "Position").await;
        let value = slider.prop("value").await.expect("a slider").and_then(|value| value.parse::<u64>().ok());
        assert!(value > Some(1_900), "it went to {value:?}");
        assert_eq!(device.path().await, newer, "the next memo followed one that nobody listened to");
        device.press("Play").await;
        device.sound_is_at("it begins anew", |seconds| seconds > 0.1 && seconds < 1.5).await;
    });
}
