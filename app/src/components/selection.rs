//! The messages that are chosen to be copied or forwarded together.

use crate::i18n::words;
use leptos::ev::KeyboardEvent;
use leptos::prelude::*;
use myna_client::{Bubble, State};
use myna_protocol::Seq;

/// Finds the boxes that choose messages.
#[cfg(feature = "hydrate")]
pub(crate) const CHOICE: &str = ".choose input:enabled";

/// Messages that can be chosen together.
pub(crate) const MOST: usize = 100;

/// Which messages of the open conversation are chosen. A handle: clones are the same.
#[derive(Clone, Copy)]
pub(crate) struct Selection {
    chosen: RwSignal<Vec<Seq>>,
    /// Whether each message has a box to choose it.
    is_on: RwSignal<bool>,
}

/// Gives the selection to everything beneath.
pub(crate) fn provide_selection() {
    provide_context(Selection { chosen: RwSignal::new(Vec::new()), is_on: RwSignal::new(false) });
}

pub(crate) fn use_selection() -> Selection {
    use_context().expect("the chat gives the selection to all its components")
}

impl Selection {
    /// Chooses this message: with those that are chosen, or alone.
    pub(crate) fn add_or_only(self, seq: Seq) {
        if !self.is_on_untracked() {
            self.chosen.set(vec![seq]);
        } else if !self.chosen.with_untracked(|chosen| chosen.contains(&seq)) {
            self.toggle(seq);
        }
    }

    pub(crate) fn is_on_untracked(self) -> bool {
        self.is_on.get_untracked()
    }

    /// Begins to choose, with this message.
    pub(crate) fn start(self, seq: Seq) {
        self.chosen.set(vec![seq]);
        self.is_on.set(true);
        #[cfg(feature = "hydrate")]
        request_animation_frame(move || {
            crate::browser::page::focus(&format!("#pane :not([inert]) > .lines [data-seq='{seq}'] .choose input"));
        });
    }

    /// Only these are chosen still.
    pub(crate) fn keep(self, chosen: Vec<Seq>) {
        self.chosen.set(chosen);
    }

    /// Nothing is chosen any more.
    pub(crate) fn stop(self) {
        if self.is_on.try_get_untracked() == Some(true) {
            self.is_on.set(false);
            self.chosen.set(Vec::new());
            #[cfg(feature = "hydrate")]
            request_animation_frame(|| {
                use crate::browser::page;
                if page::has_no_focus() {
                    let is_narrow = page::matches("(max-width: 43.75rem)");
                    page::focus(if is_narrow { ".transcript" } else { ".composer textarea" });
                }
            });
        }
    }

    pub(crate) fn is_on(self) -> bool {
        self.is_on.get()
    }

    /// How many are chosen.
    pub(crate) fn count(self) -> usize {
        self.chosen.with(Vec::len)
    }

    /// Those that are chosen, oldest first.
    pub(crate) fn chosen(self) -> Vec<Seq> {
        self.chosen.get_untracked()
    }

    fn toggle(self, seq: Seq) {
        self.chosen.update(|chosen| match chosen.binary_search(&seq) {
            Ok(at) => {
                chosen.remove(at);
            }
            Err(at) if chosen.len() < MOST => chosen.insert(at, seq),
            Err(_) => {}
        });
    }
}

/// The box that chooses a message: it is over all of its line.
pub(crate) fn choice_view(bubble: Memo<Bubble>) -> AnyView {
    let (t, selection) = (words(), use_selection());
    let seq = move || {
        bubble
            .with(|bubble| bubble.seq.filter(|_| bubble.unsent.is_none() && !matches!(bubble.state, State::Failed(_))))
    };
    let is_chosen = move || seq().is_some_and(|seq| selection.chosen.with(|chosen| chosen.contains(&seq)));
    let is_full = move || selection.count() >= MOST && !is_chosen();
    let keys = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            event.prevent_default();
            selection.stop();
        }
    };
    // What is unsent is chosen no more. Its box had the focus, perhaps.
    Effect::new(move |before: Option<Option<Seq>>| {
        let now = seq();
        if let (Some(Some(before)), None) = (before, now) {
            selection.chosen.update(|chosen| chosen.retain(|seq| *seq != before));
            #[cfg(feature = "hydrate")]
            request_animation_frame(|| {
                use crate::browser::page;
                // Browsers take the focus from a box that is disabled a moment later.
                if page::has_no_focus() || page::has_focus(".choose input:disabled") {
                    page::focus(".selection-bar button");
                }
            });
        }
        now
    });
    view! {
        <label class="choose" on:keydown=keys>
            <input
                type="checkbox"
                aria-label=move || bubble.with(|bubble| t.select_message(bubble.text.as_str()))
                disabled=move || seq().is_none() || is_full()
                prop:checked=is_chosen
                on:change=move |_| {
                    if let Some(seq) = untrack(seq) {
                        selection.toggle(seq);
                    }
                }
            />
        </label>
    }
    .into_any()
}
