//! A message is sent.

use super::rights::Action;
use super::{Change, Effects, Facts};
use myna_protocol::{ClientId, ConversationId, Feed, Message, Rejection, Row, Text};

/// The message takes the next `seq`. The same client id with the same text answers the first `seq`, also to a sender who has
/// left since; with another text it is refused.
pub(super) fn send(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    client_id: ClientId,
    text: &Text,
) -> Result<Effects, Rejection> {
    let sender = change.user()?;
    let mut effects = Effects::unchanged(id);
    if let Some(first) = facts.sent(&(id, sender, client_id)) {
        // It may have been edited since; of one that was unsent, no text is left to compare with.
        if first.first_text().is_some_and(|sent| sent != text.as_str()) {
            return Err(Rejection::ClientIdReused);
        }
        effects.committed.seq = Some(first.seq);
        return Ok(effects);
    }
    let (mut conversation, mut member) = facts.allowed(id, sender, Action::Send)?;
    conversation.last_seq += 1;
    conversation.rev += 1;
    conversation.active_at = change.at;
    // No stamp: clients know from the message itself that its sender has read up to it.
    (member.read_seq, member.read_at) = (conversation.last_seq, Some(change.at));
    let message = Message {
        conversation: id,
        seq: conversation.last_seq,
        sender,
        client_id,
        text: text.as_str().to_owned(),
        sent_at: change.at,
        rev: conversation.rev,
        extra: None,
    };
    effects.committed.seq = Some(message.seq);
    effects.event(Feed::Conversation(id), message.rev, vec![Row::Message(message.clone())]);
    effects.messages.push(message);
    effects.conversations.push(conversation);
    effects.members.push(member);
    Ok(effects)
}
