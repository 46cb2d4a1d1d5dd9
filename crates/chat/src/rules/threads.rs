//! A message answers another one, and the replies of a thread are counted.

use super::{ConversationRow, Effects, Facts};
use myna_protocol::{ConversationId, Message, Rejection, Replies, Reply, Row, Seq, Thread};

/// What a message answers that replies to this one: a reply to a reply belongs to the thread of that one. `NotFound` when there
/// is no such message. An unsent message can be answered: the person who replies may not know yet that it is unsent.
pub(super) fn reply(facts: &Facts, id: ConversationId, to: Seq) -> Result<Reply, Rejection> {
    let message = facts.message(id, to).ok_or(Rejection::NotFound)?;
    Ok(Reply { to, thread: message.thread() })
}

/// The message that begins the thread has one reply more, or less, at the conversation's rev. Answers what its readers are sent.
pub(super) fn count(
    facts: &Facts,
    effects: &mut Effects,
    conversation: &ConversationRow,
    reply: Reply,
    change: impl FnOnce(u32) -> u32,
) -> Option<Row> {
    let mut message: Message = facts.message(conversation.id, reply.thread)?.clone();
    let rev = conversation.rev;
    let before = message.extra.as_ref().and_then(|extra| extra.replies);
    let Replies { count, since } = before.unwrap_or(Replies { count: 0, since: message.rev });
    let replies = change(count);
    message.extra.get_or_insert_default().replies = Some(Replies { count: replies, since });
    message.rev = rev;
    let thread = Thread { conversation: conversation.id, seq: message.seq, replies, rev };
    effects.messages.push(message);
    Some(Row::Thread(thread))
}
