//! The rules of every durable change, as pure functions: [`decide`] says what a change does to the rows it needs.
//!
//! A driver commits a batch in three steps. It loads the rows that the batch needs ([`Facts::needs`]), lets the rules decide
//! ([`Facts::decide_all`]), and writes the rows that changed ([`Facts::writes`]), all of it or nothing. It knows no verb.
//!
//! A new verb is one variant of [`Verb`] and one function here; a new noun is one row type more in [`rows`].

mod access;
mod change;
mod creation;
mod editing;
mod effects;
mod facts;
mod forwarding;
mod jobs;
mod membership;
mod naming;
mod needs;
mod personal;
mod reacting;
mod reading;
mod rights;
mod rows;
mod scheduling;
mod sending;
mod table;
mod threads;

#[cfg(test)]
mod tests;

pub use change::{Actor, Change, Verb};
pub use effects::{Committed, Effects};
pub use facts::{Facts, FeedAdvance, Writes};
pub use jobs::JobId;
pub use needs::Needs;
pub use personal::{PersonalItem, PersonalKey, PersonalRow, PersonalValue};
pub use rights::{Action, Role, Verdict, may};
pub use rows::{ConversationRow, JobRow, MemberRow, ReactionKey, SentKey, ServerRow, UserRow};
pub use scheduling::ScheduleBounds;
pub use table::Written;

use myna_protocol::Rejection;

/// What the change does to the facts, or why it may not. It changes nothing itself.
pub fn decide(facts: &Facts, change: &Change) -> Result<Effects, Rejection> {
    match &change.verb {
        Verb::Send { conversation, client_id, text, reply_to } => {
            let (conversation, client_id, reply_to) = (*conversation, *client_id, *reply_to);
            sending::send(facts, change, &sending::New { conversation, client_id, text, reply_to }, true)
        }
        Verb::ScheduleMessage { conversation, client_id, text, reply_to, send_at, job, bounds } => {
            let (conversation, client_id, reply_to, send_at) = (*conversation, *client_id, *reply_to, *send_at);
            let new = scheduling::New { conversation, client_id, text, reply_to, send_at };
            scheduling::schedule(facts, change, &new, *job, *bounds)
        }
        Verb::EditScheduled { client_id, text, send_at, bounds } => {
            scheduling::edit(facts, change, *client_id, text, *send_at, *bounds)
        }
        Verb::SendScheduled { client_id, is_due } => scheduling::send(facts, change, *client_id, *is_due),
        Verb::DeleteScheduled { client_id } => scheduling::delete(facts, change, *client_id),
        Verb::Forward { conversation, client_id, message } => {
            forwarding::forward(facts, change, *conversation, *client_id, *message)
        }
        Verb::Edit { conversation, seq, text, window } => {
            editing::edit(facts, change, *conversation, *seq, text, *window)
        }
        Verb::Unsend { conversation, seq, window } => editing::unsend(facts, change, *conversation, *seq, *window),
        Verb::React { conversation, seq, emoji, most } => {
            reacting::react(facts, change, *conversation, *seq, emoji.as_ref(), *most)
        }
        Verb::Read { conversation, seq } => reading::read(facts, change, *conversation, *seq),
        Verb::Direct { id, with } => creation::direct(facts, change, *id, *with),
        Verb::Group { id, name, members } => creation::group(facts, change, *id, name.as_ref(), members),
        Verb::Channel { id, name } => creation::channel(facts, change, *id, name),
        Verb::Join { conversation } => membership::join(facts, change, *conversation),
        Verb::Add { conversation, users } => membership::add(facts, change, *conversation, users),
        Verb::Leave { conversation } => membership::leave(facts, change, *conversation),
        Verb::RenameUser { name } => naming::user(facts, change, name),
        Verb::RenameConversation { conversation, name } => {
            naming::conversation(facts, change, *conversation, name.as_ref())
        }
        Verb::RunJob { id } => jobs::run(facts, change, *id),
    }
}
