//! Audio for the service worker.
//!
//! The worker answers `/audio/<memo id>` and has no store of its own: it asks a page, with a port for the answer. Bytes that
//! are still arriving are wanted soon and answered when they are verified.

use std::rc::{Rc, Weak};

use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{MessageEvent, MessagePort, ServiceWorkerContainer};

use super::engine::Inner;
use super::service_worker;
use crate::memo::{Memo, MemoId, clean_mime};
use crate::store::StoreError;
use crate::torrent::{Bitfield, Info};
use crate::web::Listener;

/// Bytes of one answer at most, whatever the worker asks for.
const MAX_ANSWER_BYTES: u64 = 256 * 1024;

/// Answers the worker for as long as it lives.
pub(super) struct AudioSource {
    _listener: Listener,
}

/// What the worker asks: bytes of a memo from `start`, counted from the end when negative, up to and without `end`.
struct Question {
    id: MemoId,
    start: f64,
    end: Option<f64>,
}

/// What it gets. An empty `bytes` at the end of the audio means that there is nothing there.
struct Answer {
    total: u64,
    mime: String,
    start: u64,
    bytes: Vec<u8>,
}

impl AudioSource {
    /// Begins to answer. `None` where there are no service workers.
    pub(super) fn start(engine: &Rc<Inner>) -> Option<Self> {
        let workers: ServiceWorkerContainer = service_worker::container()?;
        let engine: Weak<Inner> = Rc::downgrade(engine);
        let listener = Listener::new(&workers, "message", move |event: MessageEvent| {
            let port = event.ports().get(0).dyn_into::<MessagePort>();
            if let (Some(question), Ok(port), Some(engine)) = (Question::of(&event.data()), port, engine.upgrade()) {
                spawn_local(async move {
                    let answer = answer(&engine, question).await.ok().flatten();
                    reply(&port, answer);
                });
            }
        });
        Some(Self { _listener: listener })
    }
}

impl Question {
    fn of(data: &JsValue) -> Option<Self> {
        let field = |name: &str| Reflect::get(data, &name.into()).ok();
        if !data.is_object() || field("type")?.as_string()? != "audio" {
            return None;
        }
        let id = field("id")?.as_string()?.parse().ok()?;
        Some(Self { id, start: field("start")?.as_f64()?, end: field("end")?.as_f64() })
    }
}

async fn answer(engine: &Rc<Inner>, question: Question) -> Result<Option<Answer>, StoreError> {
    loop {
        // Before looking, so that nothing is missed that happens meanwhile.
        let next_piece = engine.next_piece();
        let Some(memo) = engine.store().memo(&question.id).await? else { return Ok(None) };
        let total = memo.size;
        // A negative start counts from the end. Both conversions clip to what a u64 holds.
        let start =
            if question.start < 0.0 { total.saturating_sub(-question.start as u64) } else { question.start as u64 };
        let end =
            question.end.map_or(u64::MAX, |end| end as u64).min(start.saturating_add(MAX_ANSWER_BYTES)).min(total);
        let mime = clean_mime(&memo.mime).unwrap_or_else(|| "application/octet-stream".to_owned());
        let bytes = if start < end {
            match engine.store().read_audio(&memo, start..end).await? {
                Some(bytes) => Some(bytes),
                None => read_beginning(engine, &memo, start, end).await?,
            }
        } else {
            Some(Vec::new())
        };
        if let Some(bytes) = bytes {
            return Ok(Some(Answer { total, mime, start, bytes }));
        }
        match memo.info_hash {
            Some(info_hash) if !memo.complete => engine.want_soon(info_hash, memo.in_records(start..end)),
            // Nothing will ever bring these bytes.
            _ => return Ok(None),
        }
        if next_piece.await.is_err() {
            return Ok(None);
        }
    }
}

/// What is there of a stretch that has not arrived as a whole, if it is there from its first byte on.
async fn read_beginning(engine: &Inner, memo: &Memo, start: u64, end: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(info_hash) = memo.info_hash else { return Ok(None) };
    let Some(row) = engine.store().torrent(info_hash).await? else { return Ok(None) };
    let Some(info) = row.info.as_deref().and_then(|raw| Info::parse(raw).ok()) else { return Ok(None) };
    let Ok(have) = Bitfield::from_bytes(row.have, info.piece_count()) else { return Ok(None) };
    let bytes = memo.in_records(start..end);
    let there = info.pieces_in(bytes.clone()).take_while(|piece| have.get(piece.get()));
    match there.last().map(|piece| info.piece_range(piece).end.min(bytes.end)) {
        Some(end) => engine.store().read_records(&memo.records(), bytes.start..end).await,
        None => Ok(None),
    }
}

fn reply(port: &MessagePort, answer: Option<Answer>) {
    let reply = Object::new();
    // Setting a field of a fresh object cannot fail, and posting fails only to a worker that is gone.
    let set = |name: &str, value: &JsValue| drop(Reflect::set(&reply, &name.into(), value));
    match answer {
        Some(answer) => {
            let bytes = Uint8Array::from(answer.bytes.as_slice());
            set("total", &(answer.total as f64).into());
            set("mime", &answer.mime.into());
            set("start", &(answer.start as f64).into());
            set("bytes", &bytes);
            let _ = port.post_message_with_transferable(&reply, &Array::of1(&bytes.buffer()));
        }
        None => {
            set("missing", &true.into());
            let _ = port.post_message(&reply);
        }
    }
    port.close();
}
