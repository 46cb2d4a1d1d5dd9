//! All emoji, from the server.

use crate::emoji::{EmojiGroup, PATH};
use gloo_net::http::Request;

/// `None` when they cannot be had.
pub(crate) async fn load() -> Option<Vec<EmojiGroup>> {
    let answer = Request::get(PATH).send().await.ok().filter(|answer| answer.ok())?;
    serde_json::from_str(&answer.text().await.ok()?).ok()
}
