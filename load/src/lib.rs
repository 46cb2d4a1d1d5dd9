//! The load generator of Myna and the checker of what it promises.
//!
//! A run prepares a dataset (a store with people and conversations), starts a server on it, lets virtual people talk, stops
//! the server, and compares what everybody has written down with what is stored. People are of two kinds: quick ones are
//! many and cost little; whole ones have the client that browsers have.

pub mod baseline;
pub mod chaos;
pub mod checker;
pub mod clock;
pub mod dataset;
pub mod disk;
pub mod goals;
pub mod harness;
pub mod history;
pub mod latency;
pub mod load_loop;
pub mod machine;
pub mod marker;
pub mod peers;
pub mod process;
pub mod progress;
pub mod proxy;
pub mod quick;
pub mod scenario;
pub mod table;
pub mod talking;
pub mod whole;
