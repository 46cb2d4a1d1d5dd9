//! All emoji, as the server gives them to the picker.

use serde::{Deserialize, Serialize};

/// Where the server has them, as JSON: a list of groups in Unicode's order.
pub const PATH: &str = "/emoji.json";

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmojiGroup {
    pub name: GroupName,
    pub emoji: Vec<EmojiEntry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupName {
    Smileys,
    People,
    Animals,
    Food,
    Travel,
    Activities,
    Objects,
    Symbols,
    Flags,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmojiEntry {
    /// In its canonical form.
    pub emoji: String,
    /// In English, in lower case.
    pub name: String,
    /// Other English words for it; empty where there are none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub words: String,
    /// The same in each skin tone, from light to dark; empty where it has none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tones: Vec<String>,
}
