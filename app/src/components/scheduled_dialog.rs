//! The dialog of a scheduled message: another text or time, send it now, delete it.

use super::composer::parsed;
use super::modal::{show_modal, when_closed};
#[cfg(feature = "hydrate")]
use super::schedule_dialog::focus_composer;
use super::time_field::{TimeField, read, written};
use crate::client_handle::use_client;
use crate::components::use_overlay;
use crate::i18n::words;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
use myna_client::{Action, Answer, Client, ScheduledItem, Status};
use myna_protocol::{ClientId, Rejection, RequestId, Timestamp};

/// A verb of the client.
type Ask = Box<dyn FnOnce(&mut Client, Timestamp) -> (RequestId, Vec<Action>)>;

#[component]
pub(crate) fn ScheduledDialog(client_id: ClientId, close: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let (t, handle, overlay) = (words(), use_client(), use_overlay());
    let (status, schedule) = (RwSignal::from(handle.status()), handle.schedule());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_modal(dialog);
    let stored = move || handle.look(|client| client.scheduled(client_id));
    let time = |item: &Option<ScheduledItem>| item.as_ref().map_or_else(String::new, |item| written(item.send_at));
    let words = |item: &Option<ScheduledItem>| item.as_ref().map_or_else(String::new, |item| item.text.clone());
    // As the server has it; `None` once it was sent or deleted.
    let item = RwSignal::new(stored());
    let (text, value) = item.with_untracked(|item| (RwSignal::new(words(item)), RwSignal::new(time(item))));
    let has_changed =
        move || item.with(|item| text.with(|text| *text != words(item)) || value.with(|value| *value != time(item)));
    let has_new_text = move || item.with_untracked(|item| text.with_untracked(|text| *text != words(item)));
    let is_over = Memo::new(move |_| item.with(Option::is_none));
    let failed = move || item.with(|item| item.as_ref().and_then(|item| item.failed));
    let error = RwSignal::new(None::<&'static str>);
    // Whether that is about the text, and not the time.
    let is_of_text = RwSignal::new(false);
    let refuse_text = move |rejection| {
        is_of_text.set(true);
        error.set(Some(t.refusal(rejection)));
    };
    let is_busy = RwSignal::new(false);
    let is_done = StoredValue::new(false);
    // Its time may come, or another device may change it, while this is open.
    Effect::new(move |before: Option<()>| {
        schedule.track();
        let now = stored();
        if before.is_none() && now.is_none() {
            shut();
            overlay.note(t.scheduled_gone());
        }
        if is_busy.get() || is_done.get_value() || item.with_untracked(|item| *item == now) {
            return;
        }
        let has_changed = untrack(has_changed);
        match &now {
            None if !has_changed => {
                shut();
                overlay.note(t.scheduled_gone());
            }
            None => error.set(Some(t.scheduled_gone_unsaved())),
            Some(_) if has_changed => error.set(Some(t.scheduled_changed())),
            Some(_) => {
                text.set(words(&now));
                value.set(time(&now));
            }
        }
        item.set(now);
    });
    let answered = move |answer: Answer| {
        is_done.try_set_value(matches!(answer, Answer::Done { .. }));
        is_busy.try_set(false);
        match answer {
            Answer::Done { .. } => shut(),
            // Its row says whether it was sent.
            Answer::Rejected(Rejection::NotFound, _) if stored().is_none() => {}
            Answer::Rejected(code, _) if error.try_set(Some(t.refusal(code))).is_some() => {
                handle.tell(crate::problem::Problem::Refused(code));
            }
            Answer::Rejected(..) | Answer::Found { .. } => {}
        }
    };
    let ask = move |verb: Ask| {
        if status.get_untracked() != Status::Live {
            error.set(Some(t.schedule_offline()));
        } else if !is_busy.get_untracked() {
            is_busy.set(true);
            error.set(None);
            handle.request(verb, answered);
        }
    };
    let ask = StoredValue::new(ask);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        match (parsed(&text.get_untracked()), read(&value.get_untracked())) {
            (Ok(text), Some(at)) => ask.with_value(|ask| {
                ask(Box::new(move |client, now| client.edit_scheduled(client_id, text, at, now)));
            }),
            (Err(rejection), _) => refuse_text(rejection),
            (_, None) => error.set(Some(t.refusal(Rejection::TimePast))),
        }
    };
    let send_it = move || {
        ask.with_value(|ask| ask(Box::new(move |client, now| client.send_scheduled(client_id, now))));
    };
    // What is written is what is sent: the text is saved first.
    let send = move |_| match parsed(&text.get_untracked()) {
        Err(rejection) => refuse_text(rejection),
        Ok(_) if !has_new_text() => send_it(),
        Ok(text) => {
            let Some(at) = item.with_untracked(|item| item.as_ref().map(|item| item.send_at)) else { return };
            if status.get_untracked() != Status::Live {
                return error.set(Some(t.schedule_offline()));
            }
            is_busy.set(true);
            handle.request(
                move |client, now| client.edit_scheduled(client_id, text, at, now),
                move |answer| {
                    if !matches!(answer, Answer::Done { .. }) {
                        answered(answer);
                    } else if is_busy.try_set(false).is_none() {
                        send_it();
                    } else {
                        // The dialog was closed meanwhile.
                        handle.change(move |client, now| client.send_scheduled(client_id, now));
                    }
                },
            );
        }
    };
    let delete = move |_| {
        ask.with_value(|ask| ask(Box::new(move |client, now| client.delete_scheduled(client_id, now))));
    };
    let is_time_wrong = Signal::derive(move || error.with(Option::is_some) && !is_of_text.get());
    let changed = Callback::new(move |()| {
        is_of_text.set(false);
        error.set(None);
    });
    let is_locked = move || is_over.get() || is_busy.get();
    let closed = move || {
        close();
        #[cfg(feature = "hydrate")]
        request_animation_frame(|| {
            if crate::browser::page::has_no_focus() {
                focus_composer();
            }
        });
    };
    view! {
        <dialog class="dialog schedule" node_ref=dialog aria-labelledby="scheduled-title" on:close=when_closed(closed)>
            <form class="form" novalidate on:submit=save>
                <h2 id="scheduled-title">{t.scheduled_message()}</h2>
                {move || failed().map(|code| view! { <p class="form-error">{t.not_delivered_why(t.refusal(code))}</p> })}
                <label class="field">
                    <span class="field-name">{t.message()}</span>
                    <textarea
                        rows="3"
                        dir="auto"
                        prop:value=text
                        aria-invalid=move || is_of_text.get().then_some("true")
                        aria-describedby="schedule-note"
                        on:input:target=move |event| {
                            text.set(event.target().value());
                            changed.run(());
                        }
                    ></textarea>
                </label>
                <TimeField value is_wrong=is_time_wrong changed/>
                <div id="schedule-note">{move || error.get().map(|text| view! { <p class="form-error" role="alert">{text}</p> })}</div>
                <div class="dialog-foot">
                    <button class="button danger" type="button" disabled=is_locked on:click=delete>{t.delete()}</button>
                    <button class="button" type="button" disabled=is_locked on:click=send>{t.send_now()}</button>
                    <button class="button" type="button" on:click=move |_| shut()>{t.cancel()}</button>
                    <button class="button primary" type="submit" disabled=move || is_over.get() aria-disabled=move || is_busy.get().then_some("true") aria-busy=move || is_busy.get().then_some("true")>
                        {t.save()}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}
