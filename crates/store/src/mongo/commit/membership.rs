//! Somebody comes into a channel, or leaves.

use super::draft::Draft;
use super::{Stop, unchanged};
use crate::mongo::documents::{AsUuid, KindDoc, MemberDoc};
use myna_chat::store::Committed;
use myna_protocol::{ConversationId, Rejection, UserId};

/// Whoever joins has read what was said before they came; who comes again keeps their place among the members.
pub(super) fn join(draft: &mut Draft, conversation: ConversationId, user: UserId) -> Result<Committed, Stop> {
    let channel = draft.conversation(conversation).filter(|found| found.kind == KindDoc::Channel);
    let channel = channel.ok_or(Rejection::NotFound)?;
    let (last_seq, next) = (channel.last_seq, channel.rev + 1);
    let name = draft.person(user).ok_or(Rejection::NotFound)?.name.clone();
    match draft.members.get_mut(&(conversation, user)).map(|tracked| &mut tracked.now) {
        Some(member) if member.is_in() => return Ok(unchanged(conversation)),
        Some(member) => {
            member.joined_seq = last_seq;
            member.left_seq = None;
            member.read_seq = member.read_seq.max(last_seq);
        }
        None => draft.add_member(MemberDoc {
            conversation_id: conversation.uuid(),
            user_id: user.uuid(),
            name,
            joined_rev: next,
            joined_seq: last_seq,
            left_seq: None,
            read_seq: last_seq,
            read_at: None,
            rev: next,
            user_rev: 0,
        }),
    }
    Ok(Committed { joined: vec![user], ..moved(draft, conversation, user, 1)? })
}

pub(super) fn leave(draft: &mut Draft, conversation: ConversationId, user: UserId) -> Result<Committed, Stop> {
    let (document, member) = draft.place(conversation, user).ok_or(Rejection::NotFound)?;
    if document.kind == KindDoc::Direct {
        return Err(Rejection::DirectStays.into());
    }
    member.left_seq = Some(document.last_seq);
    Ok(Committed { left: vec![user], ..moved(draft, conversation, user, -1)? })
}

/// Tells the conversation how many it has now and who came or went, and that person where they are.
fn moved(draft: &mut Draft, id: ConversationId, user: UserId, difference: i64) -> Result<Committed, Stop> {
    if let Some(tracked) = draft.conversations.get_mut(&id) {
        tracked.now.member_count += difference;
    }
    let told = draft.stamp(id, |draft, rev| Ok(vec![draft.stamp_row(id, rev)?, draft.stamp_member(id, user, rev)?]))?;
    Ok(Committed { events: vec![told, draft.stamp_membership(id, user)?], ..unchanged(id) })
}
