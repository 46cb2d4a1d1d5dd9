//! The sentences of the page's language, from the server: the page names their address, and the browser loads them beside the
//! program.

use super::page;
use crate::i18n::Words;
use gloo_net::http::Request;

/// The sentences did not load.
#[derive(Debug)]
pub struct NoWords;

impl std::fmt::Display for NoWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sentences of this page did not load")
    }
}

impl std::error::Error for NoWords {}

pub(crate) async fn load() -> Result<(), NoWords> {
    let address = page::attribute_of("#words", "href").ok_or(NoWords)?;
    let answer = Request::get(&address).send().await.ok().filter(|answer| answer.ok()).ok_or(NoWords)?;
    Words::keep(&page::language(), answer.text().await.map_err(|_| NoWords)?);
    Ok(())
}
