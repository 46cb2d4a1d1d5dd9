//! The sentences of the page's language: the server has put them into the page.

use super::page;
use crate::i18n::Words;

/// The page has no sentences, or those of another version.
#[derive(Debug)]
pub(crate) struct NoWords;

impl std::fmt::Display for NoWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the sentences of this page are missing, or of another version")
    }
}

impl std::error::Error for NoWords {}

pub(crate) fn load() -> Result<(), NoWords> {
    let text = page::text_of("#words").ok_or(NoWords)?;
    if Words::keep(&page::language(), text) { Ok(()) } else { Err(NoWords) }
}
