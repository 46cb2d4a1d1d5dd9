//! A dialog with one field: the name of a person, group or channel, and why it was refused.

use super::modal::{show_modal, when_closed};
use crate::client_handle::use_client;
use crate::i18n::words;
use leptos::ev::SubmitEvent;
use leptos::html::{Dialog, Input};
use leptos::prelude::*;
use myna_client::{Answer, Status};
use myna_protocol::RequestId;
use myna_protocol::limits::NAME_CHARS;

/// It opens and closes with `open`. `save` gets the name as typed and where the answer goes; what it asked for is given up
/// when the dialog is closed before it could be said.
#[component]
pub(crate) fn NameDialog(
    open: RwSignal<bool>,
    title: &'static str,
    /// A sentence below the field; may be empty.
    hint: &'static str,
    /// The present name.
    name: Signal<String>,
    /// Whether there has to be a name.
    required: bool,
    save: Callback<(String, Callback<Answer>), Option<RequestId>>,
) -> impl IntoView {
    // Made anew whenever it is to open, also before the browser has reported that it was closed.
    move || open.get().then(|| view! { <Opened open title hint name required save/> })
}

#[component]
fn Opened(
    open: RwSignal<bool>,
    title: &'static str,
    hint: &'static str,
    name: Signal<String>,
    required: bool,
    save: Callback<(String, Callback<Answer>), Option<RequestId>>,
) -> impl IntoView {
    let (t, handle) = (words(), use_client());
    let status = handle.status();
    let text = RwSignal::new(name.get_untracked());
    let error = RwSignal::new(None::<&'static str>);
    let saving = RwSignal::new(false);
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let close = show_modal(dialog);
    let field: NodeRef<Input> = NodeRef::new();
    let request = StoredValue::new(None::<RequestId>);
    let closed = move || {
        if let Some(request) = request.get_value() {
            handle.cancel(request);
        }
        open.set(false);
    };
    let answered = Callback::new(move |answer: Answer| {
        saving.try_set(false);
        request.try_set_value(None);
        match answer {
            Answer::Done { .. } => close(),
            Answer::Rejected(code, _) => {
                error.try_set(Some(t.refusal(code)));
                if let Some(Some(field)) = field.try_get_untracked() {
                    let _ = field.focus();
                }
            }
            Answer::Found { .. } => {}
        }
    });
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if saving.get_untracked() {
            return;
        }
        saving.set(true);
        error.set(None);
        request.set_value(save.run((text.get_untracked(), answered)));
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="name-dialog-title" on:close=when_closed(closed)>
            <form class="form" on:submit=submit>
                <h2 id="name-dialog-title">{title}</h2>
                <label class="field">
                    <span class="field-name">{t.name()}</span>
                    <input
                        node_ref=field
                        autocomplete="off"
                        dir="auto"
                        autofocus
                        required=required
                        maxlength=NAME_CHARS
                        prop:value=text
                        aria-invalid=move || error.with(Option::is_some).then_some("true")
                        aria-describedby="name-dialog-note"
                        on:input:target=move |event| {
                            text.set(event.target().value());
                            error.set(None);
                        }
                    />
                </label>
                <div id="name-dialog-note">
                    {move || match error.get() {
                        Some(text) => view! { <p class="form-error" role="alert">{text}</p> }.into_any(),
                        None if saving.get() && status.get() != Status::Live => {
                            view! { <p class="field-hint" role="status">{t.offline_name_change()}</p> }.into_any()
                        }
                        None => view! { <p class="field-hint">{hint}</p> }.into_any(),
                    }}
                </div>
                <div class="dialog-foot">
                    <button class="button" type="button" on:click=move |_| close()>{t.cancel()}</button>
                    <button class="button primary" type="submit" aria-disabled=move || saving.get().then_some("true") aria-busy=move || saving.get().then_some("true")>
                        {t.save()}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
