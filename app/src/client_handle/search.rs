//! Searching while somebody types.

use super::ClientHandle;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::{Command, Conversation, Person, RequestId};

/// What a search found at the server.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// What was typed.
    pub(crate) text: String,
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
                    if let Answer::Found { people, channels } = answer
                        && text.try_get_untracked().as_ref() == Some(&asked)
                    {
                        set_found.try_set(Some(Found { text: asked, people, channels }));
                    }
                },
            );
            last.set_value(request);
        };
        Effect::new(move |_| ask(text.get()));
        found
    }
}
