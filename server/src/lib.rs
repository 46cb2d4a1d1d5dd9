//! Myna's server: pages and server functions by Leptos, the socket, static files, health, over one `Chat`.

#![recursion_limit = "256"]

pub mod config;
pub mod logging;
pub mod serve;
pub mod tools;

mod auth;
mod body;
mod client_address;
mod client_stream;
mod files;
mod headers;
mod host;
mod http;
mod log_throttle;
mod origin;
mod pages;
mod reply;
mod router;
mod socket;
mod state;
