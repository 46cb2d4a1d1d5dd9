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

pub(crate) use channels::Channels;
pub(crate) use chat::Chat;
pub(crate) use new_message::NewMessage;
#[cfg(feature = "ssr")]
pub(crate) use not_found::NotFound;
pub(crate) use settings::Settings;
#[cfg(feature = "ssr")]
pub(crate) use sign_in::{SignIn, SignUp};
