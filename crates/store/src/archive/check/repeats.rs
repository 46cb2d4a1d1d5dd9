//! Messages with the same sender and client id, found in bounded memory: small hashes first, the ids of the few suspects
//! at the end.

use crate::archive::MessageRecord;
use myna_protocol::{ClientId, Seq, UserId};
use std::collections::hash_map::{Entry, RandomState};
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasher;

/// Hashes that are held at a time: some 10 MB. Of more messages each look takes a share.
const HELD: u64 = 500_000;
/// Repeated ids that are told of, of one conversation.
const TOLD: usize = 1_000;

/// What is known of one conversation's ids. All its messages are looked at once, and again for as long as it says so.
pub(super) struct Repeats {
    hasher: RandomState,
    /// The looks that are needed, and the one that is under way.
    looks: u64,
    look: u64,
    seen: HashSet<u64>,
    suspects: HashSet<u64>,
    /// In the last look: the suspects' ids, and where they are.
    known: HashMap<(UserId, ClientId), Seq>,
    found: Vec<(UserId, ClientId, [Seq; 2])>,
}

impl Repeats {
    /// About to look at this many messages.
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

    pub(super) fn look_at(&mut self, page: &[MessageRecord]) {
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

    /// Two ids may have the same hash: only the same id is a repetition.
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

    /// Ends a look. Whether all messages have to be looked at once more.
    pub(super) fn look_again(&mut self) -> bool {
        self.seen = HashSet::new();
        self.look += 1;
        self.look < self.looks || (self.look == self.looks && !self.suspects.is_empty())
    }

    /// Whose ids are there twice, and where.
    pub(super) fn found(self) -> Vec<(UserId, ClientId, [Seq; 2])> {
        self.found
    }
}

#[cfg(test)]
mod tests {
    use super::{HELD, Repeats};
    use crate::archive::MessageRecord;
    use myna_protocol::{ClientId, ConversationId, Timestamp, UserId};

    fn message(seq: u64, sender: u8, client_id: u64) -> MessageRecord {
        MessageRecord {
            conversation: ConversationId::from_bytes([1; 16]),
            seq,
            sender: UserId::from_bytes([sender; 16]),
            client_id: ClientId::from_bytes(u128::from(client_id).to_be_bytes()),
            text: String::new(),
            sent_at: Timestamp(0),
            rev: seq,
        }
    }

    /// What is found, and in how many looks.
    fn found(announced: u64, messages: &[MessageRecord]) -> (Vec<[u64; 2]>, u32) {
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
