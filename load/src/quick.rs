//! Quick people: thousands of sockets on one thread, by as few instructions as possible, so that a generator on the same
//! machine costs little next to the server. It reads frames itself (a server's frames are not masked), and looks only for
//! what it has to know of them.

mod client_pool;
mod connection;
mod frames;
mod myna;
mod protocol_adapter;

pub use client_pool::{ClientPool, Told};
pub use connection::ConnectionState;
pub use frames::{Frame, Frames, OpCode, put_masked, put_plain};
pub use myna::Myna;
pub use protocol_adapter::{Bare, Heard, ProtocolAdapter};
