//! Who sees what.

use leptos::prelude::*;

use crate::words::words;

/// What each party can see.
#[component]
pub(super) fn Privacy() -> impl IntoView {
    let page = &words().settings_page;
    let parties = [
        (page.this_device, page.this_device_sees),
        (page.who_has_link, page.who_has_link_sees),
        (page.trackers, page.trackers_see),
        (page.this_site, page.this_site_sees),
        (page.stun_servers, page.stun_servers_see),
    ];
    let rows = parties.map(|(party, sees)| view! { <dt>{party}</dt><dd>{sees}</dd> });
    view! {
        <section>
            <h2>{page.who_sees_what}</h2>
            <div class="group">
                <dl class="says">{rows}</dl>
            </div>
        </section>
    }
}
