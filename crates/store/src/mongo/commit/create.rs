//! A conversation begins.

use super::draft::Draft;
use super::{Stop, unchanged};
use crate::mongo::documents::{AsUuid, ConversationDoc, KindDoc, MemberDoc, Pair, date};
use crate::words::tails;
use myna_chat::store::Committed;
use myna_protocol::limits::{GROUP_MEMBERS, RECEIPT_MEMBERS};
use myna_protocol::{ConversationId, Feed, FeedRows, Name, Rejection, Row, Timestamp, UserId};
use std::collections::HashSet;

pub(super) fn direct(
    draft: &mut Draft,
    id: ConversationId,
    user: UserId,
    with: UserId,
    at: Timestamp,
) -> Result<Committed, Stop> {
    let members = distinct([user, with]);
    all_exist(draft, &members)?;
    let pair = Pair::of(user, with);
    if let Some(first) = draft.pairs.get(&pair) {
        return Ok(unchanged(*first));
    }
    if draft.conversation(id).is_some() {
        return Err(Rejection::IdTaken.into());
    }
    create(draft, &New { id, kind: KindDoc::Direct, name: None, pair: Some(pair), members: &members, at })
}

pub(super) fn group(
    draft: &mut Draft,
    id: ConversationId,
    creator: UserId,
    name: Option<&Name>,
    members: &[UserId],
    at: Timestamp,
) -> Result<Committed, Stop> {
    if let Some(first) = draft.conversation(id) {
        return repeated(first, id, creator, KindDoc::Group);
    }
    let members = distinct(std::iter::once(creator).chain(members.iter().copied()));
    all_exist(draft, &members)?;
    create(draft, &New { id, kind: KindDoc::Group, name, pair: None, members: &members, at })
}

pub(super) fn channel(
    draft: &mut Draft,
    id: ConversationId,
    creator: UserId,
    name: &Name,
    at: Timestamp,
) -> Result<Committed, Stop> {
    if let Some(first) = draft.conversation(id) {
        return repeated(first, id, creator, KindDoc::Channel);
    }
    all_exist(draft, &[creator])?;
    if draft.channels.contains_key(&name.key()) {
        return Err(Rejection::NameTaken.into());
    }
    create(draft, &New { id, kind: KindDoc::Channel, name: Some(name), pair: None, members: &[creator], at })
}

/// The id is there already: by a retry of what made it, or by chance or malice.
fn repeated(first: &ConversationDoc, id: ConversationId, creator: UserId, kind: KindDoc) -> Result<Committed, Stop> {
    if first.created_by == creator.uuid() && first.kind == kind {
        return Ok(unchanged(id));
    }
    Err(Rejection::IdTaken.into())
}

/// Each once, in the order of their first mention.
fn distinct(people: impl IntoIterator<Item = UserId>) -> Vec<UserId> {
    let mut seen = HashSet::new();
    people.into_iter().filter(|person| seen.insert(*person)).collect()
}

fn all_exist(draft: &Draft, people: &[UserId]) -> Result<(), Stop> {
    if people.iter().all(|person| draft.person(*person).is_some()) { Ok(()) } else { Err(Rejection::NotFound.into()) }
}

/// A conversation about to be made, checked; the first of the members makes it.
struct New<'a> {
    id: ConversationId,
    kind: KindDoc,
    name: Option<&'a Name>,
    pair: Option<Pair>,
    members: &'a [UserId],
    at: Timestamp,
}

fn create(draft: &mut Draft, new: &New<'_>) -> Result<Committed, Stop> {
    let (id, members) = (new.id, new.members);
    let creator = members.first().ok_or(Rejection::TooFewMembers)?;
    let name_key = new.name.filter(|_| new.kind == KindDoc::Channel).map(Name::key);
    let conversation = ConversationDoc {
        id: id.uuid(),
        kind: new.kind,
        name: new.name.map(|name| name.as_str().to_owned()),
        words: name_key.iter().flat_map(|key| tails(key)).map(str::to_owned).collect(),
        name_key,
        pair: new.pair,
        created_by: creator.uuid(),
        created_at: date(new.at),
        receipts: new.kind != KindDoc::Channel && members.len() <= RECEIPT_MEMBERS,
        member_count: members.len() as i64,
        last_seq: 0,
        rev: 1,
        row_rev: 1,
    };
    let receipts = conversation.receipts;
    let mut rows = vec![Row::Conversation(conversation.row()?)];
    draft.add_conversation(conversation);
    let mut in_order = members.to_vec();
    in_order.sort_unstable();
    for (place, user) in in_order.iter().enumerate() {
        let member = MemberDoc {
            conversation_id: id.uuid(),
            user_id: user.uuid(),
            name: draft.person(*user).ok_or(Rejection::NotFound)?.name.clone(),
            joined_rev: 1,
            joined_seq: 0,
            left_seq: None,
            read_seq: 0,
            read_at: None,
            rev: 1,
            user_rev: 0,
        };
        if place < GROUP_MEMBERS {
            rows.push(Row::Member(member.row(receipts)?));
        }
        draft.add_member(member);
    }

    let mut events = vec![FeedRows { feed: Feed::Conversation(id), from: 0, rev: 1, rows }];
    for member in members {
        events.push(draft.stamp_membership(id, *member)?);
    }
    Ok(Committed { events, joined: members.to_vec(), ..unchanged(id) })
}
