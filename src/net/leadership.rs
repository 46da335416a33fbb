//! One engine per device: who holds the Web Lock leads.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

/// The name of the lock.
const LOCK: &str = "engine";

/// A claim to lead, granted or still waiting. Dropping it withdraws it, and another tab takes over.
pub(super) struct Leadership(Rc<RefCell<State>>);

enum State {
    Waiting,
    /// Calling this gives the lock back.
    Leading(Option<Function>),
    Withdrawn,
}

impl Leadership {
    /// Waits in line for the lock, and calls `on_lead` once it is held: at once where no other tab has it, or where the browser
    /// has no Web Locks.
    pub(super) fn claim(on_lead: impl FnOnce() + 'static) -> Self {
        let state = Rc::new(RefCell::new(State::Waiting));
        let lead = Rc::new(RefCell::new(Some(on_lead)));
        // Freed by its one call. It must outlive a withdrawn claim, as the browser calls it even so.
        let granted = Closure::once_into_js({
            let (state, lead) = (state.clone(), lead.clone());
            move |_lock: JsValue| Promise::new(&mut |release: Function, _| grant(&state, &lead, Some(release)))
        });
        let request = request_lock(granted.unchecked_ref());
        let claim = state.clone();
        // Later even without a lock: the caller does not hold the claim yet.
        spawn_local(async move {
            let refused = match request {
                Some(request) => JsFuture::from(request).await.is_err(),
                None => true,
            };
            // Where a browser forbids storage there is nobody to take turns with.
            if refused {
                grant(&claim, &lead, None);
            }
        });
        Self(state)
    }
}

impl Drop for Leadership {
    fn drop(&mut self) {
        if let State::Leading(Some(release)) = self.0.replace(State::Withdrawn) {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

fn grant(state: &RefCell<State>, lead: &RefCell<Option<impl FnOnce()>>, release: Option<Function>) {
    if let State::Withdrawn = *state.borrow() {
        if let Some(release) = release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
        return;
    }
    state.replace(State::Leading(release));
    let lead = lead.take();
    if let Some(lead) = lead {
        lead();
    }
}

/// `navigator.locks.request(LOCK, granted)`. `None` where there are no Web Locks: on pages that are neither https nor localhost.
/// By name, since web-sys has them among its unstable APIs only.
fn request_lock(granted: &Function) -> Option<Promise> {
    let navigator = web_sys::window()?.navigator();
    let locks = Reflect::get(&navigator, &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    request.call2(&locks, &LOCK.into(), granted).ok()?.dyn_into().ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use futures::channel::oneshot;
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::*;

    #[wasm_bindgen_test]
    async fn the_next_in_line_leads_when_the_leader_steps_back() {
        let (granted, first_leads) = oneshot::channel();
        let first = Leadership::claim(move || granted.send(()).expect("the test waits"));
        first_leads.await.expect("nobody else leads");

        let second_granted = Rc::new(Cell::new(false));
        let withdrawn = Leadership::claim({
            let second_granted = second_granted.clone();
            move || second_granted.set(true)
        });
        let (granted, third_leads) = oneshot::channel();
        let _third = Leadership::claim(move || granted.send(()).expect("the test waits"));
        drop(withdrawn);
        drop(first);
        third_leads.await.expect("the lock is free");
        assert!(!second_granted.get(), "a withdrawn claim is passed over");
    }
}
