//! How people react to messages: the rows held of a conversation, those on their way, and both as a bubble shows them.

use crate::people::People;
use crate::set::Set;
use myna_protocol::{ConversationId, Reaction, RequestId, Rev, Seq, UserId};

/// Names that one emoji of a message brings along.
const NAMES: usize = 5;

/// Those who react to a message with the same emoji.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    pub emoji: String,
    pub count: usize,
    /// Whether one is among them.
    pub mine: bool,
    /// The names of the first five of the others; empty ones are not known.
    pub names: Vec<String>,
}

/// The reactions held of a conversation, by message and person: those that were taken back among them, since a page that was
/// read before may still bring them.
#[derive(Debug, Default)]
pub(crate) struct Reactions(Vec<Reaction>);

impl Reactions {
    /// An idempotent upsert: the one with the greater rev stays.
    pub(crate) fn put(&mut self, row: Reaction) {
        match self.0.binary_search_by_key(&(row.seq, row.user), |held| (held.seq, held.user)) {
            Ok(at) if row.rev > self.0[at].rev => self.0[at] = row,
            Ok(_) => {}
            Err(at) => self.0.insert(at, row),
        }
    }

    /// Everything up to this rev is about to come afresh.
    pub(crate) fn renew(&mut self, rev: Rev) {
        self.0.retain(|held| held.rev > rev);
    }

    /// Forgets those to messages before this one.
    pub(crate) fn drop_below(&mut self, seq: Seq) {
        let below = self.0.partition_point(|held| held.seq < seq);
        self.0.drain(..below);
    }

    /// Whether one of these people reacts to anything.
    pub(crate) fn are_of_any(&self, users: &Set<UserId>) -> bool {
        self.0.iter().any(|held| users.contains(&held.user))
    }

    /// Those to this message.
    pub(crate) fn to(&self, seq: Seq) -> &[Reaction] {
        let from = self.0.partition_point(|held| held.seq < seq);
        let count = self.0[from..].partition_point(|held| held.seq == seq);
        &self.0[from..from + count]
    }

    pub(crate) fn of(&self, seq: Seq, user: UserId) -> Option<&Reaction> {
        self.to(seq).iter().find(|held| held.user == user)
    }
}

/// A reaction that the server has not confirmed, or whose row has not come yet.
#[derive(Debug)]
struct Pending {
    conversation: ConversationId,
    seq: Seq,
    request: RequestId,
    emoji: Option<String>,
    /// The rev of the row before; 0 when there was none.
    rev: Rev,
    is_acked: bool,
}

/// The reader's reactions that are on their way.
#[derive(Debug, Default)]
pub(crate) struct Reacting(Vec<Pending>);

impl Reacting {
    /// A reaction has been asked for, in place of one that is on its way.
    pub(crate) fn ask(
        &mut self,
        request: RequestId,
        (conversation, seq): (ConversationId, Seq),
        emoji: Option<String>,
        rev: Rev,
    ) {
        self.0.retain(|pending| (pending.conversation, pending.seq) != (conversation, seq));
        self.0.push(Pending { conversation, seq, request, emoji, rev, is_acked: false });
    }

    /// The reaction that is on its way, `Some(None)` to take it back; `None` when nothing is on its way.
    pub(crate) fn to(&self, conversation: ConversationId, seq: Seq) -> Option<Option<&str>> {
        let mut pending = self.0.iter();
        let pending = pending.find(|pending| (pending.conversation, pending.seq) == (conversation, seq))?;
        Some(pending.emoji.as_deref())
    }

    /// The server has done what was asked. In which conversation, if that was a reaction.
    pub(crate) fn acked(&mut self, request: RequestId) -> Option<ConversationId> {
        let pending = self.0.iter_mut().find(|pending| pending.request == request)?;
        pending.is_acked = true;
        Some(pending.conversation)
    }

    /// The server has refused. In which conversation, if that was a reaction.
    pub(crate) fn refused(&mut self, request: RequestId) -> Option<ConversationId> {
        let at = self.0.iter().position(|pending| pending.request == request)?;
        Some(self.0.remove(at).conversation)
    }

    /// The conversation has come afresh: what is acknowledged is in it, or has been taken back since.
    pub(crate) fn renew(&mut self, id: ConversationId) {
        self.0.retain(|pending| pending.conversation != id || !pending.is_acked);
    }

    /// Forgets those that are acknowledged and have come as rows; `row` finds the reader's row, `None` when the message
    /// is not loaded.
    pub(crate) fn settle<'a>(&mut self, id: ConversationId, row: impl Fn(Seq) -> Option<Option<&'a Reaction>>) {
        self.0.retain(|pending| {
            if pending.conversation != id || !pending.is_acked {
                return true;
            }
            let Some(row) = row(pending.seq) else { return false };
            let is_changed = row.is_some_and(|row| row.rev > pending.rev);
            let is_as_asked = row.and_then(|row| row.emoji.as_deref()) == pending.emoji.as_deref();
            !is_changed && !is_as_asked
        });
    }
}

/// The people who react to a message, each with the emoji, in the order of their reactions. `pending` is the reader's reaction
/// that is on its way: it comes last.
pub(crate) fn in_order<'a>(
    rows: &'a [Reaction],
    pending: Option<Option<&'a str>>,
    me: UserId,
) -> impl Iterator<Item = (UserId, &'a str)> {
    // There are few, mostly in order: a sort would be code that the browser loads.
    let mut ordered: Vec<&Reaction> = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| row.user != me || pending.is_none()) {
        let at = ordered.iter().rposition(|before| before.rev <= row.rev).map_or(0, |at| at + 1);
        ordered.insert(at, row);
    }
    let stored = ordered.into_iter().filter_map(|row| Some((row.user, row.emoji.as_deref()?)));
    stored.chain(pending.flatten().map(|emoji| (me, emoji)))
}

/// The reactions to a message by emoji, those first that came first.
pub(crate) fn tallies(rows: &[Reaction], pending: Option<Option<&str>>, me: UserId, people: &People) -> Vec<Tally> {
    let mut tallies: Vec<Tally> = Vec::new();
    for (user, emoji) in in_order(rows, pending, me) {
        let at = tallies.iter().position(|tally| tally.emoji == emoji).unwrap_or_else(|| {
            tallies.push(Tally { emoji: emoji.to_owned(), count: 0, mine: false, names: Vec::new() });
            tallies.len() - 1
        });
        let tally = &mut tallies[at];
        tally.count += 1;
        if user == me {
            tally.mine = true;
        } else if tally.names.len() < NAMES {
            tally.names.push(people.name(user).to_owned());
        }
    }
    tallies
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{conversation, user};

    fn reaction(n: u8, seq: Seq, emoji: &str, rev: Rev) -> Reaction {
        let emoji = (!emoji.is_empty()).then(|| emoji.to_owned());
        Reaction { conversation: conversation(1), seq, user: user(n), emoji, rev }
    }

    /// The emoji of the message at place 3 with how many, and whether one's own is among them.
    fn shown(rows: &[Reaction], pending: Option<Option<&str>>) -> Vec<(String, usize, bool)> {
        let mut held = Reactions::default();
        rows.iter().for_each(|row| held.put(row.clone()));
        let tallies = tallies(held.to(3), pending, user(1), &People::default());
        tallies.into_iter().map(|tally| (tally.emoji, tally.count, tally.mine)).collect()
    }

    #[test]
    fn reactions_by_emoji_in_the_order_in_which_they_came() {
        let rows = [
            reaction(2, 3, "b", 9),
            reaction(1, 3, "a", 5),
            reaction(3, 3, "a", 7),
            reaction(4, 3, "", 8),
            reaction(2, 4, "z", 1),
        ];
        let (a, b) = (("a".to_owned(), 2, true), ("b".to_owned(), 1, false));
        assert_eq!(shown(&rows, None), [a.clone(), b.clone()]);
        assert_eq!(shown(&rows, Some(None)), [("a".to_owned(), 1, false), b.clone()]);
        assert_eq!(shown(&rows, Some(Some("b"))), [("a".to_owned(), 1, false), ("b".to_owned(), 2, true)]);
        let mut again = rows.to_vec();
        again.reverse();
        again.push(reaction(2, 3, "a", 4));
        assert_eq!(shown(&again, None), [a, b]);
    }

    #[test]
    fn what_was_taken_back_stays_so_when_an_older_page_comes() {
        let rows = [reaction(2, 3, "", 9), reaction(2, 3, "a", 5)];
        assert_eq!(shown(&rows, None), []);
    }

    #[test]
    fn a_fresh_load_and_a_cut_forget_what_is_older() {
        let mut held = Reactions::default();
        for row in [reaction(2, 3, "a", 5), reaction(3, 3, "b", 9), reaction(2, 4, "c", 9)] {
            held.put(row);
        }
        held.renew(5);
        assert_eq!(held.to(3).len(), 1);
        held.drop_below(4);
        assert_eq!((held.to(3).len(), held.to(4).len()), (0, 1));
    }

    #[test]
    fn a_reaction_shows_until_its_row_and_its_answer_have_come_in_any_order() {
        let id = conversation(1);
        for row in [reaction(1, 3, "new", 9), reaction(1, 3, "another device was later", 9)] {
            let mut reacting = Reacting::default();
            reacting.ask(7, (id, 3), Some("new".to_owned()), 5);
            reacting.settle(id, |_| Some(Some(&row)));
            assert_eq!(reacting.to(id, 3), Some(Some("new")), "it is not acknowledged");
            assert_eq!(reacting.acked(7), Some(id));
            let before = reaction(1, 3, "old", 5);
            reacting.settle(id, |_| Some(Some(&before)));
            assert_eq!(reacting.to(id, 3), Some(Some("new")), "its row is missing");
            reacting.settle(id, |_| Some(Some(&row)));
            assert_eq!(reacting.to(id, 3), None);
        }
    }

    #[test]
    fn an_acknowledged_reaction_that_was_taken_back_elsewhere_is_not_in_a_fresh_load() {
        let id = conversation(1);
        let mut reacting = Reacting::default();
        reacting.ask(7, (id, 3), Some("a".to_owned()), 0);
        reacting.renew(id);
        assert_eq!(reacting.to(id, 3), Some(Some("a")), "it is still on its way");
        reacting.acked(7);
        reacting.settle(id, |_| Some(None));
        reacting.renew(conversation(2));
        assert_eq!(reacting.to(id, 3), Some(Some("a")), "its row may still come");
        reacting.renew(id);
        assert_eq!(reacting.to(id, 3), None);
        reacting.ask(8, (id, 3), None, 0);
        reacting.acked(8);
        reacting.settle(id, |_| None);
        assert_eq!(reacting.to(id, 3), None, "it is not on the page");
    }

    #[test]
    fn a_refused_reaction_is_gone_and_a_later_one_takes_the_place_of_one_before() {
        let id = conversation(1);
        let mut reacting = Reacting::default();
        reacting.ask(7, (id, 3), Some("a".to_owned()), 0);
        reacting.ask(8, (id, 3), None, 0);
        assert_eq!(reacting.refused(7), None);
        assert_eq!(reacting.to(id, 3), Some(None));
        assert_eq!(reacting.refused(8), Some(id));
        assert_eq!(reacting.to(id, 3), None);
    }
}
