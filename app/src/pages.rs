//! The pages; one file each.

mod channels;
mod chat;
mod conversation;
mod door;
mod new_message;
mod not_found;

pub(crate) use chat::Chat;
pub(crate) use door::{SignIn, SignUp};
pub(crate) use not_found::NotFound;
