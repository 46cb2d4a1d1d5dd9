//! What a client of Myna knows and does, without doing any of it: it takes frames and moments, and returns actions.
//!
//! Shared by the browser, the terminal client, the load generator and the tests. It never blocks, spawns, sleeps or
//! reads a clock: whoever holds a [`Client`] performs its [`Action`]s and tells it what came of them.

mod action;
pub use action::{Action, Answer, Changes, Status};

mod client;
pub use client::{Client, Forwardable};

mod paste;
pub use paste::clean_pasted;

mod outbox;
pub use outbox::{Failure, Forwarding, Unsent};

mod parts;
pub use parts::{Part, parts};

mod sidebar;
pub use sidebar::SidebarRow;

mod title;
pub use title::Title;

mod transcript;
pub use transcript::{Bubble, ForwardedFrom, Line, LineKey, Notice, Receipt, State, SystemEvent, UnsentBy};

mod view;
pub use view::{Arrival, Person, View};

mod backoff;
mod conversation;
mod conversations;
mod drafts;
pub use drafts::DraftPlace;
mod edits;
mod loose;
pub use edits::Editing;
mod emoji;
pub use emoji::first_emoji;
mod order;
mod people;
mod presence;
mod reactions;
pub use reactions::Tally;
mod receipts;
mod requests;
mod scheduled;
pub use scheduled::ScheduledItem;

mod session;
mod set;
pub use set::Set;
mod threads;
pub use threads::{InThread, Quote, ThreadView, Words};
mod timeline;
mod typing;
mod window;

#[cfg(test)]
mod testing;
