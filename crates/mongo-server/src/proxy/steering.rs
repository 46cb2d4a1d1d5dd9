//! The state of a proxy, which its connections follow.

use super::streams::Streams;
use std::time::Duration;
use tokio::sync::watch;

/// How to treat messages now.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// How often all connections were cut. A connection that started at another number must end.
    pub(super) cuts: u64,
    /// How often the connections that carry change streams were cut.
    pub(super) stream_cuts: u64,
    pub(super) refuses: bool,
    pub(super) hangs: bool,
    pub(super) holds_streams: bool,
    pub(super) delay: Duration,
    /// How many more commands to refuse.
    pub(super) step_downs: u32,
    /// How many more openings of a change stream to refuse.
    pub(super) stream_refusals: u32,
    /// How many questions have passed: `find` and `aggregate`.
    pub(super) reads: u64,
}

/// The state that the proxy and all its connections share.
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
        // Mark the streams first. Then any later request for a change meets either the mark or the cut.
        self.streams.doom();
        self.change(|state| state.stream_cuts += 1);
    }

    /// Whether to refuse one more command. Counts it if so.
    pub(super) fn takes_step_down(&self) -> bool {
        self.takes_one(|state| &mut state.step_downs)
    }

    /// Whether to refuse one more opening of a change stream. Counts it if so.
    pub(super) fn takes_stream_refusal(&self) -> bool {
        self.takes_one(|state| &mut state.stream_refusals)
    }

    fn takes_one(&self, left: impl FnOnce(&mut State) -> &mut u32) -> bool {
        self.state.send_if_modified(|state| {
            let left = left(state);
            let takes = *left > 0;
            *left = left.saturating_sub(1);
            takes
        })
    }

    pub(super) async fn wait_for(&self, condition: impl FnMut(&State) -> bool) {
        // It fails only without a sender, and we hold the sender.
        let _ = self.state.subscribe().wait_for(condition).await;
    }

    pub(super) fn subscribe(&self) -> watch::Receiver<State> {
        self.state.subscribe()
    }
}
