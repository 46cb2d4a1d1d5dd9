//! What all dialogs over the page have in common. They are modal: the browser keeps the focus inside, closes them on Escape,
//! and gives the focus back.

use leptos::html::Dialog;
use leptos::prelude::*;

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
