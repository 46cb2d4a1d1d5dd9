//! A person.

use crate::UserId;
use serde::{Deserialize, Serialize};

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    pub id: UserId,
    /// Unique whatever the case of its letters.
    pub name: String,
}
