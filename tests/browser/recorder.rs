//! What the recorder promises, with the browser's fake microphone: it beeps once a second.

use std::cell::RefCell;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Array, Promise, Uint8Array};
use voice_memos::memo::{Memo, Origin};
use voice_memos::recorder::{
    FinishError, MicrophoneError, Processing, Recorder, RecorderEvent, RecorderOptions, RecorderState, recovery,
};
use voice_memos::store::{Chunk, Store, Take, TakeId};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Blob, HtmlAudioElement, Url};

use crate::store::fresh_store;
use crate::tamper::{Tampered, fail_requests, replace};

struct Recording {
    store: Store,
    recorder: Recorder,
    events: UnboundedReceiver<RecorderEvent>,
}

impl Recording {
    async fn start() -> Self {
        Self::try_start().await.expect("a recording")
    }

    async fn try_start() -> Result<Self, MicrophoneError> {
        let store = fresh_store().await;
        let options = RecorderOptions { device_id: None, bits_per_second: 32_000, processing: Processing::Voice };
        let (sender, events) = unbounded();
        let recorder = Recorder::start(store.clone(), options, "Tuesday morning, 07:31".to_owned(), move |event| {
            // Nobody listens any more when the test is over.
            let _ = sender.unbounded_send(event);
        });
        Ok(Self { recorder: recorder.await?, store, events })
    }

    /// Listens until an event is as wanted.
    async fn until(&mut self, wanted: impl Fn(&RecorderEvent) -> bool) {
        while !wanted(&self.events.next().await.expect("another event")) {}
    }

    async fn until_saved(&mut self, at_least_ms: u64) {
        self.until(|event| matches!(event, RecorderEvent::Saved { until_ms } if *until_ms >= at_least_ms)).await;
    }
}

/// The length that a player shows.
async fn played_duration_s(url: &str) -> f64 {
    let player = HtmlAudioElement::new_with_src(url).expect("a player");
    let loaded = Promise::new(&mut |resolve, reject| {
        player.set_onloadedmetadata(Some(&resolve));
        player.set_onerror(Some(&reject));
    });
    player.load();
    JsFuture::from(loaded).await.expect("a player reads it");
    player.duration()
}

async fn check_plays(store: &Store, memo: &Memo) {
    let bytes = store.read_audio(memo, 0..memo.size).await.expect("read").expect("all bytes are there");
    assert_eq!(bytes.len() as u64, memo.size);
    let parts = Array::of1(&Uint8Array::from(bytes.as_slice()));
    let blob = Blob::new_with_u8_array_sequence(&parts).expect("a blob");
    let url = Url::create_object_url_with_blob(&blob).expect("a URL");
    let played_ms = played_duration_s(&url).await * 1000.0;
    let expected_ms = memo.duration_ms as f64;
    assert!((played_ms - expected_ms).abs() < 20.0, "a player shows {played_ms} ms, the memo says {expected_ms} ms");
}

#[wasm_bindgen_test]
async fn a_take_with_a_pause_becomes_a_memo_of_the_right_length() {
    let mut recording = Recording::start().await;
    assert_eq!(recording.recorder.state(), RecorderState::Recording);
    recording.until(|event| matches!(event, RecorderEvent::Peak(peak) if *peak > 0)).await;
    recording.until_saved(1000).await;

    recording.recorder.pause();
    assert_eq!(recording.recorder.state(), RecorderState::Paused);
    let before_pause_ms = recording.recorder.elapsed_ms();
    TimeoutFuture::new(1500).await;
    assert_eq!(recording.recorder.elapsed_ms(), before_pause_ms, "a pause takes no time");
    recording.recorder.resume();
    recording.until_saved(before_pause_ms + 1000).await;

    let Recording { store, recorder, .. } = recording;
    let take = recorder.take().clone();
    let elapsed_ms = recorder.elapsed_ms();
    let memo = recorder.stop(|_| {}).await.expect("a memo");
    assert_eq!(memo.title, "Tuesday morning, 07:31");
    assert_eq!(memo.origin, Origin::Recorded);
    assert_eq!((&memo.id, memo.recorded_at_ms), (take.id.memo_id(), take.started_at_ms));
    assert!(memo.complete && memo.mime.starts_with("audio/"), "{memo:?}");
    assert!(memo.waveform.as_bytes().iter().any(|peak| *peak > 0), "the waveform shows the beeps");
    assert!(
        memo.duration_ms.abs_diff(elapsed_ms) < 500,
        "{} ms of sound in {elapsed_ms} ms without the pause",
        memo.duration_ms
    );
    check_plays(&store, &memo).await;
    assert_eq!(store.memos().await, Ok(vec![memo]), "it is in the library");
    assert_eq!(store.takes().await, Ok(Vec::new()), "and no take is left");
}

#[wasm_bindgen_test]
async fn a_take_that_was_cut_off_is_offered_and_plays() {
    let heard = listen_in();
    let mut recording = Recording::start().await;
    recording.until_saved(1000).await;
    let Recording { store, recorder, events } = recording;
    assert_eq!(recovery::unfinished(&store).await, Ok(Vec::new()), "a living take is offered to nobody");

    drop(recorder);
    drop(events);
    assert_eq!(heard.track_state(), "ended", "the microphone is free");
    let take = loop {
        // The lock goes when the last slice is stored.
        if let Some(take) = recovery::unfinished(&store).await.expect("read").pop() {
            break take;
        }
        TimeoutFuture::new(10).await;
    };
    let preview = recovery::preview(&store, &take).await.expect("a preview");
    played_duration_s(preview.as_str()).await;
    let memo = recovery::finish(&store, &take, |_| {}).await.expect("a memo");
    assert_eq!(memo.title, take.title);
    assert!(memo.duration_ms >= 800, "a second was saved, {} ms came back", memo.duration_ms);
    check_plays(&store, &memo).await;
    assert_eq!(recovery::unfinished(&store).await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn a_discarded_take_leaves_nothing() {
    let mut recording = Recording::start().await;
    recording.until_saved(0).await;
    let Recording { store, recorder, .. } = recording;
    let id = recorder.take().id.clone();
    recorder.discard().await.expect("discarded");
    assert_eq!(store.takes().await, Ok(Vec::new()));
    assert_eq!(store.chunks(&id, 0, 100).await, Ok(Vec::new()));
    assert_eq!(store.memos().await, Ok(Vec::new()));
}

#[wasm_bindgen_test]
async fn a_take_without_sound_is_not_offered() {
    let store = fresh_store().await;
    let take = |id: &str| Take {
        id: TakeId::new(id.parse().expect("an id")),
        title: String::new(),
        mime: "audio/webm;codecs=opus".to_owned(),
        started_at_ms: 1,
        markers_ms: Vec::new(),
    };
    store.begin_take(&take("t-1")).await.expect("stored");
    assert_eq!(recovery::unfinished(&store).await, Ok(Vec::new()));
    assert_eq!(store.takes().await, Ok(Vec::new()), "and is gone");
    assert_eq!(recovery::finish(&store, &take("t-1"), |_| {}).await, Err(FinishError::Empty));
}

#[wasm_bindgen_test]
async fn what_cannot_be_mended_is_kept_as_it_is() {
    let store = fresh_store().await;
    for mime in ["audio/mp4", "audio/webm;codecs=opus"] {
        let id = TakeId::new(format!("t-{}", mime.len()).parse().expect("an id"));
        let take = Take { id, title: String::new(), mime: mime.to_owned(), started_at_ms: 1, markers_ms: Vec::new() };
        store.begin_take(&take).await.expect("stored");
        let bytes: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        for (n, part) in (0..).zip(bytes.chunks(999)) {
            let until_ms = u64::from(n) * 10;
            let chunk = Chunk { n, bytes: part.to_vec(), peaks: vec![3], until_ms };
            store.append_chunk(&take.id, chunk).await.expect("stored");
        }
        let told = RefCell::new(Vec::new());
        let memo = recovery::finish(&store, &take, |percent| told.borrow_mut().push(percent)).await.expect("a memo");
        assert!(told.borrow().is_sorted() && told.borrow().last() == Some(&100), "{mime}: {told:?}");
        assert_eq!(memo.duration_ms, 1000, "the length that the slices say");
        assert_eq!(store.read_audio(&memo, 0..memo.size).await, Ok(Some(bytes)), "{mime}");
    }
}

#[wasm_bindgen_test]
async fn a_full_disk_ends_the_take_and_keeps_it() {
    let mut recording = Recording::start().await;
    recording.until_saved(1000).await;
    let full = fail_requests("chunks", "put", "QuotaExceededError");
    recording.until(|event| *event == RecorderEvent::Full).await;
    recording.until(|event| *event == RecorderEvent::Stopped).await;
    drop(full);
    let Recording { store, recorder, .. } = recording;
    let memo = recorder.stop(|_| {}).await.expect("what was saved");
    check_plays(&store, &memo).await;
}

#[wasm_bindgen_test]
async fn an_unplugged_microphone_ends_the_take_and_says_so() {
    let heard = listen_in();
    let mut recording = Recording::start().await;
    recording.until_saved(1000).await;
    heard.unplug();
    recording
        .until(|event| matches!(event, RecorderEvent::Interrupted(why) if why.contains("microphone") && why.contains("safe")))
        .await;
    recording.until(|event| *event == RecorderEvent::Stopped).await;
    assert_eq!(recording.recorder.state(), RecorderState::Stopped);
    let Recording { store, recorder, .. } = recording;
    let memo = recorder.stop(|_| {}).await.expect("what was said until then");
    check_plays(&store, &memo).await;
}

#[wasm_bindgen_test]
async fn digital_silence_is_noticed_and_its_end_too() {
    let _mixer = replace(
        "navigator.mediaDevices",
        "getUserMedia",
        "async () => {
            globalThis.mixer = new AudioContext();
            globalThis.output = mixer.createMediaStreamDestination();
            return output.stream;
        }",
    );
    let mut recording = Recording::start().await;
    recording.until(|event| *event == RecorderEvent::Silence(true)).await;
    js_sys::eval("{ const tone = mixer.createOscillator(); tone.connect(output); tone.start(); }").expect("a tone");
    recording.until(|event| *event == RecorderEvent::Silence(false)).await;
    recording.recorder.discard().await.expect("discarded");
    js_sys::eval("mixer.close()").expect("closed");
}

#[wasm_bindgen_test]
async fn a_recorder_that_gives_nothing_raises_the_alarm() {
    // A recorder whose slices are all empty.
    let _stalled = replace("MediaRecorder.prototype", "start", "function () { return original.call(this); }");
    let mut recording = Recording::start().await;
    recording.until(|event| *event == RecorderEvent::Alarm).await;
    recording.recorder.discard().await.expect("discarded");
}

#[wasm_bindgen_test]
async fn a_refused_microphone_is_a_sentence_that_says_what_to_do() {
    let cases = [
        ("NotAllowedError", MicrophoneError::Denied, "Allow"),
        ("NotFoundError", MicrophoneError::Missing, "Connect"),
        ("NotReadableError", MicrophoneError::Busy, "Close"),
        ("NotSupportedError", MicrophoneError::Unsupported, "Open"),
    ];
    for (thrown, expected, what_to_do) in cases {
        let refuses = format!("() => Promise.reject(new DOMException('on purpose', '{thrown}'))");
        let refused = replace("navigator.mediaDevices", "getUserMedia", &refuses);
        let error = Recording::try_start().await.err().expect("no recording");
        assert_eq!(error, expected);
        let sentence = error.to_string();
        assert!(sentence.contains("microphone") && sentence.contains(what_to_do), "{sentence}");
        drop(refused);
    }
    let retried = Recording::start().await;
    retried.recorder.discard().await.expect("a second attempt works");
}

/// Keeps the stream of the next recording where the test can reach it.
struct Heard(#[expect(dead_code, reason = "undone when dropped")] Tampered);

fn listen_in() -> Heard {
    Heard(replace(
        "navigator.mediaDevices",
        "getUserMedia",
        "async function (wanted) { return globalThis.heard = await original.call(this, wanted); }",
    ))
}

impl Heard {
    fn track_state(&self) -> String {
        js_sys::eval("heard.getTracks()[0].readyState").ok().and_then(|state| state.as_string()).unwrap_or_default()
    }

    /// The browser tells of a lost device with `ended`; a test can only stop the track, which tells nobody but the recorder.
    fn unplug(&self) {
        js_sys::eval("{ const track = heard.getTracks()[0]; track.dispatchEvent(new Event('ended')); track.stop(); }")
            .expect("a track");
    }
}
