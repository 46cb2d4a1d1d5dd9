//! A dialog that asks before something is done that cannot be undone.

use super::modal::{show_modal, when_closed};
use crate::i18n::words;
use leptos::html::Dialog;
use leptos::prelude::*;

/// It opens and closes with `open`; `confirm` is called when the person wants it.
#[component]
pub(crate) fn ConfirmDialog(
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    /// What will happen.
    text: &'static str,
    /// What the button says that does it.
    action: &'static str,
    confirm: Callback<()>,
) -> impl IntoView {
    // Made anew whenever it is to open, also before the browser has reported that it was closed.
    move || open.get().then(|| view! { <Opened open title text action confirm/> })
}

#[component]
fn Opened(
    open: RwSignal<bool>,
    title: Signal<String>,
    text: &'static str,
    action: &'static str,
    confirm: Callback<()>,
) -> impl IntoView {
    let t = words();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let close = show_modal(dialog);
    let choose = move |_| {
        close();
        confirm.run(());
    };
    view! {
        <dialog
            class="dialog"
            role="alertdialog"
            node_ref=dialog
            aria-labelledby="confirm-dialog-title"
            aria-describedby="confirm-dialog-text"
            on:close=when_closed(move || open.set(false))
        >
            <h2 id="confirm-dialog-title" dir="auto">{title}</h2>
            <p id="confirm-dialog-text" class="dialog-text">{text}</p>
            <div class="dialog-foot">
                <button class="button" type="button" autofocus on:click=move |_| close()>{t.cancel()}</button>
                <button class="button danger" type="button" on:click=choose>{action}</button>
            </div>
        </dialog>
    }
    .into_any()
}
