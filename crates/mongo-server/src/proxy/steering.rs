//! What a proxy was told.

use super::streams::Streams;
use std::time::Duration;
use tokio::sync::watch;

/// How messages are to be treated now.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// How often all connections were cut: one that began at another number is over.
    pub(super) cuts: u64,
    /// How often the connections that carry change streams were cut.
    pub(super) stream_cuts: u64,
    pub(super) refuses: bool,
    pub(super) hangs: bool,
    pub(super) holds_streams: bool,
    pub(super) delay: Duration,
    /// Commands that are still to be refused.
    pub(super) step_downs: u32,
}

/// What the proxy and all its connections share.
#[derive(Debug, Default)]
pub(super) struct Steering {
    state: watch::Sender<State>,
    pub(super) streams: Streams,
}

impl Steering {
    pub(super) fn now(&self) -> State {
        self.state.borrow().clone()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut State)) {
        self.state.send_modify(change);
    }

    pub(super) fn cut(&self) {
        self.change(|state| state.cuts += 1);
    }

    pub(super) fn cut_change_streams(&self) {
        // The doom first: a stream that is asked for its next change from now on is seen by one or by the other.
        self.streams.doom();
        self.change(|state| state.stream_cuts += 1);
    }

    /// Whether one more command is to be refused, which is then one less.
    pub(super) fn takes_step_down(&self) -> bool {
        self.state.send_if_modified(|state| {
            let takes = state.step_downs > 0;
            state.step_downs = state.step_downs.saturating_sub(1);
            takes
        })
    }

    pub(super) async fn wait_for(&self, condition: impl FnMut(&State) -> bool) {
        // It only fails without a sender, which is ours.
        let _ = self.state.subscribe().wait_for(condition).await;
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }
}
