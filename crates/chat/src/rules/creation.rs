//! A conversation begins.

use super::needs::pair;
use super::{Change, ConversationRow, Effects, Facts, MemberRow, UserRow};
use myna_protocol::limits::{LOADED_MEMBERS, RECEIPT_MEMBERS};
use myna_protocol::{ConversationId, Feed, Kind, Name, Rejection, Row, UserId};
use std::collections::BTreeSet;

/// The same pair, in either order, always gets the same conversation. `NotFound` when the other person does not exist.
pub(super) fn direct(facts: &Facts, change: &Change, id: ConversationId, with: UserId) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let people = people(facts, [user, with])?;
    let pair = pair(user, with);
    if let Some(first) = facts.direct(pair) {
        return Ok(Effects::unchanged(first));
    }
    if facts.conversation(id).is_some() {
        return Err(Rejection::IdTaken);
    }
    Ok(create(change, New { id, kind: Kind::Direct, name: None, pair: Some(pair), creator: user, people }))
}

/// A retry (same id, same creator, a group) answers the first one; any other use of a taken id is `IdTaken`.
pub(super) fn group(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    name: Option<&Name>,
    members: &[UserId],
) -> Result<Effects, Rejection> {
    let creator = change.user()?;
    if let Some(first) = facts.conversation(id) {
        return repeated(first, creator, Kind::Group);
    }
    let people = people(facts, std::iter::once(creator).chain(members.iter().copied()))?;
    Ok(create(change, New { id, kind: Kind::Group, name, pair: None, creator, people }))
}

/// `NameTaken` when a channel has a name with the same key. A retry answers the first one, as for a group.
pub(super) fn channel(facts: &Facts, change: &Change, id: ConversationId, name: &Name) -> Result<Effects, Rejection> {
    let creator = change.user()?;
    if let Some(first) = facts.conversation(id) {
        return repeated(first, creator, Kind::Channel);
    }
    let people = people(facts, [creator])?;
    if facts.channel_named(&name.key()).is_some() {
        return Err(Rejection::NameTaken);
    }
    Ok(create(change, New { id, kind: Kind::Channel, name: Some(name), pair: None, creator, people }))
}

/// The id is taken: by an earlier try of the same change, or by chance or malice.
fn repeated(first: &ConversationRow, creator: UserId, kind: Kind) -> Result<Effects, Rejection> {
    if first.created_by == creator && first.kind == kind {
        return Ok(Effects::unchanged(first.id));
    }
    Err(Rejection::IdTaken)
}

/// These people, each once, by id. `NotFound` when one of them does not exist.
fn people(facts: &Facts, ids: impl IntoIterator<Item = UserId>) -> Result<Vec<UserRow>, Rejection> {
    let ids: BTreeSet<UserId> = ids.into_iter().collect();
    ids.into_iter().map(|id| facts.user(id).cloned().ok_or(Rejection::NotFound)).collect()
}

/// A conversation about to be created, checked.
struct New<'a> {
    id: ConversationId,
    kind: Kind,
    name: Option<&'a Name>,
    pair: Option<[UserId; 2]>,
    creator: UserId,
    /// Each once, by id, the creator among them.
    people: Vec<UserRow>,
}

/// One event of the conversation's feed, from 0 to 1, with all its rows; and one of each member's own feed.
fn create(change: &Change, new: New<'_>) -> Effects {
    let New { id, kind, name, pair, creator, people } = new;
    let conversation = ConversationRow {
        id,
        kind,
        name: name.map(|name| name.as_str().to_owned()),
        pair,
        created_by: creator,
        created_at: change.at,
        receipts: kind != Kind::Channel && people.len() <= RECEIPT_MEMBERS,
        member_count: people.len() as u32,
        last_seq: 0,
        active_at: change.at,
        rev: 1,
        row_rev: 1,
    };
    let mut effects = Effects::unchanged(id);
    let mut rows = vec![Row::Conversation(conversation.row())];
    let new_member = |user| MemberRow {
        conversation: id,
        user,
        joined_rev: 1,
        joined_seq: 0,
        left_seq: None,
        read_seq: 0,
        read_at: None,
        rev: 1,
        user_rev: 0,
    };
    rows.extend(
        people.iter().take(LOADED_MEMBERS as usize).flat_map(|person| {
            [Row::Member(new_member(person.id).row(conversation.receipts)), Row::Person(person.row())]
        }),
    );
    effects.event(Feed::Conversation(id), 1, rows);
    for mut person in people {
        let mut member = new_member(person.id);
        effects.membership(&mut person, &mut member);
        effects.committed.joined.push(person.id);
        effects.members.push(member);
        effects.users.push(person);
    }
    effects.conversations.push(conversation);
    effects
}
