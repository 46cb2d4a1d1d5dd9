//! Somebody has read up to a message.

use super::rights::Action;
use super::{Change, Effects, Facts};
use myna_protocol::{ConversationId, Feed, Rejection, Row, Seq};

/// The read place is at most the last message, and never falls. The person's own feed always says so; the conversation's
/// feed does where it has receipts.
pub(super) fn read(facts: &Facts, change: &Change, id: ConversationId, seq: Seq) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let (mut conversation, mut member) = facts.allowed(id, user, Action::Read)?;
    let seq = seq.min(conversation.last_seq);
    let mut effects = Effects::unchanged(id);
    if seq <= member.read_seq {
        return Ok(effects);
    }
    let mut person = facts.user(user).ok_or(Rejection::NotFound)?.clone();
    (member.read_seq, member.read_at) = (seq, Some(change.at));
    if conversation.receipts {
        conversation.rev += 1;
        member.rev = conversation.rev;
        effects.event(Feed::Conversation(id), conversation.rev, vec![Row::Member(member.row(true))]);
        effects.conversations.push(conversation);
    }
    effects.membership(&mut person, &mut member);
    effects.members.push(member);
    effects.users.push(person);
    Ok(effects)
}
