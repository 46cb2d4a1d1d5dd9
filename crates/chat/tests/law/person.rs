//! Somebody with a client, and what the test knows of them.

use crate::step::Mishap;
use myna_chat::Connection;
use myna_client::Client;
use myna_protocol::{SessionId, User};

pub(crate) struct Person {
    pub(crate) user: User,
    pub(crate) client: Client,
    pub(crate) session: SessionId,
    pub(crate) connection: Option<Connection>,
    /// Which node they connect to.
    pub(crate) node: usize,
    /// Something was lost on the way from the hub to this client since it connected.
    pub(crate) lost: bool,
    /// What the next thing they say meets with.
    pub(crate) mishap: Option<Mishap>,
}

impl Person {
    pub(crate) fn new((user, session): (User, SessionId), seed: u64, node: usize) -> Self {
        Self { user, client: Client::new(seed), session, connection: None, node, lost: false, mishap: None }
    }
}
