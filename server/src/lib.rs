//! Myna's server.
