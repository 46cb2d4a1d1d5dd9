//! Nodes on one MongoDB: people on different ones talk as on one, and whatever fails, nothing that was acknowledged is lost.
//!
//! Each verdict names the server that it comes from. These stories are heavy, and take turns.

mod burst;
mod database;
mod hello;
mod killed;
mod primary;
mod scheduled;
mod site;
mod standalone;
mod stream;
mod talking;
