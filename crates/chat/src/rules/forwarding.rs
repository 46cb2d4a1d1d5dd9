//! The text of a message is sent again, with where it comes from.

use super::rights::Action;
use super::{Change, Effects, Facts, sending};
use myna_protocol::{ClientId, ConversationId, Message, MessageExtra, MessageRef, Rejection};

/// A copy: it stays as it is when the message that it forwards is edited or unsent. `NotFound` when the sender may not read that
/// message or may not send here, `MessageUnsent` when it has no text any more. The same client id again is treated as in `send`.
pub(super) fn forward(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    client_id: ClientId,
    from: MessageRef,
) -> Result<Effects, Rejection> {
    let sender = change.user()?;
    let message = facts.message(from.conversation, from.seq);
    let may_read = facts.allowed(from.conversation, sender, Action::Read);
    if let Some(first) = facts.sent(&(id, sender, client_id)) {
        // A sender who has left that conversation learns nothing about it, not even whether this was the message.
        let is_same = may_read.is_err() || first.forwarded() == message.map(Message::origin);
        return if first.forwarded().is_some() && is_same {
            Ok(Effects::sent_before(first))
        } else {
            Err(Rejection::ClientIdReused)
        };
    }
    let target = facts.allowed(id, sender, Action::Send)?;
    may_read?;
    let message = message.ok_or(Rejection::NotFound)?;
    if message.unsent().is_some() {
        return Err(Rejection::MessageUnsent);
    }
    let extra = MessageExtra { forwarded: Some(message.origin()), ..MessageExtra::default() };
    Ok(sending::append(facts, change, target, client_id, message.text.clone(), Some(Box::new(extra))))
}
