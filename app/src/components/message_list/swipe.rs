//! On a phone the reader drags the messages aside to see the time of each, or one message the other way to reply to it.

use crate::browser::page;
use leptos::html::Div;
use leptos::prelude::*;
use myna_protocol::Seq;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, TouchEvent};

/// Pixels after which it is clear whether a finger scrolls or drags aside.
const DECIDED: i32 = 8;
/// How far the finger has dragged the messages, for the style sheet, which knows how far they go.
const ASIDE: &str = "--aside";
const DRAGGED: &str = "dragged";
/// How far the finger has pulled one message the other way.
const PULLED: &str = "--pulled";
/// That it is far enough.
const FAR: &str = "data-far";
/// Pixels after which letting go means a reply.
const REPLIES: i32 = 48;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Finger {
    Up,
    /// Down at this place of the window; whether it scrolls or drags is not clear yet.
    Down(i32, i32),
    /// Drags all messages aside from here.
    Drags(i32),
    /// Pulls one message from here, so far by now.
    Pulls(i32, i32),
}

#[derive(Clone, Copy)]
pub(super) struct Swipe {
    scroller: NodeRef<Div>,
    finger: StoredValue<Finger>,
    /// The line of the message that it came down on.
    line: StoredValue<Option<HtmlElement>, LocalStorage>,
}

impl Swipe {
    pub(super) fn new(scroller: NodeRef<Div>) -> Self {
        Self { scroller, finger: StoredValue::new(Finger::Up), line: StoredValue::new_local(None) }
    }

    pub(super) fn began(self, event: &TouchEvent) {
        self.ended();
        if let Some(touch) = event.touches().get(0).filter(|_| event.touches().length() == 1) {
            self.finger.set_value(Finger::Down(touch.client_x(), touch.client_y()));
            let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let line = target.and_then(|target| target.closest(".line[data-seq]:not(.unsent)").ok().flatten());
            self.line.set_value(line.and_then(|line| line.dyn_into().ok()));
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
            let is_back = (x > from_x) != page::is_rtl();
            self.finger.set_value(match (aside > along, is_back) {
                (true, true) => Finger::Pulls(from_x, 0),
                (true, false) => Finger::Drags(from_x),
                (false, _) => Finger::Up,
            });
        }
        let from = match self.finger.get_value() {
            Finger::Drags(from) => from,
            Finger::Pulls(from, _) => {
                let pulled = (if page::is_rtl() { from - x } else { x - from }).max(0);
                self.finger.set_value(Finger::Pulls(from, pulled));
                self.line.with_value(|line| {
                    if let Some(line) = line {
                        let _ = line.style().set_property(PULLED, &format!("{pulled}px"));
                        let _ = line.toggle_attribute_with_force(FAR, pulled >= REPLIES);
                    }
                });
                return;
            }
            Finger::Up | Finger::Down(..) => return,
        };
        let aside = if page::is_rtl() { x - from } else { from - x };
        if let Some(scroller) = self.scroller.get_untracked() {
            let scroller: &HtmlElement = &scroller;
            let _ = scroller.class_list().add_1(DRAGGED);
            let _ = scroller.style().set_property(ASIDE, &format!("{}px", aside.max(0)));
        }
    }

    /// The finger has gone. The place of the message that it has pulled far enough.
    pub(super) fn lifted(self) -> Option<Seq> {
        let line = self.line.try_update_value(|line| line.clone()).flatten();
        let is_far = matches!(self.finger.get_value(), Finger::Pulls(_, pulled) if pulled >= REPLIES);
        self.ended();
        line.filter(|_| is_far)?.get_attribute("data-seq")?.parse().ok()
    }

    pub(super) fn ended(self) {
        if let Some(line) = self.line.try_update_value(Option::take).flatten() {
            let _ = line.style().remove_property(PULLED);
            let _ = line.remove_attribute(FAR);
        }
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
