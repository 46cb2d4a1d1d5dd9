//! People join a channel, add others to a group or a channel, or leave one.

use super::rights::{Action, Role, Verdict, may};
use super::{Change, ConversationRow, Effects, Facts, MemberRow, UserRow};
use myna_protocol::limits::GROUP_MEMBERS;
use myna_protocol::{ConversationId, Feed, Kind, Rejection, Row, UserId};

/// Whoever joins has read all earlier messages. Who joins again keeps their place among the members. Joining twice changes
/// nothing.
pub(super) fn join(facts: &Facts, change: &Change, id: ConversationId) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let mut conversation = facts.conversation(id).ok_or(Rejection::NotFound)?.clone();
    if let Verdict::No(rejection) = may(Role::Outsider, Action::Join, conversation.kind) {
        return Err(rejection);
    }
    let person = facts.user(user).ok_or(Rejection::NotFound)?.clone();
    let Some(member) = joined(facts, &conversation, user) else { return Ok(Effects::unchanged(id)) };
    conversation.member_count += 1;
    let mut effects = moved(conversation, vec![(member, person)]);
    effects.committed.joined.push(user);
    Ok(effects)
}

/// As joining, for each of these people; those who are in it already stay. `NotFound` when one of them does not exist,
/// `TooManyMembers` when a group would become too large.
pub(super) fn add(facts: &Facts, change: &Change, id: ConversationId, users: &[UserId]) -> Result<Effects, Rejection> {
    let (mut conversation, _) = facts.allowed(id, change.user()?, Action::Add)?;
    let mut came = Vec::new();
    for user in users {
        let person = facts.user(*user).ok_or(Rejection::NotFound)?;
        came.extend(joined(facts, &conversation, *user).map(|member| (member, person.clone())));
    }
    if came.is_empty() {
        return Ok(Effects::unchanged(id));
    }
    conversation.member_count = conversation.member_count.saturating_add(came.len() as u32);
    if conversation.kind == Kind::Group && conversation.member_count as usize > GROUP_MEMBERS {
        return Err(Rejection::TooManyMembers);
    }
    let users: Vec<UserId> = came.iter().map(|(member, _)| member.user).collect();
    let mut effects = moved(conversation, came);
    effects.committed.joined = users;
    Ok(effects)
}

/// The row of a person who comes into the conversation now; `None` when they are in it.
fn joined(facts: &Facts, conversation: &ConversationRow, user: UserId) -> Option<MemberRow> {
    let last_seq = conversation.last_seq;
    match facts.member(conversation.id, user) {
        Some(member) if member.is_in() => None,
        Some(member) => Some(MemberRow {
            joined_seq: last_seq,
            left_seq: None,
            read_seq: member.read_seq.max(last_seq),
            ..member.clone()
        }),
        None => Some(MemberRow {
            conversation: conversation.id,
            user,
            joined_rev: conversation.rev + 1,
            joined_seq: last_seq,
            left_seq: None,
            read_seq: last_seq,
            read_at: None,
            rev: 0,
            user_rev: 0,
        }),
    }
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
    let mut effects = moved(conversation, vec![(member, person)]);
    effects.committed.left.push(user);
    Ok(effects)
}

/// Stamps the conversation's row (its member count), the members, and each person's own membership.
fn moved(mut conversation: ConversationRow, mut people: Vec<(MemberRow, UserRow)>) -> Effects {
    let mut effects = Effects::unchanged(conversation.id);
    conversation.rev += 1;
    conversation.row_rev = conversation.rev;
    let mut rows = vec![Row::Conversation(conversation.row())];
    for (member, person) in &mut people {
        member.rev = conversation.rev;
        rows.extend([Row::Member(member.row(conversation.receipts)), Row::Person(person.row())]);
    }
    effects.event(Feed::Conversation(conversation.id), conversation.rev, rows);
    effects.conversations.push(conversation);
    for (mut member, mut person) in people {
        effects.membership(&mut person, &mut member);
        effects.members.push(member);
        effects.users.push(person);
    }
    effects
}
