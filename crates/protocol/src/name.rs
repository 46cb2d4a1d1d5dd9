//! Names, checked once. Only the server needs them: it decides which names are the same.

use crate::Rejection;
use crate::invisible::is_ignorable;
use crate::limits::NAME_CHARS;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeEmoji, UnicodeGeneralCategory};
use unicode_security::skeleton;

/// The name of a person, group or channel: NFC, 1 to 64 characters, single spaces, nothing invisible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Name(String);

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl TryFrom<String> for Name {
    type Error = Rejection;

    fn try_from(raw: String) -> Result<Self, Rejection> {
        Self::parse(&raw)
    }
}

impl Name {
    /// Normalises and checks a new name. Parsing a `Name` again changes nothing.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        let name = Self::stored(raw)?;
        if hides_something(&name.0) { Err(Rejection::NameInvalid) } else { Ok(name) }
    }

    /// A name that a store may hold: earlier versions took some names that `parse` refuses.
    pub fn stored(raw: &str) -> Result<Self, Rejection> {
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

    /// The key of the name that this one can be taken for when its foreign letters are read as the Latin letters they look
    /// like (Unicode's confusables, UTS 39); `None` when that is its own key. It is no key to store: it finds a name in
    /// Latin letters by an imitation, and not the reverse.
    pub fn look_alike_key(&self) -> Option<String> {
        let latin: String = self.0.nfd().map(|c| if c.is_ascii() { c.into() } else { imitated(c) }).collect();
        Some(search_key(&latin)).filter(|key| *key != self.key())
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

/// The letters that this one looks like.
fn imitated(c: char) -> String {
    skeleton(c.encode_utf8(&mut [0; 4])).collect()
}

/// Whether a name has characters that nobody sees. An emoji may be followed by U+FE0F, which gives it its colours: phones
/// write it.
fn hides_something(name: &str) -> bool {
    let before = std::iter::once(' ').chain(name.chars());
    name.chars().zip(before).any(|(c, before)| {
        let colours = c == '\u{fe0f}' && !before.is_ascii() && before.is_emoji_char();
        (is_ignorable(c) && !colours) || draws_nothing(c)
    })
}

/// Characters that mean nothing to most fonts: nobody has assigned them, everybody may use them in a way of their own, or
/// they only steer others.
fn draws_nothing(c: char) -> bool {
    matches!(c.general_category(), GeneralCategory::Unassigned | GeneralCategory::PrivateUse)
        || matches!(c, '\u{1bc9d}' | '\u{1d159}')
}

/// Characters that change how a name looks without being seen: they would let one name pass for another.
/// The joiners (U+200C, U+200D) are spelling in some scripts: they are allowed, and the key leaves them out.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}
