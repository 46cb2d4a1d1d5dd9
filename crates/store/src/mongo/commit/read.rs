//! Somebody has read up to a message.

use super::draft::Draft;
use super::{Stop, unchanged};
use crate::mongo::documents::{date, int};
use myna_chat::store::Committed;
use myna_protocol::{ConversationId, Rejection, Seq, Timestamp, UserId};

pub(super) fn read(
    draft: &mut Draft,
    conversation: ConversationId,
    user: UserId,
    seq: Seq,
    at: Timestamp,
) -> Result<Committed, Stop> {
    let (document, member) = draft.place(conversation, user).ok_or(Rejection::NotFound)?;
    let seq = int(seq).min(document.last_seq);
    if seq <= member.read_seq {
        return Ok(unchanged(conversation));
    }
    (member.read_seq, member.read_at) = (seq, Some(date(at)));
    let receipts = document.receipts;

    let mut events = Vec::new();
    if receipts {
        let told = draft.stamp(conversation, |draft, rev| Ok(vec![draft.stamp_member(conversation, user, rev)?]))?;
        events.push(told);
    }
    events.push(draft.stamp_membership(conversation, user)?);
    Ok(Committed { events, ..unchanged(conversation) })
}
