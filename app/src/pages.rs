//! The pages; one file each.

mod channels;
mod chat;
mod conversation;
mod new_message;
#[cfg(feature = "ssr")]
mod not_found;
mod settings;
#[cfg(feature = "ssr")]
mod sign_in;

pub(crate) use chat::Chat;
#[cfg(feature = "ssr")]
pub(crate) use not_found::NotFound;
#[cfg(feature = "ssr")]
pub(crate) use sign_in::{SignIn, SignUp};
