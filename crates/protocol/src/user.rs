//! A person.

use crate::{Rev, UserId};
use serde::{Deserialize, Serialize};

/// A person who is signed in, or who is found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    /// Unique whatever the case of its letters.
    pub name: String,
}

/// A row of the server's feed: a person as others see them.
///
/// It also rides along in a conversation's rows, so that whoever loads members knows their names. Apply it like any row: the
/// greater `rev` stays. `rev` is 0 until the person first changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: UserId,
    pub name: String,
    pub rev: Rev,
}
