//! Who somebody is in a conversation, and whether they may do something there.

use super::rights::{Action, Role, Verdict, may};
use super::{ConversationRow, Facts, MemberRow};
use myna_protocol::{ConversationId, Rejection, UserId};

impl Facts {
    /// The conversation and its member, as copies to change, if they may do this there. `NotFound` when they are not in it,
    /// or when there is no such conversation: the answer does not tell which.
    pub(super) fn allowed(
        &self,
        id: ConversationId,
        user: UserId,
        action: Action,
    ) -> Result<(ConversationRow, MemberRow), Rejection> {
        let conversation = self.conversation(id).ok_or(Rejection::NotFound)?;
        let member = self.member(id, user).filter(|member| member.is_in()).ok_or(Rejection::NotFound)?;
        let role = if conversation.created_by == user { Role::Owner } else { Role::Member };
        match may(role, action, conversation.kind) {
            Verdict::Yes => Ok((conversation.clone(), member.clone())),
            Verdict::No(rejection) => Err(rejection),
        }
    }
}
