//! MongoDB goes and comes back.
