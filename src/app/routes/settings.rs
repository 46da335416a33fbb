//! `/settings`: sound, storage, the network, appearance, who sees what, and what this is.

mod about;
mod appearance;
mod network;
mod privacy;
mod recording;
mod storage;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::app::components::head::Head;
use crate::app::state::use_app;
use crate::store::Usage;
use crate::words::words;
use about::About;
use appearance::Appearance;
use network::Network;
use privacy::Privacy;
use recording::Recording;
use storage::Storage;

/// The page.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let app = use_app();
    let usage = RwSignal::new(Usage::default());
    let is_protected = RwSignal::new(false);
    spawn_local(async move {
        usage.set(app.store().estimate().await);
        is_protected.set(app.store().persisted().await);
    });
    view! {
        <Head />
        <div class="column settings">
            <h1>{words().common.settings}</h1>
            <Recording />
            <Storage usage is_protected />
            <Network />
            <Appearance />
            <Privacy />
            <About usage is_protected />
        </div>
    }
}
