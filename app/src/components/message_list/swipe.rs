//! On a phone the reader drags the messages aside to see the time of each.

use crate::browser::page;
use leptos::html::Div;
use leptos::prelude::*;
use web_sys::{HtmlElement, TouchEvent};

/// Pixels after which it is clear whether a finger scrolls or drags aside.
const DECIDED: i32 = 8;
/// How far the finger has dragged the messages, for the style sheet, which knows how far they go.
const ASIDE: &str = "--aside";
const DRAGGED: &str = "dragged";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finger {
    Up,
    /// Down at this place of the window; whether it scrolls or drags is not clear yet.
    Down(i32, i32),
    /// Drags aside from here.
    Drags(i32),
}

#[derive(Clone, Copy)]
pub(super) struct Swipe {
    scroller: NodeRef<Div>,
    finger: StoredValue<Finger>,
}

impl Swipe {
    pub(super) fn new(scroller: NodeRef<Div>) -> Self {
        Self { scroller, finger: StoredValue::new(Finger::Up) }
    }

    pub(super) fn began(self, event: &TouchEvent) {
        self.ended();
        if let Some(touch) = event.touches().get(0).filter(|_| event.touches().length() == 1) {
            self.finger.set_value(Finger::Down(touch.client_x(), touch.client_y()));
        }
    }

    pub(super) fn moved(self, event: &TouchEvent) {
        let Some(touch) = event.touches().get(0) else { return };
        let (x, y) = (touch.client_x(), touch.client_y());
        if let Finger::Down(from_x, from_y) = self.finger.get_value() {
            let (aside, along) = ((x - from_x).abs(), (y - from_y).abs());
            if aside.max(along) < DECIDED {
                return;
            }
            self.finger.set_value(if aside > along { Finger::Drags(from_x) } else { Finger::Up });
        }
        let Finger::Drags(from) = self.finger.get_value() else { return };
        let is_mirrored = page::attribute("dir").is_some_and(|dir| dir == "rtl");
        let aside = if is_mirrored { x - from } else { from - x };
        if let Some(scroller) = self.scroller.get_untracked() {
            let scroller: &HtmlElement = &scroller;
            let _ = scroller.class_list().add_1(DRAGGED);
            let _ = scroller.style().set_property(ASIDE, &format!("{}px", aside.max(0)));
        }
    }

    pub(super) fn ended(self) {
        if let Finger::Drags(_) = self.finger.get_value()
            && let Some(scroller) = self.scroller.get_untracked()
        {
            let scroller: &HtmlElement = &scroller;
            let _ = scroller.class_list().remove_1(DRAGGED);
            let _ = scroller.style().remove_property(ASIDE);
        }
        self.finger.set_value(Finger::Up);
    }
}
