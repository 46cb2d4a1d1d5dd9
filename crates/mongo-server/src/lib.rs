//! For tests and manual trials: a MongoDB server on this machine, and the faults that can happen between it and Myna.
//!
//! A test uses the server that all tests of its process share ([`shared`]), with its own database
//! ([`fresh_database_name`]). A test that kills or pauses a server starts its own ([`own`]). To simulate a failing
//! network, a test puts a [`Proxy`] in front of either. Nothing that this crate starts outlives the process that
//! started it.

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
