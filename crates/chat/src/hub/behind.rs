//! The feeds with a gap: something before what was published last has not been delivered.

use crate::lock;
use myna_protocol::{Feed, Rev};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::Notify;

/// Feeds with a gap, each with a rev it has come to at least, and what wakes the relay.
#[derive(Default)]
pub(super) struct Behind {
    feeds: Mutex<HashMap<Feed, Rev>>,
    added: Notify,
}

impl Behind {
    pub(super) fn add(&self, feed: Feed, rev: Rev) {
        let mut feeds = lock(&self.feeds);
        let known = feeds.entry(feed).or_insert(rev);
        *known = rev.max(*known);
        self.added.notify_one();
    }

    pub(super) async fn waiting(&self) {
        self.added.notified().await;
    }

    pub(super) fn take(&self) -> HashMap<Feed, Rev> {
        std::mem::take(&mut lock(&self.feeds))
    }
}
