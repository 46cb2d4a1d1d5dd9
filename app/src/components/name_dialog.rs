//! A dialog with one field: the name of a person, group or channel, and why it was refused.

use crate::problem::Problem;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::limits::NAME_CHARS;

/// It opens and closes with `open`. `save` gets the name as typed and where the answer goes.
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
    save: Callback<(String, Callback<Answer>)>,
) -> impl IntoView {
    view! {
        <Show when=move || open.get()>
            <Opened open title hint name required save/>
        </Show>
    }
}

#[component]
fn Opened(
    open: RwSignal<bool>,
    title: &'static str,
    hint: &'static str,
    name: Signal<String>,
    required: bool,
    save: Callback<(String, Callback<Answer>)>,
) -> impl IntoView {
    let text = RwSignal::new(name.get_untracked());
    let error = RwSignal::new(None::<String>);
    let saving = RwSignal::new(false);
    let dialog: NodeRef<Dialog> = NodeRef::new();
    Effect::new(move |_| {
        // Modal: the browser keeps the focus inside, closes it on Escape, and gives the focus back.
        if let Some(dialog) = dialog.get().filter(|dialog| !dialog.open()) {
            let _ = dialog.show_modal();
        }
    });
    let close = move || {
        if let Some(Some(dialog)) = dialog.try_get_untracked() {
            dialog.close();
        }
    };
    let answered = Callback::new(move |answer: Answer| {
        saving.try_set(false);
        match answer {
            Answer::Done { .. } => close(),
            Answer::Rejected(code, _) => {
                error.try_set(Some(Problem::Refused(code).to_string()));
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
        save.run((text.get_untracked(), answered));
    };
    view! {
        <dialog class="dialog" node_ref=dialog aria-labelledby="name-dialog-title" on:close=move |_| open.set(false)>
            <form class="form" on:submit=submit>
                <h2 id="name-dialog-title">{title}</h2>
                <label class="field">
                    <span class="field-name">"Name"</span>
                    <input
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
                        None => view! { <p class="field-hint">{hint}</p> }.into_any(),
                    }}
                </div>
                <div class="dialog-foot">
                    <button class="button" type="button" on:click=move |_| close()>"Cancel"</button>
                    <button class="button primary" type="submit" disabled=saving aria-busy=move || saving.get().then_some("true")>
                        "Save"
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
