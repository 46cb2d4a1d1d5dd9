//! Texts that people write, checked once: a value of these types keeps the rules, on both sides of the wire.

use crate::Rejection;
use crate::invisible::is_blank;
use crate::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, TEXT_CHARS};
use serde::{Deserialize, Serialize};
use std::fmt;
#[cfg(feature = "unicode")]
use unicode_normalization::UnicodeNormalization;

/// The text of a message: NFC (see [`Text::parse`]), 1 to 8,000 characters, no blanks around it (but the indentation of the first of
/// several lines), something to be seen, no control characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Text(String);

impl From<Text> for String {
    fn from(text: Text) -> Self {
        text.0
    }
}

impl TryFrom<String> for Text {
    type Error = Rejection;

    fn try_from(raw: String) -> Result<Self, Rejection> {
        Self::parse(&raw)
    }
}

impl Text {
    /// Normalises and checks what somebody wrote. Parsing a `Text` again changes nothing. Without the feature `unicode`
    /// the caller brings NFC, as a browser can by itself; the server brings it in any case.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        // A text this long cannot get under the limit: composing joins few characters. It bounds the work below.
        if raw.len() > TEXT_CHARS * 16 {
            return Err(Rejection::TextTooLong);
        }
        let text = composed(&raw.replace("\r\n", "\n").replace('\r', "\n"));
        let text = without_blank_ends(&text);
        if is_blank(text) {
            return Err(Rejection::TextEmpty);
        }
        if text.chars().count() > TEXT_CHARS {
            return Err(Rejection::TextTooLong);
        }
        if text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
            return Err(Rejection::TextInvalid);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn into_string(self) -> String {
        self.0
    }
}

/// The text without blanks around it; but where it has several lines, the first keeps its indentation: it may be code.
fn without_blank_ends(text: &str) -> &str {
    let trimmed = text.trim();
    if !trimmed.contains('\n') {
        return trimmed;
    }
    let text = text.trim_end();
    let start = text.len() - text.trim_start().len();
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    &text[line..]
}

#[cfg(feature = "unicode")]
fn composed(text: &str) -> String {
    // What has no accents is composed.
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

#[cfg(not(feature = "unicode"))]
fn composed(text: &str) -> String {
    text.to_owned()
}

/// A password as a person typed it: 8 to 256 characters. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Checks the length, in characters as typed; nothing is changed.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        match raw.chars().count() {
            0..PASSWORD_CHARS_MIN => Err(Rejection::PasswordTooShort),
            PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(Self(raw.to_owned())),
            _ => Err(Rejection::PasswordTooLong),
        }
    }

    /// The secret itself, as typed. Hashes that are older than `normalised` are of this form.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The secret in the form to hash: systems write the same keys as different characters. This is `OpaqueString` of
    /// RFC 8265: NFC, and each space as U+0020. Normalising again changes nothing.
    #[cfg(feature = "unicode")]
    pub fn normalised(&self) -> Self {
        Self(self.0.chars().map(|c| if is_space(c) { ' ' } else { c }).nfc().collect())
    }
}

/// Whether this character is one of Unicode's spaces (general category Zs).
#[cfg(feature = "unicode")]
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}')
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
