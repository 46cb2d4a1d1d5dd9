//! A finger that stays on a message asks for its menu, on devices whose browsers don't say so themselves.

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, MouseEventInit, TouchEvent};

/// A little longer than browsers wait that do: theirs comes first.
const STAY: Duration = Duration::from_millis(600);

/// The finger that is down.
#[derive(Clone, Copy)]
pub(in crate::components) struct LongPress {
    timer: StoredValue<Option<TimeoutHandle>, LocalStorage>,
    /// Where it came down, in pixels of the window.
    at: StoredValue<(i32, i32)>,
    /// Whether it has stayed, and the menu was asked for.
    has_asked: StoredValue<bool>,
}

impl LongPress {
    pub(in crate::components) fn new() -> Self {
        Self { timer: StoredValue::new_local(None), at: StoredValue::new((0, 0)), has_asked: StoredValue::new(false) }
    }

    pub(in crate::components) fn began(self, event: &TouchEvent) {
        self.ended();
        self.has_asked.set_value(false);
        let touch = event.touches().get(0).filter(|_| event.touches().length() == 1);
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let (Some(touch), Some(target)) = (touch, target) else { return };
        let at = (touch.client_x(), touch.client_y());
        self.at.set_value(at);
        let ask = move || {
            self.has_asked.set_value(true);
            let init = MouseEventInit::new();
            init.set_bubbles(true);
            init.set_cancelable(true);
            init.set_client_x(at.0);
            init.set_client_y(at.1);
            if let Ok(event) = MouseEvent::new_with_mouse_event_init_dict("contextmenu", &init) {
                let _ = target.dispatch_event(&event);
            }
        };
        self.timer.set_value(set_timeout_with_handle(ask, STAY).ok());
    }

    /// The finger has moved: no finger is quite still.
    pub(in crate::components) fn moved(self, event: &TouchEvent) {
        const STILL: i32 = 10;
        let (x, y) = self.at.get_value();
        let is_still = event
            .touches()
            .get(0)
            .is_some_and(|touch| (touch.client_x() - x).abs() <= STILL && (touch.client_y() - y).abs() <= STILL);
        if !is_still {
            self.ended();
        }
    }

    /// The finger has gone. The menu may have opened beneath it: lifting it chooses nothing there.
    pub(in crate::components) fn lifted(self, event: &TouchEvent) {
        self.ended();
        if self.has_asked.get_value() {
            event.prevent_default();
        }
    }

    /// The finger has gone, or the browser has asked for the menu itself.
    pub(in crate::components) fn ended(self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }
}
