//! One thing on its way to many sockets, encoded once.

use crate::weight::weight;
use bytes::Bytes;
use myna_protocol::{FeedRows, Signal};
use std::sync::OnceLock;

/// What a broadcast says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    Rows(FeedRows),
    Signal(Signal),
}

/// Rows or a signal for every socket that listens, shared by their queues.
#[derive(Debug)]
pub struct Broadcast {
    content: Content,
    weight: usize,
    encoding: OnceLock<Bytes>,
}

impl Broadcast {
    pub(super) fn new(content: Content) -> Self {
        let weight = match &content {
            Content::Rows(rows) => weight(rows),
            Content::Signal(_) => 0,
        };
        Self { content, weight: weight + 128, encoding: OnceLock::new() }
    }

    pub fn content(&self) -> &Content {
        &self.content
    }

    /// About how many bytes it takes in a queue.
    pub(super) fn weight(&self) -> usize {
        self.weight
    }

    /// The bytes that go on the wire: `encode` is called by the first socket that asks, and its answer serves all.
    pub fn encoding(&self, encode: impl FnOnce(&Content) -> Bytes) -> Bytes {
        self.encoding.get_or_init(|| encode(&self.content)).clone()
    }
}
