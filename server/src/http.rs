//! Endpoints beside pages, server functions and the socket; one file each.

pub(crate) mod emoji;
pub(crate) mod health;
pub(crate) mod session;
pub(crate) mod sign_in;
