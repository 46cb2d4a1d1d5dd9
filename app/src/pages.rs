//! The pages; one file each.

mod channels;
mod chat;
mod conversation;
mod new_message;
mod not_found;
mod settings;
mod sign_in;

pub(crate) use chat::Chat;
pub(crate) use not_found::NotFound;
pub(crate) use sign_in::{SignIn, SignUp};
