//! Messages that are sent later.

use super::rights::Action;
use super::{Change, Effects, Facts, JobId, JobRow, PersonalItem, PersonalRow, PersonalValue, Verb, sending, threads};
use myna_protocol::limits::SCHEDULED_BYTES;
use myna_protocol::{ClientId, ConversationId, Feed, Rejection, ScheduledMessage, Seq, Text, Timestamp, UserId};
use serde::{Deserialize, Serialize};

/// What a person can schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScheduleBounds {
    /// Messages of one person, at most.
    pub messages: u32,
    /// How many milliseconds ahead.
    pub ahead: u64,
}

/// A message to schedule.
pub(super) struct New<'a> {
    pub(super) conversation: ConversationId,
    pub(super) client_id: ClientId,
    pub(super) text: &'a Text,
    pub(super) reply_to: Option<Seq>,
    pub(super) send_at: Timestamp,
}

/// Stores the message and its due job. The same client id again changes nothing, also when the message was sent or deleted since;
/// in another conversation it is refused, and so is the id of a message that was sent without being scheduled.
pub(super) fn schedule(
    facts: &Facts,
    change: &Change,
    new: &New<'_>,
    job: JobId,
    bounds: ScheduleBounds,
) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let New { conversation, client_id, text, reply_to, send_at } = *new;
    let item = PersonalItem::Scheduled(client_id);
    if let Some(row) = facts.personal((user, item)) {
        let is_same = row.scheduled().is_none_or(|(message, _)| message.conversation == conversation);
        return if is_same { Ok(Effects::unchanged(conversation)) } else { Err(Rejection::ClientIdReused) };
    }
    if facts.sent(&(conversation, user, client_id)).is_some() {
        return Err(Rejection::ClientIdReused);
    }
    facts.allowed(conversation, user, Action::Send)?;
    reply_to.map(|to| threads::reply(facts, conversation, to)).transpose()?;
    check_time(send_at, change.at, bounds)?;
    check_room(facts, (user, item), text, bounds)?;
    let message = ScheduledMessage { conversation, text: text.as_str().to_owned(), reply_to, send_at, failed: None };
    let mut effects = Effects::unchanged(conversation);
    put(facts, &mut effects, (user, item), Some((message, job)))?;
    Ok(effects)
}

/// Gives a scheduled message another text and another time; one that could not be sent is scheduled again. `NotFound` when it was
/// sent or deleted.
pub(super) fn edit(
    facts: &Facts,
    change: &Change,
    client_id: ClientId,
    text: &Text,
    send_at: Timestamp,
    bounds: ScheduleBounds,
) -> Result<Effects, Rejection> {
    let key = (change.user()?, PersonalItem::Scheduled(client_id));
    let (before, job) = facts.scheduled(key).ok_or(Rejection::NotFound)?;
    let message = ScheduledMessage { text: text.as_str().to_owned(), send_at, failed: None, ..before.clone() };
    let mut effects = Effects::unchanged(before.conversation);
    if message == *before {
        return Ok(effects);
    }
    check_time(send_at, change.at, bounds)?;
    check_room(facts, key, text, bounds)?;
    put(facts, &mut effects, key, Some((message, job)))?;
    Ok(effects)
}

/// Deletes a scheduled message: it is not sent. `NotFound` when it was sent or deleted.
pub(super) fn delete(facts: &Facts, change: &Change, client_id: ClientId) -> Result<Effects, Rejection> {
    let key = (change.user()?, PersonalItem::Scheduled(client_id));
    let (message, _) = facts.scheduled(key).ok_or(Rejection::NotFound)?;
    let mut effects = Effects::unchanged(message.conversation);
    put(facts, &mut effects, key, None)?;
    Ok(effects)
}

/// Sends a scheduled message: its row and its job are over in the same commit. When the person asks for it and may not send it, this
/// is refused. When it is due, the refusal stays in the row, so that no text is lost.
pub(super) fn send(facts: &Facts, change: &Change, client_id: ClientId, is_due: bool) -> Result<Effects, Rejection> {
    let key = (change.user()?, PersonalItem::Scheduled(client_id));
    let Some((message, job)) = facts.scheduled(key) else {
        return if is_due { Ok(Effects::default()) } else { Err(Rejection::NotFound) };
    };
    let sent = Text::parse(&message.text).and_then(|text| {
        let new =
            sending::New { conversation: message.conversation, client_id, text: &text, reply_to: message.reply_to };
        sending::send(facts, change, &new, !is_due)
    });
    match sent {
        Ok(mut effects) => {
            put(facts, &mut effects, key, None)?;
            Ok(effects)
        }
        Err(rejection) if is_due => {
            let mut effects = Effects::refused(rejection);
            let failed = ScheduledMessage { failed: Some(rejection), ..message.clone() };
            put(facts, &mut effects, key, Some((failed, job)))?;
            Ok(effects)
        }
        Err(rejection) => Err(rejection),
    }
}

fn check_time(send_at: Timestamp, now: Timestamp, bounds: ScheduleBounds) -> Result<(), Rejection> {
    match u64::try_from(send_at.since(now)) {
        Err(_) | Ok(0) => Err(Rejection::TimePast),
        Ok(ahead) if ahead > bounds.ahead => Err(Rejection::TimeTooFar),
        Ok(_) => Ok(()),
    }
}

/// Whether the person has room for this message beside their others.
fn check_room(
    facts: &Facts,
    (user, item): (UserId, PersonalItem),
    text: &Text,
    bounds: ScheduleBounds,
) -> Result<(), Rejection> {
    let others = facts.personal_of(user).filter(|row| row.item != item).filter_map(PersonalRow::scheduled);
    let (count, bytes) =
        others.fold((1, text.as_str().len()), |(count, bytes), (message, _)| (count + 1, bytes + message.text.len()));
    if count > bounds.messages || bytes > SCHEDULED_BYTES { Err(Rejection::TooManyScheduled) } else { Ok(()) }
}

/// Writes the row as it is to be, with the next rev of the person's feed, and its job: one that has failed has none.
fn put(
    facts: &Facts,
    effects: &mut Effects,
    (user, item): (UserId, PersonalItem),
    message: Option<(ScheduledMessage, JobId)>,
) -> Result<(), Rejection> {
    let mut person = facts.user(user).ok_or(Rejection::NotFound)?.clone();
    person.rev += 1;
    let PersonalItem::Scheduled(client_id) = item;
    let before = facts.scheduled((user, item)).map(|(_, job)| job);
    effects.jobs.extend(before.map(|job| (job, None)));
    if let Some((message, job)) = message.as_ref().filter(|(message, _)| message.failed.is_none()) {
        let verb = Verb::SendScheduled { client_id, is_due: true };
        let job_row = JobRow { id: *job, due_at: message.send_at, change: verb.by(user, message.send_at) };
        effects.jobs.push((*job, Some(job_row)));
    }
    let value = message.map(|(message, job)| PersonalValue::Scheduled { message, job });
    let row = PersonalRow { user, item, value, rev: person.rev };
    effects.event(Feed::User(user), person.rev, vec![row.row()]);
    effects.personal.push(row);
    effects.users.push(person);
    Ok(())
}

impl Facts {
    /// The message that is to be sent, and its job.
    fn scheduled(&self, key: (UserId, PersonalItem)) -> Option<(&ScheduledMessage, JobId)> {
        self.personal(key)?.scheduled()
    }
}
