//! Threads: what a reply answers, and how many replies a message has.

use crate::conversation::Held;
use crate::people::People;
use crate::sidebar::one_line;
use myna_protocol::{Message, Seq, UserId};

/// How a message belongs to a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InThread {
    /// The message that the thread begins with.
    pub root: Seq,
    /// How many replies it has, if it is that message.
    pub replies: u32,
    /// What it answers, where that is to be shown above it.
    pub quote: Option<Quote>,
}

/// What a reply answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    pub seq: Seq,
    /// The sender's name; empty while it is not known.
    pub name: String,
    /// Whether the reader has sent it.
    pub mine: bool,
    pub words: Words,
}

/// What a quote shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Words {
    /// It is loading.
    Loading,
    /// It was unsent.
    Unsent,
    /// It cannot be had.
    Absent,
    /// On one line.
    Text(String),
}

/// The thread that is open in a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThreadView {
    /// The message that it begins with.
    pub root: Seq,
    pub replies: u32,
    /// Whether a page of replies has been asked for and has not come yet.
    pub loading: bool,
    /// Whether there are older replies to load, by `Client::older_replies`.
    pub has_older: bool,
}

/// The message at this place as a quote.
pub(crate) fn quote(held: &Held, seq: Seq, me: UserId, people: &People) -> Quote {
    match held.message(seq) {
        Some(message) => Quote {
            seq,
            name: people.name(message.sender).to_owned(),
            mine: message.sender == me,
            words: words(message),
        },
        None => {
            let words = if held.loose.is_absent(seq) { Words::Absent } else { Words::Loading };
            Quote { seq, name: String::new(), mine: false, words }
        }
    }
}

/// Whether the message at this place is to be asked for before it can be quoted.
pub(crate) fn words_are_missing(held: &Held, seq: Seq) -> bool {
    held.message(seq).is_none() && !held.loose.is_absent(seq)
}

fn words(message: &Message) -> Words {
    match message.unsent() {
        Some(_) => Words::Unsent,
        None => Words::Text(one_line(&message.text)),
    }
}
