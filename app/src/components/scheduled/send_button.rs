//! What is behind the button that sends: press and hold it, or right-click it, to send later.

use crate::client_handle::ClientHandle;
use crate::components::message_list::LongPress;
use crate::components::{Overlay, Sheet};
use leptos::prelude::*;
use myna_protocol::ConversationId;
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, TouchEvent};

const BUTTON: &str = ".send";

/// Listens while the conversation is shown.
pub(super) fn offer_later(
    id: ConversationId,
    handle: ClientHandle,
    overlay: Overlay,
    hint: impl Fn(bool, bool) -> &'static str + 'static,
) {
    let edited = handle.signals(id).edited;
    Effect::new(move |_| {
        let is_edit = edited.get() > 0;
        let hint = hint(is_edit, !is_edit && handle.look(myna_client::Client::may_schedule));
        if let Ok(Some(button)) = document().query_selector(BUTTON) {
            let _ = button.set_attribute("title", hint);
        }
    });
    let press = LongPress::new();
    let asked = window_event_listener_untyped("contextmenu", move |event| {
        if is_on_button(&event) {
            press.ended();
            if handle.look(|client| client.may_schedule_draft(id)) {
                event.prevent_default();
                overlay.open_sheet(Sheet::Schedule(id));
            }
        }
    });
    let touch = |name: &str, then: fn(LongPress, &TouchEvent)| {
        window_event_listener_untyped(name, move |event| {
            if let Some(event) = event.dyn_ref::<TouchEvent>().filter(|event| is_on_button(event)) {
                then(press, event);
            }
        })
    };
    let touches = [
        touch("touchstart", LongPress::began),
        touch("touchmove", LongPress::moved),
        touch("touchend", LongPress::lifted),
        touch("touchcancel", |press, _| press.ended()),
    ];
    on_cleanup(move || {
        press.ended();
        asked.remove();
        touches.into_iter().for_each(WindowListenerHandle::remove);
    });
}

fn is_on_button(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(BUTTON).is_ok_and(|button| button.is_some()))
}
