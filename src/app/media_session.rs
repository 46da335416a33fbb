//! The lock screen and the headset: what is playing, and the buttons there.
//!
//! By way of reflection: web-sys counts the Media Session API as unstable, and not every browser has it.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;

use super::AppState;
use super::player::Player;
use crate::memo::LEAP_MS;

/// Says what is playing.
pub(crate) fn describe(app: AppState, player: Player) {
    let Some(memo) = player.memo.get_untracked().and_then(|id| app.memos.find_untracked(&id)) else { return };
    // What the lock screen cannot show it does not show; the sound plays all the same.
    let _ = try_describe(&memo.display_title());
}

fn try_describe(title: &str) -> Result<(), JsValue> {
    let Some(session) = session() else { return Ok(()) };
    let about = Object::new();
    Reflect::set(&about, &"title".into(), &title.into())?;
    Reflect::set(&about, &"artist".into(), &"Voice Memos".into())?;
    let class: Function = Reflect::get(&js_sys::global(), &"MediaMetadata".into())?.dyn_into()?;
    let metadata = Reflect::construct(&class, &Array::of1(&about))?;
    Reflect::set(&session, &"metadata".into(), &metadata).map(drop)
}

/// Says how far it is, which the lock screen shows and lets one change.
pub(crate) fn place(player: Player) {
    let length_ms = player.duration_ms.get_untracked();
    let Some(session) = session().filter(|_| length_ms > 0) else { return };
    // A browser that does not show it does not have the function; then the word is all there is.
    let _ = try_place(&session, player, length_ms);
    let word = if player.playing.get_untracked() { "playing" } else { "paused" };
    let _ = Reflect::set(&session, &"playbackState".into(), &word.into());
}

fn try_place(session: &JsValue, player: Player, length_ms: u64) -> Result<(), JsValue> {
    let place = Object::new();
    let position_ms = player.position_ms.get_untracked().min(length_ms);
    Reflect::set(&place, &"duration".into(), &(length_ms as f64 / 1000.0).into())?;
    Reflect::set(&place, &"position".into(), &(position_ms as f64 / 1000.0).into())?;
    Reflect::set(&place, &"playbackRate".into(), &player.speed.get_untracked().into())?;
    let set: Function = Reflect::get(session, &"setPositionState".into())?.dyn_into()?;
    set.call1(session, &place).map(drop)
}

/// Listens to the buttons for as long as the page lives: called once.
pub(crate) fn listen(app: AppState) {
    let player = app.player;
    on("play", move |_| player.play(app));
    on("pause", move |_| player.pause());
    on("seekbackward", move |_| player.jump(app, -LEAP_MS));
    on("seekforward", move |_| player.jump(app, LEAP_MS));
    on("previoustrack", move |_| player.play_neighbour(app, false));
    on("nexttrack", move |_| player.play_neighbour(app, true));
    on("seekto", move |details| {
        if let Some(seconds) = Reflect::get(&details, &"seekTime".into()).ok().and_then(|time| time.as_f64()) {
            player.seek((seconds * 1000.0) as u64);
        }
    });
}

fn on(action: &str, handle: impl Fn(JsValue) + 'static) {
    let Some(session) = session() else { return };
    let Ok(set_handler) = Reflect::get(&session, &"setActionHandler".into()) else { return };
    let Ok(set_handler) = set_handler.dyn_into::<Function>() else { return };
    let handler = Closure::<dyn Fn(JsValue)>::new(handle).into_js_value();
    // A browser that does not know the action throws, and has no such button.
    let _ = set_handler.call2(&session, &action.into(), &handler);
}

fn session() -> Option<JsValue> {
    Reflect::get(&window().navigator(), &"mediaSession".into()).ok().filter(JsValue::is_object)
}
