//! One memo in the list.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::icon::{Icon, Picture};
use super::wave::Wave;
use crate::app::clock;
use crate::app::state::use_app;
use crate::memo::{Mark, Memo as MemoRow, MemoId, arrived, format_duration};

/// Bars of the small waveform.
const BARS: usize = 90;

/// Its title, when, how long, its waveform and its marks. In the bin, also the two ways out of it.
#[component]
pub(crate) fn Row(
    id: MemoId,
    /// The heading of the group that begins with this memo.
    #[prop(default = None)]
    day: Option<String>,
    /// Tells this list from the library, which may be on the screen too.
    #[prop(optional)]
    list: &'static str,
) -> impl IntoView {
    let app = use_app();
    let path = format!("/memo/{id}");
    let facts = format!("about-{list}{id}");
    let facts_id = facts.clone();
    let row = Memo::new(move |_| app.memos.find(&id));
    let with = move |read: fn(&MemoRow) -> String| move || row.with(|row| row.as_ref().map(read).unwrap_or_default());
    let status = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| row.info_hash)).and_then(|hash| app.status(hash))
    });
    let pathname = use_location().pathname;
    let here = {
        let path = path.clone();
        Memo::new(move |_| pathname.get() == path)
    };

    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.waveform.bars(BARS)).unwrap_or_default()));
    let dark = Memo::new(move |_| {
        if row.with(|row| row.as_ref().is_none_or(|row| row.complete)) {
            return vec![true; BARS];
        }
        let pieces = row.with(|row| row.as_ref().map_or(0..0, MemoRow::own_records));
        status
            .with(|status| status.as_ref().map_or_else(Vec::new, |status| arrived(&status.have, pieces.clone(), BARS)))
    });
    let when = with(|row| clock::local(row.recorded_at_ms).in_short(&clock::today()));
    let length = with(|row| if row.duration_ms > 0 { format_duration(row.duration_ms) } else { String::new() });
    let mark = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| status.with(|status| Mark::of(row, status.as_ref()))))
    });
    let days_left = move || {
        let days = row.with(|row| row.as_ref().and_then(|row| row.bin_days_left(clock::now_ms())))?;
        Some(if days == 1 { "1 day left".to_owned() } else { format!("{days} days left") })
    };
    let favourite = move || row.with(|row| row.as_ref().is_some_and(|row| row.favourite));
    let deleted = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(MemoRow::is_deleted)));

    view! {
        <li>
            {day.map(|day| view! { <h2 class="day">{day}</h2> })}
            <div class="row" class:on=here>
                <a
                    class="open"
                    href=path
                    aria-label=with(MemoRow::display_title)
                    aria-describedby=facts
                    aria-current=move || here.get().then_some("page")
                >
                    <b>{with(MemoRow::display_title)}</b>
                    <span class="len num">{length}</span>
                    <Wave bars dark height=26 />
                    <span class="meta num" id=facts_id>
                        <span>{when}</span>
                        {move || mark.get().map(|mark| {
                            let dot = match mark {
                                Mark::Listening(_) => Some("dot"),
                                Mark::Shared => Some("dot idle"),
                                Mark::Arriving(_) => None,
                            };
                            view! { <span class="mark">{dot.map(|class| view! { <span class=class></span> })}{mark.text()}</span> }
                        })}
                        {move || days_left().map(|text| view! { <span class="mark">{text}</span> })}
                        <Show when=favourite>
                            <span class="mark">
                                <Picture icon=Icon::Star />
                                <span class="hush">"Favourite"</span>
                            </span>
                        </Show>
                    </span>
                </a>
                <Show when=move || deleted.get()>
                    <div class="undo">
                        <button class="pill" on:click=move |_| {
                            if let Some(row) = row.get_untracked() {
                                app.restore(&row.id);
                            }
                        }>"Restore"</button>
                        <button class="pill" on:click=move |_| {
                            if let Some(row) = row.get_untracked() {
                                app.delete_for_good(&row);
                            }
                        }>"Delete for good"</button>
                    </div>
                </Show>
            </div>
        </li>
    }
}
