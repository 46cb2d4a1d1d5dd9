//! Somebody joins a channel, or leaves a group or a channel.

use super::rights::{Action, Role, Verdict, may};
use super::{Change, ConversationRow, Effects, Facts, MemberRow, UserRow};
use myna_protocol::{ConversationId, Feed, Rejection, Row};

/// Whoever joins has read all earlier messages. Who joins again keeps their place among the members. Joining twice changes
/// nothing.
pub(super) fn join(facts: &Facts, change: &Change, id: ConversationId) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let mut conversation = facts.conversation(id).ok_or(Rejection::NotFound)?.clone();
    if let Verdict::No(rejection) = may(Role::Outsider, Action::Join, conversation.kind) {
        return Err(rejection);
    }
    let person = facts.user(user).ok_or(Rejection::NotFound)?.clone();
    let last_seq = conversation.last_seq;
    let member = match facts.member(id, user) {
        Some(member) if member.is_in() => return Ok(Effects::unchanged(id)),
        Some(member) => MemberRow {
            joined_seq: last_seq,
            left_seq: None,
            read_seq: member.read_seq.max(last_seq),
            ..member.clone()
        },
        None => MemberRow {
            conversation: id,
            user,
            joined_rev: conversation.rev + 1,
            joined_seq: last_seq,
            left_seq: None,
            read_seq: last_seq,
            read_at: None,
            rev: 0,
            user_rev: 0,
        },
    };
    conversation.member_count += 1;
    let mut effects = moved(conversation, member, person);
    effects.committed.joined.push(user);
    Ok(effects)
}

/// `DirectStays` in a direct conversation. Leaving twice changes nothing: a retry whose first answer was lost succeeds.
pub(super) fn leave(facts: &Facts, change: &Change, id: ConversationId) -> Result<Effects, Rejection> {
    let user = change.user()?;
    if facts.conversation(id).is_some() && facts.member(id, user).is_some_and(|member| !member.is_in()) {
        return Ok(Effects::unchanged(id));
    }
    let (mut conversation, mut member) = facts.allowed(id, user, Action::Leave)?;
    let person = facts.user(user).ok_or(Rejection::NotFound)?.clone();
    member.left_seq = Some(conversation.last_seq);
    conversation.member_count = conversation.member_count.saturating_sub(1);
    let mut effects = moved(conversation, member, person);
    effects.committed.left.push(user);
    Ok(effects)
}

/// Stamps the conversation's row (its member count), the member, and the person's own membership.
fn moved(mut conversation: ConversationRow, mut member: MemberRow, mut person: UserRow) -> Effects {
    let mut effects = Effects::unchanged(conversation.id);
    conversation.rev += 1;
    conversation.row_rev = conversation.rev;
    member.rev = conversation.rev;
    let rows = vec![
        Row::Conversation(conversation.row()),
        Row::Member(member.row(conversation.receipts)),
        Row::Person(person.row()),
    ];
    effects.event(Feed::Conversation(conversation.id), conversation.rev, rows);
    effects.membership(&mut person, &mut member);
    effects.conversations.push(conversation);
    effects.members.push(member);
    effects.users.push(person);
    effects
}
