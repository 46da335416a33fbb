//! A row of the list while it is in the page. Dropping it takes it out.

use std::any::Any;

use leptos::mount::mount_to;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::row::Row;
use crate::app::selecting::Selecting;
use crate::memo::{Listing, MemoId};

/// The element, and the memo in it.
pub(super) struct ListRow {
    element: HtmlElement,
    heading: ArcRwSignal<Option<String>>,
    _view: Box<dyn Any>,
}

impl ListRow {
    /// `None` only in a browser without lists.
    pub(super) fn new(owner: &Owner, id: &MemoId, selecting: Selecting) -> Option<Self> {
        let element: HtmlElement = document().create_element("li").ok()?.unchecked_into();
        let heading = ArcRwSignal::new(None::<String>);
        // Fails only for names that are none.
        let _ = element.set_attribute("data-memo", id.as_str());
        let view = owner.with(|| {
            let (parent, id, heading) = (element.clone(), id.clone(), heading.clone());
            untrack(|| {
                mount_to(parent, move || {
                    view! {
                        {move || heading.get().map(|text| view! { <h2 class="day">{text}</h2> })}
                        <Row id selecting=Some(selecting) />
                    }
                    .into_any()
                })
            })
        });
        Some(Self { element, heading, _view: Box::new(view) })
    }

    pub(super) fn element(&self) -> &Element {
        &self.element
    }

    /// Puts it where it belongs, and tells screen readers which of how many it is.
    pub(super) fn stand(&self, row: usize, top: f64, listing: &Listing) {
        // None of these fails for plain values.
        let _ = self.element.style().set_property("top", &format!("{top}px"));
        let _ = self.element.set_attribute("aria-posinset", &(row + 1).to_string());
        let _ = self.element.set_attribute("aria-setsize", &listing.ids.len().to_string());
        let heading = listing.heading_of(row);
        if self.heading.with_untracked(|shown| shown.as_deref() != heading) {
            self.heading.set(heading.map(str::to_owned));
        }
    }
}

impl Drop for ListRow {
    fn drop(&mut self) {
        self.element.remove();
    }
}
