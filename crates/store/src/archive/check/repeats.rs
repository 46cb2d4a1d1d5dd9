//! Finds messages with the same sender and client id in bounded memory: first by small hashes, then by the ids of the
//! few suspects.

use myna_protocol::{ClientId, Message, Seq, UserId};
use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// Hashes in memory at a time, about 10 MB. With more messages, each pass looks at a share of them.
const HELD: u64 = 500_000;
/// The most repeated ids to report for one conversation.
const TOLD: usize = 1_000;

/// The client ids of one conversation. The caller passes all messages once, and again while `look_again` asks for it.
pub(super) struct Repeats {
    hasher: RandomState,
    /// The number of passes over the hashes, and the current pass.
    looks: u64,
    look: u64,
    seen: HashSet<u64>,
    suspects: HashSet<u64>,
    /// In the last pass: the ids of the suspects, and their positions.
    known: HashMap<(UserId, ClientId), Seq>,
    found: Vec<(UserId, ClientId, [Seq; 2])>,
}

impl Repeats {
    /// Starts with about this many messages to look at.
    pub(super) fn among(messages: u64) -> Self {
        Self {
            hasher: RandomState::new(),
            looks: messages / HELD + 1,
            look: 0,
            seen: HashSet::new(),
            suspects: HashSet::new(),
            known: HashMap::new(),
            found: Vec::new(),
        }
    }

    pub(super) fn look_at(&mut self, page: &[Message]) {
        for message in page {
            let id = (message.sender, message.client_id);
            let hash = self.hasher.hash_one(id);
            if self.look == self.looks {
                self.confirm(hash, id, message.seq);
            } else if hash % self.looks == self.look && !self.seen.insert(hash) && self.suspects.len() < TOLD {
                self.suspects.insert(hash);
            }
        }
    }

    /// Two ids may have the same hash. Only the same id is a repetition.
    fn confirm(&mut self, hash: u64, id: (UserId, ClientId), seq: Seq) {
        if !self.suspects.contains(&hash) {
            return;
        }
        match self.known.entry(id) {
            Entry::Vacant(place) => {
                place.insert(seq);
            }
            Entry::Occupied(first) if self.found.len() < TOLD => self.found.push((id.0, id.1, [*first.get(), seq])),
            Entry::Occupied(_) => {}
        }
    }

    /// Ends a pass. Returns whether the caller must pass all messages once more.
    pub(super) fn look_again(&mut self) -> bool {
        self.seen = HashSet::new();
        self.look += 1;
        self.look < self.looks || (self.look == self.looks && !self.suspects.is_empty())
    }

    /// The senders and client ids that occur twice, and their positions.
    pub(super) fn found(self) -> Vec<(UserId, ClientId, [Seq; 2])> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Repeats};

    use myna_protocol::{ClientId, ConversationId, Message, Timestamp, UserId};

    fn message(seq: u64, sender: u8, client_id: u64) -> Message {
        Message {
            conversation: ConversationId::from_bytes([1; 16]),
            seq,
            sender: UserId::from_bytes([sender; 16]),
            client_id: ClientId::from_bytes(u128::from(client_id).to_be_bytes()),
            text: String::new(),
            sent_at: Timestamp(0),
            rev: seq,
            extra: None,
        }
    }

    /// What is found, and in how many looks.
    fn found(announced: u64, messages: &[Message]) -> (Vec<[u64; 2]>, u32) {
        let mut repeats = Repeats::among(announced);
        let mut looks = 1;
        repeats.look_at(messages);
        while repeats.look_again() {
            looks += 1;
            repeats.look_at(messages);
        }
        (repeats.found().into_iter().map(|(_, _, seqs)| seqs).collect(), looks)
    }

    #[test]
    fn each_repetition_is_found_in_one_look_more() {
        let mut messages: Vec<_> = (1..=1_000).map(|seq| message(seq, 1, seq)).collect();
        assert_eq!(found(1_000, &messages), (vec![], 1));
        messages.extend([message(1_001, 2, 5), message(1_002, 1, 7), message(1_003, 1, 7)]);
        assert_eq!(found(1_003, &messages), (vec![[7, 1_002], [7, 1_003]], 2));
    }

    #[test]
    fn many_messages_take_several_looks_and_the_same_is_found() {
        let mut messages: Vec<_> = (1..=1_000).map(|seq| message(seq, 1, seq)).collect();
        assert_eq!(found(3 * HELD, &messages), (vec![], 4));
        messages.extend((1..=10).map(|seq| message(1_000 + seq, 1, seq)));
        let repeated: Vec<_> = (1..=10).map(|seq| [seq, 1_000 + seq]).collect();
        assert_eq!(found(3 * HELD, &messages), (repeated, 5));
    }
}
