//! Searching while somebody types.

use super::ClientHandle;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::{Command, Conversation, Person, RequestId};
use std::time::Duration;

/// A text is searched for at once, and one that changes within this time at its end.
const PAUSE: Duration = Duration::from_millis(150);

/// What a search found at the server.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Found {
    pub(crate) people: Vec<Person>,
    pub(crate) channels: Vec<Conversation>,
}

impl ClientHandle {
    /// What the server finds for what is typed there, each time it changes; `None` until its first answer.
    pub(crate) fn search(self, text: RwSignal<String>) -> ReadSignal<Option<Found>> {
        let (found, set_found) = signal(None);
        let last = StoredValue::new(None::<RequestId>);
        let ask = move |asked: String| {
            // What waits for the connection is not searched for once it has changed.
            if let Some(request) = last.get_value() {
                self.cancel(request);
            }
            let query = asked.clone();
            let request = self.request(
                move |client, now| client.ask(move |request| Command::Search { request, text: query }, now),
                move |answer| {
                    // An answer to what was typed before is old news.
                    if let (Answer::Found { people, channels }, true) =
                        (answer, text.try_get_untracked() == Some(asked))
                    {
                        set_found.try_set(Some(Found { people, channels }));
                    }
                },
            );
            last.set_value(request);
        };
        let is_waiting = StoredValue::new(false);
        Effect::new(move |_| {
            let asked = text.get();
            if is_waiting.get_value() {
                return;
            }
            is_waiting.set_value(true);
            let first = asked.clone();
            let at_the_end = move || {
                // Whoever searched may have gone.
                if is_waiting.try_get_value().is_none() {
                    return;
                }
                is_waiting.set_value(false);
                if let Some(asked) = text.try_get_untracked().filter(|asked| *asked != first) {
                    ask(asked);
                }
            };
            set_timeout(at_the_end, PAUSE);
            ask(asked);
        });
        found
    }
}
