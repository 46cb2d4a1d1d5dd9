//! The threads of a conversation: how many replies messages say that they have, and how many there are.

use myna_protocol::{Message, Seq};
use std::collections::BTreeMap;

/// By the message that a thread begins with: what it says, and what was found.
#[derive(Default)]
pub(super) struct Threads(BTreeMap<Seq, (u32, u32)>);

impl Threads {
    /// Looks at the messages of a conversation in their order. Answers what this one cannot answer.
    pub(super) fn look_at(&mut self, message: &Message) -> Option<Seq> {
        if message.replies() > 0 {
            self.0.entry(message.seq).or_default().0 = message.replies();
        }
        let reply = message.reply()?;
        if message.unsent().is_none() {
            self.0.entry(reply.thread).or_default().1 += 1;
        }
        let is_before = (1..message.seq).contains(&reply.to) && (1..=reply.to).contains(&reply.thread);
        (!is_before).then_some(reply.to)
    }

    /// The messages that have another number of replies than they say: what each says, and has.
    pub(super) fn miscounted(self) -> impl Iterator<Item = (Seq, u32, u32)> {
        let threads = self.0.into_iter().filter(|(_, (says, found))| says != found);
        threads.map(|(seq, (says, found))| (seq, says, found))
    }
}
