//! One whole person: a client, and what the run knows of it.

use crate::clock::Nanos;
use myna_client::Client;
use myna_protocol::RequestId;
use std::collections::{BTreeSet, HashMap, HashSet};

pub(super) struct Tab {
    pub(super) client: Client,
    pub(super) wake: Option<Nanos>,
    /// By request: the message that it said.
    pub(super) asked: HashMap<RequestId, u64>,
    /// Messages that would survive a reload.
    pub(super) kept: BTreeSet<u64>,
    /// Messages that were shown.
    pub(super) had: HashSet<u64>,
    /// When the present attempt to connect began.
    pub(super) since: Nanos,
    /// When it was live the last time, if it was.
    pub(super) gone: Option<Nanos>,
    pub(super) live: bool,
}

impl Tab {
    /// The person at this place, who knows nothing yet.
    pub(super) fn new(place: usize) -> Self {
        Self {
            client: Client::new(place as u64 + 1),
            wake: None,
            asked: HashMap::new(),
            kept: BTreeSet::new(),
            had: HashSet::new(),
            since: 0,
            gone: None,
            live: false,
        }
    }
}
