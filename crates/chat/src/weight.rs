//! About how many bytes a row takes in memory and on the wire.

use myna_protocol::limits::ANSWER_BYTES;
use myna_protocol::{FeedRows, Message, Reaction, Row};

const REACTION: usize = 192;

/// As many reactions as no answer holds.
pub const ANSWER_REACTIONS: u32 = (ANSWER_BYTES / REACTION) as u32 + 1;

/// About how many bytes a row takes.
pub fn row_weight(row: &Row) -> usize {
    match row {
        Row::Message(message) => message_weight(message),
        Row::Conversation(_) | Row::Member(_) | Row::Membership(_) => 256,
        Row::Reaction(_) => REACTION,
        Row::Scheduled(row) => 256 + row.message.as_ref().map_or(0, |message| message.text.len()),
        Row::Person(_) | Row::Thread(_) | Row::Unknown => 128,
    }
}

/// About how many bytes a message takes.
pub fn message_weight(message: &Message) -> usize {
    let earlier = message.earlier().iter().map(|earlier| 64 + earlier.text.len());
    let thread = if message.extra.is_some() { 128 } else { 0 };
    256 + message.text.len() + thread + earlier.sum::<usize>()
}

/// Keeps as many of the newest messages as one answer may weigh with their reactions, but at least one, and their reactions.
/// `messages` are by seq. `reactions` are theirs, those to the newest message first: all of them, or the first
/// [`ANSWER_REACTIONS`].
pub fn fit_into_answer(messages: &mut Vec<Message>, reactions: &mut Vec<Reaction>) {
    let (mut bytes, mut fitting, mut theirs) = (0, 0, 0);
    for message in messages.iter().rev() {
        let more = reactions.iter().skip(theirs).take_while(|reaction| reaction.seq == message.seq).count();
        bytes += message_weight(message) + more * REACTION;
        if bytes > ANSWER_BYTES && fitting > 0 {
            break;
        }
        fitting += 1;
        theirs += more;
    }
    messages.drain(..messages.len() - fitting);
    reactions.truncate(theirs);
}

/// About how many bytes rows take.
pub(crate) fn weight(rows: &FeedRows) -> usize {
    rows.rows.iter().map(row_weight).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use myna_protocol::{ClientId, ConversationId, Seq, Timestamp, UserId};

    fn message(seq: Seq, bytes: usize) -> Message {
        Message {
            conversation: ConversationId::from_bytes([1; 16]),
            seq,
            sender: UserId::from_bytes([2; 16]),
            client_id: ClientId::from_bytes([3; 16]),
            text: "a".repeat(bytes),
            sent_at: Timestamp(0),
            rev: seq,
            extra: None,
        }
    }

    fn reactions(seq: Seq, count: usize) -> impl Iterator<Item = Reaction> {
        let conversation = ConversationId::from_bytes([1; 16]);
        let reaction = move |at: usize| {
            let user = UserId::from_bytes((at as u128).to_be_bytes());
            Reaction { conversation, seq, user, emoji: Some("👍".to_owned()), rev: 1 }
        };
        (0..count).map(reaction)
    }

    /// For messages of so many bytes and reactions, how many messages and reactions fit.
    fn fitting(page: &[(usize, usize)]) -> (usize, usize) {
        let of = |(seq, (bytes, _)): (Seq, &(usize, usize))| message(seq, *bytes);
        let mut messages: Vec<Message> = (1..).zip(page).map(of).collect();
        let all: Vec<(Seq, &(usize, usize))> = (1..).zip(page).collect();
        let all = all.into_iter().rev().flat_map(|(seq, (_, count))| reactions(seq, *count));
        let mut all: Vec<Reaction> = all.take(ANSWER_REACTIONS as usize).collect();
        fit_into_answer(&mut messages, &mut all);
        (messages.len(), all.len())
    }

    #[test]
    fn an_answer_holds_the_newest_messages_with_all_their_reactions() {
        assert_eq!(fitting(&[]), (0, 0));
        assert_eq!(fitting(&[(10, 0), (10, 2), (10, 0), (10, 1)]), (4, 3));
        assert_eq!(fitting(&[(10, 500); 10]), (5, 2_500));
        assert_eq!(fitting(&[(10, 500), (ANSWER_BYTES, 7)]), (1, 7));
        assert_eq!(fitting(&[(ANSWER_BYTES, 500)]), (1, 500));
    }
}
