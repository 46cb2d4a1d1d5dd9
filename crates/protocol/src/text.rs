//! Texts that people write, checked once: a value of these types keeps the rules, on both sides of the wire.

use crate::Rejection;
use crate::limits::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, TEXT_CHARS};
use std::fmt;
#[cfg(feature = "unicode")]
use unicode_normalization::UnicodeNormalization;

/// The text of a message: NFC (see [`Text::parse`]), 1 to 8,000 characters, no blank ends, no control characters but line breaks and tabs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(String);

impl Text {
    /// Normalises and checks what somebody wrote. Parsing a `Text` again changes nothing. Without the feature `unicode`
    /// the caller brings NFC, as a browser can by itself; the server brings it in any case.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        // A text this long cannot get under the limit: composing joins few characters. It bounds the work below.
        if raw.len() > TEXT_CHARS * 16 {
            return Err(Rejection::TextTooLong);
        }
        let text = composed(&raw.replace("\r\n", "\n").replace('\r', "\n"));
        let text = text.trim();
        if text.is_empty() {
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

#[cfg(feature = "unicode")]
fn composed(text: &str) -> String {
    // What has no accents is composed.
    if text.is_ascii() { text.to_owned() } else { text.nfc().collect() }
}

#[cfg(not(feature = "unicode"))]
fn composed(text: &str) -> String {
    text.to_owned()
}

/// A password as typed: 8 to 256 characters. It cannot be printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Checks the length; nothing is changed.
    pub fn parse(raw: &str) -> Result<Self, Rejection> {
        match raw.chars().count() {
            0..PASSWORD_CHARS_MIN => Err(Rejection::PasswordTooShort),
            PASSWORD_CHARS_MIN..=PASSWORD_CHARS_MAX => Ok(Self(raw.to_owned())),
            _ => Err(Rejection::PasswordTooLong),
        }
    }

    /// The secret itself, for hashing.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}
