//! The rules of Myna: accounts, conversations, sending, reading, typing and presence, over small store traits.
//!
//! It names no driver, no status code and no JSON; time and ids are injected. Everything done in a conversation goes
//! through a [`Member`], obtained by [`Chat::member`]; every durable change goes through the one committer of the process; [`Tasks`] runs it,
//! and the relay, which brings what other nodes on the store did. A [`Supervisor`] watches over all tasks.

pub mod bus;
pub mod health;
pub mod rules;
pub mod store;

mod weight;
pub use weight::{ANSWER_REACTIONS, fit_into_answer, message_weight, row_weight};

mod clock;
pub use clock::{Clock, SystemClock};

mod ids;
pub use ids::{Ids, RandomIds};

mod error;
pub use error::Error;

mod password;
pub use password::Passwords;

mod hub;
pub use hub::{Broadcast, Connection, Content, Hub, Outgoing};

mod committer;
pub use committer::Pending;

mod notices;
pub use notices::ChangeNotices;
mod relay;

mod backoff;
mod each;
mod lock;
pub use backoff::Backoff;
pub use lock::lock;

mod supervisor;
pub use supervisor::{Supervisor, TaskState, panic_text};
mod tasks;
pub use tasks::Tasks;

mod accounts;
pub use accounts::{SignedIn, Token};

mod conversations;

mod member;
pub use member::Member;

mod scheduled;

mod presence;

mod feeds;
pub use feeds::{CatchUp, Caught, Snapshot};

mod jobs;
pub use jobs::DueJobs;

mod consumers;
pub use consumers::{Consumer, ConsumerError, Consumers};

mod chat;
pub use chat::{Chat, Health, MessagePolicy, Parts};
