//! What all dialogs over the page have in common. They are modal: the browser keeps the focus inside, closes them on Escape,
//! and gives the focus back.

use leptos::ev::Event;
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::web_sys::HtmlDialogElement;

/// Shows a dialog as soon as it is in the page. The answer closes it.
pub(crate) fn show_modal(dialog: NodeRef<Dialog>) -> impl Fn() + Copy + Send + Sync + 'static {
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    move || {
        if let Some(Some(dialog)) = dialog.try_get_untracked() {
            dialog.close();
        }
    }
}

/// As `show_modal`, for a dialog in which nothing is lost: a click beside it closes it, in browsers that can do that.
pub(crate) fn show_sheet(dialog: NodeRef<Dialog>) -> impl Fn() + Copy + Send + Sync + 'static {
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            let _ = dialog.set_attribute("closedby", "any");
        }
    });
    show_modal(dialog)
}

/// The listener for a dialog's `close` event. Browsers send the event in a later task. By then a key may have opened this dialog
/// again, or replaced it by another; `closed` is not called then.
pub(crate) fn when_closed(closed: impl Fn() + 'static) -> impl Fn(Event) + 'static {
    move |event| {
        let dialog = event_target::<HtmlDialogElement>(&event);
        if dialog.is_connected() && !dialog.open() {
            closed();
        }
    }
}
