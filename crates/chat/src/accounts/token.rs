//! The secret that proves a session.

use crate::Ids;
use sha2::{Digest, Sha256};
use std::fmt;

/// 256 random bits. Only their hash is stored; they are never logged.
#[derive(Clone, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    pub(crate) fn new(ids: &dyn Ids) -> Self {
        let mut bytes = [0; 32];
        ids.fill(&mut bytes);
        Self(bytes)
    }

    /// Reads what `to_text` wrote; `None` for anything else.
    pub fn from_text(text: &str) -> Option<Self> {
        if text.len() != 64 || !text.is_ascii() {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let (high, low) = (char::from(digits[0]).to_digit(16)?, char::from(digits[1]).to_digit(16)?);
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(bytes))
    }

    /// The secret as 64 hexadecimal digits, for the cookie.
    pub fn to_text(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// What is stored.
    pub fn hash(&self) -> [u8; 32] {
        Sha256::digest(self.0).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RandomIds;

    #[test]
    fn a_token_survives_its_text() {
        let token = Token::new(&RandomIds);
        assert_eq!(Token::from_text(&token.to_text()), Some(token));
    }

    #[test]
    fn anything_else_is_no_token() {
        for text in ["", "abc", &"g".repeat(64), &"é".repeat(32), &"0".repeat(63), &"0".repeat(65)] {
            assert_eq!(Token::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn a_token_cannot_be_printed() {
        let token = Token::new(&RandomIds);
        assert!(!format!("{token:?}").contains(&token.to_text()[..8]));
    }
}
