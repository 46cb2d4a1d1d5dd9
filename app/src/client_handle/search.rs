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
                // After the results are on the page, if it is still there.
                request_animation_frame(move || {
                    if self.text.try_get_untracked().is_some() {
                        choose();
                    }
                });
            }
        });
    }
}

impl ClientHandle {
    /// Searches for this text each time it changes.
    pub(crate) fn search(self, text: RwSignal<String>) -> Search {
        let (found, set_found) = signal(None);
        let searching = Searching { handle: self, text, set_found, under_way: StoredValue::new(None) };
        Effect::new(move |_| searching.ask(text.get()));
        Search { text, found }
    }
}

/// Asks for one text at a time, however fast a person types: the newest when the last answer is here.
#[derive(Clone, Copy)]
struct Searching {
    handle: ClientHandle,
    text: RwSignal<String>,
    set_found: WriteSignal<Option<Found>>,
    under_way: StoredValue<Option<RequestId>>,
}

impl Searching {
    fn ask(self, text: String) {
        // A search that still waits for the connection is replaced by the newest text.
        if self.under_way.get_value().is_some_and(|request| !self.handle.cancel(request)) {
            return;
        }
        let query = text.clone();
        let request = self.handle.request(
            move |client, now| client.ask(move |request| Command::Search { request, text: query }, now),
            move |answer| self.take(&text, answer),
        );
        self.under_way.set_value(request);
    }

    fn take(self, asked: &str, answer: Answer) {
        let Some(text) = self.text.try_get_untracked() else { return };
        self.under_way.set_value(None);
        if text != asked {
            self.ask(text);
        } else if let Answer::Found { people, channels } = answer {
            self.set_found.try_set(Some(Found { text, people, channels }));
        }
    }
}
