//! Names, checked once. Only the server needs them: it decides which names are the same.

use crate::Rejection;
use crate::limits::NAME_CHARS;
use unicode_normalization::UnicodeNormalization;

/// The name of a person, group or channel: NFC, 1 to 64 characters, single spaces, nothing invisible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name(String);

impl Name {
    /// Normalises and checks what somebody wrote. Parsing a `Name` again changes nothing.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        if raw.len() > NAME_CHARS * 64 || raw.chars().any(|c| c.is_control() || is_invisible(c)) {
            return Err(Rejection::NameInvalid);
        }
        let nfc: String = raw.nfc().collect();
        let name = nfc.split_whitespace().collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            1..=NAME_CHARS if !search_key(&name).is_empty() => Ok(Self(name)),
            _ => Err(Rejection::NameInvalid),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }

    /// What is the same for names that people would take for the same: lower case, compatibility forms folded.
    pub fn key(&self) -> String {
        search_key(&self.0)
    }

    /// The keys of its words, by the beginning of which it is found; without doubles.
    pub fn word_keys(&self) -> Vec<String> {
        let mut words: Vec<String> = self.key().split(' ').map(str::to_owned).collect();
        words.sort();
        words.dedup();
        words
    }

    /// The key to look up what somebody typed into a search field; empty when they typed nothing.
    pub fn search_key(raw: &str) -> String {
        search_key(raw.trim().chars().take(NAME_CHARS).collect::<String>().as_str())
    }
}

fn search_key(text: &str) -> String {
    let joiner = |c: &char| matches!(c, '\u{200c}' | '\u{200d}');
    let folded: String = text.nfkc().filter(|c| !joiner(c)).flat_map(char::to_lowercase).nfkc().collect();
    // Leaving something out can leave spaces at the ends, or two in a row: they would be a name of their own.
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Characters that change how a name looks without being seen: they would let one name pass for another.
/// The joiners (U+200C, U+200D) are spelling in some scripts: they are allowed, and the key leaves them out.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
