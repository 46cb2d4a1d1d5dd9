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
use myna_client::{Answer, DraftPlace, Status};
use myna_protocol::{ConversationId, Rejection, Timestamp};

#[component]
pub(crate) fn ScheduleDialog(
    conversation: ConversationId,
    close: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let (t, zone, handle, overlay) = (words(), use_zone(), use_client(), use_overlay());
    let status = handle.status();
    let dialog: NodeRef<Dialog> = NodeRef::new();
    let shut = show_modal(dialog);
    let suggestions = suggestions();
    let value = RwSignal::new(suggestions.first().map_or_else(String::new, |at| written(*at)));
    let error = RwSignal::new(None::<&'static str>);
    let is_busy = RwSignal::new(false);
    let answered = move |answer: Answer, place: DraftPlace, draft: &str| {
        is_busy.try_set(false);
        match answer {
            Answer::Done { .. } => {
                handle.act(|client, _| client.scheduled_draft(place, draft));
                shut();
                #[cfg(feature = "hydrate")]
                request_animation_frame(|| crate::browser::page::show_end(".transcript"));
                overlay.note(t.scheduled_message());
            }
            // The dialog may be closed by now.
            Answer::Rejected(code, _) if error.try_set(Some(t.refusal(code))).is_some() => {
                handle.tell(crate::problem::Problem::Refused(code));
            }
            Answer::Rejected(..) | Answer::Found { .. } => {}
        }
    };
    let schedule = move |at: Option<Timestamp>| {
        let text = handle.look(|client| parsed(client.draft(conversation)));
        let refused = match (at, text) {
            (Some(at), Ok(text)) if status.get_untracked() == Status::Live => {
                if !is_busy.get_untracked() {
                    is_busy.set(true);
                    error.set(None);
                    #[cfg(feature = "hydrate")]
                    {
                        let id = crate::browser::client_id();
                        let (place, draft) = handle
                            .look(|client| (client.draft_place(conversation), client.draft(conversation).to_owned()));
                        handle.request(
                            |client, now| client.schedule(conversation, id, text, at, now),
                            move |answer| answered(answer, place, &draft),
                        );
                    }
                    #[cfg(not(feature = "hydrate"))]
                    let _ = (at, text, answered);
                }
                return;
            }
            (Some(_), Ok(_)) => t.schedule_offline(),
            (_, Err(rejection)) => t.refusal(rejection),
            (None, _) => t.refusal(Rejection::TimePast),
        };
        error.set(Some(refused));
    };
    let schedule = StoredValue::new(schedule);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        schedule.with_value(|schedule| schedule(read(&value.get_untracked())));
    };
    let suggestion = |at: Timestamp| {
        view! {
            <li>
                <button class="suggested-time" type="button" on:click=move |_| schedule.with_value(|schedule| schedule(Some(at)))>
                    <span>{move || zone.coming_day(at)}</span>
                    <span>{move || zone.time(at)}</span>
                </button>
            </li>
        }
    };
    view! {
        <dialog class="dialog schedule" node_ref=dialog aria-labelledby="schedule-title" on:close=when_closed(close)>
            <form class="form" on:submit=submit>
                <h2 id="schedule-title">{t.send_later()}</h2>
                <ul class="suggested-times">{suggestions.into_iter().map(suggestion).collect_view()}</ul>
                <TimeField value error/>
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
