//! The feeds that lack something that was told remote_presence.

use crate::lock;
use myna_protocol::{Feed, Rev};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::Notify;

/// Feeds with a gap, each with a rev it has come to at least, and the bell that wakes the relay.
#[derive(Default)]
pub(super) struct Behind {
    feeds: Mutex<HashMap<Feed, Rev>>,
    bell: Notify,
}

impl Behind {
    pub(super) fn add(&self, feed: Feed, rev: Rev) {
        let mut feeds = lock(&self.feeds);
        let known = feeds.entry(feed).or_insert(rev);
        *known = rev.max(*known);
        self.bell.notify_one();
    }

    pub(super) async fn waiting(&self) {
        self.bell.notified().await;
    }

    pub(super) fn take(&self) -> HashMap<Feed, Rev> {
        std::mem::take(&mut lock(&self.feeds))
    }
}
