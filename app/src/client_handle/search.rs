//! Search as the user types.

use super::ClientHandle;
use leptos::prelude::*;
use myna_client::Answer;
use myna_protocol::{Command, Conversation, Person, RequestId};

/// The server's answer to a search.
#[derive(Clone, Default, PartialEq)]
pub(crate) struct Found {
    /// The text of the search.
    pub(crate) text: String,
    pub(crate) people: Vec<Person>,
    pub(crate) channels: Vec<Conversation>,
}

/// A search field's text and the newest answer. A handle: clones are the same.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    text: RwSignal<String>,
    found: ReadSignal<Option<Found>>,
}

impl Search {
    /// The newest answer; `None` before the first. It may belong to an earlier text.
    pub(crate) fn found(self) -> Option<Found> {
        self.found.get()
    }

    /// The answer to the current text, if it has arrived.
    pub(crate) fn answer(self) -> Option<Found> {
        self.found.get().filter(|found| self.text.with(|text| *text == found.text))
    }

    /// Calls `choose` after Enter. The keydown handler sets `entered` to the current text. The call waits for the server's answer,
    /// unless `is_known` holds; it does not happen if the text changes first.
    pub(crate) fn on_enter(
        self,
        entered: RwSignal<Option<String>>,
        is_known: impl Fn() -> bool + 'static,
        choose: impl Fn() + Copy + 'static,
    ) {
        Effect::new(move |_| {
            let Some(typed) = entered.get() else { return };
            let is_changed = self.text.with(|text| *text != typed);
            let chooses = !is_changed && (untrack(&is_known) || self.answer().is_some());
            if is_changed || chooses {
                entered.set(None);
            }
            if chooses {
                // After the results are on the page.
                request_animation_frame(choose);
            }
        });
    }
}

impl ClientHandle {
    /// Searches for this text each time it changes.
    pub(crate) fn search(self, text: RwSignal<String>) -> Search {
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
        Search { text, found }
    }
}
