//! Searching while somebody types.

use super::ClientHandle;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::{Command, Conversation, Person};

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
        Effect::new(move |_| {
            let asked = text.get();
            let query = asked.clone();
            self.ask(
                move |request| Command::Search { request, text: query },
                move |answer| {
                    // An answer to what was typed before is old news.
                    if let (Answer::Found { people, channels }, true) =
                        (answer, text.try_get_untracked() == Some(asked))
                    {
                        set_found.try_set(Some(Found { people, channels }));
                    }
                },
            );
        });
        found
    }
}
