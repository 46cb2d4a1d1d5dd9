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
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).ok()?;
        Some(Self(bytes))
    }

    /// The secret as 64 hexadecimal digits, for the cookie.
    pub fn to_text(&self) -> String {
        hex::encode(self.0)
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
