//! Messages that the server sends later.

use crate::committer::Pending;
use crate::rules::{ScheduleBounds, Verb};
use crate::{Chat, Error, ids};
use myna_protocol::limits::SCHEDULE_MILLIS;
use myna_protocol::{ClientId, ConversationId, Rejection, Seq, Text, Timestamp, UserId};

impl Chat {
    /// Stores a message that the server sends at `send_at`. `NotAllowed` where messages cannot be scheduled, `TimePast` or
    /// `TimeTooFar` for another time, `TooManyScheduled` when the person has no room for it.
    pub async fn schedule_message(
        &self,
        user: UserId,
        conversation: ConversationId,
        client_id: ClientId,
        text: Text,
        reply_to: Option<Seq>,
        send_at: Timestamp,
    ) -> Result<Pending, Error> {
        if reply_to.is_some() && !self.inner().policy.replies {
            return Err(Rejection::NotAllowed.into());
        }
        let (bounds, job) = (self.schedule_bounds()?, ids::job_id(&*self.inner().ids));
        self.change(user, Verb::ScheduleMessage { conversation, client_id, text, reply_to, send_at, job, bounds }).await
    }

    /// Gives a scheduled message another text and another time; one that could not be sent is scheduled again.
    pub async fn edit_scheduled(
        &self,
        user: UserId,
        client_id: ClientId,
        text: Text,
        send_at: Timestamp,
    ) -> Result<Pending, Error> {
        let bounds = self.schedule_bounds()?;
        self.change(user, Verb::EditScheduled { client_id, text, send_at, bounds }).await
    }

    /// Sends a scheduled message now.
    pub async fn send_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Pending, Error> {
        self.change(user, Verb::SendScheduled { client_id, is_due: false }).await
    }

    /// Deletes a scheduled message: it is not sent.
    pub async fn delete_scheduled(&self, user: UserId, client_id: ClientId) -> Result<Pending, Error> {
        self.change(user, Verb::DeleteScheduled { client_id }).await
    }

    fn schedule_bounds(&self) -> Result<ScheduleBounds, Error> {
        match self.limits().scheduled {
            0 => Err(Rejection::NotAllowed.into()),
            messages => Ok(ScheduleBounds { messages, ahead: SCHEDULE_MILLIS }),
        }
    }
}
