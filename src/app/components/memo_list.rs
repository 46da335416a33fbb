//! The list of memos: however many there are, only those near the screen are in the page.
//!
//! Rows are put into the page and taken out of it one by one and never moved, since an element that is moved loses the focus.
//! Where they stand is decided in `memo::layout`.

use std::collections::BTreeMap;
use std::sync::Arc;

use leptos::html::{Div, Ul};
use leptos::prelude::*;
use leptos::task::{spawn_local, tick};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, FocusEvent, FocusOptions, HtmlElement, KeyboardEvent, Node, ResizeObserver};

use super::list_row::ListRow;
use crate::app::selecting::Selecting;
use crate::app::state::use_app;
use crate::memo::{Filter, Layout, Listing, MemoId, Sizes, View, drawn, follow, heir, walk};
use crate::words::words;

/// What a row and a heading measure with the style sheet as it is; they are measured once they are there.
const SIZES: Sizes = Sizes { row_px: 104.0, heading_px: 39.0 };

/// What the record button covers of the lower end.
const COVERED_PX: f64 = 128.0;

/// All that the list goes by.
#[derive(Clone, Copy)]
struct Roll {
    view: Memo<View>,
    listing: Memo<Arc<Listing>>,
    layout: Memo<Layout>,
    sizes: RwSignal<Sizes>,
    /// How far it was scrolled, and how much of it is seen.
    scrolled: RwSignal<f64>,
    height: RwSignal<f64>,
    /// The memo that the keyboard is at, which stays in the page wherever one scrolls.
    focused: RwSignal<Option<MemoId>>,
    scroller: NodeRef<Div>,
    list: NodeRef<Ul>,
    selecting: Selecting,
}

/// The list, and what stands in its place when there is none.
#[component]
pub(crate) fn MemoList(
    view: Memo<View>,
    listing: Memo<Arc<Listing>>,
    selecting: Selecting,
    children: Children,
) -> impl IntoView {
    let app = use_app();
    let sizes = RwSignal::new(SIZES);
    let roll = Roll {
        view,
        listing,
        layout: Memo::new(move |_| listing.with(|listing| Layout::of(listing, sizes.get()))),
        sizes,
        scrolled: RwSignal::new(0.0),
        height: RwSignal::new(0.0),
        focused: RwSignal::new(None),
        scroller: NodeRef::new(),
        list: NodeRef::new(),
        selecting,
    };
    roll.draw_rows();
    roll.watch_size();
    roll.measure_when_needed();
    roll.stay_in_place();
    roll.keep_focus_after_selecting();

    let on_scroll = move |_| {
        if let Some(scroller) = roll.scroller.get_untracked().filter(|scroller| scroller.client_height() > 0) {
            roll.scrolled.set(f64::from(scroller.scroll_top()));
        }
    };
    let on_focus_in = move |event: FocusEvent| {
        let row = event_target::<Element>(&event).closest("li").ok().flatten();
        roll.focused.set(row.and_then(|row| row.get_attribute("data-memo")?.parse().ok()));
    };
    let on_focus_out = move |event: FocusEvent| {
        let to = event.related_target().and_then(|to| to.dyn_into::<Node>().ok());
        // To nowhere: another window may have it, which gives it back.
        if let (Some(to), Some(list)) = (to, roll.list.get_untracked())
            && !list.contains(Some(&to))
        {
            roll.focused.set(None);
        }
    };
    let on_key = move |event: KeyboardEvent| {
        if roll.handle_key(&event) {
            event.prevent_default();
        } else if event.key() == "Delete"
            && selecting.is_on_untracked()
            && view.with_untracked(|view| view.filter != Filter::Bin)
        {
            event.prevent_default();
            app.delete_all(&app.memos.find_all_untracked(&selecting.ids()));
            selecting.end();
        }
    };
    view! {
        <div class="scroll" node_ref=roll.scroller on:scroll=on_scroll>
            <ul
                class="list"
                role="list"
                aria-label=words().library.memos
                node_ref=roll.list
                style:height=move || format!("{}px", roll.layout.with(Layout::height))
                on:focusin=on_focus_in
                on:focusout=on_focus_out
                on:keydown=on_key
            ></ul>
            {children()}
        </div>
    }
}

impl Roll {
    /// Puts into the page what is near the screen, and takes out what no longer is.
    fn draw_rows(self) {
        let window = Memo::new(move |_| {
            // Before its size is known, as much as a large screen shows.
            let height = Some(self.height.get()).filter(|height| *height > 0.0).unwrap_or(900.0);
            self.layout.with(|layout| layout.window(self.scrolled.get(), height))
        });
        let owner = Owner::current().unwrap_or_default();
        let rows = StoredValue::new_local(BTreeMap::<MemoId, ListRow>::new());
        Effect::new(move || {
            let Some(list) = self.list.get() else { return };
            let (listing, window) = (self.listing.get(), window.get());
            let wanted = self.focused.with(|focused| drawn(&listing, window, focused.as_ref()));
            self.layout.with(|layout| {
                rows.update_value(|rows| {
                    rows.retain(|id, _| wanted.iter().any(|&row| listing.ids[row] == *id));
                    let mut next = list.first_element_child();
                    for &at in &wanted {
                        let id = &listing.ids[at];
                        if !rows.contains_key(id) {
                            rows.extend(ListRow::new(&owner, id, self.selecting).map(|row| (id.clone(), row)));
                        }
                        let Some(row) = rows.get(id) else { continue };
                        let element = row.element();
                        if next.as_ref() == Some(element) {
                            next = element.next_element_sibling();
                        } else {
                            // Fails only for a place outside of the list.
                            let _ = list.insert_before(element, next.as_deref());
                        }
                        row.stand(at, layout.top(at), &listing);
                    }
                });
            });
        });
    }

    /// How much is seen of it. A phone hides the library behind a page: when it is back, it stands where it was.
    fn watch_size(self) {
        let resized = Closure::<dyn Fn()>::new(move || {
            let Some(scroller) = self.scroller.get_untracked().filter(|scroller| scroller.client_height() > 0) else {
                return;
            };
            let height = f64::from(scroller.client_height());
            if self.height.get_untracked() != height {
                self.height.set(height);
            }
            self.scroll_to(self.scrolled.get_untracked());
        });
        let Ok(observer) = ResizeObserver::new(resized.as_ref().unchecked_ref()) else { return };
        // The library lives as long as the page does.
        resized.forget();
        Effect::new(move || {
            if let Some(scroller) = self.scroller.get() {
                observer.observe(&scroller);
            }
        });
    }

    /// Rows are measured when they may have become taller: fonts and the bin's buttons are not this file's business. That is done with
    /// the next frame, for which they are laid out anyway: a page that is receiving has no time to do it twice.
    fn measure_when_needed(self) {
        Effect::new(move || {
            self.height.track();
            self.view.with(|view| view.filter);
            self.selecting.is_on();
            self.listing.with(|listing| listing.headings.is_empty());
            request_animation_frame(move || self.measure());
        });
    }

    fn measure(self) {
        let Some(list) = self.list.try_get_untracked().flatten() else { return };
        let height_of = |selector: &str| {
            let element = list.query_selector(selector).ok().flatten()?;
            Some(element.get_bounding_client_rect().height()).filter(|height| *height > 0.0)
        };
        let known = self.sizes.get_untracked();
        let row_px = height_of(".row").unwrap_or(known.row_px);
        let heading_px = height_of(".day").unwrap_or(known.heading_px);
        if (row_px - known.row_px).abs() > 0.1 || (heading_px - known.heading_px).abs() > 0.1 {
            self.sizes.set(Sizes { row_px, heading_px });
        }
    }

    /// Another view begins at its top. In the same view, what is being looked at stays where it is while memos come and go,
    /// and the keyboard goes to what takes the place of a row that goes.
    fn stay_in_place(self) {
        Effect::new(move |before: Option<(View, Arc<Listing>, Layout)>| {
            let now = (self.view.get(), self.listing.get(), self.layout.get());
            let Some(before) = before else { return now };
            if before.0 != now.0 {
                self.scroll_after_drawing(0.0);
                return now;
            }
            let scrolled = self.scrolled.get_untracked();
            let to = follow((&before.1, &before.2), (&now.1, &now.2), scrolled);
            if to != scrolled {
                self.scroll_after_drawing(to);
            }
            if let Some(lost) = self.focused.get_untracked().filter(|id| now.1.row_of(id).is_none()) {
                self.focused.set(heir(&before.1, &now.1, &lost).cloned());
                self.focus_unless_elsewhere();
            }
            now
        });
    }

    /// The check boxes go when selecting ends, and with them the focus that one of them had.
    fn keep_focus_after_selecting(self) {
        Effect::new(move |was_on: Option<bool>| {
            let is_on = self.selecting.is_on();
            if was_on == Some(true) && !is_on {
                self.focus_unless_elsewhere();
            }
            is_on
        });
    }

    /// Whether the key was one of the list's own.
    fn handle_key(self, event: &KeyboardEvent) -> bool {
        let listing = self.listing.get_untracked();
        let Some(here) = self.focused.get_untracked() else { return false };
        let Some(from) = listing.row_of(&here) else { return false };
        let with_control = event.ctrl_key() || event.meta_key();
        let key = event.key();
        if with_control && key.eq_ignore_ascii_case("a") {
            self.selecting.select_all();
            self.focus_after_drawing();
            return true;
        }
        if with_control || event.alt_key() {
            return false;
        }
        let page = self.layout.with_untracked(|layout| layout.rows_in(self.height.get_untracked() - COVERED_PX));
        let Some(to) = walk(&key, from, listing.ids.len(), page) else { return false };
        let there = &listing.ids[to];
        if event.shift_key() {
            self.selecting.extend_from(&here, there);
        }
        self.focused.set(Some(there.clone()));
        let scrolled = self.scrolled.get_untracked();
        let height = self.height.get_untracked();
        self.scroll_after_drawing(self.layout.with_untracked(|layout| layout.reveal(to, scrolled, height, COVERED_PX)));
        self.focus_after_drawing();
        true
    }

    /// The list may be shorter or longer in a moment: then it is scrolled.
    fn scroll_after_drawing(self, to: f64) {
        self.scrolled.set(to);
        spawn_local(async move {
            tick().await;
            self.scroll_to(to);
        });
    }

    #[expect(clippy::cast_possible_truncation, reason = "browsers have no pages of two billion pixels")]
    fn scroll_to(self, to: f64) {
        if let Some(scroller) = self.scroller.try_get_untracked().flatten()
            && (f64::from(scroller.scroll_top()) - to).abs() >= 1.0
        {
            scroller.set_scroll_top(to.round() as i32);
        }
    }

    /// Gives the focus to the row that the keyboard is at, once that is in the page.
    fn focus_after_drawing(self) {
        spawn_local(async move {
            tick().await;
            let Some(id) = self.focused.get_untracked() else { return };
            let Some(list) = self.list.try_get_untracked().flatten() else { return };
            let part = if self.selecting.is_on_untracked() { "input" } else { ".open" };
            let Ok(Some(found)) = list.query_selector(&format!("[data-memo=\"{id}\"] {part}")) else { return };
            let options = FocusOptions::new();
            options.set_prevent_scroll(true);
            // Fails only for an element that is not in the page.
            let _ = found.unchecked_into::<HtmlElement>().focus_with_options(&options);
        });
    }

    fn focus_unless_elsewhere(self) {
        spawn_local(async move {
            tick().await;
            let has_focus = document().active_element().is_some_and(|element| element.tag_name() != "BODY");
            if !has_focus {
                self.focus_after_drawing();
            }
        });
    }
}
