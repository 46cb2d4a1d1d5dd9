//! What a change does: the rows it writes, and what its readers are sent.

use super::{ConversationRow, JobId, JobRow, MemberRow, PersonalRow, ServerRow, UserRow};
use myna_protocol::{ConversationId, Feed, FeedRows, Message, Reaction, Rejection, Rev, Row, Seq, UserId};

/// The rows that a change writes, all of them or none, and its answer. Rows are as they are to be, with their new revs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Effects {
    pub(super) server: Option<ServerRow>,
    pub(super) users: Vec<UserRow>,
    pub(super) conversations: Vec<ConversationRow>,
    pub(super) members: Vec<MemberRow>,
    pub(super) messages: Vec<Message>,
    pub(super) reactions: Vec<Reaction>,
    /// Jobs to store, or with `None` to delete.
    pub(super) jobs: Vec<(JobId, Option<JobRow>)>,
    pub(super) personal: Vec<PersonalRow>,
    pub(super) committed: Committed,
}

/// The answer to a change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Committed {
    /// The conversation that the change was about, if any.
    pub conversation: Option<ConversationId>,
    /// A sent message's place.
    pub seq: Option<Seq>,
    /// What changed, feed by feed, in the order of the commit; empty when nothing did (a retry, an older read place).
    pub events: Vec<FeedRows>,
    /// Who is in the conversation since this change, and was not before.
    pub joined: Vec<UserId>,
    /// Who is no longer in it.
    pub left: Vec<UserId>,
    /// Why a due job's verb was refused: the job is over all the same.
    pub refused: Option<Rejection>,
    /// Whether it has stored a due job.
    pub has_jobs: bool,
}

impl Committed {
    /// Whether it has taken words away that must not be found any more, on no disk.
    pub fn erases(&self) -> bool {
        let mut rows = self.events.iter().flat_map(|event| &event.rows);
        rows.any(|row| match row {
            Row::Message(message) => message.unsent().is_some(),
            // The words of one that was sent are those of a message now.
            Row::Scheduled(scheduled) => scheduled.message.is_none() && self.seq.is_none(),
            _ => false,
        })
    }
}

impl Effects {
    /// Nothing: the change was made before, or it changes nothing.
    pub(super) fn unchanged(conversation: ConversationId) -> Self {
        let committed = Committed { conversation: Some(conversation), ..Committed::default() };
        Self { committed, ..Self::default() }
    }

    /// Nothing: this message is what was to be sent.
    pub(super) fn sent_before(message: &Message) -> Self {
        let mut effects = Self::unchanged(message.conversation);
        effects.committed.seq = Some(message.seq);
        effects
    }

    /// Nothing, since a due job's verb was refused.
    pub(super) fn refused(rejection: Rejection) -> Self {
        let committed = Committed { refused: Some(rejection), ..Committed::default() };
        Self { committed, ..Self::default() }
    }

    /// What the committed change answers and sends.
    pub fn committed(&self) -> &Committed {
        &self.committed
    }

    /// Adds one step of a feed: these rows were stamped with `rev`.
    pub(super) fn event(&mut self, feed: Feed, rev: Rev, rows: Vec<Row>) {
        self.committed.events.push(FeedRows { feed, from: rev - 1, rev, rows });
    }

    /// Takes the next rev of a person's own feed and stamps their membership with it.
    pub(super) fn membership(&mut self, user: &mut UserRow, member: &mut MemberRow) {
        user.rev += 1;
        member.user_rev = user.rev;
        self.event(Feed::User(user.id), user.rev, vec![Row::Membership(member.membership())]);
    }
}
