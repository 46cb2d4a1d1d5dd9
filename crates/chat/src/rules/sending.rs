//! A message is sent.

use super::rights::Action;
use super::{Change, ConversationRow, Effects, Facts, MemberRow, threads};
use myna_protocol::{ClientId, ConversationId, Feed, Message, MessageExtra, Rejection, Row, Seq, Text};

/// A message to send.
pub(super) struct New<'a> {
    pub(super) conversation: ConversationId,
    pub(super) client_id: ClientId,
    pub(super) text: &'a Text,
    pub(super) reply_to: Option<Seq>,
}

/// The message takes the next `seq`. The same client id with the same text answers the first `seq`, also to a sender who has
/// left since; with another text, or in reply to another message, it is refused. Without `is_present` the sender has read no more by
/// sending it.
pub(super) fn send(facts: &Facts, change: &Change, new: &New<'_>, is_present: bool) -> Result<Effects, Rejection> {
    let New { conversation: id, client_id, text, reply_to } = *new;
    let sender = change.user()?;
    if let Some(first) = facts.sent(&(id, sender, client_id)) {
        // It may have been edited since; of one that was unsent, no text is left to compare with.
        let is_same = first.first_text().is_none_or(|sent| sent == text.as_str());
        let is_same = is_same && first.forwarded().is_none() && first.reply().map(|reply| reply.to) == reply_to;
        return if is_same { Ok(Effects::sent_before(first)) } else { Err(Rejection::ClientIdReused) };
    }
    let (conversation, member) = facts.allowed(id, sender, Action::Send)?;
    let reply = reply_to.map(|to| threads::reply(facts, id, to)).transpose()?;
    let sender_away = !is_present && member.read_seq < conversation.last_seq;
    let extra = (reply.is_some() || sender_away)
        .then(|| Box::new(MessageExtra { reply, sender_away, ..MessageExtra::default() }));
    Ok(append(facts, change, (conversation, member), client_id, text.as_str().to_owned(), extra))
}

/// A new message of this member, as the newest of the conversation.
pub(super) fn append(
    facts: &Facts,
    change: &Change,
    (mut conversation, mut member): (ConversationRow, MemberRow),
    client_id: ClientId,
    text: String,
    extra: Option<Box<MessageExtra>>,
) -> Effects {
    let id = conversation.id;
    let mut effects = Effects::unchanged(id);
    conversation.last_seq += 1;
    conversation.rev += 1;
    conversation.active_at = change.at;
    let message = Message {
        conversation: id,
        seq: conversation.last_seq,
        sender: member.user,
        client_id,
        text,
        sent_at: change.at,
        rev: conversation.rev,
        extra,
    };
    if message.is_read_by_sender() {
        // No stamp: clients know from the message itself that its sender has read up to it.
        (member.read_seq, member.read_at) = (message.seq, Some(change.at));
    }
    effects.committed.seq = Some(message.seq);
    let thread = message
        .reply()
        .and_then(|reply| threads::count(facts, &mut effects, &conversation, reply, |count| count.saturating_add(1)));
    let rows = std::iter::once(Row::Message(message.clone())).chain(thread).collect();
    effects.event(Feed::Conversation(id), message.rev, rows);
    effects.messages.push(message);
    effects.conversations.push(conversation);
    effects.members.push(member);
    effects
}
