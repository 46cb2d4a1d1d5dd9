//! The dialog that asks when to send what is written: a few suggestions, or any time within two weeks.

use super::composer::parsed;
use super::modal::{show_modal, when_closed};
use super::time_field::{TimeField, read, written};
use crate::client_handle::use_client;
use crate::components::use_overlay;
use crate::i18n::words;
use crate::time::use_zone;
use leptos::ev::SubmitEvent;
use leptos::html::Dialog;
use leptos::prelude::*;
#[cfg(feature = "hydrate")]
use myna_client::Answer;
use myna_client::Status;
use myna_protocol::{ConversationId, Rejection, RequestId, Text, Timestamp};

#[component]
pub(crate) fn ScheduleDialog(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, zone, handle, overlay) = (words(), use_zone(), use_client(), use_overlay());
    let status = RwSignal::from(handle.status());
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_modal(dialog);
    let suggestions = suggestions();
    let value = RwSignal::new(suggestions.first().map_or_else(String::new, |at| written(*at)));
    let error = RwSignal::new(None::<&'static str>);
    let is_busy = RwSignal::new(false);
    // One for the dialog: a second try is for the same message, whatever became of the first.
    #[cfg(feature = "hydrate")]
    let client_id = crate::browser::client_id();
    let (request, tries) = (StoredValue::new(None::<RequestId>), StoredValue::new(0_u32));
    let closed = move || {
        if let Some(request) = request.try_get_value().flatten() {
            handle.cancel(request);
        }
        close();
    };
    #[cfg(feature = "hydrate")]
    let schedule = move |text: Text, at: Timestamp| {
        tries.update_value(|tries| *tries += 1);
        let is_first = tries.get_value() == 1;
        let (place, draft) =
            handle.look(|client| (client.draft_place(conversation), client.draft(conversation).to_owned()));
        let again = text.clone();
        let answered = move |answer: Answer| {
            let is_open = is_busy.try_set(false).is_none();
            match answer {
                Answer::Done { .. } if is_open => {
                    if !is_first {
                        // The first try may have been done, with another text or time.
                        handle.change(move |client, now| client.edit_scheduled(client_id, again, at, now));
                    }
                    handle.act(|client, _| client.scheduled_draft(place, &draft));
                    shut();
                    show_new();
                    overlay.announce(t.message_scheduled().to_owned());
                }
                // The dialog was closed meanwhile.
                Answer::Done { .. } => handle.change(move |client, now| client.delete_scheduled(client_id, now)),
                Answer::Rejected(code, _) => {
                    error.try_set(Some(t.refusal(code)));
                }
                Answer::Found { .. } => {}
            }
        };
        request
            .set_value(handle.request(|client, now| client.schedule(conversation, client_id, text, at, now), answered));
    };
    #[cfg(not(feature = "hydrate"))]
    let schedule = move |_: Text, _: Timestamp| {
        let _ = (handle, shut, overlay, request, tries, t.message_scheduled());
    };
    let choose = move |at: Option<Timestamp>| {
        let text = handle.look(|client| parsed(client.draft(conversation)));
        match (at, text) {
            (Some(at), Ok(text)) if status.get_untracked() == Status::Live => {
                if !is_busy.get_untracked() {
                    is_busy.set(true);
                    error.set(None);
                    schedule(text, at);
                }
            }
            (Some(_), Ok(_)) => error.set(Some(t.schedule_offline())),
            (_, Err(rejection)) => error.set(Some(t.refusal(rejection))),
            (None, _) => error.set(Some(t.refusal(Rejection::TimePast))),
        }
    };
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        choose(read(&value.get_untracked()));
    };
    let suggestion = |at: Timestamp| {
        view! {
            <li>
                <button class="menu-item" type="button" on:click=move |_| choose(Some(at))>
                    <span>{move || zone.coming_day(at)}</span>
                    <span>{move || zone.time(at)}</span>
                </button>
            </li>
        }
    };
    view! {
        <dialog class="dialog schedule" node_ref=dialog aria-labelledby="schedule-title" on:close=when_closed(closed)>
            <form class="form" novalidate on:submit=submit>
                <h2 id="schedule-title" tabindex="-1" autofocus>{t.send_later()}</h2>
                <ul class="suggested-times">{suggestions.into_iter().map(suggestion).collect_view()}</ul>
                <TimeField value is_wrong=Signal::derive(move || error.with(Option::is_some)) changed=Callback::new(move |()| error.set(None))/>
                <div id="schedule-note">
                    {move || match error.get() {
                        Some(text) => view! { <p class="form-error" role="alert">{text}</p> }.into_any(),
                        None if is_busy.get() => view! { <p class="field-hint" role="status">{t.scheduling()}</p> }.into_any(),
                        None => view! { <p class="field-hint">{t.schedule_later_text()}</p> }.into_any(),
                    }}
                </div>
                <div class="dialog-foot">
                    <button class="button" type="button" on:click=move |_| shut()>{t.cancel()}</button>
                    <button class="button primary" type="submit" aria-disabled=move || is_busy.get().then_some("true") aria-busy=move || is_busy.get().then_some("true")>
                        {t.schedule()}
                    </button>
                </div>
            </form>
        </dialog>
    }
    .into_any()
}

/// Shows where the message waits, as the button does that leads to the newest ones, and goes on writing.
#[cfg(feature = "hydrate")]
fn show_new() {
    use crate::browser::page;
    request_animation_frame(|| {
        page::click(".latest");
        // That takes the focus in the next frame.
        request_animation_frame(|| request_animation_frame(focus_composer));
    });
}

/// Tonight, tomorrow morning and Monday morning, as far as they are to come.
#[cfg(feature = "hydrate")]
fn suggestions() -> Vec<Timestamp> {
    use crate::browser::{locale, now};
    const SOON: i64 = 30 * 60 * 1_000;
    let (tonight, tomorrow) = (locale::coming(0, 21), locale::coming(1, 9));
    let monday = locale::coming(locale::days_to_monday(), 9);
    let mut times = vec![tonight, tomorrow, monday];
    times.retain(|at| at.since(now()) >= SOON);
    times.dedup();
    times
}

#[cfg(not(feature = "hydrate"))]
fn suggestions() -> Vec<Timestamp> {
    Vec::new()
}

/// Gives the focus to the field, or where that would open the keyboard of a phone to the messages.
#[cfg(feature = "hydrate")]
pub(super) fn focus_composer() {
    use crate::browser::page;
    let is_narrow = page::matches("(max-width: 43.75rem)");
    page::focus(if is_narrow { ".transcript" } else { ".composer textarea" });
}
