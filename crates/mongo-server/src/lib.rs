//! For tests and tries: a MongoDB server on this machine, and what can go wrong between it and Myna.
//!
//! A test takes the server that all tests of its process share ([`shared`]) and a database of its own
//! ([`fresh_database_name`]); one that kills or pauses its server takes its own ([`own`]); one in which the network fails
//! puts a [`Proxy`] before either. Nothing that this crate starts outlives the process that started it.

mod certificates;
mod command;
mod primary;
mod process;
mod program;
mod proxy;
mod server;
mod shared;
mod uri;
mod watcher;

pub use program::Program;
pub use proxy::Proxy;
pub use server::{Login, MongoServer, Options, Topology};
pub use shared::{fresh_database_name, own, shared, shared_of, skipped};
