//! Close codes of the socket, beside those of RFC 6455.

/// This session was signed out, here or in another tab. Do not come back without signing in.
pub const SIGNED_OUT: u16 = 4001;
/// The session expired or was revoked. Do not come back without signing in.
pub const REVOKED: u16 = 4002;
/// The client did not keep up with what was sent to it. Come back and resume.
pub const LAGGING: u16 = 4008;
/// More frames than the limits allow, for too long.
pub const TOO_MANY_FRAMES: u16 = 4009;
/// The server is stopping. Come back and resume, after a random delay.
pub const STOPPING: u16 = 4012;
