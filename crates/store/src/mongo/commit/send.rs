//! A message is sent.

use super::draft::{Draft, Sent};
use super::{Stop, unchanged};
use crate::mongo::documents::{AsUuid, MessageDoc, count, date};
use myna_chat::store::Committed;
use myna_protocol::{ClientId, ConversationId, Rejection, Row, Text, Timestamp, UserId};

pub(super) fn send(
    draft: &mut Draft,
    conversation: ConversationId,
    sender: UserId,
    client_id: ClientId,
    text: &Text,
    at: Timestamp,
) -> Result<Committed, Stop> {
    // First, whoever asks: who did not hear the answer and has left meanwhile is not told that it was refused.
    let key = (conversation, sender, client_id);
    if let Some(first) = draft.sent.get(&key) {
        if first.body != text.as_str() {
            return Err(Rejection::ClientIdReused.into());
        }
        return Ok(Committed { seq: Some(count(first.seq)?), ..unchanged(conversation) });
    }

    let (document, member) = draft.place(conversation, sender).ok_or(Rejection::NotFound)?;
    let seq = document.last_seq + 1;
    document.last_seq = seq;
    // No stamp: that senders have read what they say follows from the message's own row.
    (member.read_seq, member.read_at) = (seq, Some(date(at)));
    draft.sent.insert(key, Sent { seq, body: text.as_str().to_owned() });
    let event = draft.stamp(conversation, |draft, rev| {
        let message = MessageDoc {
            conversation_id: conversation.uuid(),
            seq,
            sender_id: sender.uuid(),
            client_id: client_id.uuid(),
            body: text.as_str().to_owned(),
            created_at: date(at),
            rev,
        };
        let row = Row::Message(message.clone().row()?);
        draft.messages.push(message);
        Ok(vec![row])
    })?;
    Ok(Committed { seq: Some(count(seq)?), events: vec![event], ..unchanged(conversation) })
}
