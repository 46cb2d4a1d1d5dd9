//! Quick people: thousands of sockets on one thread, by as few instructions as possible, so that a generator on the same
//! machine costs little next to the server. It reads frames itself (a server's frames are not masked), and looks only for
//! what it has to know of them.

mod crowd;
mod dialect;
mod frames;
mod myna;

pub use crowd::{Crowd, Fate, Told};
pub use dialect::{Bare, Dialect, Heard};
pub use frames::{Frame, Frames, OpCode, put_masked, put_plain};
pub use myna::Myna;
