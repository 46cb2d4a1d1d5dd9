//! A member reacts to a message, or takes the reaction back.

use super::rights::Action;
use super::{Change, Effects, Facts};
use myna_protocol::{ConversationId, Emoji, Feed, Reaction, Rejection, Row, Seq};

/// The reaction takes the place of the person's reaction before. The same again changes nothing. `NotFound` when there is no
/// such message.
pub(super) fn react(
    facts: &Facts,
    change: &Change,
    id: ConversationId,
    seq: Seq,
    emoji: Option<&Emoji>,
    most: u32,
) -> Result<Effects, Rejection> {
    let user = change.user()?;
    let (mut conversation, _) = facts.allowed(id, user, Action::React)?;
    let message = facts.message(id, seq).ok_or(Rejection::NotFound)?;
    if message.unsent().is_some() {
        return Err(Rejection::MessageUnsent);
    }
    let before = facts.reaction(id, seq, user).and_then(|reaction| reaction.emoji.as_deref());
    let emoji = emoji.map(Emoji::as_str);
    let mut effects = Effects::unchanged(id);
    effects.committed.seq = Some(seq);
    if before == emoji {
        return Ok(effects);
    }
    if before.is_none() && facts.reaction_count(id, seq) >= u64::from(most) {
        return Err(Rejection::TooManyReactions);
    }
    conversation.rev += 1;
    let reaction = Reaction { conversation: id, seq, user, emoji: emoji.map(str::to_owned), rev: conversation.rev };
    effects.event(Feed::Conversation(id), reaction.rev, vec![Row::Reaction(reaction.clone())]);
    effects.reactions.push(reaction);
    effects.conversations.push(conversation);
    Ok(effects)
}
