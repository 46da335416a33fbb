//! One memo in a list.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use web_sys::{HtmlInputElement, MouseEvent, PointerEvent};

use super::icon::{Icon, Picture};
use super::long_press::LongPress;
use super::wave::Wave;
use crate::app::clock;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::{Mark, Memo as MemoRow, MemoId, arrived};
use crate::words::{format_duration, words};

/// Bars of the small waveform.
const BARS: usize = 90;

/// Its title, when, how long, its waveform and its marks. In the bin, also the two ways out of it.
#[component]
pub(crate) fn Row(
    id: MemoId,
    /// Tells this list from the library, which may be on the screen too.
    #[prop(optional)]
    list: &'static str,
    /// Where memos can be selected, by a long press, with Shift or Ctrl, or while others are.
    #[prop(default = None)]
    selecting: Option<Selecting>,
) -> impl IntoView {
    let app = use_app();
    let path = format!("/memo/{id}");
    let facts = format!("about-{list}{id}");
    let facts_id = facts.clone();
    let id = StoredValue::new(id);
    let row = Memo::new(move |_| id.with_value(|id| app.memos.find(id)));
    let with = move |read: fn(&MemoRow) -> String| move || row.with(|row| row.as_ref().map(read).unwrap_or_default());
    let status = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| row.info_hash)).and_then(|hash| app.status(hash))
    });
    let pathname = use_location().pathname;
    let here = {
        let path = path.clone();
        Memo::new(move |_| pathname.get() == path)
    };
    let is_selecting = move || selecting.is_some_and(Selecting::is_on);
    let is_selected = Memo::new(move |_| selecting.is_some_and(|selecting| id.with_value(|id| selecting.has(id))));

    let bars = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.shape().bars(BARS)).unwrap_or_default()));
    let dark = Memo::new(move |_| {
        if row.with(|row| row.as_ref().is_none_or(|row| row.complete)) {
            return vec![true; BARS];
        }
        let pieces = row.with(|row| row.as_ref().map_or(0..0, MemoRow::own_records));
        status
            .with(|status| status.as_ref().map_or_else(Vec::new, |status| arrived(&status.have, pieces.clone(), BARS)))
    });
    let when = with(|row| clock::local(row.begins_at_ms()).in_short(&clock::today()));
    let length = with(|row| if row.length_ms() > 0 { format_duration(row.length_ms()) } else { String::new() });
    let mark = Memo::new(move |_| {
        row.with(|row| row.as_ref().and_then(|row| status.with(|status| Mark::of(row, status.as_ref()))))
    });
    let days_left = move || {
        let days = row.with(|row| row.as_ref().and_then(|row| row.bin_days_left(clock::now_ms())))?;
        Some(words().library.days_left.of(days as usize))
    };
    let tags = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.tags.in_short()).unwrap_or_default()));
    let favourite = move || row.with(|row| row.as_ref().is_some_and(|row| row.favourite));
    let deleted = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(MemoRow::is_deleted)));

    let press = LongPress::default();
    let follow_or_select = move |event: MouseEvent| {
        let Some(selecting) = selecting else { return };
        if press.was_long() {
            // It has selected the row already.
        } else if event.shift_key() {
            id.with_value(|id| selecting.extend(id));
        } else if event.ctrl_key() || event.meta_key() || selecting.is_on_untracked() {
            id.with_value(|id| selecting.toggle(id));
        } else {
            return;
        }
        event.prevent_default();
    };
    let press_down = move |event: PointerEvent| {
        if let Some(selecting) = selecting {
            press.begin(&event, move || id.with_value(|id| selecting.toggle(id)));
        }
    };

    view! {
        <div
            class="row"
            class:on=move || here.get() && !is_selecting()
            class:picked=is_selected
            on:pointerdown=press_down
            on:pointermove=move |event| press.handle_move(&event)
            on:pointerup=move |_| press.end()
            on:pointercancel=move |_| press.end()
            on:contextmenu=move |event| press.handle_menu(&event)
        >
            {selecting.map(|selecting| view! {
                <Show when=is_selecting>
                    <CheckBox id selecting name=Signal::derive(with(MemoRow::display_title)) is_selected />
                </Show>
            })}
            <div class="face">
                // All of the row follows it; it is named by what stands in it.
                <a
                    class="open"
                    href=path
                    draggable="false"
                    tabindex=move || is_selecting().then_some("-1")
                    aria-label=with(MemoRow::display_title)
                    aria-describedby=facts
                    aria-current=move || here.get().then_some("page")
                    on:click=follow_or_select
                >
                    <b>{with(MemoRow::display_title)}</b>
                </a>
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
                            <span class="hush">{words().common.favourite}</span>
                        </span>
                    </Show>
                    // In the bin there is room for the days that are left, and not for more.
                    <Show when=move || !deleted.get() && !tags.with(String::is_empty)>
                        <span class="under">{move || tags.get()}</span>
                    </Show>
                </span>
            </div>
            <Show when=move || deleted.get()>
                <div class="undo">
                    <button class="pill" on:click=move |_| {
                        if let Some(row) = row.get_untracked() {
                            app.restore(&row.id);
                        }
                    }>{words().common.restore}</button>
                    <button class="pill" on:click=move |_| {
                        if let Some(row) = row.get_untracked() {
                            app.delete_for_good(&row);
                        }
                    }>{words().common.delete_for_good}</button>
                </div>
            </Show>
        </div>
    }
}

/// Stands before the row while memos are selected.
#[component]
fn CheckBox(
    id: StoredValue<MemoId>,
    selecting: Selecting,
    name: Signal<String>,
    is_selected: Memo<bool>,
) -> impl IntoView {
    let press = move |event: MouseEvent| {
        id.with_value(|id| if event.shift_key() { selecting.extend(id) } else { selecting.toggle(id) });
    };
    // With Shift, a selected memo stays selected; the browser has unchecked its box by itself.
    let show_again = move |event| {
        event_target::<HtmlInputElement>(&event).set_checked(id.with_value(|id| selecting.has_untracked(id)));
    };
    view! {
        <label class="pick">
            <input
                type="checkbox"
                aria-label=name
                prop:checked=is_selected
                on:click=press
                on:change=show_again
            />
            <Picture icon=Icon::Check />
        </label>
    }
}
