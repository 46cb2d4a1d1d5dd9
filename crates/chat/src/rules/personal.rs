//! What belongs to one person alone: rows of their own feed that nobody else sees. Stores keep what such a row says as one
//! value, so a new kind of it needs no code in a driver.

use super::JobId;
use myna_protocol::{ClientId, InvalidId, Rev, Row, Scheduled, ScheduledMessage, UserId};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// A row of a person's own feed. It stays when the message was sent or deleted, without a value, so that this is sent as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonalRow {
    pub user: UserId,
    pub item: PersonalItem,
    pub value: Option<PersonalValue>,
    /// The stamp in the person's own feed.
    pub rev: Rev,
}

/// What a row is about. Stores know it as its text, `scheduled/<client id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PersonalItem {
    /// The message that is to be sent under this id.
    Scheduled(ClientId),
}

/// What a row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PersonalValue {
    Scheduled {
        message: ScheduledMessage,
        /// The due job that sends it. It is over once the message has failed.
        job: JobId,
    },
}

/// A person and what the row is about.
pub type PersonalKey = (UserId, PersonalItem);

impl PersonalRow {
    pub fn key(&self) -> PersonalKey {
        (self.user, self.item)
    }

    /// The row as its person sees it.
    pub fn row(&self) -> Row {
        match self.item {
            PersonalItem::Scheduled(client_id) => Row::Scheduled(Scheduled {
                client_id,
                message: self.scheduled().map(|(message, _)| message.clone()),
                rev: self.rev,
            }),
        }
    }

    /// The message that is to be sent, and its job.
    pub fn scheduled(&self) -> Option<(&ScheduledMessage, JobId)> {
        self.value.as_ref().map(|PersonalValue::Scheduled { message, job }| (message, *job))
    }
}

impl fmt::Display for PersonalItem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scheduled(id) => write!(f, "scheduled/{id}"),
        }
    }
}

impl FromStr for PersonalItem {
    type Err = InvalidId;

    fn from_str(text: &str) -> Result<Self, InvalidId> {
        match text.split_once('/') {
            Some(("scheduled", id)) => Ok(Self::Scheduled(id.parse()?)),
            _ => Err(InvalidId),
        }
    }
}
