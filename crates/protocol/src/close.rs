//! Close codes of the socket, in addition to those of RFC 6455.

/// This session was signed out, here or in another tab. Sign in before reconnecting.
pub const SIGNED_OUT: u16 = 4001;
/// The session expired or was revoked. Sign in before reconnecting.
pub const REVOKED: u16 = 4002;
/// The client did not read fast enough. Reconnect and resume.
pub const LAGGING: u16 = 4008;
/// The client sent more frames than the limits allow, for too long. Reconnect and resume, more slowly.
pub const TOO_MANY_FRAMES: u16 = 4009;
/// The server is stopping. Reconnect and resume after a random delay.
pub const STOPPING: u16 = 4012;
