//! A message gets another text, or is unsent.

use super::rights::Action;
use super::{Change, ConversationRow, Effects, Facts, threads};
use myna_protocol::limits::EDITS;
use myna_protocol::{
    ConversationId, EarlierText, Feed, Message, MessageExtra, Rejection, Row, Seq, Text, Timestamp, Unsending,
};

/// The text that it had stays readable beside the new one. The same text again changes nothing, whenever it comes. `NotFound`
/// when there is no such message, `NotAllowed` for a message of another person, `MessageForwarded` for one that is forwarded.
pub(super) fn edit(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    seq: Seq,
    text: &Text,
    window: u64,
) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let (conversation, _) = facts.allowed(id, user, Action::Edit)?;
    let mut message = facts.message(id, seq).ok_or(Rejection::NotFound)?.clone();
    if message.sender != user {
        return Err(Rejection::NotAllowed);
    }
    if message.unsent().is_some() {
        return Err(Rejection::MessageUnsent);
    }
    if message.forwarded().is_some() {
        return Err(Rejection::MessageForwarded);
    }
    if message.text == text.as_str() {
        return Ok(Effects::unchanged(id));
    }
    if is_over(&message, change.at, window) {
        return Err(Rejection::EditTooLate);
    }
    if message.earlier().len() >= EDITS {
        return Err(Rejection::EditTooOften);
    }
    let before = std::mem::replace(&mut message.text, text.as_str().to_owned());
    message.extra.get_or_insert_default().earlier.push(EarlierText { text: before, until: change.at });
    Ok(changed(facts, conversation, message))
}

/// The message keeps its place, its sender and its thread, but counts no more as a reply; its texts are gone. Again it changes nothing. `NotFound` when there is no such
/// message, `NotAllowed` for a message of another person, unless the actor created the channel.
pub(super) fn unsend(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    seq: Seq,
    window: u64,
) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let (conversation, _) = facts.allowed(id, user, Action::Edit)?;
    let mut message = facts.message(id, seq).ok_or(Rejection::NotFound)?.clone();
    let may_delete = facts.allowed(id, user, Action::Delete);
    if message.sender != user {
        may_delete?;
    } else if may_delete.is_err() && message.unsent().is_none() && is_over(&message, change.at, window) {
        return Err(Rejection::UnsendTooLate);
    }
    if message.unsent().is_some() {
        return Ok(Effects::unchanged(id));
    }
    message.text.clear();
    let extra = message.extra.get_or_insert_default();
    **extra = MessageExtra {
        earlier: Vec::new(),
        unsent: Some(Unsending { by: user, at: change.at }),
        reply: extra.reply,
        replies: extra.replies,
        forwarded: extra.forwarded,
        sender_away: extra.sender_away,
    };
    Ok(changed(facts, conversation, message))
}

/// Whether the window after sending is over at this time.
fn is_over(message: &Message, at: Timestamp, window: u64) -> bool {
    u64::try_from(at.since(message.sent_at)).is_ok_and(|age| age >= window)
}

/// The message takes the next rev of its conversation.
fn changed(facts: &Facts, mut conversation: ConversationRow, mut message: Message) -> Effects {
    let mut effects = Effects::unchanged(conversation.id);
    conversation.rev += 1;
    message.rev = conversation.rev;
    effects.committed.seq = Some(message.seq);
    if let Some(replies) = message.extra.as_mut().and_then(|extra| extra.replies.as_mut()) {
        replies.since = message.rev;
    }
    let reply = message.reply().filter(|_| message.unsent().is_some());
    let thread = reply
        .and_then(|reply| threads::count(facts, &mut effects, &conversation, reply, |count| count.saturating_sub(1)));
    let rows = std::iter::once(Row::Message(message.clone())).chain(thread).collect();
    effects.event(Feed::Conversation(conversation.id), message.rev, rows);
    effects.messages.push(message);
    effects.conversations.push(conversation);
    effects
}
